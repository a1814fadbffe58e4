//! The trail on the command line: statuses and words.

use super::program::{Program, run};

#[tokio::test(flavor = "multi_thread")]
async fn a_sound_trail_is_verified_taken_out_and_checked_alone() {
    let program = Program::new().await;
    program
        .run(&["account", "add", "--username", "zhangwei", "--role", "clerk", "--organisation", "500237101"])
        .done();
    let checkpoint = program.run(&["audit", "checkpoint", "--json"]).done().json();
    let key = checkpoint["key"].as_str().unwrap();
    assert_eq!(checkpoint["checkpoints"][0]["size"], 1, "{checkpoint}");
    let verdict = program.run(&["audit", "verify", "--json"]).done().json();
    assert_eq!((&verdict["sound"], &verdict["entries"]), (&true.into(), &1.into()), "{verdict}");
    let file = program.folder.path().join("trail.jsonl");
    let file = file.to_str().unwrap();
    program.run(&["audit", "export", "-o", file]).done();
    // Alone: no database is named.
    let alone = run(&["audit", "verify", "--bundle", file, "--key", key, "--json"], &[], "").done().json();
    assert_eq!(alone["key_from_file"], false, "{alone}");
    let told = run(&["audit", "verify", "--bundle", file], &[], "").done();
    assert!(told.out.contains("取自文件本身"), "{told:?}");
    let spoiled = std::fs::read_to_string(file).unwrap().replace("\"zhangwei\"", "\"zhangwe1\"");
    let spoiled = spoiled.replace("zhangwei", "zhangwe1");
    std::fs::write(file, spoiled).unwrap();
    let broken = run(&["audit", "verify", "--bundle", file, "--key", key], &[], "");
    assert_eq!(broken.status, 4, "{broken:?}");
    assert!(broken.err.contains("500237：第1条"), "{broken:?}");
    let missing = run(&["audit", "verify", "--bundle", "/nowhere/trail.jsonl"], &[], "");
    assert_eq!(missing.status, 1, "{missing:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_trail_and_a_changed_table_end_with_status_four() {
    let program = Program::new().await;
    program
        .run(&["account", "add", "--username", "zhangwei", "--role", "clerk", "--organisation", "500237101"])
        .done();
    program.run(&["audit", "checkpoint"]).done();
    let owner = program.db.owner_client().await;
    owner.batch_execute("UPDATE accounts SET role = 'supervisor'").await.unwrap();
    let broken = program.run(&["audit", "verify"]);
    assert_eq!(broken.status, 4, "{broken:?}");
    assert!(broken.err.contains("zhangwei"), "{broken:?}");
    owner
        .batch_execute("UPDATE accounts SET role = 'clerk'; UPDATE audit_entries SET actor = 'nobody'")
        .await
        .unwrap();
    let broken = program.run(&["audit", "verify", "--json"]);
    assert_eq!(broken.status, 4, "{broken:?}");
    assert_eq!(broken.json()["faults"][0]["sequence"], 1);
}

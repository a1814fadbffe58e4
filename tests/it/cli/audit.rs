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

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_bundle_is_checked_where_no_database_is() {
    let program = Program::new().await;
    program.run(&["quarter", "close", "--organisation", "500237", "--quarter", "2026Q1"]).done();
    let file = program.folder.path().join("proof.zip");
    let file = file.to_str().unwrap();
    let wanted = ["audit", "export", "-o", file, "--organisation", "500237101", "--quarter", "2026Q1"];
    let told = program.run(&[&wanted[..], &["--json"]].concat()).done().json();
    let key = told["key"].as_str().unwrap();
    assert_eq!((&told["revision"], &told["organisation"]), (&1.into(), &"500237101".into()), "{told}");
    // Alone: no database is named, no key is there.
    let alone = run(&["audit", "verify", "--bundle", file, "--key", key, "--json"], &[], "").done().json();
    assert_eq!((&alone["sound"], &alone["key_from_file"]), (&true.into(), &false.into()), "{alone}");
    assert!(alone["figures"].as_u64().unwrap() > 150, "{alone}");
    let told = run(&["audit", "verify", "--bundle", file], &[], "").done();
    assert!(told.out.contains("重算") && told.out.contains("取自文件本身"), "{told:?}");
    let bytes = std::fs::read(file).unwrap();
    let mut spoiled = bytes.clone();
    let place = spoiled.windows(16).rposition(|window| window.starts_with(b"trail.jsonl")).unwrap();
    spoiled[place] = b'T';
    std::fs::write(file, &spoiled).unwrap();
    let broken = run(&["audit", "verify", "--bundle", file, "--key", key], &[], "");
    assert!(broken.status == 4 && broken.err.contains("trail.jsonl"), "{broken:?}");
    let broken = run(&["audit", "verify", "--bundle", file, "--key", key, "--json"], &[], "");
    assert_eq!((broken.status, &broken.json()["faults"][0]["kind"]), (4, &"manifest".into()), "{broken:?}");
    for text in [&bytes[..bytes.len() / 2], &b""[..], &b"not a bundle"[..], &b"{\"a\": 1}\n"[..]] {
        std::fs::write(file, text).unwrap();
        let refused = run(&["audit", "verify", "--bundle", file], &[], "");
        assert!(refused.status == 3 && refused.err.contains("不是证明包"), "{refused:?}");
    }
    let open =
        program.run(&["audit", "export", "-o", file, "--organisation", "500237", "--quarter", "2026Q2"]);
    assert!(open.status == 3 && open.err.contains("尚未结账"), "{open:?}");
}

//! Exit statuses (contract 2): 0 done, 1 failed, 2 wrong usage, 3 input refused; each with a sentence in its place.

use sha2::{Digest, Sha256};

use super::program::{Program, run};

#[test]
fn wrong_words_end_with_two() {
    for words in [
        &["konto"][..],
        &["account", "add"],
        &["account", "token", "zhangwei"],
        &["account", "token", "zhangwei", "--name", "x", "--days", "many"],
        &["report", "quarterly", "--organisation", "500237", "--quarter", "2026Q9"],
        &["report", "quarterly", "--organisation", "500237", "--quarter", "2026Q1", "--format", "xlsx"],
        &["import", "nothing", "a.xlsx", "--organisation", "500237"],
        &["quarter", "close", "--organisation", "500237"],
        &["export", "members", "--organisation", "500237", "-o", "名册.docx"],
        &["export", "members", "--organisation", "500237", "-o", "a.csv", "--unmasked"],
        &["export", "members", "--organisation", "500237", "-o", "a.csv", "--as-of", "2026-02-30"],
        &["serve", "--listen", "8000"],
        &["demo", "--county", "atlantis"],
        &["check", "500237"],
    ] {
        let ran = run(words, &[], "");
        assert_eq!(ran.status, 2, "{words:?}: {ran:?}");
        assert!(ran.out.is_empty() && !ran.err.is_empty(), "{words:?}: {ran:?}");
    }
    let setting = run(&["migrate"], &[("CADRE_FRONT", "here")], "");
    assert_eq!(setting.status, 2, "{setting:?}");
    assert!(setting.err.contains("CADRE_FRONT") && setting.err.contains("none"), "{setting:?}");
}

#[test]
fn what_cannot_be_done_ends_with_one() {
    let away = [("DATABASE_URL", "postgresql://cadre_owner:secret@127.0.0.1:9/cadre")];
    let ran = run(&["account", "list"], &away, "");
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(ran.err.contains("DATABASE_URL") && !ran.err.contains("secret"), "{ran:?}");
    let ran = run(&["account", "list", "--json"], &away, "");
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(ran.json()["error"].is_string());
    let ran = run(&["template", "members", "-o", "/nowhere/at/all.xlsx"], &[], "");
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(ran.err.contains("/nowhere/at/all.xlsx"), "{ran:?}");
}

#[test]
fn help_and_version_end_with_nought() {
    for words in [&["--help"][..], &["--version"], &["help", "account"], &["figures"], &["openapi"]] {
        let ran = run(words, &[], "");
        assert!(ran.status == 0 && !ran.out.is_empty() && ran.err.is_empty(), "{words:?}: {ran:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_input_ends_with_three_and_names_it() {
    let program = Program::new().await;
    let roster = program.folder.path().join("名册.csv");
    std::fs::write(&roster, "姓名,公民身份号码\n张伟,123\n").unwrap();
    let roster = roster.to_str().unwrap();
    for (words, named) in [
        (&["import", "members", roster, "--organisation", "500237101"][..], "民族"),
        (&["import", "members", roster, "--organisation", "500237999"], "500237999"),
        (&["report", "quarterly", "--organisation", "500999", "--quarter", "2026Q1"], "500999"),
        (&["report", "quarterly", "--organisation", "500237", "--quarter", "2099Q1"], "2099"),
        (&["quarter", "close", "--organisation", "500237101", "--quarter", "2026Q1"], "龙井镇"),
        (&["divisions", "load", "500237"], "500237"),
        (&["check", "--organisation", "500999"], "500999"),
    ] {
        let ran = program.run(words);
        assert_eq!(ran.status, 3, "{words:?}: {ran:?}");
        assert!(format!("{}{}", ran.out, ran.err).contains(named), "{words:?}: {ran:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_left_out_end_with_three_and_strict_keeps_the_others_out_too() {
    let program = Program::new().await;
    let file = program.folder.path().join("组织.csv");
    let head = "组织代码,组织名称,上级代码,类别\n500237101-ZZ01,农业党总支,500237101,党总支\n";
    let import = |text: &str, more: &[&str]| {
        std::fs::write(&file, text).unwrap();
        let path = file.to_str().unwrap();
        let words = ["import", "organisations", path, "--organisation", "500237101", "--json"];
        program.run(&[&words[..], more].concat())
    };
    let mixed = format!("{head}500237101-ZB09,九支部,500237101-ZZ99,党支部\n");
    let ran = import(&mixed, &["--strict"]);
    assert_eq!((ran.status, ran.json()["state"].as_str()), (3, Some("planned")), "{ran:?}");
    let ran = import(&mixed, &[]);
    assert_eq!((ran.status, ran.json()["state"].as_str()), (3, Some("committed")), "{ran:?}");
    assert_eq!(ran.json()["counts"]["new"], 1, "strict wrote nothing before");
    assert_eq!(ran.json()["refused_rows"][0]["row"], 3);
    let ran = import(head, &[]);
    assert_eq!((ran.status, ran.json()["counts"]["unchanged"].as_i64()), (0, Some(1)), "{ran:?}");

    let out = program.folder.path().join("导出.xlsx");
    let out = out.to_str().unwrap();
    let told = program.run(&["export", "organisations", "--organisation", "500237101", "-o", out, "--json"]);
    assert_eq!((told.status, told.json()["rows"].as_i64()), (0, Some(6)), "{told:?}");
    let back = program.run(&["import", "organisations", out, "--organisation", "500237101", "--json"]);
    assert_eq!((back.status, back.json()["counts"]["unchanged"].as_i64()), (0, Some(6)), "{back:?}");
    let ahead = ["export", "members", "--organisation", "500237101", "-o", out, "--as-of", "2099-01-01"];
    assert_eq!(program.run(&ahead).status, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_is_taken_back_by_its_id() {
    let program = Program::new().await;
    let file = program.folder.path().join("组织.csv");
    let text = "党组织名册\n代码,组织名称,上级代码,类别\n500237101-ZZ01,农业党总支,500237101,党总支\n";
    std::fs::write(&file, text).unwrap();
    let mapping = program.folder.path().join("列.json");
    std::fs::write(&mapping, r#"{"header_row":2,"columns":{"代码":"组织代码"}}"#).unwrap();
    let words = ["import", "organisations", file.to_str().unwrap(), "--organisation", "500237101", "--json"];
    assert_eq!(program.run(&words).status, 3, "strict without a mapping");
    let words = [&words[..], &["--mapping", mapping.to_str().unwrap()]].concat();
    let imported = program.run(&words).done();
    assert_eq!(imported.json()["counts"]["new"], 1);
    let id = imported.json()["import_id"].as_str().unwrap().to_owned();
    let undone = program.run(&["import", "undo", &id, "--json"]).done();
    assert_eq!((&undone.json()["state"], &undone.json()["undo"]["undone"]), (&"undone".into(), &1.into()));
    assert_eq!(program.run(&["import", "undo", &id, "--reason", "误传"]).status, 3, "once");
    assert_eq!(
        program.run(&["import", "undo", "01900000-0000-7000-8000-000000000000", "--reason", "误传"]).status,
        3
    );
    assert_eq!(program.run(&["import", "undo", "x"]).status, 2);
    assert_eq!(program.run(&words).done().json()["counts"]["new"], 1, "as if for the first time");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_ends_with_its_receipt_and_the_same_file_says_when_it_came() {
    let program = Program::new().await;
    let file = program.folder.path().join("组织.csv");
    let text = "组织代码,组织名称,上级代码,类别\n500237101-ZZ01,农业党总支,500237101,党总支\n";
    std::fs::write(&file, text).unwrap();
    let words = ["import", "organisations", file.to_str().unwrap(), "--organisation", "500237101"];
    let planned = program.run(&[&words[..], &["--dry-run"]].concat()).done();
    assert!(!planned.out.contains("回执") && !planned.out.contains("这个文件"), "{planned:?}");
    let first = program.run(&words).done();
    let hash = hex::encode(Sha256::digest(text));
    assert!(first.out.contains("回执：“system@") && first.out.contains(&hash), "{first:?}");
    assert!(first.out.contains("可撤销至20"), "{first:?}");
    let again = program.run(&words).done();
    assert!(again.out.contains("提示：这个文件已于") && again.out.contains("写入1行"), "{again:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_finds_whom_the_flow_does_not_explain() {
    use crate::support::builders::member;
    use cadre::base::actor::Role;
    let program = Program::new().await;
    // A county without a single member has duties that are not met, and no fault in its records.
    let clean = program.run(&["check"]).done();
    assert!(clean.out.contains("〔提示〕") && !clean.out.contains("〔错误〕"), "{clean:?}");
    let clerk = program.county.county.actor(Role::Clerk);
    let enrol = [member(program.county.branch(1, 1).id, "张伟", 1)];
    let keys = cadre::base::keys::KeyRing::ephemeral().unwrap();
    cadre::records::members::enrol(&mut *program.db.web().await, &clerk, &keys, &enrol).await.unwrap();
    // No verb makes such a record: his branch ended, and nothing else began.
    let broken = "UPDATE branch_memberships SET to_day = current_date";
    program.db.owner_client().await.batch_execute(broken).await.unwrap();
    let found = program.run(&["check", "--organisation", "500237", "--json"]);
    assert_eq!(found.status, 1, "{found:?}");
    let checked = &found.json()["checked"][0];
    assert_eq!(checked["findings"][0]["rule"], "flow.balance");
    assert_eq!(checked["findings"][0]["members"][0]["name"], "张伟");
    let said = program.run(&["check"]);
    assert!(said.status == 1 && said.out.contains("张伟"), "{said:?}");
}

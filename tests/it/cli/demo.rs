//! `cadre demo` over what an earlier start left.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

use rustix::process::Signal;

use super::interruption::{Installation, free_address, send};
use super::program::Program;

/// What an earlier start without `--strict` has left of a county.
const LEFT: &str = r#"[{"username":"clerk1","password":"-","otp_secret":null,"role":"clerk","organisation":"500237101","organisation_name":"龙井镇"}]"#;

#[test]
fn a_second_start_takes_over_what_the_first_has_left() {
    let installation = Installation::new();
    for words in [&["migrate"][..], &["divisions", "load", "500237"]] {
        assert!(installation.cadre(words).status().unwrap().success(), "{words:?}");
    }
    // What the first start writes when it is done loading: the county would be refused a second time.
    let accounts = installation.data().join("demo-accounts.json");
    fs::write(&accounts, LEFT).unwrap();
    let address = free_address();
    let mut child =
        installation.cadre(&["demo", "--listen", &address]).stdout(Stdio::piped()).spawn().unwrap();
    let mut said = Vec::new();
    let ready = format!("ready http://{address}");
    for line in BufReader::new(child.stdout.as_mut().unwrap()).lines() {
        said.push(line.unwrap());
        if said.last() == Some(&ready) {
            break;
        }
    }
    assert_eq!(said.last(), Some(&ready), "{said:?}");
    assert!(!said.iter().any(|line| line.contains("正在装入")), "{said:?}");
    let named = format!("示例账号（含密码）：{}", accounts.display());
    assert!(said.contains(&named), "{said:?}");
    assert_eq!(fs::read_to_string(&accounts).unwrap(), LEFT, "the accounts stay as they were");
    send(&child, Signal::INT);
    assert!(child.wait().unwrap().success());
    assert_eq!(installation.server(), None);
}

#[test]
fn a_county_that_was_not_loaded_to_its_end_is_not_taken_for_one() {
    let installation = Installation::new();
    for words in [&["migrate"][..], &["divisions", "load", "500237"]] {
        assert!(installation.cadre(words).status().unwrap().success(), "{words:?}");
    }
    let output = installation.cadre(&["demo", "--no-serve"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("--fresh"), "{said}");
    assert!(!installation.data().join("demo-accounts.json").exists());
}

#[test]
fn whoever_wants_codes_of_accounts_without_them_is_told_to_begin_anew() {
    let installation = Installation::new();
    assert!(installation.cadre(&["migrate"]).status().unwrap().success());
    let accounts = installation.data().join("demo-accounts.json");
    fs::write(&accounts, LEFT).unwrap();
    let output = installation.cadre(&["demo", "--no-serve", "--strict"]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("没有 --strict") && told.contains("--fresh"), "{told}");
    assert_eq!(fs::read_to_string(&accounts).unwrap(), LEFT);
    let plain = installation.cadre(&["demo", "--no-serve"]).output().unwrap();
    assert!(!String::from_utf8(plain.stderr).unwrap().contains("--strict"), "nobody asked for codes");
}

#[test]
fn a_fresh_start_forgets_what_was_there_and_a_start_without_keeps_it() {
    let installation = Installation::new();
    for words in [&["migrate"][..], &["divisions", "load", "500155"]] {
        assert!(installation.cadre(words).status().unwrap().success(), "{words:?}");
    }
    let accounts = installation.data().join("demo-accounts.json");
    fs::write(&accounts, LEFT).unwrap();
    let listed = || installation.cadre(&["account", "list", "--organisation", "500155"]).output().unwrap();
    assert!(installation.cadre(&["demo", "--no-serve"]).status().unwrap().success());
    assert!(listed().status.success(), "the county is there still");
    // It loads anew, though the accounts are there; what it loads is broken off, since only what went matters here.
    let mut child = installation
        .cadre(&["demo", "--no-serve", "--fresh"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.as_mut().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("正在装入示例县 wushan")));
    send(&child, Signal::INT);
    assert!(!child.wait().unwrap().success());
    assert!(!accounts.exists(), "the accounts went with the county");
    let gone = listed();
    let told = String::from_utf8(gone.stderr).unwrap();
    assert!(!gone.status.success() && told.contains("没有组织“500155”"), "{told}");
    assert_eq!(installation.server(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_somebody_else_runs_is_never_emptied() {
    let program = Program::new().await;
    let refused = program.run(&["demo", "--no-serve", "--fresh"]);
    assert_eq!(refused.status, 2, "{refused:?}");
    assert!(refused.err.contains("DATABASE_URL"), "{refused:?}");
    let query = "SELECT count(*)::text FROM counties";
    let counties: String = program.db.owner_client().await.query_one(query, &[]).await.unwrap().get(0);
    assert_eq!(counties, "1");
}

//! `cadre demo` over what an earlier start left.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

use rustix::process::Signal;

use super::interruption::{Installation, free_address, send};

#[test]
fn a_second_start_takes_over_what_the_first_has_left() {
    let installation = Installation::new();
    for words in [&["migrate"][..], &["divisions", "load", "500237"]] {
        assert!(installation.cadre(words).status().unwrap().success(), "{words:?}");
    }
    // What the first start writes when it is done loading: the county would be refused a second time.
    let accounts = installation.data().join("demo-accounts.json");
    let left = r#"[{"username":"clerk1","password":"-","otp_secret":null,"role":"clerk","organisation":"500237101","organisation_name":"龙井镇"}]"#;
    fs::write(&accounts, left).unwrap();
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
    assert_eq!(fs::read_to_string(&accounts).unwrap(), left, "the accounts stay as they were");
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

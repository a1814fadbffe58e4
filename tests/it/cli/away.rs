//! A running server whose database goes away, and comes back.

use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use super::interruption::send;
use crate::planted::browser::{Browser, Got};
use crate::planted::{PASSWORD, Place};

/// How long sessions may take to notice that their server is gone, or that it is back.
const PATIENCE: Duration = Duration::from_secs(30);

const SENTENCE: &str = "数据库暂时无法连接";

/// The process id of the private PostgreSQL.
fn postmaster(place: &Place) -> Option<i32> {
    let file = place.path("data").join("postgres/postmaster.pid");
    std::fs::read_to_string(file).ok()?.lines().next()?.parse().ok()
}

/// Asks until the server says that it is ready, or that it is not.
fn until_ready_says(browser: &Browser, status: u16) {
    let begun = Instant::now();
    while browser.get("/health/ready").status != status {
        assert!(begun.elapsed() < PATIENCE, "it never said {status}");
    }
}

fn kind(got: &Got) -> &str {
    let line = got.head.lines().find(|line| line.to_lowercase().starts_with("content-type:"));
    line.and_then(|line| line.split_once(':')).map_or("", |(_, kind)| kind.trim())
}

/// ASVS 16.5.2
#[test]
fn without_its_database_a_server_says_so_and_goes_on_when_it_is_back() {
    let place = Place::new();
    let mut server = place.serving();
    assert_eq!(place.run(&["divisions", "load", "500237"], ""), Some(0));
    let account = ["account", "add", "--password-stdin", "--username", "clerk", "--role", "clerk"];
    let account = [&account[..], &["--organisation", "500237101"]].concat();
    assert_eq!(place.run(&account, PASSWORD), Some(0));
    let browser = Browser::sign_in(&place.address, "clerk", PASSWORD);
    for path in ["/health/ready", "/api/v1/members", "/members"] {
        browser.get(path).is(200);
    }

    let database = postmaster(&place).unwrap();
    kill_process(Pid::from_raw(database).unwrap(), Signal::KILL).unwrap();
    until_ready_says(&browser, 503);
    browser.get("/health/live").is(200);
    let credentials = json!({ "username": "clerk", "password": PASSWORD });
    for got in [
        browser.get("/api/v1/members"),
        browser.post("/api/v1/members", &[], &json!({ "name": "张伟" })),
        browser.post("/api/v1/session", &[], &credentials),
    ] {
        let got = got.is(503);
        assert_eq!(kind(&got), "application/problem+json", "{}", got.head);
        let problem = got.json();
        assert_eq!((&problem["status"], &problem["title"]), (&json!(503), &json!("暂时不可用")));
        assert!(problem["detail"].as_str().unwrap().contains(SENTENCE), "{problem}");
    }
    let page = browser.get("/members").is(503);
    assert!(kind(&page).starts_with("text/html") && page.body.contains(SENTENCE), "{}", page.body);
    assert!(page.body.contains("href=\"/\""), "a way on: {}", page.body);

    // Another command starts it again; who was signed in is so still.
    assert_eq!(place.run(&["migrate"], ""), Some(0));
    assert_ne!(postmaster(&place), Some(database));
    until_ready_says(&browser, 200);
    for path in ["/api/v1/members", "/members"] {
        browser.get(path).is(200);
    }
    send(&server, Signal::INT);
    assert!(server.wait().unwrap().success());
    assert_eq!(postmaster(&place), None);
}

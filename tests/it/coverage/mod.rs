//! Route × role: every mounted route, called by every kind of caller. The table is in `table.rs` and `people.rs`; what is
//! not in it fails.

mod crawl;
mod hostile;
mod lists;
mod people;
mod reports;
mod stage;
mod table;

use std::collections::BTreeSet;

use rocket::http::Method;

use crate::support::app::{Answer, Credential};
use stage::{CALLERS, Stage};

/// One line of the table.
struct Row {
    method: Method,
    route: &'static str,
    verb: &'static str,
    sent: &'static str,
    cells: Vec<&'static str>,
}

fn rows() -> Vec<Row> {
    // Those of `people` come first: the table ends with signing out.
    let lines = people::TABLE.lines().chain(reports::TABLE.lines()).chain(table::TABLE.lines());
    lines
        .filter(|line| !line.is_empty() && !line.starts_with('#') && !line.starts_with("METHOD"))
        .map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            assert_eq!(words.len(), 3 + CALLERS.len(), "{line}");
            let (route, verb) = words[1].split_once('|').unwrap_or((words[1], ""));
            let method = words[0].parse().unwrap_or_else(|_| panic!("{line}"));
            Row { method, route, verb, sent: words[2], cells: words[3..].to_vec() }
        })
        .collect()
}

impl Row {
    fn changes(&self) -> bool {
        self.method != Method::Get
    }

    /// Signing in needs no session and so no token.
    fn signs_in(&self) -> bool {
        self.method == Method::Post && matches!(self.route, "/sign-in" | "/api/v1/session")
    }

    async fn call(&self, stage: &Stage, who: &Credential, origin: Option<&'static str>) -> Answer {
        let (kind, body) = stage.body(self.sent);
        let mut headers = Vec::new();
        if !kind.is_empty() {
            headers.push(("Content-Type", kind));
        }
        if matches!(self.method, Method::Patch | Method::Put | Method::Delete)
            || ["/remove", "/end"].iter().any(|end| self.route.ends_with(end))
        {
            headers.push(("If-Match", "\"1\""));
        }
        headers.extend(origin.map(|origin| ("Origin", origin)));
        stage.app.send_raw(who, self.method, &stage.path(self.route, self.verb), &headers, body).await
    }
}

/// The word of the table for an answer.
fn word(answer: &Answer) -> String {
    let signs_in = answer.location.as_deref().is_some_and(|place| place == "/sign-in");
    match answer.status.code {
        303 if signs_in => "in".to_owned(),
        200..=299 | 303 | 409 | 412 | 422 => "ok".to_owned(),
        code => code.to_string(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_has_its_row_and_every_row_its_route() {
    let stage = Stage::new().await;
    let mounted: BTreeSet<String> =
        stage.app.routes().map(|route| format!("{} {}", route.method, route.uri.path())).collect();
    let rows = rows();
    let listed: BTreeSet<String> = rows.iter().map(|row| format!("{} {}", row.method, row.route)).collect();
    assert_eq!(listed, mounted);
    assert_eq!(rows.len(), listed.len(), "a route has one row");
}

/// ASVS 8.2.1, 13.4.5
#[tokio::test(flavor = "multi_thread")]
async fn every_caller_gets_what_the_table_says() {
    let mut stage = Stage::new().await;
    let mut faults = Vec::new();
    for row in rows() {
        if row.route == "/api/v1/session" && row.method == Method::Delete {
            stage.sign_in_again().await;
        }
        for (at, (caller, _)) in CALLERS.iter().enumerate() {
            let answer = row.call(&stage, &stage.callers[at], None).await;
            let (found, wanted) = (word(&answer), row.cells[at]);
            if found != wanted {
                let (method, route, status) = (row.method, row.route, answer.status);
                faults.push(format!("{method} {route}: {caller} gets {found} ({status}), not {wanted}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// A page of another site can make a browser send its cookie, but neither the token nor our own origin.
/// ASVS 3.5.1
#[tokio::test(flavor = "multi_thread")]
async fn no_change_without_the_token_or_from_another_site() {
    let stage = Stage::new().await;
    let mut faults = Vec::new();
    for row in rows().into_iter().filter(Row::changes) {
        let let_in =
            row.cells.iter().zip(CALLERS).position(|(cell, caller)| *cell == "ok" && caller.1.is_some());
        let who = &stage.callers[let_in.unwrap_or(3)];
        let what = format!("{} {}", row.method, row.route);
        let foreign = row.call(&stage, who, Some("https://elsewhere.example")).await;
        if foreign.status.code != 403 {
            faults.push(format!("{what}: from another site {}", foreign.status));
        }
        if row.signs_in() {
            continue;
        }
        let (kind, body) = stage.body(row.sent);
        let path = stage.path(row.route, row.verb);
        let lured = stage.app.lured(who, row.method, &path, kind, &body).await;
        if lured.status.code != 403 {
            faults.push(format!("{what}: without the token {}", lured.status));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// What is wrong with the headers of an answer (SEC-13).
fn faults_of_headers(answer: &Answer, path: &str, tls: bool) -> Vec<String> {
    let has = |name: &str, part: &str| {
        answer.header(name).is_some_and(|value| value.split([';', ',']).any(|one| one.trim() == part))
    };
    let policy = answer.header("Content-Security-Policy").unwrap_or_default();
    let kept = answer.header("Cache-Control").unwrap_or_default();
    let personal = !path.starts_with("/assets/");
    let wanted = [
        ("a policy", has("Content-Security-Policy", "default-src 'self'")),
        ("nothing inline", !policy.is_empty() && !policy.contains("unsafe")),
        ("no frames", has("Content-Security-Policy", "frame-ancestors 'none'")),
        ("no plug-ins", has("Content-Security-Policy", "object-src 'none'")),
        ("no guessing of types", has("X-Content-Type-Options", "nosniff")),
        ("a referrer policy", has("Referrer-Policy", "same-origin")),
        ("no store", !personal || kept == "no-store"),
        ("no banner", answer.header("Server").is_none() && answer.header("X-Powered-By").is_none()),
        ("TLS for a year where it is announced", has("Strict-Transport-Security", "max-age=31536000") == tls),
    ];
    wanted
        .iter()
        .filter(|(_, kept)| !kept)
        .map(|(what, _)| format!("{path} {}: {what}", answer.status))
        .collect()
}

/// What is wrong with an error of the API: it is a problem document that says the status again, and what to do.
fn faults_of_problem(answer: &Answer, path: &str) -> Vec<String> {
    if !path.starts_with("/api/") || answer.status.code < 400 {
        return Vec::new();
    }
    let problem: serde_json::Value = serde_json::from_str(&answer.body).unwrap_or_default();
    let says = |field: &str| problem[field].as_str().is_some_and(|text| !text.is_empty());
    let wanted = [
        ("problem+json", answer.header("Content-Type").as_deref() == Some("application/problem+json")),
        ("the status again", problem["status"] == answer.status.code),
        ("the type", problem["type"] == "about:blank"),
        ("a title", says("title")),
        ("a detail", says("detail")),
    ];
    wanted
        .iter()
        .filter(|(_, kept)| !kept)
        .map(|(what, _)| format!("{path} {}: without {what}", answer.status))
        .collect()
}

/// ASVS 3.2.1, 3.4.3, 3.4.4, 3.4.5, 3.4.6, 13.4.2, 13.4.6, 14.3.2, 16.5.1, 16.5.4
#[tokio::test(flavor = "multi_thread")]
async fn every_answer_has_its_headers_errors_and_downloads_too() {
    let stage = Stage::new().await;
    let mut faults = Vec::new();
    let (mut statuses, mut problems) = (BTreeSet::new(), BTreeSet::new());
    let supervisor = &stage.callers[3];
    let oversized = format!("csrf_token=x&q={}", "x".repeat(2 << 20));
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let large = stage.app.send_raw(supervisor, Method::Post, "/members/search", &form, oversized).await;
    for row in rows() {
        for who in [0, 1, 3] {
            let answer = row.call(&stage, &stage.callers[who], None).await;
            statuses.insert(answer.status.code);
            faults.extend(faults_of_headers(&answer, row.route, false));
            faults.extend(faults_of_problem(&answer, row.route));
            problems.extend(row.route.starts_with("/api/").then_some(answer.status.code));
        }
    }
    for (path, status) in
        [("/nowhere", 404), ("/api/v1/nowhere", 404), ("/test/broken", 500), ("/test/lost", 500)]
    {
        let answer = stage.app.get(supervisor, path).await;
        assert_eq!(answer.status.code, status, "{path}");
        assert!(!answer.body.contains("asked for by a test"), "no internals in {}", answer.body);
        faults.extend(faults_of_headers(&answer, path, false));
        faults.extend(faults_of_problem(&answer, path));
    }
    assert_eq!(large.status.code, 413);
    faults.extend(faults_of_headers(&large, "/members/search", false));
    let tls = [("X-Forwarded-Proto", "https"), ("X-Real-IP", "198.51.100.7")];
    let answer =
        stage.app.signs_in_from(crate::support::app::FRONT, &tls, "nobody", "wrong wrong wrong", false).await;
    faults.extend(faults_of_headers(&answer, "/api/v1/session", true));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    for status in [200, 303, 401, 403, 404, 422] {
        assert!(statuses.contains(&status), "no answer with {status}: {statuses:?}");
    }
    for status in [401, 403] {
        assert!(problems.contains(&status), "no answer of the API with {status}: {problems:?}");
    }
}

/// PostgreSQL keeps no U+0000: whoever sends one is told so, and nothing breaks.
/// ASVS 1.3.3
#[tokio::test(flavor = "multi_thread")]
async fn no_nul_breaks_a_route() {
    let stage = Stage::new().await;
    let mut faults = Vec::new();
    for row in rows() {
        let who = &stage.callers[if row.route.starts_with("/api/") { 7 } else { 3 }];
        let path = stage.path(row.route, row.verb);
        let (kind, body) = match stage.body(row.sent) {
            ("application/json", _) => ("application/json", r#"{"username":"\u0000"}"#.to_owned()),
            ("application/x-www-form-urlencoded", _) => {
                ("application/x-www-form-urlencoded", "username=%00&password=x".to_owned())
            }
            other => other,
        };
        let mut headers = vec![("If-Match", "\"1\"")];
        headers.extend(Some(kind).filter(|kind| !kind.is_empty()).map(|kind| ("Content-Type", kind)));
        let plain = row.changes().then(|| path.clone());
        let queried = format!("{path}?q=%00&within=%00&organisation=%00&period=%00&after=AA");
        let inside = path.replace("500237101", "%00").replace("members.total", "%00");
        for path in plain.into_iter().chain([queried, inside]) {
            let answer = stage.app.send_raw(who, row.method, &path, &headers, &body).await;
            if answer.status.code >= 500 {
                faults.push(format!("{} {path}: {}", row.method, answer.status));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

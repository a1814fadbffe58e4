//! What holds of every page: no text becomes markup, nothing changes by being read, the type is told, one can sign out.

use std::collections::BTreeMap;

use rocket::http::Method;
use tokio_postgres::Client;

use super::hostile::{bodies, sent};
use super::rows;
use super::stage::Stage;
use crate::support::app::{Answer, FRONT, PASSWORD, TestApp};

/// Ends a text, an attribute and a script, and begins one of its own.
const MARKUP: &str =
    "'\"></title></textarea></script><script>planted(1)</script><img src=x onerror=planted(2)>";

/// What a browser would run, were it written out as it came.
const RUN: [&str; 2] = ["<script>planted(1)", "<img src=x onerror="];

/// Everything that can be read, as those see it who see the most.
async fn read(stage: &Stage, every: &mut dyn FnMut(&str, &Answer)) {
    for row in rows().iter().filter(|row| row.method == Method::Get) {
        let path = stage.path(row.route, row.verb);
        for who in [1, 3, 4, 5, 6] {
            let answer = stage.app.send_raw(&stage.callers[who], row.method, &path, &[], "").await;
            every(&path, &answer);
        }
    }
}

/// SEC-07.
/// ASVS 1.1.2, 1.2.1, 1.2.2, 1.2.3, 3.2.2
#[tokio::test(flavor = "multi_thread")]
async fn no_text_becomes_markup() {
    let stage = Stage::new().await;
    let mut faults = Vec::new();
    let mut see = |path: &str, answer: &Answer| {
        if answer.header("Content-Type").is_some_and(|kind| kind.starts_with("text/html")) {
            for run in RUN.iter().filter(|run| answer.body.contains(**run)) {
                faults.push(format!("{path}: {run}"));
            }
        }
    };
    for row in rows().iter().filter(|row| row.changes() && !row.signs_in() && row.route != "/sign-out") {
        let path = stage.path(row.route, row.verb);
        let (kind, body) = stage.body(row.sent);
        for body in bodies(kind, &body, MARKUP) {
            // What is refused is shown again as it was typed.
            see(&path, &sent(&stage, row, &path, kind, &body).await.0);
        }
    }
    let queried: Vec<String> = rows()
        .iter()
        .filter(|row| row.method == Method::Get && !row.route.starts_with("/api/"))
        .map(|row| stage.path(row.route, row.verb))
        .collect();
    let query: String = MARKUP.bytes().map(|byte| format!("%{byte:02X}")).collect();
    for path in queried {
        let path = format!("{path}?q={query}&within={query}&sort={query}&name={query}");
        see(&path, &stage.app.get(&stage.callers[3], &path).await);
    }
    read(&stage, &mut see).await;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// How many rows each table has, and a sum over what they say; what reading leaves on purpose is left out.
async fn state(client: &Client) -> BTreeMap<String, (i64, i64)> {
    let query = "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace
        AND relname NOT IN ('sessions', 'accounts', 'audit_entries', 'audit_heads', 'team_counts', 'team_wanderers',
            'sign_in_sources')";
    let mut state = BTreeMap::new();
    for row in client.query(query, &[]).await.unwrap() {
        let table: String = row.get(0);
        let query =
            format!("SELECT count(*), coalesce(sum(hashtext(t::text)::bigint), 0)::bigint FROM {table} t");
        let row = client.query_one(&query, &[]).await.unwrap();
        state.insert(table, (row.get(0), row.get(1)));
    }
    state
}

/// ASVS 3.5.3, 4.1.1, 7.4.4
#[tokio::test(flavor = "multi_thread")]
async fn reading_changes_nothing_and_every_page_says_its_type_and_the_way_out() {
    let stage = Stage::new().await;
    let client = stage.app.db.owner_client().await;
    let before = state(&client).await;
    let (mut faults, mut pages) = (Vec::new(), 0);
    read(&stage, &mut |path, answer| {
        let kind = answer.header("Content-Type").unwrap_or_default();
        if !answer.body.is_empty() && kind.is_empty() {
            faults.push(format!("{path}: no type"));
        }
        if kind.starts_with("text/")
            && !kind.starts_with("text/event-stream")
            && !kind.contains("charset=utf-8")
        {
            faults.push(format!("{path}: {kind}"));
        }
        if answer.status.code == 200 && answer.body.contains("<!doctype html>") && path != "/sign-in" {
            pages += 1;
            if !answer.body.contains("/sign-out") {
                faults.push(format!("{path}: no way out"));
            }
        }
    })
    .await;
    assert!(pages > 50, "{pages} pages");
    let changed: Vec<String> = state(&client)
        .await
        .into_iter()
        .filter(|(table, now)| before.get(table) != Some(now))
        .map(|(table, _)| table)
        .collect();
    assert!(changed.is_empty(), "changed by reading: {changed:?}");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// ASVS 3.3.1, 3.3.2, 3.3.3, 3.3.4, 7.2.2, 7.2.3
#[tokio::test]
async fn the_cookie_of_a_session_is_for_this_host_and_no_script() {
    let app = TestApp::new().await;
    app.account("clerk.one", cadre::base::actor::Role::Clerk, app.county.town(1)).await;
    let tls = [("X-Forwarded-Proto", "https"), ("X-Real-IP", "198.51.100.7")];
    let mut seen = Vec::new();
    for page in [false, true, false] {
        let answer = app.signs_in_from(FRONT, &tls, "clerk.one", PASSWORD, page).await;
        let cookie = answer.header("Set-Cookie").unwrap();
        assert!(cookie.starts_with("__Host-cadre="), "{cookie}");
        for part in ["HttpOnly", "Secure", "Path=/"] {
            assert!(cookie.split("; ").any(|own| own == part), "{part}: {cookie}");
        }
        assert!(cookie.contains("SameSite=Strict") || cookie.contains("SameSite=Lax"), "{cookie}");
        assert!(!cookie.contains("Domain="), "{cookie}");
        let value = cookie.split([';', '=']).nth(1).unwrap().to_owned();
        assert!(value.len() >= 43, "256 bits take 43 characters: {value}");
        assert!(!answer.body.contains(&value), "the body does not repeat it");
        seen.push(value);
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 3, "each is another");
}

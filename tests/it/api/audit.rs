//! The trail through the API and the pages: filtered, paged, taken out and verified.

use std::io::Cursor;

use cadre::across::reports::proof;
use cadre::base::actor::{Actor, Role};
use cadre::records::audit::checkpoints::{Signer, Store};
use cadre::records::audit::verify::{self, Known, Verdict};
use cadre::records::members;
use rocket::http::{Method, Status};
use serde_json::{Value, json};

use crate::support::app::{Answer, Credential, TestApp};
use crate::support::builders::member;

/// A member of each of two towns, entered by the command line; and a clerk's change.
async fn office() -> TestApp {
    let app = TestApp::new().await;
    let mut conn = app.db.web().await;
    for town in [1, 2] {
        let clerk: Actor = app.county.town(town).actor(Role::Clerk);
        let person = member(app.county.branch(town, 1).id, "王芳", u16::try_from(town).unwrap());
        members::enrol(&mut conn, &clerk, &app.keys, &[person]).await.unwrap();
    }
    app
}

async fn entries(app: &TestApp, who: &Credential, query: &str) -> Value {
    let answer = app.get(who, &format!("/api/v1/audit/entries{query}")).await;
    assert_eq!(answer.status, Status::Ok, "{}", answer.body);
    answer.json()
}

fn verified(app: &TestApp, file: &Answer) -> Verdict {
    let key = Signer::new(app.note_key.clone(), Store::new(app.files.path()), None).verifier();
    let known = Known { key: Some(key), store: None };
    verify::file(Cursor::new(file.body.as_bytes()), &known).unwrap()
}

/// ASVS 16.2.1
#[tokio::test]
async fn the_trail_is_filtered_by_each_of_its_columns_and_paged() {
    let app = office().await;
    let auditor = app.signed_in("auditor", Role::Auditor, &app.county.county).await;
    let count = async |query: &str| entries(&app, &auditor, query).await["items"].as_array().unwrap().len();
    let all = count("").await;
    assert!(all >= 4, "{all}");
    assert_eq!(count("?action=members.enrol").await, 2);
    assert_eq!(count("?actor=auditor&action=accounts.sign_in").await, 1);
    assert_eq!(count("?actor=nobody").await, 0);
    assert_eq!(count("?from=2020-01-01&to=2020-01-02").await, 0);
    let doors = count("?door=web").await + count("?door=api").await + count("?door=command_line").await;
    assert_eq!(doors, all);
    let wrong = app.get(&auditor, "/api/v1/audit/entries?door=window&from=x").await;
    assert_eq!(wrong.status, Status::UnprocessableEntity);
    assert_eq!(wrong.json()["errors"].as_array().unwrap().len(), 2);
    // One by one, every entry comes once, newest first.
    let mut seen = Vec::new();
    let mut query = "?limit=1".to_owned();
    loop {
        let page = entries(&app, &auditor, &query).await;
        seen.push(page["items"][0]["sequence"].as_i64().unwrap());
        let Some(next) = page["next"].as_str() else { break };
        query = format!("?limit=1&after={next}");
    }
    assert_eq!(seen, (1..=i64::try_from(all).unwrap()).rev().collect::<Vec<_>>());
}

#[tokio::test]
async fn a_checkpoint_is_shown_and_everybody_takes_out_what_he_may_read() {
    let app = office().await;
    let auditor = app.token("auditor", Role::Auditor, &app.county.county).await;
    let supervisor = app.token("wang", Role::Supervisor, app.county.town(1)).await;
    let none = app.get(&auditor, "/api/v1/audit/checkpoint").await;
    assert_eq!(none.status, Status::NotFound);
    let early = app.get(&auditor, "/api/v1/audit/bundle").await;
    assert_eq!(early.status, Status::Conflict);
    assert!(early.json()["detail"].as_str().unwrap().contains("检查点"), "{}", early.body);
    app.sign().await;
    let shown = app.get(&auditor, "/api/v1/audit/checkpoint").await.json();
    let size = shown["size"].as_u64().unwrap();
    assert!(shown["note"].as_str().unwrap().starts_with(shown["origin"].as_str().unwrap()));
    // The whole chain for the auditor of the county.
    let file = app.get(&auditor, "/api/v1/audit/bundle").await;
    let verdict = verified(&app, &file);
    assert!(verdict.faults.is_empty(), "{:?}", verdict.faults);
    assert_eq!((verdict.chains[0].signed, verdict.chains[0].entries), (size, size));
    // Single entries, each with its proof, for the supervisor of a town.
    let file = app.get(&supervisor, "/api/v1/audit/bundle?action=members.enrol").await;
    let verdict = verified(&app, &file);
    assert!(verdict.faults.is_empty(), "{:?}", verdict.faults);
    assert_eq!(verdict.entries(), 1);
    let forged = file.body.replacen("\"actor\":\"", "\"actor\":\"x", 1);
    let verdict = verify::file(Cursor::new(forged.as_bytes()), &Known::default()).unwrap();
    assert_eq!(verdict.faults.len(), 1);
    // Taking it out is itself in the trail.
    let taken = entries(&app, &auditor, "?action=audit.take_bundle").await;
    assert_eq!(taken["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_closed_quarter_prints_the_checkpoint_that_covers_its_closing() {
    let app = office().await;
    let wang = app.signed_in("wang", Role::Supervisor, &app.county.county).await;
    let li = app.signed_in("li", Role::Supervisor, &app.county.county).await;
    for who in [&wang, &li] {
        let body = json!({ "organisation": "500237" });
        let answer = app.send(who, Method::Post, "/api/v1/quarters/2026Q1/close", &[], &body).await;
        assert!(answer.status.code < 300, "{}", answer.body);
    }
    let report =
        async || app.get(&wang, "/api/v1/reports/quarterly?organisation=500237&quarter=2026Q1").await.json();
    assert_eq!(report().await["checkpoint"], Value::Null);
    app.sign().await;
    let signed = app.get(&wang, "/api/v1/audit/checkpoint").await.json();
    let printed = report().await["checkpoint"].as_str().unwrap().to_owned();
    let lines: Vec<&str> = signed["note"].as_str().unwrap().lines().take(3).collect();
    assert_eq!(printed, lines.join(" "));
    // Later checkpoints change nothing in the report.
    entries(&app, &wang, "").await;
    app.sign().await;
    assert_eq!(report().await["checkpoint"], json!(printed));
}

#[tokio::test]
async fn the_page_tells_each_field_before_and_after() {
    let app = office().await;
    let clerk = app.signed_in("clerk", Role::Clerk, app.county.town(1)).await;
    let auditor = app.signed_in("auditor", Role::Auditor, &app.county.county).await;
    let members = app.get(&clerk, "/api/v1/members").await.json();
    let id = members["items"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/members/{id}");
    let changed = app
        .send(&clerk, Method::Patch, &path, &[("If-Match", "\"1\"")], &json!({ "note": "迁居县城" }))
        .await;
    assert_eq!(changed.status, Status::Ok, "{}", changed.body);
    let page = app.get(&auditor, &format!("/audit?subject={id}")).await;
    assert_eq!(page.status, Status::Ok);
    for words in ["一条记录的经过", "更正党员信息", "录入党员", "备注", "迁居县城", "（空）", "录入员"]
    {
        assert!(page.body.contains(words), "{words}");
    }
    let empty = app.get(&auditor, "/audit?actor=nobody").await;
    assert!(empty.body.contains("没有符合条件的审计记录"));
}

#[tokio::test]
async fn the_proof_of_a_report_is_for_who_reads_its_trail() {
    let app = office().await;
    let county = &app.county.county;
    let wang = app.signed_in("wang", Role::Supervisor, county).await;
    let li = app.signed_in("li", Role::Supervisor, county).await;
    let auditor = app.token("auditor", Role::Auditor, county).await;
    let of_town = app.token("chen", Role::Supervisor, app.county.town(1)).await;
    let clerk = app.token("clerk", Role::Clerk, app.county.town(1)).await;
    let town = app.county.town(1).code.clone();
    let address = |place: &str| format!("/api/v1/audit/bundle?organisation={place}&quarter=2026Q1");
    let open = app.get(&auditor, &address("500237")).await;
    assert_eq!(open.status, Status::Conflict);
    assert!(open.json()["detail"].as_str().unwrap().contains("尚未结账"), "{}", open.body);
    for who in [&wang, &li] {
        let body = json!({ "organisation": "500237" });
        let _ = app.send(who, Method::Post, "/api/v1/quarters/2026Q1/close", &[], &body).await;
    }
    let unsigned = app.get(&auditor, &address("500237")).await;
    assert_eq!(unsigned.status, Status::Conflict);
    assert!(unsigned.json()["detail"].as_str().unwrap().contains("检查点"), "{}", unsigned.body);
    app.sign().await;
    let key = Signer::new(app.note_key.clone(), Store::new(app.files.path()), None).verifier();
    let known = Known { key: Some(key), store: None };
    let before = entries(&app, &auditor, "?action=audit.take_proof").await["items"].as_array().unwrap().len();
    for (who, place) in [(&auditor, "500237"), (&of_town, &town), (&wang, &town)] {
        let bytes = app.download(who, &address(place)).await;
        let verdict = proof::verify(&bytes, &known).expect("a bundle");
        assert!(verdict.faults.is_empty() && verdict.figures > 150, "{place}: {:?}", verdict.faults);
        assert_eq!(verdict.organisation, place);
    }
    // The page hands out the same.
    let bytes = app.download(&wang, &address(&town).replace("/api/v1", "")).await;
    assert!(proof::verify(&bytes, &known).expect("a bundle").faults.is_empty());
    let page = app.get(&wang, &format!("/reports/quarterly?organisation={town}&quarter=2026Q1")).await;
    assert!(page.body.contains("/audit/bundle?organisation="), "{}", page.body);
    let taken = entries(&app, &auditor, "?action=audit.take_proof").await;
    assert_eq!(taken["items"].as_array().unwrap().len() - before, 4);
    // Nobody else, and nothing else.
    assert_eq!(app.get(&clerk, &address(&town)).await.status, Status::Forbidden);
    assert_eq!(app.get(&of_town, &address("500237")).await.status, Status::NotFound);
    assert_eq!(app.get(&of_town, &address(&app.county.town(2).code)).await.status, Status::NotFound);
    let wrong = app.get(&auditor, "/api/v1/audit/bundle?quarter=2026Q5").await;
    assert_eq!(wrong.status, Status::UnprocessableEntity);
    let missing = app.get(&auditor, &format!("{}&revision=7", address("500237"))).await;
    assert_eq!(missing.status, Status::NotFound);
}

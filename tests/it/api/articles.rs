//! The article checker through the API and the page: a draft beside the records, and nothing of it kept.

use std::io::{Cursor, Write};

use cadre::base::actor::{Actor, Role};
use cadre::records::members;
use rocket::http::Status;
use serde_json::{Value, json};

use crate::support::app::{Answer, Credential, TestApp};
use crate::support::builders::member;

const DRAFT: &str = "巫山县扎实推进党建。全县7名党员，女党员3名，占42.86%。\n全县5个村（社区）完成换届，满票当选的2名，占67.60%。";

/// Seven members, three of them women, in four villages.
async fn county() -> TestApp {
    let app = TestApp::new().await;
    let clerk: Actor = app.county.county.actor(Role::Clerk);
    let commands: Vec<_> = (1..=7)
        .map(|number| {
            member(app.county.branch(1, 1).id, if number % 2 == 0 { "李娜" } else { "张伟" }, number)
        })
        .collect();
    let mut conn = app.db.web().await;
    members::enrol(&mut conn, &clerk, &app.keys, &commands).await.unwrap();
    app
}

async fn check(
    app: &TestApp,
    who: &Credential,
    fields: &[(&str, &str)],
    file: Option<(&str, &[u8])>,
) -> Answer {
    app.upload(who, "/api/v1/articles/check", &[], fields, file).await
}

/// How many women and members the records have.
async fn counted(app: &TestApp, who: &Credential, code: &str) -> i64 {
    let path = format!("/api/v1/figures/{code}?organisation=500237&quarter=2026Q1");
    app.get(who, &path).await.json()["value"].as_i64().unwrap()
}

fn finding<'a>(answer: &'a Value, level: &str, kind: &str) -> Vec<&'a Value> {
    let findings = answer["findings"].as_array().unwrap();
    findings.iter().filter(|one| one["level"] == level && one["kind"] == kind).collect()
}

fn document(text: &str) -> Vec<u8> {
    let paragraphs: String =
        text.lines().map(|line| format!("<w:p><w:r><w:t>{line}</w:t></w:r></w:p>")).collect();
    let xml = format!(
        "<?xml version=\"1.0\"?><w:document xmlns:w=\"w\"><w:body>{paragraphs}</w:body></w:document>"
    );
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("word/document.xml", zip::write::SimpleFileOptions::default()).unwrap();
    writer.write_all(xml.as_bytes()).unwrap();
    writer.finish().unwrap().into_inner()
}

#[tokio::test]
async fn a_draft_is_held_against_itself_and_the_records() {
    let app = county().await;
    let auditor = app.signed_in("auditor", Role::Auditor, &app.county.county).await;
    let (members, women) =
        (counted(&app, &auditor, "members.total").await, counted(&app, &auditor, "members.women").await);
    assert_eq!(members, 7);
    let draft = DRAFT.replace("女党员3名，占42.86%", &format!("女党员{women}名"));
    let asked = [("organisation", "500237"), ("quarter", "2026Q1"), ("text", draft.as_str())];
    let answer = check(&app, &auditor, &asked, None).await;
    assert_eq!(answer.status, Status::Ok, "{}", answer.body);
    let answer = answer.json();
    assert_eq!(answer["quarters"], json!(["2026Q1", "2025Q4", "2025Q3", "2025Q2"]));
    assert_eq!(answer["text"], draft);
    let numbers = answer["numbers"].as_array().unwrap();
    let told = |words: &str| numbers.iter().find(|one| one["words"] == words).unwrap();
    assert_eq!(told("7名")["figure"]["code"], "members.total");
    assert_eq!(told("7名")["figure"]["agrees"], true);
    let villages = told("5个");
    assert_eq!(
        villages["figure"],
        json!({ "code": "organisations.villages", "label": "村（社区）", "quarter": "2026Q1", "value": "4", "agrees": false })
    );
    let place = (villages["place"]["from"].as_u64().unwrap(), villages["place"]["to"].as_u64().unwrap());
    let (from, to) = (usize::try_from(place.0).unwrap(), usize::try_from(place.1).unwrap());
    assert_eq!(draft.chars().skip(from).take(to - from).collect::<String>(), "5个");
    let doubts = finding(&answer, "doubt", "records");
    assert_eq!(doubts.len(), 1, "{answer}");
    assert!(doubts[0]["message"].as_str().unwrap().contains("在记录中是4个"), "{answer}");
    assert_eq!(finding(&answer, "wrong", "share").len(), 1, "no total makes 2 of 67.60 percent: {answer}");
}

#[tokio::test]
async fn a_document_says_the_same_as_its_text() {
    let app = county().await;
    let clerk = app.token("clerk", Role::Clerk, &app.county.county).await;
    let asked = [("organisation", "500237"), ("quarter", "2026Q1")];
    let file = document(DRAFT);
    let of_file = check(&app, &clerk, &asked, Some(("讲话稿.docx", &file))).await;
    assert_eq!(of_file.status, Status::Ok, "{}", of_file.body);
    let of_text = check(&app, &clerk, &[asked[0], asked[1], ("text", DRAFT)], None).await.json();
    let (of_file, said) = (of_file.json(), |answer: &Value| {
        let findings = answer["findings"].as_array().unwrap().iter();
        findings.map(|one| one["message"].clone()).collect::<Vec<_>>()
    });
    assert_eq!(said(&of_file), said(&of_text));
    assert!(!said(&of_file).is_empty());
}

#[tokio::test]
async fn what_cannot_be_checked_is_refused_and_a_scope_is_kept() {
    let app = county().await;
    let town = app.signed_in("town", Role::Clerk, app.county.town(1)).await;
    let nothing = check(&app, &town, &[("organisation", "500237101")], None).await;
    assert_eq!(nothing.status, Status::UnprocessableEntity);
    assert!(nothing.body.contains("请粘贴文字"), "{}", nothing.body);
    let file = vec![b'a'; 2 * 1024 * 1024 + 1];
    let large = check(&app, &town, &[("organisation", "500237101")], Some(("大.txt", &file))).await;
    assert_eq!(large.status, Status::UnprocessableEntity);
    assert!(large.body.contains("2048 KiB"), "{}", large.body);
    let above = check(&app, &town, &[("organisation", "500237"), ("text", DRAFT)], None).await;
    assert_eq!(above.status, Status::NotFound);
    let future = check(&app, &town, &[("quarter", "2099Q1"), ("text", DRAFT)], None).await;
    assert_eq!(future.status, Status::Conflict);
}

#[tokio::test]
async fn the_page_prints_a_marked_copy_and_keeps_nothing() {
    let app = county().await;
    let wang = app.signed_in("wang", Role::Supervisor, &app.county.county).await;
    let blank = app.get(&wang, "/articles?organisation=500237&quarter=2026Q1").await;
    assert_eq!(blank.status, Status::Ok);
    assert!(blank.body.contains("不保存") && blank.body.contains("name=\"file\""), "{}", blank.body);
    let report = app.get(&wang, "/reports/quarterly?quarter=2026Q1").await;
    assert!(
        report.body.contains("href=\"/articles?organisation=500237&#38;quarter=2026Q1\"")
            || report.body.contains("href=\"/articles?organisation=500237&amp;quarter=2026Q1\""),
        "the way there"
    );
    let entries = async || app.get(&wang, "/api/v1/audit/entries?count=true").await.json()["total"].clone();
    let before = entries().await;
    let fields = [("organisation", "500237"), ("quarter", "2026Q1"), ("text", DRAFT)];
    let shown = app.upload(&wang, "/articles", &[], &fields, None).await;
    assert_eq!(shown.status, Status::Ok, "{}", shown.body);
    for words in [
        "文稿核对结果",
        "在记录中是4个",
        "<mark class=\"tone-warning\">5个</mark>",
        "data-print",
        "id=\"note-1\"",
    ] {
        assert!(shown.body.contains(words), "{words} in {}", shown.body);
    }
    assert_eq!(entries().await, before, "a check leaves no entry");
    let refused = app.upload(&wang, "/articles", &[], &fields[..2], None).await;
    assert_eq!(refused.status, Status::UnprocessableEntity);
    assert!(refused.body.contains("请粘贴文字"), "{}", refused.body);
}

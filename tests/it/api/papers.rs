//! What is printed: the report to the digit of the API, the forms of a member and of a transfer under the rules of exports.

use cadre::base::actor::Role;
use cadre::records::members;
use cadre::schema::audit_entries;
use calamine::{DataType, Reader, Xlsx};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rocket::http::{Method, Status};
use serde_json::{Value, json};

use crate::support::app::{Credential, TestApp};
use crate::support::builders::{day, member};
use crate::support::pdf::{self, squeezed};

const ASKED: &str = "organisation=500237&quarter=2026Q1";

/// A number of the API as it is printed.
fn printed(value: &Value) -> String {
    match value {
        Value::Null => "—".to_owned(),
        whole if whole.is_i64() => whole.to_string(),
        decimal => format!("{:.2}", decimal.as_f64().unwrap()),
    }
}

fn signed(value: &Value) -> String {
    let text = printed(value);
    match text.strip_prefix('-') {
        Some(rest) => format!("−{rest}"),
        None if text.trim_matches(['0', '.', '—']).is_empty() => text,
        None => format!("+{text}"),
    }
}

async fn close(app: &TestApp) {
    for name in ["wang", "li.na"] {
        let who = app.signed_in(name, Role::Supervisor, &app.county.county).await;
        let body = json!({ "organisation": "500237" });
        let _ = app.send(&who, Method::Post, "/api/v1/quarters/2026Q1/close", &[], &body).await;
    }
}

async fn county() -> TestApp {
    let app = TestApp::new().await;
    let clerk = app.county.county.actor(Role::Clerk);
    let mut commands: Vec<_> =
        (1..=5).map(|number| member(app.county.branch(1, 1).id, "张伟", number)).collect();
    commands.push(member(app.county.branch(2, 1).id, "买买提·艾力", 6));
    commands.push(member(app.county.branch(2, 2).id, "王𬱖", 7));
    (commands[1].joined_on, commands[1].full_member_on) = (day("2026-02-10"), None);
    members::enrol(&mut *app.db.web().await, &clerk, &app.keys, &commands).await.unwrap();
    app
}

#[tokio::test(flavor = "multi_thread")]
async fn a_printed_report_has_every_figure_of_the_api_and_the_same_bytes_each_time() {
    let app = county().await;
    close(&app).await;
    let auditor = app.signed_in("auditor", Role::Auditor, &app.county.county).await;
    let path = format!("/api/v1/reports/quarterly.pdf?{ASKED}");
    let bytes = app.download(&auditor, &path).await;
    assert_eq!(bytes, app.download(&auditor, &path).await, "a revision is printed to the same bytes");
    let report = app.get(&auditor, &format!("/api/v1/reports/quarterly?{ASKED}")).await.json();
    assert_eq!((&report["prepared_by"], &report["reviewed_by"]), (&json!("wang"), &json!("li.na")));
    let text = pdf::text(&bytes);
    let says = |what: &str| assert!(text.contains(&squeezed(what)), "{what} is not in {text}");
    for figure in report["sections"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|section| section["figures"].as_array().unwrap())
    {
        let unit = cadre::across::reports::figures::Unit::ALL
            .into_iter()
            .find(|unit| figure["unit"] == unit.code())
            .unwrap();
        let (label, value) = (figure["label"].as_str().unwrap(), printed(&figure["value"]));
        says(&format!(
            "{label}{value}{}{}{}",
            unit.name(),
            printed(&figure["previous"]),
            signed(&figure["change"])
        ));
        says(figure["code"].as_str().unwrap());
    }
    for section in report["sections"].as_array().unwrap() {
        says(section["title"].as_str().unwrap());
        for row in
            section["tables"].as_array().unwrap().iter().flat_map(|table| table["rows"].as_array().unwrap())
        {
            let values = row["values"].as_array().unwrap().iter().map(printed);
            says(&format!("{}{}", row["label"].as_str().unwrap(), values.collect::<String>()));
        }
    }
    for child in report["by_organisation"].as_array().unwrap() {
        let organisation = &child["organisation"];
        let (name, code) = (organisation["name"].as_str().unwrap(), organisation["code"].as_str().unwrap());
        says(&format!("{name}{code}平衡"));
        // The first six figures of the first section stand beside each other.
        let first = report["sections"][0]["figures"].as_array().unwrap().len().min(6);
        let values =
            child["figures"].as_array().unwrap().iter().take(first).map(|figure| printed(&figure["value"]));
        says(&format!("{name}{}", values.collect::<String>()));
    }
    for what in ["balance", "digest", "prepared_by", "reviewed_by"] {
        says(report[what].as_str().unwrap());
    }
    let mut figures = report["sections"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|section| section["figures"].as_array().unwrap());
    let found = &figures.find(|figure| figure["code"] == "quality.findings").unwrap()["value"];
    assert_ne!(found, 0);
    says(&format!("数据质量检查发现{found}条问题"));
    says("（盖章）");
    let pages = pdf::pages(&bytes);
    for (page, number) in pages.iter().zip(1..) {
        assert!(page.frame.contains(&format!("第{number}页共{}页", pages.len())), "{}", page.frame);
        assert_eq!(page.frame.contains("报告第1版"), number > 1, "a running head: {}", page.frame);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_quarter_says_so_and_wrong_questions_are_refused() {
    let app = county().await;
    let auditor = app.signed_in("auditor", Role::Auditor, &app.county.county).await;
    let clerk = app.signed_in("clerk.one", Role::Clerk, app.county.town(1)).await;
    let bytes = app.download(&auditor, &format!("/api/v1/reports/quarterly.pdf?{ASKED}")).await;
    assert!(pdf::text(&bytes).contains("未结账，按现有记录计算，不是最终数"));
    for (who, query, status) in [
        (&auditor, "quarter=2026Q5", Status::UnprocessableEntity),
        (&auditor, "quarter=2026Q1&revision=x", Status::UnprocessableEntity),
        (&auditor, "quarter=2026Q1&revision=1", Status::NotFound),
        (&auditor, "quarter=2099Q1", Status::Conflict),
        (&clerk, "organisation=500237102&quarter=2026Q1", Status::NotFound),
        (&Credential::Stranger, "quarter=2026Q1", Status::Unauthorized),
    ] {
        let answer = app.get(who, &format!("/api/v1/reports/quarterly.pdf?{query}")).await;
        assert_eq!(answer.status, status, "{query}: {}", answer.body);
    }
    let page = app.get(&auditor, &format!("/reports/quarterly?{ASKED}")).await;
    assert!(page.body.contains("/api/v1/reports/quarterly.pdf?"), "the page leads to it");
}

/// All exports of the trail: kind, format, whether in clear, of how many.
async fn exports(app: &TestApp) -> Vec<(String, String, bool, i32)> {
    let rows: Vec<(Value, i32)> = audit_entries::table
        .filter(audit_entries::action.eq("exports.export"))
        .order(audit_entries::sequence)
        .select((audit_entries::details, audit_entries::subject_count))
        .load(&mut app.db.owner().await)
        .await
        .unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    rows.iter()
        .map(|(details, count)| {
            assert_eq!(details["file_sha256"].as_str().unwrap().len(), 64);
            (text(&details["kind"]), text(&details["format"]), details["unmasked"].as_bool().unwrap(), *count)
        })
        .collect()
}

/// All texts of a workbook's first sheet.
fn cells(bytes: Vec<u8>) -> Vec<String> {
    let mut book = Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
    let range = book.worksheet_range_at(0).unwrap().unwrap();
    range.rows().flatten().filter_map(|cell| cell.as_string()).filter(|text| !text.is_empty()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_register_is_printed_as_it_was_filtered() {
    let app = county().await;
    let clerk = app.signed_in("clerk.two", Role::Clerk, app.county.town(2)).await;
    let supervisor = app.signed_in("boss", Role::Supervisor, &app.county.county).await;
    let list = "/api/v1/exports?kind=members";
    let text = pdf::text(&app.download(&clerk, &format!("{list}&format=pdf")).await);
    for what in ["党员名册", "序号姓名性别民族出生日期", "买买提·艾力", "王𬱖", "共2名党员。", "************"]
    {
        assert!(text.contains(what), "{what}: {text}");
    }
    assert!(!text.contains("张伟"), "of another town");
    let reason = "unmasked=true&reason=%E6%A0%B8%E6%9F%A5";
    let full =
        app.download(&supervisor, &format!("{list}&format=register&category=probationary&{reason}")).await;
    let full = cells(full);
    assert!(
        full.contains(&"共 1 名党员。".to_owned()) && full.iter().any(|text| text.contains("按筛选条件")),
        "{full:?}"
    );
    assert!(full.contains(&"党员名册".to_owned()) && !full.iter().any(|text| text.contains('*')), "{full:?}");
    let none = pdf::text(&app.download(&clerk, &format!("{list}&format=pdf&category=probationary")).await);
    assert!(none.contains("没有符合条件的党员。"), "{none}");
    assert_eq!(
        exports(&app).await,
        [
            ("members".to_owned(), "pdf".to_owned(), false, 2),
            ("members".to_owned(), "register".to_owned(), true, 1),
            ("members".to_owned(), "pdf".to_owned(), false, 0),
        ]
    );
    for (query, field) in
        [("kind=organisations&format=pdf", "format"), ("kind=members&format=docx", "format")]
    {
        let refused = app.get(&supervisor, &format!("/api/v1/exports?{query}")).await;
        assert_eq!(refused.status, Status::UnprocessableEntity, "{query}: {}", refused.body);
        assert_eq!(refused.json()["errors"][0]["field"], field, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_form_leaves_the_house_like_any_list() {
    let app = county().await;
    let clerk = app.signed_in("clerk.two", Role::Clerk, app.county.town(2)).await;
    let supervisor = app.signed_in("boss", Role::Supervisor, &app.county.county).await;
    let listed = app.get(&clerk, "/api/v1/members?sort=name").await.json();
    let shown = listed["items"].as_array().unwrap().iter().find(|item| item["name"] == "王𬱖").unwrap();
    let (id, masked) = (shown["id"].as_str().unwrap(), shown["citizen_id"].as_str().unwrap());
    let path = format!("/api/v1/members/{id}/registration-form");
    let text = pdf::text(&app.download(&clerk, &path).await);
    for what in ["党员登记表", "姓名王𬱖", "照片", masked, "人员类别正式党员", "无记载", "党支部意见"]
    {
        assert!(text.contains(&squeezed(what)), "{what}: {text}");
    }
    let clear = format!("{path}?format=xlsx&unmasked=true&reason=%E6%A0%B8%E6%9F%A5");
    assert_eq!(app.get(&clerk, &clear).await.status, Status::Forbidden);
    let sheet = cells(app.download(&supervisor, &clear).await);
    assert!(sheet.contains(&"王𬱖".to_owned()) && !sheet.iter().any(|text| text.contains('*')), "{sheet:?}");
    for (query, field) in [("format=docx", "format"), ("unmasked=true", "reason"), ("reason=x", "reason")] {
        let refused = app.get(&supervisor, &format!("{path}?{query}")).await;
        assert_eq!(refused.status, Status::UnprocessableEntity, "{query}: {}", refused.body);
        assert_eq!(refused.json()["errors"][0]["field"], field, "{query}");
    }
    assert_eq!(
        exports(&app).await,
        [
            ("registration-form".to_owned(), "pdf".to_owned(), false, 1),
            ("registration-form".to_owned(), "xlsx".to_owned(), true, 1),
        ],
        "those that were refused left nothing"
    );
    let page = app.get(&supervisor, &format!("/members/{id}")).await;
    assert!(page.body.contains("打印党员登记表（完整号码）"), "the member's page tells who took it");
    let ask = app.get(&clerk, &format!("/members/{id}/registration-form")).await;
    assert!(ask.body.contains("用途") && !ask.body.contains("完整号码"), "{}", ask.body);
    let sent = app.submit(&clerk, &format!("/members/{id}/registration-form"), None, "format=pdf").await;
    assert_eq!(sent.status, Status::UnprocessableEntity, "a page asks for the reason: {}", sent.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_of_introduction_is_printed_by_the_side_that_sends() {
    let app = county().await;
    let sender = app.signed_in("clerk.one", Role::Clerk, app.county.town(1)).await;
    let receiver = app.signed_in("clerk.two", Role::Clerk, app.county.town(2)).await;
    let listed = app.get(&sender, "/api/v1/members").await.json();
    let id = listed["items"][0]["id"].as_str().unwrap();
    let to = app.county.branch(2, 1);
    let body = json!({ "to_branch": to.code, "on": "2026-06-01", "letter_number": "第20260601号" });
    let proposed =
        app.send(&sender, Method::Post, &format!("/api/v1/members/{id}/transfer"), &[], &body).await;
    let transfer = proposed.json()["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/transfers/{transfer}/letter");
    let text = pdf::text(&app.download(&sender, &format!("{path}?days=90&dues_until=2026-05")).await);
    for what in [
        "存根",
        "第二联",
        "回执",
        "第20260601号",
        "张伟同志",
        "党费已交到2026年5月",
        "有效期90天",
        "************",
    ] {
        assert!(text.contains(&squeezed(what)), "{what}: {text}");
    }
    assert_eq!(text.matches("张伟同志").count(), 3, "in each part: {text}");
    let sheet = cells(app.download(&sender, &format!("{path}?format=xlsx")).await);
    assert!(sheet.iter().any(|text| text.contains("（有效期　　　天）")), "left to be filled in: {sheet:?}");
    assert_eq!(
        app.get(&receiver, &path).await.status,
        Status::NotFound,
        "nothing but the name is theirs yet"
    );
    let wrong = app.get(&sender, &format!("{path}?days=0&dues_until=2026-13")).await;
    assert_eq!(wrong.status, Status::UnprocessableEntity, "{}", wrong.body);
    assert_eq!(wrong.json()["errors"].as_array().unwrap().len(), 2, "{}", wrong.body);
    let page = app.get(&sender, &format!("/transfers/{transfer}")).await;
    assert!(page.body.contains(&format!("/transfers/{transfer}/letter")), "{}", page.body);
    let page = app.get(&receiver, &format!("/transfers/{transfer}")).await;
    assert!(!page.body.contains("打印组织关系介绍信"), "{}", page.body);
    let _ = app
        .send(&sender, Method::Post, &format!("/api/v1/transfers/{transfer}/withdraw"), &[], &json!({}))
        .await;
    let withdrawn = app.get(&sender, &path).await;
    assert_eq!(withdrawn.status, Status::Conflict, "{}", withdrawn.body);
    assert!(withdrawn.body.contains("撤回"), "{}", withdrawn.body);
    let taken = ["pdf", "xlsx"].map(|format| ("transfer-letter".to_owned(), format.to_owned(), false, 1));
    assert_eq!(exports(&app).await, taken);
}

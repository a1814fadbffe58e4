//! Reports and quarters through the API, the pages, the workbook and the command line: the same to the digit.

use std::process::Command;

use cadre::base::actor::{Actor, Role};
use cadre::base::clock;
use cadre::base::values::{Arrival, Quarter};
use cadre::records::members::{self, Enrol};
use calamine::{Data, DataType, Reader, Xlsx};
use rocket::http::{Method, Status};
use serde_json::{Value, json};

use crate::support::app::{Answer, Credential, TestApp};
use crate::support::builders::{day, member};

/// Seven members in two towns; one is admitted and one comes from elsewhere in the first quarter of 2026.
async fn county() -> TestApp {
    let app = TestApp::new().await;
    let clerk: Actor = app.county.county.actor(Role::Clerk);
    let mut commands: Vec<Enrol> = (1..=5)
        .map(|number| member(app.county.branch(1, 1).id, "张伟", number))
        .chain([member(app.county.branch(2, 1).id, "李娜", 6), member(app.county.branch(2, 2).id, "王芳", 7)])
        .collect();
    (commands[1].joined_on, commands[1].full_member_on) = (day("2026-02-10"), None);
    (commands[5].arrival, commands[5].arrived_on) = (Arrival::TransferredIn, Some(day("2026-03-01")));
    let mut conn = app.db.web().await;
    members::enrol(&mut conn, &clerk, &app.keys, &commands).await.unwrap();
    app
}

async fn close(app: &TestApp, who: &Credential, quarter: &str, organisation: &str) -> Answer {
    let body = json!({ "organisation": organisation });
    app.send(who, Method::Post, &format!("/api/v1/quarters/{quarter}/close"), &[], &body).await
}

#[tokio::test]
async fn a_closed_quarter_is_amended_by_two_and_the_differences_are_listed() {
    let app = county().await;
    let wang = app.signed_in("wang", Role::Supervisor, &app.county.county).await;
    let li = app.signed_in("li.na", Role::Supervisor, &app.county.county).await;
    let amend = async |who: &Credential, body: Value| {
        app.send(who, Method::Post, "/api/v1/quarters/2026Q1/amend", &[], &body).await
    };
    let body = json!({ "organisation": "500237", "reason": "补录漏登党员" });
    assert_eq!(amend(&wang, body.clone()).await.status, Status::Conflict, "it is open");
    let _ = close(&app, &wang, "2026Q1", "500237").await;
    let _ = close(&app, &li, "2026Q1", "500237").await;
    assert_eq!(amend(&wang, body.clone()).await.status, Status::Conflict, "nothing differs");
    let page = app.get(&wang, "/quarters/2026Q1/amend").await;
    assert!(page.body.contains("没有需要修订的内容"), "{}", page.body);
    let clerk = app.county.county.actor(Role::Clerk);
    let late = member(app.county.branch(1, 1).id, "迟登人", 90);
    members::enrol(&mut *app.db.web().await, &clerk, &app.keys, &[late]).await.unwrap();
    let closed = app.get(&wang, "/quarters/2026Q1/close").await;
    assert!(closed.body.contains("结账后又有补录或更正") && closed.body.contains("/quarters/2026Q1/amend"));
    let page = app.get(&wang, "/quarters/2026Q1/amend").await;
    assert!(page.body.contains("迟登人") && page.body.contains("申请修订"), "{}", page.body);
    let first = "/api/v1/reports/quarterly?organisation=500237&quarter=2026Q1&revision=1";
    let before = app.get(&wang, first).await.body;
    let wrong = amend(&wang, json!({ "organisation": "500237", "reason": " " })).await;
    assert_eq!(wrong.status, Status::UnprocessableEntity, "{}", wrong.body);
    let proposed = amend(&wang, body.clone()).await;
    assert_eq!(proposed.status, Status::Accepted, "{}", proposed.body);
    assert_eq!(proposed.json()["amendment_proposed_by"], "wang");
    assert_eq!(amend(&wang, body.clone()).await.status, Status::Conflict, "his own");
    let task = app.get(&li, "/").await;
    assert!(task.body.contains("复核修订：2026年第一季度"), "{}", task.body);
    let amended = amend(&li, body).await;
    assert_eq!((amended.status, &amended.json()["revision"]), (Status::Ok, &json!(2)), "{}", amended.body);
    assert_eq!(amended.json()["amendment_proposed_by"], Value::Null);
    assert_eq!(app.get(&wang, first).await.body, before, "revision 1 is the same to the byte");
    let asked = "/api/v1/quarters/2026Q1/differences?to_revision=2";
    let all = app.get(&wang, &format!("{asked}&count=true")).await.json();
    let items = all["items"].as_array().unwrap();
    assert_eq!(all["total"], json!(items.len()));
    let added = items.iter().find(|item| item["table"] == "member_facts").unwrap();
    assert_eq!(
        (&added["name"], &added["change"], &added["subject"]),
        (&json!("迟登人"), &json!("added"), &json!("member"))
    );
    let page = app.get(&wang, &format!("{asked}&limit=1")).await.json();
    let next = page["next"].as_str().unwrap();
    let rest = app.get(&wang, &format!("{asked}&after={next}")).await.json();
    assert_eq!(rest["items"].as_array().unwrap()[..], items[1..]);
    let report = app.get(&wang, "/api/v1/reports/quarterly?organisation=500237&quarter=2026Q1").await.json();
    assert_eq!(report["amendments"][0]["reason"], "补录漏登党员");
    assert_eq!(report["amendments"][0]["differences"].as_array().unwrap()[..], items[..]);
    let shown = app.get(&wang, "/reports/quarterly?quarter=2026Q1").await.body;
    assert!(shown.contains("第2版修订明细") && shown.contains("迟登人"), "{shown}");
    let shown = app.get(&wang, "/quarters/2026Q1/differences?to_revision=2").await.body;
    assert!(shown.contains("第2版与第1版的差异") && shown.contains("迟登人"), "{shown}");
    let bytes =
        app.download(&wang, "/api/v1/reports/quarterly.xlsx?organisation=500237&quarter=2026Q1").await;
    let mut book = Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
    let sheet = book.worksheet_range("修订明细").unwrap();
    let told =
        sheet.rows().filter(|row| row.iter().any(|cell| cell.as_string().as_deref() == Some("迟登人")));
    assert!(told.count() >= items.len(), "each row by name, a line for each column");
}

fn figure<'a>(report: &'a Value, code: &str) -> &'a Value {
    let sections = report["sections"].as_array().unwrap();
    let mut figures = sections.iter().flat_map(|section| section["figures"].as_array().unwrap());
    figures.find(|figure| figure["code"] == code).unwrap_or_else(|| panic!("no figure {code}"))
}

#[tokio::test]
async fn two_supervisors_close_and_the_auditor_reads() {
    let app = county().await;
    let wang = app.signed_in("wang", Role::Supervisor, &app.county.county).await;
    let li = app.signed_in("li.na", Role::Supervisor, &app.county.county).await;
    let auditor = app.signed_in("auditor", Role::Auditor, &app.county.county).await;
    let proposed = close(&app, &wang, "2026Q1", "500237").await;
    assert_eq!(proposed.status, Status::Accepted, "{}", proposed.body);
    assert_eq!(
        (&proposed.json()["state"], &proposed.json()["proposed_by"]),
        (&json!("proposed"), &json!("wang"))
    );
    let own = close(&app, &wang, "2026Q1", "500237").await;
    assert_eq!(own.status, Status::Conflict);
    assert!(own.json()["detail"].as_str().unwrap().contains("另一位审核员"), "{}", own.body);
    let closed = close(&app, &li, "2026Q1", "500237").await;
    assert_eq!((closed.status, &closed.json()["revision"]), (Status::Ok, &json!(1)), "{}", closed.body);
    assert_eq!(close(&app, &li, "2026Q1", "500237").await.status, Status::Conflict);
    assert_eq!(close(&app, &auditor, "2026Q2", "500237").await.status, Status::Forbidden);
    assert_eq!(close(&app, &wang, "2026Q9", "500237").await.status, Status::UnprocessableEntity);
    let listed = app.get(&auditor, "/api/v1/quarters").await.json();
    let first = listed["items"].as_array().unwrap().iter().find(|item| item["quarter"] == "2026Q1").unwrap();
    assert_eq!((&first["state"], &first["confirmed_by"]), (&json!("closed"), &json!("li.na")));
    let report =
        app.get(&auditor, "/api/v1/reports/quarterly?organisation=500237&quarter=2026Q1").await.json();
    assert_eq!((&report["revision"], &report["balanced"]), (&json!(1), &json!(true)), "{report}");
    assert_eq!(figure(&report, "members.opening")["value"], 5);
    assert_eq!(figure(&report, "members.closing")["value"], 7);
    assert_eq!(figure(&report, "members.total")["change"], 2);
    assert_eq!(figure(&report, "members.women.ratio")["value"], json!(42.86));
    assert_eq!(figure(&report, "members.women.ratio")["unit"], "percent");
    assert_eq!(figure(&report, "members.average_age")["as_of"], "2026-03-31");
    let below: Vec<&str> = report["by_organisation"]
        .as_array()
        .unwrap()
        .iter()
        .map(|child| child["organisation"]["code"].as_str().unwrap())
        .collect();
    assert_eq!(below, ["500237101", "500237102"]);
}

#[tokio::test]
async fn why_a_figure_changed_is_told_on_the_page_and_in_the_api() {
    let app = county().await;
    let auditor = app.signed_in("auditor", Role::Auditor, &app.county.county).await;
    let asked = "members.total/changes?organisation=500237&from=2025Q4&to=2026Q1";
    let told = app.get(&auditor, &format!("/api/v1/figures/{asked}")).await.json();
    assert_eq!(
        (&told["from"]["value"], &told["to"]["value"], &told["change"]),
        (&json!(5), &json!(7), &json!(2))
    );
    assert_eq!(
        told["parts"],
        json!([{ "part": "numerator", "from": 5, "to": 7, "difference": 2, "groups": [
            { "cause": "joined", "label": "发展入党", "rows": 1, "amount": 1 },
            { "cause": "transferred_in", "label": "组织关系转入", "rows": 1, "amount": 1 },
        ] }])
    );
    let rows = asked.replace("changes?", "changes/rows?limit=1&count=true&");
    let first = app.get(&auditor, &format!("/api/v1/figures/{rows}")).await.json();
    assert_eq!((first["items"].as_array().unwrap().len(), &first["total"]), (1, &json!(2)), "{first}");
    let next = first["next"].as_str().unwrap();
    let second = app.get(&auditor, &format!("/api/v1/figures/{rows}&after={next}")).await.json();
    assert_eq!(second["next"], Value::Null);
    let causes = [&first["items"][0]["cause"], &second["items"][0]["cause"]];
    assert!(causes.contains(&&json!("joined")) && causes.contains(&&json!("transferred_in")), "{causes:?}");
    let page = app.get(&auditor, &format!("/figures/{asked}")).await;
    assert_eq!(page.status, Status::Ok, "{}", page.body);
    assert!(page.body.contains("5 + 1 发展入党 + 1 组织关系转入 = 7"), "{}", page.body);
    let report = app.get(&auditor, "/reports/quarterly?quarter=2026Q1").await.body;
    assert!(report.contains("/figures/members.total/changes?"), "{report}");
    let wrong = app.get(&auditor, "/api/v1/figures/members.total/changes?from=2026Q1&to=2025Q4").await;
    assert_eq!(wrong.status, Status::UnprocessableEntity, "{}", wrong.body);
}

#[tokio::test]
async fn figures_and_their_rows_are_asked_for_one_by_one() {
    let app = county().await;
    let auditor = app.signed_in("auditor", Role::Auditor, &app.county.county).await;
    let all = app.get(&auditor, "/api/v1/figures").await.json();
    assert!(all["items"].as_array().unwrap().iter().any(|figure| figure["code"] == "members.age.61_up"));
    let asked = "organisation=500237&quarter=2026Q1";
    let report = app.get(&auditor, &format!("/api/v1/reports/quarterly?{asked}")).await.json();
    for code in
        ["members.total", "members.opening", "members.women.ratio", "organisations.branches_below_three"]
    {
        let one = app.get(&auditor, &format!("/api/v1/figures/{code}?{asked}")).await.json();
        assert_eq!(&one, figure(&report, code));
    }
    let mut names = Vec::new();
    let mut after = String::new();
    loop {
        let path =
            format!("/api/v1/figures/members.women.ratio/rows?{asked}&part=denominator&limit=3{after}");
        let page = app.get(&auditor, &path).await.json();
        names.extend(page["items"].as_array().unwrap().iter().map(|row| row["name"].clone()));
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    assert_eq!(names.len(), 7);
    let women = format!("/api/v1/figures/members.women.ratio/rows?{asked}");
    let counted = app.get(&auditor, &format!("{women}&count=true&limit=1")).await.json();
    assert_eq!((counted["items"].as_array().unwrap().len(), &counted["total"]), (1, &json!(3)));
    let next = counted["next"].as_str().unwrap();
    let later = app.get(&auditor, &format!("{women}&count=true&limit=1&after={next}")).await.json();
    assert_eq!(later["total"], 3, "the whole list is counted on every page");
    let all = app.get(&auditor, "/api/v1/figures?count=true").await.json();
    assert_eq!(all["total"], all["items"].as_array().unwrap().len());
    let women = app.get(&auditor, &women).await.json();
    assert_eq!(women["items"].as_array().unwrap().len(), 3);
    assert!(!women.to_string().contains("5002371980"), "no identifier stands in a row");
    for (path, status) in [
        (format!("/api/v1/figures/members.nobody?{asked}"), Status::NotFound),
        (format!("/api/v1/figures/members.total/rows?{asked}&part=denominator"), Status::NotFound),
        (format!("/api/v1/figures/members.total/rows?{asked}&part=whole"), Status::UnprocessableEntity),
        (format!("/api/v1/figures/members.total/rows?{asked}&after=xx"), Status::UnprocessableEntity),
        ("/api/v1/reports/quarterly?quarter=2026Q5".to_owned(), Status::UnprocessableEntity),
        ("/api/v1/reports/quarterly?quarter=2099Q1".to_owned(), Status::Conflict),
        (format!("/api/v1/reports/quarterly?{asked}&revision=1"), Status::NotFound),
        (format!("/api/v1/reports/quarterly?{asked}&revision=x"), Status::UnprocessableEntity),
    ] {
        assert_eq!(app.get(&auditor, &path).await.status, status, "{path}");
    }
}

#[tokio::test]
async fn a_town_sees_its_own_report_and_nobody_elses() {
    let app = county().await;
    let clerk = app.signed_in("clerk.one", Role::Clerk, app.county.town(1)).await;
    let own = app.get(&clerk, "/api/v1/reports/quarterly?quarter=2026Q1").await.json();
    assert_eq!(
        (&own["organisation"]["code"], &figure(&own, "members.total")["value"]),
        (&json!("500237101"), &json!(5))
    );
    let asked = "organisation=500237102&quarter=2026Q1";
    for path in [
        format!("/api/v1/reports/quarterly?{asked}"),
        format!("/api/v1/reports/quarterly.xlsx?{asked}"),
        format!("/api/v1/figures/members.total?{asked}"),
        format!("/api/v1/figures/members.total/rows?{asked}"),
        format!("/reports/quarterly?{asked}"),
        format!("/figures/members.total?{asked}"),
    ] {
        assert_eq!(app.get(&clerk, &path).await.status, Status::NotFound, "{path}");
        let stranger = app.get(&Credential::Stranger, &path).await.status;
        let turned_away = if path.starts_with("/api/") { Status::Unauthorized } else { Status::SeeOther };
        assert_eq!(stranger, turned_away, "{path}");
    }
    assert_eq!(app.get(&clerk, "/quarters/2026Q1/close").await.status, Status::Forbidden);
    assert_eq!(close(&app, &clerk, "2026Q1", "500237").await.status, Status::NotFound);
    let administrator = app.signed_in("admin", Role::Administrator, &app.county.county).await;
    for path in ["/api/v1/reports/quarterly", "/reports/quarterly", "/quarters", "/api/v1/quarters"] {
        assert_eq!(app.get(&administrator, path).await.status, Status::Forbidden, "{path}");
    }
}

/// `cadre` on the database of a test.
fn cadre(app: &TestApp, words: &[&str]) -> std::process::Output {
    let owner = app.db.owner_url();
    let folder = tempfile::tempdir().unwrap();
    Command::new(env!("CARGO_BIN_EXE_cadre"))
        .args(words)
        .env("DATABASE_URL", owner)
        .env("CADRE_WEB_DATABASE_URL", app.db.web_url())
        .env("REPORT_DATABASE_URL", app.db.report_url())
        .env("CADRE_DATA", folder.path())
        .output()
        .unwrap()
}

/// The value of a figure in a workbook, by its code in the last column.
fn cell(book: &mut Xlsx<std::io::Cursor<Vec<u8>>>, sheet: &str, code: &str) -> Data {
    let range = book.worksheet_range(sheet).unwrap();
    let row =
        range.rows().find(|row| row.last().is_some_and(|cell| cell.as_string().as_deref() == Some(code)));
    row.unwrap_or_else(|| panic!("no {code} in {sheet}"))[1].clone()
}

#[tokio::test]
async fn api_command_line_page_and_workbook_agree_to_the_digit() {
    let app = county().await;
    let auditor = app.signed_in("auditor", Role::Auditor, &app.county.county).await;
    let asked = "organisation=500237&quarter=2026Q1";
    let closed =
        cadre(&app, &["quarter", "close", "--organisation", "500237", "--quarter", "2026Q1", "--json"]);
    assert!(closed.status.success(), "{closed:?}");
    let again = cadre(&app, &["quarter", "close", "--organisation", "500237", "--quarter", "2026Q1"]);
    assert_eq!(again.status.code(), Some(3), "{again:?}");
    let report = app.get(&auditor, &format!("/api/v1/reports/quarterly?{asked}")).await.json();
    let printed = cadre(&app, &["report", "quarterly", "--organisation", "500237", "--quarter", "2026Q1"]);
    let printed: Value = serde_json::from_slice(&printed.stdout).unwrap();
    assert_eq!(printed, report, "the command line prints what the API answers");
    let bytes = app.download(&auditor, &format!("/api/v1/reports/quarterly.xlsx?{asked}")).await;
    let mut book = Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
    assert_eq!(
        book.sheet_names(),
        [
            "概览",
            "组织",
            "党员",
            "党员年龄与性别",
            "变动",
            "两委班子",
            "后备力量",
            "教育培训",
            "评定",
            "季度考核",
            "季度考核排名",
            "数据质量",
            "审计",
            "下级组织",
            "指标定义"
        ]
    );
    let page = app.get(&auditor, &format!("/reports/quarterly?{asked}")).await;
    assert_eq!(page.status, Status::Ok);
    for (sheet, code) in [
        ("党员", "members.total"),
        ("党员", "members.women.ratio"),
        ("党员", "members.average_age"),
        ("变动", "members.transferred_in"),
        ("组织", "organisations.villages"),
        ("评定", "ratings.members.unrated"),
    ] {
        let value = &figure(&report, code)["value"];
        assert_eq!(cell(&mut book, sheet, code).as_f64(), value.as_f64(), "{code}");
        let text = if value.is_i64() { value.to_string() } else { format!("{:.2}", value.as_f64().unwrap()) };
        assert!(page.body.contains(&format!("<strong>{text}</strong>")), "{code} {text}");
    }
    assert!(page.body.contains("党员增减平衡"));
    assert_eq!(cell(&mut book, "评定", "ratings.members.average"), Data::Empty);
}

#[tokio::test]
async fn published_figures_are_held_against_the_records() {
    let app = county().await;
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("figures.csv");
    let header = "id,county,organisation,quarter,figure,label,expected,comparison,unit,source,core\n";
    let right = "a,test,500237,2026Q1,members.total,,7,=,persons,,1\n\
                 b,test,500237101,2026Q1,members.women.ratio,,40.0,=1,percent,,1\n\
                 c,test,500237,2026Q1,vetting.items,,16,=,items,,1\n";
    let wrong = "d,test,500237,2026Q1,members.total,,8,>=,persons,,1\n";
    std::fs::write(&list, format!("{header}{right}")).unwrap();
    let words = ["acceptance", "--csv", list.to_str().unwrap(), "--json"];
    let agreed = cadre(&app, &words);
    assert!(agreed.status.success(), "{agreed:?}");
    let agreed: Value = serde_json::from_slice(&agreed.stdout).unwrap();
    assert_eq!(
        agreed["figures"],
        json!([
            { "id": "a", "figure": "members.total", "expected": "7", "computed": 7, "match": true },
            { "id": "b", "figure": "members.women.ratio", "expected": "40.0", "computed": 40.0, "match": true },
            { "id": "c", "figure": "vetting.items", "expected": "16", "computed": null, "match": null },
        ])
    );
    std::fs::write(&list, format!("{header}{right}{wrong}")).unwrap();
    assert_eq!(cadre(&app, &words).status.code(), Some(1));
    // The list that comes with cadre: a county that it does not name, and one of it that is not on record.
    let unknown = cadre(&app, &["acceptance", "--county", "nowhere"]);
    assert_eq!(unknown.status.code(), Some(2), "{unknown:?}");
    assert!(String::from_utf8(unknown.stderr).unwrap().contains("“nowhere”"));
    let absent = cadre(&app, &["acceptance", "--county", "fuling"]);
    assert_eq!(absent.status.code(), Some(1), "{absent:?}");
    assert!(String::from_utf8(absent.stderr).unwrap().contains("cadre demo --county"));
}

#[tokio::test]
async fn a_quarter_is_closed_in_the_pages() {
    let app = county().await;
    let wang = app.signed_in("wang", Role::Supervisor, &app.county.county).await;
    let li = app.signed_in("li.na", Role::Supervisor, &app.county.county).await;
    let list = app.get(&wang, "/quarters").await;
    assert!(list.body.contains("/quarters/2026Q1/close"), "{}", list.body);
    let ask = app.get(&wang, "/quarters/2026Q1/close").await;
    assert!(ask.body.contains("提出结账") && ask.body.contains("党员增减平衡"));
    let path = "/quarters/2026Q1/close";
    assert_eq!(app.submit(&wang, path, Some("another token"), "").await.status, Status::Forbidden);
    assert_eq!(app.submit(&wang, path, None, "").await.location.as_deref(), Some("/quarters"));
    let own = app.submit(&wang, path, None, "").await;
    assert_eq!(own.status, Status::Conflict);
    assert!(own.body.contains("须由另一位审核员复核确认"));
    let confirm = app.get(&li, path).await;
    assert!(confirm.body.contains("复核确认，结账"));
    let closed = app.submit(&li, path, None, "").await;
    assert_eq!(closed.location.as_deref(), Some("/reports/quarterly?quarter=2026Q1"));
    let report = app.get(&li, "/reports/quarterly?quarter=2026Q1").await;
    assert!(report.body.contains("已结账 第1版"));
    let running = Quarter::containing(clock::today());
    let early = app.submit(&wang, &format!("/quarters/{running}/close"), None, "").await;
    assert_eq!(early.status, Status::Conflict);
    assert!(early.body.contains("尚未结束"));
    let rows = app.get(&li, "/figures/members.total?organisation=500237&quarter=2026Q1").await;
    assert!(rows.body.contains("张伟") && rows.body.contains("王芳"));
    assert_eq!(app.get(&li, "/quarters/nonsense/close").await.status, Status::NotFound);
}

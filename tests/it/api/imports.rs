//! Imports through the API: handed in, watched, planned, carried out, given back, and everything that is refused.

use cadre::base::actor::Role;
use cadre::base::values::CitizenId;
use cadre::schema::{imports, memberships};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rocket::http::{Method, Status};
use serde_json::{Value, json};

use crate::support::app::{Answer, Credential, TestApp};
use crate::support::builders::day;

const IMPORTS: &str = "/api/v1/imports";
const HEADINGS: &str =
    "姓名,公民身份号码,民族,学历,人员类别,所在党支部,加入党组织日期,转为正式党员日期,工作岗位";

/// A roster of members of the first branch of town 1; `number` sets the citizen ID.
pub(super) fn roster(rows: &[(&str, u16, &str)]) -> String {
    let mut text = format!("{HEADINGS}\n");
    for (name, number, ethnicity) in rows {
        let id = CitizenId::compose("500237", day("1980-05-06"), *number).unwrap();
        let rest = "大学专科毕业,正式党员,500237101201-ZB01,2015-07-01,2016-07-01,农牧渔民";
        text.push_str(&format!("{name},{},{ethnicity},{rest}\n", id.as_str()));
    }
    text
}

/// Two good rows and one with an ethnicity that does not exist.
pub(super) fn mixed() -> String {
    roster(&[("张伟", 1, "汉族"), ("李娜", 2, "01"), ("王芳", 4, "外星族")])
}

async fn clerk(app: &TestApp) -> Credential {
    app.signed_in("clerk.one", Role::Clerk, app.county.town(1)).await
}

async fn hand_in(app: &TestApp, who: &Credential, key: Option<&str>, text: &str) -> Answer {
    let fields = [("kind", "members"), ("organisation", "500237101")];
    let headers: Vec<(&'static str, &str)> = key.map(|key| ("Idempotency-Key", key)).into_iter().collect();
    app.upload(who, IMPORTS, &headers, &fields, Some(("名册.csv", text.as_bytes()))).await
}

/// The events of an import until it rests: `event data` a line.
pub(super) async fn watch(app: &TestApp, who: &Credential, location: &str) -> Vec<(String, Value)> {
    let told = app.get(who, &format!("{location}/events")).await;
    assert_eq!(told.status, Status::Ok, "{}", told.body);
    let field = |event: &str, name: &str| {
        let line = event.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.unwrap_or_default().trim().to_owned()
    };
    let events = told.body.split("\n\n").filter(|event| event.contains("data:"));
    events
        .map(|event| (field(event, "event"), serde_json::from_str(&field(event, "data")).unwrap()))
        .collect()
}

/// Hands a file in and waits until it is planned: its address and what is told of it.
pub(super) async fn planned(app: &TestApp, who: &Credential, text: &str) -> (String, Value) {
    let taken = hand_in(app, who, None, text).await;
    assert_eq!(taken.status, Status::Accepted, "{}", taken.body);
    let location = taken.location.unwrap();
    watch(app, who, &location).await;
    let told = app.get(who, &location).await.json();
    (location, told)
}

pub(super) async fn commit(app: &TestApp, who: &Credential, location: &str) -> Answer {
    app.send_raw(who, Method::Post, &format!("{location}/commit"), &[], "").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workbook_is_handed_in_watched_and_carried_out() {
    let app = TestApp::new().await;
    let clerk = clerk(&app).await;
    let taken = hand_in(&app, &clerk, None, &mixed()).await;
    assert_eq!(taken.status, Status::Accepted, "{}", taken.body);
    let (location, told) = (taken.location.clone().unwrap(), taken.json());
    assert_eq!(location, format!("{IMPORTS}/{}", told["import_id"].as_str().unwrap()));
    assert_eq!((&told["state"], &told["rows_read"]), (&json!("reading"), &json!(0)));

    let events = watch(&app, &clerk, &location).await;
    let (last, before) = events.split_last().unwrap();
    assert_eq!(last, &("done".to_owned(), json!({ "state": "planned" })));
    for (name, data) in before {
        assert_eq!(
            (name.as_str(), &data["state"], &data["stage"]),
            ("progress", &json!("reading"), &json!("读取"))
        );
    }
    let plan = app.get(&clerk, &location).await;
    assert!(plan.etag.is_some());
    let plan = plan.json();
    let counts = json!({ "new": 2, "changed": 0, "unchanged": 0, "conflict": 0, "refused": 1 });
    assert_eq!(
        (&plan["state"], &plan["counts"], &plan["rows_read"]),
        (&json!("planned"), &counts, &json!(3))
    );
    assert_eq!(plan["refused_rows"][0]["row"], 4);
    assert_eq!(plan["refused_rows"][0]["errors"][0]["column"], "民族");
    assert_eq!(plan["refused_rows"][0]["errors"][0]["value"], "外星族");

    let begun = commit(&app, &clerk, &location).await;
    assert_eq!(
        (begun.status, &begun.json()["state"]),
        (Status::Accepted, &json!("committing")),
        "{}",
        begun.body
    );
    let events = watch(&app, &clerk, &location).await;
    assert_eq!(events.last().unwrap().1, json!({ "state": "committed" }), "{events:?}");
    assert_eq!(app.get(&clerk, &location).await.json()["state"], "committed");
    assert_eq!(app.get(&clerk, "/api/v1/members?count=true").await.json()["total"], 2);
    assert_eq!(commit(&app, &clerk, &location).await.status, Status::Conflict);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_and_imports_are_listed_page_by_page() {
    let app = TestApp::new().await;
    let clerk = clerk(&app).await;
    let (first, _) = planned(&app, &clerk, &mixed()).await;
    let (second, _) = planned(&app, &clerk, &roster(&[("赵敏", 6, "汉族")])).await;
    let page = app.get(&clerk, &format!("{first}/rows?bucket=new&limit=1&count=true")).await.json();
    assert_eq!((&page["items"][0]["row"], &page["total"]), (&json!(2), &json!(2)));
    let next = page["next"].as_str().unwrap();
    let page = app.get(&clerk, &format!("{first}/rows?bucket=new&limit=1&after={next}")).await.json();
    assert_eq!((&page["items"][0]["subject"], &page["next"]), (&json!("李娜"), &Value::Null));
    let all = app.get(&clerk, &format!("{first}/rows")).await.json();
    assert_eq!(all["items"].as_array().unwrap().len(), 3);

    let page = app.get(&clerk, &format!("{IMPORTS}?limit=1&count=true")).await.json();
    assert_eq!(page["total"], 2);
    assert!(second.ends_with(page["items"][0]["import_id"].as_str().unwrap()));
    let after = page["next"].as_str().unwrap();
    let page = app.get(&clerk, &format!("{IMPORTS}?limit=1&after={after}")).await.json();
    assert!(first.ends_with(page["items"][0]["import_id"].as_str().unwrap()));
    assert_eq!(page["next"], Value::Null);
    let village = app.get(&clerk, &format!("{IMPORTS}?within=500237101201")).await.json();
    assert_eq!(village["items"], json!([]));
    for (path, status) in [
        (format!("{first}/rows?bucket=lost"), Status::UnprocessableEntity),
        (format!("{first}/rows?after=xx"), Status::UnprocessableEntity),
        (format!("{IMPORTS}?after=YQ"), Status::UnprocessableEntity),
        (format!("{IMPORTS}?within=500237102"), Status::NotFound),
    ] {
        assert_eq!(app.get(&clerk, &path).await.status, status, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_rows_come_back_to_the_uploader_alone() {
    let app = TestApp::new().await;
    let clerk = clerk(&app).await;
    let (location, _) = planned(&app, &clerk, &mixed()).await;
    let path = format!("{location}/errors.xlsx");
    let workbook = app.download(&clerk, &path).await;
    assert!(workbook.starts_with(b"PK"));
    let supervisor = app.signed_in("wang", Role::Supervisor, &app.county.county).await;
    assert_eq!(app.get(&supervisor, &path).await.status, Status::Conflict);
    let seen = app.get(&supervisor, &location).await;
    assert_eq!(seen.status, Status::Ok, "a supervisor sees the plan");
    let number = CitizenId::compose("500237", day("1980-05-06"), 4).unwrap();
    assert!(!seen.body.contains(number.as_str()), "{}", seen.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_hands_a_workbook_in_once() {
    let app = TestApp::new().await;
    let clerk = clerk(&app).await;
    let first = hand_in(&app, &clerk, Some("one"), &mixed()).await;
    let again = hand_in(&app, &clerk, Some("one"), &mixed()).await;
    assert_eq!((first.status, again.status), (Status::Accepted, Status::Accepted), "{}", again.body);
    assert_eq!((&first.body, &first.location), (&again.body, &again.location));
    let other = hand_in(&app, &clerk, Some("one"), &roster(&[("赵敏", 6, "汉族")])).await;
    assert_eq!(
        (other.status, &other.json()["errors"][0]["field"]),
        (Status::UnprocessableEntity, &json!("Idempotency-Key"))
    );
    let count: i64 = imports::table.count().get_result(&mut app.db.owner().await).await.unwrap();
    assert_eq!(count, 1);
    watch(&app, &clerk, &first.location.unwrap()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn foreign_headings_go_where_the_mapping_says() {
    let app = TestApp::new().await;
    let clerk = clerk(&app).await;
    let text = mixed().replace("公民身份号码", "身份证号");
    let (location, told) = planned(&app, &clerk, &text).await;
    assert_eq!(told["state"], "failed");
    assert!(told["error"].as_str().unwrap().contains("身份证号"), "{told}");
    assert_eq!(commit(&app, &clerk, &location).await.status, Status::Conflict);
    let fields =
        [("kind", "members"), ("organisation", "500237101"), ("mapping", "{\"身份证号\":\"公民身份号码\"}")];
    let taken = app.upload(&clerk, IMPORTS, &[], &fields, Some(("a.csv", text.as_bytes()))).await;
    let location = taken.location.unwrap();
    watch(&app, &clerk, &location).await;
    assert_eq!(app.get(&clerk, &location).await.json()["counts"]["new"], 2);
    let fields = [("kind", "members"), ("organisation", "500237101"), ("mapping", "[")];
    let refused = app.upload(&clerk, IMPORTS, &[], &fields, Some(("a.csv", text.as_bytes()))).await;
    assert_eq!(
        (refused.status, &refused.json()["errors"][0]["field"]),
        (Status::UnprocessableEntity, &json!("mapping"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_wrong_with_an_upload_is_told() {
    let app = TestApp::new().await;
    let clerk = clerk(&app).await;
    let text = mixed();
    let file = Some(("名册.csv", text.as_bytes()));
    for (fields, file, status, field) in [
        (vec![("kind", "cats"), ("organisation", "500237101")], file, 422, "kind"),
        (vec![("organisation", "500237101")], file, 422, "kind"),
        (vec![("kind", "members")], file, 422, "organisation"),
        (vec![("kind", "members"), ("organisation", "500237101")], None, 422, "file"),
        (vec![("kind", "members"), ("organisation", "500237102")], file, 404, ""),
        (vec![("kind", "members"), ("organisation", "\u{0}")], file, 400, ""),
    ] {
        let refused = app.upload(&clerk, IMPORTS, &[], &fields, file).await;
        assert_eq!(refused.status.code, status, "{fields:?} {}", refused.body);
        let told = refused.json();
        assert_eq!(told["errors"][0]["field"].as_str().unwrap_or_default(), field, "{told}");
    }
    let as_json = app.send(&clerk, Method::Post, IMPORTS, &[], &json!({ "kind": "members" })).await;
    assert_eq!(as_json.status, Status::UnsupportedMediaType);
    let broken = [("Content-Type", "multipart/form-data; boundary=x")];
    let refused = app.send_raw(&clerk, Method::Post, IMPORTS, &broken, "no form at all").await;
    assert!((400..500).contains(&refused.status.code), "{}", refused.status);
    let unbounded = [("Content-Type", "multipart/form-data")];
    let refused = app.send_raw(&clerk, Method::Post, IMPORTS, &unbounded, "x").await;
    assert!((400..500).contains(&refused.status.code), "{}", refused.status);
    let large = vec![b'x'; 22 * 1024 * 1024];
    let fields = [("kind", "members"), ("organisation", "500237101")];
    let refused = app.upload(&clerk, IMPORTS, &[], &fields, Some(("big.csv", &large))).await;
    assert_eq!(refused.status, Status::PayloadTooLarge, "{}", refused.body);
    let count: i64 = imports::table.count().get_result(&mut app.db.owner().await).await.unwrap();
    assert_eq!(count, 0, "nothing of it is on record");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_table_fails_with_a_sentence() {
    let app = TestApp::new().await;
    let clerk = clerk(&app).await;
    for text in ["", "PK\u{3}\u{4}not a workbook", "姓名\n\"张"] {
        let (location, told) = planned(&app, &clerk, text).await;
        assert_eq!(told["state"], "failed", "{told}");
        assert!(!told["error"].as_str().unwrap().is_empty());
        assert_eq!(commit(&app, &clerk, &location).await.status, Status::Conflict);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_beside_the_subtree_or_the_role_gets_at_an_import() {
    let app = TestApp::new().await;
    let own = clerk(&app).await;
    let (location, _) = planned(&app, &own, &mixed()).await;
    let sibling = app.signed_in("clerk.two", Role::Clerk, app.county.town(2)).await;
    let none = format!("{IMPORTS}/01900000-0000-7000-8000-000000000000");
    for end in ["", "/rows", "/events", "/errors.xlsx"] {
        let foreign = app.get(&sibling, &format!("{location}{end}")).await;
        let missing = app.get(&sibling, &format!("{none}{end}")).await;
        assert_eq!((foreign.status, &foreign.body), (Status::NotFound, &missing.body), "{end}");
    }
    assert_eq!(commit(&app, &sibling, &location).await.status, Status::NotFound);
    for (username, role) in
        [("auditor", Role::Auditor), ("admin", Role::Administrator), ("security", Role::Security)]
    {
        let who = app.signed_in(username, role, &app.county.county).await;
        for end in ["", "/rows", "/events", "/errors.xlsx"] {
            let refused = app.get(&who, &format!("{location}{end}")).await;
            assert_eq!(refused.status, Status::Forbidden, "{username} {end}");
        }
        assert_eq!(commit(&app, &who, &location).await.status, Status::Forbidden, "{username}");
        assert_eq!(hand_in(&app, &who, None, &mixed()).await.status, Status::Forbidden, "{username}");
    }
    let members: i64 = memberships::table.count().get_result(&mut app.db.owner().await).await.unwrap();
    assert_eq!(members, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_imports_with_its_token_and_the_page_tells_the_same() {
    let app = TestApp::new().await;
    let program = app.token("program", Role::Clerk, app.county.town(1)).await;
    let (location, told) = planned(&app, &program, &mixed()).await;
    assert_eq!(told["state"], "planned");
    assert_eq!(commit(&app, &program, &location).await.status, Status::Accepted);
    watch(&app, &program, &location).await;
    let supervisor = app.signed_in("wang", Role::Supervisor, &app.county.county).await;
    let page = location.replace("/api/v1", "");
    let events = app.get(&supervisor, &format!("{page}/events")).await;
    assert!(events.body.contains("event:done"), "{}", events.body);
    let shown = app.get(&supervisor, &page).await;
    assert!(shown.body.contains("已写入"), "{}", shown.body);
    let sibling = app.signed_in("clerk.two", Role::Clerk, app.county.town(2)).await;
    assert_eq!(app.get(&sibling, &format!("{page}/events")).await.status, Status::NotFound);
}

async fn undo(app: &TestApp, who: &Credential, location: &str) -> Answer {
    app.send(who, Method::Post, &format!("{location}/undo"), &[], &json!({ "reason": "误传" })).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_is_taken_back_through_either_door() {
    let app = TestApp::new().await;
    let clerk = clerk(&app).await;
    let total = async || app.get(&clerk, "/api/v1/members?count=true").await.json()["total"].clone();
    for page in [false, true] {
        let (location, _) = planned(&app, &clerk, &mixed()).await;
        let early = undo(&app, &clerk, &location).await;
        assert_eq!(early.status, Status::Conflict, "{}", early.body);
        assert_eq!(commit(&app, &clerk, &location).await.status, Status::Accepted);
        watch(&app, &clerk, &location).await;
        assert_eq!(total().await, 2);
        let path = format!("{location}/undo");
        let mute = app.send(&clerk, Method::Post, &path, &[], &json!({ "reason": " " })).await;
        assert_eq!(mute.status, Status::UnprocessableEntity, "{}", mute.body);
        assert_eq!(mute.json()["errors"][0]["field"], "reason");
        let sibling =
            app.signed_in(if page { "b.two" } else { "b.one" }, Role::Clerk, app.county.town(2)).await;
        let foreign = undo(&app, &sibling, &location).await;
        assert_eq!(foreign.status, Status::NotFound);
        let colleague =
            app.signed_in(if page { "c.two" } else { "c.one" }, Role::Clerk, app.county.town(1)).await;
        let others = undo(&app, &colleague, &location).await;
        assert_eq!(others.status, Status::Forbidden, "{}", others.body);
        if page {
            let page = location.replace("/api/v1", "");
            let shown = app.get(&clerk, &page).await;
            assert!(shown.body.contains("确认撤销 2 行"), "{}", shown.body);
            let hidden = app.get(&colleague, &page).await;
            assert!(!hidden.body.contains("确认撤销"), "{}", hidden.body);
            let done = app.submit(&clerk, &format!("{page}/undo"), None, "reason=误传").await;
            assert_eq!(done.status, Status::SeeOther, "{}", done.body);
            let shown = app.get(&clerk, &page).await;
            assert!(shown.body.contains("已撤销") && !shown.body.contains("确认撤销"), "{}", shown.body);
            assert!(shown.body.contains("原因：误传"), "{}", shown.body);
        } else {
            let done = undo(&app, &clerk, &location).await;
            assert_eq!(done.status, Status::Ok, "{}", done.body);
            let told = done.json();
            assert_eq!((&told["state"], &told["undo"]["undone"]), (&json!("undone"), &json!(2)));
            assert_eq!((&told["undo"]["kept_rows"], &told["undo"]["reason"]), (&json!([]), &json!("误传")));
        }
        let again = undo(&app, &clerk, &location).await;
        assert_eq!(again.status, Status::Conflict);
        assert_eq!(total().await, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_takes_its_import_back_without_a_body() {
    let app = TestApp::new().await;
    let clerk = clerk(&app).await;
    let (location, _) = planned(&app, &clerk, &mixed()).await;
    assert_eq!(commit(&app, &clerk, &location).await.status, Status::Accepted);
    watch(&app, &clerk, &location).await;
    let path = format!("{location}/undo");
    let broken =
        app.send_raw(&clerk, Method::Post, &path, &[("Content-Type", "application/json")], "{").await;
    assert_eq!(
        broken.status,
        Status::BadRequest,
        "what is no JSON is not taken for nothing: {}",
        broken.body
    );
    let done = app.send_raw(&clerk, Method::Post, &path, &[], "").await;
    assert_eq!(done.status, Status::Ok, "{}", done.body);
    assert_eq!((&done.json()["state"], &done.json()["undo"]["reason"]), (&json!("undone"), &json!("")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_asks_what_the_columns_are_and_reads_the_file_again() {
    let app = TestApp::new().await;
    let clerk = clerk(&app).await;
    let text =
        format!("党员名册\n{}", mixed().replace("公民身份号码", "身份证号").replace("工作岗位", "干什么"));
    let fields = [("kind", "members"), ("organisation", "500237101")];
    let taken = app.upload(&clerk, "/imports", &[], &fields, Some(("名册.csv", text.as_bytes()))).await;
    assert_eq!(taken.status, Status::SeeOther, "{}", taken.body);
    let page = taken.location.unwrap();
    watch(&app, &clerk, &format!("/api/v1{page}")).await;
    let shown = app.get(&clerk, &page).await;
    assert!(shown.body.contains("列对应") && shown.body.contains("干什么"), "{}", shown.body);
    let number = CitizenId::compose("500237", day("1980-05-06"), 1).unwrap();
    assert!(!shown.body.contains(number.as_str()), "a sample shows no whole identifier");
    let supervisor = app.signed_in("wang", Role::Supervisor, &app.county.county).await;
    let seen = app.get(&supervisor, &page).await;
    assert!(!seen.body.contains("按此读取"), "nobody but the uploader is asked");

    let said = |last: &str| {
        let headings: Vec<String> = HEADINGS
            .replace("公民身份号码", "身份证号")
            .replace("工作岗位", "干什么")
            .split(',')
            .map(str::to_owned)
            .collect();
        let mut targets: Vec<&str> = HEADINGS.split(',').collect();
        *targets.last_mut().unwrap() = last;
        let pairs = headings
            .iter()
            .zip(targets)
            .map(|(heading, target)| format!("heading={heading}&target={target}"));
        format!("header_row=2&{}", pairs.collect::<Vec<_>>().join("&"))
    };
    // A required column left out is refused in words, and the form stands again.
    let path = format!("{page}/columns");
    assert_eq!(app.submit(&clerk, &path, None, &said("")).await.status, Status::SeeOther);
    watch(&app, &clerk, &format!("/api/v1{page}")).await;
    let shown = app.get(&clerk, &page).await;
    assert!(
        shown.body.contains("缺少必填的列“工作岗位”") && shown.body.contains("按此读取"),
        "{}",
        shown.body
    );
    assert_eq!(app.submit(&clerk, &path, None, &said("工作岗位")).await.status, Status::SeeOther);
    watch(&app, &clerk, &format!("/api/v1{page}")).await;
    let told = app.get(&clerk, &format!("/api/v1{page}")).await.json();
    assert_eq!((&told["state"], &told["counts"]["new"]), (&json!("planned"), &json!(2)), "{told}");
    let shown = app.get(&clerk, &page).await;
    assert!(shown.body.contains("“干什么”→“工作岗位”"), "{}", shown.body);
    let twice = app.submit(&clerk, &path, None, &said("工作岗位")).await;
    assert_eq!(twice.status, Status::Conflict, "{}", twice.body);
    assert!(twice.body.contains("没有等待确定的列对应"), "{}", twice.body);
    let first = page;

    // Somebody else's word takes no file away; a file that is gone is told, and the import does not go on reading.
    let taken = app.upload(&clerk, "/imports", &[], &fields, Some(("名册.csv", text.as_bytes()))).await;
    let page = taken.location.unwrap();
    let path = format!("{page}/columns");
    watch(&app, &clerk, &format!("/api/v1{page}")).await;
    let other = app.submit(&supervisor, &path, None, &said("工作岗位")).await;
    assert_eq!(other.status, Status::Conflict, "{}", other.body);
    assert_eq!(held(&page).len(), 1);
    let apart =
        app.submit(&clerk, &path, None, "header_row=2&heading=备注&target=备注&heading=备 注&target=").await;
    assert_eq!(apart.status, Status::UnprocessableEntity, "{}", apart.body);
    assert!(apart.body.contains("有两列，去处不同"), "{}", apart.body);
    std::fs::remove_file(&held(&page)[0]).unwrap();
    let late = app.submit(&clerk, &path, None, &said("工作岗位")).await;
    assert_eq!(late.status, Status::Conflict, "{}", late.body);
    assert!(late.body.contains("请重新上传"), "{}", late.body);
    assert_eq!(app.get(&clerk, &format!("/api/v1{page}")).await.json()["state"], "failed");
    assert_eq!(held(&first).len(), 0, "no file waits any more");
}

/// The files of an import that wait for its uploader.
fn held(page: &str) -> Vec<std::path::PathBuf> {
    let id = page.trim_start_matches("/imports/");
    let entries = std::fs::read_dir(std::env::temp_dir()).unwrap().filter_map(Result::ok);
    let names = entries.map(|entry| entry.path());
    names
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with(id) && name.ends_with(".held")
        })
        .collect()
}

//! Rows that are typed instead of handed in as a file: kept, checked as they are typed, planned, and gone when written.

use cadre::base::actor::Role;
use cadre::base::values::CitizenId;
use cadre::records::imports::Kind;
use rocket::http::{Method, Status};
use serde_json::{Value, json};
use uuid::Uuid;

use super::imports::{commit, planned, watch};
use crate::support::app::{Answer, Credential, TestApp};
use crate::support::builders::day;

const DRAFT: &str = "/api/v1/drafts/members";
const FIELDS: [&str; 9] = [
    "name",
    "citizen_id",
    "ethnicity",
    "education",
    "category",
    "branch",
    "joined_on",
    "full_member_on",
    "occupation",
];
const HEADINGS: &str =
    "姓名,公民身份号码,民族,学历,人员类别,所在党支部,加入党组织日期,转为正式党员日期,工作岗位";

fn citizen_id(number: u16) -> String {
    CitizenId::compose("500237", day("1980-05-06"), number).unwrap().as_str().to_owned()
}

/// The cells of a full member of the first branch of town 1.
fn member(name: &str, number: u16, ethnicity: &str) -> Vec<String> {
    let rest = ["大学专科毕业", "正式党员", "500237101201-ZB01", "2015-07-01", "2016-07-01", "农牧渔民"];
    let own = [name.to_owned(), citizen_id(number), ethnicity.to_owned()];
    own.into_iter().chain(rest.map(str::to_owned)).collect()
}

/// A row as a page sends it.
fn row(key: i32, cells: &[String]) -> Value {
    let cells: serde_json::Map<String, Value> =
        FIELDS.iter().zip(cells).map(|(field, text)| ((*field).to_owned(), json!(text))).collect();
    json!({ "key": key, "cells": cells })
}

/// A page with a draft: who writes, and what it has seen.
struct Writer<'a> {
    app: &'a TestApp,
    who: &'a Credential,
    id: Uuid,
    version: i64,
}

impl<'a> Writer<'a> {
    fn new(app: &'a TestApp, who: &'a Credential) -> Self {
        Self { app, who, id: Uuid::now_v7(), version: 0 }
    }

    async fn put(&self, order: &[i32], rows: &[Value]) -> Answer {
        let body = json!({
            "organisation": "500237101", "writer": self.id, "version": self.version, "order": order, "rows": rows,
        });
        self.app.send(self.who, Method::Put, DRAFT, &[], &body).await
    }

    async fn keep(&mut self, order: &[i32], rows: &[Value]) -> Value {
        let answer = self.put(order, rows).await;
        assert_eq!(answer.status, Status::Ok, "{}", answer.body);
        let state = answer.json();
        self.version = state["version"].as_i64().unwrap();
        state
    }

    /// Makes the plan: its address, and what is told of it.
    async fn plan(&self) -> (String, Value) {
        let made = self.app.send_raw(self.who, Method::Post, &format!("{DRAFT}/plan"), &[], "").await;
        assert_eq!(made.status, Status::Created, "{}", made.body);
        (made.location.clone().unwrap(), made.json())
    }
}

/// Key, place, bucket, and columns with errors of each row of a draft.
fn told(state: &Value) -> Vec<(i64, i64, String, Vec<String>)> {
    let rows = state["checked"].as_array().unwrap().iter().map(|row| {
        let errors = row["errors"].as_array().into_iter().flatten();
        let columns = errors.map(|error| error["column"].as_str().unwrap().to_owned()).collect();
        let bucket = row["bucket"].as_str().unwrap().to_owned();
        (row["key"].as_i64().unwrap(), row["row"].as_i64().unwrap(), bucket, columns)
    });
    rows.collect()
}

async fn clerk(app: &TestApp) -> Credential {
    app.signed_in("clerk.one", Role::Clerk, app.county.town(1)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_is_kept_checked_planned_and_gone_when_it_is_written() {
    let app = TestApp::new().await;
    let clerk = clerk(&app).await;
    let mut page = Writer::new(&app, &clerk);
    let empty = app.get(&clerk, DRAFT).await.json();
    assert_eq!((&empty["version"], &empty["rows"], &empty["kept_at"]), (&json!(0), &json!([]), &Value::Null));

    let good = member("张伟", 1, "土家族");
    let wrong = member("李娜", 2, "外星族");
    let state = page.keep(&[1, 2, 3], &[row(1, &good), row(3, &wrong)]).await;
    assert_eq!(
        told(&state),
        [(1, 1, "new".to_owned(), vec![]), (3, 3, "refused".to_owned(), vec!["民族".to_owned()]),],
        "an empty row between has its place"
    );
    assert!(state["checked"][1]["errors"][0]["message"].as_str().unwrap().contains("“外星族”不在代码表"));
    assert_eq!(app.get(&clerk, "/api/v1/members?count=true").await.json()["total"], 0, "nothing is written");

    let (plan, told_of) = page.plan().await;
    assert_eq!(told_of["file_name"], "表格录入（党员名册）");
    assert_eq!(
        (&told_of["state"], &told_of["counts"]["new"], &told_of["counts"]["refused"]),
        (&json!("planned"), &json!(1), &json!(1))
    );
    let lines = app.get(&clerk, &format!("{plan}/rows")).await.json();
    assert_eq!(lines["items"][1]["row"], 3, "the plan counts as the grid does");
    assert_eq!(commit(&app, &clerk, &plan).await.status, Status::Accepted);
    watch(&app, &clerk, &plan).await;
    let on_record = app.get(&clerk, "/api/v1/members").await.json();
    assert_eq!(on_record["items"][0]["name"], "张伟");

    // What was written is gone, what was not waits to be put right.
    let left = app.get(&clerk, DRAFT).await.json();
    assert_eq!(left["rows"].as_array().unwrap().len(), 1);
    assert_eq!(left["rows"][0]["cells"]["name"], "李娜");
    assert_eq!(
        left["rows"][0]["cells"]["citizen_id"],
        citizen_id(2),
        "the clerk's own values come back whole"
    );
    assert_eq!((&left["checked"][0]["row"], &left["organisation"]), (&json!(1), &json!("500237101")));
    let state = page.keep(&[3], &[row(3, &member("李娜", 2, "苗族"))]).await;
    assert_eq!(told(&state), [(3, 1, "new".to_owned(), vec![])]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grid_says_of_a_row_what_a_file_would_say() {
    let app = TestApp::new().await;
    let clerk = clerk(&app).await;
    let with = |mut cells: Vec<String>, at: usize, text: &str| {
        text.clone_into(&mut cells[at]);
        cells
    };
    let first = member("张伟", 1, "汉族");
    let (plan, _) = planned(&app, &clerk, &format!("{HEADINGS}\n{}\n", first.join(","))).await;
    assert_eq!(commit(&app, &clerk, &plan).await.status, Status::Accepted);
    watch(&app, &clerk, &plan).await;

    let rows = [
        first.clone(),
        with(first.clone(), 3, "大学本科毕业"),
        with(member("王芳", 4, "汉族"), 1, "500237198005060019"),
        with(member("赵敏", 6, "汉族"), 5, "500237102201-ZB01"),
        with(member("陈静", 8, "汉族"), 7, ""),
        with(with(member("刘洋", 3, "汉族"), 6, "2015-13-01"), 8, "神仙"),
        member("周强", 5, "回族"),
        member("周强", 5, "回族"),
    ];
    let text: String = rows.iter().map(|cells| format!("{}\n", cells.join(","))).collect();
    let (plan, _) = planned(&app, &clerk, &format!("{HEADINGS}\n{text}")).await;
    let of_file = app.get(&clerk, &format!("{plan}/rows")).await.json()["items"].clone();

    let typed: Vec<Value> = (1..).zip(&rows).map(|(key, cells)| row(key, cells)).collect();
    let order: Vec<i32> = (1..).take(rows.len()).collect();
    let state = Writer::new(&app, &clerk).keep(&order, &typed).await;
    let plain = |lines: &Value, first_row: i64| -> Vec<Value> {
        let lines = lines.as_array().unwrap().iter().cloned().map(|mut line| {
            line.as_object_mut().unwrap().remove("key");
            line["row"] = json!(line["row"].as_i64().unwrap() - first_row);
            // Rows are named by their numbers: below the headings, or from the top of the grid.
            let text = (0..8).fold(line.to_string(), |text, place| {
                text.replace(&format!("第{}行", first_row + place), &format!("第({place})行"))
            });
            serde_json::from_str(&text).unwrap()
        });
        lines.collect()
    };
    assert_eq!(plain(&state["checked"], 1), plain(&of_file, 2));
    let buckets: Vec<&str> =
        of_file.as_array().unwrap().iter().map(|l| l["bucket"].as_str().unwrap()).collect();
    assert_eq!(
        buckets[..2],
        ["refused", "refused"],
        "they are one person, and differ: nobody guesses which is right"
    );
    assert_eq!(buckets[6..], ["new", "refused"], "the same row twice is taken once");
    assert!(buckets.contains(&"new"));
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_are_deleted_or_emptied_leave_and_the_others_close_up() {
    let app = TestApp::new().await;
    let clerk = clerk(&app).await;
    let mut page = Writer::new(&app, &clerk);
    let rows: Vec<Value> = [("张伟", 1), ("李娜", 2), ("王芳", 4), ("赵敏", 1)]
        .iter()
        .zip(1..)
        .map(|((name, number), key)| row(key, &member(name, *number, "汉族")))
        .collect();
    let state = page.keep(&[1, 2, 3, 4], &rows).await;
    let message = state["checked"][3]["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("与第1行是同一个人"), "{message}");

    // The first is deleted, the second emptied.
    let state = page.keep(&[2, 3, 4], &[json!({ "key": 2, "cells": { "name": "  " } })]).await;
    assert_eq!(
        told(&state),
        [(3, 2, "new".to_owned(), vec![]), (4, 3, "new".to_owned(), vec![])],
        "nobody stands twice in it any more"
    );
    let opened = app.get(&clerk, DRAFT).await.json();
    let places: Vec<&Value> = opened["checked"].as_array().unwrap().iter().map(|row| &row["row"]).collect();
    assert_eq!(places, [1, 2]);
    // All of it.
    let state = page.keep(&[], &[]).await;
    assert_eq!(state["checked"], json!([]));
    let refused = app.send_raw(&clerk, Method::Post, &format!("{DRAFT}/plan"), &[], "").await;
    assert_eq!(refused.status, Status::Conflict);
    assert!(refused.body.contains("还没有填写内容"), "{}", refused.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_sent_again_and_another_window_is_told() {
    let app = TestApp::new().await;
    let clerk = clerk(&app).await;
    let mut first = Writer::new(&app, &clerk);
    let typed = [row(1, &member("张伟", 1, "汉族"))];
    let lost = first.put(&[1], &typed).await;
    assert_eq!(lost.status, Status::Ok);
    // The page never saw that answer: it says the same once more, still of version 0.
    let state = first.keep(&[1], &typed).await;
    assert_eq!(told(&state).len(), 1);

    let mut second = Writer::new(&app, &clerk);
    second.version = app.get(&clerk, DRAFT).await.json()["version"].as_i64().unwrap();
    second.keep(&[1, 2], &[row(2, &member("李娜", 2, "汉族"))]).await;
    let stale = first.put(&[1], &[row(1, &member("张卫", 1, "汉族"))]).await;
    assert_eq!(stale.status, Status::PreconditionFailed, "{}", stale.body);
    let kept = app.get(&clerk, DRAFT).await.json();
    let names: Vec<&Value> =
        kept["rows"].as_array().unwrap().iter().map(|row| &row["cells"]["name"]).collect();
    assert_eq!(names, ["张伟", "李娜"], "nothing of the other window is lost");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_its_writers_alone_and_stands_nowhere_in_clear() {
    let app = TestApp::new().await;
    let clerk = clerk(&app).await;
    Writer::new(&app, &clerk).keep(&[1], &[row(1, &member("欧阳锋", 1, "汉族"))]).await;
    for role in [Role::Clerk, Role::Supervisor] {
        let place = if role == Role::Clerk { app.county.town(1) } else { &app.county.county };
        let other = app.signed_in(&format!("other.{}", role.code()), role, place).await;
        assert_eq!(app.get(&other, DRAFT).await.json()["version"], 0);
    }
    let client = app.db.owner_client().await;
    let dump = client.query("SELECT d::text || r::text || encode(r.content, 'escape') FROM import_drafts d JOIN import_draft_rows r ON r.draft_id = d.id", &[]).await.unwrap();
    assert_eq!(dump.len(), 1);
    let text: &str = dump[0].get(0);
    assert!(
        !text.contains(&citizen_id(1)) && !text.contains("欧阳") && !text.contains("5002371980"),
        "{text}"
    );
    let bytes: Vec<u8> = client.query_one("SELECT content FROM import_draft_rows", &[]).await.unwrap().get(0);
    let clear = citizen_id(1);
    assert!(!bytes.windows(clear.len()).any(|part| part == clear.as_bytes()));

    // Nobody has come back to it for a month: the next upload forgets it.
    client.execute("UPDATE import_drafts SET updated_at = now() - interval '31 days'", &[]).await.unwrap();
    planned(&app, &clerk, &format!("{HEADINGS}\n{}\n", member("张伟", 3, "汉族").join(","))).await;
    assert_eq!(client.query("SELECT FROM import_draft_rows", &[]).await.unwrap().len(), 0);
    assert_eq!(app.get(&clerk, DRAFT).await.json()["version"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grid_has_its_bounds() {
    let app = TestApp::new().await;
    let clerk = clerk(&app).await;
    let page = Writer::new(&app, &clerk);
    let many: Vec<i32> = (1..=501).collect();
    let detail = |answer: &Answer| answer.json()["detail"].as_str().unwrap().to_owned();
    let refused = page.put(&many, &[]).await;
    assert_eq!(refused.status, Status::UnprocessableEntity);
    assert!(detail(&refused).contains("最多500行，现有501行") && detail(&refused).contains("空白工作簿"));
    assert_eq!(page.put(&many[..500], &[]).await.status, Status::Ok);
    for order in [&[1, 1][..], &[0], &[-1]] {
        assert_eq!(page.put(order, &[]).await.status, Status::UnprocessableEntity, "{order:?}");
    }
    let stray = page.put(&[1], &[row(2, &member("张伟", 1, "汉族"))]).await;
    assert!(detail(&stray).contains("编号为2的行不在各行的次序里"), "{}", stray.body);
    let long = page.put(&[1], &[json!({ "key": 1, "cells": { "note": "字".repeat(1_001) } })]).await;
    assert_eq!(long.status, Status::UnprocessableEntity);
    assert!(detail(&long).contains("备注有1001个字，一格最多1000个字"), "{}", long.body);
    // A column that nobody knows is not dropped in silence.
    let strange = page.put(&[1], &[json!({ "key": 1, "cells": { "shoe_size": "42" } })]).await.json();
    assert!(strange["checked"][0]["errors"].to_string().contains("这一列没有列名"), "{strange}");

    let elsewhere =
        json!({ "organisation": "500237102", "writer": page.id, "version": 9, "order": [], "rows": [] });
    assert_eq!(app.send(&clerk, Method::Put, DRAFT, &[], &elsewhere).await.status, Status::NotFound);
    assert_eq!(app.get(&clerk, "/api/v1/drafts/shoes").await.status, Status::NotFound);
    assert_eq!(app.get(&clerk, "/grids/shoes").await.status, Status::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_has_a_grid_with_the_columns_of_its_workbook() {
    let app = TestApp::new().await;
    let clerk = clerk(&app).await;
    for kind in Kind::ALL {
        let page = app.get(&clerk, &format!("/grids/{}", kind.code())).await;
        assert_eq!(page.status, Status::Ok, "{kind:?}");
        assert!(page.body.contains(&format!("<h1>录入{}</h1>", kind.name())), "{kind:?}");
        for heading in cadre::across::imports::subject::headings(*kind) {
            let field = format!("data-field=\"{}\"", heading.field);
            assert!(page.body.contains(&field), "{kind:?} has no {field}");
        }
        let draft = format!("/api/v1/drafts/{}", kind.code());
        let first = cadre::across::imports::subject::headings(*kind)[0].field;
        let body = json!({
            "organisation": "500237101", "writer": Uuid::now_v7(), "version": 0, "order": [1],
            "rows": [{ "key": 1, "cells": { first: "？" } }],
        });
        let kept = app.send(&clerk, Method::Put, &draft, &[], &body).await;
        assert_eq!(kept.status, Status::Ok, "{kind:?}: {}", kept.body);
        assert_eq!(kept.json()["checked"][0]["bucket"], "refused", "{kind:?}: {}", kept.body);
        let made = app.submit(&clerk, &format!("/grids/{}/plan", kind.code()), None, "").await;
        assert_eq!(made.status, Status::SeeOther, "{kind:?}: {}", made.body);
        let plan = app.get(&clerk, &made.location.unwrap()).await;
        assert!(plan.body.contains("回到表格修改"), "{kind:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_plan_of_a_grid_leads_back_to_it_for_its_writer_only() {
    let app = TestApp::new().await;
    let clerk = clerk(&app).await;
    let mut page = Writer::new(&app, &clerk);
    page.keep(&[1], &[row(1, &member("张伟", 1, "外星族"))]).await;
    let (plan, _) = page.plan().await;
    let address = plan.replace("/api/v1", "");
    assert!(app.get(&clerk, &address).await.body.contains("回到表格修改"));
    let supervisor = app.signed_in("boss", Role::Supervisor, &app.county.county).await;
    assert!(!app.get(&supervisor, &address).await.body.contains("回到表格修改"));
    // The refused row comes back as a workbook as well.
    let back = app.download(&clerk, &format!("{plan}/errors.xlsx")).await;
    assert!(back.starts_with(b"PK"));
    // A second plan takes the place of the first.
    page.keep(&[1], &[row(1, &member("张伟", 1, "汉族"))]).await;
    let (second, told_of) = page.plan().await;
    assert_eq!(told_of["counts"]["new"], 1);
    assert!(!app.get(&clerk, &address).await.body.contains("回到表格修改"));
    assert!(app.get(&clerk, &second.replace("/api/v1", "")).await.body.contains("回到表格修改"));
}

/// By the API and by the page: who may be on record is told, and said to be somebody new or somebody on record.
#[tokio::test(flavor = "multi_thread")]
async fn a_program_and_a_page_say_who_a_new_row_is() {
    let app = TestApp::new().await;
    let clerk = clerk(&app).await;
    let file = |number| format!("{HEADINGS}\n{}\n", member("张伟", number, "汉族").join(","));
    let (plan, _) = planned(&app, &clerk, &file(1)).await;
    assert_eq!(commit(&app, &clerk, &plan).await.status, Status::Accepted);
    watch(&app, &clerk, &plan).await;

    let (plan, told_of) = planned(&app, &clerk, &file(3)).await;
    assert_eq!((&told_of["counts"]["new"], &told_of["possible_duplicates"]), (&json!(1), &json!(1)));
    let beside = &told_of["alike_rows"][0]["alike"][0];
    assert_eq!((&beside["name"], &beside["citizen_id"]), (&json!("张伟"), &json!("500237************")));
    assert!(beside["reasons"].to_string().contains("出生日期相同"));
    let rows = app.get(&clerk, &format!("{plan}/rows?alike=true&count=true")).await.json();
    assert_eq!((&rows["items"][0]["row"], &rows["total"]), (&json!(2), &json!(1)));

    let page = plan.replace("/api/v1", "");
    assert!(app.get(&clerk, &page).await.body.contains("有 1 行按新增处理，但可能是已登记的人"));
    let shown = app.get(&clerk, &format!("{page}/doubles")).await.body;
    let record = beside["record"].as_str().unwrap();
    assert!(shown.contains("很可能") && shown.contains(&format!("value=\"{record}\"")), "{shown}");
    let said = app.submit(&clerk, &format!("{page}/choices"), None, "row-2=new").await;
    assert_eq!(said.status, Status::SeeOther, "{}", said.body);
    assert_eq!(app.get(&clerk, &plan).await.json()["alike_rows"][0]["choice"], "new");

    let choices = format!("{plan}/choices");
    let body = json!({ "choices": [{ "row": 2, "record": record }] });
    let said = app.send(&clerk, Method::Post, &choices, &[], &body).await;
    assert_eq!(said.status, Status::Ok, "{}", said.body);
    let counts = &said.json()["counts"];
    assert_eq!((&counts["new"], &counts["changed"]), (&json!(0), &json!(1)));
    let stranger = json!({ "choices": [{ "row": 2, "record": Uuid::now_v7() }, { "row": 7 }] });
    let refused = app.send(&clerk, Method::Post, &choices, &[], &stranger).await;
    assert_eq!(refused.status, Status::UnprocessableEntity);
    assert_eq!(refused.json()["errors"].as_array().unwrap().len(), 2);
    assert_eq!(commit(&app, &clerk, &plan).await.status, Status::Accepted);
    watch(&app, &clerk, &plan).await;
    assert_eq!(app.get(&clerk, "/api/v1/members?count=true").await.json()["total"], 1);
}

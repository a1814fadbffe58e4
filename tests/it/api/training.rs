//! Training through the API and the pages: a programme, a class from plan to close, who came, how far the town has come.

use cadre::base::actor::Role;
use cadre::records::{members, training};
use rocket::http::{Method, RawStr, Status};
use serde_json::{Value, json};

use crate::support::app::{Answer, Credential, TestApp};
use crate::support::builders::member;

struct Stage {
    app: TestApp,
    clerk: Credential,
    supervisor: Credential,
    members: Vec<String>,
}

fn programme() -> Value {
    json!({ "code": "rotation", "name": "党员轮训", "from_day": "2026-01-01", "years": 2, "is_primary": true,
        "demand": { "floors": [50, 50], "source": "县委〔2026〕1号" },
        "fields": [{ "code": "village", "name": "农村" }] })
}

fn class(code: &str) -> Value {
    json!({ "code": code, "name": "春季轮训班", "programme": "rotation", "field": "village",
        "first_day": "2026-03-02", "last_day": "2026-03-03", "hours": 16, "places": 2 })
}

impl Stage {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let clerk = app.signed_in("clerk.one", Role::Clerk, app.county.town(1)).await;
        let supervisor = app.signed_in("supervisor.one", Role::Supervisor, &app.county.county).await;
        let commands: Vec<_> = ["张伟", "王芳", "李强"]
            .iter()
            .zip(1u16..)
            .map(|(name, serial)| member(app.county.branch(1, 1).id, name, serial))
            .collect();
        let mut conn = app.db.web().await;
        let actor = app.county.town(1).actor(Role::Clerk);
        let ids = members::enrol(&mut conn, &actor, &app.keys, &commands).await.unwrap();
        drop(conn);
        let stage = Self { app, clerk, supervisor, members: ids.iter().map(ToString::to_string).collect() };
        let set = stage.post(&stage.supervisor, "/training/programmes", &programme()).await;
        assert_eq!(set.status, Status::Created, "{}", set.body);
        stage
    }

    async fn post(&self, who: &Credential, path: &str, body: &Value) -> Answer {
        self.app.send(who, Method::Post, &format!("/api/v1{path}"), &[], body).await
    }

    async fn get(&self, path: &str) -> Value {
        self.app.get(&self.clerk, &format!("/api/v1{path}")).await.json()
    }

    async fn planned(&self, code: &str) -> String {
        let planned = self.post(&self.clerk, "/training/classes", &class(code)).await;
        assert_eq!(planned.status, Status::Created, "{}", planned.body);
        planned.json()["id"].as_str().unwrap().to_owned()
    }

    async fn step(&self, class: &str, step: &str) -> Answer {
        self.post(&self.clerk, &format!("/training/classes/{class}/{step}"), &json!({})).await
    }

    /// A class that the first two members are enrolled in and that was held.
    async fn held(&self, code: &str) -> String {
        let class = self.planned(code).await;
        assert_eq!(self.step(&class, "open").await.status, Status::Ok);
        let enrolment = json!({ "members": &self.members[..2] });
        let path = format!("/training/classes/{class}/enrolments");
        let enrolled = self.post(&self.clerk, &path, &enrolment).await;
        assert_eq!(enrolled.status, Status::Ok, "{}", enrolled.body);
        assert_eq!(self.step(&class, "hold").await.status, Status::Ok);
        class
    }

    async fn attend(&self, class: &str, rows: Value) -> Answer {
        let path = format!("/api/v1/training/classes/{class}/attendance");
        self.app.send(&self.clerk, Method::Put, &path, &[], &json!({ "rows": rows })).await
    }
}

#[tokio::test]
async fn a_class_goes_from_plan_to_close_and_counts_for_the_town() {
    let stage = Stage::new().await;
    let class = stage.held("2026-A1").await;
    let came = json!([
        { "member": stage.members[0], "hours": 16, "result": "passed" },
        { "member": stage.members[1], "hours": 4.5, "result": "不合格" },
    ]);
    let answer = stage.attend(&class, came).await;
    assert_eq!(answer.status, Status::Ok, "{}", answer.body);
    assert_eq!(stage.step(&class, "close").await.json()["state"], "closed");
    let programme = stage.get("/training/programmes").await["items"][0]["id"].as_str().unwrap().to_owned();
    let coverage = stage.get(&format!("/training/programmes/{programme}/coverage")).await;
    let total = &coverage["total"];
    assert_eq!((&total["members"], &total["trained"]), (&json!(3), &json!(1)), "{coverage}");
    assert_eq!(total["coverage"], json!(33.33));
    let missing = stage.get(&format!("/training/programmes/{programme}/outstanding")).await;
    let names: Vec<&str> = missing["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["member"]["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["李强", "王芳"]);
    let history = stage.get(&format!("/members/{}/training", stage.members[0])).await;
    assert_eq!(
        (&history["classes"][0]["trains"], &history["classes"][0]["hours"]),
        (&json!(true), &json!(16))
    );
    assert_eq!(history["years"][0]["member_hours"], json!(32));
}

#[tokio::test]
async fn what_cannot_be_is_refused_in_words_and_nothing_is_stored() {
    let stage = Stage::new().await;
    let class = stage.planned("2026-A1").await;
    let early = stage.attend(&class, json!([])).await;
    assert_eq!(early.status, Status::Ok, "nobody came: nothing to refuse");
    let path = format!("/training/classes/{class}/enrolments");
    let closed = stage.post(&stage.clerk, &path, &json!({ "members": [stage.members[0]] })).await;
    assert_eq!(closed.status, Status::Conflict, "{}", closed.body);
    assert_eq!(stage.step(&class, "open").await.status, Status::Ok);
    let full = stage.post(&stage.clerk, &path, &json!({ "members": stage.members })).await;
    assert_eq!(full.status, Status::UnprocessableEntity, "{}", full.body);
    assert!(full.body.contains("名额"), "{}", full.body);
    let twice = stage.planned("2026-A2").await;
    assert_eq!(stage.step(&twice, "open").await.status, Status::Ok);
    assert_eq!(
        stage.post(&stage.clerk, &path, &json!({ "members": [stage.members[0]] })).await.status,
        Status::Ok
    );
    let other = format!("/training/classes/{twice}/enrolments");
    let conflict = stage.post(&stage.clerk, &other, &json!({ "members": [stage.members[0]] })).await;
    assert_eq!(conflict.status, Status::UnprocessableEntity, "{}", conflict.body);
    assert!(conflict.body.contains("2026-A1"), "{}", conflict.body);
    assert_eq!(stage.step(&class, "hold").await.status, Status::Ok);
    let much =
        stage.attend(&class, json!([{ "member": stage.members[0], "hours": 17, "result": "passed" }])).await;
    assert_eq!(much.status, Status::UnprocessableEntity);
    assert!(much.body.contains("17") && much.body.contains("16"), "{}", much.body);
    let stranger =
        stage.attend(&class, json!([{ "member": stage.members[2], "hours": 8, "result": "passed" }])).await;
    assert_eq!(stranger.status, Status::UnprocessableEntity, "{}", stranger.body);
    let odd = stage
        .attend(&class, json!([{ "member": stage.members[0], "hours": "1e9", "result": "passed" }]))
        .await;
    assert_eq!(odd.status, Status::UnprocessableEntity, "{}", odd.body);
    assert_eq!(stage.get(&format!("/training/classes/{class}")).await["attended"], json!(0));
}

#[tokio::test]
async fn the_same_number_cannot_be_given_twice_and_a_stale_change_is_refused() {
    let stage = Stage::new().await;
    let class_id = stage.planned("2026-A1").await;
    let again = stage.post(&stage.clerk, "/training/classes", &class("2026-A1")).await;
    assert!(matches!(again.status.code, 409 | 422), "{}", again.body);
    let path = format!("/api/v1/training/classes/{class_id}");
    let change = json!({ "name": "春季轮训班（改）" });
    let first = stage.app.send(&stage.clerk, Method::Patch, &path, &[("If-Match", "\"1\"")], &change).await;
    assert_eq!(first.status, Status::Ok, "{}", first.body);
    let late = stage.app.send(&stage.clerk, Method::Patch, &path, &[("If-Match", "\"1\"")], &change).await;
    assert_eq!(late.status, Status::PreconditionFailed);
}

#[tokio::test]
async fn who_came_is_entered_by_the_codes_of_the_sheet() {
    let stage = Stage::new().await;
    let class = stage.held("2026-A1").await;
    let sheet = stage.app.get(&stage.clerk, &format!("/training/classes/{class}/sheet")).await;
    let code = training::row_code("2026-A1", 1);
    assert!(sheet.body.contains(&code), "{}", sheet.body);
    let page = format!("/training/classes/{class}/attendance");
    let send = async |codes: &str, hours: &str| {
        stage
            .app
            .submit(&stage.clerk, &page, None, &format!("codes={codes}&hours={hours}&result=passed"))
            .await
    };
    let wrong = send("77-7", "16").await;
    assert_eq!(wrong.status, Status::UnprocessableEntity);
    assert!(wrong.body.contains("77-7"), "what was typed is kept and named");
    let entered = send(&code, "16").await;
    assert_eq!(entered.status, Status::SeeOther, "{}", entered.body);
    let rest = send("%E5%85%A8%E9%83%A8", "12").await;
    assert_eq!(rest.status, Status::SeeOther, "{}", rest.body);
    let roll = stage.get(&format!("/training/classes/{class}/enrolments")).await;
    let mut hours: Vec<i64> =
        roll["items"].as_array().unwrap().iter().map(|line| line["hours"].as_i64().unwrap()).collect();
    hours.sort_unstable();
    assert_eq!(hours, [12, 16]);
}

/// A form of some fields.
fn form(fields: &[(&str, &str)]) -> String {
    let said = fields.iter().map(|(name, value)| format!("{name}={}", RawStr::new(value).percent_encode()));
    said.collect::<Vec<_>>().join("&")
}

/// The page refuses with the sentence, and still says what was typed.
fn kept(page: &Answer, sentence: &str, typed: &[&str]) {
    assert_eq!(page.status, Status::UnprocessableEntity, "{}", page.body);
    assert!(page.body.contains(sentence), "{sentence}: {}", page.body);
    for typed in typed {
        assert!(page.body.contains(typed), "{typed}: {}", page.body);
    }
}

#[tokio::test]
async fn attendance_of_somebody_not_enrolled_or_beyond_the_class_is_refused_by_both_doors() {
    let stage = Stage::new().await;
    let class = stage.held("2026-A1").await;
    let page = format!("/training/classes/{class}/attendance");
    let send = async |path: &str, fields: &[(&str, &str)]| {
        stage.app.submit(&stage.clerk, path, None, &form(fields)).await
    };
    let row = |member: usize, hours: f64| json!([{ "member": stage.members[member], "hours": hours, "result": "passed" }]);
    let stranger = stage.attend(&class, row(2, 8.0)).await;
    assert_eq!(stranger.status, Status::UnprocessableEntity);
    assert!(stranger.body.contains("“李强”没有报名该班次"), "{}", stranger.body);
    // By the sheet there is no code for whoever is not enrolled.
    let third = training::row_code("2026-A1", 3);
    let refused = send(&page, &[("codes", &third), ("hours", "7.5"), ("result", "passed")]).await;
    kept(&refused, &format!("识别码“{third}”不在本班名单上"), &["value=\"7.5\""]);

    let sentence = "到课学时“17”应在0至班次“2026-A1”的16学时之间";
    let much = stage.attend(&class, row(0, 17.0)).await;
    assert_eq!(much.status, Status::UnprocessableEntity);
    assert!(much.body.contains(sentence), "{}", much.body);
    let first = training::row_code("2026-A1", 1);
    let refused = send(&page, &[("codes", &first), ("hours", "17"), ("result", "excellent")]).await;
    kept(&refused, sentence, &["value=\"17\"", &first]);
    assert_eq!(stage.get(&format!("/training/classes/{class}")).await["attended"], json!(0));

    assert_eq!(stage.attend(&class, row(0, 16.0)).await.status, Status::Ok);
    let correct = format!("{page}/{}", stage.members[0]);
    let fields =
        [("version", "1"), ("then", "correct"), ("hours", "17"), ("result", "passed"), ("note", "补登")];
    kept(&send(&correct, &fields).await, sentence, &["value=\"17\"", "补登"]);
    let body = json!({ "hours": 17, "result": "passed" });
    let path = format!("/api/v1/training/classes/{class}/attendance/{}", stage.members[0]);
    let headers = [("If-Match", "\"1\"")];
    let api = stage.app.send(&stage.clerk, Method::Patch, &path, &headers, &body).await;
    assert_eq!(api.status, Status::UnprocessableEntity, "{}", api.body);
    assert!(api.body.contains(sentence), "{}", api.body);
}

#[tokio::test]
async fn two_classes_at_once_are_refused_by_both_doors_and_the_choice_stays() {
    let stage = Stage::new().await;
    let first = stage.held("2026-A1").await;
    let other = stage.planned("2026-A2").await;
    assert_eq!(stage.step(&other, "open").await.status, Status::Ok);
    let sentence = "已在同期的班次“2026-A1”名单中（2026-03-02至2026-03-03），不能同时参加两个班";
    let both = json!({ "members": [stage.members[0], stage.members[2]] });
    let api = stage.post(&stage.clerk, &format!("/training/classes/{other}/enrolments"), &both).await;
    assert_eq!(api.status, Status::UnprocessableEntity);
    assert!(api.body.contains(sentence), "{}", api.body);
    let fields = [("members", stage.members[0].as_str()), ("members", stage.members[2].as_str())];
    let path = format!("/training/classes/{other}/enrol");
    let page = stage.app.submit(&stage.clerk, &path, None, &form(&fields)).await;
    kept(&page, sentence, &[&format!("value=\"{}\" checked", stage.members[2])]);
    assert_eq!(stage.get(&format!("/training/classes/{other}")).await["enrolled"], json!(0));

    // Whoever comes by himself is held against it too, and a class does not move to where its people are elsewhere.
    let third = stage.planned("2026-A3").await;
    let later = json!({ "first_day": "2026-03-09", "last_day": "2026-03-10" });
    let path = format!("/api/v1/training/classes/{third}");
    let moved = stage.app.send(&stage.clerk, Method::Patch, &path, &[("If-Match", "\"1\"")], &later).await;
    assert_eq!(moved.status, Status::Ok, "{}", moved.body);
    assert_eq!(stage.step(&third, "open").await.status, Status::Ok);
    let one = json!({ "members": [stage.members[0]] });
    let enrolled = stage.post(&stage.clerk, &format!("/training/classes/{third}/enrolments"), &one).await;
    assert_eq!(enrolled.status, Status::Ok, "{}", enrolled.body);
    let etag = stage.app.get(&stage.clerk, &path).await.etag.unwrap();
    let back = json!({ "first_day": "2026-03-03", "last_day": "2026-03-04" });
    let api = stage.app.send(&stage.clerk, Method::Patch, &path, &[("If-Match", etag.as_str())], &back).await;
    let sentence = "改期后，名单中的“张伟”同期在班次“2026-A1”（2026-03-02至2026-03-03）";
    assert_eq!(api.status, Status::Conflict, "{}", api.body);
    assert!(api.body.contains(sentence), "{}", api.body);
    let version = etag.trim_matches('"');
    let fields = [
        ("version", version),
        ("name", "春季轮训三班"),
        ("field", "village"),
        ("first_day", "2026-03-03"),
        ("last_day", "2026-03-04"),
        ("hours", "16"),
        ("places", "2"),
        ("is_away", "false"),
        ("takes_walk_ins", "false"),
        ("is_course_approved", "false"),
    ];
    let path = format!("/training/classes/{third}/edit");
    let page = stage.app.submit(&stage.clerk, &path, None, &form(&fields)).await;
    kept(&page, sentence, &["value=\"春季轮训三班\"", "value=\"2026-03-03\""]);
    assert_eq!(stage.get(&format!("/training/classes/{third}")).await["first_day"], "2026-03-09");
    assert_eq!(stage.get(&format!("/training/classes/{first}")).await["enrolled"], json!(2));
}

#[tokio::test]
async fn a_programme_set_in_the_browser_says_whom_each_field_is_for() {
    let stage = Stage::new().await;
    let lines = "village 农村 农牧渔民\nretired 离退休 4、军人、武警\nall 综合";
    let typed = |fields: &str, occupations: &str| {
        form(&[
            ("code", "fields-2028"),
            ("name", "分领域轮训"),
            ("from_day", "2028-01-01"),
            ("years", "2"),
            ("is_primary", "false"),
            ("fields", fields),
            ("floors", "50/50"),
            ("statuses", "正常"),
            ("occupations", occupations),
            ("exempt_age", "70"),
            ("is_unified", "false"),
            ("source", "县委〔2028〕1号"),
        ])
    };
    let send =
        async |form: &str| stage.app.submit(&stage.supervisor, "/training/programmes", None, form).await;
    let wrong = send(&typed("village 农村 宇航员", "农牧渔民")).await;
    kept(&wrong, "领域“农村”的", &["village 农村 宇航员", "value=\"农牧渔民\"", "value=\"50/50\""]);
    let wrong = send(&typed("village", "")).await;
    kept(&wrong, "应为“代码 名称”", &["value=\"分领域轮训\""]);

    let set = send(&typed(lines, "农牧渔民、军人、武警、4")).await;
    assert_eq!(set.status, Status::SeeOther, "{}", set.body);
    let id = set.location.unwrap().rsplit('/').next().unwrap().to_owned();
    let programme = stage.get(&format!("/training/programmes/{id}")).await;
    let fields = programme["fields"].as_array().unwrap();
    let occupations: Vec<&Value> = fields.iter().map(|field| &field["occupations"]).collect();
    assert_eq!(occupations, [&json!(["1", "113"]), &json!(["2", "4"]), &json!([])], "{programme}");
    assert_eq!(programme["demands"][0]["occupations"], json!(["1", "113", "2", "4"]), "{programme}");
    let page = stage.app.get(&stage.supervisor, &format!("/training/programmes/{id}")).await;
    assert!(page.body.contains("农牧渔民、军人、武警、离退休人员"), "{}", page.body);
    let revise = stage.app.get(&stage.supervisor, &format!("/training/programmes/{id}/revise")).await;
    assert!(revise.body.contains("value=\"农牧渔民、军人、武警、离退休人员\""), "{}", revise.body);
}

//! Assessments through the API: from the scheme to the ranking, and what is refused on the way.

use cadre::base::actor::Role;
use rocket::http::{Method, RawStr, Status};
use serde_json::{Value, json};

use crate::support::app::{Answer, Credential, TestApp};

const BASE: &str = "/api/v1/assessments";

struct Stage {
    app: TestApp,
    clerk: Credential,
    supervisor: Credential,
}

fn scheme() -> Value {
    json!({ "organisation": "500237", "name": "季度考核", "entry": "deduction", "decimals": 1, "flag_rule": "shared",
        "notice_days": 5, "method": "考核组检查", "from": "2020-01-01", "tie_breakers": ["building"],
        "indicators": [
            { "code": "building", "name": "基层党建", "full_marks": 60, "evidence": "台账" },
            { "code": "economy", "name": "集体经济", "full_marks": 80, "weight": 0.5 },
        ] })
}

impl Stage {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let supervisor = app.signed_in("wang", Role::Supervisor, &app.county.county).await;
        let clerk = app.signed_in("clerk.one", Role::Clerk, app.county.town(1)).await;
        let stage = Self { app, clerk, supervisor };
        let set = stage.post(&stage.supervisor, "/schemes", &scheme()).await;
        assert_eq!(set.status, Status::Created, "{}", set.body);
        stage
    }

    async fn post(&self, who: &Credential, path: &str, body: &Value) -> Answer {
        self.app.send(who, Method::Post, &format!("{BASE}{path}"), &[], body).await
    }

    async fn open(&self) -> String {
        let body = json!({ "organisation": "500237101", "quarter": "2026Q1" });
        let opened = self.post(&self.clerk, "/rounds", &body).await;
        assert_eq!(opened.status, Status::Created, "{}", opened.body);
        opened.json()["id"].as_str().unwrap().to_owned()
    }

    async fn enter(&self, round: &str, version: &str, rows: Value) -> Answer {
        let path = format!("{BASE}/rounds/{round}/scores");
        let headers = [("If-Match", version)];
        self.app.send(&self.clerk, Method::Put, &path, &headers, &json!({ "rows": rows })).await
    }
}

fn fields(answer: &Answer) -> Vec<String> {
    let told = answer.json();
    let errors = told["errors"].as_array().cloned().unwrap_or_default();
    errors.iter().map(|error| error["field"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quarter_goes_from_the_grid_to_the_flag() {
    let stage = Stage::new().await;
    let round = stage.open().await;
    let rows = json!([
        { "village": "500237101201", "scores": { "building": 60, "economy": 80 } },
        { "village": "500237101202", "deductions": { "building": 1.5, "economy": 3 }, "deduction_note": "台账不全" },
    ]);
    let entered = stage.enter(&round, "\"1\"", rows.clone()).await;
    assert_eq!(entered.status, Status::Ok, "{}", entered.body);
    assert_eq!(entered.json()["rows"][1]["total"], json!(97), "58.5 and half of 77");
    assert_eq!(stage.enter(&round, "\"1\"", rows).await.status, Status::PreconditionFailed);
    for (who, step) in
        [(&stage.clerk, "submit"), (&stage.supervisor, "confirm"), (&stage.supervisor, "publish")]
    {
        let done = stage.post(who, &format!("/rounds/{round}/{step}"), &json!({})).await;
        assert_eq!(done.status, Status::Ok, "{step}: {}", done.body);
    }
    let ranking = stage.app.get(&stage.clerk, &format!("{BASE}/ranking?quarter=2026Q1")).await.json();
    let first = &ranking["items"][0];
    assert_eq!((&first["rank"], &first["flag"], &first["streak"]), (&json!(1), &json!(true), &json!(1)));
    assert_eq!(first["village"]["code"], "500237101201");
    let within =
        stage.app.get(&stage.clerk, &format!("{BASE}?within=500237101202&quarter=2026Q1")).await.json();
    assert_eq!(
        (within["items"].as_array().unwrap().len(), &within["items"][0]["scores"]["economy"]),
        (1, &json!(77))
    );
    let assessment = within["items"][0]["id"].as_str().unwrap().to_owned();
    let objection = json!({ "raised_by": "村党支部", "content": "材料已报送" });
    let raised = stage.post(&stage.clerk, &format!("/{assessment}/object"), &objection).await;
    assert_eq!(raised.status, Status::Created, "{}", raised.body);
    let id = raised.json()["id"].as_str().unwrap().to_owned();
    let answer = json!({ "upheld": true, "answer": "属实", "corrections": { "building": 60 } });
    let resolved = stage.post(&stage.supervisor, &format!("/objections/{id}/resolve"), &answer).await;
    assert_eq!((resolved.status, &resolved.json()["corrections"][0]["before"]), (Status::Ok, &json!(58.5)));
    let again = stage.post(&stage.supervisor, &format!("/objections/{id}/resolve"), &answer).await;
    assert_eq!(again.status, Status::Conflict);
    let year = stage.app.get(&stage.clerk, &format!("{BASE}/units/500237101202?year=2026")).await.json();
    assert_eq!(year["quarters"][0]["rank"]["total"], json!(98.5));
    let foreign = stage.app.signed_in("clerk.two", Role::Clerk, stage.app.county.town(2)).await;
    let hidden = stage.app.get(&foreign, &format!("{BASE}/{assessment}")).await;
    assert_eq!(hidden.status, Status::NotFound);
    let empty = stage.app.get(&foreign, &format!("{BASE}/ranking?quarter=2026Q1")).await.json();
    assert_eq!(empty["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_named_by_field() {
    let stage = Stage::new().await;
    let mut unsound = scheme();
    unsound["indicators"][0]["full_marks"] = json!(61);
    let answer = stage.post(&stage.supervisor, "/schemes", &unsound).await;
    assert_eq!(
        (answer.status, fields(&answer)),
        (Status::UnprocessableEntity, vec!["indicators".to_owned()])
    );
    let mut strange = scheme();
    (strange["entry"], strange["from"]) = (json!("luck"), json!("2026-13-01"));
    let answer = stage.post(&stage.supervisor, "/schemes", &strange).await;
    assert_eq!(fields(&answer), ["entry", "from"]);
    let round = stage.open().await;
    let rows = json!([
        { "village": "500237101201", "scores": { "building": 61, "luck": 1 } },
        { "village": "500237102201", "scores": {} },
        { "village": "500237101202", "deductions": { "building": 1 } },
    ]);
    let answer = stage.enter(&round, "\"1\"", rows).await;
    assert_eq!(answer.status, Status::UnprocessableEntity);
    assert_eq!(
        fields(&answer),
        ["rows[0].scores.building", "rows[0].scores.luck", "rows[1].village", "rows[2].deduction_note"]
    );
    let answer = stage
        .enter(&round, "\"1\"", json!([{ "village": "500237101201", "scores": { "building": [] } }]))
        .await;
    assert_eq!(fields(&answer), ["rows[0].scores.building"]);
    let submit = stage.post(&stage.clerk, &format!("/rounds/{round}/submit"), &json!({})).await;
    assert_eq!((submit.status, fields(&submit).len()), (Status::UnprocessableEntity, 2));
    let confirm = stage.post(&stage.supervisor, &format!("/rounds/{round}/confirm"), &json!({})).await;
    assert_eq!(confirm.status, Status::Conflict);
    for (quarter, status) in [("2026Q5", Status::UnprocessableEntity), ("2026Q1", Status::Conflict)] {
        let body = json!({ "organisation": "500237101", "quarter": quarter });
        assert_eq!(stage.post(&stage.clerk, "/rounds", &body).await.status, status, "{quarter}");
    }
    let wrong = stage.app.get(&stage.clerk, &format!("{BASE}/ranking?quarter=neu")).await;
    assert_eq!((wrong.status, fields(&wrong)), (Status::UnprocessableEntity, vec!["quarter".to_owned()]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draw_shows_its_promise_and_its_seed_only_afterwards() {
    let stage = Stage::new().await;
    let promised = stage.post(&stage.supervisor, "/draws", &json!({ "purpose": "值班" })).await;
    assert_eq!(promised.status, Status::Created, "{}", promised.body);
    let told = promised.json();
    let id = told["id"].as_str().unwrap();
    assert_eq!((&told["seed"], &told["state"]), (&Value::Null, &json!("committed")));
    let fix = json!({ "visit_on": "2099-01-01", "sample_size": 2 });
    let fixed = stage.post(&stage.supervisor, &format!("/draws/{id}/fix"), &fix).await;
    assert_eq!((fixed.status, &fixed.json()["seed"]), (Status::Ok, &Value::Null));
    let revealed = stage.post(&stage.supervisor, &format!("/draws/{id}/reveal"), &json!({})).await;
    assert_eq!(revealed.status, Status::Ok, "{}", revealed.body);
    let told = revealed.json();
    assert_eq!(told["picks"].as_array().unwrap().len(), 2);
    assert!(told["seed"].as_str().unwrap().len() == 64 && told["units"].as_array().unwrap().len() == 4);
    let again = stage.post(&stage.supervisor, &format!("/draws/{id}/fix"), &fix).await;
    assert_eq!(again.status, Status::Conflict);
}

/// A form of some fields.
fn form(fields: &[(&str, &str)]) -> String {
    let said = fields.iter().map(|(name, value)| format!("{name}={}", RawStr::new(value).percent_encode()));
    said.collect::<Vec<_>>().join("&")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quarter_with_missing_marks_or_marks_beyond_the_full_ones_stays_open_and_keeps_what_was_typed() {
    let stage = Stage::new().await;
    let round = stage.open().await;
    let page = format!("/assessments/rounds/{round}");
    let send = async |version: &str, then: &str, mark: &str| {
        let fields = [
            ("version", version),
            ("then", then),
            ("marks[500237101201][building]", mark),
            ("deduction_note[500237101201]", "台账不全"),
        ];
        stage.app.submit(&stage.clerk, &page, None, &form(&fields)).await
    };
    let beyond = send("1", "save", "61").await;
    assert_eq!(beyond.status, Status::UnprocessableEntity, "{}", beyond.body);
    assert!(beyond.body.contains("value=\"61\"") && beyond.body.contains("台账不全"), "{}", beyond.body);
    let api = stage
        .enter(&round, "\"1\"", json!([{ "village": "500237101201", "deductions": { "building": 61 } }]))
        .await;
    assert_eq!(api.status, Status::UnprocessableEntity);
    let missing = send("1", "submit", "1.5").await;
    assert_eq!(missing.status, Status::UnprocessableEntity, "{}", missing.body);
    assert!(missing.body.contains("已保存，未提交"), "{}", missing.body);
    assert!(missing.body.contains("value=\"1.5\"") && missing.body.contains("台账不全"), "{}", missing.body);
    let api = stage.post(&stage.clerk, &format!("/rounds/{round}/submit"), &json!({})).await;
    assert_eq!(api.status, Status::UnprocessableEntity, "{}", api.body);
    let first = api.json()["errors"][0]["message"].as_str().unwrap().to_owned();
    assert!(missing.body.contains(&first), "the same sentence: {first}");
    let shown = stage.app.get(&stage.clerk, &format!("{BASE}/rounds/{round}")).await.json();
    assert_eq!(shown["state"], "draft", "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_objection_after_the_notice_is_refused_by_both_doors() {
    let stage = Stage::new().await;
    let round = stage.open().await;
    let full = json!({ "building": 60, "economy": 80 });
    let rows =
        json!([{ "village": "500237101201", "scores": full }, { "village": "500237101202", "scores": full }]);
    assert_eq!(stage.enter(&round, "\"1\"", rows).await.status, Status::Ok);
    for (who, step) in
        [(&stage.clerk, "submit"), (&stage.supervisor, "confirm"), (&stage.supervisor, "publish")]
    {
        let done = stage.post(who, &format!("/rounds/{round}/{step}"), &json!({})).await;
        assert_eq!(done.status, Status::Ok, "{step}: {}", done.body);
    }
    let owner = stage.app.db.owner_client().await;
    let past = "UPDATE assessment_rounds SET notice_from = '2026-04-08', notice_to = '2026-04-15'";
    owner.execute(past, &[]).await.unwrap();
    let within =
        stage.app.get(&stage.clerk, &format!("{BASE}?within=500237101202&quarter=2026Q1")).await.json();
    let id = within["items"][0]["id"].as_str().unwrap();
    let sentence = "提出日期“2026-04-16”不在公示期（2026-04-08至2026-04-15）内";
    let body = json!({ "raised_by": "村党支部", "raised_on": "2026-04-16", "content": "材料已报送" });
    let api = stage.post(&stage.clerk, &format!("/{id}/object"), &body).await;
    assert_eq!((api.status, fields(&api)), (Status::UnprocessableEntity, vec!["raised_on".to_owned()]));
    assert!(api.body.contains(sentence), "{}", api.body);
    let typed = [("raised_by", "村党支部"), ("raised_on", "2026-04-16"), ("content", "材料已报送")];
    let path = format!("/assessments/{id}/object");
    let page = stage.app.submit(&stage.clerk, &path, None, &form(&typed)).await;
    assert_eq!(page.status, Status::UnprocessableEntity, "{}", page.body);
    for told in [sentence, "value=\"2026-04-16\"", "材料已报送"] {
        assert!(page.body.contains(told), "{told}: {}", page.body);
    }
    let count: i64 = owner.query_one("SELECT count(*) FROM assessment_objections", &[]).await.unwrap().get(0);
    assert_eq!(count, 0);
}

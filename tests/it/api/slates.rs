//! Targets and slates through the API and the pages.

use cadre::base::actor::Role;
use rocket::http::{Method, Status};
use serde_json::{Value, json};

use crate::support::app::{Answer, Credential, TestApp};
use crate::support::builders::member;

struct Stage {
    app: TestApp,
    clerk: Credential,
    supervisor: Credential,
    people: Vec<String>,
}

impl Stage {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let clerk = app.signed_in("clerk.one", Role::Clerk, app.county.town(1)).await;
        let supervisor = app.signed_in("supervisor.one", Role::Supervisor, &app.county.county).await;
        let branch = app.county.branch(1, 1).id;
        let commands: Vec<_> =
            (1..).zip(["张伟", "李娜", "王芳"]).map(|(number, name)| member(branch, name, number)).collect();
        let actor = app.county.town(1).actor(Role::Clerk);
        let mut conn = app.db.web().await;
        cadre::records::members::enrol(&mut conn, &actor, &app.keys, &commands).await.unwrap();
        drop(conn);
        let rows = app.db.owner_client().await.query("SELECT id::text FROM people ORDER BY name", &[]).await;
        let people = rows.unwrap().iter().map(|row| row.get(0)).collect();
        Self { app, clerk, supervisor, people }
    }

    fn slate(&self, name: &str) -> Value {
        let seat = |post: &str, person: &str| json!({ "committee": "village_party", "post": post, "person": person });
        json!({ "village": "500237101201", "ordinal": 7, "from_day": "2026-01-10", "name": name,
            "seats": [seat("secretary", &self.people[0]), seat("committee_member", &self.people[1])] })
    }

    async fn post(&self, path: &str, body: &Value) -> Answer {
        self.app.send(&self.clerk, Method::Post, &format!("/api/v1{path}"), &[], body).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.app.get(&self.clerk, path).await
    }

    async fn made(&self, name: &str) -> String {
        let made = self.post("/slates", &self.slate(name)).await;
        assert_eq!(made.status, Status::Created, "{}", made.body);
        made.json()["id"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn a_slate_is_tried_out_made_changed_and_listed() {
    let stage = Stage::new().await;
    let tried = stage.post("/slates/outcome", &stage.slate("")).await;
    assert_eq!(tried.status, Status::Ok, "{}", tried.body);
    let tried = tried.json();
    let line = |code: &str| {
        let lines = tried["lines"].as_array().unwrap();
        lines.iter().find(|line| line["figure"]["code"] == code).unwrap_or_else(|| panic!("{code}")).clone()
    };
    assert_eq!(line("committees.members")["figure"]["value"], 2);
    assert_eq!(line("committees.members")["before"], Value::Null, "nobody sits yet");
    assert_eq!(stage.get("/api/v1/slates").await.json()["items"], json!([]), "nothing was kept");

    let id = stage.made("方案一").await;
    assert_eq!(stage.post("/slates", &stage.slate("方案一")).await.status, Status::Conflict);
    let path = format!("/api/v1/slates/{id}");
    let change = async |version: &'static str, body: Value| {
        stage.app.send(&stage.clerk, Method::Patch, &path, &[("If-Match", version)], &body).await
    };
    let changed = change("\"1\"", json!({ "state": "settled", "seats": [] })).await;
    assert_eq!((changed.status, changed.etag.as_deref()), (Status::Ok, Some("\"2\"")), "{}", changed.body);
    let json = changed.json();
    assert_eq!(
        (&json["name"], &json["state"], &json["seats"]),
        (&json!("方案一"), &json!("settled"), &json!([]))
    );
    assert_eq!(change("\"1\"", json!({ "name": "方案二" })).await.status, Status::PreconditionFailed);
    let wrong = change("\"2\"", json!({ "seats": [{ "committee": "x", "post": "y", "person": "z" }] })).await;
    let errors = wrong.json()["errors"].as_array().unwrap().len();
    assert_eq!((wrong.status, errors), (Status::UnprocessableEntity, 3), "{}", wrong.body);
    let count = async |query: &str| {
        stage.get(&format!("/api/v1/slates?{query}")).await.json()["items"].as_array().unwrap().len()
    };
    assert_eq!([count("state=settled").await, count("state=draft").await, count("").await], [1, 0, 1]);
    assert_eq!(change("\"2\"", json!({ "state": "dropped" })).await.status, Status::Ok);
    assert_eq!([count("state=dropped").await, count("").await], [1, 0]);
}

#[tokio::test]
async fn a_target_is_set_by_the_county_and_seen_in_picture_and_slate() {
    let stage = Stage::new().await;
    let body = json!({ "level": "village", "figure": "committees.women", "comparison": "at_least", "value": 3,
        "from_day": "2026-01-01", "source": "县委组织部〔2026〕1号" });
    assert_eq!(stage.post("/committee-targets", &body).await.status, Status::Forbidden);
    let set = async |body: &Value| {
        stage.app.send(&stage.supervisor, Method::Post, "/api/v1/committee-targets", &[], body).await
    };
    let done = set(&body).await;
    assert_eq!((done.status, &done.json()["items"][0]["value"]), (Status::Ok, &json!(3.0)), "{}", done.body);
    assert_eq!(set(&body).await.status, Status::Conflict, "the same day");
    let mut wrong = body.clone();
    (wrong["figure"], wrong["value"]) = (json!("members.total"), json!(1.234));
    assert_eq!(set(&wrong).await.status, Status::UnprocessableEntity);
    let id = stage.made("方案一").await;
    let outcome = stage.get(&format!("/api/v1/slates/{id}/outcome")).await.json();
    assert_eq!(outcome["targets"][0]["is_met"], json!(false));
    assert_eq!(outcome["targets"][0]["missing"], json!(2.0));
    let picture = stage.get("/api/v1/reports/team?organisation=500237101201&quarter=2026Q1").await.json();
    assert_eq!(picture["targets"][0]["missing"], json!(3.0));
    let page = stage.get("/reports/team?organisation=500237101201&quarter=2026Q1").await;
    assert!(page.body.contains("差3.00人") && !page.body.contains("未达标的村（社区）"), "{}", page.body);
    let town = stage.get("/api/v1/reports/team?organisation=500237101&quarter=2026Q1").await.json();
    assert_eq!(town["targets"], json!([]), "of villages, not of towns");
    let missed = town["missed_below"].as_array().unwrap();
    let codes: Vec<&Value> = missed.iter().map(|one| &one["organisation"]["code"]).collect();
    assert_eq!(codes, ["500237101201", "500237101202"]);
    assert_eq!(missed[0]["target"]["missing"], json!(3.0));
    let page = stage.get("/reports/team?organisation=500237101&quarter=2026Q1").await;
    for words in [
        "未达标的村（社区）",
        "（2个未达标）",
        "href=\"/committees/villages/500237101201\"",
        "/committees?within=500237101&#38;finding=no_woman",
    ] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
}

#[tokio::test]
async fn the_pages_edit_try_compare_and_print() {
    let stage = Stage::new().await;
    let token = None;
    let form = "village=500237101201&name=方案一&ordinal=7&from_day=2026-01-10&base=sitting";
    let made = stage.app.submit(&stage.clerk, "/slates", token, form).await;
    assert_eq!(made.status, Status::SeeOther, "{}", made.body);
    let place = made.location.unwrap();
    let page = stage.get(&place).await.body;
    assert!(page.contains("hx-post=\"/slates/try\"") && page.contains("seats[0].person"), "{page}");
    let seats = format!(
        "&seats[0].post=village_party/secretary&seats[0].person={}&seats[2].post=village_party/secretary&seats[2].person={}",
        stage.people[0], stage.people[1]
    );
    let typed = format!(
        "village=500237101201&name=方案一&ordinal=7&from_day=2026-01-10&state=draft&version=1{seats}"
    );
    let tried = stage.app.submit(&stage.clerk, "/slates/try", token, &typed).await;
    assert_eq!(tried.status, Status::Ok);
    assert!(tried.body.contains("id=\"slate-outcome\"") && !tried.body.contains("<html"), "a part of a page");
    assert!(tried.body.contains("同一时间只能有一名书记"), "{}", tried.body);
    let saved = stage.app.submit(&stage.clerk, &place, token, &typed).await;
    assert_eq!(saved.status, Status::SeeOther, "what the rules refuse may stand in a slate: {}", saved.body);
    let stale = stage.app.submit(&stage.clerk, &place, token, &typed).await;
    assert_eq!(stale.status, Status::UnprocessableEntity);
    assert!(stale.body.contains(&stage.people[1]), "what was typed is kept");
    let broken = typed.replace("2026-01-10", "某天");
    let tried = stage.app.submit(&stage.clerk, "/slates/try", token, &broken).await;
    assert!(tried.body.contains("任期开始"), "{}", tried.body);

    let other = stage.made("方案二").await;
    let compare = stage.get(&format!("{place}/compare?with={other}")).await;
    assert_eq!(compare.status, Status::Ok);
    assert!(
        compare.body.contains("方案二") && compare.body.contains("村（社区）两委成员"),
        "{}",
        compare.body
    );
    let sheet = stage.get(&format!("{place}/print")).await.body;
    assert!(sheet.contains("data-print") && sheet.contains("张伟"), "{sheet}");
    let offers = stage.get("/slates/people?village=500237101201&q=zhang").await.json();
    assert_eq!(offers[0]["name"], "张伟");
    let list = stage.get("/slates").await.body;
    assert!(list.contains("方案一") && list.contains("方案二"));
}

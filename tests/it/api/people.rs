//! People who need not be members, and who guides whom, through the API and the pages.

use cadre::base::actor::Role;
use cadre::base::values::CitizenId;
use cadre::records::{members, reserves};
use rocket::http::{Method, Status};
use serde_json::{Value, json};

use crate::support::app::{Answer, Credential, TestApp};
use crate::support::builders::{day, member, reserve};

/// 王芳 and 李强 stand in the pool of the first village, 张伟 is a member there.
struct Stage {
    app: TestApp,
    clerk: Credential,
}

impl Stage {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let clerk = app.signed_in("clerk.one", Role::Clerk, app.county.town(1)).await;
        let actor = app.county.town(1).actor(Role::Clerk);
        let mut conn = app.db.web().await;
        let village = app.county.village(1, 1);
        let pool = [reserve(village, "王芳", 2), reserve(village, "李强", 3)];
        reserves::enter(&mut conn, &actor, &app.keys, &pool).await.unwrap();
        let command = [member(app.county.branch(1, 1).id, "张伟", 1)];
        members::enrol(&mut conn, &actor, &app.keys, &command).await.unwrap();
        drop(conn);
        Self { app, clerk }
    }

    async fn get(&self, path: &str) -> Answer {
        self.app.get(&self.clerk, path).await
    }

    async fn send(&self, method: Method, path: &str, version: &str, body: Value) -> Answer {
        let headers = [("If-Match", version)];
        let headers = if version.is_empty() { &headers[..0] } else { &headers[..] };
        self.app.send(&self.clerk, method, &format!("/api/v1{path}"), headers, &body).await
    }

    async fn person(&self, name: &str) -> String {
        let found = self.get(&format!("/api/v1/people?q={}", encoded(name))).await.json();
        found["items"][0]["id"].as_str().unwrap_or_else(|| panic!("{found}")).to_owned()
    }

    async fn submit(&self, path: &str, form: &str) -> Answer {
        self.app.submit(&self.clerk, path, None, form).await
    }
}

fn encoded(text: &str) -> String {
    rocket::http::RawStr::new(text).percent_encode().to_string()
}

fn names(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_list_is_narrowed_and_paged_and_tells_what_people_are_on_record_for() {
    let stage = Stage::new().await;
    let all = stage.get("/api/v1/people?count=true").await.json();
    assert_eq!((names(&all), &all["total"]), (vec!["李强", "王芳", "张伟"], &json!(3)));
    assert_eq!(all["items"][1]["relations"], json!(["reserve"]));
    assert_eq!(all["items"][1]["reserves"][0]["village"]["code"], "500237101201");
    assert_eq!(all["items"][2]["memberships"][0]["branch"]["code"], "500237101201-ZB01");
    assert_eq!(all["items"][1]["citizen_id"], "500237************");
    let first = stage.get("/api/v1/people?limit=2").await.json();
    let next = first["next"].as_str().unwrap();
    let second = stage.get(&format!("/api/v1/people?limit=2&after={next}")).await.json();
    assert_eq!((names(&second), &second["next"]), (vec!["张伟"], &Value::Null));
    for (query, found) in [
        ("relation=no_membership", vec!["李强", "王芳"]),
        ("relation=membership", vec!["张伟"]),
        ("q=wf", vec!["王芳"]),
        ("q=liqiang&relation=reserve", vec!["李强"]),
        ("within=500237101202", vec![]),
    ] {
        let page = stage.get(&format!("/api/v1/people?{query}")).await.json();
        assert_eq!(names(&page), found, "{query}");
    }
    let wrong = stage.get("/api/v1/people?relation=friend").await;
    assert_eq!(wrong.status, Status::UnprocessableEntity);
    assert!(wrong.body.contains("friend") && wrong.body.contains("no_membership"), "{}", wrong.body);
}

#[tokio::test]
async fn a_correction_needs_the_version_and_names_every_wrong_field() {
    let stage = Stage::new().await;
    let path = format!("/people/{}", stage.person("王芳").await);
    let read = stage.get(&format!("/api/v1{path}")).await;
    assert_eq!(read.etag.as_deref(), Some("\"1\""));
    let renamed = json!({ "name": "王方", "mobile": "13800001111" });
    let missing = stage.send(Method::Patch, &path, "", renamed.clone()).await;
    assert_eq!(missing.status.code, 428);
    let done = stage.send(Method::Patch, &path, "\"1\"", renamed.clone()).await;
    assert_eq!((done.status, done.etag.as_deref()), (Status::Ok, Some("\"2\"")), "{}", done.body);
    assert_eq!((&done.json()["name"], &done.json()["mobile"]), (&json!("王方"), &json!("138****1111")));
    assert_eq!(stage.send(Method::Patch, &path, "\"1\"", renamed).await.status.code, 412);
    let wrong = json!({ "name": null, "ethnicity": "外星族", "birth_date": "2026-02-30" });
    let refused = stage.send(Method::Patch, &path, "\"2\"", wrong).await;
    assert_eq!(refused.status, Status::UnprocessableEntity);
    let errors = refused.json();
    let fields: Vec<&str> =
        errors["errors"].as_array().unwrap().iter().map(|error| error["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["ethnicity", "birth_date", "name"]);
    let strange = stage.send(Method::Patch, &path, "\"2\"", json!({ "branch": "x" })).await;
    assert_eq!(strange.status, Status::UnprocessableEntity);
    let member = format!("/people/{}", stage.person("张伟").await);
    let refused = stage.send(Method::Patch, &member, "\"1\"", json!({ "name": "张炜" })).await;
    assert_eq!(refused.status, Status::Conflict, "{}", refused.body);
    assert!(refused.body.contains(&stage.app.county.branch(1, 1).name), "{}", refused.body);
}

#[tokio::test]
async fn the_pages_lead_from_the_village_and_the_pool_to_the_person() {
    let stage = Stage::new().await;
    let person = stage.person("王芳").await;
    let list = stage.get("/people?relation=no_membership").await;
    assert_eq!(list.status, Status::Ok);
    assert!(list.body.contains(&format!("/people/{person}")) && list.body.contains("后备干部（"));
    assert!(!list.body.contains("张伟"));
    let page = stage.get(&format!("/people/{person}")).await;
    assert!(page.body.contains("500237************") && page.body.contains("入库："), "{}", page.body);
    let own = stage.get("/api/v1/reserve-cadres?q=wf").await.json();
    let own = own["items"][0]["id"].as_str().unwrap().to_owned();
    let pool = stage.get(&format!("/reserves/{own}")).await;
    assert!(pool.body.contains(&format!("/people/{person}")));
    // A whole citizen ID is searched for by POST and stands in no address.
    let number = CitizenId::compose("500237", day("1995-06-07"), 2).unwrap();
    let found = stage.submit("/people/search", &format!("q={}", number.as_str())).await;
    assert_eq!(found.status, Status::Ok);
    assert!(found.body.contains(&person) && !found.body.contains(number.as_str()));
    // Nor does one that was mistyped, whatever width its digits have.
    for wrong in ["50023719950607002", "５００２３７１９９５０６０７００２"] {
        for list in ["people", "members"] {
            let q = format!("q={}", encoded(wrong));
            let shown = stage.submit(&format!("/{list}/search"), &q).await;
            assert_eq!((shown.status, shown.location), (Status::Ok, None), "{list} {wrong}");
        }
    }
    let named = stage.submit("/people/search", "q=wf&relation=reserve").await;
    assert_eq!(named.location.as_deref(), Some("/people?q=wf&relation=reserve"));
    let member = stage.get(&format!("/people/{}", stage.person("张伟").await)).await;
    assert!(member.body.contains("/members/"), "the page leads to the member");
}

#[tokio::test]
async fn the_loser_of_a_race_sees_both_versions_and_keeps_what_was_typed() {
    let stage = Stage::new().await;
    let person = stage.person("王芳").await;
    let path = format!("/people/{person}/edit");
    let form = |address: &str, version: i32| {
        format!(
            "name={}&citizen_id=500237************&original_citizen_id=500237************&sex=2&birth_date=1995-06-07\
             &ethnicity=01&education=31&address={}&original_address=&version={version}",
            encoded("王芳"),
            encoded(address)
        )
    };
    let first = stage.submit(&path, &form("一组三号", 1)).await;
    assert_eq!(first.status, Status::SeeOther, "{}", first.body);
    let late = stage.submit(&path, &form("二组八号", 1)).await;
    assert_eq!(late.status, Status::PreconditionFailed);
    assert!(late.body.contains("一组三号") && late.body.contains("二组八号"));
    assert!(late.body.contains("name=\"version\" value=\"2\""), "the next try is over what stands now");
    let wrong = stage.submit(&path, &form(&"长".repeat(201), 2)).await;
    assert_eq!(wrong.status, Status::UnprocessableEntity);
    assert!(wrong.body.contains("有201个字，最多200个字；请缩短"));
    let saved = stage.submit(&path, &form("二组八号", 2)).await;
    assert_eq!(saved.status, Status::SeeOther, "{}", saved.body);
    let now = stage.get(&format!("/api/v1/people/{person}")).await.json();
    assert_eq!((&now["address"], &now["version"]), (&json!("二组八号"), &json!(3)));
}

#[tokio::test]
async fn an_identifier_is_shown_once_for_a_purpose() {
    let stage = Stage::new().await;
    let person = stage.person("王芳").await;
    let number = CitizenId::compose("500237", day("1995-06-07"), 2).unwrap();
    let path = format!("/people/{person}/reveal");
    let body = json!({ "field": "citizen_id", "purpose": "核对身份证" });
    let shown = stage.send(Method::Post, &path, "", body).await;
    assert_eq!(shown.json()["value"], number.as_str(), "{}", shown.body);
    let form = format!("field=citizen_id&purpose={}", encoded("联系本人"));
    let page = stage.submit(&path, &form).await;
    assert_eq!((page.status, page.body.as_str()), (Status::Ok, number.as_str()));
    let mute = stage.submit(&path, "field=citizen_id&purpose=").await;
    assert_eq!(mute.status, Status::UnprocessableEntity);
    let told = stage.get(&format!("/people/{person}")).await;
    assert!(told.body.contains("核对身份证") && told.body.contains("查看人员完整号码"));
    // A candidate whose page an auditor does not see is not revealed to him either.
    let auditor = stage.app.signed_in("auditor", Role::Auditor, &stage.app.county.county).await;
    assert_eq!(stage.app.submit(&auditor, &path, None, &form).await.status, Status::Ok);
    let client = stage.app.db.owner_client().await;
    let standing = "UPDATE person_visibility v SET kind = 'check' FROM people p WHERE p.id = v.person_id \
        AND p.name = '王芳'";
    client.batch_execute(standing).await.unwrap();
    assert_eq!(stage.app.get(&auditor, &format!("/people/{person}")).await.status, Status::NotFound);
    let hidden = stage.app.submit(&auditor, &path, None, &form).await;
    assert_eq!(hidden.status, Status::NotFound, "{}", hidden.body);
    assert_eq!(stage.submit(&path, &form).await.status, Status::Ok);
}

#[tokio::test]
async fn a_pair_is_entered_listed_with_the_person_corrected_and_ended() {
    let stage = Stage::new().await;
    let (mentor, apprentice) = (stage.person("张伟").await, stage.person("王芳").await);
    let body =
        json!({ "mentor": mentor, "apprentice": apprentice, "agreed": "每月带教两次", "from": "2026-03-01" });
    let made = stage.send(Method::Post, "/training/pairs", "", body.clone()).await;
    assert_eq!(made.status, Status::Created, "{}", made.body);
    let id = made.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(made.location, Some(format!("/api/v1/training/pairs/{id}")));
    assert_eq!((&made.json()["mentor"]["name"], &made.json()["to"]), (&json!("张伟"), &Value::Null));
    assert_eq!(stage.send(Method::Post, "/training/pairs", "", body).await.status, Status::Conflict);
    let path = format!("/training/pairs/{id}");
    let corrected = stage.send(Method::Patch, &path, "\"1\"", json!({ "agreed": "每周带教一次" })).await;
    assert_eq!(
        (corrected.status, corrected.etag.as_deref()),
        (Status::Ok, Some("\"2\"")),
        "{}",
        corrected.body
    );
    let shown = stage.get(&format!("/people/{apprentice}")).await;
    assert!(shown.body.contains("每周带教一次") && shown.body.contains(&format!("{path}/end")));
    let end = json!({ "on": "2026-09-01", "outcome": "出师", "result": "能独立主持主题党日" });
    let unseen = stage.send(Method::Post, &format!("{path}/end"), "\"1\"", end.clone()).await;
    assert_eq!(unseen.status, Status::PreconditionFailed);
    let ended = stage.send(Method::Post, &format!("{path}/end"), "\"2\"", end).await;
    assert_eq!((&ended.json()["outcome"], &ended.json()["to"]), (&json!("completed"), &json!("2026-09-01")));
    let running = stage.get("/api/v1/training/pairs?state=running&count=true").await.json();
    assert_eq!(running["total"], 0);
    let of_him = stage.get(&format!("/api/v1/training/pairs?person={mentor}")).await.json();
    assert_eq!(of_him["items"].as_array().unwrap().len(), 1);
    assert_eq!(stage.get("/api/v1/training/pairs?state=odd").await.status, Status::UnprocessableEntity);
}

#[tokio::test]
async fn a_pair_is_made_and_ended_on_its_pages() {
    let stage = Stage::new().await;
    let (mentor, apprentice) = (stage.person("张伟").await, stage.person("王芳").await);
    let blank = stage.get(&format!("/training/pairs/new?apprentice={apprentice}")).await;
    assert!(blank.body.contains(&format!("data-code=\"{apprentice}\"")) && blank.body.contains("王芳"));
    let form = |agreed: &str| {
        format!("mentor={mentor}&apprentice={apprentice}&from=2026-03-01&agreed={}", encoded(agreed))
    };
    let wrong = stage.submit("/training/pairs", &form("无")).await;
    assert_eq!(wrong.status, Status::UnprocessableEntity);
    assert!(wrong.body.contains("帮带约定") && wrong.body.contains(&mentor), "what was chosen stays");
    let made = stage.submit("/training/pairs", &form("每月带教")).await;
    assert_eq!(made.location.as_deref(), Some("/training/pairs"), "{}", made.body);
    let list = stage.get("/training/pairs").await;
    assert!(list.body.contains("每月带教") && list.body.contains("结对中"));
    let found = stage.get("/api/v1/training/pairs").await.json();
    let path = format!("/training/pairs/{}", found["items"][0]["id"].as_str().unwrap());
    let corrected = stage
        .submit(&format!("{path}/edit"), &format!("version=1&from=2026-03-02&agreed={}", encoded("每周一次")))
        .await;
    assert_eq!(corrected.status, Status::SeeOther, "{}", corrected.body);
    let late =
        stage.submit(&format!("{path}/end"), "version=1&on=2026-09-01&outcome=completed&result=ok").await;
    assert_eq!(late.status, Status::UnprocessableEntity, "somebody changed it meanwhile");
    let result = encoded("独立主持");
    let ended = stage
        .submit(&format!("{path}/end"), &format!("version=2&on=2026-09-01&outcome=stopped&result={result}"))
        .await;
    assert_eq!(ended.status, Status::SeeOther, "{}", ended.body);
    let list = stage.get("/training/pairs?state=ended").await;
    assert!(
        list.body.contains("中止")
            && list.body.contains("独立主持")
            && !list.body.contains(&format!("{path}/end"))
    );
}

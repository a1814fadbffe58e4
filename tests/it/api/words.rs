//! What a county adds and sets of its own, through the API and the pages, by whoever acts for the whole county.

use cadre::base::actor::Role;
use cadre::base::values::CitizenId;
use rocket::http::{Method, Status};
use serde_json::{Value, json};

use crate::support::app::{Credential, TestApp};
use crate::support::builders::day;

struct Stage {
    app: TestApp,
    clerk: Credential,
    supervisor: Credential,
}

impl Stage {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let clerk = app.signed_in("clerk.one", Role::Clerk, app.county.town(1)).await;
        let supervisor = app.signed_in("supervisor", Role::Supervisor, &app.county.county).await;
        Self { app, clerk, supervisor }
    }

    async fn post(&self, who: &Credential, path: &str, body: &Value) -> (Status, Value) {
        let answer = self.app.send(who, Method::Post, &format!("/api/v1{path}"), &[], body).await;
        (answer.status, answer.json())
    }
}

fn source(name: Option<&str>, from_day: &str) -> Value {
    json!({ "list": "committee_source", "code": "teacher", "name": name, "from_day": from_day, "source": "县委文件" })
}

#[tokio::test]
async fn a_source_is_added_used_counted_and_withdrawn() {
    let stage = Stage::new().await;
    let (clerk, supervisor) = (&stage.clerk, &stage.supervisor);
    let first = source(Some("退休教师"), "2021-01-01");
    assert_eq!(stage.post(clerk, "/county-words", &first).await.0, Status::Forbidden);
    let (status, set) = stage.post(supervisor, "/county-words", &first).await;
    assert_eq!((status, &set["items"][0]["name"]), (Status::Ok, &json!("退休教师")), "{set}");
    assert_eq!(stage.post(supervisor, "/county-words", &first).await.0, Status::Conflict);
    let (status, refused) = stage.post(supervisor, "/county-words", &source(None, "2021-06-01")).await;
    assert_eq!(status, Status::UnprocessableEntity);
    assert_eq!(refused["errors"][0]["field"], json!("from_day"), "{refused}");
    // Figures and targets know it.
    let figures = stage.app.get(clerk, "/api/v1/figures").await.json();
    let code = |item: &Value| item["code"] == json!("committees.source.teacher.change");
    assert!(figures["items"].as_array().unwrap().iter().any(code));
    let target = json!({ "level": "village", "figure": "committees.source.teacher", "comparison": "at_least", "value": 1,
        "from_day": "2026-01-01", "source": "县委文件" });
    assert_eq!(stage.post(supervisor, "/committee-targets", &target).await.0, Status::Ok);
    let figure = "/api/v1/figures/committees.source.teacher?organisation=500237101&quarter=2026Q1";
    assert_eq!(stage.app.get(clerk, figure).await.json()["value"], json!(0));
    // A form offers it, and takes it by name.
    let opened = json!({ "village": "500237101201", "kind": "village_committee" });
    let committee = stage.post(clerk, "/committees", &opened).await.1["id"].as_str().unwrap().to_owned();
    let term = json!({ "ordinal": 6, "from_day": "2021-01-10", "posts": { "director": 1 } });
    let (_, term) = stage.post(clerk, &format!("/committees/{committee}/terms"), &term).await;
    let term = term["id"].as_str().unwrap();
    let form = stage.app.get(clerk, &format!("/terms/{term}/appoint")).await;
    assert!(form.body.contains("退休教师"), "{}", form.body);
    let number = CitizenId::compose("500237", day("1980-05-06"), 1).unwrap();
    let seat = json!({ "name": "张伟", "citizen_id": number.as_str(), "ethnicity": "01", "person_education": "31",
        "is_party_member": false, "post": "director", "from_day": "2021-01-10", "sources": ["退休教师"] });
    let (status, seat) = stage.post(clerk, &format!("/terms/{term}/seats"), &seat).await;
    assert_eq!((status, &seat["sources"]), (Status::Created, &json!(["teacher"])), "{seat}");
    assert_eq!(stage.app.get(clerk, figure).await.json()["value"], json!(1));
    let village = stage.app.get(clerk, "/committees/villages/500237101201").await;
    assert!(village.body.contains("退休教师"), "{}", village.body);
    let page = stage.app.get(clerk, "/committees/words").await;
    assert!(
        page.body.contains("teacher") && !page.body.contains("增设、改名或停用"),
        "who may not set, reads"
    );
}

#[tokio::test]
async fn the_page_of_words_says_beside_the_field_what_is_wrong() {
    let stage = Stage::new().await;
    let form =
        async |fields: &str| stage.app.submit(&stage.supervisor, "/committees/words", None, fields).await;
    let fields = "list=post&code=discipline_member&name=%E7%BA%AA%E6%A3%80%E5%A7%94%E5%91%98&from_day=2021-01-01&source=a";
    let nowhere = form(fields).await;
    assert_eq!(nowhere.status, Status::UnprocessableEntity);
    assert!(nowhere.body.contains("请选择哪些组织设有这一职务"), "{}", nowhere.body);
    let set = form(&format!("{fields}&committees=village_party+village_committee")).await;
    assert_eq!(set.status, Status::SeeOther, "{}", set.body);
    let list = stage.app.get(&stage.supervisor, "/api/v1/county-words").await.json();
    assert_eq!(list["items"][0]["committees"], json!(["village_party", "village_committee"]));
}

#[tokio::test]
async fn the_county_sets_a_bar_of_its_own_and_goes_back_to_that_of_the_country() {
    let stage = Stage::new().await;
    let rule = |numerator: Option<i32>, from: &str| {
        json!({ "rule": "size_maximum", "committee": "village_party", "comparison": "at_most", "numerator": numerator,
            "from_day": from, "source": "县委文件" })
    };
    let (status, set) = stage.post(&stage.supervisor, "/committee-rules", &rule(Some(9), "2026-01-01")).await;
    assert_eq!(status, Status::Ok, "{set}");
    let own: Vec<&Value> =
        set["items"].as_array().unwrap().iter().filter(|one| one["is_own"] == json!(true)).collect();
    assert_eq!((own.len(), &own[0]["numerator"]), (1, &json!(9)));
    let (status, refused) =
        stage.post(&stage.supervisor, "/committee-rules", &rule(Some(101), "2026-02-01")).await;
    assert_eq!((status, &refused["errors"][0]["field"]), (Status::UnprocessableEntity, &json!("numerator")));
    let page = stage.app.get(&stage.clerk, "/committees/rules").await;
    assert!(page.body.contains("不超过9") && page.body.contains("本县另有规定"), "{}", page.body);
    let form = "rule=size_maximum&committee=village_party&comparison=at_most&numerator=&from_day=2026-06-01&source=a";
    let ended = stage.app.submit(&stage.supervisor, "/committees/rules", None, form).await;
    assert_eq!(ended.status, Status::SeeOther, "{}", ended.body);
    let again = stage.app.submit(&stage.supervisor, "/committees/rules", None, form).await;
    assert_eq!(again.status, Status::UnprocessableEntity);
    assert!(again.body.contains("执行的就是全国规定"), "{}", again.body);
}

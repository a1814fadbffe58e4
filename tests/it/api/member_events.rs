//! What happens to a member, by both doors: he becomes a full one, is restricted, leaves the Party; and the history that tells
//! of it.

use cadre::base::actor::Role;
use cadre::base::clock;
use cadre::base::values::CitizenId;
use rocket::http::{Method, RawStr, Status};
use serde_json::{Value, json};

use crate::support::app::{Answer, Credential, TestApp};
use crate::support::builders::day;

/// One event: the verb, its body as the API names it, and category and status after it.
type Step = (&'static str, &'static [(&'static str, &'static str)], &'static str, &'static str);

/// The life of a member who was admitted on 2015-07-01.
const LIFE: [Step; 5] = [
    ("confirm", &[("full_member_on", "2016-07-01")], "full", "normal"),
    (
        "restrict",
        &[("status", "watch"), ("from", "2017-01-10"), ("to", "2018-01-10"), ("reason", "违反组织纪律")],
        "full",
        "normal",
    ),
    (
        "restrict",
        &[("status", "suspended_rights"), ("from", "2019-01-10"), ("reason", "被依法留置")],
        "full",
        "suspended_rights",
    ),
    ("reinstate", &[("on", "2019-06-10"), ("reason", "解除留置")], "full", "normal"),
    ("remove", &[("status", "expelled"), ("on", "2020-01-10"), ("reason", "严重违纪")], "full", "expelled"),
];

/// A dated fact: kind, value, reason, first day, first day after.
type Told = (&'static str, &'static str, Option<&'static str>, &'static str, Option<&'static str>);

/// What the history tells of that life.
const HISTORY: [Told; 7] = [
    ("branch", "龙井镇白泉村党支部", None, "2015-07-01", None),
    ("status", "normal", None, "2015-07-01", Some("2017-01-10")),
    ("status", "watch", Some("违反组织纪律"), "2017-01-10", Some("2018-01-10")),
    ("status", "normal", None, "2018-01-10", Some("2019-01-10")),
    ("status", "suspended_rights", Some("被依法留置"), "2019-01-10", Some("2019-06-10")),
    ("status", "normal", Some("解除留置"), "2019-06-10", Some("2020-01-10")),
    ("status", "expelled", Some("严重违纪"), "2020-01-10", None),
];

/// A clerk, and a probationary member of his.
struct Stage {
    app: TestApp,
    clerk: Credential,
    member: String,
}

impl Stage {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let clerk = app.signed_in("clerk.one", Role::Clerk, app.county.town(1)).await;
        let number = CitizenId::compose("500237", day("1980-05-06"), 1).unwrap();
        let body = json!({ "name": "张伟", "citizen_id": number.as_str(), "ethnicity": "01", "education": "21",
            "branch": "500237101201-ZB01", "category": "probationary", "joined_on": "2015-07-01",
            "occupation": "1" });
        let entered = app.send(&clerk, Method::Post, "/api/v1/members", &[], &body).await;
        assert_eq!(entered.status, Status::Created, "{}", entered.body);
        let member = entered.json()["id"].as_str().unwrap().to_owned();
        Self { app, clerk, member }
    }

    async fn get(&self, path: &str) -> Answer {
        let answer = self.app.get(&self.clerk, &path.replace("ID", &self.member)).await;
        assert_eq!(answer.status, Status::Ok, "{path}: {}", answer.body);
        answer
    }

    /// Records an event through the API.
    async fn post(&self, verb: &str, said: &[(&str, &str)]) -> Answer {
        let mut body = json!({});
        said.iter().for_each(|(field, text)| body[*field] = json!(text));
        let path = format!("/api/v1/members/{}/{verb}", self.member);
        self.app.send(&self.clerk, Method::Post, &path, &[], &body).await
    }

    /// Records an event in the page, over the version that was seen.
    async fn submit(&self, verb: &str, said: &[(&str, &str)], version: usize) -> Answer {
        let pair = |said: &(&str, &str)| {
            let (field, text) = *said;
            let control = if field == "full_member_on" { "on" } else { field };
            format!("&{control}={}", RawStr::new(text).percent_encode())
        };
        let form: String = said.iter().map(pair).collect();
        let path = format!("/members/{}/{verb}", self.member);
        self.app.submit(&self.clerk, &path, None, &format!("version={version}{form}")).await
    }

    /// The history is that of the whole life.
    async fn tells_of_the_life(&self) {
        let told = self.get("/api/v1/members/ID/history").await.json();
        let expected: Vec<Value> = HISTORY
            .iter()
            .map(|(kind, value, reason, from, to)| {
                json!({ "kind": kind, "value": value, "reason": reason, "from": from, "to": to })
            })
            .collect();
        assert_eq!(told["items"], json!(expected));
        assert_eq!(told["counts"], json!({ "branch": 1, "status": 6 }));
        assert_eq!(told["as_of"], json!(clock::today().to_string()));
    }
}

#[tokio::test]
async fn a_life_is_recorded_through_the_api_and_told_in_order() {
    let stage = Stage::new().await;
    assert_eq!(stage.get("/api/v1/members/ID").await.json()["party_age_from"], Value::Null);
    for ((verb, said, category, status), version) in LIFE.into_iter().zip(2..) {
        let answer = stage.post(verb, said).await;
        assert_eq!(answer.status, Status::Ok, "{verb}: {}", answer.body);
        assert_eq!(answer.etag, Some(format!("\"{version}\"")), "{verb}");
        let member = answer.json();
        assert_eq!((&member["category"], &member["status"]), (&json!(category), &json!(status)), "{verb}");
        assert_eq!(member, stage.get("/api/v1/members/ID").await.json(), "{verb}");
    }
    let member = stage.get("/api/v1/members/ID").await.json();
    assert_eq!(
        (&member["full_member_on"], &member["party_age_from"]),
        (&json!("2016-07-01"), &json!("2016-07-01"))
    );
    stage.tells_of_the_life().await;
    let total = async |query: &str| {
        stage.get(&format!("/api/v1/members?count=true{query}")).await.json()["total"].as_i64()
    };
    assert_eq!((total("").await, total("&status=expelled").await), (Some(0), Some(1)), "off the register");
}

#[tokio::test]
async fn the_same_life_is_recorded_in_the_page_which_shows_it() {
    let stage = Stage::new().await;
    for ((verb, said, _, _), version) in LIFE.into_iter().zip(1..) {
        let asked = stage.get(&format!("/members/ID/{verb}")).await;
        assert!(
            asked.body.contains(&format!("action=\"/members/{}/{verb}\"", stage.member)),
            "{}",
            asked.body
        );
        let answer = stage.submit(verb, said, version).await;
        assert_eq!(answer.status, Status::SeeOther, "{verb}: {}", answer.body);
        assert_eq!(answer.location, Some(format!("/members/{}", stage.member)), "{verb}");
    }
    stage.tells_of_the_life().await;
    let page = stage.get("/members/ID").await.body;
    for told in [
        "正式党员",
        "2016-07-01",
        "党籍状态：留党察看",
        "至 2018-01-10",
        "原因：违反组织纪律",
        "党籍状态：中止党员权利",
        "原因：被依法留置",
        "党籍状态：开除党籍",
        "原因：严重违纪",
    ] {
        assert!(page.contains(told), "{told}: {page}");
    }
    let verbs =
        ["confirm", "restrict", "remove"].map(|verb| format!("href=\"/members/{}/{verb}\"", stage.member));
    assert!(!verbs.iter().any(|verb| page.contains(verb)), "nothing more happens to him: {page}");
}

/// An event that is refused: verb, body, the field, what the sentence says.
type Refused = (&'static str, &'static [(&'static str, &'static str)], &'static str, &'static str);

const REFUSED: [Refused; 6] = [
    (
        "confirm",
        &[("full_member_on", "2015-06-30")],
        "full_member_on",
        "“2015-06-30”早于加入党组织日期“2015-07-01”",
    ),
    ("confirm", &[("full_member_on", "2099-07-01")], "full_member_on", "“2099-07-01”晚于今天"),
    (
        "restrict",
        &[("status", "watch"), ("from", "2099-01-10"), ("reason", "违反组织纪律")],
        "from",
        "“2099-01-10”晚于今天",
    ),
    (
        "restrict",
        &[("status", "watch"), ("from", "2017-01-10"), ("to", "2017-01-10"), ("reason", "违反组织纪律")],
        "to",
        "结束日期须晚于起始日期",
    ),
    (
        "restrict",
        &[("status", "expelled"), ("from", "2017-01-10"), ("reason", "违反组织纪律")],
        "status",
        "只能选择“留党察看”或“中止党员权利”",
    ),
    ("remove", &[("status", "expelled"), ("on", "2020-01-10")], "reason", "请填写原因"),
];

#[tokio::test]
async fn an_event_that_cannot_be_is_refused_beside_its_field_by_both_doors() {
    let stage = Stage::new().await;
    for (verb, said, field, sentence) in REFUSED {
        let answer = stage.post(verb, said).await;
        assert_eq!(answer.status, Status::UnprocessableEntity, "{verb} {said:?}: {}", answer.body);
        let error = &answer.json()["errors"][0];
        assert_eq!(error["field"], field, "{verb} {said:?}: {error}");
        assert!(error["message"].as_str().unwrap().contains(sentence), "{verb} {said:?}: {error}");
        let page = stage.submit(verb, said, 1).await;
        assert_eq!(page.status, Status::UnprocessableEntity, "{verb} {said:?}: {}", page.body);
        let control = if field == "full_member_on" { "on" } else { field };
        let beside = page.body.split(&format!("id=\"{control}-error\"")).nth(1);
        let beside = beside.unwrap_or_else(|| panic!("{verb} {said:?}: {}", page.body));
        assert!(beside.split("</p>").next().unwrap().contains(sentence), "{verb} {said:?}: {}", page.body);
    }
    let stale = stage.submit("confirm", &[("full_member_on", "2016-07-01")], 7).await;
    assert_eq!(stale.status, Status::UnprocessableEntity, "{}", stale.body);
    assert!(stale.body.contains("刚刚被别人修改过"), "{}", stale.body);
    let history = stage.get("/api/v1/members/ID/history").await.json();
    assert_eq!(history["counts"], json!({ "branch": 1, "status": 1 }));
    assert_eq!(stage.get("/api/v1/members/ID").await.etag.as_deref(), Some("\"1\""));
    // On the very day of his admission, and no day before.
    let confirmed = stage.post("confirm", &[("full_member_on", "2015-07-01")]).await;
    assert_eq!(confirmed.json()["category"], "full", "{}", confirmed.body);
    let again = stage.post("confirm", &[("full_member_on", "2016-07-01")]).await;
    assert_eq!(again.status, Status::Conflict, "{}", again.body);
}

//! Transfers by API and page: out of the county and back again by the list, and what no door lets in.

use cadre::base::actor::Role;
use cadre::base::clock;
use cadre::records::members;
use chrono::Days;
use rocket::http::{Method, Status};
use serde_json::{Value, json};

use crate::support::app::{Answer, Credential, TestApp};
use crate::support::builders::member;

struct Stage {
    app: TestApp,
    clerk: Credential,
    members: Vec<String>,
}

impl Stage {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let clerk = app.signed_in("clerk.one", Role::Clerk, app.county.town(1)).await;
        let branch = app.county.branch(1, 1).id;
        let commands: Vec<_> =
            (1..).zip(["张伟", "李娜", "王芳"]).map(|(number, name)| member(branch, name, number)).collect();
        let actor = app.county.town(1).actor(Role::Clerk);
        let mut conn = app.db.web().await;
        let ids = members::enrol(&mut conn, &actor, &app.keys, &commands).await.unwrap();
        drop(conn);
        Self { app, clerk, members: ids.iter().map(ToString::to_string).collect() }
    }

    async fn post(&self, who: &Credential, path: &str, body: Value) -> Answer {
        self.app.send(who, Method::Post, &format!("/api/v1{path}"), &[], &body).await
    }

    /// A letter of so many days ago that holds for 30.
    async fn leaves(&self, member: usize, days_ago: u64) -> String {
        let letter_on = clock::today() - Days::new(days_ago);
        let letter = json!({ "to_unit": "中共成都市武侯区委组织部", "letter_number": format!("第{member}号"),
            "letter_on": letter_on.to_string(), "valid_days": 30 });
        let path = format!("/members/{}/transfer", self.members[member]);
        let proposed = self.post(&self.clerk, &path, letter).await;
        assert_eq!(proposed.status, Status::Created, "{}", proposed.body);
        proposed.json()["id"].as_str().unwrap().to_owned()
    }

    async fn names(&self, query: &str) -> Vec<String> {
        let listed = self.app.get(&self.clerk, &format!("/api/v1/transfers?{query}")).await;
        assert_eq!(listed.status, Status::Ok, "{query}: {}", listed.body);
        let items = listed.json()["items"].as_array().unwrap().clone();
        items.iter().map(|item| item["member_name"].as_str().unwrap().to_owned()).collect()
    }
}

#[tokio::test]
async fn a_departure_is_listed_overdue_closed_and_listed_as_decided() {
    let stage = Stage::new().await;
    let (fresh, late) = (stage.leaves(0, 1).await, stage.leaves(1, 40).await);
    assert_eq!(stage.names("").await, ["李娜", "张伟"], "the overdue one stands on top");
    assert_eq!(stage.names("overdue=true").await, ["李娜"]);
    let shown = stage.app.get(&stage.clerk, &format!("/api/v1/transfers/{late}")).await.json();
    assert_eq!(
        (&shown["overdue"], &shown["state"], &shown["on"]),
        (&json!(true), &json!("pending"), &Value::Null)
    );
    assert_eq!(shown["to_unit"], "中共成都市武侯区委组织部");
    let desk = stage.app.get(&stage.clerk, "/").await.body;
    assert!(desk.contains("组织关系转接超期（人）"), "{desk}");
    let page = stage.app.get(&stage.clerk, "/transfers").await.body;
    assert!(page.contains("超期") && page.contains("待回执") && page.contains("第1号"), "{page}");
    let closed = stage.post(&stage.clerk, &format!("/transfers/{late}/close"), json!({})).await;
    assert_eq!(closed.status, Status::Ok, "{}", closed.body);
    assert_eq!(closed.json()["on"], json!(clock::today().to_string()));
    let member = stage.app.get(&stage.clerk, &format!("/api/v1/members/{}", stage.members[1])).await.json();
    assert_eq!(member["status"], "transferred");
    let refused = json!({ "reason": "对方不收" });
    let refused = stage.post(&stage.clerk, &format!("/transfers/{fresh}/refuse"), refused).await;
    assert_eq!(refused.json()["state"], "refused", "{}", refused.body);
    assert_eq!(stage.names("state=decided").await, ["张伟", "李娜"], "the latest first");
    assert_eq!(stage.names("state=closed").await, ["李娜"]);
    let one = stage.app.get(&stage.clerk, "/api/v1/transfers?state=decided&limit=1&count=true").await.json();
    assert_eq!(one["total"], 2);
    let next = one["next"].as_str().unwrap();
    assert_eq!(stage.names(&format!("state=decided&after={next}")).await, ["李娜"]);
    let page = stage.app.get(&stage.clerk, "/transfers?state=decided").await.body;
    assert!(page.contains("对方不收") && page.contains("已办结"), "{page}");
    assert!(!stage.app.get(&stage.clerk, "/").await.body.contains("组织关系转接超期"));
}

/// ASVS 8.2.2
#[tokio::test]
async fn another_town_finds_nothing_of_a_departure() {
    let stage = Stage::new().await;
    let transfer = stage.leaves(0, 1).await;
    let foreign = stage.app.signed_in("clerk.two", Role::Clerk, stage.app.county.town(2)).await;
    let listed = stage.app.get(&foreign, "/api/v1/transfers?count=true").await.json();
    assert_eq!((&listed["total"], &listed["items"]), (&json!(0), &json!([])));
    assert_eq!(
        stage.app.get(&foreign, &format!("/api/v1/transfers/{transfer}")).await.status,
        Status::NotFound
    );
    for path in [format!("/transfers/{transfer}/close"), format!("/members/{}/transfer", stage.members[1])] {
        let body = if path.ends_with("close") {
            json!({})
        } else {
            json!({ "to_unit": "某区", "letter_number": "1" })
        };
        assert_eq!(stage.post(&foreign, &path, body).await.status, Status::NotFound, "{path}");
    }
    let within = stage.app.get(&foreign, "/api/v1/transfers?within=500237101").await;
    assert_eq!(within.status, Status::NotFound, "{}", within.body);
}

#[tokio::test]
async fn what_is_wrong_with_a_letter_is_said_by_api_and_form_alike() {
    let stage = Stage::new().await;
    let id = &stage.members[0];
    let path = format!("/members/{id}/transfer");
    let good = json!({ "to_unit": "某市某区委组织部", "letter_number": "第1号" });
    for (field, value, form, word) in [
        ("to_unit", json!("区"), "to_unit=区&letter_number=1&letter_on=2026-03-02&valid_days=90", "2至100字"),
        ("letter_number", json!(""), "to_unit=某区委&letter_on=2026-03-02&valid_days=90", "介绍信编号"),
        (
            "letter_on",
            json!("2026-02-30"),
            "to_unit=某区委&letter_number=1&letter_on=2026-02-30&valid_days=90",
            "2026-02-30",
        ),
        (
            "letter_on",
            json!("2099-01-01"),
            "to_unit=某区委&letter_number=1&letter_on=2099-01-01&valid_days=90",
            "晚于今天",
        ),
        (
            "valid_days",
            json!(0),
            "to_unit=某区委&letter_number=1&letter_on=2026-03-02&valid_days=0",
            "1至366",
        ),
        (
            "valid_days",
            json!(-3),
            "to_unit=某区委&letter_number=1&letter_on=2026-03-02&valid_days=九十",
            "1至366",
        ),
    ] {
        let mut body = good.clone();
        body[field] = value;
        // Without a unit the API cannot know which way the transfer leads.
        let answer = stage.post(&stage.clerk, &path, body).await;
        assert_eq!(answer.status, Status::UnprocessableEntity, "{field}: {}", answer.body);
        let errors = answer.json()["errors"].clone();
        assert_eq!(errors[0]["field"], field, "{errors}");
        assert!(errors[0]["message"].as_str().unwrap().contains(word), "{errors}");
        let page = stage.app.submit(&stage.clerk, &format!("/members/{id}/depart"), None, form).await;
        assert_eq!(page.status, Status::UnprocessableEntity, "{form}: {}", page.body);
        assert!(page.body.contains(word), "{form}: {}", page.body);
    }
    for body in [json!({}), json!({ "to_unit": "某区委", "to_branch": stage.app.county.branch(1, 2).code })]
    {
        let answer = stage.post(&stage.clerk, &path, body).await;
        assert_eq!(answer.status, Status::UnprocessableEntity, "{}", answer.body);
        assert_eq!(answer.json()["errors"][0]["field"], "to_branch");
    }
    for (query, field) in [
        ("state=gone", "state"),
        ("state=closed&overdue=true", "overdue"),
        ("after=2026", "after"),
        ("limit=0", "limit"),
    ] {
        let answer = stage.app.get(&stage.clerk, &format!("/api/v1/transfers?{query}")).await;
        assert_eq!(answer.status, Status::UnprocessableEntity, "{query}: {}", answer.body);
        assert_eq!(answer.json()["errors"][0]["field"], field, "{query}");
    }
    assert!(stage.names("").await.is_empty() && stage.names("state=decided").await.is_empty());
}

#[tokio::test]
async fn a_receipt_is_entered_on_the_page_and_a_wrong_one_is_told_beside_its_field() {
    let stage = Stage::new().await;
    let id = &stage.members[0];
    let letter = "to_unit=中共成都市武侯区委组织部&letter_number=第9号&letter_on=2026-03-02&valid_days=90";
    let sent = stage.app.submit(&stage.clerk, &format!("/members/{id}/depart"), None, letter).await;
    assert_eq!(sent.status, Status::SeeOther, "{}", sent.body);
    let listed = stage.app.get(&stage.clerk, "/api/v1/transfers").await.json();
    let transfer = listed["items"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/transfers/{transfer}");
    let page = stage.app.get(&stage.clerk, &path).await.body;
    assert!(
        page.contains("登记回执") && page.contains("2026-05-31") && !page.contains("value=\"accept\""),
        "{page}"
    );
    let wrong = stage.app.submit(&stage.clerk, &path, None, "decision=close&on=2026-03-01").await;
    assert_eq!(wrong.status, Status::UnprocessableEntity);
    assert!(wrong.body.contains("早于介绍信日期") && wrong.body.contains("2026-03-01"), "{}", wrong.body);
    for (form, word) in [
        ("decision=withdraw", "原因"),
        ("decision=refuse&reason=%20", "原因"),
        ("decision=", "请选择怎样办理"),
        ("decision=close&on=2026-02-30", "2026-02-30"),
    ] {
        let wrong = stage.app.submit(&stage.clerk, &path, None, form).await;
        assert_eq!(wrong.status, Status::UnprocessableEntity, "{form}");
        assert!(wrong.body.contains(word), "{form}: {}", wrong.body);
    }
    let long = format!("decision=withdraw&reason={}", "长".repeat(501));
    let wrong = stage.app.submit(&stage.clerk, &path, None, &long).await;
    assert_eq!(wrong.status, Status::UnprocessableEntity);
    let done = stage.app.submit(&stage.clerk, &path, None, "decision=close&on=2026-04-10").await;
    assert_eq!(done.status, Status::SeeOther, "{}", done.body);
    let member = stage.app.get(&stage.clerk, &format!("/api/v1/members/{id}")).await.json();
    assert_eq!(member["status"], "transferred");
    assert_eq!(
        stage.app.get(&stage.clerk, &path).await.status,
        Status::NotFound,
        "nothing is left to decide"
    );
    let history = stage.app.get(&stage.clerk, &format!("/members/{id}")).await.body;
    assert!(history.contains("转往中共成都市武侯区委组织部"), "{history}");
}

//! Candidates through the API and the pages.

use cadre::base::actor::Role;
use rocket::http::{Method, Status};
use serde_json::{Value, json};

use crate::support::app::{Answer, Credential, TestApp};
use crate::support::builders::member;
use cadre::records::members;

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
        let actor = app.county.town(1).actor(Role::Clerk);
        let branch = app.county.branch(1, 1).id;
        let commands = [member(branch, "张伟", 1), member(branch, "李娜", 2)];
        let mut conn = app.db.web().await;
        members::enrol(&mut conn, &actor, &app.keys, &commands).await.unwrap();
        drop(conn);
        let found = app.db.owner_client().await.query("SELECT id::text FROM people ORDER BY id", &[]).await;
        let people = found.unwrap().iter().map(|row| row.get(0)).collect();
        let stage = Self { app, clerk, supervisor, people };
        let departments = json!({ "departments": [
            { "code": "court", "name": "法院", "position": 1, "members": [] },
            { "code": "police", "name": "公安局", "position": 2, "members": [] },
        ] });
        let set = stage.send(&stage.supervisor, Method::Put, "/vetting-departments", &departments).await;
        assert_eq!(set.status, Status::Ok, "{}", set.body);
        let list = json!({ "from_day": "2020-06-01", "name": "负面清单", "is_demanded": true, "days_to_answer": 15,
            "months_valid": 6, "source": "县委组织部〔2020〕6号", "items": [
                { "number": 1, "text": "失信被执行人", "severity": "block", "department": "court" },
                { "number": 2, "text": "受过治安处罚", "severity": "须作说明", "department": "police" },
            ] });
        let set = stage.send(&stage.supervisor, Method::Post, "/vetting-checklists", &list).await;
        assert_eq!(set.status, Status::Ok, "{}", set.body);
        assert_eq!(set.json()["items"][0]["items"][1]["severity"], "flag");
        stage
    }

    async fn send(&self, who: &Credential, method: Method, path: &str, body: &Value) -> Answer {
        self.app.send(who, method, &format!("/api/v1{path}"), &[], body).await
    }

    fn candidate(&self) -> Value {
        json!({ "village": "500237101201", "committee_kind": "village_party", "term": 6, "post": "书记",
            "person": self.people[0], "on": "2020-11-01" })
    }

    async fn one(&self) -> String {
        let proposed = self.send(&self.clerk, Method::Post, "/candidate-checks", &self.candidate()).await;
        assert_eq!(proposed.status, Status::Created, "{}", proposed.body);
        let id = proposed.json()["id"].as_str().unwrap().to_owned();
        assert_eq!(proposed.location.as_deref(), Some(format!("/api/v1/candidate-checks/{id}").as_str()));
        id
    }

    async fn answers(&self, id: &str, version: &str, verdicts: Value) -> Answer {
        let path = format!("/api/v1/candidate-checks/{id}/verdicts");
        let headers = [("If-Match", version)];
        self.app.send(&self.supervisor, Method::Put, &path, &headers, &json!({ "verdicts": verdicts })).await
    }
}

fn verdict(item: i32, result: &str, evidence: Option<&str>) -> Value {
    json!({ "item": item, "result": result, "evidence": evidence, "answered_by": "王强", "answered_on": "2020-11-05" })
}

#[tokio::test]
async fn a_candidate_goes_from_proposal_to_his_seat() {
    let stage = Stage::new().await;
    let id = stage.one().await;
    let said = json!([verdict(1, "clear", None), verdict(2, "flag", Some("2019年行政处罚，已过三年"))]);
    let done = stage.answers(&id, "\"1\"", said).await;
    assert_eq!((done.status, done.etag.as_deref()), (Status::Ok, Some("\"2\"")), "{}", done.body);
    assert_eq!(done.json()["state"], "expired", "nobody used it in time");
    let path = format!("/candidate-checks/{id}/file");
    let file = json!({ "number": "组备〔2020〕1号", "on": "2020-11-10" });
    let refused = stage.send(&stage.supervisor, Method::Post, &path, &file).await;
    assert_eq!(refused.status, Status::UnprocessableEntity, "{}", refused.body);
    let file = json!({ "number": "组备〔2020〕1号", "on": "2020-11-10", "reason": "已核实" });
    let filed = stage.send(&stage.supervisor, Method::Post, &path, &file).await;
    assert_eq!(filed.status, Status::Ok, "{}", filed.body);
    assert_eq!(filed.json()["decision_reason"], "已核实");

    let committee = json!({ "village": "500237101201", "kind": "village_party" });
    let committee = stage.send(&stage.clerk, Method::Post, "/committees", &committee).await.json();
    let term =
        json!({ "ordinal": 6, "from_day": "2021-01-10", "posts": { "secretary": 1, "committee_member": 2 } });
    let path = format!("/committees/{}/terms", committee["id"].as_str().unwrap());
    let term = stage.send(&stage.clerk, Method::Post, &path, &term).await.json();
    let path = format!("/terms/{}/seats", term["id"].as_str().unwrap());
    let seat = |person: &str, post: &str| json!({ "person": person, "post": post, "from_day": "2021-01-10" });
    let other =
        stage.send(&stage.clerk, Method::Post, &path, &seat(&stage.people[1], "committee_member")).await;
    assert_eq!(other.status, Status::UnprocessableEntity, "{}", other.body);
    assert_eq!(other.json()["errors"][0]["field"], "person");
    let seated = stage.send(&stage.clerk, Method::Post, &path, &seat(&stage.people[0], "secretary")).await;
    assert_eq!(seated.status, Status::Created, "{}", seated.body);
    let read = stage.app.get(&stage.clerk, &format!("/api/v1/candidate-checks/{id}")).await.json();
    assert_eq!((&read["state"], &read["seat"]), (&json!("in_post"), &seated.json()["id"]));
}

#[tokio::test]
async fn a_clerk_sees_how_far_it_has_come_and_no_verdict() {
    let stage = Stage::new().await;
    let id = stage.one().await;
    let said = json!([verdict(1, "block", Some("秘密依据"))]);
    assert_eq!(stage.answers(&id, "\"1\"", said).await.status, Status::Ok);
    for path in [
        format!("/api/v1/candidate-checks/{id}"),
        "/api/v1/candidate-checks".to_owned(),
        format!("/vetting/{id}"),
        format!("/vetting/{id}/print"),
        "/vetting".to_owned(),
        "/api/v1/audit/entries".to_owned(),
    ] {
        let seen = stage.app.get(&stage.clerk, &path).await;
        assert_eq!(seen.status, Status::Ok, "{path}");
        assert!(
            !seen.body.contains("秘密依据") && !seen.body.contains("失信被执行人"),
            "{path}: {}",
            seen.body
        );
    }
    let read = stage.app.get(&stage.clerk, &format!("/api/v1/candidate-checks/{id}")).await.json();
    assert_eq!((&read["state"], &read["items"]), (&json!("proposed"), &Value::Null));
    let read = stage.app.get(&stage.supervisor, &format!("/api/v1/candidate-checks/{id}")).await.json();
    assert_eq!(read["items"][0]["verdict"]["evidence"], "秘密依据");
    assert_eq!(read["items"][1]["verdict"], Value::Null);
}

#[tokio::test]
async fn versions_keys_and_pages_of_lists_are_kept() {
    let stage = Stage::new().await;
    let key = [("Idempotency-Key", "one")];
    let twice = async || {
        let path = "/api/v1/candidate-checks";
        stage.app.send(&stage.clerk, Method::Post, path, &key, &stage.candidate()).await
    };
    let (first, second) = (twice().await, twice().await);
    assert_eq!((first.status, &first.body), (Status::Created, &second.body));
    let id = first.json()["id"].as_str().unwrap().to_owned();
    let stale = stage.answers(&id, "\"9\"", json!([verdict(1, "clear", None)])).await;
    assert_eq!(stale.status, Status::PreconditionFailed);
    let path = format!("/candidate-checks/{id}/verdicts");
    let blind = stage.send(&stage.supervisor, Method::Put, &path, &json!({ "verdicts": [] })).await;
    assert_eq!(blind.status.code, 428);
    let mut other = stage.candidate();
    (other["person"], other["term"]) = (json!(stage.people[1]), json!(7));
    assert_eq!(
        stage.send(&stage.clerk, Method::Post, "/candidate-checks", &other).await.status,
        Status::Created
    );
    let list = async |query: &str| {
        stage.app.get(&stage.clerk, &format!("/api/v1/candidate-checks?count=true&{query}")).await.json()
    };
    for (query, total) in [
        ("", 2),
        ("overdue=true", 2),
        ("state=vetted", 0),
        ("q=zw", 1),
        ("within=500237101202", 0),
        ("state=%E5%BE%85%E8%81%94%E5%AE%A1", 2),
    ] {
        assert_eq!(list(query).await["total"], total, "{query}");
    }
    let page = list("limit=1").await;
    let next = list(&format!("limit=1&after={}", page["next"].as_str().unwrap())).await;
    assert_ne!(page["items"][0]["id"], next["items"][0]["id"]);
    assert_eq!(next["next"], Value::Null);
    let withdrawn =
        stage.send(&stage.clerk, Method::Post, &format!("/candidate-checks/{id}/withdraw"), &json!({})).await;
    assert_eq!(withdrawn.status, Status::UnprocessableEntity, "{}", withdrawn.body);
    let unknown =
        stage.send(&stage.clerk, Method::Post, &format!("/candidate-checks/{id}/praise"), &json!({})).await;
    assert_eq!(unknown.status, Status::NotFound);
}

#[tokio::test]
async fn the_sheet_is_filled_in_and_decided_in_the_browser() {
    let stage = Stage::new().await;
    let form = format!(
        "village=500237101201&committee_kind=village_party&term=6&post=secretary&person={}&on=2026-11-01",
        stage.people[0]
    );
    let proposed = stage.app.submit(&stage.clerk, "/vetting", None, &form).await;
    let place = proposed.location.unwrap_or_else(|| panic!("{}", proposed.body));
    let wrong = stage.app.submit(&stage.clerk, "/vetting", None, &form.replace("term=6", "term=x")).await;
    assert!(
        wrong.status == Status::UnprocessableEntity && wrong.body.contains("不是1至99的整数"),
        "{}",
        wrong.body
    );
    let desk = stage.app.get(&stage.supervisor, "/").await;
    assert!(desk.body.contains("任职联审逾期"), "due fifteen days after 2026-11-01: {}", desk.body);
    let sheet = stage.app.get(&stage.supervisor, &place).await;
    for words in ["失信被执行人", "法院经办人", "其余各项填", "答复期限"] {
        assert!(sheet.body.contains(words), "{words}");
    }
    let answers = format!("{place}/verdicts");
    let refused = "version=1&result[1]=block&by[court]=%E7%8E%8B%E5%BC%BA";
    let refused = stage.app.submit(&stage.supervisor, &answers, None, refused).await;
    assert!(
        refused.status == Status::UnprocessableEntity && refused.body.contains("请写明依据"),
        "{}",
        refused.body
    );
    let rest = "version=1&then=clear&by[court]=%E7%8E%8B%E5%BC%BA&by[police]=%E7%8E%8B%E5%BC%BA";
    let saved = stage.app.submit(&stage.supervisor, &answers, None, rest).await;
    assert_eq!(saved.status, Status::SeeOther, "{}", saved.body);
    let desk = stage.app.get(&stage.supervisor, "/").await;
    assert!(desk.body.contains("联审完成待备案"), "{}", desk.body);
    let tab = stage.app.get(&stage.supervisor, "/vetting?state=vetted").await;
    assert!(tab.body.contains("2/2"), "{}", tab.body);
    let file = stage.app.get(&stage.supervisor, &format!("{place}/file")).await;
    assert!(file.body.contains("备案文号"), "{}", file.body);
    let number = "version=2&number=%E7%BB%84%E5%A4%871%E5%8F%B7&on=";
    let filed = stage.app.submit(&stage.supervisor, &format!("{place}/file"), None, number).await;
    assert_eq!(filed.status, Status::SeeOther, "{}", filed.body);
    let paper = stage.app.get(&stage.supervisor, &format!("{place}/print")).await;
    assert!(paper.body.contains("联审领导小组意见") && !paper.body.contains("<select"), "{}", paper.body);
}

#[tokio::test]
async fn lists_and_departments_are_set_in_the_browser() {
    let stage = Stage::new().await;
    let shown = stage.app.get(&stage.clerk, "/vetting/checklist").await;
    assert!(shown.body.contains("失信被执行人") && !shown.body.contains("设置新清单"), "{}", shown.body);
    let departments = "departments=court%7C%E6%B3%95%E9%99%A2%7Cclerk.one";
    let set = stage.app.submit(&stage.supervisor, "/vetting/departments", None, departments).await;
    assert_eq!(set.status, Status::SeeOther, "{}", set.body);
    let shown = stage.app.get(&stage.supervisor, "/vetting/checklist").await;
    assert!(shown.body.contains("clerk.one"), "{}", shown.body);
    let list = "name=%E6%B8%85%E5%8D%95&from_day=2026-01-01&days_to_answer=10&months_valid=3&is_demanded=false\
        &source=%E4%BC%9A%E8%AE%AE&items=";
    let wrong = format!("{list}1%7Cblock%7Ccourt");
    let refused = stage.app.submit(&stage.supervisor, "/vetting/checklist", None, &wrong).await;
    assert!(
        refused.status == Status::UnprocessableEntity && refused.body.contains("请按此填写"),
        "{}",
        refused.body
    );
    let right = format!("{list}1%7Cblock%7Ccourt%7C%E6%9D%91%E9%9C%B8");
    let set = stage.app.submit(&stage.supervisor, "/vetting/checklist", None, &right).await;
    assert_eq!(set.status, Status::SeeOther, "{}", set.body);
    let shown = stage.app.get(&stage.clerk, "/vetting/checklist").await;
    assert!(shown.body.contains("村霸"), "{}", shown.body);
}

/// Everybody who reads a village, a committee, a refusal or the list of checks.
#[tokio::test]
async fn whoever_does_not_vet_reads_one_sentence_at_every_door() {
    let stage = Stage::new().await;
    let id = stage.one().await;
    let rejected = json!({ "on": "2020-11-10", "reason": "秘密理由" });
    let path = format!("/candidate-checks/{id}/reject");
    assert_eq!(stage.send(&stage.supervisor, Method::Post, &path, &rejected).await.status, Status::Ok);
    let open = json!({ "village": "500237101201", "kind": "village_party" });
    let committee = stage.send(&stage.clerk, Method::Post, "/committees", &open).await.json();
    let committee = committee["id"].as_str().unwrap().to_owned();
    let term = json!({ "ordinal": 6, "from_day": "2021-01-10", "posts": { "secretary": 1 } });
    let term = stage.send(&stage.clerk, Method::Post, &format!("/committees/{committee}/terms"), &term).await;
    let term = term.json()["id"].as_str().unwrap().to_owned();
    let seats = format!("/terms/{term}/seats");
    let seat = json!({ "person": stage.people[0], "post": "secretary", "from_day": "2021-01-10" });
    let neutral = "张伟的任职资格联审未完成或未通过，详情请向县联审部门了解";
    for (who, told) in [(&stage.clerk, neutral), (&stage.supervisor, "没有通过本届任职资格联审")]
    {
        let refused = stage.send(who, Method::Post, &seats, &seat).await;
        assert!(
            refused.status == Status::UnprocessableEntity && refused.body.contains(told),
            "{}",
            refused.body
        );
        let form = format!("post=secretary&person={}&from_day=2021-01-10", stage.people[0]);
        let page = stage.app.submit(who, &format!("/terms/{term}/appoint"), None, &form).await;
        assert!(page.body.contains(told), "{}", page.body);
    }
    // From here on a check is wanted and not demanded: whoever has none is a finding.
    let list = json!({ "from_day": "2021-01-01", "name": "负面清单", "is_demanded": false, "days_to_answer": 15,
        "months_valid": 6, "source": "县委组织部〔2020〕9号",
        "items": [{ "number": 1, "text": "失信被执行人", "severity": "block", "department": "court" }] });
    let set = stage.send(&stage.supervisor, Method::Post, "/vetting-checklists", &list).await;
    assert_eq!(set.status, Status::Ok, "{}", set.body);
    let seated = stage.send(&stage.clerk, Method::Post, &seats, &seat).await;
    assert_eq!(seated.status, Status::Created, "{}", seated.body);
    let (town, county) = (stage.app.county.town(1), &stage.app.county.county);
    let readers = [
        stage.app.signed_in("supervisor.two", Role::Supervisor, town).await,
        stage.app.signed_in("auditor.one", Role::Auditor, town).await,
        stage.app.signed_in("auditor.two", Role::Auditor, county).await,
        stage.app.signed_in("clerk.two", Role::Clerk, county).await,
    ];
    let doors = [
        format!("/api/v1/committees/{committee}"),
        "/api/v1/committees?finding=unvetted".to_owned(),
        "/committees?finding=unvetted".to_owned(),
        "/committees/villages/500237101201".to_owned(),
    ];
    for path in &doors {
        for who in readers.iter().chain([&stage.clerk]) {
            let read = stage.app.get(who, path).await;
            assert!(read.body.contains(neutral) && !read.body.contains("没有通过"), "{path}: {}", read.body);
        }
        let read = stage.app.get(&stage.supervisor, path).await;
        assert!(read.body.contains("没有通过本届任职资格联审"), "{path}: {}", read.body);
    }
    let explaining = stage.app.get(&stage.clerk, &format!("/terms/{term}/explain/unvetted")).await;
    assert!(explaining.body.contains(neutral), "{}", explaining.body);
    for path in ["/vetting".to_owned(), "/vetting?state=rejected".to_owned(), format!("/vetting/{id}")] {
        let seen = stage.app.get(&stage.clerk, &path).await;
        assert!(
            seen.body.contains("未完成或未通过") && !seen.body.contains(">未通过<"),
            "{path}: {}",
            seen.body
        );
        let known = stage.app.get(&stage.supervisor, &path).await;
        assert!(known.body.contains(">未通过<"), "{path}: {}", known.body);
    }
    let path = format!("/api/v1/candidate-checks/{id}");
    let seen = stage.app.get(&stage.clerk, &path).await.json();
    assert_eq!((&seen["state"], &seen["ended_on"]), (&json!("unfiled"), &Value::Null));
    let known = stage.app.get(&stage.supervisor, &path).await.json();
    assert_eq!((&known["state"], &known["ended_on"]), (&json!("rejected"), &json!("2020-11-10")));
}

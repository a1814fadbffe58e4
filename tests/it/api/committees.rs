//! Committees over the API: from the committee to the vote, versions, keys, lists and what is refused.

use cadre::base::actor::Role;
use rocket::http::{Method, Status};
use serde_json::{Value, json};

use crate::support::app::{Answer, Credential, TestApp};
use crate::support::builders::member;

struct Stage {
    app: TestApp,
    clerk: Credential,
    committee: String,
    term: String,
    people: Vec<String>,
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
        cadre::records::members::enrol(&mut conn, &actor, &app.keys, &commands).await.unwrap();
        drop(conn);
        let rows = app.db.owner_client().await.query("SELECT id::text FROM people ORDER BY id", &[]).await;
        let people = rows.unwrap().iter().map(|row| row.get(0)).collect();
        let mut stage = Self { app, clerk, committee: String::new(), term: String::new(), people };
        let opened = json!({ "village": "500237101201", "kind": "village_party" });
        stage.committee = stage.made("/committees", &opened).await;
        let term = json!({ "ordinal": 6, "from_day": "2021-01-10",
            "posts": { "secretary": 1, "committee_member": 2 } });
        stage.term = stage.made(&format!("/committees/{}/terms", stage.committee), &term).await;
        stage
    }

    async fn post(&self, path: &str, body: &Value) -> Answer {
        self.app.send(&self.clerk, Method::Post, &format!("/api/v1{path}"), &[], body).await
    }

    async fn made(&self, path: &str, body: &Value) -> String {
        let answer = self.post(path, body).await;
        assert_eq!(answer.status, Status::Created, "{}", answer.body);
        answer.json()["id"].as_str().unwrap().to_owned()
    }

    async fn get(&self, path: &str) -> Answer {
        self.app.get(&self.clerk, &format!("/api/v1{path}")).await
    }

    fn seat(&self, person: usize, post: &str) -> Value {
        json!({ "person": self.people[person], "post": post, "from_day": "2021-01-10", "sources": ["veteran"] })
    }

    fn vote(&self) -> Value {
        json!({ "post": "secretary", "held_on": "2021-01-10", "places": 1, "eligible": 50, "present": 45,
            "issued": 45, "returned": 45, "valid": 44,
            "candidates": [{ "person": self.people[0], "votes_for": 44, "is_elected": true }] })
    }
}

fn fields(answer: &Answer) -> Vec<String> {
    let told = answer.json();
    let errors = told["errors"].as_array().cloned().unwrap_or_default();
    errors.iter().map(|error| error["field"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_committee_is_opened_filled_and_listed() {
    let stage = Stage::new().await;
    let seats = format!("/terms/{}/seats", stage.term);
    stage.made(&seats, &stage.seat(0, "secretary")).await;
    let shown = stage.get(&format!("/committees/{}", stage.committee)).await;
    assert_eq!((shown.status, shown.etag.as_deref()), (Status::Ok, Some("\"1\"")));
    let told = shown.json();
    assert_eq!((&told["members"], &told["vacancies"]), (&json!(1), &json!(2)));
    assert_eq!(told["term"]["due_day"], "2026-01-10");
    assert_eq!(told["village"]["code"], "500237101201");
    let rules: Vec<&str> =
        told["findings"].as_array().unwrap().iter().map(|one| one["rule"].as_str().unwrap()).collect();
    assert_eq!(rules, ["overdue", "vacancy"], "a branch of three has no committee");
    let listed = stage.get("/committees?attention=vacancy&kind=village_party&count=true").await.json();
    assert_eq!((&listed["total"], &listed["items"][0]["id"]), (&json!(1), &json!(stage.committee)));
    let none = stage.get("/committees?attention=due_3_months").await.json();
    assert_eq!(none["items"], json!([]));
    let held = stage.get(&seats).await.json();
    assert_eq!(held["items"][0]["sources"], json!(["veteran"]));
    assert_eq!(held["items"][0]["is_party_member"], json!(true));
    let terms = stage.get(&format!("/committees/{}/terms", stage.committee)).await.json();
    assert_eq!(terms["items"][0]["posts"], json!({ "secretary": 1, "committee_member": 2 }));
}

#[tokio::test]
async fn lists_go_on_where_the_page_before_ended() {
    let stage = Stage::new().await;
    for kind in ["village_committee", "supervision_committee"] {
        stage.made("/committees", &json!({ "village": "500237101201", "kind": kind })).await;
    }
    let mut found = Vec::new();
    let mut next = String::new();
    loop {
        let page = stage.get(&format!("/committees?limit=1{next}")).await.json();
        found.push(page["items"][0]["kind"].as_str().unwrap().to_owned());
        let Some(cursor) = page["next"].as_str() else { break };
        next = format!("&after={cursor}");
    }
    assert_eq!(found, ["village_party", "village_committee", "supervision_committee"]);
    for wrong in ["kind=x", "attention=x", "after=x"] {
        let answer = stage.get(&format!("/committees?{wrong}")).await;
        assert_eq!(answer.status, Status::UnprocessableEntity, "{wrong}");
    }
}

#[tokio::test]
async fn committees_are_listed_by_what_is_unusual_in_them_with_sentence_source_and_reason() {
    let stage = Stage::new().await;
    // Seven full members: their branch has a committee.
    let branch = stage.app.county.branch(1, 1).id;
    let more: Vec<_> = (4..)
        .zip(["刘洋", "周平", "吴安", "冯远"])
        .map(|(number, name)| member(branch, name, number))
        .collect();
    let actor = stage.app.county.town(1).actor(Role::Clerk);
    let mut conn = stage.app.db.web().await;
    cadre::records::members::enrol(&mut conn, &actor, &stage.app.keys, &more).await.unwrap();
    drop(conn);
    stage.made(&format!("/terms/{}/seats", stage.term), &stage.seat(0, "secretary")).await;
    let other = json!({ "village": "500237101202", "kind": "village_party" });
    let other = stage.made("/committees", &other).await;
    let term = json!({ "ordinal": 6, "from_day": "2026-06-01", "posts": { "secretary": 1 } });
    stage.made(&format!("/committees/{other}/terms"), &term).await;
    let explained = json!({ "rule": "vacancy", "reason": "等待上级下派" });
    let path = format!("/terms/{}/explanations", stage.term);
    let explained = stage.post(&path, &explained).await;
    assert!(explained.status.code < 300, "{}", explained.body);

    let few = stage.get("/committees?finding=too_few&count=true").await.json();
    assert_eq!(few["total"], json!(2));
    let found = &few["items"][0]["findings"];
    assert_eq!((found.as_array().unwrap().len(), &found[0]["rule"]), (1, &json!("too_few")));
    assert_eq!(found[0]["message"], "现有成员1人，党支部须不少于3人，请补选");
    assert!(found[0]["source"].as_str().unwrap().contains("支部工作条例"), "{found}");
    let first = stage.get("/committees?finding=vacancy&limit=1").await.json();
    assert_eq!(first["items"][0]["findings"][0]["explanation"]["reason"], "等待上级下派");
    let next = first["next"].as_str().unwrap();
    let second = stage.get(&format!("/committees?finding=vacancy&limit=1&after={next}")).await.json();
    assert_eq!((&second["items"][0]["id"], &second["next"]), (&json!(other), &Value::Null));
    assert_eq!(second["items"][0]["findings"][0]["explanation"], Value::Null);
    for (query, total) in [
        ("finding=overdue", 1),
        ("finding=%E9%80%BE%E6%9C%9F%E6%9C%AA%E6%8D%A2%E5%B1%8A", 1),
        ("finding=due_3_months", 0),
        ("finding=related", 0),
        ("finding=vacancy&attention=overdue", 1),
        ("finding=vacancy&kind=village_committee", 0),
        ("finding=vacancy&within=500237101202", 1),
    ] {
        let listed = stage.get(&format!("/committees?count=true&{query}")).await.json();
        assert_eq!(listed["total"], json!(total), "{query}");
    }
    let plain = stage.get("/committees").await.json();
    assert_eq!(plain["items"][0]["findings"], Value::Null, "nothing was asked for");
    let wrong = stage.get("/committees?finding=x").await;
    assert_eq!((wrong.status, fields(&wrong)), (Status::UnprocessableEntity, vec!["finding".to_owned()]));

    let page = stage.app.get(&stage.clerk, "/committees?finding=vacancy&within=500237101201").await;
    for words in ["委员空缺2名", "等待上级下派（clerk.one", "/committees/villages/500237101201#village_party"]
    {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    assert!(!page.body.contains("500237101202"), "narrowed to one village: {}", page.body);
    let kept = "/committees?within=500237101201&#38;kind=village_party&#38;finding=vacancy";
    assert!(page.body.contains(kept), "the other choices stay: {}", page.body);
    let none = stage.app.get(&stage.clerk, "/committees?finding=related").await;
    assert!(none.body.contains("没有“近亲属未回避”的班子"), "{}", none.body);
}

#[tokio::test]
async fn seats_are_corrected_with_their_version_and_ended_once() {
    let stage = Stage::new().await;
    let seat = stage.made(&format!("/terms/{}/seats", stage.term), &stage.seat(0, "secretary")).await;
    let path = format!("/api/v1/seats/{seat}");
    let change = json!({ "education": "21", "note": "补录" });
    let patch = async |headers: &[(&'static str, &'static str)], body: &Value| {
        stage.app.send(&stage.clerk, Method::Patch, &path, headers, body).await
    };
    assert_eq!(patch(&[], &change).await.status, Status::PreconditionRequired);
    let changed = patch(&[("If-Match", "\"1\"")], &change).await;
    assert_eq!((changed.status, changed.etag.as_deref()), (Status::Ok, Some("\"2\"")), "{}", changed.body);
    assert_eq!(changed.json()["post"], "secretary", "what is not sent stays");
    assert_eq!(patch(&[("If-Match", "\"1\"")], &change).await.status, Status::PreconditionFailed);
    let cleared = patch(&[("If-Match", "\"2\"")], &json!({ "note": null })).await.json();
    assert_eq!((&cleared["note"], &cleared["education"]), (&Value::Null, &json!("21")));
    let wrong = patch(&[("If-Match", "\"3\"")], &json!({ "from_day": "2021-01-09" })).await;
    assert_eq!(fields(&wrong), ["from_day"]);
    let end = format!("/seats/{seat}/end");
    assert_eq!(fields(&stage.post(&end, &json!({ "reason": " " })).await), ["reason"]);
    let ended = stage.post(&end, &json!({ "on": "2024-05-01", "reason": "transferred" })).await;
    assert_eq!((ended.status, &ended.json()["to_day"]), (Status::Ok, &json!("2024-05-01")));
    assert_eq!(stage.post(&end, &json!({ "reason": "辞职" })).await.status, Status::Conflict);
}

#[tokio::test]
async fn what_is_forbidden_is_told_by_field_and_nobody_is_seated() {
    let stage = Stage::new().await;
    let seats = format!("/terms/{}/seats", stage.term);
    stage.made(&seats, &stage.seat(0, "secretary")).await;
    let second = stage.post(&seats, &stage.seat(1, "secretary")).await;
    assert_eq!((second.status, fields(&second)), (Status::UnprocessableEntity, vec!["post".to_owned()]));
    let bare = stage.post(&seats, &json!({ "post": "director", "from_day": "昨天" })).await;
    assert_eq!(fields(&bare), ["person", "from_day"]);
    let odd = json!({ "name": "张伟", "citizen_id": "500237198005060016", "post": "secretary",
        "from_day": "2021-01-10", "education": "abc" });
    let odd = stage.post(&seats, &odd).await;
    assert_eq!(odd.status, Status::UnprocessableEntity, "{}", odd.body);
    assert!(!odd.body.contains("500237198005060016"), "{}", odd.body);
    let unknown =
        stage.post(&seats, &json!({ "post": "secretary", "from_day": "2021-01-10", "rank": 1 })).await;
    assert_eq!(fields(&unknown), ["rank"]);
}

#[tokio::test]
async fn a_key_seats_somebody_once() {
    let stage = Stage::new().await;
    let path = format!("/api/v1/terms/{}/seats", stage.term);
    let send = async || {
        let headers = [("Idempotency-Key", "k-1")];
        stage.app.send(&stage.clerk, Method::Post, &path, &headers, &stage.seat(0, "secretary")).await
    };
    let (first, again) = (send().await, send().await);
    assert_eq!((first.status, again.status), (Status::Created, Status::Created));
    assert_eq!(first.json()["id"], again.json()["id"]);
}

#[tokio::test]
async fn votes_are_recorded_with_their_arithmetic_and_corrected_whole() {
    let stage = Stage::new().await;
    let votes = format!("/terms/{}/election", stage.term);
    let mut wrong = stage.vote();
    wrong["candidates"][0]["votes_for"] = json!(45);
    let refused = stage.post(&votes, &wrong).await;
    assert_eq!(refused.status, Status::UnprocessableEntity);
    assert!(refused.body.contains("大于有效票44"), "{}", refused.body);
    let id = stage.made(&votes, &stage.vote()).await;
    let listed = stage.get(&votes).await.json();
    assert_eq!(listed["items"][0]["candidates"][0]["is_unanimous"], json!(true));
    assert_eq!(stage.post(&votes, &stage.vote()).await.status, Status::Conflict);
    let mut corrected = stage.vote();
    corrected["candidates"][0]["votes_for"] = json!(43);
    let path = format!("/api/v1/elections/{id}");
    let headers = [("If-Match", "\"1\"")];
    let answer = stage.app.send(&stage.clerk, Method::Patch, &path, &headers, &corrected).await;
    assert_eq!((answer.status, answer.etag.as_deref()), (Status::Ok, Some("\"2\"")), "{}", answer.body);
    assert_eq!(answer.json()["candidates"][0]["is_unanimous"], json!(false));
}

#[tokio::test]
async fn the_results_sheet_tells_quota_and_attendance_as_numbers_with_their_source() {
    let stage = Stage::new().await;
    let votes = format!("/terms/{}/election", stage.term);
    let answer = stage.post(&votes, &stage.vote()).await;
    assert_eq!(answer.status, Status::Created, "{}", answer.body);
    let told = answer.json();
    assert_eq!(
        (&told["present_needed"], &told["votes_needed"], &told["places_open"]),
        (&json!(40), &json!(23), &json!(0))
    );
    assert_eq!(told["candidates"][0]["is_tied"], json!(false));
    let id = told["id"].as_str().unwrap();
    assert_eq!(stage.get(&format!("/elections/{id}")).await.json()["votes_needed"], json!(23));
    assert_eq!(stage.get(&votes).await.json()["items"][0]["votes_needed"], json!(23));
    let sheet = stage.app.get(&stage.clerk, &format!("/elections/{id}")).await;
    assert_eq!(sheet.status, Status::Ok);
    for sentence in [
        "村党组织第6届书记选举结果",
        "到会须不少于40人（不少于应到50人的4/5，《中国共产党基层组织选举工作条例》），实到45人，选举有效。",
        "当选须得赞成票不少于23票（实到45人的过半数，《中国共产党基层组织选举工作条例》）。",
        "满票当选",
        "data-print",
        "总监票人（签字）",
    ] {
        assert!(sheet.body.contains(sentence), "{sentence}: {}", sheet.body);
    }
    for sentence in ["不足额", "平票", "恰为应到人数"] {
        assert!(!sheet.body.contains(sentence), "{sentence}: {}", sheet.body);
    }
    let mut exact = stage.vote();
    exact["held_on"] = json!("2021-01-12");
    for number in ["present", "issued", "returned", "valid"] {
        exact[number] = json!(40);
    }
    exact["candidates"][0]["votes_for"] = json!(40);
    let id = stage.made(&votes, &exact).await;
    let sheet = stage.app.get(&stage.clerk, &format!("/elections/{id}")).await;
    assert!(
        sheet.body.contains("实到40人，应到50人，实到恰为应到人数的4/5，请核对签到记录"),
        "{}",
        sheet.body
    );
    assert!(sheet.body.contains("当选须得赞成票不少于21票（实到40人的过半数"), "{}", sheet.body);
}

#[tokio::test]
async fn the_results_sheet_tells_a_tie_and_what_was_left_open() {
    let stage = Stage::new().await;
    let votes = format!("/terms/{}/election", stage.term);
    let vote = |day: &str, run: i32, places: i32, given: &[(usize, i32, bool)]| {
        let one = |(person, votes, is_elected): &(usize, i32, bool)| json!({ "person": stage.people[*person], "votes_for": votes, "is_elected": is_elected });
        let mut body = stage.vote();
        (body["post"], body["held_on"]) = (json!("committee_member"), json!(day));
        (body["run"], body["places"]) = (json!(run), json!(places));
        body["candidates"] = json!(given.iter().map(one).collect::<Vec<_>>());
        body
    };
    let sheet = async |id: &str| stage.app.get(&stage.clerk, &format!("/elections/{id}")).await.body;
    let tied = vote("2021-01-10", 1, 2, &[(0, 40, true), (1, 24, false), (2, 24, false)]);
    let first = stage.made(&votes, &tied).await;
    let told = stage.get(&format!("/elections/{first}")).await.json();
    let is_tied = |at: usize| told["candidates"][at]["is_tied"].as_bool().unwrap();
    assert_eq!((is_tied(0), is_tied(1), is_tied(2)), (false, true, true));
    assert_eq!(told["places_open"], json!(1));
    let page = sheet(&first).await;
    assert!(page.contains("李娜、王芳各得赞成票24，票数相等，不能确定当选人，本轮都未当选"), "{page}");
    assert!(page.contains("平票，未当选"), "{page}");
    assert!(page.contains("应选2名，当选1名，2-1=1，不足额1名：由再次投票决定。"), "{page}");
    let next = format!("/terms/{}/vote?after={first}", stage.term);
    assert!(page.contains(&next), "{page}");
    let form = stage.app.get(&stage.clerk, &next).await.body;
    let input = |name: &str| {
        let from = form.find(&format!("name=\"{name}\"")).unwrap_or_else(|| panic!("{name}: {form}"));
        form[from..].split('>').next().unwrap().to_owned()
    };
    assert!(input("run").contains("value=\"2\"") && input("places").contains("value=\"1\""), "{form}");
    assert!(form.contains(&stage.people[1]) && form.contains(&stage.people[2]), "{form}");
    assert!(!form.contains(&stage.people[0]), "who was elected does not stand again: {form}");
    let decided = vote("2021-01-11", 2, 1, &[(1, 24, true), (2, 20, false)]);
    let second = stage.made(&votes, &decided).await;
    let page = sheet(&first).await;
    assert!(page.contains("不足额1名：已于2021-01-11进行第2轮选举。"), "{page}");
    assert!(!page.contains("登记下一轮"), "it is held: {page}");
    let page = sheet(&second).await;
    assert!(page.contains("委员另行选举结果") && !page.contains("不足额"), "{page}");
    // Too few votes for anybody: the places may be voted on again, or given up.
    let short = vote("2021-03-01", 1, 2, &[(0, 40, true), (1, 22, false), (2, 22, false)]);
    let short = stage.made(&votes, &short).await;
    let page = sheet(&short).await;
    assert!(
        page.contains("不足额1名：可就不足的1名另行选举；接近应选名额的，经半数以上选举人同意"),
        "{page}"
    );
    assert!(!page.contains("平票"), "{page}");
}

#[tokio::test]
async fn the_form_of_a_vote_tells_the_bars_of_its_day_and_the_numbers_that_were_typed() {
    let stage = Stage::new().await;
    let path = format!("/terms/{}/vote", stage.term);
    let empty = stage.app.get(&stage.clerk, &path).await.body;
    assert!(empty.contains("实到不少于4/5应到人数；当选须得赞成票超过1/2实到人数；"), "{empty}");
    assert!(empty.contains("winning 2020-07-13 - more_than 1 2"), "{empty}");
    let typed = "post=secretary&held_on=2021-01-10&run=1&places=1&eligible=50&present=45&issued=45&returned=46&valid=44";
    let again = stage.app.submit(&stage.clerk, &path, None, typed).await;
    assert_eq!(again.status, Status::UnprocessableEntity);
    assert!(again.body.contains("（应到50人，即不少于40人）"), "{}", again.body);
    assert!(again.body.contains("（实到45人，即不少于23票）"), "{}", again.body);
    let before =
        stage.app.submit(&stage.clerk, &path, None, &typed.replace("2021-01-10", "2020-07-12")).await;
    assert!(before.body.contains("实到超过4/5应到人数（应到50人，即不少于41人）"), "{}", before.body);
}

#[tokio::test]
async fn more_people_than_places_are_a_finding_that_is_explained() {
    let stage = Stage::new().await;
    let seats = format!("/terms/{}/seats", stage.term);
    let rules = async || {
        let shown = stage.get(&format!("/committees/{}", stage.committee)).await.json();
        let found = shown["findings"].as_array().unwrap().clone();
        found.iter().map(|one| one["rule"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    for person in [0, 1] {
        stage.made(&seats, &stage.seat(person, "committee_member")).await;
    }
    assert!(!rules().await.contains(&"overfilled".to_owned()));
    stage.made(&seats, &stage.seat(2, "committee_member")).await;
    assert!(rules().await.contains(&"overfilled".to_owned()));
    let page = stage.app.get(&stage.clerk, "/committees/villages/500237101201").await.body;
    assert!(page.contains("任职超出职数：委员设2名而有3人任职，多出1人"), "{page}");
    assert!(page.contains(&format!("/terms/{}/explain/overfilled", stage.term)), "{page}");
    let say = format!("/terms/{}/explanations", stage.term);
    let said = stage.post(&say, &json!({ "rule": "overfilled", "reason": "换届过渡期" })).await;
    assert_eq!(said.status, Status::NoContent, "{}", said.body);
    let form = format!("/terms/{}/explain/overfilled", stage.term);
    let asked = stage.app.get(&stage.clerk, &form).await;
    assert_eq!(asked.status, Status::Ok, "{}", asked.body);
}

#[tokio::test]
async fn terms_are_corrected_and_closed() {
    let stage = Stage::new().await;
    let path = format!("/api/v1/terms/{}", stage.term);
    let change = json!({ "due_day": "2026-01-31", "posts": { "secretary": 1 } });
    let headers = [("If-Match", "\"1\"")];
    let changed = stage.app.send(&stage.clerk, Method::Patch, &path, &headers, &change).await;
    assert_eq!(changed.status, Status::Ok, "{}", changed.body);
    assert_eq!(changed.json()["posts"], json!({ "secretary": 1 }));
    let close = format!("/terms/{}/close", stage.term);
    assert_eq!(fields(&stage.post(&close, &json!({ "on": "2021-01-10" })).await), ["ended_on"]);
    let closed = stage.post(&close, &json!({ "on": "2026-02-01" })).await;
    assert_eq!((closed.status, &closed.json()["ended_on"]), (Status::Ok, &json!("2026-02-01")));
    assert_eq!(stage.post(&close, &json!({})).await.status, Status::Conflict);
    let listed = stage.get("/committees?attention=no_term").await.json();
    assert_eq!(listed["items"][0]["id"], json!(stage.committee));
}

#[tokio::test]
async fn a_finding_gets_a_reason_and_a_mistaken_seat_goes() {
    let stage = Stage::new().await;
    let say = format!("/terms/{}/explanations", stage.term);
    let said = stage.post(&say, &json!({ "rule": "vacancy", "reason": "年底换届时补齐" })).await;
    assert_eq!(said.status, Status::NoContent, "{}", said.body);
    assert_eq!(fields(&stage.post(&say, &json!({ "rule": "rank", "reason": "x" })).await), ["rule"]);
    assert_eq!(fields(&stage.post(&say, &json!({ "rule": "vacancy", "reason": "" })).await), ["reason"]);
    let shown = stage.get(&format!("/committees/{}", stage.committee)).await.json();
    let findings = shown["findings"].as_array().unwrap();
    let vacancy = findings.iter().find(|finding| finding["rule"] == "vacancy").unwrap();
    assert_eq!(vacancy["explanation"]["reason"], json!("年底换届时补齐"));
    assert_eq!(vacancy["explanation"]["by"], json!("clerk.one"));
    let seat = stage.made(&format!("/terms/{}/seats", stage.term), &stage.seat(0, "secretary")).await;
    let path = format!("/api/v1/seats/{seat}/remove");
    let body = json!({ "reason": "误登为同名的另一人" });
    let send = async |headers: &[(&'static str, &'static str)]| {
        stage.app.send(&stage.clerk, Method::Post, &path, headers, &body).await.status
    };
    assert_eq!(send(&[]).await, Status::PreconditionRequired);
    assert_eq!(send(&[("If-Match", "\"7\"")]).await, Status::PreconditionFailed);
    assert_eq!(send(&[("If-Match", "\"1\"")]).await, Status::NoContent);
    assert_eq!(stage.get(&format!("/seats/{seat}")).await.status, Status::NotFound);
}

#[tokio::test]
async fn a_mistaken_vote_goes_for_whom_has_seen_its_version() {
    let stage = Stage::new().await;
    let vote = stage.made(&format!("/terms/{}/election", stage.term), &stage.vote()).await;
    let path = format!("/api/v1/elections/{vote}/remove");
    let send = async |headers: &[(&'static str, &'static str)], reason: &str| {
        stage.app.send(&stage.clerk, Method::Post, &path, headers, &json!({ "reason": reason })).await
    };
    assert_eq!(send(&[], "误登").await.status, Status::PreconditionRequired);
    assert_eq!(send(&[("If-Match", "\"7\"")], "误登").await.status, Status::PreconditionFailed);
    assert_eq!(fields(&send(&[("If-Match", "\"1\"")], "").await), ["reason"]);
    assert_eq!(send(&[("If-Match", "\"1\"")], "误登到另一个村").await.status, Status::NoContent);
    assert_eq!(stage.get(&format!("/elections/{vote}")).await.status, Status::NotFound);
}

#[tokio::test]
async fn relatives_are_entered_listed_from_both_sides_and_taken_back() {
    let stage = Stage::new().await;
    let (one, other) = (&stage.people[0], &stage.people[1]);
    let kin = json!({ "person": one, "relative": other, "kinship": "parent" });
    let id = stage.made("/kinships", &kin).await;
    for person in [one, other] {
        let listed = stage.get(&format!("/kinships?person={person}")).await.json();
        assert_eq!(listed["items"][0]["id"], json!(id));
        assert_eq!(
            listed["items"][0]["kinship"],
            json!("parent"),
            "people of the stage are in the order of ids"
        );
        assert_eq!(listed["items"][0]["relative"]["id"], json!(other));
    }
    assert_eq!(fields(&stage.post("/kinships", &kin).await), ["relative"]);
    let odd = json!({ "person": one, "relative": other, "kinship": "friend" });
    assert_eq!(fields(&stage.post("/kinships", &odd).await), ["kinship"]);
    assert_eq!(fields(&stage.get("/kinships?person=x").await), ["person"]);
    let path = format!("/api/v1/kinships/{id}");
    let gone = stage.app.send(&stage.clerk, Method::Delete, &path, &[], &json!({})).await;
    assert_eq!(gone.status, Status::NoContent);
    let listed = stage.get(&format!("/kinships?person={one}")).await.json();
    assert_eq!(listed["items"], json!([]));
}

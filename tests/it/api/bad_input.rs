//! What no door lets in, sentence by sentence of the issue: the API and the form say the same of the same thing. Workbooks
//! are held against the same in `across::imports::{committees, elections, pool}`.

use cadre::base::actor::Role;
use cadre::base::values::CitizenId;
use rocket::http::{Method, Status};
use serde_json::{Value, json};

use crate::support::app::{Answer, Credential, TestApp};
use crate::support::builders::{day, member, vetting};

/// A Party committee and a supervision committee with their sixth terms in the village of three members.
struct Stage {
    app: TestApp,
    clerk: Credential,
    committee: String,
    term: String,
    supervision: String,
    village: String,
    people: Vec<String>,
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
        let ids = cadre::records::members::enrol(&mut conn, &actor, &app.keys, &commands).await.unwrap();
        drop(conn);
        let rows = app.db.owner_client().await.query("SELECT id::text FROM people ORDER BY id", &[]).await;
        let mut stage = Self {
            app,
            clerk,
            committee: String::new(),
            term: String::new(),
            supervision: String::new(),
            village: String::new(),
            people: rows.unwrap().iter().map(|row| row.get(0)).collect(),
            members: ids.iter().map(ToString::to_string).collect(),
        };
        (stage.committee, stage.term) = stage.settled("village_party", json!({ "secretary": 1 })).await;
        (_, stage.village) = stage.settled("village_committee", json!({ "director": 1 })).await;
        let posts = json!({ "supervision_director": 1, "supervision_member": 2 });
        (_, stage.supervision) = stage.settled("supervision_committee", posts).await;
        stage
    }

    async fn settled(&self, kind: &str, posts: Value) -> (String, String) {
        let committee = self.made("/committees", &json!({ "village": "500237101201", "kind": kind })).await;
        let term = json!({ "ordinal": 6, "from_day": "2021-01-10", "posts": posts });
        let term = self.made(&format!("/committees/{committee}/terms"), &term).await;
        (committee, term)
    }

    async fn post(&self, path: &str, body: &Value) -> Answer {
        self.app.send(&self.clerk, Method::Post, &format!("/api/v1{path}"), &[], body).await
    }

    async fn made(&self, path: &str, body: &Value) -> String {
        let answer = self.post(path, body).await;
        assert_eq!(answer.status, Status::Created, "{path}: {}", answer.body);
        answer.json()["id"].as_str().unwrap().to_owned()
    }

    fn seat(&self, person: usize, post: &str) -> Value {
        json!({ "person": self.people[person], "post": post, "from_day": "2021-01-10" })
    }

    /// Sends the same by both doors: each refuses the field with the sentence, and nothing is written.
    async fn refused(&self, api: (&str, &Value), form: (&str, &str), field: &str, sentence: &str) {
        let answer = self.post(api.0, api.1).await;
        assert_eq!(answer.status, Status::UnprocessableEntity, "{}: {}", api.0, answer.body);
        let errors = answer.json()["errors"].clone();
        let of = |error: &Value| error["field"] == json!(field);
        let told = errors.as_array().unwrap().iter().find(|error| of(error));
        let told = told.unwrap_or_else(|| panic!("{field}: {errors}"));
        assert!(told["message"].as_str().unwrap().contains(sentence), "{told}");
        let page = self.app.submit(&self.clerk, form.0, None, form.1).await;
        assert_eq!(page.status, Status::UnprocessableEntity, "{}: {}", form.0, page.body);
        assert!(page.body.contains(sentence), "{}: {}", form.0, page.body);
    }

    async fn count(&self, table: &str) -> i64 {
        let query = format!("SELECT count(*) FROM {table}");
        self.app.db.owner_client().await.query_one(&query, &[]).await.unwrap().get(0)
    }

    /// A vote on members, each candidate with his votes and whether he was elected, and the same as a form.
    fn ballots(&self, run: i32, places: i32, votes: &[(usize, i32, bool)]) -> (Value, String) {
        let one = |(person, votes, is_elected): &(usize, i32, bool)| json!({ "person": self.people[*person], "votes_for": votes, "is_elected": is_elected });
        let body = json!({ "post": "committee_member", "held_on": "2021-01-10", "run": run, "places": places,
            "eligible": 50, "present": 45, "issued": 45, "returned": 45, "valid": 44,
            "candidates": votes.iter().map(one).collect::<Vec<_>>() });
        let field = |(at, (person, votes, is_elected)): (usize, &(usize, i32, bool))| {
            format!(
                "&candidates[{at}].person={}&candidates[{at}].votes_for={votes}&candidates[{at}].is_elected={is_elected}",
                self.people[*person]
            )
        };
        let rows: String = votes.iter().enumerate().map(field).collect();
        let form = format!(
            "post=committee_member&held_on=2021-01-10&run={run}&places={places}&eligible=50&present=45&issued=45\
             &returned=45&valid=44{rows}"
        );
        (body, form)
    }

    /// A vote for a post, and the same as a form.
    fn vote(&self, post: &str, person: &str, [returned, votes]: [i32; 2]) -> (Value, String) {
        let body = json!({ "post": post, "held_on": "2021-01-10", "places": 1, "eligible": 50, "present": 45,
            "issued": 45, "returned": returned, "valid": 44,
            "candidates": [{ "person": person, "votes_for": votes, "is_elected": true }] });
        let form = format!(
            "post={post}&held_on=2021-01-10&run=1&places=1&eligible=50&present=45&issued=45&returned={returned}&valid=44\
             &candidates[0].person={person}&candidates[0].votes_for={votes}&candidates[0].is_elected=true"
        );
        (body, form)
    }
}

#[tokio::test]
async fn two_secretaries_at_once() {
    let stage = Stage::new().await;
    let seats = format!("/terms/{}/seats", stage.term);
    stage.made(&seats, &stage.seat(0, "secretary")).await;
    let form = format!("person={}&post=secretary&from_day=2021-01-10", stage.people[1]);
    stage
        .refused(
            (&seats, &stage.seat(1, "secretary")),
            (&format!("/terms/{}/appoint", stage.term), &form),
            "post",
            "书记已由张伟担任（2021-01-10起），同一时间只能有一名书记",
        )
        .await;
    assert_eq!(stage.count("seats").await, 1);
}

#[tokio::test]
async fn a_seat_after_death_or_removal() {
    let stage = Stage::new().await;
    let change = async |member: usize, verb: &str, body: Value| {
        let path = format!("/api/v1/members/{}", stage.members[member]);
        let etag = stage.app.get(&stage.clerk, &path).await.etag.unwrap();
        let headers = [("If-Match", etag.as_str())];
        let done =
            stage.app.send(&stage.clerk, Method::Post, &format!("{path}/{verb}"), &headers, &body).await;
        assert_eq!(done.status, Status::Ok, "{}", done.body);
    };
    change(0, "decease", json!({ "on": "2020-06-01" })).await;
    change(1, "remove", json!({ "status": "expelled", "on": "2020-06-01", "reason": "违纪" })).await;
    change(2, "remove", json!({ "status": "expelled", "on": "2023-06-01", "reason": "违纪" })).await;
    let (seats, page) = (format!("/terms/{}/seats", stage.term), format!("/terms/{}/appoint", stage.term));
    for (person, sentence) in [
        (0, "张伟已于2020-06-01死亡（党员名册），任职不能延续到这一天以后"),
        (1, "李娜在任职日期“2021-01-10”已不在党（开除党籍）"),
        (2, "王芳已于2023-06-01不在党（开除党籍），党组织班子任职不能延续到这一天以后"),
    ] {
        let form = format!("person={}&post=secretary&from_day=2021-01-10", stage.people[person]);
        let seat = stage.seat(person, "secretary");
        stage.refused((&seats, &seat), (&page, &form), "person", sentence).await;
    }
    assert_eq!(stage.count("seats").await, 0);
    // What ended in time may be taken down.
    let mut seat = stage.seat(2, "secretary");
    (seat["to_day"], seat["leaving_reason"]) = (json!("2023-06-01"), json!("discipline"));
    stage.made(&seats, &seat).await;
}

#[tokio::test]
async fn a_term_before_the_village_was_founded() {
    let stage = Stage::new().await;
    let owner = stage.app.db.owner_client().await;
    let founded = "UPDATE organisations SET founded_on = '2016-01-11' WHERE code = '500237101201'";
    owner.execute(founded, &[]).await.unwrap();
    let path = format!("/committees/{}/terms", stage.committee);
    let term = json!({ "ordinal": 5, "from_day": "2016-01-10", "posts": { "secretary": 1 } });
    let form = "ordinal=5&from_day=2016-01-10&places_secretary=1";
    let page = format!("/committees/{}/open", stage.committee);
    let sentence = "任期开始“2016-01-10”时“龙井镇白泉村”尚未成立（成立于2016-01-11）";
    stage.refused((&path, &term), (&page, form), "from_day", sentence).await;
    assert_eq!(stage.count("committee_terms").await, 3);
}

#[tokio::test]
async fn more_votes_than_ballots() {
    let stage = Stage::new().await;
    let (path, page) = (format!("/terms/{}/election", stage.term), format!("/terms/{}/vote", stage.term));
    let (body, form) = stage.vote("secretary", &stage.people[0], [46, 40]);
    stage.refused((&path, &body), (&page, &form), "returned", "收回选票46大于发出选票45，多出1").await;
    let (body, form) = stage.vote("secretary", &stage.people[0], [45, 45]);
    stage.refused((&path, &body), (&page, &form), "candidates", "大于有效票44").await;
    assert_eq!(stage.count("elections").await, 0);
}

#[tokio::test]
async fn a_run_off_without_the_run_before_it() {
    let stage = Stage::new().await;
    let (path, page) = (format!("/terms/{}/election", stage.term), format!("/terms/{}/vote", stage.term));
    let (body, form) = stage.ballots(2, 1, &[(1, 30, true), (2, 10, false)]);
    let sentence = "轮次“2”是另行选举，本届还没有登记委员的第1轮选举，请先登记第1轮，或把轮次改为1";
    stage.refused((&path, &body), (&page, &form), "run", sentence).await;
    assert_eq!(stage.count("elections").await, 0);
    let (first, _) = stage.ballots(1, 2, &[(0, 40, true), (1, 20, false), (2, 10, false)]);
    let first = stage.made(&path, &first).await;
    let (early_body, early_form) =
        (body.to_string().replace("2021-01-10", "2021-01-09"), form.replace("2021-01-10", "2021-01-09"));
    let early_body: Value = serde_json::from_str(&early_body).unwrap();
    let sentence = "选举日期“2021-01-09”早于第1轮选举的2021-01-10";
    stage.refused((&path, &early_body), (&page, &early_form), "held_on", sentence).await;
    let (wide, wide_form) = stage.ballots(2, 2, &[(1, 30, true), (2, 10, false)]);
    let sentence = "应选名额“2”多于余下名额：此前各轮应选2名，已选出1名，2-1=1，请改为不多于1";
    stage.refused((&path, &wide), (&page, &wide_form), "places", sentence).await;
    let (elected, elected_form) = stage.ballots(2, 1, &[(1, 30, true), (0, 10, false)]);
    let sentence = "候选人张伟已在第1轮选举当选，不能再参加另行选举";
    stage.refused((&path, &elected), (&page, &elected_form), "candidates[1].person", sentence).await;
    assert_eq!(stage.count("elections").await, 1);
    stage.made(&path, &body).await;
    // What a run-off rests on stays until it is gone.
    let gone = json!({ "reason": "误登到另一个村" });
    let path = format!("/api/v1/elections/{first}/remove");
    let headers = [("If-Match", "\"1\"")];
    let answer = stage.app.send(&stage.clerk, Method::Post, &path, &headers, &gone).await;
    assert_eq!(answer.status, Status::UnprocessableEntity, "{}", answer.body);
    let sentence = "委员的第2轮选举（2021-01-10）以本次选举为前提，请先删除第2轮选举";
    assert!(answer.body.contains(sentence), "{}", answer.body);
    let form = "version=1&reason=%E8%AF%AF%E7%99%BB";
    let answer = stage.app.submit(&stage.clerk, &format!("/elections/{first}/remove"), None, form).await;
    assert_eq!(answer.status, Status::UnprocessableEntity, "{}", answer.body);
    assert!(answer.body.contains(sentence), "{}", answer.body);
}

#[tokio::test]
async fn a_tie_that_somebody_wins() {
    let stage = Stage::new().await;
    let (path, page) = (format!("/terms/{}/election", stage.term), format!("/terms/{}/vote", stage.term));
    let (body, form) = stage.ballots(1, 2, &[(0, 40, true), (1, 24, true), (2, 24, false)]);
    let sentence = "李娜、王芳各得赞成票24，票数相等，得票更多的1人，应选名额2只余1个，票数相等的有2人";
    stage.refused((&path, &body), (&page, &form), "candidates", sentence).await;
    assert_eq!(stage.count("elections").await, 0);
    let (body, _) = stage.ballots(1, 2, &[(0, 40, true), (1, 24, false), (2, 24, false)]);
    stage.made(&path, &body).await;
}

#[tokio::test]
async fn a_candidate_who_is_not_on_record() {
    let stage = Stage::new().await;
    let (path, page) = (format!("/terms/{}/election", stage.term), format!("/terms/{}/vote", stage.term));
    let nobody = "0193b2a4-0000-7000-8000-000000000000";
    let (body, form) = stage.vote("secretary", nobody, [45, 40]);
    let answer = stage.post(&path, &body).await;
    let sentence = answer.json()["errors"][0]["message"].as_str().unwrap().to_owned();
    assert!(sentence.contains("没有找到"), "{sentence}");
    stage.refused((&path, &body), (&page, &form), "candidates[0].person", &sentence).await;
    assert_eq!(stage.count("elections").await, 0);
}

#[tokio::test]
async fn a_candidate_who_may_not_sit() {
    let stage = Stage::new().await;
    stage.made(&format!("/terms/{}/seats", stage.village), &stage.seat(0, "director")).await;
    let kin = json!({ "person": stage.people[1], "relative": stage.people[0], "kinship": "parent" });
    stage.made("/kinships", &kin).await;
    let path = format!("/terms/{}/election", stage.supervision);
    let page = format!("/terms/{}/vote", stage.supervision);
    let field = "candidates[0].person";
    let (body, form) = stage.vote("supervision_director", &stage.people[1], [45, 40]);
    let sentence = "李娜的父母张伟担任村（居）民委员会的主任（2021-01-10起），村（居）民委员会成员的近亲属不得担任村务监督委员会成员";
    stage.refused((&path, &body), (&page, &form), field, sentence).await;
    let (body, form) = stage.vote("supervision_director", &stage.people[0], [45, 40]);
    let sentence = "村（居）民委员会成员不得兼任村务监督委员会成员";
    stage.refused((&path, &body), (&page, &form), field, sentence).await;
    assert_eq!(stage.count("elections").await, 0);
    // Whoever stood and was not elected did no wrong, and a stranger may be elected.
    let (mut body, _) = stage.vote("supervision_director", &stage.people[2], [45, 40]);
    let loser = json!({ "person": stage.people[1], "votes_for": 4, "is_elected": false });
    body["candidates"].as_array_mut().unwrap().push(loser);
    stage.made(&path, &body).await;
}

#[tokio::test]
async fn an_expired_candidate_check() {
    let stage = Stage::new().await;
    let mut conn = stage.app.db.web().await;
    vetting::settled(&mut conn, &stage.app.county, true).await;
    let (path, page) = (format!("/terms/{}/election", stage.term), format!("/terms/{}/vote", stage.term));
    let (body, form) = stage.vote("secretary", &stage.people[0], [45, 40]);
    let sentence = "张伟没有经过任职资格联审，请先提名联审并备案";
    stage.refused((&path, &body), (&page, &form), "candidates[0].person", sentence).await;
    let clerk = stage.app.county.town(1).actor(Role::Clerk);
    let person = stage.people[0].parse().unwrap();
    let command = vetting::propose(stage.app.county.village(1, 1), person);
    vetting::filed(&mut conn, &stage.app.keys, &stage.app.county, &clerk, command).await;
    drop(conn);
    let late = |text: String| text.replace("2021-01-10", "2021-06-10");
    let late_body: Value = serde_json::from_str(&late(body.to_string())).unwrap();
    let expired = "已过期，请重新提名联审并备案";
    let field = "candidates[0].person";
    stage.refused((&path, &late_body), (&page, &late(form)), field, expired).await;
    let seats = format!("/terms/{}/seats", stage.term);
    let mut seat = stage.seat(0, "secretary");
    seat["from_day"] = json!("2021-06-10");
    let form = format!("person={}&post=secretary&from_day=2021-06-10", stage.people[0]);
    let appoint = format!("/terms/{}/appoint", stage.term);
    stage.refused((&seats, &seat), (&appoint, &form), "person", expired).await;
    stage.made(&path, &body).await;
    stage.made(&seats, &stage.seat(0, "secretary")).await;
}

#[tokio::test]
async fn a_reserve_cadre_who_is_already_in_post() {
    let stage = Stage::new().await;
    stage.made(&format!("/terms/{}/seats", stage.term), &stage.seat(0, "secretary")).await;
    let number = CitizenId::compose("500237", day("1980-05-06"), 1).unwrap();
    let body = json!({ "name": "张伟", "citizen_id": number.as_str(), "ethnicity": "01", "education": "31",
        "political_status": "01", "village": "500237101202", "kind": "reserve_cadre", "entered_on": "2021-03-01",
        "sources": ["veteran"] });
    let form = format!(
        "name=%E5%BC%A0%E4%BC%9F&citizen_id={}&ethnicity=01&education=31&political_status=01&village=500237101202\
         &kind=reserve_cadre&entered_on=2021-03-01&source1=veteran",
        number.as_str()
    );
    let sentence = "“张伟”现任“龙井镇白泉村”书记，已在职，不能作为后备干部入库或再次任用";
    stage.refused(("/reserve-cadres", &body), ("/reserves", &form), "person", sentence).await;
    assert_eq!(stage.count("reserves").await, 0);
}

#[tokio::test]
async fn a_mentor_who_left() {
    let stage = Stage::new().await;
    let number = CitizenId::compose("500237", day("1995-06-07"), 2).unwrap();
    let body = json!({ "name": "陈静", "citizen_id": number.as_str(), "ethnicity": "01", "education": "31",
        "political_status": "13", "village": "500237101202", "kind": "reserve_cadre", "entered_on": "2021-03-01",
        "sources": ["veteran"], "mentors": [{ "kind": "township_leader", "name": "冉红" }] });
    let entered = stage.post("/reserve-cadres", &body).await.json();
    let (id, mentor) = (entered["id"].as_str().unwrap(), entered["mentors"][0]["id"].as_str().unwrap());
    let ended = stage
        .post(&format!("/reserve-cadres/{id}/mentors/{mentor}/end"), &json!({ "on": "2022-01-01" }))
        .await;
    assert_eq!(ended.status, Status::Ok, "{}", ended.body);
    let note = json!({ "mentor": mentor, "on": "2022-02-01", "content": "谈心谈话" });
    let form = format!("mentor={mentor}&on=2022-02-01&content=%E8%B0%88%E5%BF%83");
    let sentence = "帮带人“冉红”自2022-01-01起已不再帮带，不能登记2022-02-01的帮带记录";
    let (path, page) = (format!("/reserve-cadres/{id}/notes"), format!("/reserves/{id}/note"));
    stage.refused((&path, &note), (&page, &form), "mentor", sentence).await;
    assert_eq!(stage.count("mentor_notes").await, 0);
}

fn encoded(text: &str) -> String {
    rocket::http::RawStr::new(text).percent_encode().to_string()
}

#[tokio::test]
async fn a_former_secretary_or_somebody_off_the_register_as_a_mentor() {
    let stage = Stage::new().await;
    let seat = stage.made(&format!("/terms/{}/seats", stage.term), &stage.seat(0, "secretary")).await;
    let number = |serial| CitizenId::compose("500237", day("1995-06-07"), serial).unwrap();
    let somebody = |name: &str, serial| {
        json!({ "name": name, "citizen_id": number(serial).as_str(), "ethnicity": "01", "education": "31",
            "political_status": "13", "village": "500237101201", "kind": "reserve_cadre",
            "entered_on": "2021-03-01", "sources": ["veteran"] })
    };
    let form = |name: &str, serial, mentor: &str| {
        format!(
            "name={}&citizen_id={}&ethnicity=01&education=31&political_status=13&village=500237101201\
             &kind=reserve_cadre&entered_on=2021-03-01&source1=veteran&{mentor}",
            encoded(name),
            number(serial).as_str()
        )
    };
    let secretary = json!({ "kind": "village_secretary", "name": "张伟", "from": "2022-01-01" });
    // While he sits, he guides: the form takes him by his person, and calls him by his name on record.
    let picked = format!("secretary_person={}", stage.people[0]);
    let entered = stage.app.submit(&stage.clerk, "/reserves", None, &form("陈静", 2, &picked)).await;
    assert_eq!(entered.status, Status::SeeOther, "{}", entered.body);
    let guided = stage.app.get(&stage.clerk, "/api/v1/reserve-cadres").await.json();
    let first = &guided["items"][0];
    let mentor = &first["mentors"][0];
    assert_eq!((&mentor["name"], &mentor["person"]), (&json!("张伟"), &json!(stage.people[0])));
    let leaving = json!({ "on": "2023-05-01", "reason": "调任" });
    assert_eq!(stage.post(&format!("/seats/{seat}/end"), &leaving).await.status, Status::Ok);

    let sentence = "“张伟”自2023-05-01起已不再担任该村书记";
    let mut body = somebody("李强", 3);
    body["mentors"] = json!([secretary]);
    for typed in [format!("secretary={}", encoded("张伟")), picked] {
        let form = form("李强", 3, &typed);
        stage.refused(("/reserve-cadres", &body), ("/reserves", &form), "mentor", sentence).await;
    }
    assert_eq!(stage.count("reserves").await, 1);
    let id = stage.made("/reserve-cadres", &somebody("李强", 3)).await;
    let (path, page) = (format!("/reserve-cadres/{id}/mentors"), format!("/reserves/{id}/mentor"));
    let typed = format!("kind=village_secretary&mentor={}&from=2022-01-01", encoded("张伟"));
    stage.refused((&path, &secretary), (&page, &typed), "mentor", sentence).await;

    // A leader who was put out of the Party, by his person.
    let member = format!("/api/v1/members/{}", stage.members[1]);
    let etag = stage.app.get(&stage.clerk, &member).await.etag.unwrap();
    let headers = [("If-Match", etag.as_str())];
    let leader = |person: &str| json!({ "kind": "township_leader", "name": "李娜", "person": person, "from": "2022-01-01" });
    let typed = format!("kind=township_leader&person={}&from=2022-01-01", stage.people[1]);
    let kept = stage.app.submit(&stage.clerk, &page, None, &typed).await;
    assert_eq!(kept.status, Status::SeeOther, "a member guides: {}", kept.body);
    let expelled = json!({ "status": "expelled", "on": "2023-06-01", "reason": "违纪" });
    let removed =
        stage.app.send(&stage.clerk, Method::Post, &format!("{member}/remove"), &headers, &expelled).await;
    assert_eq!(removed.status, Status::Ok, "{}", removed.body);
    let sentence = "帮带人“李娜”的党籍状态为“开除党籍”，已不在党员名册";
    stage.refused((&path, &leader(&stage.people[1])), (&page, &typed), "mentor", sentence).await;
    assert_eq!(stage.count("reserve_mentors").await, 2);

    // Both who guided on paper wait on the desk, stand in the list, and are told on the record.
    let desk = stage.app.get(&stage.clerk, "/").await.body;
    assert!(desk.contains("更换已离任的帮带人") && desk.contains("/reserves?mentor_left=true"), "{desk}");
    let list = stage.app.get(&stage.clerk, "/reserves?mentor_left=true").await.body;
    assert!(list.contains("陈静") && list.contains("李强"), "{list}");
    assert_eq!(list.matches("无帮带人").count(), 2, "whoever left guides nobody: {list}");
    let shown = stage.app.get(&stage.clerk, &format!("/reserves/{}", first["id"].as_str().unwrap())).await;
    assert!(shown.body.contains("帮带书记（自2023-05-01起不再担任该村书记，请更换）"), "{}", shown.body);
}

#[tokio::test]
async fn a_reserve_cadre_who_is_given_a_seat_leaves_the_pool_by_it() {
    let stage = Stage::new().await;
    let number = |serial| CitizenId::compose("500237", day("1995-06-07"), serial).unwrap();
    let mut entries = Vec::new();
    for (name, serial) in [("陈静", 2), ("李强", 3)] {
        let body = json!({ "name": name, "citizen_id": number(serial).as_str(), "ethnicity": "01",
            "education": "31", "political_status": "13", "village": "500237101201", "kind": "reserve_cadre",
            "entered_on": "2021-03-01", "sources": ["veteran"] });
        entries.push(stage.post("/reserve-cadres", &body).await.json());
    }
    let person = |entry: usize| entries[entry]["person"].as_str().unwrap();
    let seat = |entry: usize, on: &str| json!({ "person": person(entry), "post": "committee_member", "from_day": on, "is_party_member": false });
    let (seats, page) =
        (format!("/terms/{}/seats", stage.village), format!("/terms/{}/appoint", stage.village));
    // Not on the day on which he came into the pool: a seat of that day makes him no reserve.
    let sentence = "“陈静”自2021-03-01起在“龙井镇白泉村”的人才库（在库），任职日期“2021-03-01”不晚于该日";
    let form = |entry: usize, on: &str| {
        format!("person={}&post=committee_member&from_day={on}&is_party_member=false", person(entry))
    };
    let early = form(0, "2021-03-01");
    stage.refused((&seats, &seat(0, "2021-03-01")), (&page, &early), "from_day", sentence).await;
    assert_eq!(stage.count("seats").await, 0);

    let given = stage.post(&seats, &seat(0, "2021-03-02")).await;
    assert_eq!(given.status, Status::Created, "{}", given.body);
    assert_eq!(given.json()["left_pool"], entries[0]["id"], "{}", given.body);
    let path = format!("/api/v1/seats/{}", given.json()["id"].as_str().unwrap());
    let read = stage.app.get(&stage.clerk, &path).await.json();
    assert_eq!(read.get("left_pool"), None, "only as it was given");
    let given = stage.app.submit(&stage.clerk, &page, None, &form(1, "2023-06-01")).await;
    assert_eq!(given.status, Status::SeeOther, "{}", given.body);
    let flash = given.header("Set-Cookie").unwrap();
    let flash = rocket::http::RawStr::new(&flash).percent_decode_lossy();
    assert!(flash.contains("“李强”在“龙井镇白泉村”的后备干部人才库，自2023-06-01起按任用出库"), "{flash}");
    for (entry, on) in [(0, "2021-03-02"), (1, "2023-06-01")] {
        let path = format!("/api/v1/reserve-cadres/{}", entries[entry]["id"].as_str().unwrap());
        let entry = stage.app.get(&stage.clerk, &path).await.json();
        assert_eq!((&entry["state"], &entry["left_on"]), (&json!("appointed"), &json!(on)), "{entry}");
        assert_eq!(entry["post"], json!("村（居）民委员会委员"), "{entry}");
    }
    let pool = stage.app.get(&stage.clerk, "/api/v1/reserve-cadres?count=true").await.json();
    assert_eq!(pool["total"], json!(0));
}

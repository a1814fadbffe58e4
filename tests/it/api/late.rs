//! Whoever enters something into a closed quarter is told so, and offered the amendment, or told who may amend; whoever
//! amends sees who entered what, and which figures it moves.

use cadre::base::actor::Role;
use cadre::base::ids::MembershipId;
use cadre::records::members;
use rocket::http::{Method, RawStr, Status};
use serde_json::{Value, json};

use crate::support::app::{Answer, Credential, TestApp};
use crate::support::builders::member;

const HEADER: &str = "Cadre-Closed-Quarter";

/// A county with the first quarter of 2026 closed, six members in a branch of its first town, a clerk of that town, and a
/// supervisor of the county.
struct Stage {
    app: TestApp,
    clerk: Credential,
    supervisor: Credential,
    members: Vec<MembershipId>,
}

impl Stage {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let branch = app.county.branch(1, 1).id;
        let names = ["张伟", "李娜", "王芳", "刘洋", "陈静", "杨勇"];
        let commands: Vec<_> =
            names.into_iter().zip(1..).map(|(name, number)| member(branch, name, number)).collect();
        let actor = app.county.county.actor(Role::Clerk);
        let members = members::enrol(&mut *app.db.web().await, &actor, &app.keys, &commands).await.unwrap();
        let clerk = app.signed_in("clerk.one", Role::Clerk, app.county.town(1)).await;
        let supervisor = app.signed_in("wang", Role::Supervisor, &app.county.county).await;
        let second = app.signed_in("li.na", Role::Supervisor, &app.county.county).await;
        for who in [&supervisor, &second] {
            let body = json!({ "organisation": "500237" });
            let answer = app.send(who, Method::Post, "/api/v1/quarters/2026Q1/close", &[], &body).await;
            assert!(answer.status.class().is_success(), "{}", answer.body);
        }
        Self { app, clerk, supervisor, members }
    }

    async fn post(&self, who: &Credential, member: usize, verb: &str, body: Value) -> Answer {
        let path = format!("/api/v1/members/{}/{verb}", self.members[member]);
        let answer = self.app.send(who, Method::Post, &path, &[], &body).await;
        assert_eq!(answer.status, Status::Ok, "{}", answer.body);
        answer
    }

    /// What is told once a form was taken.
    async fn submit(&self, who: &Credential, member: usize, verb: &str, form: &str) -> String {
        let path = format!("/members/{}/{verb}", self.members[member]);
        let answer = self.app.submit(who, &path, None, form).await;
        assert_eq!(answer.status, Status::SeeOther, "{}", answer.body);
        let cookies = answer.header("Set-Cookie").unwrap_or_default();
        RawStr::new(&cookies).percent_decode_lossy().into_owned()
    }
}

#[tokio::test]
async fn an_entry_for_a_day_of_a_closed_quarter_says_so_and_one_for_the_day_after_does_not() {
    let stage = Stage::new().await;
    let (clerk, supervisor) = (&stage.clerk, &stage.supervisor);
    let last_day = stage.post(clerk, 0, "decease", json!({ "on": "2026-03-31" })).await;
    assert_eq!(
        last_day.header(HEADER).as_deref(),
        Some(
            "\"2026Q1\";revision=1;recorded-late-in=\"2026Q2\";amend=\"/api/v1/quarters/2026Q1/amend\";may-amend=?0"
        )
    );
    let after = stage.post(clerk, 1, "decease", json!({ "on": "2026-04-01" })).await;
    assert_eq!(after.header(HEADER), None, "an open quarter");
    let before = stage.post(supervisor, 2, "stop", json!({ "on": "2020-05-01", "reason": "失联" })).await;
    assert!(
        before.header(HEADER).is_some_and(|told| told.ends_with("may-amend=?1")),
        "before all that is closed"
    );
    let refused = format!("/api/v1/members/{}/decease", stage.members[0]);
    let refused = stage.app.send(clerk, Method::Post, &refused, &[], &json!({ "on": "2026-03-31" })).await;
    assert_eq!((refused.status.class().is_client_error(), refused.header(HEADER)), (true, None));
}

#[tokio::test]
async fn a_correction_that_no_report_counts_says_nothing() {
    let stage = Stage::new().await;
    let path = format!("/api/v1/members/{}", stage.members[3]);
    let change = async |version: &str, body: Value| {
        let headers = [("If-Match", version)];
        let answer = stage.app.send(&stage.clerk, Method::Patch, &path, &headers, &body).await;
        assert_eq!(answer.status, Status::Ok, "{}", answer.body);
        answer
    };
    let first = stage.app.get(&stage.clerk, &path).await.etag.unwrap();
    let address = change(&first, json!({ "address": "龙井镇白泉村2组" })).await;
    assert_eq!(address.header(HEADER), None);
    let education = change(&address.etag.clone().unwrap(), json!({ "education": "21" })).await;
    assert!(education.header(HEADER).is_some_and(|told| told.starts_with("\"2026Q1\"")));
}

#[tokio::test]
async fn the_page_offers_the_amendment_to_who_may_propose_it_and_names_him_to_everybody_else() {
    let stage = Stage::new().await;
    let form = "on=2026-03-31&reason=%E5%A4%B1%E8%81%94";
    let told = stage.submit(&stage.clerk, 0, "decease", form).await;
    assert!(told.contains("已登记：登记死亡。") && told.contains("2026年第一季度（第1版）"), "{told}");
    assert!(told.contains("“结账后补录、更正”计入2026年第二季度"), "{told}");
    assert!(told.contains(&format!("请{}的审核员申请修订", stage.app.county.county.name)), "{told}");
    let told = stage.submit(&stage.supervisor, 1, "decease", form).await;
    assert!(told.contains("closed2026Q1") && !told.contains("的审核员申请修订"), "{told}");
    let told = stage.submit(&stage.clerk, 2, "decease", "on=2026-04-01").await;
    assert!(told.contains("已登记：登记死亡。") && !told.contains("结账"), "{told}");
}

#[tokio::test]
async fn who_amends_sees_who_entered_what_and_which_figures_it_moves() {
    let stage = Stage::new().await;
    let page = async || stage.app.get(&stage.supervisor, "/quarters/2026Q1/amend").await.body;
    assert!(!page().await.contains("修订将改变的全县指标"), "nothing differs yet");
    let _ = stage.post(&stage.clerk, 0, "decease", json!({ "on": "2026-03-31" })).await;
    let body = page().await;
    assert!(body.contains("张伟") && body.contains("clerk.one"), "{body}");
    assert!(body.contains("结账后登记"), "{body}");
    let cockpit = stage.app.get(&stage.supervisor, "/cockpit?quarter=2026Q1").await.body;
    assert!(cockpit.contains("/quarters/2026Q1/amend"), "the cockpit leads there");
    let of_clerk = stage.app.get(&stage.clerk, "/cockpit?quarter=2026Q1").await.body;
    assert!(!of_clerk.contains("/quarters/2026Q1/amend"), "not whoever may not amend");
    let (_, rest) = body.split_once("修订将改变的全县指标").expect("the table of figures");
    let (moved, _) = rest.split_once("</section>").expect("its end");
    for code in ["members.total", "members.deceased", "members.closing"] {
        assert!(moved.contains(&format!("/figures/{code}?")), "{code}: {moved}");
    }
    for same in ["organisations.branches?", "members.opening", "members.admitted"] {
        assert!(!moved.contains(same), "{same}: {moved}");
    }
}

#[tokio::test]
async fn a_vote_that_is_taken_out_of_a_closed_quarter_touches_it() {
    let stage = Stage::new().await;
    let made = async |path: &str, body: Value| {
        let answer = stage.app.send(&stage.clerk, Method::Post, path, &[], &body).await;
        assert_eq!(answer.status, Status::Created, "{}", answer.body);
        answer.json()["id"].as_str().unwrap().to_owned()
    };
    let found = stage.app.db.owner_client().await.query("SELECT id::text FROM people ORDER BY id", &[]).await;
    let person: String = found.unwrap()[0].get(0);
    let village = json!({ "village": "500237101201", "kind": "village_party" });
    let committee = made("/api/v1/committees", village).await;
    let term = json!({ "ordinal": 6, "from_day": "2021-01-10", "posts": { "secretary": 1 } });
    let term = made(&format!("/api/v1/committees/{committee}/terms"), term).await;
    let vote = json!({ "post": "secretary", "held_on": "2021-01-10", "places": 1, "eligible": 50, "present": 45,
        "issued": 45, "returned": 45, "valid": 44,
        "candidates": [{ "person": person, "votes_for": 44, "is_elected": true }] });
    let vote = made(&format!("/api/v1/terms/{term}/election"), vote).await;
    let path = format!("/api/v1/elections/{vote}/remove");
    let (headers, body) = ([("If-Match", "\"1\"")], json!({ "reason": "误登到另一个村" }));
    let gone = stage.app.send(&stage.clerk, Method::Post, &path, &headers, &body).await;
    assert_eq!(gone.status, Status::NoContent, "{}", gone.body);
    assert!(gone.header(HEADER).is_some_and(|told| told.starts_with("\"2026Q1\"")));
}

#[tokio::test]
async fn the_figures_stand_before_the_first_rows_only_and_who_came_last_is_named() {
    let stage = Stage::new().await;
    let _ = stage.post(&stage.clerk, 0, "decease", json!({ "on": "2026-03-31" })).await;
    let page = "/quarters/2026Q1/amend?limit=1";
    let first = stage.app.get(&stage.supervisor, page).await.body;
    assert!(first.contains("修订将改变的全县指标"), "{first}");
    let (_, next) = first.split_once("after=").expect("the way to the next page");
    let next = next.split(['"', '&']).next().unwrap_or_default();
    let second = stage.app.get(&stage.supervisor, &format!("{page}&after={next}")).await.body;
    assert!(second.contains("结账后登记") && !second.contains("修订将改变的全县指标"), "{second}");
    // An import writes no entry for each of its members: the record tells of it.
    let later = format!(
        "UPDATE memberships SET updated_by = 'importer', updated_at = updated_at + interval '2 hours' WHERE id = '{}'",
        stage.members[0]
    );
    stage.app.db.owner_client().await.batch_execute(&later).await.unwrap();
    let body = stage.app.get(&stage.supervisor, "/quarters/2026Q1/amend").await.body;
    let (_, rows) = body.split_once("结账后登记").expect("the rows");
    assert!(rows.contains("importer") && !rows.contains("clerk.one"), "{rows}");
}

#[tokio::test]
async fn the_page_of_an_older_revision_names_who_made_that_one() {
    let stage = Stage::new().await;
    let _ = stage.post(&stage.clerk, 0, "decease", json!({ "on": "2026-03-31" })).await;
    let third = stage.app.signed_in("zhou.min", Role::Supervisor, &stage.app.county.county).await;
    for who in [&stage.supervisor, &third] {
        let body = json!({ "organisation": "500237", "reason": "补录死亡一名" });
        let answer = stage.app.send(who, Method::Post, "/api/v1/quarters/2026Q1/amend", &[], &body).await;
        assert!(answer.status.class().is_success(), "{}", answer.body);
    }
    let facts = async |revision: u8| {
        let path = format!("/reports/quarterly?quarter=2026Q1&revision={revision}");
        let body = stage.app.get(&stage.clerk, &path).await.body;
        let (_, rest) = body.split_once("报告信息").expect("the facts");
        rest.split("</section>").next().unwrap_or_default().to_owned()
    };
    let (first, second) = (facts(1).await, facts(2).await);
    assert!(first.contains("wang") && first.contains("li.na") && !first.contains("zhou.min"), "{first}");
    assert!(second.contains("wang") && second.contains("zhou.min"), "{second}");
}

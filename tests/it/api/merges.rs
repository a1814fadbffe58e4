//! Two records of one person through the API and the pages.

use cadre::base::actor::Role;
use cadre::records::{members, reserves};
use rocket::http::{Method, Status};
use serde_json::{Value, json};

use crate::support::app::{Answer, Credential, TestApp};
use crate::support::builders::{member, reserve};

/// 王伟 is a member of the first branch, and once more, with another number.
struct Stage {
    app: TestApp,
    clerk: Credential,
    supervisor: Credential,
    people: [String; 2],
}

impl Stage {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let clerk = app.signed_in("clerk.one", Role::Clerk, app.county.town(1)).await;
        let supervisor = app.signed_in("supervisor.one", Role::Supervisor, &app.county.county).await;
        let actor = app.county.town(1).actor(Role::Clerk);
        let mut conn = app.db.web().await;
        let branch = app.county.branch(1, 1).id;
        let commands = [member(branch, "王伟", 1), member(branch, "王伟", 3)];
        members::enrol(&mut conn, &actor, &app.keys, &commands).await.unwrap();
        let pool = [reserve(app.county.village(1, 1), "李强", 3)];
        reserves::enter(&mut conn, &actor, &app.keys, &pool).await.unwrap();
        drop(conn);
        let query = "SELECT id::text FROM people WHERE name = '王伟' ORDER BY id";
        let rows = app.db.owner_client().await.query(query, &[]).await.unwrap();
        let people = [0, 1].map(|at| rows[at].get(0));
        Self { app, clerk, supervisor, people }
    }

    async fn get(&self, path: &str) -> Answer {
        self.app.get(&self.clerk, path).await
    }

    async fn post(
        &self,
        who: &Credential,
        path: &str,
        headers: &[(&'static str, &str)],
        body: Value,
    ) -> Answer {
        self.app.send(who, Method::Post, &format!("/api/v1/people{path}"), headers, &body).await
    }

    fn command(&self, version: i32) -> Value {
        let [winner, loser] = &self.people;
        json!({ "winner": { "id": winner, "version": version }, "loser": { "id": loser, "version": version },
            "fields": { "citizen_id": "winner" } })
    }

    async fn merge(&self) -> Value {
        let answer = self.post(&self.clerk, "/merge", &[], self.command(1)).await;
        assert_eq!(answer.status, Status::Created, "{}", answer.body);
        answer.json()
    }

    async fn member_of(&self, person: &str) -> String {
        let query = format!("SELECT id::text FROM memberships WHERE person_id = '{person}'");
        self.app.db.owner_client().await.query_one(&query, &[]).await.unwrap().get(0)
    }
}

#[tokio::test]
async fn a_program_lists_compares_merges_and_a_supervisor_takes_it_back() {
    let stage = Stage::new().await;
    let [winner, loser] = stage.people.clone();
    let list = stage.get("/api/v1/people/duplicates?count=true").await.json();
    assert_eq!((&list["total"], &list["next"]), (&json!(1), &Value::Null));
    let pair = &list["items"][0];
    assert_eq!(
        (&pair["strength"], &pair["people"][0]["id"], &pair["people"][1]["id"]),
        (&json!("strong"), &json!(winner), &json!(loser))
    );
    assert_eq!(pair["people"][0]["citizen_id"], "500237************");
    let weak = stage.get("/api/v1/people/duplicates?strength=certain").await;
    assert_eq!(weak.status, Status::UnprocessableEntity);
    assert!(weak.body.contains("certain") && weak.body.contains("strong"), "{}", weak.body);

    let compared =
        stage.get(&format!("/api/v1/people/duplicates/compare?winner={winner}&loser={loser}")).await.json();
    let differing: Vec<_> =
        compared["fields"].as_array().unwrap().iter().filter(|field| field["differs"] == true).collect();
    assert_eq!(differing.len(), 1);
    assert_eq!(
        (&differing[0]["field"], &compared["twice"][0]["agrees"]),
        (&json!("citizen_id"), &json!(true))
    );
    assert_eq!(compared["obstacles"], json!([]));

    let member = stage.member_of(&loser).await;
    let merged = stage.merge().await;
    assert_eq!((&merged["winner"]["id"], &merged["loser"]["name"]), (&json!(winner), &json!("王伟")));
    // The addresses of what went lead to what stayed, in the API and on the pages.
    let stays = stage.member_of(&winner).await;
    for (from, to) in [("people", (&loser, &winner)), ("members", (&member, &stays))] {
        let answer = stage.get(&format!("/api/v1/{from}/{}", to.0)).await;
        assert_eq!(answer.status, Status::TemporaryRedirect);
        assert_eq!(answer.header("location"), Some(format!("/api/v1/{from}/{}", to.1)));
        let page = stage.get(&format!("/{from}/{}", to.0)).await;
        assert_eq!(page.status, Status::SeeOther);
        assert_eq!(page.header("location"), Some(format!("/{from}/{}", to.1)));
    }
    let outsider = stage.app.signed_in("clerk.two", Role::Clerk, stage.app.county.town(2)).await;
    assert_eq!(stage.app.get(&outsider, &format!("/api/v1/people/{loser}")).await.status, Status::NotFound);
    assert_eq!(stage.get("/api/v1/members?count=true").await.json()["total"], json!(1));
    assert_eq!(stage.get("/api/v1/people/duplicates?count=true").await.json()["total"], json!(0));

    let id = merged["id"].as_str().unwrap();
    let told = stage.get(&format!("/api/v1/people/merges/{id}")).await.json();
    let rows = told["rows"].as_array().unwrap();
    assert!(rows.iter().any(|row| row["relation"] == "people" && row["action"] == "removed"), "{told}");
    assert!(!told.to_string().contains("cipher"), "{told}");
    let undo = format!("/merges/{id}/undo");
    let refused = stage.post(&stage.clerk, &undo, &[], json!({ "reason": "误并" })).await;
    assert_eq!(refused.status, Status::Forbidden);
    let late = stage.post(&stage.supervisor, &undo, &[("If-Match", "\"7\"")], json!({})).await;
    assert_eq!(late.status, Status::PreconditionFailed);
    let undone =
        stage.post(&stage.supervisor, &undo, &[("If-Match", "\"1\"")], json!({ "reason": "误并" })).await;
    assert_eq!(undone.status, Status::Ok, "{}", undone.body);
    assert_eq!(
        (&undone.json()["undone_by"], &undone.json()["undo_reason"]),
        (&json!("supervisor.one"), &json!("误并"))
    );
    assert_eq!(stage.get(&format!("/api/v1/people/{loser}")).await.status, Status::Ok);
    let again = stage.post(&stage.supervisor, &undo, &[], json!({})).await;
    assert_eq!(again.status, Status::Conflict);
}

#[tokio::test]
async fn what_is_missing_stale_or_senseless_is_told_by_field() {
    let stage = Stage::new().await;
    let [winner, loser] = stage.people.clone();
    let merge = async |body: Value| stage.post(&stage.clerk, "/merge", &[], body).await;
    let mut open = stage.command(1);
    open["fields"] = json!({});
    let refused = merge(open).await;
    assert_eq!(refused.status, Status::UnprocessableEntity);
    assert_eq!(refused.json()["errors"][0]["field"], "fields.citizen_id");
    let mut wrong = stage.command(1);
    wrong["fields"] = json!({ "citizen_id": "both" });
    wrong["keep"] = json!(["x"]);
    let errors = merge(wrong).await.json();
    assert_eq!(
        (&errors["errors"][0]["field"], &errors["errors"][1]["field"]),
        (&json!("fields.citizen_id"), &json!("keep"))
    );
    assert_eq!(merge(stage.command(4)).await.status, Status::PreconditionFailed);
    let nobody = json!({ "winner": { "id": "x", "version": 1 }, "loser": { "id": loser, "version": 1 } });
    let refused = merge(nobody).await;
    assert_eq!(
        (refused.status, &refused.json()["errors"][0]["field"]),
        (Status::UnprocessableEntity, &json!("winner.id"))
    );
    let apart = json!({ "one": winner, "other": loser, "reason": "已核对身份证" });
    assert_eq!(stage.post(&stage.clerk, "/distinct", &[], apart.clone()).await.status, Status::NoContent);
    assert_eq!(stage.post(&stage.clerk, "/distinct", &[], apart).await.status, Status::Conflict);
    let refused = merge(stage.command(1)).await;
    assert_eq!(refused.status, Status::Conflict);
    assert!(refused.body.contains("clerk.one"), "{}", refused.body);
    let settled = stage.get("/api/v1/people/distinct").await.json();
    assert_eq!(settled["items"][0]["reason"], "已核对身份证");
    let path = format!("/api/v1/people/distinct/{loser}/{winner}");
    let back = stage.app.send(&stage.clerk, Method::Delete, &path, &[], &json!({})).await;
    assert_eq!(back.status, Status::NoContent);
    assert_eq!(stage.get("/api/v1/people/distinct").await.json()["items"], json!([]));
}

#[tokio::test]
async fn the_pages_show_choose_settle_and_keep_what_was_chosen() {
    let stage = Stage::new().await;
    let [winner, loser] = stage.people.clone();
    let desk = stage.get("/").await;
    assert!(desk.body.contains("疑似重复的人员（对）"), "{}", desk.body);
    let list = stage.get("/people/duplicates").await;
    assert!(list.body.contains("很可能") && list.body.contains("比对合并"), "{}", list.body);
    let address = format!("/people/merge?winner={winner}&loser={loser}");
    let page = stage.get(&address).await;
    assert!(page.body.contains("顺序码不同") && page.body.contains("两份登记内容一致"), "{}", page.body);
    let form = format!("winner={winner}&winner_version=1&loser={loser}&loser_version=1");
    let open = stage.app.submit(&stage.clerk, "/people/merge", None, &form).await;
    assert_eq!(open.status, Status::UnprocessableEntity);
    assert!(open.body.contains("未能合并"), "{}", open.body);
    let stale = form.replace("winner_version=1", "winner_version=3");
    let late = stage
        .app
        .submit(&stage.clerk, "/people/merge", None, &format!("{stale}&field-citizen_id=loser"))
        .await;
    assert_eq!(late.status, Status::PreconditionFailed);
    let chosen = late.body.split("value=\"loser\"").nth(1).unwrap();
    assert!(chosen.starts_with(" checked"), "{}", late.body);
    let settle = format!("one={winner}&other={loser}");
    let settled = stage.app.submit(&stage.clerk, "/people/distinct", None, &settle).await;
    assert_eq!(settled.status, Status::SeeOther);
    assert!(stage.get("/people/duplicates").await.body.contains("没有待核对的人员对"));
    assert!(!stage.get("/").await.body.contains("疑似重复的人员（对）"));
    assert!(stage.get("/people/distinct").await.body.contains("撤回认定"));
    let reopened = stage.app.submit(&stage.clerk, "/people/distinct/reopen", None, &settle).await;
    assert_eq!(reopened.status, Status::SeeOther);
    let done = stage
        .app
        .submit(&stage.clerk, "/people/merge", None, &format!("{form}&field-citizen_id=loser"))
        .await;
    assert_eq!(done.status, Status::SeeOther, "{}", done.body);
    let record = done.header("location").unwrap();
    let seen = stage.get(&record).await;
    assert!(seen.body.contains("移出并留底") && !seen.body.contains("确认撤销合并"), "{}", seen.body);
    let supervised = stage.app.get(&stage.supervisor, &record).await;
    assert!(supervised.body.contains("确认撤销合并"), "{}", supervised.body);
    let undo = format!("{record}/undo");
    let empty = stage.app.submit(&stage.supervisor, &undo, None, "reason=").await;
    assert_eq!(empty.status, Status::UnprocessableEntity);
    assert!(empty.body.contains("撤销原因没有填写"), "{}", empty.body);
    let undone = stage.app.submit(&stage.supervisor, &undo, None, "reason=误并&version=1").await;
    assert_eq!(undone.status, Status::SeeOther, "{}", undone.body);
    assert!(stage.get("/people/merges").await.body.contains("已撤销"));
}

#[tokio::test]
async fn fifteen_digits_of_somebody_on_record_are_told_at_entry() {
    let stage = Stage::new().await;
    let query = "SELECT count(*)::text FROM people WHERE name = '李强'";
    let command = member(stage.app.county.branch(1, 1).id, "王伟", 1);
    let number = command.identity.citizen_id.as_str().to_owned();
    let fifteen = format!("{}{}", &number[..6], &number[8..17]);
    let found =
        stage.app.submit(&stage.clerk, "/members/duplicates", None, &format!("citizen_id={fifteen}")).await;
    assert!(found.body.contains("王伟"), "{}", found.body);
    let count: String = stage.app.db.owner_client().await.query_one(query, &[]).await.unwrap().get(0);
    assert_eq!(count, "1");
}

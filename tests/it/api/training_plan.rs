//! Class lists through the API and the page.

use cadre::base::actor::Role;
use cadre::base::ids::{TrainingClassId, TrainingProgrammeId};
use cadre::records::{members, training};
use rocket::http::{Method, Status};
use serde_json::{Value, json};

use crate::support::app::{Answer, Credential, TestApp};
use crate::support::builders::member;
use crate::support::builders::training::{class, in_days, running};

struct Stage {
    app: TestApp,
    clerk: Credential,
    supervisor: Credential,
    programme: TrainingProgrammeId,
    class: TrainingClassId,
}

impl Stage {
    /// Three members of a town and a class of it with two places.
    async fn new() -> Self {
        let app = TestApp::new().await;
        let clerk = app.signed_in("clerk.one", Role::Clerk, app.county.town(1)).await;
        let supervisor = app.signed_in("chief", Role::Supervisor, &app.county.county).await;
        let (actor, mut conn) = (app.county.county.actor(Role::Supervisor), app.db.web().await);
        let branch = app.county.branch(1, 1).id;
        let people: Vec<_> =
            (1..).zip(["王一", "王二", "王三"]).map(|(number, name)| member(branch, name, number)).collect();
        members::enrol(&mut conn, &actor, &app.keys, &people).await.unwrap();
        let programme = training::set_programmes(&mut conn, &actor, &[running()]).await.unwrap()[0];
        let mut command = class(programme, app.county.town(1), "town-1", &in_days(20).to_string());
        command.places = Some(2);
        let class = training::plan_classes(&mut conn, &actor, &[command]).await.unwrap()[0];
        drop(conn);
        Self { app, clerk, supervisor, programme, class }
    }

    async fn post(&self, who: &Credential, path: &str, body: &Value) -> Answer {
        let path = format!("/api/v1/training/programmes/{}{path}", self.programme);
        self.app.send(who, Method::Post, &path, &[], body).await
    }
}

#[tokio::test]
async fn a_plan_is_shown_with_its_arithmetic_and_accepted_by_a_supervisor() {
    let stage = Stage::new().await;
    let plan = stage.post(&stage.supervisor, "/plan", &json!({ "farthest": 2 })).await;
    assert_eq!(plan.status, Status::Ok, "{}", plan.body);
    let plan = plan.json();
    assert_eq!((&plan["plan"]["people"], &plan["bound"]["people"]), (&json!(2), &json!(2)));
    assert_eq!((&plan["is_proved"], &plan["members"]), (&json!(true), &json!(3)));
    assert_eq!(plan["classes"][0]["planned"], 2);
    assert_eq!((&plan["unmet"][0]["reason"], &plan["unmet"][0]["people"]), (&json!("full"), &json!(1)));
    assert_eq!(plan["towns"][0]["classes"], json!({ "town-1": 2 }));
    let far = stage.post(&stage.supervisor, "/plan", &json!({ "farthest": 1 })).await.json();
    assert_eq!((&far["unmet"][0]["reason"], &far["unmet"][0]["people"]), (&json!("too_far"), &json!(3)));
    let refused = stage.post(&stage.supervisor, "/plan", &json!({ "farthest": 0 })).await;
    assert_eq!(refused.status, Status::UnprocessableEntity);
    assert_eq!(refused.json()["errors"][0]["field"], "farthest");

    let accepted = json!({ "farthest": 2, "fingerprint": plan["fingerprint"] });
    assert_eq!(stage.post(&stage.clerk, "/plan/accept", &accepted).await.status, Status::Forbidden);
    let done = stage.post(&stage.supervisor, "/plan/accept", &accepted).await;
    assert_eq!(done.json(), json!({ "placed": 2, "moved": 0, "unplaced": 1 }));
    let again = stage.post(&stage.supervisor, "/plan/accept", &accepted).await;
    assert_eq!(again.status, Status::Conflict, "{}", again.body);
}

#[tokio::test]
async fn a_supervisor_sees_accepts_cancels_and_sees_the_changes_on_the_page() {
    let stage = Stage::new().await;
    let page = async |query: &str| stage.app.get(&stage.supervisor, &format!("/training/plan{query}")).await;
    assert!(page("").await.body.contains("本轮大轮训"));
    let asked = format!("?programme={}&farthest=2", stage.programme);
    let shown = page(&asked).await;
    for part in ["已证明最优", "排不进的人员及原因", "名额不足", "town-1", "采用方案"] {
        assert!(shown.body.contains(part), "{part}: {}", shown.body);
    }
    let clerk = stage.app.get(&stage.clerk, &format!("/training/plan{asked}")).await;
    assert!(clerk.body.contains("已证明最优") && !clerk.body.contains("采用方案"), "{}", clerk.body);
    let wrong = page(&format!("?programme={}&farthest=x", stage.programme)).await;
    assert_eq!(wrong.status, Status::UnprocessableEntity);
    assert!(wrong.body.contains("距离上限“x”"), "{}", wrong.body);

    let fingerprint = |body: &str| {
        let rest = body.split("name=\"fingerprint\" value=\"").nth(1).unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    let form = |fingerprint: &str, more: &str| {
        format!("programme={}&farthest=2&fingerprint={fingerprint}{more}", stage.programme)
    };
    let submit =
        async |form: String| stage.app.submit(&stage.supervisor, "/training/plan", None, &form).await;
    let stale = submit(form("00", "")).await;
    assert_eq!(stale.status, Status::Conflict);
    assert!(stale.body.contains("数据有了变化") && stale.body.contains("已证明最优"), "{}", stale.body);
    let done = submit(form(&fingerprint(&shown.body), "")).await;
    assert_eq!(done.status, Status::SeeOther, "{}", done.body);

    let cancel = page(&format!("{asked}&without={}", stage.class)).await;
    for part in ["变动：取消班次的2人", "无班可去", "王", "取消班次并写入变动"] {
        assert!(cancel.body.contains(part), "{part}: {}", cancel.body);
    }
    let without = format!("&without={}", stage.class);
    let silent = submit(form(&fingerprint(&cancel.body), &format!("{without}&reason="))).await;
    assert_eq!(silent.status, Status::UnprocessableEntity, "{}", silent.body);
    let done = submit(form(&fingerprint(&cancel.body), &format!("{without}&reason=停课"))).await;
    assert_eq!(done.status, Status::SeeOther, "{}", done.body);
    assert!(page(&asked).await.body.contains("没有面向其领域"));
}

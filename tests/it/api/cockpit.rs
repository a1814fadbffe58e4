//! The cockpit through the doors: page and API say the same, a town signs and is refused beside its form, the queue leads
//! to the record, and the report lists what left the house.

use cadre::base::actor::Role;
use cadre::base::clock;
use cadre::base::values::Quarter;
use cadre::records::members;
use rocket::http::{Method, Status};
use serde_json::{Value, json};

use crate::support::app::{Answer, Credential, TestApp};
use crate::support::builders::{day, member};

/// A town with a member on probation since 2022.
async fn county() -> (TestApp, cadre::base::ids::MembershipId) {
    let app = TestApp::new().await;
    let clerk = app.county.county.actor(Role::Clerk);
    let mut late = member(app.county.branch(1, 1).id, "张伟", 1);
    (late.joined_on, late.full_member_on) = (day("2022-01-10"), None);
    let found = members::enrol(&mut *app.db.web().await, &clerk, &app.keys, &[late]).await.unwrap();
    (app, found[0])
}

async fn sign(app: &TestApp, who: &Credential, body: Value) -> Answer {
    app.send(who, Method::Post, "/api/v1/quarters/2026Q1/sign-off", &[], &body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_town_signs_through_the_api_and_the_page_shows_it() {
    let (app, _) = county().await;
    let leader = app.signed_in("leader", Role::Supervisor, app.county.town(1)).await;
    let wang = app.signed_in("wang", Role::Supervisor, &app.county.county).await;
    let told = app.get(&wang, "/api/v1/quarters/2026Q1/cockpit").await.json();
    assert_eq!((&told["own"]["open"], &told["state"]), (&json!(1), &json!("open")), "{told}");
    let refused = sign(&app, &leader, json!({ "organisation": "500237101" })).await;
    assert_eq!(refused.status, Status::UnprocessableEntity, "{}", refused.body);
    assert_eq!(refused.json()["errors"][0]["field"], "note");
    let form = "organisation=500237101&quarter=2026Q1&note=";
    let page = app.submit(&leader, "/cockpit/sign-off", None, form).await;
    assert_eq!(page.status, Status::UnprocessableEntity);
    assert!(page.body.contains("还有1项未处理") && page.body.contains("note-error"), "{}", page.body);
    let signed = sign(&app, &leader, json!({ "organisation": "500237101", "note": "待支部大会" })).await;
    assert_eq!(
        (signed.status, &signed.json()["own"]["sign_off"]["note"]),
        (Status::Ok, &json!("待支部大会"))
    );
    let page = app.get(&wang, "/cockpit?quarter=2026Q1").await.body;
    assert!(page.contains("已签字") && page.contains("逾期未签字"), "{page}");
    let body = json!({ "organisation": "500237101", "reason": "名册有误" });
    let path = "/api/v1/quarters/2026Q1/sign-off/withdraw";
    let back = app.send(&wang, Method::Post, path, &[], &body).await;
    assert_eq!((back.status, &back.json()["own"]["sign_off"]), (Status::Ok, &Value::Null), "{}", back.body);
    assert_eq!(app.send(&wang, Method::Post, path, &[], &body).await.status, Status::Conflict);
    let program = app.token("program", Role::Supervisor, app.county.town(1)).await;
    let refused = sign(&app, &program, json!({ "organisation": "500237101", "note": "程序" })).await;
    assert_eq!(refused.status, Status::Forbidden, "a person signs: {}", refused.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_queue_leads_to_the_record_and_settings_are_kept_by_the_county() {
    let (app, late) = county().await;
    let clerk = app.signed_in("clerk.one", Role::Clerk, app.county.town(1)).await;
    let wang = app.signed_in("wang", Role::Supervisor, &app.county.county).await;
    let cockpit = app.get(&clerk, "/cockpit?quarter=2026Q1").await.body;
    assert!(cockpit.contains("rule=members.probation_overdue"), "{cockpit}");
    let queue = "/quality/queue?organisation=500237101&quarter=2026Q1&rule=members.";
    let first = app.get(&clerk, &format!("{queue}probation_overdue")).await;
    assert_eq!((first.status, first.location), (Status::SeeOther, Some(format!("/members/{late}"))));
    let empty = app.get(&clerk, &format!("{queue}too_young")).await;
    let back = "/cockpit?organisation=500237101&quarter=2026Q1".to_owned();
    assert_eq!((empty.status, empty.location), (Status::SeeOther, Some(back)));
    assert_eq!(app.get(&clerk, &format!("{queue}nobody")).await.status, Status::NotFound);
    let settings = json!({ "from_day": "2026-01-01", "village_days": 9, "town_days": 5, "county_days": 8,
        "villages_sign": false, "towns_must_sign": true, "source": "" });
    let refused = app.send(&wang, Method::Post, "/api/v1/quarter-settings", &[], &settings).await;
    assert_eq!(refused.status, Status::UnprocessableEntity);
    let errors = refused.json()["errors"].clone();
    assert_eq!(
        (&errors[0]["field"], &errors[1]["field"]),
        (&json!("town_days"), &json!("source")),
        "{errors}"
    );
    let form = "from_day=2026-01-01&village_days=2&town_days=x&county_days=8&villages_sign=true&towns_must_sign=false&source=部务会";
    let page = app.submit(&wang, "/cockpit/settings", None, form).await;
    assert_eq!(page.status, Status::UnprocessableEntity);
    assert!(page.body.contains("天数“x”应为1至90的整数"), "{}", page.body);
    let kept = app.submit(&wang, "/cockpit/settings", None, &form.replace("=x", "=4")).await;
    assert_eq!(kept.status, Status::SeeOther, "{}", kept.body);
    let told = app.get(&clerk, "/api/v1/quarter-settings").await.json();
    assert_eq!(told["items"][0]["town_days"], 4);
    let rule = "from_day=2026-01-01&severity=notice&weight=2&threshold=60&source=部务会";
    let kept = app.submit(&wang, "/quality/rules/members.probation_overdue", None, rule).await;
    assert_eq!(kept.status, Status::SeeOther, "{}", kept.body);
    let told = app.get(&clerk, "/api/v1/quality?quarter=2026Q1").await.json();
    let part =
        told["parts"].as_array().unwrap().iter().find(|p| p["rule"] == "members.probation_overdue").unwrap();
    assert_eq!(
        (&part["threshold"], &part["weight"], &part["found"]),
        (&json!(60), &json!(2), &json!(0)),
        "{part}"
    );
    assert!(app.get(&clerk, "/quality?quarter=2026Q1").await.body.contains("预备期超过最长期限"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_report_lists_exports_and_reveals_of_its_quarter_for_whom_may_read_the_trail() {
    let (app, late) = county().await;
    let clerk = app.signed_in("clerk.one", Role::Clerk, app.county.town(1)).await;
    let other = app.signed_in("clerk.two", Role::Clerk, app.county.town(1)).await;
    let wang = app.signed_in("wang", Role::Supervisor, &app.county.county).await;
    let taken = app.get(&clerk, "/api/v1/exports?kind=members&format=csv&category=probationary").await;
    assert_eq!(taken.status, Status::Ok, "{}", taken.body);
    let body = json!({ "field": "citizen_id", "purpose": "核对身份" });
    let shown = app.send(&clerk, Method::Post, &format!("/api/v1/members/{late}/reveal"), &[], &body).await;
    assert_eq!(shown.status, Status::Ok, "{}", shown.body);
    let quarter = Quarter::containing(clock::today());
    let path = format!("/api/v1/reports/quarterly?organisation=500237101&quarter={quarter}");
    let told = app.get(&wang, &path).await.json();
    let export = &told["exports"][0];
    assert_eq!(
        (&export["actor"], &export["rows"], &export["kind"]),
        (&json!("clerk.one"), &json!(1), &json!("members"))
    );
    assert_eq!(export["sha256"].as_str().unwrap().len(), 64);
    assert!(export["filter"].as_str().unwrap().contains("probationary"), "{export}");
    let reveal = &told["reveals"][0];
    assert_eq!((&reveal["purpose"], &reveal["name"]), (&json!("核对身份"), &json!("张伟")), "{reveal}");
    let own = app.get(&clerk, &path).await.json();
    assert_eq!(own["exports"], told["exports"], "one's own are no secret");
    let nothing = app.get(&other, &path).await.json();
    assert_eq!((&nothing["exports"], &nothing["reveals"]), (&json!([]), &json!([])), "others' are");
    let before =
        app.get(&wang, &path.replace(&quarter.to_string(), &quarter.previous().to_string())).await.json();
    assert_eq!(before["exports"], json!([]), "of another quarter");
    let page =
        app.get(&wang, &format!("/reports/quarterly?organisation=500237101&quarter={quarter}")).await.body;
    assert!(page.contains("本季导出") && page.contains("本季查看完整号码") && page.contains("核对身份"));
}

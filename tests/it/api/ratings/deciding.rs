//! Decisions: the way from opening to publishing, one result each, versions, and who may not.

use cadre::base::actor::Role;
use rocket::http::Status;
use serde_json::{Value, json};

use super::{ROUNDS, SCHEMES, Stage, fields};

#[tokio::test]
async fn a_round_goes_from_opening_to_publishing() {
    let stage = Stage::new().await;
    let (app, clerk, supervisor) = (&stage.app, &stage.clerk, &stage.supervisor);
    let round = stage.round().await;
    let shown = app.get(clerk, &round).await;
    assert_eq!((shown.status, shown.etag.as_deref()), (Status::Ok, Some("\"1\"")));
    let shown = shown.json();
    assert_eq!((&shown["state"], &shown["progress"]["subjects"]), (&json!("draft"), &json!(3)));
    assert_eq!(shown["organisation"]["code"], "500237101201-ZB01");

    let two = stage.rows(&[[18.0, 19.0, 17.0, 18.0, 20.0], [16.0, 16.0, 16.0, 16.0, 16.5]]);
    let entered = stage.put(clerk, &round, Some("\"1\""), &two).await;
    assert_eq!((entered.status, entered.etag.as_deref()), (Status::Ok, Some("\"2\"")), "{}", entered.body);
    let grid = entered.json();
    assert_eq!(grid["dimensions"][0]["code"], "ideology");
    let rows = grid["rows"].as_array().unwrap();
    let of = |member: usize| rows.iter().find(|row| row["subject"] == *stage.members[member]).unwrap();
    assert_eq!((&of(0)["total"], &of(0)["stars"], &of(0)["state"]), (&json!(92), &json!(5), &json!("draft")));
    assert_eq!((&of(1)["total"], &of(1)["scores"]["example"]), (&json!(80.5), &json!(16.5)));
    assert_eq!((&of(2)["rating"], &of(2)["scores"]), (&Value::Null, &json!({})));

    for (who, verb, state) in [
        (clerk, "submit", "submitted"),
        (supervisor, "review", "reviewed"),
        (supervisor, "confirm", "confirmed"),
        (supervisor, "publish", "published"),
    ] {
        let taken = stage.post(who, &format!("{round}/{verb}"), None).await;
        assert_eq!(taken.status, Status::Ok, "{verb} {}", taken.body);
        let told = taken.json();
        assert_eq!(
            (&told["done"], &told["refused"], &told["round"]["state"]),
            (&json!(2), &json!(0), &json!(state))
        );
        let results = told["results"].as_array().unwrap();
        assert!(results.iter().all(|result| result["done"] == true && result["state"] == state), "{told}");
    }
    let rating = app.get(clerk, &stage.rating(&round, 0).await).await;
    assert!(rating.etag.is_some());
    let rating = rating.json();
    assert_eq!((&rating["state"], &rating["name"]), (&json!("published"), &json!("张伟")));
    assert_eq!(rating["arithmetic"]["sentence"], "18 + 19 + 17 + 18 + 20 = 92，92 ≥ 90 → 五星");
    assert_eq!(rating["arithmetic"]["threshold"], json!({ "stars": 5, "minimum": 90 }));
    assert_eq!(rating["arithmetic"]["lines"][1]["product"], 19);
    assert_eq!(
        (&rating["submitted"]["by"], &rating["confirmed"]["by"]),
        (&json!("clerk.one"), &json!("wang"))
    );
}

#[tokio::test]
async fn one_goes_back_the_rest_goes_on_and_each_is_told() {
    let stage = Stage::new().await;
    let round = stage.submitted().await;
    let rating = stage.rating(&round, 2).await;
    let supervisor = &stage.supervisor;
    assert_eq!(fields(&stage.send_back(supervisor, &rating, None, " ").await), ["reason"]);
    let returned = stage.send_back(supervisor, &rating, None, "示范带动的依据不足").await;
    assert_eq!((returned.status, &returned.json()["results"][0]["state"]), (Status::Ok, &json!("returned")));
    let reviewed = stage.post(supervisor, &format!("{round}/review"), None).await.json();
    assert_eq!((&reviewed["done"], &reviewed["refused"]), (&json!(2), &json!(1)));
    let results = reviewed["results"].as_array().unwrap();
    let refused = results.iter().find(|result| result["done"] == false).unwrap();
    assert_eq!((&refused["name"], &refused["state"]), (&json!("王芳"), &json!("returned")));
    assert_eq!(refused["message"], "当前为“退回”，不能审核：请待修改并重新提交后再办理。");

    let again = stage.post(supervisor, &format!("{rating}/confirm"), None).await;
    assert_eq!(again.status, Status::Conflict);
    assert!(again.json()["detail"].as_str().unwrap().starts_with("王芳："), "{}", again.body);
    assert_eq!(fields(&again).len(), 1);
    let first = stage.rating(&round, 0).await;
    let confirmed = stage.post(supervisor, &format!("{first}/confirm"), None).await.json();
    assert_eq!((&confirmed["done"], &confirmed["round"]["state"]), (&json!(1), &json!("reviewed")));
    let shown = stage.app.get(&stage.clerk, &rating).await.json();
    assert_eq!(
        (&shown["returned_reason"], &shown["returned"]["by"]),
        (&json!("示范带动的依据不足"), &json!("wang"))
    );
}

#[tokio::test]
async fn nobody_decides_on_his_own_submission() {
    let stage = Stage::new().await;
    let round = stage.round().await;
    let rows = stage.rows(&[[18.0, 19.0, 17.0, 18.0, 20.0]]);
    assert_eq!(stage.put(&stage.supervisor, &round, Some("\"1\""), &rows).await.status, Status::Ok);
    assert_eq!(stage.post(&stage.supervisor, &format!("{round}/submit"), None).await.status, Status::Ok);
    let own = stage.post(&stage.supervisor, &format!("{round}/review"), None).await;
    assert_eq!(own.status, Status::Conflict);
    assert!(own.body.contains("本人提交的评定不能由本人审核"), "{}", own.body);
    let other = stage.app.signed_in("li", Role::Supervisor, &stage.app.county.county).await;
    assert_eq!(stage.post(&other, &format!("{round}/review"), None).await.status, Status::Ok);
}

#[tokio::test]
async fn a_decision_on_an_older_version_changes_nothing() {
    let stage = Stage::new().await;
    let round = stage.submitted().await;
    let (rating, seen) =
        (stage.rating(&round, 0).await, stage.app.get(&stage.clerk, &round).await.etag.unwrap());
    let mine = stage.app.get(&stage.clerk, &rating).await.etag.unwrap();
    assert_eq!(stage.send_back(&stage.supervisor, &rating, Some(&mine), "请补依据").await.status, Status::Ok);
    let late = stage.send_back(&stage.supervisor, &rating, Some(&mine), "请补依据").await;
    assert_eq!(late.status, Status::PreconditionFailed);
    let late = stage.post(&stage.supervisor, &format!("{round}/review"), Some(&seen)).await;
    assert_eq!(late.status, Status::PreconditionFailed);
    let now = stage.app.get(&stage.clerk, &round).await.etag.unwrap();
    let taken = stage.post(&stage.supervisor, &format!("{round}/review"), Some(&now)).await;
    assert_eq!(taken.status, Status::Ok, "{}", taken.body);
    let wrong = stage.post(&stage.supervisor, &format!("{round}/confirm"), Some("\"x\"")).await;
    assert_eq!(wrong.status, Status::BadRequest);
}

#[tokio::test]
async fn the_review_page_answers_a_stale_decision_with_the_state_now() {
    let stage = Stage::new().await;
    let round = stage.submitted().await;
    let (app, supervisor) = (&stage.app, &stage.supervisor);
    let page = round.replace("/api/v1", "");
    let shown = app.get(supervisor, &format!("{page}/review")).await.body;
    let id = stage.rating(&round, 0).await.rsplit('/').next().unwrap().to_owned();
    assert!(shown.contains(&format!("name=\"version[{id}]\" value=\"2\"")), "{shown}");
    let form = format!("ratings={id}&version[{id}]=2");
    let other = app.signed_in("li", Role::Supervisor, &app.county.county).await;
    let first = app.submit(supervisor, &format!("{page}/review"), None, &form).await;
    assert_eq!(first.status, Status::Ok);
    let late = app.submit(&other, &format!("{page}/review"), None, &form).await;
    assert_eq!(late.status, Status::PreconditionFailed);
    assert!(late.body.contains("没有作任何更改") && late.body.contains("已审核"), "{}", late.body);
    let late = app.submit(&other, &format!("/ratings/{id}/return"), None, "version=2&reason=x").await;
    assert_eq!(late.status, Status::PreconditionFailed);
    let seen = app.submit(&other, &format!("/ratings/{id}/return"), None, "version=3&reason=x").await;
    assert_eq!(seen.status, Status::Ok);
}

#[tokio::test]
async fn nobody_beside_the_subtree_or_the_role_gets_at_a_round() {
    let stage = Stage::new().await;
    let round = stage.submitted().await;
    let rating = stage.rating(&round, 0).await;
    let app = &stage.app;
    let rows = stage.rows(&[[1.0, 1.0, 1.0, 1.0, 1.0]]);
    let sibling = app.signed_in("clerk.two", Role::Clerk, app.county.town(2)).await;
    for path in [round.clone(), format!("{round}/scores"), rating.clone()] {
        assert_eq!(app.get(&sibling, &path).await.status, Status::NotFound, "{path}");
    }
    assert_eq!(stage.put(&sibling, &round, Some("\"3\""), &rows).await.status, Status::NotFound);
    assert_eq!(stage.post(&sibling, &format!("{round}/submit"), None).await.status, Status::NotFound);
    let open = super::round("500237101202-ZB01", "2026Q1");
    assert_eq!(stage.open(&sibling, None, &open).await.status, Status::Forbidden);
    let elsewhere = app.signed_in("supervisor.two", Role::Supervisor, app.county.town(2)).await;
    assert_eq!(stage.post(&elsewhere, &format!("{round}/review"), None).await.status, Status::NotFound);
    assert_eq!(stage.send_back(&elsewhere, &rating, None, "为何").await.status, Status::NotFound);

    for verb in ["review", "confirm", "publish"] {
        assert_eq!(
            stage.post(&stage.clerk, &format!("{round}/{verb}"), None).await.status,
            Status::Forbidden
        );
        assert_eq!(
            stage.post(&stage.clerk, &format!("{rating}/{verb}"), None).await.status,
            Status::Forbidden
        );
    }
    assert_eq!(stage.send_back(&stage.clerk, &rating, None, "为何").await.status, Status::Forbidden);
    let auditor = app.signed_in("auditor", Role::Auditor, &app.county.county).await;
    assert_eq!(app.get(&auditor, &rating).await.status, Status::Ok);
    for (username, role) in [("admin", Role::Administrator), ("security", Role::Security)] {
        let who = app.signed_in(username, role, &app.county.county).await;
        for path in [ROUNDS, SCHEMES, &round, &format!("{round}/scores"), &rating] {
            assert_eq!(app.get(&who, path).await.status, Status::Forbidden, "{username} {path}");
        }
    }
    assert_eq!(stage.put(&auditor, &round, Some("\"3\""), &rows).await.status, Status::Forbidden);
    for (path, who) in [
        (format!("{round}/bless"), &stage.supervisor),
        (format!("{rating}/bless"), &stage.supervisor),
        (format!("{ROUNDS}/one/submit"), &stage.supervisor),
        ("/api/v1/ratings/one/confirm".to_owned(), &stage.supervisor),
    ] {
        assert_eq!(stage.post(who, &path, None).await.status, Status::NotFound, "{path}");
    }
    assert_eq!(app.get(&stage.clerk, "/api/v1/ratings/one").await.status, Status::NotFound);
}

//! The desk, second scoring and trials through the API and the pages.

use cadre::base::actor::Role;
use rocket::http::{Method, Status};
use serde_json::{Value, json};

use super::{SCHEMES, Stage, five};
use crate::support::app::Credential;

const DESK: &str = "/api/v1/ratings/fairness";
const SAMPLES: &str = "/api/v1/ratings/samples";

#[tokio::test(flavor = "multi_thread")]
async fn the_desk_counts_and_every_count_has_its_names() {
    let stage = Stage::new().await;
    let empty = stage.app.get(&stage.supervisor, DESK).await.json();
    assert_eq!((&empty["spread"], &empty["waits"]["to_review"]), (&json!(null), &json!(0)));
    stage.submitted().await;
    let told = stage.app.get(&stage.supervisor, DESK).await.json();
    assert_eq!(told["waits"]["to_review"], 3);
    assert_eq!((&told["scheme"]["code"], &told["period"]), (&json!("member_stars"), &json!("2026Q1")));
    assert_eq!((&told["spread"]["sum"], &told["spread"]["rated"]), (&json!(11), &json!(3)));
    assert_eq!(told["spread"]["average"], json!(3.67));
    assert_eq!(
        told["spread"]["stars"][0],
        json!({ "stars": 5, "level": "五星", "count": 1, "percent": 33.33,
        "before": 0 })
    );
    assert_eq!((&told["fences"], &told["unproven"]), (&json!(null), &json!(1)));
    let unproven = stage.app.get(&stage.supervisor, &format!("{DESK}/ratings?unproven=true")).await.json();
    assert_eq!((&unproven["items"][0]["name"], &unproven["next"]), (&json!("张伟"), &json!(null)));
    let first = stage.app.get(&stage.supervisor, &format!("{DESK}/ratings?limit=2")).await.json();
    let after = first["next"].as_str().unwrap();
    let rest =
        stage.app.get(&stage.supervisor, &format!("{DESK}/ratings?limit=2&after={after}")).await.json();
    assert_eq!((&rest["items"][0]["name"], &rest["items"][0]["total"]), (&json!("王芳"), &json!(61.5)));
    let towns = stage.app.get(&stage.supervisor, &format!("{DESK}/units")).await.json();
    assert_eq!(towns["items"][0]["unit"]["code"], "500237101");
    let accounts = stage.app.get(&stage.supervisor, &format!("{DESK}/raters")).await.json();
    let one = &accounts["items"][0];
    assert_eq!(
        (&one["id"], &one["leniency"], &one["spread"]["rated"]),
        (&json!(null), &json!(null), &json!(3))
    );
    for (query, field) in [("stars=eleven", "stars"), ("rater=x", "rater"), ("period=2026Q9", "period")] {
        let refused = stage.app.get(&stage.supervisor, &format!("{DESK}/ratings?{query}")).await;
        assert_eq!(refused.status, Status::UnprocessableEntity, "{query}");
        assert_eq!(super::fields(&refused), [field]);
    }
    for path in ["", "/units?level=rated", "/raters", "/ratings"] {
        let page = stage.app.get(&stage.supervisor, &format!("/ratings/fairness{path}")).await;
        assert_eq!(page.status, Status::Ok, "{path}: {}", page.body);
    }
    let page = stage.app.get(&stage.supervisor, "/ratings/fairness/ratings?stars=5").await;
    assert!(page.body.contains("张伟") && !page.body.contains("王芳"), "{}", page.body);
    let page = stage.app.get(&stage.supervisor, "/ratings/fairness/raters").await;
    assert!(page.body.contains("不能按偏差估计宽严"), "{}", page.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sample_is_drawn_and_scored_again_through_the_api() {
    let stage = Stage::new().await;
    stage.submitted().await;
    let post = async |who: &Credential, path: &str, body: Value| {
        stage.app.send(who, Method::Post, path, &[], &body).await
    };
    let promise = json!({ "scheme": "member_stars", "period": "2026Q1", "purpose": "核对宽严" });
    let promised = post(&stage.supervisor, SAMPLES, promise).await;
    assert_eq!(promised.status, Status::Created, "{}", promised.body);
    let at = promised.location.clone().unwrap();
    let fixed = post(&stage.supervisor, &format!("{at}/fix"), json!({ "sample_size": 1 })).await.json();
    assert_eq!((&fixed["state"], &fixed["subjects"]), (&json!("fixed"), &json!(3)));
    let ids = stage.app.get(&stage.supervisor, &format!("{at}/subjects?limit=2")).await.json();
    assert_eq!(ids["items"].as_array().unwrap().len(), 2);
    assert!(ids["next"].is_string());
    let drawn = post(&stage.supervisor, &format!("{at}/reveal"), json!({})).await.json();
    assert_eq!((&drawn["picks"][0]["second"], &drawn["scored"]), (&json!(null), &json!(0)));
    let other = stage.app.signed_in("li", Role::Supervisor, &stage.app.county.county).await;
    let scores = json!({ "ideology": 15, "neighbours": 15, "courtyard": 15, "family": 15, "example": 15 });
    let row =
        json!({ "rows": [{ "rating": drawn["picks"][0]["rating"], "rater": "核查组", "scores": scores }] });
    let scored = post(&other, &format!("{at}/scores"), row.clone()).await.json();
    let second = &scored["picks"][0]["second"];
    assert_eq!((&second["total"], &second["stars"], &scored["scored"]), (&json!(75), &json!(3), &json!(1)));
    assert_eq!(post(&other, &format!("{at}/scores"), row).await.status, Status::Conflict);
    let id = at.rsplit('/').next().unwrap();
    let page = stage.app.get(&stage.supervisor, &format!("/ratings/samples/{id}")).await;
    assert!(page.status == Status::Ok && page.body.contains("核查组") && page.body.contains("sha256sum"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_tried_before_it_is_set() {
    let stage = Stage::new().await;
    stage.submitted().await;
    let mut draft = five();
    draft["thresholds"][0]["minimum"] = json!(93);
    let path = format!("{SCHEMES}/what-if");
    let tried = stage.app.send(&stage.supervisor, Method::Post, &path, &[], &draft).await;
    assert_eq!(tried.status, Status::Ok, "{}", tried.body);
    let tried = tried.json();
    assert_eq!((&tried["rated"], &tried["changed"]), (&json!(3), &json!(1)));
    assert_eq!((&tried["items"][0]["name"], &tried["items"][0]["after"]), (&json!("张伟"), &json!(4)));
    let refused = stage.app.send(&stage.clerk, Method::Post, &path, &[], &draft).await;
    assert_eq!(refused.status, Status::Forbidden);
    draft["dimensions"][0]["weight"] = json!(0);
    let refused = stage.app.send(&stage.supervisor, Method::Post, &path, &[], &draft).await;
    assert_eq!(refused.status, Status::UnprocessableEntity);
}

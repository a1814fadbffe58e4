//! The desk, second scoring and trials through the API and the pages.

use cadre::base::actor::Role;
use cadre::records::ratings::{SetScheme, scheme_of_pack};
use cadre::web::forms::scheme;
use rocket::http::{Method, RawStr, Status};
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
    assert_eq!((&drawn["ordinal"], &drawn["alike"], &drawn["others"]), (&json!(1), &json!(1), &json!([])));
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
    assert!(page.body.contains("第1次，共1次") && !page.body.contains("其他抽样"), "{}", page.body);
    let again = json!({ "scheme": "member_stars", "period": "2026Q1", "purpose": "再抽一次" });
    let again = post(&stage.supervisor, SAMPLES, again).await.json();
    assert_eq!((&again["ordinal"], &again["others"][0]["scored"]), (&json!(2), &json!(1)));
    let page = stage
        .app
        .get(&stage.supervisor, &format!("/ratings/samples/{}", again["id"].as_str().unwrap()))
        .await;
    assert!(page.body.contains("第2次，共2次") && page.body.contains(&format!("/ratings/samples/{id}")));
    let listed = stage.app.get(&stage.supervisor, "/ratings/samples?within=500237").await;
    assert!(listed.body.contains("第2次，共2次") && listed.body.contains("第1次，共2次"), "{}", listed.body);
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
    assert_eq!((&tried["beyond"], &tried["comparable"]), (&json!(0), &json!(true)));
    let refused = stage.app.send(&stage.clerk, Method::Post, &path, &[], &draft).await;
    assert_eq!(refused.status, Status::Forbidden);
    draft["dimensions"][0]["weight"] = json!(0);
    let refused = stage.app.send(&stage.supervisor, Method::Post, &path, &[], &draft).await;
    assert_eq!(refused.status, Status::UnprocessableEntity);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_no_star_stands_in_every_table() {
    let stage = Stage::new().await;
    let mut strict = five();
    (strict["code"], strict["is_primary"]) = (json!("strict"), json!(false));
    strict["thresholds"][4]["minimum"] = json!(50);
    let set = stage.app.send(&stage.supervisor, Method::Post, SCHEMES, &[], &strict).await;
    assert_eq!(set.status, Status::Created, "{}", set.body);
    let mut round = super::round("500237101201-ZB01", "2026Q1");
    round["scheme"] = json!("strict");
    let round = stage.open(&stage.clerk, None, &round).await.location.unwrap();
    let scores = [[18.0, 19.0, 17.0, 18.0, 20.0], [9.0, 9.0, 9.0, 9.0, 9.0], [10.0, 12.0, 14.0, 12.0, 13.5]];
    let entered = stage.put(&stage.clerk, &round, Some("\"1\""), &stage.rows(&scores)).await;
    assert_eq!(entered.status, Status::Ok, "{}", entered.body);
    let submitted = stage.post(&stage.clerk, &format!("{round}/submit"), None).await;
    assert_eq!(submitted.status, Status::Ok, "{}", submitted.body);
    let asked = "scheme=strict&period=2026Q1";
    let told = stage.app.get(&stage.supervisor, &format!("{DESK}?{asked}")).await.json();
    let stars = told["spread"]["stars"].as_array().unwrap();
    let sum: i64 = stars.iter().map(|one| one["count"].as_i64().unwrap()).sum();
    assert_eq!((sum, &stars[5]["level"], &stars[5]["count"]), (3, &json!("无星"), &json!(1)));
    // Also of the period after, in which nobody has none.
    let next = stage.app.get(&stage.supervisor, &format!("{DESK}?scheme=strict&period=2026Q2")).await.json();
    let last = &next["spread"]["stars"][5];
    assert_eq!((&last["stars"], &last["count"], &last["before"]), (&json!(0), &json!(0), &json!(1)));
    for path in ["?", "/units?level=rated&", "/raters?"] {
        let page = stage.app.get(&stage.supervisor, &format!("/ratings/fairness{path}{asked}")).await;
        assert!(page.status == Status::Ok && page.body.contains("无星"), "{path}: {}", page.body);
    }
    // A scheme in which nobody can have none has no such column.
    stage.submitted().await;
    let path = "/ratings/fairness/units?level=rated&scheme=member_stars&period=2026Q1";
    let page = stage.app.get(&stage.supervisor, path).await;
    assert!(page.body.contains("五星") && !page.body.contains("无星"), "{}", page.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_leads_to_the_rounds_in_which_it_waits_below_the_same_organisation() {
    let stage = Stage::new().await;
    let round = stage.submitted().await;
    let id = round.rsplit('/').next().unwrap();
    let desk = stage.app.get(&stage.supervisor, "/ratings/fairness?within=500237101").await;
    for shown in ["review", "confirm", "publish", "objected"] {
        let link = |mark: &str| format!("/ratings?shown={shown}{mark}within=500237101\"");
        let has = ["&", "&amp;", "&#38;"].iter().any(|mark| desk.body.contains(&link(mark)));
        assert!(has, "{shown}: {}", desk.body);
    }
    let holds = async |query: &str| {
        let page = stage.app.get(&stage.supervisor, &format!("/ratings?{query}")).await;
        assert_eq!(page.status, Status::Ok, "{query}: {}", page.body);
        page.body.contains(id)
    };
    assert!(holds("shown=review&within=500237101").await);
    assert!(!holds("shown=review&within=500237102").await, "the sibling's");
    assert!(!holds("shown=confirm").await && !holds("shown=publish").await);
    for (step, shown) in [("review", "confirm"), ("confirm", "publish")] {
        let done = stage.post(&stage.supervisor, &format!("{round}/{step}"), None).await;
        assert_eq!(done.status, Status::Ok, "{step}: {}", done.body);
        assert!(holds(&format!("shown={shown}&within=500237")).await, "{step}");
        assert!(!holds("shown=review").await, "{step}");
    }
    let nowhere = stage.app.get(&stage.supervisor, "/ratings?within=999999").await;
    assert_eq!(nowhere.status, Status::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_editor_tries_a_period_that_is_named_or_says_that_it_is_none() {
    let stage = Stage::new().await;
    stage.submitted().await;
    let scheme =
        scheme_of_pack(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/packs/wufeng/ratings.json")));
    let mut fields: Vec<(&str, String)> = scheme::shown(&SetScheme { decimals: 1, ..scheme.unwrap() });
    fields.retain(|(name, _)| *name != "from");
    fields.push(("from", "2026-11-01".to_owned()));
    let tried = async |period: &str| {
        let named = [("tried_period", period.to_owned())];
        let all = fields.iter().chain(&named);
        let form: Vec<String> =
            all.map(|(name, value)| format!("{name}={}", RawStr::new(value).percent_encode())).collect();
        stage.app.submit(&stage.supervisor, "/ratings/schemes/what-if", None, &form.join("&")).await
    };
    for named in ["", "2026Q1"] {
        let page = tried(named).await;
        assert_eq!(page.status, Status::Ok, "{}", page.body);
        assert!(
            page.body.contains("2026Q1的评定") && page.body.contains("分数超出新方案满分"),
            "{}",
            page.body
        );
    }
    assert!(tried("2025Q4").await.body.contains("2025Q4的评定"));
    let page = tried("2026Q9").await;
    assert!(page.status == Status::UnprocessableEntity && page.body.contains("2026Q9"), "{}", page.body);
}

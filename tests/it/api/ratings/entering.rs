//! What is entered: schemes, rounds and scores, with every wrong field named.

use cadre::base::actor::Role;
use rocket::http::{Method, Status};
use serde_json::{Value, json};

use super::{ROUNDS, SCHEMES, Stage, fields, five, round};
use crate::support::app::Credential;

#[tokio::test]
async fn scores_need_the_version_and_every_wrong_cell_is_named() {
    let stage = Stage::new().await;
    let round = stage.round().await;
    let rows = stage.rows(&[[18.0, 19.0, 17.0, 18.0, 20.0]]);
    assert_eq!(stage.put(&stage.clerk, &round, None, &rows).await.status.code, 428);
    assert_eq!(
        stage.put(&stage.clerk, &round, Some("\"9\""), &rows).await.status,
        Status::PreconditionFailed
    );
    let wrong = json!({ "rows": [
        { "subject": stage.members[0], "scores": { "ideology": 21, "family": -1, "example": 3.25 } },
        { "subject": stage.members[1], "scores": { "luck": 3, "courtyard": "十八" } },
        { "subject": stage.members[0], "scores": { "ideology": 3 } },
        { "subject": "01900000-0000-7000-8000-000000000000", "scores": { "ideology": 3 } },
    ]});
    let refused = stage.put(&stage.clerk, &round, Some("\"1\""), &wrong).await;
    assert_eq!(refused.status, Status::UnprocessableEntity);
    assert_eq!(
        fields(&refused),
        [
            "rows[0].scores.example",
            "rows[0].scores.family",
            "rows[0].scores.ideology",
            "rows[1].scores.courtyard",
            "rows[1].scores.luck",
            "rows[2].subject",
            "rows[3].subject",
        ]
    );
    for (body, field) in [
        (json!({ "rows": [{ "subject": "me" }] }), "rows[0].subject"),
        (
            json!({ "rows": [{ "subject": stage.members[0], "scores": { "ideology": [1] } }] }),
            "rows[0].scores.ideology",
        ),
        (
            json!({ "rows": [{ "subject": stage.members[0], "scores": { "ideology": 1e300 } }] }),
            "rows[0].scores.ideology",
        ),
        (
            json!({ "rows": [{ "subject": stage.members[0], "evidence": "字".repeat(501) }] }),
            "rows[0].evidence",
        ),
        (json!({ "rows": [{ "subject": stage.members[0], "stars": 5 }] }), "rows[0].stars"),
        (json!({ "rows": "all" }), "rows"),
        (json!({}), "rows"),
    ] {
        let refused = stage.put(&stage.clerk, &round, Some("\"1\""), &body).await;
        assert_eq!(
            (refused.status, fields(&refused)),
            (Status::UnprocessableEntity, vec![field.to_owned()]),
            "{}",
            refused.body
        );
    }
    let grid = stage.app.get(&stage.clerk, &format!("{round}/scores")).await;
    assert_eq!(grid.etag.as_deref(), Some("\"1\""), "nothing was stored");
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_told_so() {
    let stage = Stage::new().await;
    let round = stage.round().await;
    let malformed = stage
        .app
        .send_raw(
            &stage.clerk,
            Method::Put,
            &format!("{round}/scores"),
            &[("Content-Type", "application/json"), ("If-Match", "\"1\"")],
            "{",
        )
        .await;
    assert_eq!(malformed.status, Status::BadRequest);
    let form = stage
        .app
        .send_raw(
            &stage.clerk,
            Method::Put,
            &format!("{round}/scores"),
            &[("Content-Type", "text/plain"), ("If-Match", "\"1\"")],
            "{}",
        )
        .await;
    assert_eq!(form.status, Status::UnsupportedMediaType);
}

#[tokio::test]
async fn a_cleared_score_leaves_a_rating_that_cannot_be_submitted() {
    let stage = Stage::new().await;
    let round = stage.round().await;
    let rows = stage.rows(&[[18.0, 19.0, 17.0, 18.0, 20.0]]);
    assert_eq!(stage.put(&stage.clerk, &round, Some("\"1\""), &rows).await.status, Status::Ok);
    let cleared = json!({ "rows": [{ "subject": stage.members[0], "scores": { "ideology": null } }] });
    let cleared = stage.put(&stage.clerk, &round, Some("\"2\""), &cleared).await.json();
    let row =
        cleared["rows"].as_array().unwrap().iter().find(|row| row["subject"] == *stage.members[0]).unwrap();
    assert_eq!((&row["scores"].get("ideology"), &row["total"]), (&None, &Value::Null));
    let incomplete = stage.post(&stage.clerk, &format!("{round}/submit"), None).await;
    assert_eq!(incomplete.status, Status::Conflict);
    assert!(incomplete.body.contains("还缺思想政治的分数"), "{}", incomplete.body);
    let rating = stage.app.get(&stage.clerk, &stage.rating(&round, 0).await).await.json();
    assert_eq!((&rating["arithmetic"], &rating["missing"]), (&Value::Null, &json!(["思想政治"])));
}

#[tokio::test]
async fn a_round_is_opened_once_and_only_where_it_fits() {
    let stage = Stage::new().await;
    let body = round("500237101201-ZB01", "2026Q1");
    let first = stage.open(&stage.clerk, Some("one"), &body).await;
    let again = stage.open(&stage.clerk, Some("one"), &body).await;
    assert_eq!((first.status, again.status), (Status::Created, Status::Created));
    assert_eq!((&first.body, &first.location, &first.etag), (&again.body, &again.location, &again.etag));
    let other = stage.open(&stage.clerk, Some("one"), &round("500237101201-ZB01", "2026Q2")).await;
    assert_eq!(fields(&other), ["Idempotency-Key"]);
    let twice = stage.open(&stage.clerk, None, &body).await;
    assert_eq!((twice.status, fields(&twice)), (Status::Conflict, vec!["period".to_owned()]));
    for (body, field) in [
        (round("500237101201-ZB01", "2026-13"), "period"),
        (round("500237101201-ZB01", "2026-03"), "period"),
        (round("500237101201-ZB01", "2099Q1"), "period"),
        (round("500237101", "2026Q2"), "organisation"),
        (round("nowhere", "2026Q2"), "organisation"),
        (json!({ "scheme": "moons", "period": "2026Q2", "organisation": "500237101201-ZB01" }), "scheme"),
        (json!({ "scheme": "member_stars", "period": "2026Q2" }), "organisation"),
        (json!({ "scheme": 1, "period": "2026Q2", "organisation": "x" }), "scheme"),
    ] {
        let refused = stage.open(&stage.clerk, None, &body).await;
        assert_eq!(
            (refused.status, fields(&refused)),
            (Status::UnprocessableEntity, vec![field.to_owned()]),
            "{body}"
        );
    }
}

#[tokio::test]
async fn rounds_are_listed_and_narrowed() {
    let stage = Stage::new().await;
    for (branch, period) in
        [("500237101201-ZB01", "2025Q4"), ("500237101201-ZB01", "2026Q1"), ("500237101202-ZB01", "2026Q1")]
    {
        assert_eq!(stage.open(&stage.clerk, None, &round(branch, period)).await.status, Status::Created);
    }
    let list = async |who: &Credential, query: &str| stage.app.get(who, &format!("{ROUNDS}?{query}")).await;
    let mut seen = Vec::new();
    let mut after = String::new();
    loop {
        let page = list(&stage.supervisor, &format!("limit=2&count=true{after}")).await.json();
        assert_eq!(page["total"], 3);
        seen.extend(page["items"].as_array().unwrap().iter().map(|item| {
            format!("{} {}", item["period"].as_str().unwrap(), item["organisation"]["code"].as_str().unwrap())
        }));
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    assert_eq!(seen, ["2026Q1 500237101201-ZB01", "2026Q1 500237101202-ZB01", "2025Q4 500237101201-ZB01"]);
    for (query, count) in [
        ("within=500237101201", 2),
        ("period=2025Q4", 1),
        ("state=draft", 3),
        ("state=published", 0),
        ("scheme=member_stars", 3),
        ("scheme=moons", 0),
        ("within=500237101202&period=2026Q1", 1),
    ] {
        let page = list(&stage.clerk, query).await.json();
        assert_eq!(page["items"].as_array().unwrap().len(), count, "{query}");
    }
    for (query, status) in [
        ("state=lost", Status::UnprocessableEntity),
        ("period=2026Q5", Status::UnprocessableEntity),
        ("after=xx", Status::UnprocessableEntity),
        ("limit=201", Status::UnprocessableEntity),
        ("within=500237102", Status::NotFound),
    ] {
        assert_eq!(list(&stage.clerk, query).await.status, status, "{query}");
    }
    let sibling = stage.app.signed_in("clerk.two", Role::Clerk, stage.app.county.town(2)).await;
    assert_eq!(list(&sibling, "").await.json()["items"], json!([]));
}

#[tokio::test]
async fn schemes_are_set_by_supervisors_of_the_county_alone() {
    let stage = Stage::new().await;
    let send =
        async |who: &Credential, body: &Value| stage.app.send(who, Method::Post, SCHEMES, &[], body).await;
    let listed = stage.app.get(&stage.clerk, SCHEMES).await.json();
    assert_eq!(
        (&listed["items"][0]["code"], &listed["items"][0]["decimals"]),
        (&json!("member_stars"), &json!(1))
    );
    assert_eq!(listed["items"][0]["dimensions"][0]["maximum"], 20);
    let past = stage.app.get(&stage.clerk, &format!("{SCHEMES}?on=2019-01-01")).await.json();
    assert_eq!(past["items"], json!([]));
    assert_eq!(fields(&stage.app.get(&stage.clerk, &format!("{SCHEMES}?on=2019-02-30")).await), ["on"]);

    let mut fair = five();
    (fair["code"], fair["is_primary"], fair["aggregation"]) =
        (json!("fair"), json!(false), json!("weighted_mean"));
    for (at, weight) in [0.1, 0.2, 0.3, 0.15, 0.25].into_iter().enumerate() {
        fair["dimensions"][at]["weight"] = json!(weight);
    }
    for (at, minimum) in [18, 16, 14, 12, 0].into_iter().enumerate() {
        fair["thresholds"][at]["minimum"] = json!(minimum);
    }
    let set = send(&stage.supervisor, &fair).await;
    assert_eq!(set.status, Status::Created, "{}", set.body);
    let weights: Vec<f64> =
        set.json()["dimensions"].as_array().unwrap().iter().map(|d| d["weight"].as_f64().unwrap()).collect();
    assert_eq!(weights, [0.1, 0.2, 0.3, 0.15, 0.25]);
    assert_eq!(
        send(&stage.supervisor, &fair).await.json()["id"],
        set.json()["id"],
        "the same again changes nothing"
    );

    let town = stage.app.signed_in("town", Role::Supervisor, stage.app.county.town(1)).await;
    let auditor = stage.app.signed_in("auditor", Role::Auditor, &stage.app.county.county).await;
    for who in [&stage.clerk, &town, &auditor] {
        assert_eq!(send(who, &fair).await.status, Status::Forbidden);
    }
    let mut wrong = five();
    (wrong["period_kind"], wrong["from"]) = (json!("fortnight"), json!("2026-02-30"));
    (wrong["dimensions"][2]["maximum"], wrong["thresholds"][0]["minimum"]) =
        (json!(1.234_567_890_123_456_7e-300), json!(90));
    let refused = send(&stage.supervisor, &wrong).await;
    assert_eq!(
        (refused.status, fields(&refused)),
        (
            Status::UnprocessableEntity,
            vec!["period_kind".to_owned(), "from".to_owned(), "dimensions[2].maximum".to_owned()]
        ),
        "{}",
        refused.body
    );
    let mut unsound = five();
    (unsound["code"], unsound["stars"], unsound["is_primary"]) = (json!("Bad Code"), json!(6), json!(false));
    assert_eq!(send(&stage.supervisor, &unsound).await.status, Status::UnprocessableEntity);
    let mut second = five();
    second["code"] = json!("second");
    assert_eq!(fields(&send(&stage.supervisor, &second).await), ["is_primary"]);
    stage.round().await;
    let mut changed = five();
    (changed["from"], changed["name"]) = (json!("2026-01-15"), json!("改"));
    assert_eq!(send(&stage.supervisor, &changed).await.status, Status::Conflict);
}

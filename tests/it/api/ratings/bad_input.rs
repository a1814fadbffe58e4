//! What no door lets in of ratings, sentence by sentence of the issue: the API and the form say the same of the same
//! thing, and what was typed stands in the page. Workbooks are held against the same in `across::imports::rated`.

use cadre::records::ratings::{SetScheme, scheme_of_pack};
use cadre::web::forms::scheme;
use rocket::http::{Method, Status};
use serde_json::{Value, json};

use super::sheets::form;
use super::{SCHEMES, Stage, five};
use crate::support::app::{Answer, Credential};

/// The fields of the editor for the five dimensions, some of them changed.
fn editor(changes: &[(&str, &str)]) -> String {
    let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/packs/wufeng/ratings.json"));
    let scheme = SetScheme { decimals: 1, ..scheme_of_pack(text).unwrap() };
    let mut fields: Vec<(String, String)> =
        scheme::shown(&scheme).into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    for (name, value) in changes {
        fields.retain(|(own, _)| own != name);
        fields.push(((*name).to_owned(), (*value).to_owned()));
    }
    let fields: Vec<(String, &str)> =
        fields.iter().map(|(name, value)| (name.clone(), value.as_str())).collect();
    form(&fields)
}

/// Both answers refuse with the sentence, and the page still says what was typed.
fn refused(api: &Answer, page: &Answer, sentence: &str, typed: &str) {
    assert!(matches!(api.status.code, 409 | 422), "{}", api.body);
    assert!(api.body.contains(sentence), "{}", api.body);
    assert_eq!(page.status, Status::UnprocessableEntity, "{}", page.body);
    assert!(page.body.contains(sentence), "{}", page.body);
    assert!(page.body.contains(typed), "{typed}: {}", page.body);
}

async fn count(stage: &Stage, table: &str) -> i64 {
    let query = format!("SELECT count(*) FROM {table}");
    stage.app.db.owner_client().await.query_one(&query, &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn scores_outside_the_scale() {
    let stage = Stage::new().await;
    let round = stage.round().await;
    let page = round.trim_start_matches("/api/v1");
    for (given, sentence) in
        [("25", "超过满分20"), ("-1", "是负数"), ("18.55", "的小数位数太多"), ("很好", "不是分数")]
    {
        let body = json!({ "rows": [{ "subject": stage.members[0], "scores": { "ideology": given } }] });
        let api = stage.put(&stage.clerk, &round, Some("\"1\""), &body).await;
        let fields = [
            ("version".to_owned(), "1"),
            (format!("scores[{}][ideology]", stage.members[0]), given),
            (format!("scores[{}][family]", stage.members[0]), "17"),
            (format!("evidence[{}]", stage.members[0]), "会议记录"),
        ];
        let sent = stage.app.submit(&stage.clerk, page, None, &form(&fields)).await;
        refused(&api, &sent, sentence, &format!("value=\"{given}\""));
        assert!(sent.body.contains("value=\"17\"") && sent.body.contains("value=\"会议记录\""));
    }
    assert_eq!(count(&stage, "ratings").await, 0);
}

#[tokio::test]
async fn a_scheme_whose_weights_do_not_sum() {
    let stage = Stage::new().await;
    let mut body = five();
    body["code"] = json!("weighted");
    body["is_primary"] = json!(false);
    body["aggregation"] = json!("weighted_mean");
    for (at, weight) in [0.3, 0.3, 0.3, 0.3, 0.3].into_iter().enumerate() {
        body["dimensions"][at]["weight"] = json!(weight);
    }
    for step in body["thresholds"].as_array_mut().unwrap() {
        step["minimum"] = json!(step["minimum"].as_f64().unwrap() / 10.0);
    }
    let api = stage.app.send(&stage.supervisor, Method::Post, SCHEMES, &[], &body).await;
    let dimensions =
        "study 学习 20 0.3\npost 岗位 20 0.3\nstyle 作风 20 0.3\nrules 纪律 20 0.3\nservice 服务 20 0.3";
    let typed = editor(&[
        ("code", "weighted"),
        ("from", "2026-01-01"),
        ("is_primary", "no"),
        ("aggregation", "weighted_mean"),
        ("dimensions", dimensions),
        ("thresholds", "5 18\n4 16\n3 14\n2 12\n1 0"),
    ]);
    let page = stage.app.submit(&stage.supervisor, "/ratings/schemes", None, &typed).await;
    refused(&api, &page, "1.5", "post 岗位 20 0.3");
    assert_eq!(count(&stage, "rating_schemes").await, 1);
}

#[tokio::test]
async fn a_scheme_changed_under_an_open_round() {
    let stage = Stage::new().await;
    stage.round().await;
    let mut body = five();
    body["from"] = json!("2026-01-01");
    body["name"] = json!("五维星级党员（新）");
    let api = stage.app.send(&stage.supervisor, Method::Post, SCHEMES, &[], &body).await;
    let typed = editor(&[("from", "2026-01-01"), ("name", "五维星级党员（新）")]);
    let page = stage.app.submit(&stage.supervisor, "/ratings/schemes", None, &typed).await;
    let told = api.json();
    let sentence = told["detail"].as_str().unwrap();
    assert!(sentence.contains("2026-03-31"), "the last day of the open round: {sentence}");
    refused(&api, &page, sentence, "五维星级党员（新）");
    assert_eq!(count(&stage, "rating_schemes").await, 1);
}

#[tokio::test]
async fn a_round_closed_with_missing_scores() {
    let stage = Stage::new().await;
    let round = stage.round().await;
    let page = round.trim_start_matches("/api/v1");
    let fields = [
        ("version".to_owned(), "1"),
        ("then".to_owned(), "submit"),
        (format!("scores[{}][ideology]", stage.members[0]), "18.5"),
    ];
    let sent = stage.app.submit(&stage.clerk, page, None, &form(&fields)).await;
    let api = stage.post(&stage.clerk, &format!("{round}/submit"), None).await;
    refused(&api, &sent, "还缺", "value=\"18.5\"");
    assert_eq!(stage.app.get(&stage.clerk, &round).await.json()["state"], "draft");
}

#[tokio::test]
async fn an_objection_after_its_term() {
    let stage = Stage::new().await;
    let round = stage.submitted().await;
    for verb in ["review", "confirm", "publish"] {
        let done = stage.post(&stage.supervisor, &format!("{round}/{verb}"), None).await;
        assert_eq!(done.status, Status::Ok, "{}", done.body);
    }
    let owner = stage.app.db.owner_client().await;
    owner.execute("UPDATE ratings SET published_at = '2026-04-10 08:00+08'", &[]).await.unwrap();
    let rating = stage.rating(&round, 0).await;
    let path = format!("{rating}/object");
    let body = json!({ "reason": "带动农户应计分" });
    let api = stage.app.send(&stage.clerk, Method::Post, &path, &[], &body).await;
    let fields = [("reason".to_owned(), "带动农户应计分")];
    let page = path.trim_start_matches("/api/v1");
    let sent = stage.app.submit(&stage.clerk, page, None, &form(&fields)).await;
    refused(&api, &sent, "异议期已于2026-04-17结束", "带动农户应计分");
    assert_eq!(count(&stage, "rating_objections").await, 0);
    let card = stage.app.get(&stage.clerk, rating.trim_start_matches("/api/v1")).await;
    assert!(!card.body.contains("登记异议"), "what is over is not offered: {}", card.body);
}

#[tokio::test]
async fn an_objection_to_an_award_after_its_notice() {
    let stage = Stage::new().await;
    let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/packs/wushan/awards.json"));
    let pack: Value = serde_json::from_str(text).unwrap();
    let send = async |who: &Credential, path: &str, body: Value| {
        stage.app.send(who, Method::Post, &format!("/api/v1/ratings/{path}"), &[], &body).await
    };
    let set = send(&stage.supervisor, "award-schemes", pack["schemes"][0].clone()).await;
    assert_eq!(set.status, Status::Created, "{}", set.body);
    let put = json!({ "awards": [{ "scheme": "star_village", "kind": "safety", "year": 2020,
        "village": "500237101201", "reason": "矛盾纠纷就地化解", "on": "2020-10-15" }] });
    let put = send(&stage.clerk, "awards", put).await;
    assert_eq!(put.status, Status::Created, "{}", put.body);
    let id = put.json()["items"][0]["id"].as_str().unwrap().to_owned();
    let marks = ["甲", "乙", "丙"].map(|rater| json!({ "rater": rater, "score": 90 }));
    for (verb, body) in [
        ("score", json!({ "on": "2020-11-05", "scores": marks })),
        ("decide", json!({ "on": "2020-11-20" })),
        ("notice", json!({ "on": "2020-11-24" })),
    ] {
        let done = send(&stage.supervisor, &format!("awards/{id}/{verb}"), body).await;
        assert_eq!(done.status, Status::Ok, "{verb}: {}", done.body);
    }
    let late = json!({ "on": "2020-12-20", "content": "去年有未化解的积案" });
    let api = send(&stage.clerk, &format!("awards/{id}/object"), late).await;
    let fields = [("on".to_owned(), "2020-12-20"), ("content".to_owned(), "去年有未化解的积案")];
    let path = format!("/ratings/awards/{id}/object");
    let page = stage.app.submit(&stage.clerk, &path, None, &form(&fields)).await;
    refused(&api, &page, "结束", "去年有未化解的积案");
    assert_eq!(count(&stage, "award_objections").await, 0);
}

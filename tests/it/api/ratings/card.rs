//! The notice that somebody is given of his rating: it names who scored, what did not count, the cap and the version.

use rocket::http::{Method, Status};
use serde_json::{Value, json};

use super::sheets::appraisal;
use super::{SCHEMES, Stage, round};

#[tokio::test]
async fn a_star_names_who_scored_what_was_left_out_the_cap_and_the_version() {
    let stage = Stage::new().await;
    let mut scheme = appraisal();
    scheme["dimensions"][0]["cap"] = json!(15);
    let set = stage.app.send(&stage.supervisor, Method::Post, SCHEMES, &[], &scheme).await;
    assert_eq!(set.status, Status::Created, "{}", set.body);
    let mut body = round("500237101201-ZB01", "2025");
    body["scheme"] = json!("annual_appraisal");
    let round = stage.open(&stage.clerk, None, &body).await.location.unwrap();
    for (rater, score) in [("一号", 10.0), ("二号", 19.0), ("三号", 20.0), ("四号", 18.5)] {
        let codes = ["conviction", "awareness", "discipline", "contribution", "learning"];
        let scores: serde_json::Map<String, Value> =
            codes.iter().map(|code| ((*code).to_owned(), json!(score))).collect();
        let body = json!({ "rater": { "name": rater }, "rows": [{ "subject": stage.members[0], "scores": scores }] });
        let etag = stage.app.get(&stage.clerk, &format!("{round}/scores")).await.etag.unwrap();
        let headers = [("If-Match", etag.as_str())];
        let path = format!("{round}/raters");
        let entered = stage.app.send(&stage.clerk, Method::Put, &path, &headers, &body).await;
        assert_eq!(entered.status, Status::Ok, "{}", entered.body);
    }
    let address = stage.rating(&round, 0).await;
    let rating = stage.app.get(&stage.clerk, &address).await.json();
    let line = &rating["arithmetic"]["lines"][0];
    assert_eq!(
        (&line["score"], &line["product"], &line["capped_at"]),
        (&json!(18.75), &json!(15), &json!(15))
    );
    assert_eq!(rating["arithmetic"]["lines"][1]["capped_at"], Value::Null);
    assert_eq!(rating["rater_rule"], "trimmed_mean");
    let left_out: Vec<(&Value, &Value)> = rating["raters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|sheet| (&sheet["rater"], &sheet["marks"]["learning"]["left_out"]))
        .collect();
    assert_eq!(
        left_out,
        [
            (&json!("一号"), &json!(true)),
            (&json!("二号"), &json!(false)),
            (&json!("三号"), &json!(true)),
            (&json!("四号"), &json!(false)),
        ]
    );
    assert_eq!(rating["raters"][3]["marks"]["awareness"]["score"], json!(18.5));
    assert_eq!(rating["entered_by"], json!(["clerk.one"]));
    assert_eq!(
        (&rating["scheme"]["from"], &rating["scheme"]["code"]),
        (&json!("2019-05-06"), &json!("annual_appraisal"))
    );
    let version = rating["scheme"]["id"].as_str().unwrap();

    let card = stage.app.get(&stage.clerk, address.trim_start_matches("/api/v1")).await;
    assert_eq!(card.status, Status::Ok, "{}", card.body);
    for told in [
        "一号",
        "10（去掉）",
        "20（去掉）",
        "18.5",
        "15（上限）",
        "计分上限",
        "去掉",
        "15（上限） + 18.75 + 18.75 + 18.75 + 18.75 = 90，90 ≥ 90 → 优秀",
        "clerk.one",
        version,
        "2019-05-06起施行",
        "张伟",
    ] {
        assert!(card.body.contains(told), "{told}: {}", card.body);
    }
    assert_eq!(card.body.matches("（去掉）").count(), 10, "two of four in each of five dimensions");
}

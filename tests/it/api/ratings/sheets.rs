//! The sheet of a rater as a page: what it takes, what it keeps when it is refused, and who may not fill it.

use rocket::http::{Method, RawStr, Status};
use serde_json::{Value, json};

use super::{SCHEMES, Stage, round};
use crate::support::app::Answer;

/// The democratic appraisal, which asks for what a rating rests on.
pub(super) fn appraisal() -> Value {
    let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/schemes/annual_appraisal.json"));
    let mut scheme: Value = serde_json::from_str(text).unwrap();
    scheme["rules"]["needs_evidence"] = json!(true);
    scheme["rules"]["top_share"] = Value::Null;
    scheme
}

/// The address of a round of the appraisal, below the API.
pub(super) async fn opened(stage: &Stage) -> String {
    let set = stage.app.send(&stage.supervisor, Method::Post, SCHEMES, &[], &appraisal()).await;
    assert_eq!(set.status, Status::Created, "{}", set.body);
    let mut body = round("500237101201-ZB01", "2025");
    body["scheme"] = json!("annual_appraisal");
    let opened = stage.open(&stage.clerk, None, &body).await;
    assert_eq!(opened.status, Status::Created, "{}", opened.body);
    opened.location.unwrap()
}

/// A form of some fields.
pub(super) fn form(fields: &[(String, &str)]) -> String {
    let said = fields.iter().map(|(name, value)| format!("{name}={}", RawStr::new(value).percent_encode()));
    said.collect::<Vec<_>>().join("&")
}

const PARTS: [&str; 5] = ["conviction", "awareness", "discipline", "contribution", "learning"];

/// The fields of a sheet: one score for all five of each member that it names.
fn sheet<'t>(
    stage: &Stage,
    rater: &'t str,
    version: &'t str,
    scores: &[(usize, &'t str)],
) -> Vec<(String, &'t str)> {
    let mut fields = vec![("version".to_owned(), version), ("rater".to_owned(), rater)];
    for (member, score) in scores {
        for part in PARTS {
            fields.push((format!("scores[{}][{part}]", stage.members[*member]), *score));
        }
    }
    fields
}

async fn send(stage: &Stage, round: &str, fields: &[(String, &str)]) -> Answer {
    let page = round.trim_start_matches("/api/v1");
    stage.app.submit(&stage.clerk, page, None, &form(fields)).await
}

#[tokio::test]
async fn a_sheet_keeps_vetoes_and_evidence_and_is_handed_in() {
    let stage = Stage::new().await;
    let round = opened(&stage).await;
    let evidence = |member: usize| format!("evidence[{}]", stage.members[member]);
    let veto = |member: usize| format!("veto[{}]", stage.members[member]);
    let all = [(0, "19"), (1, "18"), (2, "17")];
    let mut first = sheet(&stage, "一号", "1", &all);
    first.extend([
        (evidence(0), "评议会记录"),
        (evidence(1), "党纪处分决定"),
        (veto(0), ""),
        (veto(1), "disciplined"),
        (veto(2), ""),
    ]);
    let saved = send(&stage, &round, &first).await;
    assert_eq!(saved.status, Status::SeeOther, "{}", saved.body);
    for rater in ["二号", "三号"] {
        let etag = stage.app.get(&stage.clerk, &format!("{round}/scores")).await.etag.unwrap();
        let saved = send(&stage, &round, &sheet(&stage, rater, etag.trim_matches('"'), &all)).await;
        assert_eq!(saved.status, Status::SeeOther, "{}", saved.body);
    }
    let grid = stage.app.get(&stage.clerk, &format!("{round}/scores")).await.json();
    let rows = grid["rows"].as_array().unwrap();
    let of = |member: usize| rows.iter().find(|row| row["subject"] == *stage.members[member]).unwrap();
    assert_eq!((&of(0)["evidence"], &of(0)["veto"]), (&json!("评议会记录"), &Value::Null));
    assert_eq!(
        (&of(1)["veto"], &of(1)["stars"], &of(1)["total"]),
        (&json!("disciplined"), &json!(2), &json!(90))
    );
    assert_eq!(of(2)["evidence"], Value::Null);

    // Evidence alone is nobody's sheet: it is saved without a rater, and then all three are handed in.
    let version = grid["version"].to_string();
    let rest = [
        ("version".to_owned(), version.as_str()),
        ("rater".to_owned(), ""),
        (evidence(2), "评议会记录"),
        ("then".to_owned(), "submit"),
    ];
    let submitted = send(&stage, &round, &rest).await;
    assert_eq!(submitted.status, Status::SeeOther, "{}", submitted.body);
    let shown = stage.app.get(&stage.clerk, &round).await.json();
    assert_eq!(shown["progress"]["submitted"], 3, "{shown}");
}

#[tokio::test]
async fn what_was_typed_stands_in_the_refused_page() {
    let stage = Stage::new().await;
    let round = opened(&stage).await;
    let veto = format!("veto[{}]", stage.members[1]);
    let evidence = format!("evidence[{}]", stage.members[2]);
    let mut wrong = sheet(&stage, "一号评分表", "1", &[(0, "19"), (1, "21")]);
    wrong.extend([(veto.clone(), "disciplined"), (evidence, "评议会记录")]);
    let stale: Vec<(String, &str)> = sheet(&stage, "一号评分表", "0", &[(0, "19"), (1, "18.5")])
        .into_iter()
        .chain([(veto, "disciplined")])
        .collect();
    for (fields, status, score) in
        [(&wrong, Status::UnprocessableEntity, "21"), (&stale, Status::PreconditionFailed, "18.5")]
    {
        let page = send(&stage, &round, fields).await;
        assert_eq!(page.status, status, "{}", page.body);
        assert!(page.body.contains("value=\"一号评分表\""), "the rater: {}", page.body);
        assert!(page.body.contains(&format!("value=\"{score}\"")), "the score: {}", page.body);
        assert_eq!(page.body.matches("value=\"disciplined\" data-level=\"基本合格\" selected").count(), 1);
    }
    let page = send(&stage, &round, &wrong).await;
    assert!(page.body.contains("李娜") && page.body.contains("value=\"评议会记录\""), "{}", page.body);
    let empty = send(&stage, &round, &sheet(&stage, "一号评分表", "1", &[])).await;
    assert_eq!(empty.status, Status::UnprocessableEntity);
    assert!(empty.body.contains("还没有填写分数"), "{}", empty.body);
    let grid = stage.app.get(&stage.clerk, &format!("{round}/scores")).await;
    assert_eq!(grid.etag.as_deref(), Some("\"1\""), "nothing was stored");
}

#[tokio::test]
async fn nobody_scores_himself_by_page_or_program() {
    let stage = Stage::new().await;
    // A second one of the same name: the page cannot tell them apart.
    let twin = crate::support::builders::member(stage.app.county.branch(1, 1).id, "张伟", 9);
    let actor = stage.app.county.town(1).actor(cadre::base::actor::Role::Clerk);
    let mut conn = stage.app.db.web().await;
    cadre::records::members::enrol(&mut conn, &actor, &stage.app.keys, &[twin]).await.unwrap();
    drop(conn);
    let round = opened(&stage).await;
    let sentence = "不能给本人评分";
    for name in ["张伟", "李娜"] {
        let member = usize::from(name == "李娜");
        let page = send(&stage, &round, &sheet(&stage, name, "1", &[(member, "20")])).await;
        assert_eq!(page.status, Status::UnprocessableEntity, "{}", page.body);
        assert!(page.body.contains(sentence) && page.body.contains(&format!("value=\"{name}\"")));
        for own in [Value::Null, json!(stage.members[member])] {
            let body = json!({ "rater": { "name": name, "member": own },
                "rows": [{ "subject": stage.members[member], "scores": { "learning": 20 } }] });
            let path = format!("{round}/raters");
            let headers = [("If-Match", "\"1\"")];
            let refused = stage.app.send(&stage.clerk, Method::Put, &path, &headers, &body).await;
            assert_eq!(refused.status, Status::UnprocessableEntity, "{}", refused.body);
            assert_eq!(super::fields(&refused), ["rows[0].subject"]);
            assert!(refused.body.contains(sentence), "{}", refused.body);
        }
    }
    let told = send(&stage, &round, &sheet(&stage, "张伟（二组）", "1", &[(0, "20")])).await;
    assert_eq!(told.status, Status::SeeOther, "told apart by name: {}", told.body);
}

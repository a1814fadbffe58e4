//! Objections within the term, and corrections in the open.

use cadre::base::actor::{Actor, Role};
use cadre::base::clock;
use cadre::base::db;
use cadre::base::ids::{AssessmentId, AssessmentObjectionId};
use cadre::records::assessments::queries;
use cadre::records::assessments::{self, Object, Resolve};
use chrono::Days;

use super::{Stage, fields, refused, signed_in};

fn object(assessment: AssessmentId) -> Object {
    Object {
        assessment,
        raised_on: clock::today(),
        raised_by: "龙雾村党支部".to_owned(),
        content: "集体经济得分有误".to_owned(),
    }
}

fn resolve(objection: AssessmentObjectionId, upheld: bool, corrections: &[(&str, &str)]) -> Resolve {
    Resolve {
        objection,
        version: None,
        upheld,
        answer: "经复核".to_owned(),
        corrections: corrections
            .iter()
            .map(|(code, score)| ((*code).to_owned(), (*score).to_owned()))
            .collect(),
    }
}

#[tokio::test]
async fn an_objection_is_raised_within_the_notice_only() {
    let mut stage = Stage::new().await;
    let draft = stage.filled("2025Q4", ["50,30,20", "49,30,20"]).await;
    let early = object(stage.assessment(draft, 0).await);
    let why = refused(assessments::object(&mut stage.conn, &stage.clerk, &[early]).await);
    assert!(why.contains("还没有公示"), "{why}");
    let round = stage.published("2026Q1", ["50,30,20", "49,30,20"]).await;
    let assessment = stage.assessment(round, 1).await;
    let yesterday = clock::today() - Days::new(1);
    let tomorrow = clock::today() + Days::new(1);
    for (day, words) in [(yesterday, "不在公示期"), (tomorrow, "晚于今天")] {
        let command = Object { raised_on: day, ..object(assessment) };
        let why = fields(assessments::object(&mut stage.conn, &stage.clerk, &[command]).await.unwrap_err());
        assert!(why[0].field == "raised_on" && why[0].message.contains(words), "{why:?}");
    }
    let blank = Object { content: " ".to_owned(), raised_by: String::new(), ..object(assessment) };
    assert_eq!(
        fields(assessments::object(&mut stage.conn, &stage.clerk, &[blank]).await.unwrap_err()).len(),
        2
    );
    assessments::object(&mut stage.conn, &stage.clerk, &[object(assessment)]).await.unwrap();
    // The term has passed: the notice that began six days ago ended yesterday.
    let client = stage.db.owner_client().await;
    client
        .execute("UPDATE assessment_rounds SET notice_from = notice_from - 6, notice_to = notice_to - 6 WHERE state = 'published'", &[])
        .await
        .unwrap();
    let late =
        fields(assessments::object(&mut stage.conn, &stage.clerk, &[object(assessment)]).await.unwrap_err());
    assert!(late[0].message.contains("不在公示期"), "{late:?}");
}

#[tokio::test]
async fn an_upheld_one_corrects_score_total_and_rank_and_shows_what_was() {
    let mut stage = Stage::new().await;
    let round = stage.published("2026Q1", ["50,29,20", "50,28,20"]).await;
    assert_eq!(stage.told("2026Q1").await, ["1 白泉村 99 旗1", "2 龙雾村 98"]);
    let assessment = stage.assessment(round, 1).await;
    let id = assessments::object(&mut stage.conn, &stage.clerk, &[object(assessment)]).await.unwrap()[0];
    let wrong = [
        (resolve(id, true, &[]), "corrections"),
        (resolve(id, false, &[("economy", "30")]), "corrections"),
        (resolve(id, true, &[("economy", "31")]), "corrections.economy"),
        (resolve(id, true, &[("economy", "28")]), "corrections.economy"),
        (resolve(id, true, &[("luck", "28")]), "corrections.luck"),
        (Resolve { answer: " ".to_owned(), ..resolve(id, true, &[("economy", "30")]) }, "answer"),
    ];
    for (command, field) in wrong {
        let why =
            fields(assessments::resolve(&mut stage.conn, &stage.supervisor, &[command]).await.unwrap_err());
        assert_eq!(why[0].field, field, "{why:?}");
    }
    let right = resolve(id, true, &[("economy", "30")]);
    assessments::resolve(&mut stage.conn, &stage.supervisor, std::slice::from_ref(&right)).await.unwrap();
    assert_eq!(stage.told("2026Q1").await, ["1 龙雾村 100 旗1", "2 白泉村 99"]);
    let scope = stage.supervisor.scope.clone();
    let card = db::read(&mut stage.conn, &scope, async |conn| queries::objection(conn, &scope, id).await);
    let card = card.await.unwrap();
    let told = &card.corrections[0];
    let shown =
        (told.indicator.as_str(), assessments::printed(&told.before), assessments::printed(&told.after));
    assert_eq!(shown, ("economy", "28".to_owned(), "30".to_owned()));
    assert!(
        refused(assessments::resolve(&mut stage.conn, &stage.supervisor, &[right]).await).contains("成立")
    );
    let (_, details) = stage.entries("assessments.resolve").await.remove(0);
    assert_eq!(details["objections"][0]["corrections"][0]["before"], "28");
}

#[tokio::test]
async fn nobody_decides_on_what_is_his_own() {
    let mut stage = Stage::new().await;
    let round = stage.published("2026Q1", ["50,29,20", "50,28,20"]).await;
    let assessment = stage.assessment(round, 1).await;
    let id = assessments::object(&mut stage.conn, &stage.clerk, &[object(assessment)]).await.unwrap()[0];
    // The clerk submitted and entered; as a supervisor he would still be the same man.
    let promoted = Actor { role: Role::Supervisor, ..stage.clerk.clone() };
    let why = refused(assessments::resolve(&mut stage.conn, &promoted, &[resolve(id, false, &[])]).await);
    assert!(why.contains("本人提交的考核"), "{why}");
    let other = signed_in(stage.county.town(2).actor(Role::Supervisor));
    assert!(assessments::resolve(&mut stage.conn, &other, &[resolve(id, false, &[])]).await.is_err());
    assessments::resolve(&mut stage.conn, &stage.supervisor, &[resolve(id, false, &[])]).await.unwrap();
}

//! Entering scores: what is taken, and every refusal by row, indicator and rule, with nothing stored.

use cadre::base::actor::Role;
use cadre::base::error::Error;
use cadre::records::assessments::{self, Decide, EnterScores, Mark, OpenRound, ScoreRow};

use super::{Stage, TOWN, VILLAGES, fields, signed_in};
use crate::support::builders::assessment::scores;

async fn open(stage: &mut Stage) -> cadre::base::ids::AssessmentRoundId {
    let open = OpenRound { organisation: TOWN.to_owned(), quarter: "2026Q1".parse().unwrap() };
    assessments::open_round(&mut stage.conn, &stage.clerk, &[open]).await.unwrap()[0]
}

async fn enter(
    stage: &mut Stage,
    round: cadre::base::ids::AssessmentRoundId,
    rows: Vec<ScoreRow>,
) -> Result<usize, Error> {
    let command = EnterScores { round, version: None, rows };
    let entered = assessments::enter_scores(&mut stage.conn, &stage.clerk, &[command]).await?;
    Ok(entered[0].changed)
}

#[tokio::test]
async fn a_score_at_each_bound_is_taken_and_one_beyond_refused() {
    let mut stage = Stage::new().await;
    let round = open(&mut stage).await;
    assert_eq!(enter(&mut stage, round, vec![scores(VILLAGES[0], "0,30,20")]).await.unwrap(), 1);
    assert_eq!(enter(&mut stage, round, vec![scores(VILLAGES[0], "50,30,20")]).await.unwrap(), 1);
    assert_eq!(enter(&mut stage, round, vec![scores(VILLAGES[0], "50,30,20")]).await.unwrap(), 0, "the same");
    for (typed, words) in [
        ("-1,30,20", "是负数"),
        ("-0.1,30,20", "是负数"),
        ("50.1,30,20", "超过满分50"),
        ("49.25,30,20", "小数位数太多"),
        ("优,30,20", "不是分数"),
    ] {
        let why = fields(enter(&mut stage, round, vec![scores(VILLAGES[0], typed)]).await.unwrap_err());
        assert_eq!(why[0].field, "rows[0].scores.building", "{typed}");
        assert!(why[0].message.contains(words) && why[0].message.contains("白泉村"), "{why:?}");
    }
    assert_eq!(
        assessments::printed(
            stage.grid(round).await.rows[0].assessment.as_ref().unwrap().total.as_ref().unwrap()
        ),
        "100"
    );
}

#[tokio::test]
async fn a_deduction_leaves_the_rest_and_needs_its_reason() {
    let mut stage = Stage::new().await;
    let round = open(&mut stage).await;
    let row = |deduction: &str, note: Option<&str>| ScoreRow {
        village: VILLAGES[0].to_owned(),
        marks: vec![Mark {
            indicator: "building".to_owned(),
            typed: deduction.to_owned(),
            is_deduction: true,
        }],
        deduction_note: note.map(str::to_owned),
        ..ScoreRow::default()
    };
    let why = fields(enter(&mut stage, round, vec![row("2", None)]).await.unwrap_err());
    assert_eq!(why[0].field, "rows[0].deduction_note");
    assert!(why[0].message.contains("基层党建有扣分而没有扣分说明"), "{why:?}");
    enter(&mut stage, round, vec![row("0", None)]).await.unwrap();
    enter(&mut stage, round, vec![row("2.5", Some("缺一次主题党日"))]).await.unwrap();
    let grid = stage.grid(round).await;
    let score = grid.rows[0].scores.values().next().unwrap();
    assert_eq!(assessments::printed(score), "47.5");
    // The reason cannot be taken away while the deduction stands.
    let why = fields(enter(&mut stage, round, vec![row("2.5", Some(" "))]).await.unwrap_err());
    assert_eq!(why[0].field, "rows[0].deduction_note");
    for (typed, words) in [("-1", "是负数"), ("50.5", "超过满分50")] {
        let why = fields(enter(&mut stage, round, vec![row(typed, Some("x"))]).await.unwrap_err());
        assert!(why[0].field == "rows[0].deductions.building" && why[0].message.contains(words), "{why:?}");
    }
}

#[tokio::test]
async fn a_village_of_another_town_is_refused_and_nothing_is_stored() {
    let mut stage = Stage::new().await;
    let round = open(&mut stage).await;
    let rows = vec![scores(VILLAGES[0], "50,30,20"), scores("500237102201", "50,30,20")];
    let why = fields(enter(&mut stage, round, rows).await.unwrap_err());
    assert_eq!(why[0].field, "rows[1].village");
    assert!(why[0].message.contains("不是本乡镇（街道）的村（社区）"), "{why:?}");
    let twice = vec![scores(VILLAGES[0], "50,30,20"), scores(VILLAGES[0], "50,30,20")];
    assert!(fields(enter(&mut stage, round, twice).await.unwrap_err())[0].message.contains("重复出现"));
    let mut strange = scores(VILLAGES[0], "50,30,20");
    strange.marks[1].indicator = "luck".to_owned();
    assert!(
        fields(enter(&mut stage, round, vec![strange]).await.unwrap_err())[0]
            .message
            .contains("不是本方案的指标")
    );
    assert!(stage.grid(round).await.rows.iter().all(|row| row.assessment.is_none()));
}

#[tokio::test]
async fn only_the_own_town_enters_and_only_what_it_saw() {
    let mut stage = Stage::new().await;
    let round = open(&mut stage).await;
    let other = signed_in(stage.county.town(2).actor(Role::Clerk));
    let command = EnterScores { round, version: None, rows: vec![scores(VILLAGES[0], "50,30,20")] };
    let foreign = assessments::enter_scores(&mut stage.conn, &other, std::slice::from_ref(&command)).await;
    assert!(matches!(foreign, Err(Error::Missing { .. })), "{foreign:?}");
    let seen = EnterScores { version: Some(1), ..command };
    let entered =
        assessments::enter_scores(&mut stage.conn, &stage.clerk, std::slice::from_ref(&seen)).await.unwrap();
    assert_eq!(entered[0].version, 2);
    let late = assessments::enter_scores(&mut stage.conn, &stage.clerk, &[seen]).await;
    assert!(matches!(late, Err(Error::Stale)), "{late:?}");
}

#[tokio::test]
async fn nothing_is_submitted_while_a_score_is_missing() {
    let mut stage = Stage::new().await;
    let round = open(&mut stage).await;
    let submit = async |stage: &mut Stage| {
        assessments::submit(&mut stage.conn, &stage.clerk, &[Decide::round(round)]).await
    };
    let why = fields(submit(&mut stage).await.unwrap_err());
    assert_eq!(why.len(), 2);
    assert!(why[0].message.contains("白泉村还没有评分"), "{why:?}");
    enter(&mut stage, round, vec![scores(VILLAGES[0], "50,30,20"), scores(VILLAGES[1], "50,30,")])
        .await
        .unwrap();
    let why = fields(submit(&mut stage).await.unwrap_err());
    assert_eq!(why[0].field, format!("villages[{}]", VILLAGES[1]));
    assert!(why[0].message.contains("还缺基层治理的分数"), "{why:?}");
    enter(&mut stage, round, vec![scores(VILLAGES[1], "50,30,19")]).await.unwrap();
    submit(&mut stage).await.unwrap();
    let late = fields(enter(&mut stage, round, vec![scores(VILLAGES[1], "50,30,18")]).await.unwrap_err());
    assert!(late[0].message.contains("当前为“已提交”，不能修改"), "{late:?}");
}

//! A scheme of three indicators, and rounds that are filled in.

use cadre::base::actor::Actor;
use cadre::base::ids::AssessmentRoundId;
use cadre::records::assessments::{
    self, Decide, EnterScores, Entry, FlagRule, Mark, OpenRound, ScoreRow, SetIndicator, SetScheme,
};
use diesel_async::AsyncPgConnection;

/// Codes of the indicators, in their order.
pub const INDICATORS: [&str; 3] = ["building", "economy", "governance"];

/// 基层党建 50, 集体经济 30, 基层治理 20, from 2000 on; ties by 基层党建, then 集体经济.
pub fn scheme(organisation: &str) -> SetScheme {
    let indicator = |code: &str, name: &str, full: i32| SetIndicator {
        code: code.to_owned(),
        name: name.to_owned(),
        full_marks: full.into(),
        weight: 1.into(),
        evidence: None,
    };
    SetScheme {
        organisation: organisation.to_owned(),
        name: "季度考核".to_owned(),
        entry: Entry::Deduction,
        decimals: 1,
        flag_rule: FlagRule::Shared,
        notice_days: 5,
        method: "考核组逐村检查，从满分扣分".to_owned(),
        from_day: "2000-01-01".parse().unwrap(),
        indicators: vec![
            indicator("building", "基层党建", 50),
            indicator("economy", "集体经济", 30),
            indicator("governance", "基层治理", 20),
        ],
        tie_breakers: vec!["building".to_owned(), "economy".to_owned()],
    }
}

/// Scores of a village, parted by commas, with a reason.
pub fn scores(village: &str, scores: &str) -> ScoreRow {
    let marks = INDICATORS.iter().zip(scores.split(',')).map(|(indicator, typed)| Mark {
        indicator: (*indicator).to_owned(),
        typed: typed.to_owned(),
        is_deduction: false,
    });
    ScoreRow {
        village: village.to_owned(),
        marks: marks.collect(),
        deduction_note: Some("台账不全".to_owned()),
        ..ScoreRow::default()
    }
}

/// A round of a town with the scores of its two villages.
pub async fn filled(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    town: &str,
    quarter: &str,
    both: [&str; 2],
) -> AssessmentRoundId {
    let open = OpenRound { organisation: town.to_owned(), quarter: quarter.parse().unwrap() };
    let round = assessments::open_round(conn, actor, &[open]).await.unwrap()[0];
    let rows = [1, 2].into_iter().zip(both).map(|(at, text)| scores(&format!("{town}20{at}"), text));
    let entered = EnterScores { round, version: None, rows: rows.collect() };
    assessments::enter_scores(conn, actor, &[entered]).await.unwrap();
    round
}

/// The same, published.
pub async fn published(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    town: &str,
    quarter: &str,
    both: [&str; 2],
) -> AssessmentRoundId {
    let round = filled(conn, actor, town, quarter, both).await;
    let all = [Decide::round(round)];
    assessments::submit(conn, actor, &all).await.unwrap();
    assessments::confirm(conn, actor, &all).await.unwrap();
    assessments::publish(conn, actor, &all).await.unwrap();
    round
}

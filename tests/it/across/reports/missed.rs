//! Which villages and towns miss what the county wants of organisations of their level.

use cadre::across::reports::{self, MissedTarget, target_figures};
use cadre::base::actor::Role;
use cadre::base::values::Hundredths;
use cadre::records::slates::{self, Bound, Level, SetTarget};
use cadre::records::words::WordBook;

use super::slates::Stage;
use crate::support::builders::day;

fn target(level: Level, figure: &str, hundredths: i64, from: &str) -> SetTarget {
    SetTarget {
        level,
        figure: figure.to_owned(),
        bound: Bound::AtLeast,
        value: Some(Hundredths::from_hundredths(hundredths)),
        from_day: day(from),
        source: "县委组织部〔2026〕1号".to_owned(),
    }
}

async fn set(stage: &mut Stage, commands: &[SetTarget]) {
    let supervisor = stage.county.county.actor(Role::Supervisor);
    let figures = target_figures(&WordBook::default());
    slates::set_targets(&mut stage.conn, &supervisor, &figures, commands).await.unwrap();
}

/// Who misses what in the picture of an organisation: code, figure, value, what is missing in hundredths.
async fn missed(stage: &Stage, organisation: &str, quarter: &str) -> Vec<(String, String, String, i64)> {
    let supervisor = stage.county.county.actor(Role::Supervisor);
    let mut report = stage.db.report().await;
    let quarter = quarter.parse().unwrap();
    let picture = reports::team_picture(&mut report, &supervisor, organisation, quarter, None).await.unwrap();
    let told = |missed: MissedTarget| {
        let (line, code) = (missed.target, missed.organisation.code);
        (code, line.figure, line.value.unwrap().to_string(), line.missing.unwrap().hundredths())
    };
    picture.missed_below.into_iter().map(told).collect()
}

#[tokio::test]
async fn a_village_is_told_above_it_from_the_hundredth_and_the_day_on_that_it_misses() {
    let mut stage = Stage::new().await;
    let ratio = "committees.women.ratio";
    assert!(missed(&stage, "500237", "2026Q1").await.is_empty(), "nothing is wanted yet");
    // Two of four are women. The other villages have no team and no ratio.
    set(&mut stage, &[target(Level::Village, ratio, 5_000, "2026-01-01")]).await;
    set(&mut stage, &[target(Level::Village, ratio, 5_001, "2026-04-01")]).await;
    let one = [("500237101201".to_owned(), ratio.to_owned(), "50.00".to_owned(), 1)];
    for above in ["500237", "500237101"] {
        assert!(missed(&stage, above, "2025Q4").await.is_empty(), "{above}: not in force");
        assert!(missed(&stage, above, "2026Q1").await.is_empty(), "{above}: met");
        assert_eq!(missed(&stage, above, "2026Q2").await, one, "{above}");
    }
    for beside in ["500237102", "500237101201"] {
        assert!(missed(&stage, beside, "2026Q2").await.is_empty(), "{beside}");
    }
}

#[tokio::test]
async fn towns_are_told_to_the_county_and_villages_to_both_target_by_target() {
    let mut stage = Stage::new().await;
    let women = "committees.women";
    let commands =
        [target(Level::Village, women, 100, "2026-01-01"), target(Level::Town, women, 300, "2026-01-01")];
    set(&mut stage, &commands).await;
    let told = |found: Vec<(String, String, String, i64)>| {
        let short = |(code, _, value, missing): (String, String, String, i64)| (code, value, missing);
        found.into_iter().map(short).collect::<Vec<_>>()
    };
    let own = |code: &str, value: &str, missing| (code.to_owned(), value.to_owned(), missing);
    let county = told(missed(&stage, "500237", "2026Q1").await);
    let expected = [
        own("500237101", "2", 100),
        own("500237102", "0", 300),
        own("500237101202", "0", 100),
        own("500237102201", "0", 100),
        own("500237102202", "0", 100),
    ];
    assert_eq!(county, expected);
    let town = told(missed(&stage, "500237101", "2026Q1").await);
    assert_eq!(town, [own("500237101202", "0", 100)], "no target of towns");
}

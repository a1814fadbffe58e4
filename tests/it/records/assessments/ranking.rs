//! Ranks: the statement held against an independent reckoning over random quarters, in any order of rows.

use std::collections::HashMap;

use cadre::records::assessments::ranking::ranked;
use cadre::records::assessments::{self, FlagRule};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use tokio_postgres::Client;

use super::Stage;
use crate::support::TestDb;
use crate::support::builders::assessment::scheme;

/// One assessed unit: quarter, unit, total, scores for ties.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Mark {
    quarter: i32,
    unit: u8,
    total: i32,
    ties: Vec<i32>,
}

/// Up to five quarters (some left out) of up to seven units with few different totals, so that there are ties.
fn quarters() -> impl Strategy<Value = (Vec<Mark>, bool)> {
    let mark = (0_i32..6, 0_u8..7, 90_i32..94, proptest::collection::vec(0_i32..3, 2));
    (proptest::collection::vec(mark, 1..40), any::<bool>()).prop_map(|(marks, shared)| {
        let mut once: HashMap<(i32, u8), Mark> = HashMap::new();
        for (quarter, unit, total, ties) in marks {
            once.insert((quarter, unit), Mark { quarter, unit, total, ties });
        }
        let mut marks: Vec<Mark> = once.into_values().collect();
        marks.sort_by_key(|mark| (mark.quarter, mark.unit));
        (marks, shared)
    })
}

/// Quarter, unit, place, place before, flag, streak.
type Line = (i32, u8, i32, Option<i32>, bool, i32);

/// Reckoned by hand: place is one more than the number of units that are better.
fn reckoned(marks: &[Mark], shared: bool) -> Vec<Line> {
    let better = |a: &Mark, b: &Mark| (b.total, &b.ties) > (a.total, &a.ties);
    let place = |mark: &Mark| {
        let same = marks.iter().filter(|other| other.quarter == mark.quarter);
        1 + i32::try_from(same.filter(|other| better(mark, other)).count()).unwrap()
    };
    let find =
        |quarter: i32, unit: u8| marks.iter().find(|mark| (mark.quarter, mark.unit) == (quarter, unit));
    let firsts =
        |quarter: i32| marks.iter().filter(|mark| mark.quarter == quarter && place(mark) == 1).count();
    let flag = |mark: &Mark| place(mark) == 1 && (shared || firsts(mark.quarter) == 1);
    let streak = |mark: &Mark| {
        let mut count = 0;
        while find(mark.quarter - count, mark.unit).is_some_and(flag) {
            count += 1;
        }
        count
    };
    let line = |mark: &Mark| {
        let before = find(mark.quarter - 1, mark.unit).map(place);
        (mark.quarter, mark.unit, place(mark), before, flag(mark), streak(mark))
    };
    marks.iter().map(line).collect()
}

async fn computed(client: &Client, marks: &[Mark], shared: bool) -> Vec<Line> {
    let id = |unit: u8| format!("'00000000-0000-0000-0000-0000000000{unit:02}'::uuid");
    let rule = if shared { "shared" } else { "withheld" };
    let rows: Vec<String> = marks
        .iter()
        .map(|mark| {
            format!(
                "({}, {}, {}, {}::numeric, ARRAY{:?}::numeric[], '{rule}', true)",
                id(99),
                mark.quarter,
                id(mark.unit),
                mark.total,
                mark.ties
            )
        })
        .collect();
    let rows = format!(
        "SELECT * FROM (VALUES {}) v (assessor_id, number, village_id, total, ties, flag_rule, published)",
        rows.join(", ")
    );
    let query = format!(
        "SELECT number, right(village_id::text, 2)::int, place, place_before, has_flag, streak FROM ({}) x ORDER BY 1, 2",
        ranked(&rows)
    );
    let lines = client.query(&query, &[]).await.unwrap();
    let unit = |row: &tokio_postgres::Row| u8::try_from(row.get::<_, i32>(1)).unwrap();
    lines.iter().map(|row| (row.get(0), unit(row), row.get(2), row.get(3), row.get(4), row.get(5))).collect()
}

/// Whatever the scores: the statement says what the reckoning says, and the order of the rows says nothing.
#[tokio::test]
async fn ranks_flags_and_streaks_are_those_reckoned_by_hand() {
    let db = TestDb::new().await;
    let client = db.owner_client().await;
    let mut runner = TestRunner::deterministic();
    let (mut ties, mut streaks) = (0, 0);
    for _ in 0..150 {
        let (marks, shared) = quarters().new_tree(&mut runner).unwrap().current();
        let wanted = reckoned(&marks, shared);
        assert_eq!(computed(&client, &marks, shared).await, wanted, "{marks:?}, shared {shared}");
        let backwards: Vec<Mark> = marks.iter().rev().cloned().collect();
        assert_eq!(computed(&client, &backwards, shared).await, wanted, "{marks:?} the other way round");
        // Ranks are an order of all: somebody is first, and between any two one is not behind the other.
        for quarter in marks.iter().map(|mark| mark.quarter) {
            assert!(wanted.iter().any(|line| line.0 == quarter && line.2 == 1));
        }
        ties += wanted.windows(2).filter(|pair| pair[0].0 == pair[1].0 && pair[0].2 == pair[1].2).count();
        streaks += wanted.iter().filter(|line| line.5 > 1).count();
    }
    assert!(ties > 20 && streaks > 20, "{ties} ties, {streaks} streaks: the quarters try nothing");
}

#[tokio::test]
async fn ties_are_parted_by_the_named_indicators_in_their_order_then_shared() {
    let mut stage = Stage::new().await;
    stage.published("2025Q1", ["48,30,20", "49,29,20"]).await;
    assert_eq!(stage.told("2025Q1").await, ["1 龙雾村 98 旗1", "2 白泉村 98"], "by 基层党建");
    stage.published("2025Q2", ["48,30,19", "48,29,20"]).await;
    assert_eq!(stage.told("2025Q2").await, ["1 白泉村 97 旗1", "2 龙雾村 97"], "by 集体经济");
    stage.published("2025Q3", ["48,29,20", "48,29,20"]).await;
    assert_eq!(stage.told("2025Q3").await, ["1 白泉村 97 旗2", "1 龙雾村 97 旗1"], "shared");
    stage.published("2026Q1", ["48,30,20", "48,29,20"]).await;
    assert_eq!(
        stage.told("2026Q1").await,
        ["1 白泉村 98 旗1", "2 龙雾村 97"],
        "a quarter between: from one again"
    );
    let line = stage.ranking("2025Q3").await.remove(0);
    assert_eq!(
        (line.place_before, line.total_before.as_ref().map(assessments::printed)),
        (Some(1), Some("97".to_owned()))
    );
    assert_eq!(stage.ranking("2026Q1").await[0].place_before, None);
}

#[tokio::test]
async fn the_flag_waits_for_publishing_and_is_withheld_where_the_scheme_says_so() {
    let mut stage = Stage::new().await;
    let mut version = scheme("500237");
    version.from_day = "2026-01-01".parse().unwrap();
    version.flag_rule = FlagRule::Withheld;
    assessments::set_scheme(&mut stage.conn, &stage.supervisor, &[version]).await.unwrap();
    let round = stage.filled("2025Q4", ["50,30,20", "49,30,20"]).await;
    let all = [assessments::Decide::round(round)];
    assessments::submit(&mut stage.conn, &stage.clerk, &all).await.unwrap();
    assert!(stage.told("2025Q4").await.is_empty(), "what nobody confirmed ranks nobody");
    assessments::confirm(&mut stage.conn, &stage.supervisor, &all).await.unwrap();
    assert_eq!(stage.told("2025Q4").await, ["1 白泉村 100", "2 龙雾村 99"], "no flag before the notice");
    assessments::publish(&mut stage.conn, &stage.supervisor, &all).await.unwrap();
    assert_eq!(stage.told("2025Q4").await, ["1 白泉村 100 旗1", "2 龙雾村 99"]);
    stage.published("2026Q1", ["50,30,20", "50,30,20"]).await;
    assert_eq!(stage.told("2026Q1").await, ["1 白泉村 100", "1 龙雾村 100"], "two are first: nobody has it");
}

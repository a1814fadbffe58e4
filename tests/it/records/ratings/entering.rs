//! Entering scores: what counts, what is refused by row and cell, and who loses a race.

use cadre::base::actor::Role;
use cadre::base::error::Error;
use cadre::base::keys::KeyRing;
use cadre::records::members;
use cadre::records::ratings::rules::printed;
use cadre::records::ratings::{self, Decide, EnterScores};

use super::{Stage, fields, row};
use crate::support::builders::{day, member};

#[tokio::test]
async fn scores_become_a_total_and_stars_once_all_are_there() {
    let mut stage = Stage::new().await;
    let entered = stage.enter(stage.rows(&["18,19,17,18,20", "16,16.5,,,"])).await.unwrap();
    assert_eq!((entered.changed, entered.version), (2, 2));
    let grid = stage.grid().await;
    let found: Vec<(String, Option<String>, Option<i32>)> = grid
        .rows
        .iter()
        .map(|row| {
            let rating = row.rating.as_ref();
            let total = rating.and_then(|rating| rating.total.as_ref()).map(printed);
            (row.subject.name.clone(), total, rating.and_then(|rating| rating.stars))
        })
        .collect();
    let expected = [("李娜", None, None), ("王芳", None, None), ("张伟", Some("92"), Some(5))];
    assert_eq!(
        found,
        expected.map(|(name, total, stars)| (name.to_owned(), total.map(str::to_owned), stars))
    );
    assert_eq!(grid.line.progress.subjects, 3);
    assert_eq!((grid.line.progress.rated, grid.line.progress.draft), (1, 2));
    assert_eq!(grid.rows[0].scores.len(), 2);
}

#[tokio::test]
async fn a_cell_is_cleared_by_an_empty_one_and_kept_by_none() {
    let mut stage = Stage::new().await;
    stage.enter(stage.rows(&["18,19,17,18,20"])).await.unwrap();
    let mut change = row(stage.members[0], "");
    change.evidence = Some(" 参加抗洪抢险 ".to_owned());
    stage.enter(vec![change]).await.unwrap();
    let grid = stage.grid().await;
    let zhang = grid.rows.iter().find(|row| row.subject.name == "张伟").unwrap();
    let rating = zhang.rating.as_ref().unwrap();
    assert_eq!((zhang.scores.len(), rating.total.clone(), rating.version), (4, None, 2));
    assert_eq!(rating.evidence.as_deref(), Some("参加抗洪抢险"));
    let entries = stage.entries("ratings.enter_scores").await;
    assert_eq!(entries.len(), 2);
    assert_eq!(entries[1].1["changes"][0]["scores"]["ideology"], serde_json::json!(["18", null]));
}

#[tokio::test]
async fn the_same_scores_again_change_nothing() {
    let mut stage = Stage::new().await;
    let first = stage.enter(stage.rows(&["18,19,17,18,20"])).await.unwrap();
    let again = stage.enter(stage.rows(&["18.0,19,17,18,20"])).await.unwrap();
    assert_eq!((again.changed, again.version), (0, first.version));
}

#[tokio::test]
async fn every_wrong_cell_is_named_and_nothing_is_stored() {
    let mut stage = Stage::new().await;
    let stranger = members::enrol(
        &mut stage.conn,
        &stage.clerk,
        &KeyRing::ephemeral().unwrap(),
        &[member(stage.county.branch(1, 2).id, "赵敏", 4)],
    )
    .await
    .unwrap()[0];
    let mut rows = stage.rows(&["18,二十,-1,20.5,18.25", "18,19,17,18,20", "18,19,17,18,20"]);
    rows[1].scores.push(("honesty".to_owned(), "18".to_owned()));
    rows[2].evidence = Some("长".repeat(501));
    rows.push(row(stranger, "18,19,17,18,20"));
    rows.push(row(stage.members[0], "18,19,17,18,20"));
    let errors = fields(stage.enter(rows).await.unwrap_err());
    let names: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
    assert_eq!(
        names,
        [
            "rows[0].scores.neighbours",
            "rows[0].scores.courtyard",
            "rows[0].scores.family",
            "rows[0].scores.example",
            "rows[1].scores.honesty",
            "rows[2].evidence",
            "rows[3].subject",
            "rows[4].subject",
        ]
    );
    assert_eq!(errors[0].message, "第1行：张伟，邻里和睦“二十”不是分数，请填写0至20的数字。");
    assert_eq!(errors[0].value.as_deref(), Some("二十"));
    assert!(
        errors[4].message.contains("不是本方案的维度，请使用思想政治（ideology）"),
        "{}",
        errors[4].message
    );
    assert!(errors[6].message.contains("2026年3月31日不是本支部的在册党员"), "{}", errors[6].message);
    assert_eq!(stage.states().await, ["none", "none", "none"]);
}

#[tokio::test]
async fn who_was_in_the_register_on_the_last_day_is_rated_and_nobody_else() {
    let mut stage = Stage::new().await;
    let branch = stage.county.branch(1, 1).id;
    let mut late = member(branch, "钱进", 5);
    late.joined_on = day("2026-04-01");
    late.full_member_on = None;
    let mut on_the_day = member(branch, "孙立", 7);
    on_the_day.joined_on = day("2026-03-31");
    on_the_day.full_member_on = None;
    let mut gone = member(branch, "周全", 9);
    gone.status = cadre::base::values::MembershipStatus::Deceased;
    gone.status_from = Some(day("2026-03-31"));
    let keys = KeyRing::ephemeral().unwrap();
    members::enrol(&mut stage.conn, &stage.clerk, &keys, &[late, on_the_day, gone]).await.unwrap();
    let grid = stage.grid().await;
    let names: Vec<(&str, bool)> =
        grid.rows.iter().map(|row| (row.subject.name.as_str(), row.subject.probationary)).collect();
    assert_eq!(names, [("李娜", false), ("孙立", true), ("王芳", false), ("张伟", false)]);
}

#[tokio::test]
async fn a_submitted_rating_is_locked_until_it_is_sent_back() {
    let mut stage = Stage::submitted().await;
    // The grid sends all rows: those that say what stands there already do no harm.
    let same = stage.rows(&["18,19,17,18,20", "16,16,16,16,16"]);
    assert_eq!(stage.enter(same).await.unwrap().changed, 0);
    let errors = fields(stage.enter(stage.rows(&["18,19,17,18,19"])).await.unwrap_err());
    assert!(errors[0].message.contains("评定当前为“已提交”，不能修改"), "{}", errors[0].message);
}

#[tokio::test]
async fn the_loser_of_a_race_is_told() {
    let mut stage = Stage::new().await;
    let rows = stage.rows(&["18,19,17,18,20"]);
    let command = |version, rows| EnterScores { round: stage.round, version: Some(version), rows };
    let first =
        ratings::enter_scores(&mut stage.conn, &stage.clerk, &[command(1, rows.clone())]).await.unwrap();
    assert_eq!(first[0].version, 2);
    let second = ratings::enter_scores(&mut stage.conn, &stage.clerk, &[command(1, rows.clone())]).await;
    assert!(matches!(second, Err(Error::Stale)), "{second:?}");
    ratings::enter_scores(&mut stage.conn, &stage.clerk, &[command(2, rows)]).await.unwrap();
}

#[tokio::test]
async fn two_clerks_at_once_leave_both_their_scores() {
    let mut stage = Stage::new().await;
    let (left, right) = (row(stage.members[0], "18,19,17,18,20"), row(stage.members[1], "16,16,16,16,16"));
    let command = |row| [EnterScores { round: stage.round, version: None, rows: vec![row] }];
    let mut other = stage.db.web().await;
    let (left, right) = (command(left), command(right));
    let both = tokio::join!(
        ratings::enter_scores(&mut stage.conn, &stage.clerk, &left),
        ratings::enter_scores(&mut other, &stage.clerk, &right),
    );
    let mut versions = [both.0.unwrap()[0].version, both.1.unwrap()[0].version];
    versions.sort_unstable();
    assert_eq!(versions, [2, 3]);
    assert_eq!(stage.grid().await.line.progress.rated, 2);
}

#[tokio::test]
async fn nobody_enters_or_submits_outside_his_subtree_or_role() {
    let mut stage = Stage::new().await;
    let rows = stage.rows(&["18,19,17,18,20"]);
    let command = [EnterScores { round: stage.round, version: None, rows }];
    let sibling = stage.county.town(2).actor(Role::Clerk);
    let refused = ratings::enter_scores(&mut stage.conn, &sibling, &command).await;
    assert!(matches!(refused, Err(Error::Missing { .. })), "{refused:?}");
    let refused = ratings::submit(&mut stage.conn, &sibling, &[Decide::round(stage.round)]).await;
    assert!(matches!(refused, Err(Error::Missing { .. })), "{refused:?}");
    for role in [Role::Auditor, Role::Administrator, Role::Security] {
        let actor = stage.county.town(1).actor(role);
        let refused = ratings::enter_scores(&mut stage.conn, &actor, &command).await;
        assert!(matches!(refused, Err(Error::Forbidden)), "{role:?}: {refused:?}");
    }
}

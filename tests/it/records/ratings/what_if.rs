//! What a draft would give: by stars before and after, with the names, and nothing written.

use cadre::base::error::Error;
use cadre::base::values::{Period, Quarter};
use cadre::base::{clock, db};
use cadre::records::ratings::model::{ResultKind, TopShare};
use cadre::records::ratings::{self, Decide, SetDimension, SetScheme, SetThreshold, Tried, printed};

use super::{Stage, fields, five, open};

async fn tried(stage: &mut Stage, draft: &SetScheme, skipped: usize, limit: usize) -> Result<Tried, Error> {
    let scope = stage.supervisor.scope.clone();
    db::read(&mut stage.conn, &scope, async |conn| {
        ratings::what_if(conn, &scope, draft, None, skipped, limit).await
    })
    .await
}

fn moves(tried: &Tried) -> Vec<(i32, Option<i32>, i64)> {
    tried.moves.iter().map(|one| (one.before, one.after, one.count)).collect()
}

/// 92, 80 and 61.5 have five, four and two stars; with five from 93 and four from 79 on, one falls.
#[tokio::test]
async fn a_draft_moves_those_whose_totals_pass_other_steps_and_writes_nothing() {
    let mut stage = Stage::submitted().await;
    let count = "SELECT (SELECT count(*) FROM audit_entries) + (SELECT sum(version) FROM ratings)
        + (SELECT count(*) FROM rating_schemes)";
    let client = stage.db.owner_client().await;
    let before: i64 = client.query_one(&format!("SELECT ({count})::bigint"), &[]).await.unwrap().get(0);
    let mut draft = five();
    for step in &mut draft.thresholds {
        match step.stars {
            5 => step.minimum = 93.into(),
            4 => step.minimum = 79.into(),
            _ => {}
        }
    }
    let found = tried(&mut stage, &draft, 0, 10).await.unwrap();
    assert_eq!((found.period.to_string().as_str(), found.rated, found.changed), ("2026Q1", 3, 1));
    assert_eq!(moves(&found), [(5, Some(4), 1), (4, Some(4), 1), (2, Some(2), 1)]);
    let names: Vec<(&str, i32, Option<i32>)> =
        found.names.iter().map(|one| (one.name.as_deref().unwrap(), one.before, one.after)).collect();
    assert_eq!(names, [("张伟", 5, Some(4))]);
    assert_eq!(printed(found.names[0].total_after.as_ref().unwrap()), "92");
    let after: i64 = client.query_one(&format!("SELECT ({count})::bigint"), &[]).await.unwrap().get(0);
    assert_eq!(after, before, "nothing was written");
}

#[tokio::test]
async fn a_dimension_that_nobody_scored_leaves_ratings_incomplete_or_counts_as_the_draft_says() {
    let mut stage = Stage::submitted().await;
    let mut draft = five();
    draft.dimensions.push(SetDimension {
        code: "charity".to_owned(),
        name: "公益".to_owned(),
        maximum: 20.into(),
        weight: 1.into(),
        cap: None,
    });
    let found = tried(&mut stage, &draft, 0, 2).await.unwrap();
    assert_eq!((found.incomplete, found.changed, found.unknown.as_slice()), (3, 3, &["公益".to_owned()][..]));
    assert!(found.is_more && found.names.len() == 2 && found.names.iter().all(|one| one.after.is_none()));
    let rest = tried(&mut stage, &draft, 2, 2).await.unwrap();
    assert_eq!((rest.names.len(), rest.is_more), (1, false));
    draft.missing_part = ratings::model::MissingPart::Zero;
    let found = tried(&mut stage, &draft, 0, 9).await.unwrap();
    assert_eq!((found.incomplete, found.changed), (0, 0), "a missing part is nought: totals stay");
}

#[tokio::test]
async fn a_share_that_is_passed_and_a_draft_that_is_unsound_are_told() {
    let mut stage = Stage::submitted().await;
    let mut draft = five();
    // All three would have the highest level, and one in three may.
    draft.thresholds = (1..=5).map(|stars| SetThreshold { stars, minimum: (stars - 1).into() }).collect();
    draft.rules.top_share = Some(TopShare { numerator: 1, denominator: 3 });
    let found = tried(&mut stage, &draft, 0, 9).await.unwrap();
    assert_eq!((found.changed, found.over_share), (2, 1));
    draft.dimensions[0].weight = 0.into();
    let errors = fields(tried(&mut stage, &draft, 0, 9).await.unwrap_err());
    assert!(errors.iter().any(|error| error.field.starts_with("dimensions[0]")), "{errors:?}");
    let other = SetScheme { code: "never_rated".to_owned(), is_primary: false, ..five() };
    let errors = fields(tried(&mut stage, &other, 0, 9).await.unwrap_err());
    assert!(errors[0].message.contains("还没有提交过评定"), "{errors:?}");
}

/// The fifth scores are 20, 16 and 13.5: above full marks of 15, nobody could enter the first two.
#[tokio::test]
async fn scores_above_the_full_marks_of_the_draft_give_no_result_and_are_counted_apart() {
    let mut stage = Stage::submitted().await;
    let mut draft = five();
    draft.dimensions[4].maximum = 15.into();
    let found = tried(&mut stage, &draft, 0, 9).await.unwrap();
    assert_eq!((found.beyond, found.incomplete, found.changed), (2, 0, 2));
    assert_eq!(moves(&found), [(5, None, 1), (4, None, 1), (2, Some(2), 1)]);
    assert!(found.names.iter().all(|one| one.total_after.is_none()));
    // At the full marks themselves nothing is beyond.
    draft.dimensions[4].maximum = 20.into();
    assert_eq!(tried(&mut stage, &draft, 0, 9).await.unwrap().beyond, 0);
}

#[tokio::test]
async fn results_of_another_kind_are_named_as_they_are_and_not_compared() {
    let mut stage = Stage::submitted().await;
    let same = tried(&mut stage, &five(), 0, 9).await.unwrap();
    assert_eq!((same.is_comparable, same.result_before, same.changed), (true, ResultKind::Stars, 0));
    let mut draft = five();
    (draft.rules.result, draft.is_primary) = (ResultKind::Grades, false);
    draft.stars = 4;
    draft.thresholds.retain(|step| step.stars < 5);
    let found = tried(&mut stage, &draft, 0, 9).await.unwrap();
    assert_eq!((found.is_comparable, found.result_before), (false, ResultKind::Stars));
    // Four stars are no grade of four: all three stand in the list, the lowest grade first.
    assert_eq!((found.changed, moves(&found)), (3, vec![(5, Some(4), 1), (4, Some(4), 1), (2, Some(2), 1)]));
    let after: Vec<Option<i32>> = found.names.iter().map(|one| one.after).collect();
    assert_eq!(after, [Some(2), Some(4), Some(4)]);
}

#[tokio::test]
async fn the_last_period_that_is_over_is_tried_while_the_present_one_is_being_handed_in() {
    let mut stage = Stage::submitted().await;
    let (clerk, present) = (stage.clerk.clone(), Quarter::containing(clock::today()).to_string());
    let command = open(&stage.county.branch(1, 1).code, &present);
    stage.round = ratings::open_round(&mut stage.conn, &clerk, &[command]).await.unwrap()[0];
    let rows = stage.rows(&["20,20,20,20,20"]);
    stage.enter(rows).await.unwrap();
    ratings::submit(&mut stage.conn, &clerk, &[Decide::round(stage.round)]).await.unwrap();
    let found = tried(&mut stage, &five(), 0, 9).await.unwrap();
    assert_eq!((found.period.to_string().as_str(), found.rated), ("2026Q1", 3));
    // Whoever names the present one gets it.
    let (scope, period) = (stage.supervisor.scope.clone(), Period::parse(&present).unwrap());
    let named = db::read(&mut stage.conn, &scope, async |conn| {
        ratings::what_if(conn, &scope, &five(), Some(period), 0, 9).await
    });
    assert_eq!(named.await.unwrap().rated, 1);
    // Where none is over, the newest there is.
    let gone = "UPDATE rating_rounds SET state = 'draft' WHERE period = '2026Q1'";
    stage.db.owner_client().await.batch_execute(gone).await.unwrap();
    let found = tried(&mut stage, &five(), 0, 9).await.unwrap();
    assert_eq!((found.period.to_string(), found.rated), (present, 1));
}

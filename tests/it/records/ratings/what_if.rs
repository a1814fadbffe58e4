//! What a draft would give: by stars before and after, with the names, and nothing written.

use cadre::base::db;
use cadre::base::error::Error;
use cadre::records::ratings::model::TopShare;
use cadre::records::ratings::{self, SetDimension, SetScheme, SetThreshold, Tried, printed};

use super::{Stage, fields, five};

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

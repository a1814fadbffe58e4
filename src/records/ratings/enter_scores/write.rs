//! Writes what changed: four statements, however many rows.

use bigdecimal::BigDecimal;
use diesel::sql_types::{Array, Integer, Nullable, Numeric, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::error::Result;
use crate::base::ids::{DimensionId, RatingId, RoundId, SubjectId};
use crate::records::ratings::enter_scores::plan::Change;
use crate::records::ratings::model::{RatingState, SubjectKind};

/// Writes ratings, their scores, and the versions of the rounds, which the caller has locked.
pub(super) async fn write(conn: &mut AsyncPgConnection, actor: &Actor, changes: &[Change]) -> Result<()> {
    if changes.is_empty() {
        return Ok(());
    }
    ratings(conn, actor, changes).await?;
    cleared(conn, actor, changes).await?;
    scores(conn, actor, changes).await?;
    let mut rounds: Vec<RoundId> = changes.iter().map(|change| change.round).collect();
    rounds.sort_unstable();
    rounds.dedup();
    diesel::sql_query(
        "UPDATE rating_rounds SET version = version + 1, updated_at = now(), updated_by = $3 \
         WHERE county_id = $1 AND id = ANY ($2)",
    )
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Array<Uuid>, _>(rounds)
    .bind::<Text, _>(&actor.name)
    .execute(conn)
    .await?;
    Ok(())
}

async fn ratings(conn: &mut AsyncPgConnection, actor: &Actor, changes: &[Change]) -> Result<()> {
    let of = |kinds: &[SubjectKind]| -> Vec<Option<SubjectId>> {
        changes.iter().map(|change| kinds.contains(&change.kind).then_some(change.subject)).collect()
    };
    diesel::sql_query(
        "INSERT INTO ratings (county_id, id, round_id, membership_id, organisation_id, person_id, path, total, stars, \
         evidence, veto, state, updated_by, entered_by) \
         SELECT $1, r.*, $12, $13, ARRAY[$13] FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11) AS r \
         ON CONFLICT (county_id, id) DO UPDATE SET total = excluded.total, stars = excluded.stars, \
         evidence = excluded.evidence, veto = excluded.veto, version = ratings.version + 1, updated_at = now(), \
         updated_by = excluded.updated_by, entered_by = CASE WHEN $13 = ANY (ratings.entered_by) \
            THEN ratings.entered_by ELSE ratings.entered_by || $13 END",
    )
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Array<Uuid>, _>(changes.iter().map(|change| change.rating).collect::<Vec<_>>())
    .bind::<Array<Uuid>, _>(changes.iter().map(|change| change.round).collect::<Vec<_>>())
    .bind::<Array<Nullable<Uuid>>, _>(of(&[SubjectKind::Member]))
    .bind::<Array<Nullable<Uuid>>, _>(of(&[SubjectKind::Branch, SubjectKind::Village]))
    .bind::<Array<Nullable<Uuid>>, _>(of(&[SubjectKind::Household]))
    .bind::<Array<Text>, _>(changes.iter().map(|change| change.path.as_str()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Numeric>>, _>(changes.iter().map(|c| c.total.clone()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Integer>>, _>(changes.iter().map(|change| change.stars).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(changes.iter().map(|c| c.evidence.as_deref()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(changes.iter().map(|c| c.veto.as_deref()).collect::<Vec<_>>())
    .bind::<Text, _>(RatingState::Draft.code())
    .bind::<Text, _>(&actor.name)
    .execute(conn)
    .await?;
    Ok(())
}

async fn cleared(conn: &mut AsyncPgConnection, actor: &Actor, changes: &[Change]) -> Result<()> {
    let gone: (Vec<RatingId>, Vec<DimensionId>) = changes
        .iter()
        .flat_map(|change| change.scores.iter().map(move |score| (change.rating, score)))
        .filter(|(_, score)| score.after.is_none())
        .map(|(rating, score)| (rating, score.dimension))
        .unzip();
    if gone.0.is_empty() {
        return Ok(());
    }
    diesel::sql_query(
        "DELETE FROM rating_scores s USING unnest($2, $3) AS g (rating, dimension) \
         WHERE s.county_id = $1 AND s.rating_id = g.rating AND s.dimension_id = g.dimension",
    )
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Array<Uuid>, _>(gone.0)
    .bind::<Array<Uuid>, _>(gone.1)
    .execute(conn)
    .await?;
    Ok(())
}

async fn scores(conn: &mut AsyncPgConnection, actor: &Actor, changes: &[Change]) -> Result<()> {
    let mut ratings: Vec<RatingId> = Vec::new();
    let mut dimensions: Vec<DimensionId> = Vec::new();
    let mut values: Vec<BigDecimal> = Vec::new();
    for change in changes {
        for score in &change.scores {
            if let Some(value) = &score.after {
                ratings.push(change.rating);
                dimensions.push(score.dimension);
                values.push(value.clone());
            }
        }
    }
    diesel::sql_query(
        "INSERT INTO rating_scores (county_id, rating_id, dimension_id, score) \
         SELECT $1, s.* FROM unnest($2, $3, $4) AS s \
         ON CONFLICT (county_id, rating_id, dimension_id) DO UPDATE SET score = excluded.score",
    )
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Array<Uuid>, _>(ratings)
    .bind::<Array<Uuid>, _>(dimensions)
    .bind::<Array<Numeric>, _>(values)
    .execute(conn)
    .await?;
    Ok(())
}

//! Writes what changed: four statements, however many rows.

use bigdecimal::BigDecimal;
use diesel::sql_types::{Array, Nullable, Numeric, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::error::Result;
use crate::base::ids::{AssessmentId, AssessmentRoundId, IndicatorId};
use crate::records::assessments::enter_scores::plan::Change;

/// Writes assessments, their scores, and the versions of the rounds, which the caller has locked.
pub(super) async fn write(conn: &mut AsyncPgConnection, actor: &Actor, changes: &[Change]) -> Result<()> {
    if changes.is_empty() {
        return Ok(());
    }
    assessments(conn, actor, changes).await?;
    cleared(conn, actor, changes).await?;
    scores(conn, actor, changes).await?;
    let mut rounds: Vec<AssessmentRoundId> = changes.iter().map(|change| change.round).collect();
    rounds.sort_unstable();
    rounds.dedup();
    diesel::sql_query(
        "UPDATE assessment_rounds SET version = version + 1, updated_at = now(), updated_by = $3 \
         WHERE county_id = $1 AND id = ANY ($2)",
    )
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Array<Uuid>, _>(rounds)
    .bind::<Text, _>(&actor.name)
    .execute(conn)
    .await?;
    Ok(())
}

async fn assessments(conn: &mut AsyncPgConnection, actor: &Actor, changes: &[Change]) -> Result<()> {
    let text = |of: fn(&Change) -> Option<&str>| changes.iter().map(of).collect::<Vec<_>>();
    diesel::sql_query(
        "INSERT INTO assessments (county_id, id, round_id, village_id, path, total, deduction_note, evidence, note, \
            updated_by) \
         SELECT $1, a.*, $10 FROM unnest($2, $3, $4, $5, $6, $7, $8, $9) AS a \
         ON CONFLICT (county_id, id) DO UPDATE SET total = excluded.total, \
            deduction_note = excluded.deduction_note, evidence = excluded.evidence, note = excluded.note, \
            version = assessments.version + 1, updated_at = now(), updated_by = excluded.updated_by",
    )
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Array<Uuid>, _>(changes.iter().map(|change| change.assessment).collect::<Vec<_>>())
    .bind::<Array<Uuid>, _>(changes.iter().map(|change| change.round).collect::<Vec<_>>())
    .bind::<Array<Uuid>, _>(changes.iter().map(|change| change.village).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(changes.iter().map(|change| change.path.as_str()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Numeric>>, _>(changes.iter().map(|c| c.total.clone()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(text(|change| change.texts.deduction_note.as_deref()))
    .bind::<Array<Nullable<Text>>, _>(text(|change| change.texts.evidence.as_deref()))
    .bind::<Array<Nullable<Text>>, _>(text(|change| change.texts.note.as_deref()))
    .bind::<Text, _>(&actor.name)
    .execute(conn)
    .await?;
    Ok(())
}

async fn cleared(conn: &mut AsyncPgConnection, actor: &Actor, changes: &[Change]) -> Result<()> {
    let gone: (Vec<AssessmentId>, Vec<IndicatorId>) = changes
        .iter()
        .flat_map(|change| change.scores.iter().map(move |score| (change.assessment, score)))
        .filter(|(_, score)| score.after.is_none())
        .map(|(assessment, score)| (assessment, score.indicator))
        .unzip();
    if gone.0.is_empty() {
        return Ok(());
    }
    diesel::sql_query(
        "DELETE FROM assessment_scores s USING unnest($2, $3) AS g (assessment, indicator) \
         WHERE s.county_id = $1 AND s.assessment_id = g.assessment AND s.indicator_id = g.indicator",
    )
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Array<Uuid>, _>(gone.0)
    .bind::<Array<Uuid>, _>(gone.1)
    .execute(conn)
    .await?;
    Ok(())
}

async fn scores(conn: &mut AsyncPgConnection, actor: &Actor, changes: &[Change]) -> Result<()> {
    let mut rows: Vec<(AssessmentId, IndicatorId, BigDecimal)> = Vec::new();
    for change in changes {
        for score in &change.scores {
            if let Some(value) = &score.after {
                rows.push((change.assessment, score.indicator, value.clone()));
            }
        }
    }
    put_scores(conn, actor, &rows).await
}

/// Puts scores in the place of those before.
///
/// # Errors
/// Whatever the database answers.
pub(in crate::records::assessments) async fn put_scores(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    rows: &[(AssessmentId, IndicatorId, BigDecimal)],
) -> Result<()> {
    diesel::sql_query(
        "INSERT INTO assessment_scores (county_id, assessment_id, indicator_id, score) \
         SELECT $1, s.* FROM unnest($2, $3, $4) AS s \
         ON CONFLICT (county_id, assessment_id, indicator_id) DO UPDATE SET score = excluded.score",
    )
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Array<Uuid>, _>(rows.iter().map(|row| row.0).collect::<Vec<_>>())
    .bind::<Array<Uuid>, _>(rows.iter().map(|row| row.1).collect::<Vec<_>>())
    .bind::<Array<Numeric>, _>(rows.iter().map(|row| row.2.clone()).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    Ok(())
}

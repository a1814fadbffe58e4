//! Reads of objections, with what they corrected.

use std::collections::HashMap;

use bigdecimal::BigDecimal;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::error::{OrMissing, Result};
use crate::base::ids::{AssessmentObjectionId, AssessmentRoundId, CountyId};
use crate::base::scope::Scope;
use crate::records::assessments::model::Objection;
use crate::schema::{
    assessment_corrections, assessment_indicators, assessment_objections, assessments, organisations,
};

/// A score that an objection corrected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// Code of the indicator.
    pub indicator: String,
    /// Its name.
    pub name: String,
    /// The score before.
    pub before: BigDecimal,
    /// The score since.
    pub after: BigDecimal,
}

/// An objection with the village that it is about.
#[derive(Debug, Clone)]
pub struct ObjectionCard {
    /// The objection.
    pub objection: Objection,
    /// The round.
    pub round_id: AssessmentRoundId,
    /// Code and name of the village.
    pub village: (String, String),
    /// What it corrected.
    pub corrections: Vec<Correction>,
}

/// Objections of a scope by id, the present state of each.
///
/// # Errors
/// `Missing` unless all are there.
pub(in crate::records::assessments) async fn objections(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    ids: &[AssessmentObjectionId],
) -> Result<HashMap<AssessmentObjectionId, Objection>> {
    let found: HashMap<AssessmentObjectionId, Objection> = assessment_objections::table
        .filter(assessment_objections::county_id.eq(within.county))
        .filter(assessment_objections::id.eq_any(ids))
        .filter(
            assessment_objections::path
                .ge(within.path.as_str())
                .and(assessment_objections::path.lt(within.path.end())),
        )
        .select(Objection::as_select())
        .load(conn)
        .await?
        .into_iter()
        .map(|one: Objection| (one.id, one))
        .collect();
    ids.iter().all(|id| found.contains_key(id)).then_some(found).or_missing("异议")
}

macro_rules! cards {
    ($within:expr) => {
        assessment_objections::table
            .inner_join(
                assessments::table.on(assessments::county_id
                    .eq(assessment_objections::county_id)
                    .and(assessments::id.eq(assessment_objections::assessment_id))),
            )
            .inner_join(
                organisations::table.on(organisations::county_id
                    .eq(assessments::county_id)
                    .and(organisations::id.eq(assessments::village_id))),
            )
            .filter(assessment_objections::county_id.eq($within.county))
            .filter(assessment_objections::path.ge($within.path.as_str()))
            .filter(assessment_objections::path.lt($within.path.end()))
            .order((assessment_objections::raised_on, assessment_objections::id))
            .select((
                Objection::as_select(),
                assessments::round_id,
                (organisations::code, organisations::name),
            ))
    };
}

type Row = (Objection, AssessmentRoundId, (String, String));

/// The objections against the assessments of some rounds, in the order in which they were raised.
///
/// # Errors
/// Whatever the database answers.
pub async fn of_round(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    round: AssessmentRoundId,
) -> Result<Vec<ObjectionCard>> {
    let rows: Vec<Row> = cards!(within).filter(assessments::round_id.eq(round)).limit(500).load(conn).await?;
    with_corrections(conn, within.county, rows).await
}

/// One objection inside a scope.
///
/// # Errors
/// `Missing`.
pub async fn objection(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    id: AssessmentObjectionId,
) -> Result<ObjectionCard> {
    let rows: Vec<Row> = cards!(within).filter(assessment_objections::id.eq(id)).load(conn).await?;
    with_corrections(conn, within.county, rows).await?.pop().or_missing("异议")
}

async fn with_corrections(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    rows: Vec<Row>,
) -> Result<Vec<ObjectionCard>> {
    let ids: Vec<AssessmentObjectionId> = rows.iter().map(|row| row.0.id).collect();
    let found: Vec<(AssessmentObjectionId, String, String, BigDecimal, BigDecimal)> =
        assessment_corrections::table
            .inner_join(
                assessment_indicators::table.on(assessment_indicators::county_id
                    .eq(assessment_corrections::county_id)
                    .and(assessment_indicators::id.eq(assessment_corrections::indicator_id))),
            )
            .filter(assessment_corrections::county_id.eq(county))
            .filter(assessment_corrections::objection_id.eq_any(ids))
            .order(assessment_indicators::position)
            .select((
                assessment_corrections::objection_id,
                assessment_indicators::code,
                assessment_indicators::name,
                assessment_corrections::before,
                assessment_corrections::after,
            ))
            .load(conn)
            .await?;
    let mut corrections: HashMap<AssessmentObjectionId, Vec<Correction>> = HashMap::new();
    for (objection, indicator, name, before, after) in found {
        corrections.entry(objection).or_default().push(Correction { indicator, name, before, after });
    }
    Ok(rows
        .into_iter()
        .map(|(objection, round_id, village)| ObjectionCard {
            corrections: corrections.remove(&objection.id).unwrap_or_default(),
            objection,
            round_id,
            village,
        })
        .collect())
}

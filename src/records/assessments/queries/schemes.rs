//! Reads of schemes. They are no secret inside a county.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::error::{Error, Result};
use crate::base::ids::{AssessmentSchemeId, CountyId, OrganisationId};
use crate::base::scope::{Path, Scope};
use crate::records::assessments::model::{Entry, FlagRule, Indicator, Scheme, SchemeRow};
use crate::records::organisations::{Kind, Organisation};
use crate::schema::{assessment_indicators, assessment_schemes};

/// The most versions that a county's list shows.
const MOST: i64 = 2_000;

/// Whether an organisation assesses villages: streets, towns and townships do.
#[must_use]
pub fn assesses(organisation: &Organisation) -> bool {
    matches!(organisation.kind(), Some(Kind::Street | Kind::Town | Kind::Township))
}

/// The version by which a town assesses on a day: its own, else that of whoever stands above it.
#[must_use]
pub fn scheme_for<'a>(schemes: &'a [Scheme], town: &Path, day: NaiveDate) -> Option<&'a Scheme> {
    schemes
        .iter()
        .filter(|scheme| scheme.path.contains(town) && scheme.holds_on(day))
        .max_by_key(|scheme| scheme.path.as_str().len())
}

/// The schemes of the county with all their versions, newest first; with a day, those in force on it.
///
/// # Errors
/// Whatever the database answers.
pub async fn schemes(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    on: Option<NaiveDate>,
) -> Result<Vec<Scheme>> {
    let mut query =
        assessment_schemes::table.filter(assessment_schemes::county_id.eq(within.county)).into_boxed();
    if let Some(day) = on {
        query = query
            .filter(assessment_schemes::from_day.le(day))
            .filter(assessment_schemes::to_day.is_null().or(assessment_schemes::to_day.gt(day)));
    }
    let rows = query
        .order((assessment_schemes::path, assessment_schemes::from_day.desc()))
        .limit(MOST)
        .select(SchemeRow::as_select())
        .load(conn)
        .await?;
    assemble(conn, within.county, rows).await
}

/// The newest version of some organisations, locked until the transaction ends.
///
/// # Errors
/// Whatever the database answers.
pub(in crate::records::assessments) async fn newest_versions(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    organisations: &[OrganisationId],
) -> Result<Vec<Scheme>> {
    let rows = assessment_schemes::table
        .filter(assessment_schemes::county_id.eq(county))
        .filter(assessment_schemes::organisation_id.eq_any(organisations))
        .filter(assessment_schemes::to_day.is_null())
        .order(assessment_schemes::path)
        .select(SchemeRow::as_select())
        .for_update()
        .load(conn)
        .await?;
    assemble(conn, county, rows).await
}

/// Versions by id.
///
/// # Errors
/// Whatever the database answers.
pub async fn by_ids(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    ids: &[AssessmentSchemeId],
) -> Result<HashMap<AssessmentSchemeId, Scheme>> {
    let rows = assessment_schemes::table
        .filter(assessment_schemes::county_id.eq(county))
        .filter(assessment_schemes::id.eq_any(ids))
        .select(SchemeRow::as_select())
        .load(conn)
        .await?;
    let schemes = assemble(conn, county, rows).await?;
    Ok(schemes.into_iter().map(|scheme| (scheme.id, scheme)).collect())
}

/// Puts indicators to their schemes.
async fn assemble(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    rows: Vec<SchemeRow>,
) -> Result<Vec<Scheme>> {
    let ids: Vec<AssessmentSchemeId> = rows.iter().map(|row| row.id).collect();
    let mut indicators: HashMap<AssessmentSchemeId, Vec<Indicator>> = HashMap::new();
    for indicator in assessment_indicators::table
        .filter(assessment_indicators::county_id.eq(county))
        .filter(assessment_indicators::scheme_id.eq_any(&ids))
        .order((assessment_indicators::scheme_id, assessment_indicators::position))
        .select(Indicator::as_select())
        .load(conn)
        .await?
    {
        indicators.entry(indicator.scheme_id).or_default().push(indicator);
    }
    rows.into_iter()
        .map(|row| {
            let indicators = indicators.remove(&row.id).unwrap_or_default();
            scheme(row, indicators)
        })
        .collect()
}

/// The constraints of the table keep the codes to those that are known here.
fn scheme(row: SchemeRow, indicators: Vec<Indicator>) -> Result<Scheme> {
    Ok(Scheme {
        id: row.id,
        organisation_id: row.organisation_id,
        path: Path::stored(row.path),
        entry: Entry::parse(&row.entry).map_err(Error::broken)?,
        flag_rule: FlagRule::parse(&row.flag_rule).map_err(Error::broken)?,
        name: row.name,
        decimals: row.decimals,
        notice_days: row.notice_days,
        method: row.method,
        from_day: row.from_day,
        to_day: row.to_day,
        indicators,
    })
}

//! Reads of schemes. A county's schemes are no secret inside it.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::error::{Error, Result};
use crate::base::ids::{CountyId, SchemeId};
use crate::base::scope::Scope;
use crate::records::ratings::model::{
    Aggregation, Dimension, MissingPart, PeriodKind, RaterRule, ResultKind, Scheme, SchemeRow, SchemeRules,
    SubjectKind, Threshold, TopShare, Veto,
};
use crate::schema::{rating_dimensions, rating_schemes, rating_thresholds, rating_vetoes};

/// The most versions that a county's list shows: schemes are counted on fingers.
const MOST: i64 = 500;

/// The schemes of the county, newest versions first; with a day, those in force on it.
///
/// # Errors
/// Whatever the database answers.
pub async fn schemes(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    on: Option<NaiveDate>,
) -> Result<Vec<Scheme>> {
    let mut query = rating_schemes::table.filter(rating_schemes::county_id.eq(within.county)).into_boxed();
    if let Some(day) = on {
        query = query
            .filter(rating_schemes::from_day.le(day))
            .filter(rating_schemes::to_day.is_null().or(rating_schemes::to_day.gt(day)));
    }
    let rows = query
        .order((rating_schemes::code, rating_schemes::from_day.desc()))
        .limit(MOST)
        .select(SchemeRow::as_select())
        .load(conn)
        .await?;
    assemble(conn, within.county, rows).await
}

/// The version of a scheme in force on a day.
///
/// # Errors
/// Whatever the database answers.
pub async fn in_force(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    code: &str,
    day: NaiveDate,
) -> Result<Option<Scheme>> {
    let mut found = versions(conn, within.county, &[code]).await?;
    found.retain(|scheme| holds(scheme, day));
    Ok(found.pop())
}

/// The scheme from which the quarterly report takes the stars of members on a day.
///
/// # Errors
/// Whatever the database answers.
pub async fn primary(conn: &mut AsyncPgConnection, within: &Scope, day: NaiveDate) -> Result<Option<Scheme>> {
    let mut found = schemes(conn, within, Some(day)).await?;
    found.retain(|scheme| scheme.is_primary && scheme.subject == SubjectKind::Member);
    Ok(found.pop())
}

fn holds(scheme: &Scheme, day: NaiveDate) -> bool {
    scheme.from_day <= day && scheme.to_day.is_none_or(|to_day| day < to_day)
}

/// All versions of some schemes, oldest first.
///
/// # Errors
/// Whatever the database answers.
pub(in crate::records::ratings) async fn versions(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    codes: &[&str],
) -> Result<Vec<Scheme>> {
    let rows = rating_schemes::table
        .filter(rating_schemes::county_id.eq(county))
        .filter(rating_schemes::code.eq_any(codes))
        .order((rating_schemes::code, rating_schemes::from_day))
        .select(SchemeRow::as_select())
        .load(conn)
        .await?;
    assemble(conn, county, rows).await
}

/// The newest version of some schemes, locked until the transaction ends.
///
/// # Errors
/// Whatever the database answers.
pub(in crate::records::ratings) async fn newest_versions(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    codes: &[&str],
) -> Result<Vec<Scheme>> {
    let rows = rating_schemes::table
        .filter(rating_schemes::county_id.eq(county))
        .filter(rating_schemes::code.eq_any(codes))
        .filter(rating_schemes::to_day.is_null())
        .order(rating_schemes::code)
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
pub(in crate::records::ratings) async fn by_ids(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    ids: &[SchemeId],
) -> Result<HashMap<SchemeId, Scheme>> {
    let rows = rating_schemes::table
        .filter(rating_schemes::county_id.eq(county))
        .filter(rating_schemes::id.eq_any(ids))
        .select(SchemeRow::as_select())
        .load(conn)
        .await?;
    let schemes = assemble(conn, county, rows).await?;
    Ok(schemes.into_iter().map(|scheme| (scheme.id, scheme)).collect())
}

/// Puts the parts of schemes to their heads.
async fn assemble(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    rows: Vec<SchemeRow>,
) -> Result<Vec<Scheme>> {
    let ids: Vec<SchemeId> = rows.iter().map(|row| row.id).collect();
    let mut dimensions: HashMap<SchemeId, Vec<Dimension>> = HashMap::new();
    for dimension in rating_dimensions::table
        .filter(rating_dimensions::county_id.eq(county))
        .filter(rating_dimensions::scheme_id.eq_any(&ids))
        .order((rating_dimensions::scheme_id, rating_dimensions::position))
        .select(Dimension::as_select())
        .load(conn)
        .await?
    {
        dimensions.entry(dimension.scheme_id).or_default().push(dimension);
    }
    let mut thresholds: HashMap<SchemeId, Vec<Threshold>> = HashMap::new();
    for step in rating_thresholds::table
        .filter(rating_thresholds::county_id.eq(county))
        .filter(rating_thresholds::scheme_id.eq_any(&ids))
        .order((rating_thresholds::scheme_id, rating_thresholds::stars.desc()))
        .select(Threshold::as_select())
        .load(conn)
        .await?
    {
        thresholds.entry(step.scheme_id).or_default().push(step);
    }
    let mut vetoes: HashMap<SchemeId, Vec<Veto>> = HashMap::new();
    for veto in rating_vetoes::table
        .filter(rating_vetoes::county_id.eq(county))
        .filter(rating_vetoes::scheme_id.eq_any(&ids))
        .order((rating_vetoes::scheme_id, rating_vetoes::code))
        .select(Veto::as_select())
        .load(conn)
        .await?
    {
        vetoes.entry(veto.scheme_id).or_default().push(veto);
    }
    rows.into_iter()
        .map(|row| {
            let id = row.id;
            let parts = (dimensions.remove(&id), thresholds.remove(&id), vetoes.remove(&id));
            scheme(row, parts)
        })
        .collect()
}

/// Dimensions, thresholds and vetoes.
type Parts = (Option<Vec<Dimension>>, Option<Vec<Threshold>>, Option<Vec<Veto>>);

/// The constraints of the table keep the codes to those that are known here.
fn scheme(row: SchemeRow, (dimensions, thresholds, vetoes): Parts) -> Result<Scheme> {
    let rules = SchemeRules {
        result: ResultKind::parse(&row.result).map_err(Error::broken)?,
        raters: RaterRule::parse(&row.raters).map_err(Error::broken)?,
        least_raters: row.least_raters,
        top_share: row
            .top_numerator
            .zip(row.top_denominator)
            .map(|(numerator, denominator)| TopShare { numerator, denominator }),
        objection_days: row.objection_days,
        leaves_out_probationary: row.leaves_out_probationary,
        needs_evidence: row.needs_evidence,
    };
    Ok(Scheme {
        id: row.id,
        subject: SubjectKind::parse(&row.subject_kind).map_err(Error::broken)?,
        period: PeriodKind::parse(&row.period_kind).map_err(Error::broken)?,
        aggregation: Aggregation::parse(&row.aggregation).map_err(Error::broken)?,
        missing_part: MissingPart::parse(&row.missing_part).map_err(Error::broken)?,
        code: row.code,
        name: row.name,
        stars: row.stars,
        decimals: row.decimals,
        procedure: row.procedure,
        is_primary: row.is_primary,
        from_day: row.from_day,
        to_day: row.to_day,
        dimensions: dimensions.unwrap_or_default(),
        thresholds: thresholds.unwrap_or_default(),
        vetoes: vetoes.unwrap_or_default(),
        rules,
    })
}

//! Reads of schemes. A county's schemes are no secret inside it.

use std::collections::HashMap;

use bigdecimal::BigDecimal;
use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::error::{Error, Result};
use crate::base::ids::{AwardSchemeId, CountyId};
use crate::base::scope::Scope;
use crate::records::ratings::awards::model::{AwardKind, AwardScheme, PanelAggregation, SchemeStep};
use crate::schema::{award_kinds, award_schemes, award_steps};

/// The most versions that a county's list shows: schemes are counted on fingers.
const MOST: i64 = 200;

#[derive(Queryable, Selectable)]
#[diesel(table_name = award_schemes)]
struct SchemeRow {
    id: AwardSchemeId,
    code: String,
    name: String,
    notice_days: i32,
    full_marks: BigDecimal,
    pass_mark: Option<BigDecimal>,
    least_raters: i32,
    aggregation: String,
    procedure: String,
    is_primary: bool,
    from_day: NaiveDate,
    to_day: Option<NaiveDate>,
}

/// The schemes of the county, newest versions first; with a day, those in force on it.
///
/// # Errors
/// Whatever the database answers.
pub async fn award_schemes(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    on: Option<NaiveDate>,
) -> Result<Vec<AwardScheme>> {
    let mut query = award_schemes::table.filter(award_schemes::county_id.eq(within.county)).into_boxed();
    if let Some(day) = on {
        query = query
            .filter(award_schemes::from_day.le(day))
            .filter(award_schemes::to_day.is_null().or(award_schemes::to_day.gt(day)));
    }
    let rows = query
        .order((award_schemes::is_primary.desc(), award_schemes::code, award_schemes::from_day.desc()))
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
) -> Result<Option<AwardScheme>> {
    let mut found = versions(conn, within.county, code).await?;
    found.retain(|scheme| scheme.from_day <= day && scheme.to_day.is_none_or(|end| day < end));
    Ok(found.pop())
}

/// All versions of a scheme, oldest first.
///
/// # Errors
/// Whatever the database answers.
pub(in crate::records::ratings::awards) async fn versions(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    code: &str,
) -> Result<Vec<AwardScheme>> {
    let rows = award_schemes::table
        .filter(award_schemes::county_id.eq(county))
        .filter(award_schemes::code.eq(code))
        .order(award_schemes::from_day)
        .select(SchemeRow::as_select())
        .load(conn)
        .await?;
    assemble(conn, county, rows).await
}

/// Versions by id.
///
/// # Errors
/// Whatever the database answers.
pub(in crate::records::ratings::awards) async fn by_ids(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    ids: impl Iterator<Item = AwardSchemeId>,
) -> Result<HashMap<AwardSchemeId, AwardScheme>> {
    let mut ids: Vec<AwardSchemeId> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    let rows = award_schemes::table
        .filter(award_schemes::county_id.eq(county))
        .filter(award_schemes::id.eq_any(ids))
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
) -> Result<Vec<AwardScheme>> {
    let ids: Vec<AwardSchemeId> = rows.iter().map(|row| row.id).collect();
    let mut kinds: HashMap<AwardSchemeId, Vec<AwardKind>> = HashMap::new();
    for kind in award_kinds::table
        .filter(award_kinds::county_id.eq(county))
        .filter(award_kinds::scheme_id.eq_any(&ids))
        .order((award_kinds::scheme_id, award_kinds::position))
        .select(AwardKind::as_select())
        .load(conn)
        .await?
    {
        kinds.entry(kind.scheme_id).or_default().push(kind);
    }
    let mut steps: HashMap<AwardSchemeId, Vec<SchemeStep>> = HashMap::new();
    for step in award_steps::table
        .filter(award_steps::county_id.eq(county))
        .filter(award_steps::scheme_id.eq_any(&ids))
        .order((award_steps::scheme_id, award_steps::position))
        .select(SchemeStep::as_select())
        .load(conn)
        .await?
    {
        steps.entry(step.scheme_id).or_default().push(step);
    }
    rows.into_iter()
        .map(|row| {
            Ok(AwardScheme {
                id: row.id,
                aggregation: PanelAggregation::parse(&row.aggregation).map_err(Error::broken)?,
                code: row.code,
                name: row.name,
                notice_days: row.notice_days,
                full_marks: row.full_marks,
                pass_mark: row.pass_mark,
                least_raters: row.least_raters,
                procedure: row.procedure,
                is_primary: row.is_primary,
                from_day: row.from_day,
                to_day: row.to_day,
                kinds: kinds.remove(&row.id).unwrap_or_default(),
                steps: steps.remove(&row.id).unwrap_or_default(),
            })
        })
        .collect()
}

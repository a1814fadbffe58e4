//! One picture of a unit and a year: its quarters, and the checks beside them.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::error::{OrMissing, Result};
use crate::base::ids::InspectionId;
use crate::base::scope::Scope;
use crate::base::values::Quarter;
use crate::records::assessments::model::{Inspection, InspectionKind};
use crate::records::assessments::queries::{RankLine, ranking};
use crate::records::organisations::{self, Organisation};
use crate::schema::{inspections as checks, organisations as units};

/// A check with the unit that it looked at.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = checks)]
pub struct InspectionCard {
    /// The check.
    #[diesel(embed)]
    pub inspection: Inspection,
    /// Code of the unit.
    #[diesel(select_expression = units::code)]
    pub unit_code: String,
    /// Its name.
    #[diesel(select_expression = units::name)]
    pub unit_name: String,
}

/// A quarter of the year, and how the unit stood in it where it was assessed.
#[derive(Debug, Clone)]
pub struct QuarterLine {
    /// The quarter.
    pub quarter: Quarter,
    /// How it stood.
    pub rank: Option<RankLine>,
}

/// A unit and a year.
#[derive(Debug, Clone)]
pub struct Picture {
    /// The village or community.
    pub unit: Organisation,
    /// The year.
    pub year: i32,
    /// Its four quarters.
    pub quarters: Vec<QuarterLine>,
    /// The checks, by day.
    pub inspections: Vec<InspectionCard>,
}

/// What a list of checks is filtered by.
#[derive(Debug, Clone, Default)]
pub struct InspectionFilter {
    /// What kind.
    pub kind: Option<InspectionKind>,
    /// From this day on.
    pub from: Option<NaiveDate>,
    /// To this day.
    pub to: Option<NaiveDate>,
}

macro_rules! cards {
    ($within:expr) => {
        checks::table
            .inner_join(
                units::table.on(units::county_id.eq(checks::county_id).and(units::id.eq(checks::unit_id))),
            )
            .filter(checks::county_id.eq($within.county))
            .filter(checks::path.ge($within.path.as_str()))
            .filter(checks::path.lt($within.path.end()))
    };
}

macro_rules! filtered {
    ($within:expr, $filter:expr) => {{
        let mut query = cards!($within).into_boxed();
        if let Some(kind) = $filter.kind {
            query = query.filter(checks::kind.eq(kind.code()));
        }
        if let Some(from) = $filter.from {
            query = query.filter(checks::held_on.ge(from));
        }
        if let Some(to) = $filter.to {
            query = query.filter(checks::held_on.le(to));
        }
        query
    }};
}

/// How many checks [`inspections`] has in all its pages.
///
/// # Errors
/// Whatever the database answers.
pub async fn count_inspections(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    filter: &InspectionFilter,
) -> QueryResult<i64> {
    filtered!(within, filter).count().get_result(conn).await
}

/// Checks inside a scope, newest first, after a day and an id, at most `limit`.
///
/// # Errors
/// Whatever the database answers.
pub async fn inspections(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    filter: &InspectionFilter,
    after: Option<(NaiveDate, InspectionId)>,
    limit: i64,
) -> QueryResult<Vec<InspectionCard>> {
    let mut query = filtered!(within, filter);
    if let Some((day, id)) = after {
        query = query.filter(checks::held_on.lt(day).or(checks::held_on.eq(day).and(checks::id.gt(id))));
    }
    query
        .order((checks::held_on.desc(), checks::id))
        .limit(limit)
        .select(InspectionCard::as_select())
        .load(conn)
        .await
}

/// One check inside a scope.
///
/// # Errors
/// `Missing`.
pub async fn inspection(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    id: InspectionId,
) -> Result<InspectionCard> {
    cards!(within)
        .filter(checks::id.eq(id))
        .select(InspectionCard::as_select())
        .first(conn)
        .await
        .optional()
        .or_missing("检查记录")
}

/// Checks of a scope by id, locked until the transaction ends.
///
/// # Errors
/// `Missing` unless all are there.
pub(in crate::records::assessments) async fn lock_inspections(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    ids: &[InspectionId],
) -> Result<HashMap<InspectionId, Inspection>> {
    let found: HashMap<InspectionId, Inspection> = checks::table
        .filter(checks::county_id.eq(within.county))
        .filter(checks::id.eq_any(ids))
        .filter(checks::path.ge(within.path.as_str()).and(checks::path.lt(within.path.end())))
        .order(checks::id)
        .select(Inspection::as_select())
        .for_update()
        .load(conn)
        .await?
        .into_iter()
        .map(|one: Inspection| (one.id, one))
        .collect();
    ids.iter().all(|id| found.contains_key(id)).then_some(found).or_missing("检查记录")
}

/// The picture of a unit and a year inside a scope.
///
/// # Errors
/// `Missing` for a unit that is not there.
pub async fn picture(conn: &mut AsyncPgConnection, within: &Scope, unit: &str, year: i32) -> Result<Picture> {
    let unit = organisations::queries::by_code(conn, within, unit).await.or_missing("该村（社区）")?;
    let scope = unit.scope();
    let mut quarters = Vec::with_capacity(4);
    for number in 1..=4 {
        let Ok(quarter) = Quarter::parse(&format!("{year}Q{number}")) else { continue };
        let rank = ranking(conn, &scope, quarter).await?.into_iter().next();
        quarters.push(QuarterLine { quarter, rank });
    }
    let filter = InspectionFilter {
        kind: None,
        from: quarters.as_slice().first().map(|line| line.quarter.first_day()),
        to: quarters.as_slice().last().map(|line| line.quarter.last_day()),
    };
    let mut inspections = inspections(conn, &scope, &filter, None, 500).await?;
    inspections.reverse();
    Ok(Picture { unit, year, quarters, inspections })
}

//! Reads of draws: what was promised, fixed and drawn.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::clock;
use crate::base::error::{OrMissing, Result};
use crate::base::ids::{CountyId, OrganisationId, VisitDrawId};
use crate::base::scope::Scope;
use crate::records::assessments::model::{Draw, DrawState};
use crate::records::organisations::Organisation;
use crate::schema::{organisations, visit_draw_picks, visit_draw_units, visit_draws};

/// A unit of a draw.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = visit_draw_units)]
pub struct DrawUnit {
    /// The village or community.
    pub unit_id: OrganisationId,
    /// Its code when the list was fixed.
    pub code: String,
    /// Its name then.
    pub name: String,
}

/// A unit that was drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pick {
    /// Place in the draw, from 1.
    pub place: i32,
    /// Code of the unit.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its lot.
    pub lot: Vec<u8>,
}

/// A draw with its organisation, units and result.
#[derive(Debug, Clone)]
pub struct DrawCard {
    /// The draw.
    pub draw: Draw,
    /// Code and name of whoever draws.
    pub organisation: (String, String),
    /// The units, by code.
    pub units: Vec<DrawUnit>,
    /// What was drawn, in the order of the draw.
    pub picks: Vec<Pick>,
}

/// Draws that somebody may see: those of his scope, and those of others once they are done and the day is past.
macro_rules! seen {
    ($within:expr) => {
        visit_draws::table.filter(visit_draws::county_id.eq($within.county)).filter(
            (visit_draws::path.ge($within.path.as_str()).and(visit_draws::path.lt($within.path.end()))).or(
                visit_draws::state
                    .eq(DrawState::Revealed.code())
                    .and(visit_draws::visit_on.assume_not_null().lt(clock::today())),
            ),
        )
    };
}

/// The draws that a scope may see, newest first, at most `limit`; without their units.
///
/// # Errors
/// Whatever the database answers.
pub async fn draws(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    after: Option<VisitDrawId>,
    limit: i64,
) -> Result<Vec<DrawCard>> {
    let mut query = seen!(within)
        .inner_join(
            organisations::table.on(organisations::county_id
                .eq(visit_draws::county_id)
                .and(organisations::id.eq(visit_draws::organisation_id))),
        )
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(visit_draws::id.lt(after));
    }
    let rows: Vec<(Draw, (String, String))> = query
        .order(visit_draws::id.desc())
        .limit(limit)
        .select((Draw::as_select(), (organisations::code, organisations::name)))
        .load(conn)
        .await?;
    let card = |(draw, organisation)| DrawCard { draw, organisation, units: Vec::new(), picks: Vec::new() };
    Ok(rows.into_iter().map(card).collect())
}

/// How many draws [`draws`] has in all its pages.
///
/// # Errors
/// Whatever the database answers.
pub async fn count_draws(conn: &mut AsyncPgConnection, within: &Scope) -> QueryResult<i64> {
    seen!(within).count().get_result(conn).await
}

/// One draw that a scope may see.
///
/// # Errors
/// `Missing`.
pub async fn draw(conn: &mut AsyncPgConnection, within: &Scope, id: VisitDrawId) -> Result<DrawCard> {
    let (draw, organisation): (Draw, (String, String)) = seen!(within)
        .inner_join(
            organisations::table.on(organisations::county_id
                .eq(visit_draws::county_id)
                .and(organisations::id.eq(visit_draws::organisation_id))),
        )
        .filter(visit_draws::id.eq(id))
        .select((Draw::as_select(), (organisations::code, organisations::name)))
        .first(conn)
        .await
        .optional()
        .or_missing("暗访抽取")?;
    let units = draw_units(conn, within.county, id).await?;
    let drawn: Vec<(i32, OrganisationId, Vec<u8>)> = visit_draw_picks::table
        .filter(visit_draw_picks::county_id.eq(within.county))
        .filter(visit_draw_picks::draw_id.eq(id))
        .order(visit_draw_picks::place)
        .select((visit_draw_picks::place, visit_draw_picks::unit_id, visit_draw_picks::lot))
        .load(conn)
        .await?;
    let picks = drawn
        .into_iter()
        .filter_map(|(place, unit, lot)| {
            let unit = units.iter().find(|one| one.unit_id == unit)?;
            Some(Pick { place, code: unit.code.clone(), name: unit.name.clone(), lot })
        })
        .collect();
    Ok(DrawCard { draw, organisation, units, picks })
}

/// The units of a draw, by code.
///
/// # Errors
/// Whatever the database answers.
pub(in crate::records::assessments) async fn draw_units(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    draw: VisitDrawId,
) -> QueryResult<Vec<DrawUnit>> {
    visit_draw_units::table
        .filter(visit_draw_units::county_id.eq(county))
        .filter(visit_draw_units::draw_id.eq(draw))
        .order(visit_draw_units::code)
        .select(DrawUnit::as_select())
        .load(conn)
        .await
}

/// Which units some draws have drawn.
///
/// # Errors
/// Whatever the database answers.
pub(in crate::records::assessments) async fn picked(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    draws: &[VisitDrawId],
) -> QueryResult<HashSet<(VisitDrawId, OrganisationId)>> {
    let rows: Vec<(VisitDrawId, OrganisationId)> = visit_draw_picks::table
        .filter(visit_draw_picks::county_id.eq(county))
        .filter(visit_draw_picks::draw_id.eq_any(draws))
        .select((visit_draw_picks::draw_id, visit_draw_picks::unit_id))
        .load(conn)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Draws of a scope by id, locked until the transaction ends.
///
/// # Errors
/// `Missing` unless all are there.
pub(in crate::records::assessments) async fn lock_draws(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    ids: &[VisitDrawId],
) -> Result<HashMap<VisitDrawId, Draw>> {
    let found: HashMap<VisitDrawId, Draw> = visit_draws::table
        .filter(visit_draws::county_id.eq(within.county))
        .filter(visit_draws::path.ge(within.path.as_str()).and(visit_draws::path.lt(within.path.end())))
        .filter(visit_draws::id.eq_any(ids))
        .order(visit_draws::id)
        .select(Draw::as_select())
        .for_update()
        .load(conn)
        .await?
        .into_iter()
        .map(|one: Draw| (one.id, one))
        .collect();
    ids.iter().all(|id| found.contains_key(id)).then_some(found).or_missing("暗访抽取")
}

/// The villages and communities of a scope that exist on a day, by code; one more than `most` where there are more.
///
/// # Errors
/// Whatever the database answers.
pub(in crate::records::assessments) async fn villages(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    day: NaiveDate,
    most: usize,
) -> Result<Vec<Organisation>> {
    let limit = i64::try_from(most).unwrap_or(i64::MAX).saturating_add(1);
    Ok(organisations::table
        .filter(organisations::county_id.eq(within.county))
        .filter(organisations::path.ge(within.path.as_str()).and(organisations::path.lt(within.path.end())))
        .filter(organisations::kind.eq_any(["village", "community"]))
        .filter(organisations::founded_on.is_null().or(organisations::founded_on.le(day)))
        .filter(organisations::dissolved_on.is_null().or(organisations::dissolved_on.gt(day)))
        .order(organisations::code)
        .limit(limit)
        .select(Organisation::as_select())
        .load(conn)
        .await?)
}

//! Every read of the pool.

mod listing;
mod record;
mod stays;
mod succession;
mod teams;

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::error::{OrMissing, Result};
use crate::base::ids::{CountyId, OrganisationId, PersonId, ReserveId};
use crate::base::scope::Scope;
use crate::records::organisations::Organisation;
use crate::records::reserves::model::{Mentor, Reserve};
use crate::schema::{organisations, reserve_mentors, reserve_sources, reserves};

pub use listing::{Filter, Place, count, list};
pub use record::{Card, Record, VillageName, cards, find, record, stays_of_people};
pub use stays::{Departure, OpenStay, mentors_who_left, open_stays};
pub use succession::{Successor, VillageDepth, Waiting, succession, waiting};
pub use teams::teams;

/// Entries by id, locked until the transaction ends, in the order given.
///
/// # Errors
/// `Missing` where the scope has no such entry.
pub(super) async fn lock(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    ids: &[ReserveId],
) -> Result<Vec<Reserve>> {
    let rows: Vec<Reserve> = reserves::table
        .filter(reserves::county_id.eq(within.county))
        .filter(reserves::path.ge(within.path.as_str()).and(reserves::path.lt(within.path.end())))
        .filter(reserves::id.eq_any(ids))
        .order(reserves::id)
        .select(Reserve::as_select())
        .for_update()
        .load(conn)
        .await?;
    let by_id: HashMap<ReserveId, Reserve> = rows.into_iter().map(|row| (row.id, row)).collect();
    ids.iter().map(|id| by_id.get(id).cloned().or_missing("这名后备人员")).collect()
}

/// Organisations of the county by id, wherever they stand: the tree is no secret inside a county.
///
/// # Errors
/// Whatever the database answers.
pub(super) async fn organisations(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    ids: impl Iterator<Item = OrganisationId>,
) -> QueryResult<HashMap<OrganisationId, Organisation>> {
    let ids: HashSet<OrganisationId> = ids.collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<Organisation> = organisations::table
        .filter(organisations::county_id.eq(county))
        .filter(organisations::id.eq_any(ids))
        .select(Organisation::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// All mentors of some entries, present and past, the first first.
///
/// # Errors
/// Whatever the database answers.
pub async fn mentors(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    ids: &[ReserveId],
) -> QueryResult<Vec<Mentor>> {
    reserve_mentors::table
        .filter(reserve_mentors::county_id.eq(within.county))
        .filter(reserve_mentors::reserve_id.eq_any(ids))
        .order((reserve_mentors::kind, reserve_mentors::from_day, reserve_mentors::id))
        .select(Mentor::as_select())
        .load(conn)
        .await
}

/// The sources of some entries, in the order of their codes.
///
/// # Errors
/// Whatever the database answers.
pub async fn sources(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    ids: &[ReserveId],
) -> QueryResult<HashMap<ReserveId, Vec<String>>> {
    let rows: Vec<(ReserveId, String)> = reserve_sources::table
        .filter(reserve_sources::county_id.eq(within.county))
        .filter(reserve_sources::reserve_id.eq_any(ids))
        .order((reserve_sources::reserve_id, reserve_sources::source))
        .select((reserve_sources::reserve_id, reserve_sources::source))
        .load(conn)
        .await?;
    let mut sources: HashMap<ReserveId, Vec<String>> = HashMap::new();
    for (id, source) in rows {
        sources.entry(id).or_default().push(source);
    }
    Ok(sources)
}

/// The entries of some people inside a scope, also those that ended.
///
/// # Errors
/// Whatever the database answers.
pub async fn of_people(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    people: &[PersonId],
) -> QueryResult<Vec<ReserveId>> {
    reserves::table
        .filter(reserves::county_id.eq(within.county))
        .filter(reserves::path.ge(within.path.as_str()).and(reserves::path.lt(within.path.end())))
        .filter(reserves::person_id.eq_any(people))
        .select(reserves::id)
        .load(conn)
        .await
}

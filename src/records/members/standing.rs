//! Where a member stands today, with everything that a workbook row is compared with.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::ids::{MembershipId, OrganisationId, PersonId};
use crate::base::scope::Scope;
use crate::records::members::model::Membership;
use crate::records::members::queries::{self, OpenAbsences};
use crate::records::people::{self, Person};
use crate::schema::memberships;

/// A member as of today.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The membership.
    pub membership: Membership,
    /// The person; his identifiers are still encrypted.
    pub person: Person,
    /// First day in the present branch.
    pub branch_since: NaiveDate,
    /// First day of the present status.
    pub status_since: NaiveDate,
    /// Where he is floating, since when contact is lost.
    pub open: OpenAbsences,
}

/// The members of some ids, as far as a scope sees them.
///
/// # Errors
/// Whatever the database answers.
pub async fn standings(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    ids: &[MembershipId],
) -> QueryResult<HashMap<MembershipId, Standing>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<Membership> = memberships::table
        .filter(memberships::county_id.eq(within.county))
        .filter(memberships::id.eq_any(ids))
        .filter(memberships::path.ge(within.path.as_str()).and(memberships::path.lt(within.path.end())))
        .select(Membership::as_select())
        .load(conn)
        .await?;
    if rows.is_empty() {
        return Ok(HashMap::new());
    }
    let person_ids: Vec<PersonId> = rows.iter().map(|row| row.person_id).collect();
    let persons: HashMap<PersonId, Person> = people::queries::by_ids(conn, within, &person_ids)
        .await?
        .into_iter()
        .map(|person| (person.id, person))
        .collect();
    let branches = queries::open_branches(conn, within.county, ids).await?;
    let statuses = queries::open_statuses(conn, within.county, ids).await?;
    let mut absences = queries::open_absences(conn, within, ids).await?;
    let standing = |membership: Membership| {
        let (id, first) = (membership.id, membership.from_day);
        let standing = Standing {
            person: persons.get(&membership.person_id)?.clone(),
            branch_since: branches.get(&id).copied().unwrap_or(first),
            status_since: statuses.get(&id).copied().unwrap_or(first),
            open: absences.remove(&id).unwrap_or_default(),
            membership,
        };
        Some((id, standing))
    };
    Ok(rows.into_iter().filter_map(standing).collect())
}

/// Which of some branches have members in the register.
///
/// # Errors
/// Whatever the database answers.
pub async fn occupied_branches(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    branches: &[OrganisationId],
) -> QueryResult<Vec<OrganisationId>> {
    memberships::table
        .filter(memberships::county_id.eq(within.county))
        .filter(memberships::path.ge(within.path.as_str()).and(memberships::path.lt(within.path.end())))
        .filter(memberships::branch_id.eq_any(branches))
        .filter(memberships::to_day.is_null())
        .select(memberships::branch_id)
        .distinct()
        .load(conn)
        .await
}

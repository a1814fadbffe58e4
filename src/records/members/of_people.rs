//! The memberships of people who are looked at for something else.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::ids::{MembershipId, PersonId};
use crate::base::scope::Scope;
use crate::schema::{memberships, organisations};

/// A membership of somebody, with the branch that it stands in.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = memberships)]
pub struct PersonMembership {
    /// The member.
    pub id: MembershipId,
    /// Who it is.
    pub person_id: PersonId,
    /// Code of the latest status.
    pub status: String,
    /// Day of admission.
    pub joined_on: NaiveDate,
    /// Code of the branch.
    #[diesel(select_expression = organisations::code)]
    pub branch_code: String,
    /// Name of the branch.
    #[diesel(select_expression = organisations::name)]
    pub branch: String,
}

/// The memberships of some people inside a scope, the newest first.
///
/// # Errors
/// Whatever the database answers.
pub async fn of_people(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    people: &[PersonId],
) -> QueryResult<Vec<PersonMembership>> {
    memberships::table
        .inner_join(
            organisations::table.on(organisations::county_id
                .eq(memberships::county_id)
                .and(organisations::id.eq(memberships::branch_id))),
        )
        .filter(memberships::county_id.eq(within.county))
        .filter(memberships::path.ge(within.path.as_str()).and(memberships::path.lt(within.path.end())))
        .filter(memberships::person_id.eq_any(people))
        .order((memberships::from_day.desc(), memberships::id))
        .limit(2000)
        .select(PersonMembership::as_select())
        .load(conn)
        .await
}

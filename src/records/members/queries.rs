//! Every read of members.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::error::{Error, Result};
use crate::base::ids::{CountyId, MembershipId, OrganisationId, TransferId};
use crate::base::keys::KeyRing;
use crate::base::scope::{Path, Scope};
use crate::records::members::model::{BranchName, Floating, MemberCard, Membership, Transfer};
use crate::records::people::Person;
use crate::schema::{
    branch_memberships, membership_absences, membership_statuses, memberships, organisations, people,
    transfers,
};

/// Statuses that count as in the register.
pub const IN_REGISTER: [&str; 3] = ["normal", "watch", "suspended_rights"];

/// The kind of absence that says where somebody is; the other one says that nobody knows.
const FLOATING: &str = "floating";

type FoundRow = (Membership, Person, BranchName, Option<(String, NaiveDate, Option<String>)>);
type Row = (Membership, Person, BranchName, Option<(NaiveDate, Option<String>)>, Option<NaiveDate>);

mod alias {
    //! The same table under a second name.
    diesel::alias!(crate::schema::membership_absences as lost: LostContact);
}
use alias::lost;

macro_rules! cards {
    () => {
        memberships::table
            .inner_join(
                people::table.on(people::county_id
                    .eq(memberships::county_id)
                    .and(people::id.eq(memberships::person_id))),
            )
            .inner_join(
                organisations::table.on(organisations::county_id
                    .eq(memberships::county_id)
                    .and(organisations::id.eq(memberships::branch_id))),
            )
            .left_join(
                membership_absences::table.on(membership_absences::county_id
                    .eq(memberships::county_id)
                    .and(membership_absences::membership_id.eq(memberships::id))
                    .and(membership_absences::kind.eq(FLOATING))
                    .and(membership_absences::to_day.is_null())),
            )
            .left_join(
                lost.on(lost
                    .field(membership_absences::county_id)
                    .eq(memberships::county_id)
                    .and(lost.field(membership_absences::membership_id).eq(memberships::id))
                    .and(lost.field(membership_absences::kind).eq("lost_contact"))
                    .and(lost.field(membership_absences::to_day).is_null())),
            )
            .select((
                Membership::as_select(),
                Person::as_select(),
                BranchName::as_select(),
                (membership_absences::from_day, membership_absences::destination).nullable(),
                lost.field(membership_absences::from_day).nullable(),
            ))
    };
}

fn card(row: Row, keys: &KeyRing) -> Result<MemberCard> {
    let (membership, person, branch, floating, lost_since) = row;
    let floating = floating.map(|(since, destination)| Floating { since, destination });
    MemberCard::new(membership, person, branch, floating, lost_since, keys)
}

/// The member of an id inside a scope, with everything that is shown of him.
///
/// # Errors
/// Whatever the database answers.
pub async fn find(
    mut conn: &AsyncPgConnection,
    within: &Scope,
    keys: &KeyRing,
    id: MembershipId,
) -> Result<Option<MemberCard>> {
    // Both kinds of absence by one join, a row each: a look-up is asked so often that each table counts.
    let rows: Vec<FoundRow> = memberships::table
        .inner_join(
            people::table
                .on(people::county_id.eq(memberships::county_id).and(people::id.eq(memberships::person_id))),
        )
        .inner_join(
            organisations::table.on(organisations::county_id
                .eq(memberships::county_id)
                .and(organisations::id.eq(memberships::branch_id))),
        )
        .left_join(
            membership_absences::table.on(membership_absences::county_id
                .eq(memberships::county_id)
                .and(membership_absences::membership_id.eq(memberships::id))
                .and(membership_absences::to_day.is_null())),
        )
        .filter(memberships::county_id.eq(within.county))
        .filter(memberships::id.eq(id))
        .filter(memberships::path.ge(within.path.as_str()))
        .filter(memberships::path.lt(within.path.end()))
        .select((
            Membership::as_select(),
            Person::as_select(),
            BranchName::as_select(),
            (membership_absences::kind, membership_absences::from_day, membership_absences::destination)
                .nullable(),
        ))
        .load(&mut conn)
        .await?;
    let mut found = None;
    let (mut floating, mut lost_since) = (None, None);
    for (membership, person, branch, absence) in rows {
        match absence {
            Some((kind, since, destination)) if kind == FLOATING => floating = Some((since, destination)),
            Some((_, since, _)) => lost_since = Some(since),
            None => {}
        }
        found = Some((membership, person, branch));
    }
    found
        .map(|(membership, person, branch)| card((membership, person, branch, floating, lost_since), keys))
        .transpose()
}

/// Members by id inside a scope, in no order.
///
/// # Errors
/// Whatever the database answers.
pub async fn by_ids(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    keys: &KeyRing,
    ids: &[MembershipId],
) -> Result<Vec<MemberCard>> {
    let rows: Vec<Row> = cards!()
        .filter(memberships::county_id.eq(within.county))
        .filter(memberships::id.eq_any(ids))
        .filter(memberships::path.ge(within.path.as_str()))
        .filter(memberships::path.lt(within.path.end()))
        .load(conn)
        .await?;
    rows.into_iter().map(|row| card(row, keys)).collect()
}

/// Locks members for a change, in the order of `ids`.
///
/// # Errors
/// `Missing` where one of them does not exist inside the scope, or is named twice.
pub(super) async fn lock(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    ids: &[MembershipId],
) -> Result<Vec<Membership>> {
    let rows: Vec<Membership> = memberships::table
        .filter(memberships::county_id.eq(within.county))
        .filter(memberships::id.eq_any(ids))
        .filter(memberships::path.ge(within.path.as_str()))
        .filter(memberships::path.lt(within.path.end()))
        .order(memberships::id)
        .select(Membership::as_select())
        .for_update()
        .load(conn)
        .await?;
    let mut by_id: HashMap<MembershipId, Membership> = rows.into_iter().map(|row| (row.id, row)).collect();
    ids.iter().map(|id| by_id.remove(id).ok_or(Error::Missing { what: "党员" })).collect()
}

/// The paths of branches inside a scope.
///
/// # Errors
/// `Missing` where one does not exist inside the scope; `Invalid` where one is no branch or is dissolved.
pub(super) async fn branches(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    ids: impl Iterator<Item = OrganisationId>,
) -> Result<HashMap<OrganisationId, Path>> {
    let mut ids: Vec<OrganisationId> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    let rows: Vec<(OrganisationId, String, String, String, Option<NaiveDate>)> = organisations::table
        .filter(organisations::county_id.eq(within.county))
        .filter(organisations::id.eq_any(&ids))
        .filter(organisations::path.ge(within.path.as_str()))
        .filter(organisations::path.lt(within.path.end()))
        .select((
            organisations::id,
            organisations::path,
            organisations::name,
            organisations::kind,
            organisations::dissolved_on,
        ))
        .load(conn)
        .await?;
    if rows.len() != ids.len() {
        return Err(Error::Missing { what: "党支部" });
    }
    if let Some((_, _, name, ..)) = rows.iter().find(|row| row.3 != "branch" || row.4.is_some()) {
        return Err(Error::invalid(
            "branch",
            format!("“{name}”不是现有的党支部，党员只能编入党支部，请重新选择。"),
        ));
    }
    Ok(rows.into_iter().map(|(id, path, ..)| (id, Path::stored(path))).collect())
}

/// Since when each member has been in his present branch.
///
/// # Errors
/// Whatever the database answers.
pub(super) async fn open_branches(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    ids: &[MembershipId],
) -> QueryResult<HashMap<MembershipId, NaiveDate>> {
    let rows: Vec<(MembershipId, NaiveDate)> = branch_memberships::table
        .filter(branch_memberships::county_id.eq(county))
        .filter(branch_memberships::membership_id.eq_any(ids))
        .filter(branch_memberships::to_day.is_null())
        .select((branch_memberships::membership_id, branch_memberships::from_day))
        .load(conn)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Since when each member has been in his present status.
///
/// # Errors
/// Whatever the database answers.
pub(super) async fn open_statuses(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    ids: &[MembershipId],
) -> QueryResult<HashMap<MembershipId, NaiveDate>> {
    let rows: Vec<(MembershipId, NaiveDate)> = membership_statuses::table
        .filter(membership_statuses::county_id.eq(county))
        .filter(membership_statuses::membership_id.eq_any(ids))
        .filter(membership_statuses::to_day.is_null())
        .select((membership_statuses::membership_id, membership_statuses::from_day))
        .load(conn)
        .await?;
    Ok(rows.into_iter().collect())
}

/// The open absences of a member.
#[derive(Debug, Clone, Default)]
pub struct OpenAbsences {
    /// Where he is floating.
    pub floating: Option<Floating>,
    /// Since when contact is lost.
    pub lost_contact_since: Option<NaiveDate>,
}

/// The open absences of some members.
///
/// # Errors
/// Whatever the database answers.
pub async fn open_absences(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    ids: &[MembershipId],
) -> QueryResult<HashMap<MembershipId, OpenAbsences>> {
    let rows: Vec<(MembershipId, String, Option<String>, NaiveDate)> = membership_absences::table
        .filter(membership_absences::county_id.eq(within.county))
        .filter(membership_absences::membership_id.eq_any(ids))
        .filter(membership_absences::to_day.is_null())
        .select((
            membership_absences::membership_id,
            membership_absences::kind,
            membership_absences::destination,
            membership_absences::from_day,
        ))
        .load(conn)
        .await?;
    let mut absences: HashMap<MembershipId, OpenAbsences> = HashMap::new();
    for (id, kind, destination, since) in rows {
        let open = absences.entry(id).or_default();
        if kind == "floating" {
            open.floating = Some(Floating { since, destination });
        } else {
            open.lost_contact_since = Some(since);
        }
    }
    Ok(absences)
}

/// One line of a member's history: what held, from when, until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// `branch`, `status`, `floating` or `lost_contact`.
    pub kind: String,
    /// Name of the branch, code of the status, or destination.
    pub value: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// First day.
    pub from_day: NaiveDate,
    /// First day on which it no longer held.
    pub to_day: Option<NaiveDate>,
}

/// The dated facts of a member, oldest first.
///
/// # Errors
/// Whatever the database answers.
pub async fn history(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    id: MembershipId,
) -> QueryResult<Vec<Fact>> {
    let fact = |kind: &str, value, reason, (from_day, to_day)| Fact {
        kind: kind.to_owned(),
        value,
        reason,
        from_day,
        to_day,
    };
    let branches: Vec<(String, NaiveDate, Option<NaiveDate>)> = branch_memberships::table
        .inner_join(
            organisations::table.on(organisations::county_id
                .eq(branch_memberships::county_id)
                .and(organisations::id.eq(branch_memberships::branch_id))),
        )
        .filter(branch_memberships::county_id.eq(within.county))
        .filter(branch_memberships::membership_id.eq(id))
        .select((organisations::name, branch_memberships::from_day, branch_memberships::to_day))
        .load(conn)
        .await?;
    let statuses: Vec<(String, Option<String>, NaiveDate, Option<NaiveDate>)> = membership_statuses::table
        .filter(membership_statuses::county_id.eq(within.county))
        .filter(membership_statuses::membership_id.eq(id))
        .select((
            membership_statuses::status,
            membership_statuses::reason,
            membership_statuses::from_day,
            membership_statuses::to_day,
        ))
        .load(conn)
        .await?;
    let absences: Vec<(String, Option<String>, NaiveDate, Option<NaiveDate>)> = membership_absences::table
        .filter(membership_absences::county_id.eq(within.county))
        .filter(membership_absences::membership_id.eq(id))
        .select((
            membership_absences::kind,
            membership_absences::destination,
            membership_absences::from_day,
            membership_absences::to_day,
        ))
        .load(conn)
        .await?;
    let mut facts: Vec<Fact> = branches
        .into_iter()
        .map(|(name, from, to)| fact("branch", Some(name), None, (from, to)))
        .chain(
            statuses
                .into_iter()
                .map(|(status, reason, from, to)| fact("status", Some(status), reason, (from, to))),
        )
        .chain(absences.into_iter().map(|(kind, value, from, to)| fact(&kind, value, None, (from, to))))
        .collect();
    facts.sort_by(|a, b| (a.from_day, &a.kind).cmp(&(b.from_day, &b.kind)));
    Ok(facts)
}

/// A proposed move, as seen from either side.
///
/// # Errors
/// Whatever the database answers.
pub async fn find_transfer(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    id: TransferId,
) -> QueryResult<Option<Transfer>> {
    transfers::table.find((within.county, id)).select(Transfer::as_select()).first(conn).await.optional()
}

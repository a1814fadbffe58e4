//! The list of members as it stood on a day: who was in the register, in which branch, in which status. Everything that
//! is not dated is as now (contract 4).

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Date, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::ids::{MembershipId, OrganisationId, PersonId};
use crate::base::scope::Scope;
use crate::records::members::listing::Cursor;
use crate::records::members::model::{Floating, Membership};
use crate::records::members::queries::{IN_REGISTER, OpenAbsences};
use crate::records::members::standing::Standing;
use crate::records::people::{self, Person};
use crate::schema::{branch_memberships, membership_absences, membership_statuses, memberships};

/// A page of those who were in the register of the branches of `within` on a day, by name, and where the next page
/// begins. The transaction has to be one of the whole county: some of them may stand elsewhere by now.
///
/// # Errors
/// Whatever the database answers.
pub async fn ids(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    day: NaiveDate,
    after: Option<&Cursor>,
    limit: u16,
) -> QueryResult<(Vec<MembershipId>, Option<Cursor>)> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = Uuid)]
        id: MembershipId,
        #[diesel(sql_type = Text)]
        sort_key: String,
    }
    let (key, id) = after.map_or(("", uuid::Uuid::nil()), |after| (after.key.as_str(), after.id.0));
    let mut found: Vec<Found> = diesel::sql_query(
        "SELECT m.id, m.sort_key FROM memberships m \
         JOIN branch_memberships b ON b.county_id = m.county_id AND b.membership_id = m.id \
            AND b.from_day <= $4 AND (b.to_day IS NULL OR $4 < b.to_day) \
         JOIN organisations o ON o.county_id = b.county_id AND o.id = b.branch_id AND o.path >= $2 AND o.path < $3 \
         JOIN membership_statuses s ON s.county_id = m.county_id AND s.membership_id = m.id \
            AND s.from_day <= $4 AND (s.to_day IS NULL OR $4 < s.to_day) AND s.status = ANY ($5) \
         WHERE m.county_id = $1 AND m.from_day <= $4 AND (m.to_day IS NULL OR $4 < m.to_day) \
            AND (m.sort_key, m.id) > ($6, $7) \
         ORDER BY m.sort_key, m.id LIMIT $8",
    )
    .bind::<Uuid, _>(within.county)
    .bind::<Text, _>(within.path.as_str())
    .bind::<Text, _>(within.path.end())
    .bind::<Date, _>(day)
    .bind::<Array<Text>, _>(IN_REGISTER.to_vec())
    .bind::<Text, _>(key)
    .bind::<Uuid, _>(id)
    .bind::<BigInt, _>(i64::from(limit) + 1)
    .load(conn)
    .await?;
    let more = found.len() > usize::from(limit);
    found.truncate(usize::from(limit));
    let next = found.last().filter(|_| more).map(|row| Cursor { key: row.sort_key.clone(), id: row.id });
    Ok((found.into_iter().map(|row| row.id).collect(), next))
}

/// Members as they stood on a day, in the order of `ids`, as far as a scope sees them. The path of the membership is
/// that of today.
///
/// # Errors
/// Whatever the database answers.
pub async fn on_day(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    ids: &[MembershipId],
    day: NaiveDate,
) -> QueryResult<Vec<Standing>> {
    let rows: Vec<Membership> = memberships::table
        .filter(memberships::county_id.eq(within.county))
        .filter(memberships::id.eq_any(ids))
        .filter(memberships::path.ge(within.path.as_str()).and(memberships::path.lt(within.path.end())))
        .select(Membership::as_select())
        .load(conn)
        .await?;
    let person_ids: Vec<PersonId> = rows.iter().map(|row| row.person_id).collect();
    let persons: HashMap<PersonId, Person> = people::queries::by_ids(conn, within, &person_ids)
        .await?
        .into_iter()
        .map(|person| (person.id, person))
        .collect();
    let branches = branches(conn, within, ids, day).await?;
    let statuses = statuses(conn, within, ids, day).await?;
    let mut absences = absences(conn, within, ids, day).await?;
    let standing = |mut membership: Membership| {
        let (id, first) = (membership.id, membership.from_day);
        let branch_since = branches.get(&id).map_or(first, |(branch, since)| {
            membership.branch_id = *branch;
            *since
        });
        let status_since = statuses.get(&id).map_or(first, |(status, since)| {
            membership.status.clone_from(status);
            *since
        });
        membership.full_member_on = membership.full_member_on.filter(|full| *full <= day);
        let person = persons.get(&membership.person_id)?.clone();
        let open = absences.remove(&id).unwrap_or_default();
        Some((id, Standing { person, branch_since, status_since, open, membership }))
    };
    let mut found: HashMap<MembershipId, Standing> = rows.into_iter().filter_map(standing).collect();
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

async fn branches(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    ids: &[MembershipId],
    day: NaiveDate,
) -> QueryResult<HashMap<MembershipId, (OrganisationId, NaiveDate)>> {
    use branch_memberships as table;
    let rows: Vec<(MembershipId, OrganisationId, NaiveDate)> = table::table
        .filter(table::county_id.eq(within.county))
        .filter(table::membership_id.eq_any(ids))
        .filter(table::from_day.le(day))
        .order((table::membership_id, table::from_day))
        .select((table::membership_id, table::branch_id, table::from_day))
        .load(conn)
        .await?;
    // The latest of each comes last.
    Ok(rows.into_iter().map(|(id, branch, since)| (id, (branch, since))).collect())
}

async fn statuses(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    ids: &[MembershipId],
    day: NaiveDate,
) -> QueryResult<HashMap<MembershipId, (String, NaiveDate)>> {
    use membership_statuses as table;
    let rows: Vec<(MembershipId, String, NaiveDate)> = table::table
        .filter(table::county_id.eq(within.county))
        .filter(table::membership_id.eq_any(ids))
        .filter(table::from_day.le(day))
        .order((table::membership_id, table::from_day))
        .select((table::membership_id, table::status, table::from_day))
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|(id, status, since)| (id, (status, since))).collect())
}

async fn absences(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    ids: &[MembershipId],
    day: NaiveDate,
) -> QueryResult<HashMap<MembershipId, OpenAbsences>> {
    use membership_absences as table;
    let rows: Vec<(MembershipId, String, Option<String>, NaiveDate)> = table::table
        .filter(table::county_id.eq(within.county))
        .filter(table::membership_id.eq_any(ids))
        .filter(table::from_day.le(day))
        .filter(table::to_day.is_null().or(table::to_day.gt(day)))
        .select((table::membership_id, table::kind, table::destination, table::from_day))
        .load(conn)
        .await?;
    let mut absences: HashMap<MembershipId, OpenAbsences> = HashMap::new();
    for (id, kind, destination, since) in rows {
        let open = absences.entry(id).or_default();
        match kind.as_str() {
            "floating" => open.floating = Some(Floating { since, destination }),
            _ => open.lost_contact_since = Some(since),
        }
    }
    Ok(absences)
}

//! Keeps the keys by which members are found.

use diesel::prelude::*;
use diesel::sql_types::{Array, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::ids::{CountyId, MembershipId, PersonId};
use crate::base::values::pinyin;
use crate::schema::{member_search_keys, memberships, people};

/// A member's name and place, from which keys are made.
pub(super) struct Named<'a> {
    pub id: MembershipId,
    pub name: &'a str,
    pub path: &'a str,
}

/// Adds the keys of new members.
pub(super) async fn add(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    members: &[Named<'_>],
) -> QueryResult<()> {
    let mut rows: Vec<(String, MembershipId, &str)> = members
        .iter()
        .flat_map(|member| {
            pinyin::search_keys(member.name).into_iter().map(|key| (key, member.id, member.path))
        })
        .collect();
    // In the order of the index by key: neighbours land on the same page.
    rows.sort_unstable();
    rows.dedup();
    let mut keys = Vec::with_capacity(rows.len());
    let mut ids = Vec::with_capacity(rows.len());
    let mut paths = Vec::with_capacity(rows.len());
    for (key, id, path) in rows {
        keys.push(key);
        ids.push(id);
        paths.push(path);
    }
    diesel::sql_query(
        "INSERT INTO member_search_keys (county_id, key, membership_id, path) SELECT $1, * FROM unnest($2, $3, $4)",
    )
    .bind::<Uuid, _>(county)
    .bind::<Array<Text>, _>(keys)
    .bind::<Array<Uuid>, _>(ids)
    .bind::<Array<Text>, _>(paths)
    .execute(conn)
    .await?;
    Ok(())
}

/// Makes the keys of changed members anew.
pub(super) async fn replace(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    members: &[Named<'_>],
) -> QueryResult<()> {
    let ids: Vec<MembershipId> = members.iter().map(|member| member.id).collect();
    diesel::delete(
        member_search_keys::table
            .filter(member_search_keys::county_id.eq(county))
            .filter(member_search_keys::membership_id.eq_any(ids)),
    )
    .execute(conn)
    .await?;
    add(conn, county, members).await
}

/// Makes the keys of every membership of some people anew, as part of a verb that changed whose they are.
///
/// # Errors
/// Whatever the database answers.
pub(in crate::records) async fn name_anew(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    whom: &[PersonId],
) -> QueryResult<()> {
    let rows: Vec<(MembershipId, String, String)> = memberships::table
        .inner_join(
            people::table
                .on(people::county_id.eq(memberships::county_id).and(people::id.eq(memberships::person_id))),
        )
        .filter(memberships::county_id.eq(county).and(memberships::person_id.eq_any(whom)))
        .select((memberships::id, people::name, memberships::path))
        .load(conn)
        .await?;
    let named: Vec<Named<'_>> = rows.iter().map(|(id, name, path)| Named { id: *id, name, path }).collect();
    replace(conn, county, &named).await
}

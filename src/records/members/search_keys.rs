//! Keeps the keys by which members are found.

use diesel::prelude::*;
use diesel::sql_types::{Array, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::ids::{CountyId, MembershipId};
use crate::base::values::pinyin;
use crate::schema::member_search_keys;

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
    let mut keys = Vec::new();
    let mut ids = Vec::new();
    let mut paths = Vec::new();
    for member in members {
        for key in pinyin::search_keys(member.name) {
            keys.push(key);
            ids.push(member.id);
            paths.push(member.path);
        }
    }
    diesel::sql_query(
        "INSERT INTO member_search_keys (county_id, key, membership_id, path) \
         SELECT $1, * FROM unnest($2, $3, $4) ON CONFLICT DO NOTHING",
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

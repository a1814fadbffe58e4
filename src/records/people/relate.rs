//! Says where people have relations, and so who may see them.

use diesel::sql_types::{Array, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::ids::{CountyId, PersonId};
use crate::base::scope::Path;
use crate::vocabulary;

vocabulary! {
    /// What somebody is on record for.
    pub enum RelationKind, "登记事由" {
        /// 党员
        Membership = "membership", "党员";
        /// 班子任职
        Seat = "seat", "班子任职";
        /// 后备人才库
        Reserve = "reserve", "后备人才库";
        /// 任职联审人选
        Check = "check", "任职联审人选";
        /// 选举候选人
        Ballot = "ballot", "选举候选人";
    }
}

/// A relation of a person to an organisation.
#[derive(Debug, Clone)]
pub struct Relation {
    /// Which kind of relation.
    pub kind: RelationKind,
    /// Id of the membership (or other relation).
    pub id: uuid::Uuid,
    /// The person.
    pub person: PersonId,
    /// Path of the organisation.
    pub path: Path,
}

/// Writes relations that are new.
///
/// # Errors
/// Whatever the database answers, also for one that is known.
pub async fn relate_new(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    relations: &[Relation],
) -> diesel::QueryResult<usize> {
    write(conn, county, relations, "").await
}

/// Writes relations: new ones are added, known ones moved to their new place.
///
/// # Errors
/// Whatever the database answers.
pub async fn relate(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    relations: &[Relation],
) -> diesel::QueryResult<usize> {
    write(conn, county, relations, "ON CONFLICT (county_id, relation_id) DO UPDATE SET path = excluded.path")
        .await
}

async fn write(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    relations: &[Relation],
    known: &'static str,
) -> diesel::QueryResult<usize> {
    diesel::sql_query(format!(
        "INSERT INTO person_visibility (county_id, relation_id, person_id, path, kind) \
         SELECT $1, * FROM unnest($2, $3, $4, $5) {known}"
    ))
    .bind::<Uuid, _>(county)
    .bind::<Array<Uuid>, _>(relations.iter().map(|relation| relation.id).collect::<Vec<_>>())
    .bind::<Array<Uuid>, _>(relations.iter().map(|relation| relation.person).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(relations.iter().map(|relation| relation.path.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(relations.iter().map(|relation| relation.kind.code()).collect::<Vec<_>>())
    .execute(conn)
    .await
}

/// Ends relations that were entered by mistake: whoever saw the person by one of them alone no longer does.
///
/// # Errors
/// Whatever the database answers.
pub async fn unrelate(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    relations: &[uuid::Uuid],
) -> diesel::QueryResult<usize> {
    diesel::sql_query("DELETE FROM person_visibility WHERE county_id = $1 AND relation_id = ANY ($2)")
        .bind::<Uuid, _>(county)
        .bind::<Array<Uuid>, _>(relations)
        .execute(conn)
        .await
}

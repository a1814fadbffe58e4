//! Says where people have relations, and so who may see them.

use diesel::sql_types::{Array, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::ids::{CountyId, PersonId};
use crate::base::scope::Path;

/// A relation of a person to an organisation.
#[derive(Debug, Clone)]
pub struct Relation {
    /// Id of the membership (or other relation).
    pub id: uuid::Uuid,
    /// The person.
    pub person: PersonId,
    /// Path of the organisation.
    pub path: Path,
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
    diesel::sql_query(
        "INSERT INTO person_visibility (county_id, relation_id, person_id, path) \
         SELECT $1, * FROM unnest($2, $3, $4) \
         ON CONFLICT (county_id, relation_id) DO UPDATE SET path = excluded.path",
    )
    .bind::<Uuid, _>(county)
    .bind::<Array<Uuid>, _>(relations.iter().map(|relation| relation.id).collect::<Vec<_>>())
    .bind::<Array<Uuid>, _>(relations.iter().map(|relation| relation.person).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(relations.iter().map(|relation| relation.path.as_str()).collect::<Vec<_>>())
    .execute(conn)
    .await
}

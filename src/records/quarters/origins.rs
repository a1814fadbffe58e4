//! Who entered or corrected some records last, and when: the trail says it, and of what came in by an import the record
//! itself.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Nullable, Text, Timestamptz, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::scope::Scope;

/// The last that happened to a record.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Origin {
    /// The record.
    #[diesel(sql_type = Uuid)]
    pub id: uuid::Uuid,
    /// User name.
    #[diesel(sql_type = Text)]
    pub by: String,
    /// When.
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
    /// The verb; none where only the record says who.
    #[diesel(sql_type = Nullable<Text>)]
    pub action: Option<String>,
}

/// Verbs about a record that change nothing.
const READING: [&str; 2] = ["members.reveal", "people.reveal"];

/// The last that happened to each of some records after a moment; records that nothing happened to are left out. Of one
/// verb both the trail and the record tell, a moment apart: the trail, which names the verb, comes first in its minute.
///
/// # Errors
/// Whatever the database answers.
pub async fn origins(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    ids: &[uuid::Uuid],
    since: DateTime<Utc>,
) -> QueryResult<Vec<Origin>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    diesel::sql_query(
        "SELECT DISTINCT ON (s.id) s.id, s.by, s.at, s.action FROM ( \
            SELECT e.subject_id AS id, e.actor AS by, e.at, e.action FROM audit_entries e \
                WHERE e.county_id = $1 AND e.subject_id = ANY ($2) AND e.at > $3 AND e.action <> ALL ($4) \
            UNION ALL SELECT m.id, m.updated_by, m.updated_at, NULL FROM memberships m \
                WHERE m.county_id = $1 AND m.id = ANY ($2) AND m.updated_at > $3 \
            UNION ALL SELECT s.id, s.updated_by, s.updated_at, NULL FROM seats s \
                WHERE s.county_id = $1 AND s.id = ANY ($2) AND s.updated_at > $3) s \
         ORDER BY s.id, date_trunc('minute', s.at) DESC, s.action IS NULL, s.at DESC",
    )
    .bind::<Uuid, _>(within.county)
    .bind::<Array<Uuid>, _>(ids.to_vec())
    .bind::<Timestamptz, _>(since)
    .bind::<Array<Text>, _>(READING.to_vec())
    .load(conn)
    .await
}

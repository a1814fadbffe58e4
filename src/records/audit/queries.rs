//! Reads of the trail. Row-level security shows an account its own entries and those of its subtree.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::scope::Scope;
use crate::schema::audit_entries;

/// One entry as shown.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = audit_entries)]
pub struct EntryLine {
    /// Number within its chain.
    pub sequence: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub actor: String,
    /// In which role.
    pub role: String,
    /// Through which door.
    pub door: String,
    /// The verb.
    pub action: String,
    /// What kind of thing.
    pub subject_kind: String,
    /// The thing.
    pub subject_id: Option<uuid::Uuid>,
    /// How many things.
    pub subject_count: i32,
    /// Before and after, reasons, purposes.
    pub details: serde_json::Value,
}

/// The newest entries about one thing, newest first.
///
/// # Errors
/// Whatever the database answers.
pub async fn about(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    subject: uuid::Uuid,
    limit: i64,
) -> QueryResult<Vec<EntryLine>> {
    audit_entries::table
        .filter(audit_entries::county_id.eq(within.county.0))
        .filter(audit_entries::subject_id.eq(subject))
        .order((audit_entries::at.desc(), audit_entries::sequence.desc()))
        .limit(limit)
        .select(EntryLine::as_select())
        .load(conn)
        .await
}

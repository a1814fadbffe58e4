//! Appends an entry to the trail.

use diesel::sql_types::{Integer, Jsonb, Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::error::Result;
use crate::base::ids::CountyId;
use crate::base::scope::Path;

/// What was done, to what.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    /// The verb (`members.enrol`).
    pub action: &'static str,
    /// What kind of thing was acted upon (`membership`).
    pub subject_kind: &'static str,
    /// The thing, where it is one.
    pub subject: Option<uuid::Uuid>,
    /// How many things.
    pub count: usize,
    /// Path of the organisation concerned.
    pub path: &'a Path,
    /// Before and after by field, reasons, purposes. Identifiers never stand here in clear.
    pub details: serde_json::Value,
}

/// Appends one entry in the running transaction. Call it last, just before the transaction ends.
///
/// # Errors
/// When the entry cannot be written; the action then fails with it.
pub async fn append(conn: &mut AsyncPgConnection, actor: &Actor, entry: &Entry<'_>) -> Result<()> {
    append_in(conn, actor, Some(actor.scope.county), entry).await
}

async fn append_in(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    county: Option<CountyId>,
    entry: &Entry<'_>,
) -> Result<()> {
    let chain = entry.path.as_str().split('/').next().unwrap_or("system");
    diesel::sql_query("SELECT append_audit_entry($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)")
        .bind::<Text, _>(chain)
        .bind::<Nullable<Uuid>, _>(county)
        .bind::<Nullable<Uuid>, _>(actor.account)
        .bind::<Text, _>(&actor.name)
        .bind::<Text, _>(actor.role.code())
        .bind::<Text, _>(actor.door.code())
        .bind::<Nullable<Text>, _>(actor.source.map(|source| source.to_string()))
        .bind::<Text, _>(entry.path.as_str())
        .bind::<Text, _>(entry.action)
        .bind::<Text, _>(entry.subject_kind)
        .bind::<Nullable<Uuid>, _>(entry.subject)
        .bind::<Integer, _>(i32::try_from(entry.count).unwrap_or(i32::MAX))
        .bind::<Jsonb, _>(&entry.details)
        .execute(conn)
        .await?;
    Ok(())
}

//! Appends an entry to the trail.

use std::net::IpAddr;

use diesel_async::{AsyncPgConnection, RunQueryDsl};
use postgres_protocol::escape::escape_literal;
use sha2::{Digest, Sha256};

use crate::base::actor::{Actor, Door, machine_name};
use crate::base::error::Result;
use crate::base::ids::{AccountId, CountyId};
use crate::base::scope::Path;
use crate::base::values::masked_value;

/// SHA-256 over ids in the order given: what an entry over many things is bound to.
#[must_use]
pub fn digest(ids: impl Iterator<Item = uuid::Uuid>) -> String {
    let mut digest = Sha256::new();
    for id in ids {
        digest.update(id.as_bytes());
    }
    hex::encode(digest.finalize())
}

/// The subject of an import's own entries.
pub const IMPORT: &str = "import";

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
    /// Before and after by field, reasons, purposes. Identifiers never stand here in clear: what somebody typed into a reason
    /// is masked on the way.
    pub details: serde_json::Value,
}

/// Appends one entry in the running transaction. Call it last, just before the transaction ends.
///
/// An import is one action with one entry, into which its row changes are hashed (design D10): the verbs that carry its
/// rows out come through [`Door::Import`] and leave no entries of their own.
///
/// # Errors
/// When the entry cannot be written; the action then fails with it.
pub async fn append(conn: &mut AsyncPgConnection, actor: &Actor, entry: &Entry<'_>) -> Result<()> {
    if actor.door == Door::Import && entry.subject_kind != IMPORT {
        return Ok(());
    }
    let path = entry.path.as_str();
    let who = Who {
        chain: path.split('/').next().unwrap_or(SYSTEM),
        county: Some(actor.scope.county),
        account: actor.account,
        name: &actor.name,
        role: actor.role.code(),
        door: actor.door,
        source: actor.source,
        path: Some(path),
    };
    let what = What {
        action: entry.action,
        subject_kind: entry.subject_kind,
        subject: entry.subject,
        count: i32::try_from(entry.count).unwrap_or(i32::MAX),
        details: &entry.details,
    };
    write(conn, who, what).await
}

/// The statement that holds the county's chain until the transaction ends, for a verb over one snapshot to begin with:
/// whoever else acts meanwhile waits with his entry, and what he did is seen afterwards. Without it such a verb could not
/// append its own entry where anybody else did since its snapshot.
#[must_use]
pub fn hold(actor: &Actor) -> String {
    let path = actor.scope.whole_county().path;
    format!("SELECT hold_audit_chain({})", escape_literal(path.code()))
}

/// The chain of what happens outside every county.
const SYSTEM: &str = "system";

/// Somebody who is not on record.
#[derive(Debug, Clone)]
pub struct Outsider {
    /// How he is called in the trail.
    pub name: String,
    /// Through which door he came.
    pub door: Door,
    /// From which address.
    pub source: Option<IpAddr>,
}

/// Appends an entry about somebody who is not on record, to the chain outside every county.
///
/// # Errors
/// As [`append`].
pub async fn append_outside(
    conn: &mut AsyncPgConnection,
    who: &Outsider,
    action: &'static str,
) -> Result<()> {
    let details = serde_json::json!({});
    let what = What { action, subject_kind: "account", subject: None, count: 1, details: &details };
    let who = Who {
        chain: SYSTEM,
        county: None,
        account: None,
        name: &who.name,
        role: "none",
        door: who.door,
        source: who.source,
        path: None,
    };
    write(conn, who, what).await
}

/// Appends an entry about what whoever works at the machine did to the installation itself, to the chain outside every
/// county.
///
/// # Errors
/// As [`append`].
pub async fn append_at_machine(
    conn: &mut AsyncPgConnection,
    action: &'static str,
    subject_kind: &'static str,
    details: &serde_json::Value,
) -> Result<()> {
    let name = machine_name();
    let what = What { action, subject_kind, subject: None, count: 1, details };
    let who = Who {
        chain: SYSTEM,
        county: None,
        account: None,
        name: &name,
        role: "none",
        door: Door::CommandLine,
        source: None,
        path: None,
    };
    write(conn, who, what).await
}

struct Who<'a> {
    chain: &'a str,
    county: Option<CountyId>,
    account: Option<AccountId>,
    name: &'a str,
    role: &'a str,
    door: Door,
    source: Option<IpAddr>,
    path: Option<&'a str>,
}

struct What<'a> {
    action: &'a str,
    subject_kind: &'a str,
    subject: Option<uuid::Uuid>,
    count: i32,
    details: &'a serde_json::Value,
}

async fn write(conn: &mut AsyncPgConnection, who: Who<'_>, what: What<'_>) -> Result<()> {
    let masked = masked_value(what.details);
    let appended = diesel::select(database::append_audit_entry(
        who.chain,
        who.county,
        who.account,
        who.name,
        who.role,
        who.door.code(),
        who.source.map(|source| source.to_string()),
        who.path,
        what.action,
        what.subject_kind,
        what.subject,
        what.count,
        masked.as_ref().unwrap_or(what.details),
    ));
    appended.execute(conn).await?;
    Ok(())
}

#[expect(clippy::too_many_arguments, reason = "as many as the function in the database takes")]
mod database {
    use diesel::sql_types::{Integer, Jsonb, Nullable, Text, Uuid};

    diesel::define_sql_function! {
        /// Appends an entry to its chain and answers its number there: the only way into the trail.
        fn append_audit_entry(
            chain: Text,
            county: Nullable<Uuid>,
            account: Nullable<Uuid>,
            actor: Text,
            role: Text,
            door: Text,
            source: Nullable<Text>,
            path: Nullable<Text>,
            action: Text,
            subject_kind: Text,
            subject: Nullable<Uuid>,
            count: Integer,
            details: Jsonb,
        ) -> BigInt;
    }
}

//! Reads of the trail. Row-level security shows an account its own entries and those of its subtree.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::ids::AccountId;
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

/// The number of the newest entry in the chain of a county, without those whose verb belongs to one of the areas
/// `apart_from`; 0 where there is none. Entries become visible in the order of their numbers: the head of a chain stays
/// locked until the transaction that moved it ends.
///
/// # Errors
/// Whatever the database answers.
pub async fn newest(conn: &mut AsyncPgConnection, county: &Scope, apart_from: &[&str]) -> QueryResult<i64> {
    let chain = county.path.as_str().split('/').next().unwrap_or_default();
    let area = diesel::dsl::sql::<Text>("split_part(action, '.', 1)");
    let newest: Option<i64> = audit_entries::table
        .filter(audit_entries::chain.eq(chain))
        .filter(area.ne_all(apart_from))
        .order(audit_entries::sequence.desc())
        .select(audit_entries::sequence)
        .first(conn)
        .await
        .optional()?;
    Ok(newest.unwrap_or_default())
}

/// Which entries of the trail are asked for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Not before this moment.
    pub from: Option<DateTime<Utc>>,
    /// Before this moment.
    pub until: Option<DateTime<Utc>>,
    /// By this user name.
    pub actor: Option<String>,
    /// This verb.
    pub action: Option<String>,
    /// About this thing.
    pub subject: Option<uuid::Uuid>,
}

/// Which entries the reader may see besides his own (contract 2).
#[derive(Debug, Clone, Copy)]
pub struct Reach {
    /// The reader's account.
    pub own: Option<AccountId>,
    /// Entries about records.
    pub records: bool,
    /// Entries about accounts.
    pub accounts: bool,
}

/// The entries of a subtree, newest first, before a sequence number, at most `limit`.
///
/// # Errors
/// Whatever the database answers.
pub async fn list(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    reach: Reach,
    filter: &Filter,
    before: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<EntryLine>> {
    use audit_entries as e;
    let chain = within.path.as_str().split('/').next().unwrap_or_default().to_owned();
    let about_accounts = e::action.ge("accounts.").and(e::action.lt("accounts/"));
    let mut query = e::table
        .filter(e::chain.eq(chain))
        .filter(e::path.ge(within.path.as_str().to_owned()).and(e::path.lt(within.path.end())))
        .filter(
            e::account_id
                .is_not_distinct_from(reach.own)
                .and(e::account_id.is_not_null())
                .or(about_accounts.and(reach.accounts.into_sql::<Bool>()))
                .or(diesel::dsl::not(about_accounts).and(reach.records.into_sql::<Bool>())),
        )
        .order(e::sequence.desc())
        .limit(limit)
        .select(EntryLine::as_select())
        .into_boxed();
    if let Some(before) = before {
        query = query.filter(e::sequence.lt(before));
    }
    if let Some(from) = filter.from {
        query = query.filter(e::at.ge(from));
    }
    if let Some(until) = filter.until {
        query = query.filter(e::at.lt(until));
    }
    if let Some(actor) = &filter.actor {
        query = query.filter(e::actor.eq(actor));
    }
    if let Some(action) = &filter.action {
        query = query.filter(e::action.eq(action));
    }
    if let Some(subject) = filter.subject {
        query = query.filter(e::subject_id.eq(subject));
    }
    query.load(conn).await
}

//! Reads of the trail. Row-level security shows an account its own entries and those of its subtree.

use chrono::{DateTime, Utc};
use diesel::expression::SqlLiteral;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::ids::AccountId;
use crate::base::scope::Scope;
use crate::records::audit::format::{Moment, Sealed};
use crate::schema::{audit_checkpoints, audit_entries};

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
    /// From which address.
    pub source: Option<String>,
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
    /// Through this door.
    pub door: Option<String>,
    /// About this thing.
    pub subject: Option<uuid::Uuid>,
}

impl Filter {
    /// Whether nothing is left out.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let texts = [&self.actor, &self.action, &self.door];
        self.from.or(self.until).is_none()
            && self.subject.is_none()
            && texts.iter().all(|text| text.is_none())
    }
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

/// Where a list goes on: the moment and the number of the last entry of the page before.
pub type Place = (DateTime<Utc>, i64);

type Entries<'a> = audit_entries::BoxedQuery<'a, Pg>;

/// The entries of a subtree that a reader may see, as far as the filter lets them through.
///
/// Each condition of the filter has an index of its own that is ordered by time within the county; the place of an
/// organisation has one too.
fn seen<'a>(within: &'a Scope, reach: Reach, filter: &'a Filter) -> Entries<'a> {
    use audit_entries as e;
    let mut query = e::table.filter(e::county_id.eq(within.county.0)).into_boxed();
    if within.path != within.whole_county().path {
        query = query.filter(e::path.ge(within.path.as_str()).and(e::path.lt(within.path.end())));
    }
    let own = e::account_id.eq(reach.own);
    let about_accounts = e::action.ge("accounts.").and(e::action.lt("accounts/"));
    query = match (reach.records, reach.accounts) {
        (true, true) => query,
        (true, false) => query.filter(diesel::dsl::not(about_accounts).or(own)),
        (false, true) => query.filter(about_accounts.or(own)),
        (false, false) => query.filter(own),
    };
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
    if let Some(door) = &filter.door {
        query = query.filter(e::door.eq(door));
    }
    if let Some(subject) = filter.subject {
        query = query.filter(e::subject_id.eq(subject));
    }
    query
}

/// The entries of a subtree, newest first, after a place of the list, at most `limit`.
///
/// # Errors
/// Whatever the database answers.
pub async fn list(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    reach: Reach,
    filter: &Filter,
    after: Option<Place>,
    limit: i64,
) -> QueryResult<Vec<EntryLine>> {
    use audit_entries as e;
    let mut query = seen(within, reach, filter);
    if let Some((at, sequence)) = after {
        query = query.filter(e::at.le(at).and(e::at.lt(at).or(e::sequence.lt(sequence))));
    }
    query
        .order((e::at.desc(), e::sequence.desc()))
        .limit(limit)
        .select(EntryLine::as_select())
        .load(conn)
        .await
}

/// How many entries [`list`] has.
///
/// # Errors
/// Whatever the database answers.
pub async fn count(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    reach: Reach,
    filter: &Filter,
) -> QueryResult<i64> {
    seen(within, reach, filter).count().get_result(conn).await
}

/// The entries of a subtree as they were hashed, in the order of their numbers, those after `after` up to `until`, at
/// most `limit`.
///
/// # Errors
/// Whatever the database answers.
pub async fn sealed(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    reach: Reach,
    filter: &Filter,
    (after, until): (i64, i64),
    limit: i64,
) -> QueryResult<Vec<Sealed<'static>>> {
    use audit_entries as e;
    let rows: Vec<SealedRow> = seen(within, reach, filter)
        .filter(e::sequence.gt(after).and(e::sequence.le(until)))
        .order(e::sequence.asc())
        .limit(limit)
        .select(SealedRow::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(Sealed::from).collect())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = audit_entries)]
struct SealedRow {
    algorithm: i16,
    chain: String,
    sequence: i64,
    at: DateTime<Utc>,
    began: Option<DateTime<Utc>>,
    county_id: Option<uuid::Uuid>,
    account_id: Option<uuid::Uuid>,
    actor: String,
    role: String,
    door: String,
    source: Option<String>,
    path: Option<String>,
    action: String,
    subject_kind: String,
    subject_id: Option<uuid::Uuid>,
    subject_count: i32,
    #[diesel(select_expression = diesel::dsl::sql::<Text>("details::text"))]
    #[diesel(select_expression_type = SqlLiteral<Text>)]
    details: String,
    hash: Vec<u8>,
}

impl From<SealedRow> for Sealed<'static> {
    fn from(row: SealedRow) -> Self {
        Self {
            algorithm: row.algorithm,
            chain: row.chain.into(),
            sequence: row.sequence,
            at: Moment::of(row.at),
            began: row.began.map(Moment::of),
            county: row.county_id,
            account: row.account_id,
            actor: row.actor.into(),
            role: row.role.into(),
            door: row.door.into(),
            source: row.source.map(Into::into),
            path: row.path.map(Into::into),
            action: row.action.into(),
            subject_kind: row.subject_kind.into(),
            subject: row.subject_id,
            count: row.subject_count,
            details: row.details.into(),
            hash: row.hash.try_into().unwrap_or_default(),
        }
    }
}

/// A checkpoint as it is shown.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = audit_checkpoints)]
pub struct Checkpoint {
    /// The chain.
    pub chain: String,
    /// How many entries it covers.
    pub size: i64,
    /// The root over them.
    pub root: Vec<u8>,
    /// The signed note.
    pub note: String,
    /// When it was signed.
    pub signed_at: DateTime<Utc>,
}

impl Checkpoint {
    /// Its three lines on one: origin, size, root.
    #[must_use]
    pub fn in_one_line(&self) -> String {
        self.note.lines().take(3).collect::<Vec<_>>().join(" ")
    }
}

/// The newest checkpoint of a county.
///
/// # Errors
/// Whatever the database answers.
pub async fn newest_checkpoint(
    conn: &mut AsyncPgConnection,
    county: &Scope,
) -> QueryResult<Option<Checkpoint>> {
    use audit_checkpoints as c;
    c::table
        .filter(c::county_id.eq(county.county.0))
        .order(c::size.desc())
        .select(Checkpoint::as_select())
        .first(conn)
        .await
        .optional()
}

fn closings<'a>(county: &Scope, digest: &[u8]) -> Entries<'a> {
    use audit_entries as e;
    e::table
        .filter(e::county_id.eq(county.county.0))
        .filter(e::action.eq_any(["quarters.close", "quarters.amend"]))
        .filter(diesel::dsl::sql::<Text>("details->>'digest'").eq(hex::encode(digest)))
        .into_boxed()
}

/// The entry that closed or amended a quarter with the revision of a digest; none where it is gone.
///
/// # Errors
/// Whatever the database answers.
pub async fn closing(
    conn: &mut AsyncPgConnection,
    county: &Scope,
    digest: &[u8],
) -> QueryResult<Option<Sealed<'static>>> {
    let row: Option<SealedRow> = closings(county, digest)
        .order(audit_entries::sequence.asc())
        .select(SealedRow::as_select())
        .first(conn)
        .await
        .optional()?;
    Ok(row.map(Sealed::from))
}

/// The first checkpoint that covers the closing of a revision of a quarter; none where nobody signed since.
///
/// # Errors
/// Whatever the database answers.
pub async fn checkpoint_of_closing(
    conn: &mut AsyncPgConnection,
    county: &Scope,
    digest: &[u8],
) -> QueryResult<Option<Checkpoint>> {
    use {audit_checkpoints as c, audit_entries as e};
    let closing: Option<i64> =
        closings(county, digest).select(diesel::dsl::min(e::sequence)).first(conn).await?;
    let Some(closing) = closing else { return Ok(None) };
    c::table
        .filter(c::county_id.eq(county.county.0).and(c::size.ge(closing)))
        .order(c::size.asc())
        .select(Checkpoint::as_select())
        .first(conn)
        .await
        .optional()
}

//! Grids that are being filled in, kept while somebody types: one of an account for a kind, with encrypted rows. What a row
//! says is known to who seals it.
//!
//! A row that went into a plan which was carried out leaves the draft when it is next opened; rows that stayed out, or were
//! changed since, stay.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Bytea, Integer, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{DatabaseResult, Error, Result};
use crate::base::ids::{AccountId, CountyId, DraftId, ImportId, OrganisationId};
use crate::base::policy::{self, Action};
use crate::base::scope::Path;
use crate::records::imports::model::{Import, Kind};
use crate::schema::{import_draft_rows, import_drafts};

/// How many rows a grid has at most; more are for a workbook.
pub const MOST_ROWS: usize = 500;

/// A grid that is being filled in.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = import_drafts)]
pub struct Draft {
    /// The county that owns the row.
    pub county_id: CountyId,
    /// Its id.
    pub id: DraftId,
    /// The organisation that the rows belong to.
    pub organisation_id: OrganisationId,
    /// Its path, as stored.
    pub path: String,
    /// The page that wrote last.
    pub writer: uuid::Uuid,
    /// Rises with every change.
    pub version: i32,
    /// The plan that was last made of it.
    pub import_id: Option<ImportId>,
    /// When it was last kept.
    pub updated_at: DateTime<Utc>,
}

/// A row of a draft; its content is opened by who knows what it says.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = import_draft_rows)]
pub struct DraftRow {
    /// The same row as long as it stands in the grid.
    pub key: i32,
    /// Its place, from 1.
    pub number: i32,
    /// Encrypted.
    pub content: Vec<u8>,
}

/// A page that is about to change its draft.
#[derive(Debug, Clone)]
pub struct HoldDraft {
    /// What the rows are about.
    pub kind: Kind,
    /// The organisation that they belong to.
    pub organisation: OrganisationId,
    /// Its path.
    pub path: Path,
    /// The page: what it sends again because the answer was lost is no other hand.
    pub writer: uuid::Uuid,
    /// The version that it has seen; 0: none.
    pub version: i32,
}

/// Whose drafts somebody has.
fn account(actor: &Actor) -> Result<AccountId> {
    actor.account.ok_or(Error::Forbidden)
}

/// The draft that somebody has of a kind, in hand until the end of his transaction; rows that were carried out meanwhile
/// leave it.
///
/// # Errors
/// `Forbidden` for somebody without an account.
pub async fn draft(conn: &mut AsyncPgConnection, actor: &Actor, kind: Kind) -> Result<Option<Draft>> {
    let Some(draft) = locked(conn, actor.scope.county, account(actor)?, kind).await? else { return Ok(None) };
    if let Some(import) = draft.import_id {
        leave(conn, &draft, import).await?;
    }
    Ok(Some(draft))
}

async fn locked(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    account: AccountId,
    kind: Kind,
) -> QueryResult<Option<Draft>> {
    import_drafts::table
        .filter(import_drafts::county_id.eq(county))
        .filter(import_drafts::account_id.eq(account))
        .filter(import_drafts::kind.eq(kind.code()))
        .select(Draft::as_select())
        .for_update()
        .first(conn)
        .await
        .optional()
}

/// Takes the rows out that their plan has written.
async fn leave(conn: &mut AsyncPgConnection, draft: &Draft, import: ImportId) -> QueryResult<usize> {
    diesel::sql_query(
        "DELETE FROM import_draft_rows d USING imports i, import_rows r \
         WHERE d.county_id = $1 AND d.draft_id = $2 AND i.county_id = $1 AND i.id = $3 AND i.state = 'committed' \
            AND r.county_id = $1 AND r.import_id = $3 AND r.number = d.planned_as \
            AND r.bucket IN ('new', 'changed', 'unchanged')",
    )
    .bind::<Uuid, _>(draft.county_id)
    .bind::<Uuid, _>(draft.id)
    .bind::<Uuid, _>(import)
    .execute(conn)
    .await
}

/// Numbers the rows of a draft anew from the top, for a page that opens it.
///
/// # Errors
/// Whatever the database answers.
pub async fn close_up(conn: &mut AsyncPgConnection, draft: &Draft) -> QueryResult<usize> {
    diesel::sql_query(
        "UPDATE import_draft_rows d SET number = n.place FROM (SELECT key, \
            row_number() OVER (ORDER BY number, key)::integer AS place FROM import_draft_rows \
            WHERE county_id = $1 AND draft_id = $2) n \
         WHERE d.county_id = $1 AND d.draft_id = $2 AND d.key = n.key AND d.number <> n.place",
    )
    .bind::<Uuid, _>(draft.county_id)
    .bind::<Uuid, _>(draft.id)
    .execute(conn)
    .await
}

/// Takes a draft in hand to change it, or begins one: its rows are kept by [`keep_rows`] in the same transaction.
///
/// # Errors
/// `Forbidden` where the actor may not enter records for the organisation; `Stale` where another page has changed the
/// draft since this one saw it.
pub async fn hold_draft(conn: &mut AsyncPgConnection, actor: &Actor, command: &HoldDraft) -> Result<Draft> {
    policy::require(actor, Action::EnterRecords, &command.path)?;
    let (county, account) = (actor.scope.county, account(actor)?);
    db::write(conn, actor, async |conn| {
        let Some(draft) = locked(conn, county, account, command.kind).await? else {
            return begin(conn, county, account, command).await;
        };
        if draft.version != command.version && draft.writer != command.writer {
            return Err(Error::Stale);
        }
        let held = diesel::update(import_drafts::table.find((county, draft.id)))
            .set((
                import_drafts::organisation_id.eq(command.organisation),
                import_drafts::path.eq(command.path.as_str()),
                import_drafts::writer.eq(command.writer),
                import_drafts::version.eq(import_drafts::version + 1),
                import_drafts::updated_at.eq(clock::now()),
            ))
            .returning(Draft::as_returning())
            .get_result(conn)
            .await?;
        Ok(held)
    })
    .await
}

async fn begin(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    account: AccountId,
    command: &HoldDraft,
) -> Result<Draft> {
    diesel::insert_into(import_drafts::table)
        .values((
            import_drafts::county_id.eq(county),
            import_drafts::id.eq(DraftId::new()),
            import_drafts::account_id.eq(account),
            import_drafts::kind.eq(command.kind.code()),
            import_drafts::organisation_id.eq(command.organisation),
            import_drafts::path.eq(command.path.as_str()),
            import_drafts::writer.eq(command.writer),
        ))
        .returning(Draft::as_returning())
        .get_result(conn)
        .await
        // Two pages began at the same moment.
        .constraint("import_drafts_account_kind_key", || Error::Stale)
}

/// Keeps rows of a draft that is in hand: `order` names all rows of the grid by their keys, from the top; a row that it
/// does not name leaves. `rows` are those that changed, by key, without content where nothing stands in them any more.
///
/// # Errors
/// Whatever the database answers.
pub async fn keep_rows(
    conn: &mut AsyncPgConnection,
    draft: &Draft,
    order: &[i32],
    rows: &[(i32, Option<Vec<u8>>)],
) -> QueryResult<()> {
    let empty: Vec<i32> = rows.iter().filter(|(_, content)| content.is_none()).map(|(key, _)| *key).collect();
    diesel::sql_query(
        "DELETE FROM import_draft_rows WHERE county_id = $1 AND draft_id = $2 AND (key <> ALL ($3) OR key = ANY ($4))",
    )
    .bind::<Uuid, _>(draft.county_id)
    .bind::<Uuid, _>(draft.id)
    .bind::<Array<Integer>, _>(order)
    .bind::<Array<Integer>, _>(&empty)
    .execute(conn)
    .await?;
    let filled = rows.iter().filter_map(|(key, content)| Some((*key, content.as_deref()?)));
    let (filled, contents): (Vec<i32>, Vec<&[u8]>) = filled.unzip();
    diesel::sql_query(
        "INSERT INTO import_draft_rows AS d (county_id, draft_id, key, number, content) \
         SELECT $1, $2, n.key, 1, n.content FROM unnest($3, $4) AS n (key, content) \
         ON CONFLICT (county_id, draft_id, key) DO UPDATE SET content = excluded.content, planned_as = NULL",
    )
    .bind::<Uuid, _>(draft.county_id)
    .bind::<Uuid, _>(draft.id)
    .bind::<Array<Integer>, _>(&filled)
    .bind::<Array<Bytea>, _>(&contents)
    .execute(conn)
    .await?;
    diesel::sql_query(
        "UPDATE import_draft_rows d SET number = n.place::integer \
         FROM unnest($3) WITH ORDINALITY AS n (key, place) \
         WHERE d.county_id = $1 AND d.draft_id = $2 AND d.key = n.key AND d.number <> n.place",
    )
    .bind::<Uuid, _>(draft.county_id)
    .bind::<Uuid, _>(draft.id)
    .bind::<Array<Integer>, _>(order)
    .execute(conn)
    .await?;
    Ok(())
}

/// The rows of a draft, from the top.
///
/// # Errors
/// Whatever the database answers.
pub async fn draft_rows(conn: &mut AsyncPgConnection, draft: &Draft) -> QueryResult<Vec<DraftRow>> {
    let most = i64::try_from(MOST_ROWS).unwrap_or(i64::MAX);
    import_draft_rows::table
        .filter(import_draft_rows::county_id.eq(draft.county_id))
        .filter(import_draft_rows::draft_id.eq(draft.id))
        .order((import_draft_rows::number, import_draft_rows::key))
        .limit(most)
        .select(DraftRow::as_select())
        .load(conn)
        .await
}

/// Says that the rows of a draft as they stand are those of a plan.
///
/// # Errors
/// Whatever the database answers.
pub async fn mark_planned(conn: &mut AsyncPgConnection, draft: &Draft, import: ImportId) -> QueryResult<()> {
    diesel::update(import_drafts::table.find((draft.county_id, draft.id)))
        .set(import_drafts::import_id.eq(import))
        .execute(conn)
        .await?;
    diesel::update(import_draft_rows::table)
        .filter(import_draft_rows::county_id.eq(draft.county_id))
        .filter(import_draft_rows::draft_id.eq(draft.id))
        .set(import_draft_rows::planned_as.eq(import_draft_rows::number.nullable()))
        .execute(conn)
        .await?;
    Ok(())
}

/// Whether an import is the plan that was last made of a draft of somebody's own; asked in his transaction.
///
/// # Errors
/// Whatever the database answers.
pub async fn plan_of(conn: &mut AsyncPgConnection, import: &Import) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        import_drafts::table
            .filter(import_drafts::county_id.eq(import.county_id))
            .filter(import_drafts::import_id.eq(import.id)),
    ))
    .get_result(conn)
    .await
}

//! Moves an import from state to state.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, Result};
use crate::base::ids::ImportId;
use crate::base::policy::{self, Action};
use crate::base::values::masked_numbers;
use crate::records::audit;
use crate::records::imports::model::{Counts, DAYS_TO_UNDO, Import, State};
use crate::records::imports::{queries, stage};
use crate::schema::{import_rows, imports};

/// Ends the reading: the plan stands.
///
/// # Errors
/// `Refused` where the import is no longer being read.
pub async fn plan(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    import: &Import,
    counts: Counts,
    headings: &[String],
    notices: &[String],
) -> Result<()> {
    db::write(conn, actor, async |conn| {
        stage::describe(conn, import, headings, notices).await?;
        recount(conn, import, counts).await?;
        step(conn, import, State::Reading, State::Planned).await
    })
    .await
}

/// Ends the reading for a reason that lies in the file: nothing is kept but the reason, a sentence a line.
///
/// # Errors
/// Whatever the database answers.
pub async fn fail(conn: &mut AsyncPgConnection, actor: &Actor, import: &Import, failure: &str) -> Result<()> {
    db::write(conn, actor, async |conn| {
        diesel::delete(import_rows::table)
            .filter(import_rows::county_id.eq(import.county_id))
            .filter(import_rows::import_id.eq(import.id))
            .execute(conn)
            .await?;
        diesel::update(imports::table.find((import.county_id, import.id)))
            .filter(imports::state.eq(State::Reading.code()))
            .set((
                imports::state.eq(State::Failed.code()),
                imports::failure.eq(masked_numbers(failure).as_ref()),
                imports::version.eq(imports::version + 1),
                imports::updated_at.eq(clock::now()),
            ))
            .execute(conn)
            .await?;
        Ok(())
    })
    .await
}

/// Holds a plan that waits, to say something of its rows; until the end of the transaction nobody else carries it out.
///
/// # Errors
/// `Missing`, `Forbidden`, `Refused` where there is no plan that waits.
pub async fn hold_plan(conn: &mut AsyncPgConnection, actor: &Actor, id: ImportId) -> Result<Import> {
    let import = queries::find(conn, &actor.scope, id).await?.ok_or(Error::Missing { what: "导入" })?;
    policy::require(actor, Action::EnterRecords, &import.path())?;
    let held: Option<Import> = imports::table
        .find((import.county_id, import.id))
        .filter(imports::state.eq(State::Planned.code()))
        .select(Import::as_select())
        .for_update()
        .first(conn)
        .await
        .optional()?;
    held.ok_or_else(|| not_in(State::Planned))
}

/// Keeps the counts of a plan in hand after something was said of its rows.
///
/// # Errors
/// Whatever the database answers.
pub async fn rechoose(conn: &mut AsyncPgConnection, import: &Import, counts: Counts) -> Result<()> {
    recount(conn, import, counts).await?;
    step(conn, import, State::Planned, State::Planned).await
}

/// Takes the plan in hand, so that nobody else does.
///
/// # Errors
/// `Missing`, `Forbidden`, `Refused` where there is no plan that waits.
pub async fn begin_commit(conn: &mut AsyncPgConnection, actor: &Actor, id: ImportId) -> Result<Import> {
    db::write(conn, actor, async |conn| {
        let import = queries::find(conn, &actor.scope, id).await?.ok_or(Error::Missing { what: "导入" })?;
        policy::require(actor, Action::EnterRecords, &import.path())?;
        step(conn, &import, State::Planned, State::Committing).await?;
        Ok(import)
    })
    .await
}

/// Puts the plan back where nothing was written, with the reason among its notices; with other counts where it was made
/// anew.
///
/// # Errors
/// Whatever the database answers.
pub async fn return_to_plan(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    import: &Import,
    counts: Option<Counts>,
    reason: &str,
) -> Result<()> {
    db::write(conn, actor, async |conn| {
        if let Some(counts) = counts {
            recount(conn, import, counts).await?;
        }
        let mut notices = import.notices();
        notices.retain(|notice| notice != reason);
        notices.push(reason.to_owned());
        diesel::update(imports::table.find((import.county_id, import.id)))
            .set((imports::notices.eq(stage::json(&notices)), imports::rows_done.eq(0)))
            .execute(conn)
            .await?;
        step(conn, import, State::Committing, State::Planned).await
    })
    .await
}

/// Says that the writing is alive, and how far it has come. Not part of the transaction that writes.
///
/// # Errors
/// Whatever the database answers.
pub async fn beat(conn: &mut AsyncPgConnection, actor: &Actor, import: &Import, done: usize) -> Result<()> {
    db::write(conn, actor, async |conn| {
        diesel::update(imports::table.find((import.county_id, import.id)))
            .filter(imports::state.eq(State::Committing.code()))
            .set((
                imports::rows_done.eq(i32::try_from(done).unwrap_or(i32::MAX)),
                imports::updated_at.eq(clock::now()),
            ))
            .execute(conn)
            .await?;
        Ok(())
    })
    .await
}

/// Ends a reading or writing that has been silent for too long: the process that did it is gone. Nothing of it is on
/// record, since a reading that is not complete has no plan and a writing is one transaction.
///
/// # Errors
/// Whatever the database answers.
pub async fn bury(conn: &mut AsyncPgConnection, actor: &Actor, import: &Import) -> Result<()> {
    match import.state()? {
        State::Reading => fail(conn, actor, import, "读取中断（服务可能重启过），请重新上传文件。").await,
        State::Committing => {
            let reason = "写入中断（服务可能重启过），没有写入任何一行；请再次确认写入。";
            return_to_plan(conn, actor, import, None, reason).await
        }
        _ => Ok(()),
    }
}

/// Says that the plan was carried out: the last step of the transaction that wrote its rows, and its one entry in the
/// trail. `sha256` stands over everything that was written.
///
/// # Errors
/// `Refused` where the plan was not in hand.
pub async fn commit(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    import: &Import,
    written: usize,
    sha256: [u8; 32],
) -> Result<()> {
    let now = clock::now();
    let changed = diesel::update(imports::table.find((import.county_id, import.id)))
        .filter(imports::state.eq(State::Committing.code()))
        .set((
            imports::state.eq(State::Committed.code()),
            imports::committed_by.eq(&actor.name),
            imports::committed_at.eq(now),
            imports::undo_until.eq(now + chrono::Duration::days(DAYS_TO_UNDO)),
            imports::version.eq(imports::version + 1),
            imports::updated_at.eq(now),
        ))
        .execute(conn)
        .await?;
    if changed == 0 {
        return Err(not_in(State::Committing));
    }
    let counts = import.counts();
    let details = serde_json::json!({
        "kind": import.kind,
        "file_sha256": hex::encode(&import.file_sha256),
        "counts": counts,
        "rows_sha256": hex::encode(sha256),
    });
    let entry = audit::Entry {
        action: "imports.commit",
        subject_kind: audit::IMPORT,
        subject: Some(import.id.0),
        count: written,
        path: &import.path(),
        details,
    };
    audit::append(conn, actor, &entry).await
}

/// Puts on record that the refused rows went back to the uploader: they hold identifiers in clear.
///
/// # Errors
/// Whatever the database answers.
pub async fn given_back(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    import: &Import,
    count: usize,
) -> Result<()> {
    db::write(conn, actor, async |conn| {
        let entry = audit::Entry {
            action: "imports.give_back",
            subject_kind: audit::IMPORT,
            subject: Some(import.id.0),
            count,
            path: &import.path(),
            details: serde_json::json!({ "file_sha256": hex::encode(&import.file_sha256) }),
        };
        audit::append(conn, actor, &entry).await
    })
    .await
}

async fn recount(conn: &mut AsyncPgConnection, import: &Import, counts: Counts) -> QueryResult<usize> {
    diesel::update(imports::table.find((import.county_id, import.id)))
        .set((
            imports::rows_read.eq(counts.total()),
            imports::new_rows.eq(counts.new),
            imports::changed_rows.eq(counts.changed),
            imports::unchanged_rows.eq(counts.unchanged),
            imports::conflict_rows.eq(counts.conflict),
            imports::refused_rows.eq(counts.refused),
        ))
        .execute(conn)
        .await
}

async fn step(conn: &mut AsyncPgConnection, import: &Import, from: State, to: State) -> Result<()> {
    let changed = diesel::update(imports::table.find((import.county_id, import.id)))
        .filter(imports::state.eq(from.code()))
        .set((
            imports::state.eq(to.code()),
            imports::version.eq(imports::version + 1),
            imports::updated_at.eq(clock::now()),
        ))
        .execute(conn)
        .await?;
    if changed == 0 { Err(not_in(from)) } else { Ok(()) }
}

fn not_in(state: State) -> Error {
    Error::Refused(format!("这次导入不是“{}”状态，可能已被处理；请刷新页面查看。", state.name()))
}

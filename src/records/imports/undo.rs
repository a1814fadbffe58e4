//! Takes an import back: what it made goes, what it changed gets its former values, what somebody changed or made use of
//! since is kept and named. What an import touched is traced while it is carried out ([`trace`]).

use diesel::prelude::*;
use diesel::result::Error as Diesel;
use diesel::sql_types::{Array, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, OrMissing, Result};
use crate::base::ids::{CountyId, ImportId};
use crate::base::policy::{self, Action};
use crate::records::audit;
use crate::records::imports::model::{DAYS_TO_UNDO, Import, Kind, State};
use crate::records::imports::stage::json;
use crate::records::imports::undo_words::{kept_because, noun};
use crate::schema::{import_undos, imports};

/// How many characters a reason may have.
const LONGEST_REASON: usize = 200;

/// What the database says of a record that it kept.
#[derive(Debug, QueryableByName)]
struct Kept {
    #[diesel(sql_type = Text)]
    kept_relation: String,
    #[diesel(sql_type = Uuid)]
    kept_id: uuid::Uuid,
    #[diesel(sql_type = Text)]
    kept_reason: String,
}

/// Has every statement of the running transaction noted for [`undo`]: the first step of carrying an import out.
///
/// # Errors
/// Whatever the database answers.
pub async fn trace(conn: &mut AsyncPgConnection, import: &Import) -> QueryResult<()> {
    diesel::sql_query("SELECT set_config('cadre.import', $1, true)")
        .bind::<Text, _>(import.id.to_string())
        .execute(conn)
        .await?;
    Ok(())
}

/// Whether somebody may take an import back now; what a page offers.
#[must_use]
pub fn can_undo(actor: &Actor, import: &Import) -> bool {
    let others = is_own(actor, import) || policy::may(actor, Action::UndoOthersImports, &import.path());
    others && policy::may(actor, Action::EnterRecords, &import.path()) && check(import).is_ok()
}

/// Takes an import back; answers how many rows it kept. One's own import, or another's for a supervisor (contract 2). A page
/// asks for a reason; programs and the command line may leave it out (contract 2 and 3).
///
/// # Errors
/// `Missing`, `Forbidden`; `Invalid` for an empty or too long reason; `Refused` where it is not carried out or taken back already, where
/// its days are over, where a quarter that was closed since holds what it wrote, and where former values no longer fit.
pub async fn undo(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    id: ImportId,
    reason: Option<&str>,
) -> Result<usize> {
    db::write(conn, actor, async |conn| {
        // A county's roster takes longer than a request may.
        diesel::sql_query("SET LOCAL statement_timeout TO '120s'").execute(conn).await?;
        let import = lock(conn, actor, id).await?;
        policy::require(actor, Action::EnterRecords, &import.path())?;
        if !is_own(actor, &import) {
            policy::require(actor, Action::UndoOthersImports, &import.path())?;
        }
        let reason = reason.map(given).transpose()?;
        check(&import)?;
        refuse_closed(conn, &import).await?;
        let (told, kept): (Vec<Kept>, Vec<Kept>) =
            take_back(conn, actor, &import).await?.into_iter().partition(|one| one.kept_reason == "told");
        let rows = mark(conn, &import, &kept).await?;
        conclude(conn, actor, &import, reason, &kept).await?;
        let written = usize::try_from(import.counts().to_write()).unwrap_or(0);
        let details = serde_json::json!({
            "kind": import.kind,
            "file_sha256": hex::encode(&import.file_sha256),
            "reason": reason,
            "undone": written.saturating_sub(rows),
            "kept": rows,
            "kept_sha256": audit::digest(kept.iter().map(|one| one.kept_id)),
            // Whom earlier entries tell of by themselves: an auditor who misses them finds them here.
            "removed": told.iter().map(|one| one.kept_id).collect::<Vec<_>>(),
        });
        let entry = audit::Entry {
            action: "imports.undo",
            subject_kind: audit::IMPORT,
            subject: Some(import.id.0),
            count: written.saturating_sub(rows),
            path: &import.path(),
            details,
        };
        audit::append(conn, actor, &entry).await?;
        Ok(rows)
    })
    .await
}

fn is_own(actor: &Actor, import: &Import) -> bool {
    import.account_id == actor.account && import.uploaded_by == actor.name
}

/// The reason as it is kept.
fn given(reason: &str) -> Result<&str> {
    let reason = reason.trim();
    match reason.chars().count() {
        0 => Err(Error::invalid("reason", "撤销原因没有填写，请写明为什么撤销这次导入。")),
        1..=LONGEST_REASON => Ok(reason),
        count => {
            let message = format!("撤销原因有{count}字，最多{LONGEST_REASON}字，请精简。");
            Err(Error::invalid("reason", message))
        }
    }
}

/// The import inside the actor's scope, kept from others until the end of the transaction.
async fn lock(conn: &mut AsyncPgConnection, actor: &Actor, id: ImportId) -> Result<Import> {
    let scope = &actor.scope;
    imports::table
        .find((scope.county, id))
        .filter(imports::path.ge(scope.path.as_str()).and(imports::path.lt(scope.path.end())))
        .select(Import::as_select())
        .for_update()
        .first(conn)
        .await
        .optional()
        .or_missing("导入")
}

/// Refuses an import that cannot be taken back, whoever asks.
fn check(import: &Import) -> Result<()> {
    let now = clock::now();
    let day = clock::date_in_china;
    match (import.state()?, import.undone_at, import.undo_until) {
        (State::Undone, at, _) => Err(Error::Refused(format!(
            "这次导入已由“{}”于{}撤销，不能再次撤销；需要重新写入的，请重新上传文件。",
            import.undone_by.as_deref().unwrap_or_default(),
            at.map(day).unwrap_or_default()
        ))),
        (State::Committed, _, _) if import.kind()? == Kind::TrainingAttendance => Err(Error::Refused(
            "参训名单牵连每人的轮训进度，不能整批撤销；请在培训班次的名单里逐人更正或移除。".to_owned(),
        )),
        (State::Committed, _, None) => Err(Error::Refused(
            "这次导入写入时还没有记下原值，不能撤销；请在各条记录上更正，或导入更正后的表。".to_owned(),
        )),
        (State::Committed, _, Some(until)) if until < now => Err(Error::Refused(format!(
            "这次导入写入已超过{DAYS_TO_UNDO}天（期限到{}），不能撤销；请在各条记录上更正，或导入更正后的表。",
            day(until)
        ))),
        (State::Committed, _, Some(_)) => Ok(()),
        (state, _, _) => Err(Error::Refused(format!(
            "这次导入的状态是“{}”，没有写入，无须撤销；请刷新页面查看。",
            state.name()
        ))),
    }
}

async fn refuse_closed(conn: &mut AsyncPgConnection, import: &Import) -> Result<()> {
    #[derive(QueryableByName)]
    struct Closed {
        #[diesel(sql_type = Text)]
        quarter: String,
    }
    let closed: Vec<Closed> =
        diesel::sql_query("SELECT q AS quarter FROM find_quarters_of_import($1, $2) AS q")
            .bind::<Uuid, _>(import.county_id)
            .bind::<Uuid, _>(import.id)
            .load(conn)
            .await?;
    if closed.is_empty() {
        return Ok(());
    }
    let quarters: Vec<&str> = closed.iter().map(|one| one.quarter.as_str()).collect();
    Err(Error::Refused(format!(
        "{}已在这次导入之后结账，结账数据里有这次导入的内容，不能撤销；请在各条记录上更正，需要改动已结账数据的请办理季度修订。",
        quarters.join("、")
    )))
}

async fn take_back(conn: &mut AsyncPgConnection, actor: &Actor, import: &Import) -> Result<Vec<Kept>> {
    let answer: QueryResult<Vec<Kept>> = diesel::sql_query("SELECT * FROM take_back_import($1, $2, $3)")
        .bind::<Uuid, _>(import.county_id)
        .bind::<Uuid, _>(import.id)
        .bind::<Text, _>(&actor.name)
        .load(conn)
        .await;
    let kept = match answer {
        Err(Diesel::DatabaseError(_, told)) if told.constraint_name().is_some() => {
            let table = told.table_name().unwrap_or_default();
            return Err(Error::Refused(format!(
                "有记录的原值与导入之后新登记的{}冲突，什么也没有撤销；请先处理那些记录，或在各条记录上更正。",
                noun(table)
            )));
        }
        other => other?,
    };
    if kept.iter().any(|one| one.kept_reason == "moved") {
        let why = "导入之后有组织调整了上级，原来的归属已不存在，不能整批撤销；请在各条记录上更正。";
        return Err(Error::Refused(why.to_owned()));
    }
    Ok(kept)
}

/// Says beside the rows why what they wrote was kept; answers how many rows that are.
async fn mark(conn: &mut AsyncPgConnection, import: &Import, kept: &[Kept]) -> Result<usize> {
    let marked = diesel::sql_query(
        "UPDATE import_rows r SET kept = n.reason FROM unnest($3, $4) AS n (id, reason) \
         WHERE r.county_id = $1 AND r.import_id = $2 AND r.bucket IN ('new', 'changed') AND r.record_id = n.id",
    )
    .bind::<Uuid, _>(import.county_id)
    .bind::<Uuid, _>(import.id)
    .bind::<Array<Uuid>, _>(kept.iter().map(|one| one.kept_id).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(kept.iter().map(|one| kept_because(&one.kept_reason)).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    Ok(marked)
}

/// Ends the import, with a notice of what was kept besides what its rows are about.
async fn conclude(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    import: &Import,
    reason: Option<&str>,
    kept: &[Kept],
) -> Result<()> {
    let own = rows_of(conn, import.county_id, import.id, kept).await?;
    let mut notices = import.notices();
    let mut relations: Vec<&str> = kept
        .iter()
        .filter(|one| !own.contains(&one.kept_id))
        // A person stays with whatever of him was kept: that is named already.
        .filter(|one| one.kept_relation != "people" || one.kept_reason == "edited")
        .map(|one| one.kept_relation.as_str())
        .collect();
    relations.sort_unstable();
    for group in relations.chunk_by(|one, other| one == other) {
        let name = noun(group.iter().next().copied().unwrap_or_default());
        notices.push(format!("撤销时另有{name}{}条仍被引用或已改动，保留现状。", group.len()));
    }
    let now = clock::now();
    diesel::update(imports::table.find((import.county_id, import.id)))
        .set((
            imports::state.eq(State::Undone.code()),
            imports::undone_by.eq(&actor.name),
            imports::undone_at.eq(now),
            imports::notices.eq(json(&notices)),
            imports::version.eq(imports::version + 1),
            imports::updated_at.eq(now),
        ))
        .execute(conn)
        .await?;
    let Some(reason) = reason else { return Ok(()) };
    diesel::insert_into(import_undos::table)
        .values((
            import_undos::county_id.eq(import.county_id),
            import_undos::import_id.eq(import.id),
            import_undos::path.eq(&import.path),
            import_undos::reason.eq(reason),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Those of the kept records that rows of the import are about.
async fn rows_of(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    import: ImportId,
    kept: &[Kept],
) -> QueryResult<std::collections::HashSet<uuid::Uuid>> {
    #[derive(QueryableByName)]
    struct Own {
        #[diesel(sql_type = Uuid)]
        id: uuid::Uuid,
    }
    let own: Vec<Own> = diesel::sql_query(
        "SELECT DISTINCT r.record_id AS id FROM import_rows r JOIN unnest($3) AS n (id) ON n.id = r.record_id \
         WHERE r.county_id = $1 AND r.import_id = $2",
    )
    .bind::<Uuid, _>(county)
    .bind::<Uuid, _>(import)
    .bind::<Array<Uuid>, _>(kept.iter().map(|one| one.kept_id).collect::<Vec<_>>())
    .load(conn)
    .await?;
    Ok(own.into_iter().map(|own| own.id).collect())
}

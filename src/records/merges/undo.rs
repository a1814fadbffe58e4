//! Takes a merge back: a supervisor makes two of one again. What somebody changed since stays with the winner and is named.

use diesel::prelude::*;
use diesel::result::Error as Diesel;
use diesel::sql_types::{Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, OrMissing, Result};
use crate::base::ids::MergeId;
use crate::base::policy::{self, Action};
use crate::records::merges::merge::told_rows;
use crate::records::merges::model::{Merged, noun};
use crate::records::merges::queries;
use crate::records::{audit, members};
use crate::schema::person_merges;

/// How many characters a reason may have.
const LONGEST_REASON: usize = 200;

/// What became of a merge that was taken back.
#[derive(Debug, Clone)]
pub struct Undone {
    /// The merge.
    pub merged: Merged,
    /// What was kept, since somebody changed it after the merge: the noun, and how many.
    pub kept: Vec<(&'static str, usize)>,
}

/// What the database says of a row that it kept.
#[derive(Debug, QueryableByName)]
struct Kept {
    #[diesel(sql_type = Text)]
    kept_relation: String,
    #[diesel(sql_type = Text)]
    kept_reason: String,
}

/// Whether somebody may take a merge back now; what a page offers.
#[must_use]
pub fn can_undo(actor: &Actor, merged: &Merged) -> bool {
    policy::may(actor, Action::Unmerge, &merged.path()) && merged.undone_at.is_none()
}

/// Takes a merge back. `version` is that which the actor saw, where he says it.
///
/// # Errors
/// `Missing`, `Forbidden`; `Stale` where somebody took it back meanwhile; `Invalid` for an empty or too long reason;
/// `Refused` where it is taken back already, where the winner was merged into another since, and where what has to stand
/// again has no room any more.
pub async fn undo(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    id: MergeId,
    version: Option<i32>,
    reason: Option<&str>,
) -> Result<Undone> {
    db::write(conn, actor, async |conn| {
        let merged = lock(conn, actor, id).await?;
        policy::require(actor, Action::Unmerge, &merged.path())?;
        if version.is_some_and(|version| version != merged.version) {
            return Err(Error::Stale);
        }
        let reason = reason.map(given).transpose()?;
        check(conn, actor, &merged).await?;
        let kept = take_back(conn, actor, &merged).await?;
        members::name_anew(conn, actor.scope.county, &[merged.winner_id, merged.loser_id]).await?;
        diesel::update(person_merges::table.find((merged.county_id, merged.id)))
            .set((
                person_merges::undone_by.eq(&actor.name),
                person_merges::undone_at.eq(clock::now()),
                person_merges::undo_reason.eq(reason),
                person_merges::version.eq(person_merges::version + 1),
            ))
            .execute(conn)
            .await?;
        let undone = Undone { merged: queries::find(conn, &actor.scope, id).await?, kept: counted(&kept) };
        append_entry(conn, actor, &undone).await?;
        Ok(undone)
    })
    .await
}

/// The reason as it is kept.
fn given(reason: &str) -> Result<&str> {
    let reason = reason.trim();
    match reason.chars().count() {
        0 => Err(Error::invalid("reason", "撤销原因没有填写，请写明为什么这两份档案不是同一人。")),
        1..=LONGEST_REASON => Ok(reason),
        count => {
            let message = format!("撤销原因有{count}字，最多{LONGEST_REASON}字，请精简。");
            Err(Error::invalid("reason", message))
        }
    }
}

/// The merge inside the actor's scope, kept from others until the end of the transaction.
async fn lock(conn: &mut AsyncPgConnection, actor: &Actor, id: MergeId) -> Result<Merged> {
    let scope = &actor.scope;
    person_merges::table
        .find((scope.county, id))
        .filter(person_merges::path.ge(scope.path.as_str()).and(person_merges::path.lt(scope.path.end())))
        .select(Merged::as_select())
        .for_update()
        .first(conn)
        .await
        .optional()
        .or_missing("合并记录")
}

/// Refuses a merge that cannot be taken back, whoever asks.
async fn check(conn: &mut AsyncPgConnection, actor: &Actor, merged: &Merged) -> Result<()> {
    if let (Some(by), Some(at)) = (&merged.undone_by, merged.undone_at) {
        return Err(Error::Refused(format!(
            "这次合并已由“{by}”于{}撤销，不能再次撤销；确为同一人的，请重新合并。",
            clock::date_in_china(at)
        )));
    }
    if queries::leads_to(conn, actor.scope.county, merged.winner_id.0).await?.is_some() {
        return Err(Error::Refused(format!(
            "合并后的档案“{}”后来又并入了另一份档案，请先撤销那次合并，再撤销这次。",
            merged.winner_name
        )));
    }
    Ok(())
}

async fn take_back(conn: &mut AsyncPgConnection, actor: &Actor, merged: &Merged) -> Result<Vec<Kept>> {
    let answer: QueryResult<Vec<Kept>> =
        diesel::sql_query("SELECT kept_relation, kept_reason FROM unmerge_people($1, $2, $3)")
            .bind::<Uuid, _>(merged.county_id)
            .bind::<Uuid, _>(merged.id)
            .bind::<Text, _>(&actor.name)
            .load(conn)
            .await;
    let kept = match answer {
        Err(Diesel::DatabaseError(_, told)) if told.constraint_name() == Some("people_citizen_id_key") => {
            return Err(Error::Refused(format!(
                "并入的档案“{}”的公民身份号码在合并之后又登记在另一份档案上，不能恢复，什么也没有改动；请先更正或合并那份档案。",
                merged.loser_name
            )));
        }
        Err(Diesel::DatabaseError(_, told)) if told.constraint_name().is_some() => {
            return Err(Error::Refused(format!(
                "要恢复的{}与合并之后的登记或改动冲突，什么也没有改动；请先处理合并之后的那些登记，再撤销合并。",
                noun(told.table_name().unwrap_or_default())
            )));
        }
        other => other?,
    };
    if kept.iter().any(|one| one.kept_reason == "moved") {
        let why = "合并之后有组织调整了上级，并入档案原来的归属已不存在，不能撤销；请为其重新登记并更正。";
        return Err(Error::Refused(why.to_owned()));
    }
    if kept.iter().any(|one| one.kept_reason == "alone") {
        let why = "两份档案中有一份的登记在合并之后都已改动，撤销后将没有任何单位能看到它，不能撤销；请在各条记录上更正。";
        return Err(Error::Refused(why.to_owned()));
    }
    Ok(kept)
}

/// How many rows of which kind were kept.
fn counted(kept: &[Kept]) -> Vec<(&'static str, usize)> {
    let mut nouns: Vec<&'static str> = kept.iter().map(|one| noun(&one.kept_relation)).collect();
    nouns.sort_unstable();
    nouns
        .chunk_by(|one, other| one == other)
        .filter_map(|group| Some((*group.iter().next()?, group.len())))
        .collect()
}

async fn append_entry(conn: &mut AsyncPgConnection, actor: &Actor, undone: &Undone) -> Result<()> {
    let merged = &undone.merged;
    let details = serde_json::json!({
        "merge": merged.id,
        "to": merged.loser_id,
        "from": merged.winner_id,
        "reason": merged.undo_reason,
        "kept": undone.kept.iter().map(|(_, count)| count).sum::<usize>(),
        "seats": told_rows(conn, merged, "seats", "moved").await?,
    });
    audit::append(
        conn,
        actor,
        &audit::Entry {
            action: "merges.undo",
            subject_kind: "person",
            subject: Some(merged.winner_id.0),
            count: 2,
            path: &merged.path(),
            details,
        },
    )
    .await
}

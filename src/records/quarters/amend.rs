//! Amending a closed quarter: proposed by one supervisor, done by another, or taken back. What is frozen anew is told by
//! `across::reports::amend`, which knows the statements of the facts.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, Result};
use crate::base::policy::{self, Action};
use crate::base::values::Quarter;
use crate::records::quarters::QuarterState;
use crate::records::quarters::close::{append_entry, county_path, in_one_step};
use crate::records::quarters::model::{Closing, Revision};
use crate::records::quarters::proofs::Proven;
use crate::records::quarters::queries;
use crate::records::quarters::rules::{self, AmendStep, Proposal, Refusal};
use crate::schema::quarters;

/// Locks a quarter and says what a call of this actor to amend it does.
///
/// # Errors
/// `Refused` with the reason, `Forbidden` for whom may not amend the county's quarters, `Invalid` for a reason that is
/// empty or too long.
pub async fn next_amendment(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    quarter: Quarter,
    reason: &str,
) -> Result<AmendStep> {
    policy::require(actor, Action::CloseQuarter, &county_path(actor))?;
    let reason = rules::reason(reason).map_err(|message| Error::invalid("reason", message))?;
    let closing = queries::lock(conn, actor.scope.county, quarter).await?;
    let is_closed = closing.state()? == QuarterState::Closed;
    let caller = Proposal { by: actor.name.clone(), reason };
    rules::amend_step(quarter, is_closed, waiting(&closing), caller, in_one_step(actor))
        .map_err(|refusal| Error::Refused(refusal.to_string()))
}

fn waiting(closing: &Closing) -> Option<Proposal> {
    let (by, reason) = (closing.amendment_proposed_by.clone()?, closing.amendment_reason.clone()?);
    Some(Proposal { by, reason })
}

/// Proposes to amend a closed quarter.
///
/// # Errors
/// `Stale` where that is not the next step; else as [`next_amendment`].
pub async fn propose_amendment(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    quarter: Quarter,
    reason: &str,
) -> Result<()> {
    db::write(conn, actor, async |conn| {
        if next_amendment(conn, actor, quarter, reason).await? != AmendStep::Propose {
            return Err(Error::Stale);
        }
        diesel::update(quarters::table.find((actor.scope.county, quarter.to_string())))
            .set((
                quarters::amendment_proposed_by.eq(&actor.name),
                quarters::amendment_proposed_at.eq(clock::now()),
                quarters::amendment_reason.eq(reason.trim()),
                quarters::version.eq(quarters::version + 1),
            ))
            .execute(conn)
            .await?;
        let details = serde_json::json!({ "quarter": quarter, "reason": reason.trim() });
        append_entry(conn, actor, "quarters.propose_amendment", details).await
    })
    .await
}

/// Takes back a proposal to amend a quarter: its proposer, or another supervisor who does not agree.
///
/// # Errors
/// `Refused` where none waits, `Forbidden` for whom may not amend the county's quarters.
pub async fn withdraw_amendment(conn: &mut AsyncPgConnection, actor: &Actor, quarter: Quarter) -> Result<()> {
    db::write(conn, actor, async |conn| {
        policy::require(actor, Action::CloseQuarter, &county_path(actor))?;
        let closing = queries::lock(conn, actor.scope.county, quarter).await?;
        let waiting =
            waiting(&closing).ok_or_else(|| Error::Refused(Refusal::NoAmendment(quarter).to_string()))?;
        forget(conn, actor, quarter).await?;
        let details = serde_json::json!({
            "quarter": quarter, "preparer": waiting.by, "reason": waiting.reason,
        });
        append_entry(conn, actor, "quarters.withdraw_amendment", details).await
    })
    .await
}

async fn forget(conn: &mut AsyncPgConnection, actor: &Actor, quarter: Quarter) -> QueryResult<()> {
    diesel::update(quarters::table.find((actor.scope.county, quarter.to_string())))
        .set((
            quarters::amendment_proposed_by.eq(None::<String>),
            quarters::amendment_proposed_at.eq(None::<chrono::DateTime<chrono::Utc>>),
            quarters::amendment_reason.eq(None::<String>),
            quarters::version.eq(quarters::version + 1),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Concludes an amendment whose revisions have been frozen in the running transaction: the one of the quarter amended,
/// then those of the closed quarters after it, which rest on it. Each leaves an entry of its own, with its digest and what
/// proof bundles are held against.
///
/// # Errors
/// Whatever the database answers.
pub async fn conclude_amendment(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    quarter: Quarter,
    revisions: &[(Revision, Proven)],
) -> Result<()> {
    forget(conn, actor, quarter).await?;
    for (revision, proven) in revisions {
        let mut details = serde_json::json!({
            "quarter": revision.quarter,
            "revision": revision.number,
            "reason": revision.reason,
            "preparer": revision.preparer,
            "rows": revision.row_count,
            "digest": hex::encode(&revision.digest),
            "proof": proven.told(),
        });
        if let Some(details) = details.as_object_mut()
            && revision.quarter != quarter.to_string()
        {
            details.insert("follows".to_owned(), serde_json::json!(quarter));
        }
        append_entry(conn, actor, "quarters.amend", details).await?;
    }
    Ok(())
}

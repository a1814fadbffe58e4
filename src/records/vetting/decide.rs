//! What becomes of checks: filed, rejected, withdrawn.

use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;
use serde_json::json;

use crate::base::actor::{Actor, Door};
use crate::base::error::{Error, Result};
use crate::base::ids::CandidateCheckId;
use crate::base::keys::{KeyRing, Secret};
use crate::base::policy::{self, Action};
use crate::base::{clock, db};
use crate::records::vetting::model::{CandidateCheck, CheckState, Verdict, VerdictResult};
use crate::records::vetting::rules::{self, Act, Refusal};
use crate::records::vetting::sight::{self, Sight};
use crate::records::vetting::{queries, write};

/// A decision on one check.
#[derive(Debug, Clone)]
pub struct Decision {
    /// The check.
    pub check: CandidateCheckId,
    /// The version that the actor saw; none: whatever stands there.
    pub version: Option<i32>,
    /// When.
    pub on: NaiveDate,
}

/// One check to be filed.
#[derive(Debug, Clone)]
pub struct FileCheck {
    /// Which, when.
    pub decision: Decision,
    /// The number of the filing; one number may stand for many candidates.
    pub number: String,
    /// Why, where something is flagged.
    pub reason: Option<String>,
}

/// One check to be rejected or withdrawn.
#[derive(Debug, Clone)]
pub struct End {
    /// Which, when.
    pub decision: Decision,
    /// Why.
    pub reason: String,
}

/// Files candidates whom every department answered for.
///
/// # Errors
/// `Forbidden` unless the actor vets for the whole county; `Missing`, `Stale`; `Invalid` with the wrong field; `Refused`
/// where the state does not allow it, where a department found what blocks, and where he proposed the candidate himself.
pub async fn file(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    keys: &KeyRing,
    commands: &[FileCheck],
) -> Result<()> {
    db::write(conn, actor, async |conn| {
        let decisions: Vec<&Decision> = commands.iter().map(|command| &command.decision).collect();
        let mut rows = decided(conn, actor, Act::File, &decisions).await?;
        sight::open(conn, actor, &Sight::County).await?;
        let ids: Vec<CandidateCheckId> = rows.iter().map(|row| row.id).collect();
        let verdicts = queries::present_verdicts(conn, actor.scope.county, keys, &ids).await?;
        sight::close(conn).await?;
        for (row, command) in rows.iter_mut().zip(commands) {
            let number = command.number.trim();
            if !(2..=50).contains(&number.chars().count()) {
                return Err(Refusal::NoNumber.into());
            }
            let on = command.decision.on;
            if let Some(vetted_on) = row.vetted_on.filter(|vetted_on| on < *vetted_on) {
                return Err(Refusal::BeforeVetting { on, vetted_on }.into());
            }
            rules::refuse_filing(&results(row, &verdicts), command.reason.as_deref())?;
            CheckState::Filed.code().clone_into(&mut row.state);
            row.filed_on = Some(on);
            row.filing_number = Some(number.to_owned());
            if let Some(reason) = command.reason.as_deref().filter(|reason| !reason.trim().is_empty()) {
                row.decision_cipher = Some(sealed(keys, row, reason)?);
            }
        }
        write::update(conn, actor, &rows).await?;
        let county = actor.scope.whole_county().path;
        write::append(
            conn,
            actor,
            "vetting.file",
            Some(&county),
            &rows,
            |row| json!({ "number": row.filing_number, "on": row.filed_on }),
        )
        .await
    })
    .await
}

/// Rejects candidates.
///
/// # Errors
/// As [`file()`].
pub async fn reject(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    keys: &KeyRing,
    commands: &[End],
) -> Result<()> {
    db::write(conn, actor, async |conn| {
        let decisions: Vec<&Decision> = commands.iter().map(|command| &command.decision).collect();
        let mut rows = decided(conn, actor, Act::Reject, &decisions).await?;
        for (row, command) in rows.iter_mut().zip(commands) {
            row.decision_cipher = Some(sealed(keys, row, &filled(&command.reason, "否决理由")?)?);
            CheckState::Rejected.code().clone_into(&mut row.state);
            row.ended_on = Some(command.decision.on);
        }
        write::update(conn, actor, &rows).await?;
        let county = actor.scope.whole_county().path;
        write::append(
            conn,
            actor,
            "vetting.reject",
            Some(&county),
            &rows,
            |row| json!({ "on": row.ended_on }),
        )
        .await
    })
    .await
}

/// Takes proposals back, before the candidate is in post.
///
/// # Errors
/// `Forbidden`, `Missing`, `Stale`; `Invalid` without a reason; `Refused` where the state does not allow it.
pub async fn withdraw(conn: &mut AsyncPgConnection, actor: &Actor, commands: &[End]) -> Result<()> {
    db::write(conn, actor, async |conn| {
        policy::require(actor, Action::EnterRecords, &actor.scope.path)?;
        // Before the state is looked at: a withdrawal that cannot succeed tells no outcome.
        let reasons = commands.iter().map(|command| filled(&command.reason, "撤回原因"));
        let reasons = reasons.collect::<std::result::Result<Vec<String>, Refusal>>()?;
        let decisions: Vec<&Decision> = commands.iter().map(|command| &command.decision).collect();
        let mut rows = held(conn, actor, Act::Withdraw, &decisions).await?;
        for ((row, command), reason) in rows.iter_mut().zip(commands).zip(reasons) {
            row.withdrawal_reason = Some(reason);
            CheckState::Withdrawn.code().clone_into(&mut row.state);
            row.ended_on = Some(command.decision.on);
        }
        write::update(conn, actor, &rows).await?;
        write::append(
            conn,
            actor,
            "vetting.withdraw",
            None,
            &rows,
            |row| json!({ "on": row.ended_on, "reason": row.withdrawal_reason }),
        )
        .await
    })
    .await
}

/// The checks of some decisions that only those who vet for the whole county take, and nobody of his own proposals; at the
/// machine itself one acts for all.
async fn decided(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    act: Act,
    decisions: &[&Decision],
) -> Result<Vec<CandidateCheck>> {
    policy::require(actor, Action::Vet, &actor.scope.whole_county().path)?;
    let rows = held(conn, actor, act, decisions).await?;
    let own = |row: &CandidateCheck| row.created_by == actor.name;
    if actor.door != Door::CommandLine && rows.iter().any(own) {
        return Err(Refusal::OwnProposal.into());
    }
    Ok(rows)
}

/// The checks of some decisions, locked, in states and on days that allow them.
async fn held(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    act: Act,
    decisions: &[&Decision],
) -> Result<Vec<CandidateCheck>> {
    let wanted: Vec<_> = decisions.iter().map(|decision| (decision.check, decision.version)).collect();
    let rows = write::lock(conn, &actor.scope, &wanted).await?;
    let sight = sight::of(conn, actor).await?;
    for (row, decision) in rows.iter().zip(decisions) {
        let on = decision.on;
        if on > clock::today() {
            return Err(Refusal::Future(on).into());
        }
        if on < row.proposed_on {
            return Err(Refusal::BeforeProposal { on, proposed_on: row.proposed_on }.into());
        }
        let stored = CheckState::parse(&row.state).map_err(Error::broken)?;
        act.refuse(stored, row.valid_until, on).map_err(|refusal| refusal.told_to(&sight))?;
    }
    Ok(rows)
}

fn results(row: &CandidateCheck, verdicts: &[Verdict]) -> Vec<(i32, VerdictResult)> {
    let own = verdicts.iter().filter(|verdict| verdict.check == row.id);
    own.map(|verdict| (verdict.item, verdict.finding.result)).collect()
}

fn filled(reason: &str, what: &'static str) -> std::result::Result<String, Refusal> {
    let reason = reason.trim();
    let fits = (1..=500).contains(&reason.chars().count());
    if fits { Ok(reason.to_owned()) } else { Err(Refusal::NoReason(what)) }
}

fn sealed(keys: &KeyRing, row: &CandidateCheck, reason: &str) -> Result<Vec<u8>> {
    let reason = filled(reason, "理由")?;
    keys.seal(Secret::Decision, row.id.0, reason.as_bytes()).map_err(Error::broken)
}

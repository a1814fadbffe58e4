//! Amends a closed quarter of a county: one supervisor proposes, another's call freezes the next revision over one
//! snapshot, from the records as they are now.
//!
//! The quarters after it that are closed get a revision too, one after the other, each resting on the new one before
//! it: so the opening of the latest revision is always the closing of the latest revision of the quarter before, and
//! what was recorded late is told there where it belongs. The revisions that were there stay as they are.

use diesel_async::AsyncPgConnection;

use super::basis::Basis;
use super::close::{county_code, require_county, statements};
use super::proof;
use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, OrMissing, Result};
use crate::base::policy::{self, Action};
use crate::base::scope::Scope;
use crate::base::values::Quarter;
use crate::records::audit;
use crate::records::quarters::rules::{self, Refusal};
use crate::records::quarters::{
    self, Against, AmendStep, Ask, Compared, FactTable, Facts, Frozen, Proposal, Proven, Revision,
};

/// At most so many quarters are amended at once: ten years.
const AT_ONCE: i64 = 40;

/// What a call to amend a quarter did.
#[derive(Debug, Clone)]
pub enum Amended {
    /// It was proposed; another supervisor must confirm.
    Proposed,
    /// It has a new revision, and each closed quarter after it.
    Amended(Vec<Revision>),
}

/// Proposes to amend a closed quarter, or amends it where another supervisor has proposed that (contract 3).
///
/// # Errors
/// `Refused` with the reason (nothing differs, proposed by himself, not closed), `Invalid` for a bad reason, `Forbidden`,
/// `Missing` for an organisation outside the actor's subtree, `Stale` where somebody else did it at the same moment.
pub async fn amend(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    organisation: &str,
    quarter: Quarter,
    reason: &str,
) -> Result<Amended> {
    require_county(conn, actor, organisation).await?;
    let ask =
        async |conn: &mut AsyncPgConnection| quarters::next_amendment(conn, actor, quarter, reason).await;
    if db::write(conn, actor, ask).await? == AmendStep::Propose {
        return db::write_snapshot_after(conn, actor, audit::hold(actor), async |conn| {
            let latest = latest(conn, &actor.scope.whole_county(), quarter).await?;
            if count_late(conn, actor, quarter, &latest).await?.is_empty() {
                return Err(nothing(quarter, latest.number));
            }
            quarters::propose_amendment(conn, actor, quarter, reason).await?;
            Ok(Amended::Proposed)
        })
        .await;
    }
    let closed = later(conn, actor, quarter).await?;
    quarters::prepare_partitions(conn, &closed).await?;
    let amended = db::write_snapshot_after(conn, actor, audit::hold(actor), async |conn| {
        // Asked again, inside the snapshot and with the row locked: much may have happened since.
        let AmendStep::Amend(proposal) = quarters::next_amendment(conn, actor, quarter, reason).await? else {
            return Err(Error::Stale);
        };
        let revisions = freeze(conn, actor, quarter, &closed, &proposal).await?;
        quarters::conclude_amendment(conn, actor, quarter, &revisions).await?;
        Ok(Amended::Amended(revisions.into_iter().map(|(revision, _)| revision).collect()))
    })
    .await?;
    quarters::count_partitions(conn, &closed).await;
    Ok(amended)
}

/// Takes back a proposal to amend a quarter.
///
/// # Errors
/// `Refused` where none waits, `Forbidden`, `Missing` for an organisation outside the actor's subtree.
pub async fn withdraw_amendment(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    organisation: &str,
    quarter: Quarter,
) -> Result<()> {
    require_county(conn, actor, organisation).await?;
    quarters::withdraw_amendment(conn, actor, quarter).await
}

fn nothing(quarter: Quarter, number: i32) -> Error {
    Error::Refused(Refusal::NothingToAmend { quarter, number }.to_string())
}

async fn latest(conn: &mut AsyncPgConnection, county: &Scope, quarter: Quarter) -> Result<Revision> {
    quarters::queries::latest(conn, county, quarter).await.or_missing("该季度已结账的版本")
}

/// The quarter and those after it that are closed, in order.
async fn later(conn: &mut AsyncPgConnection, actor: &Actor, quarter: Quarter) -> Result<Vec<Quarter>> {
    db::read(conn, &actor.scope, async |conn| {
        let closed = quarters::queries::closed_from(conn, &actor.scope, quarter, AT_ONCE + 1).await?;
        if i64::try_from(closed.len()).unwrap_or(i64::MAX) > AT_ONCE {
            return Err(Error::Refused(format!(
                "{}之后已结账的季度超过{AT_ONCE}个，不能一次修订；请选择较近的季度。",
                quarter.title()
            )));
        }
        closed.iter().map(|text| Quarter::parse(text).map_err(Error::broken)).collect()
    })
    .await
}

async fn freeze(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    amended: Quarter,
    closed: &[Quarter],
    proposal: &Proposal,
) -> Result<Vec<(Revision, Proven)>> {
    let county = actor.scope.whole_county();
    let mut revisions: Vec<(Revision, Proven)> = Vec::new();
    for quarter in closed {
        let latest = latest(conn, &county, *quarter).await?;
        let basis = rested(conn, &county, *quarter, &latest).await?;
        let reason = revisions
            .first()
            .map_or_else(|| proposal.reason.clone(), |(first, _)| rules::follows(amended, first.number));
        let frozen = Frozen {
            previous_number: basis.previous_number,
            preparer: proposal.by.clone(),
            confirmer: actor.name.clone(),
            reason: Some(reason),
            at: clock::now(),
            star_scale: basis.star_scale,
        };
        let mut ask = basis.ask(vec![county_code(&basis)]);
        ask.revision = latest.number + 1;
        let revision = quarters::freeze(conn, &ask, &statements(&basis), &frozen).await?;
        let compared = Compared { ask: &ask, old: latest.number, new: Against::Revision };
        if *quarter == amended && quarters::count_differences(conn, &compared).await?.is_empty() {
            return Err(nothing(amended, latest.number));
        }
        let proven = proof::commit(conn, &basis.frozen_as(&revision)).await?;
        revisions.push((revision, proven));
    }
    Ok(revisions)
}

/// The records as they are now, resting on the latest revision of the quarter before; where that is open, on the
/// baseline that the latest revision rests on.
pub(super) async fn rested(
    conn: &mut AsyncPgConnection,
    county: &Scope,
    quarter: Quarter,
    latest: &Revision,
) -> Result<Basis> {
    let mut basis = Basis::live(conn, county, quarter).await?;
    basis.previous_number = basis.previous_number.or(latest.previous_number);
    Ok(basis)
}

/// How many rows of each table of facts the records of this moment have otherwise than a revision.
async fn count_late(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    quarter: Quarter,
    latest: &Revision,
) -> Result<Vec<(FactTable, i64)>> {
    let (ask, facts) = now(conn, &actor.scope.whole_county(), quarter, latest).await?;
    let compared = Compared { ask: &ask, old: latest.number, new: Against::Live(&facts) };
    Ok(quarters::count_differences(conn, &compared).await?)
}

async fn now(
    conn: &mut AsyncPgConnection,
    county: &Scope,
    quarter: Quarter,
    latest: &Revision,
) -> Result<(Ask, Vec<Facts>)> {
    let basis = rested(conn, county, quarter, latest).await?;
    Ok((basis.ask(vec![county_code(&basis)]), statements(&basis)))
}

/// What was entered or corrected after a quarter was closed, as far as its facts show it.
#[derive(Debug, Clone)]
pub struct LateCorrections {
    /// The latest revision.
    pub revision: i32,
    /// How many rows of each table of facts would differ; tables without any are left out.
    pub tables: Vec<(&'static str, i64)>,
    /// The closed quarters after it, which an amendment would amend too.
    pub later: Vec<Quarter>,
}

impl LateCorrections {
    /// How many rows.
    #[must_use]
    pub fn rows(&self) -> i64 {
        self.tables.iter().map(|(_, count)| count).sum()
    }
}

/// What an amendment of a closed quarter would change; nothing where it is open.
///
/// # Errors
/// `Forbidden` for whom may not amend the county's quarters.
pub async fn late_corrections(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    quarter: Quarter,
) -> Result<Option<LateCorrections>> {
    let county = actor.scope.whole_county();
    policy::require(actor, Action::CloseQuarter, &county.path)?;
    let closed = later(conn, actor, quarter).await?;
    db::read_snapshot(conn, &county, async |conn| {
        let Some(latest) = quarters::queries::latest(conn, &county, quarter).await? else { return Ok(None) };
        let counts = count_late(conn, actor, quarter, &latest).await?;
        Ok(Some(LateCorrections {
            revision: latest.number,
            tables: counts.into_iter().map(|(table, count)| (table.label(), count)).collect(),
            later: closed.into_iter().filter(|other| *other != quarter).collect(),
        }))
    })
    .await
}

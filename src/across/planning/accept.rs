//! A plan is accepted: what it says is written, unless anything that it depends on has changed since it was shown.

use diesel_async::AsyncPgConnection;

use crate::across::planning::proposal::{Proposal, Terms, propose};
use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{Error, OrMissing, Result};
use crate::base::ids::{MembershipId, TrainingClassId, TrainingProgrammeId};
use crate::base::policy::{self, Action};
use crate::records::training::{self, ClassStep, PlaceMember, StepClass};

/// What is accepted.
#[derive(Debug, Clone)]
pub struct Accept {
    /// The programme.
    pub programme: TrainingProgrammeId,
    /// What the plan was asked for.
    pub terms: Terms,
    /// The fingerprint of the plan that was seen.
    pub fingerprint: String,
    /// Why a class is cancelled; only then.
    pub reason: Option<String>,
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accepted {
    /// People put on a roll.
    pub placed: usize,
    /// Of these: people who left the roll of a class that is held all the same.
    pub moved: usize,
    /// People whom no class takes.
    pub unplaced: usize,
}

/// Writes a plan that was seen before, in one transaction: after a cancellation the class is cancelled first.
///
/// # Errors
/// `Refused` where the records have changed since, with what to do; as [`propose`], [`training::place`] and
/// [`training::step_classes`].
pub async fn accept(conn: &mut AsyncPgConnection, actor: &Actor, command: &Accept) -> Result<Accepted> {
    policy::require(actor, Action::SetSchemes, &actor.scope.path)?;
    let proposal = propose(conn, actor, command.programme, command.terms).await?;
    if proposal.fingerprint != command.fingerprint {
        let reason = "排班之后数据有了变化（名册、班次或报名已更新），原方案没有写入。请查看重新排出的方案，核对后再采用。";
        return Err(Error::Refused(reason.to_owned()));
    }
    let placements = placements(&proposal)?;
    let cancelled = proposal.terms.without.and_then(|class| {
        let coming = proposal.basis.classes.iter().find(|coming| coming.class.id == class)?;
        Some(StepClass {
            class,
            version: Some(coming.class.version),
            step: ClassStep::Cancel,
            reason: command.reason.clone(),
        })
    });
    if cancelled.is_none() && placements.is_empty() {
        return Err(Error::Refused("方案中没有可以安排的人员，无需采用。".to_owned()));
    }
    db::write(conn, actor, async |conn| {
        if let Some(step) = &cancelled {
            training::step_classes(conn, actor, std::slice::from_ref(step)).await?;
        }
        training::place(conn, actor, &placements).await
    })
    .await?;
    Ok(Accepted {
        placed: placements.len(),
        moved: placements.iter().filter(|one| one.from.is_some()).count(),
        unplaced: proposal.plan.unmet.iter().filter_map(|unmet| usize::try_from(unmet.people).ok()).sum(),
    })
}

/// Who is put on which roll.
fn placements(proposal: &Proposal) -> Result<Vec<PlaceMember>> {
    let place = |member: MembershipId,
                 class: TrainingClassId,
                 from: Option<TrainingClassId>|
     -> Result<PlaceMember> {
        let coming = proposal.basis.classes.iter().find(|coming| coming.class.id == class);
        let version = coming.or_missing("这个班次")?.class.version;
        Ok(PlaceMember { member, class, version, from })
    };
    if proposal.terms.without.is_none() {
        let seats = proposal.plan.seats.iter();
        return seats.map(|seat| place(seat.person, TrainingClassId(seat.class.0), None)).collect();
    }
    // Whoever sat in the cancelled class is off its roll by then.
    let displaced = proposal.displaced.iter().map(|change| (change, None));
    let moved = proposal.moved.iter().map(|change| (change, Some(TrainingClassId(change.from.0))));
    displaced
        .chain(moved)
        .filter_map(|(change, from)| Some((change.person, TrainingClassId(change.to?.0), from)))
        .map(|(member, class, from)| place(member, class, from))
        .collect()
}

//! A new plan after a class is cancelled: as many placed as can be, and as many as possible stay where they are.

use std::collections::BTreeMap;

use crate::across::planning::model::{ClassKey, Fault, Problem};
use crate::across::planning::network::Kept;
use crate::across::planning::plan::{Plan, Seat, best};
use crate::base::ids::MembershipId;

/// Somebody whose class changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// Who.
    pub person: MembershipId,
    /// Where he sat.
    pub from: ClassKey,
    /// Where he sits now; none where no class takes him.
    pub to: Option<ClassKey>,
}

/// A new plan and what it changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replan {
    /// The new plan.
    pub plan: Plan,
    /// Everybody who sat in a cancelled class.
    pub displaced: Vec<Change>,
    /// Everybody else whose class changes so that more of them find a place.
    pub moved: Vec<Change>,
}

/// Plans anew for people who have places, some in classes that are not held.
///
/// The problem holds the classes that remain, with the seats of those who are placed anew counted as free, and the people
/// of `before`. As many people as possible are placed; among such plans as many as possible keep their class.
///
/// # Errors
/// A fault in the data.
pub fn replan(problem: &Problem, before: &[Seat]) -> Result<Replan, Fault> {
    let kept: Kept = before.iter().map(|seat| (seat.person, seat.class)).collect();
    let plan = best(problem, &kept)?;
    let after: BTreeMap<MembershipId, ClassKey> =
        plan.seats.iter().map(|seat| (seat.person, seat.class)).collect();
    let (mut displaced, mut moved) = (Vec::new(), Vec::new());
    for seat in before {
        let change = Change { person: seat.person, from: seat.class, to: after.get(&seat.person).copied() };
        if problem.classes.iter().all(|class| class.id != seat.class) {
            displaced.push(change);
        } else if change.to != Some(seat.class) {
            moved.push(change);
        }
    }
    displaced.sort_unstable();
    moved.sort_unstable();
    Ok(Replan { plan, displaced, moved })
}

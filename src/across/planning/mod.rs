//! The planner of training: makes class lists from the roll, the classes, their sites and the distances.
//!
//! [`propose`] reads what the records say and answers a plan with its arithmetic, [`accept()`] writes it. All else is pure:
//! no database, no clock. The plan is a greatest cheapest flow (`network`), found by `ac-library-rs` (`flow`), proved by
//! bounds of our own, never worse than the plan a careful clerk makes (`greedy`), and it says what cannot be met and why
//! (`unmet`). After a cancellation `change` plans anew with the fewest changes. Decision 8 says why so.

mod accept;
mod change;
mod flow;
mod greedy;
mod model;
mod network;
mod plan;
mod proposal;
mod rooms;
#[cfg(test)]
mod tests;
mod unmet;
mod weights;
mod words;

pub use accept::{Accept, Accepted, accept};
pub use change::{Change, Replan, replan};
pub use flow::Worth;
pub use model::{
    Class, ClassKey, Days, Fault, Floor, Home, Person, Problem, Roads, Site, SiteKey, Urgency, steps,
};
pub use plan::{FloorReached, Plan, Seat, plan};
pub use proposal::{Proposal, Terms, propose};
pub use unmet::{Reason, Unmet};

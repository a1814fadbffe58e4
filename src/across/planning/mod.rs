//! The planner of training: makes class lists from the roll, the classes, their sites and the distances.
//!
//! Pure: no database, no clock. The plan is a greatest cheapest flow (`network`), found by `ac-library-rs` (`flow`), proved by
//! bounds of our own, never worse than the plan a careful clerk makes (`greedy`), and it says what cannot be met and why
//! (`unmet`). After a cancellation `change` plans anew with the fewest changes. Decision 8 says why so.

mod change;
mod flow;
mod greedy;
mod model;
mod network;
mod plan;
mod rooms;
#[cfg(test)]
mod tests;
mod unmet;
mod weights;

pub use change::{Change, Replan, replan};
pub use flow::Worth;
pub use model::{Class, ClassKey, Days, Fault, Floor, Home, Person, Problem, Roads, Site, SiteKey, Urgency, steps};
pub use plan::{FloorReached, Plan, Seat, plan};
pub use unmet::{Reason, Unmet};

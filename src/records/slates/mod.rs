//! What teams are to look like: targets that a county sets for the figures of its committees, and slates, proposed teams
//! of single villages that are tried out before anybody is elected.
//!
//! Owns `committee_targets`, `slates`, `slate_seats`.
//!
//! Invariants, held by the database: of one figure at one level a county has one target of each kind at a time; the
//! slates of a village for one term have names of their own. What the rules of committees refuse may stand in a slate:
//! it is shown there, and refused when somebody is appointed. A slate is seen by the organisation that made it and by
//! those above: what a county considers is not read in the town.
//!
//! Verbs, each over a slice of commands, one transaction, one audit entry:
//! - [`set_targets()`]: a version from a day on ends the one before it.
//! - [`make()`], [`change()`]: a slate and who is proposed in it.

mod change;
mod content;
mod make;
pub mod model;
pub mod queries;
mod set_targets;
mod write;

pub use change::{Change, change};
pub use content::{Content, Proposed};
pub use make::{Make, make};
pub use model::{Bound, Level, Shortfall, Slate, SlateState, Target};
pub use set_targets::{SetTarget, set_targets};

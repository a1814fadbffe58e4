//! The quarters of a county: how far their closing is, their revisions, and the facts frozen in them.
//!
//! Owns `quarters`, `quarter_revisions` and the fact tables (`organisation_facts`, `member_facts`, `flow_facts`,
//! `rating_facts`, `seat_facts`, `committee_facts`, `reserve_facts`, `reserve_village_facts`,
//! `assessment_facts`), and what a revision is proven with (`revision_proofs`). Invariants: facts and
//! revisions are inserted and never changed; a revision is bound to its rows by
//! a digest that also stands in the trail; quarters are closed in order, so that the closing of one is the opening of
//! the next. `team_counts`, `team_wanderers` and `team_changes` repeat what follows from the records of committees. What the facts are is told by the statements of `across::reports`, which also runs the closing.

mod ask;
mod close;
mod freeze;
pub mod model;
pub mod proofs;
pub mod queries;
pub mod rules;
mod state;
pub mod teams;

pub use ask::Ask;
pub use close::{conclude, next_step, prepare_partitions, propose};
pub use freeze::{Altered, FactTable, Facts, Frozen, Reach, altered, digest, freeze};
pub use model::{Closing, Revision};
pub use proofs::{Proven, RevisionProof};
pub use rules::Step;
pub use state::QuarterState;

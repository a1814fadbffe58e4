//! The quarters of a county: how far their closing is, their revisions, and the facts frozen in them.
//!
//! A closed quarter is amended by freezing its next revision; nothing that is frozen is touched.
//!
//! Owns `quarters`, `quarter_revisions` and the fact tables (`organisation_facts`, `member_facts`, `flow_facts`,
//! `rating_facts`, `seat_facts`, `committee_facts`, `reserve_facts`, `reserve_village_facts`,
//! `assessment_facts`, `finding_facts`, `rule_facts`), what a revision is proven with (`revision_proofs`), `quality_rules`, `quarter_settings` and `quarter_sign_offs`. Invariants: facts and
//! revisions are inserted and never changed; a revision is bound to its rows by
//! a digest that also stands in the trail; quarters are closed in order, so that the closing of one is the opening of
//! the next. `team_counts`, `team_wanderers` and `team_changes` repeat what follows from the records of committees. What the facts are is told by the statements of `across::reports`, which also runs the closing.

mod amend;
mod ask;
mod close;
mod closed;
mod columns;
mod differences;
mod freeze;
pub mod model;
mod origins;
pub mod proofs;
pub mod quality_rules;
pub mod queries;
pub mod rules;
mod set_quality_rules;
mod set_settings;
pub mod settings;
mod sign_off;
mod sign_off_rules;
pub mod signed;
mod state;
pub mod teams;

pub use amend::{conclude_amendment, next_amendment, propose_amendment, withdraw_amendment};
pub use ask::Ask;
pub use close::{conclude, count_partitions, next_step, prepare_partitions, propose};
pub use closed::{ClosedQuarter, touched};
pub use columns::{ColumnKind, FactColumn};
pub use differences::{Against, Compared, Differing, count_differences, differences};
pub use freeze::{Altered, FactTable, Facts, Frozen, Reach, altered, digest, freeze};
pub use model::{Closing, Revision};
pub use origins::{Origin, origins};
pub use proofs::{Proven, RevisionProof};
pub use quality_rules::{RuleBook, RuleVersion, Severity};
pub use rules::{AmendStep, Proposal, Step};
pub use set_quality_rules::{SetQualityRule, set_quality_rules};
pub use set_settings::{SetQuarterSettings, set_settings};
pub use settings::QuarterSettings;
pub use sign_off::{SignOff, WithdrawSignOff, sign_off, withdraw_sign_off};
pub use state::QuarterState;

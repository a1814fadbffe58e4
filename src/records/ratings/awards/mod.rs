//! Awards of villages (星级村): put forward by the town, marked by a panel, decided, made public, named; step after step as
//! the county's scheme orders them.
//!
//! Owns `award_schemes`, `award_kinds`, `award_steps`, `awards`, `award_scores`, `award_objections`, `award_events`.
//!
//! Invariants: no step is skipped and nobody decides on what he recommended himself ([`rules::advance`]); a public notice
//! runs its working days to the end and every objection is resolved before an award is named; a village has one award of
//! a kind and year by one scheme; an award holds from its naming to the day before it is revoked. Every step is an event
//! that is never edited; the version of an award is the number of its last event.

mod act;
mod check;
pub mod model;
pub mod queries;
mod recommend;
pub mod rules;
mod set_scheme;
mod write;

pub use act::{ActOnAward, AwardDeed, AwardOutcome, act_on_awards};
pub use model::{
    Award, AwardAct, AwardEvent, AwardKind, AwardKindCode, AwardObjection, AwardScheme, AwardState,
    AwardStep, ObjectionOutcome, PanelAggregation, StepLevel,
};
pub use recommend::{RecommendAward, recommend_awards};
pub use rules::AwardRefusal;
pub use set_scheme::{SetAwardKind, SetAwardScheme, SetAwardStep, set_award_schemes};

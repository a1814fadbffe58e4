//! A member: one spell of Party membership of one person, in one branch at a time.
//!
//! Owns `memberships` and its dated facts (`branch_memberships`, `membership_statuses`, `membership_absences`),
//! `member_search_keys` and `transfers`. Invariants: facts never begin in the future, so the open interval of each kind
//! is today's state, and `memberships.branch_id`, `path` and `status` repeat it; a membership whose status is out of
//! the register for good has its `to_day` on the day that status began.

mod accesses;
pub mod change;
mod close_departure;
mod decide_transfer;
mod enrol;
pub mod event;
pub mod listing;
pub mod model;
mod of_people;
mod propose_departure;
mod propose_transfer;
pub mod queries;
mod reveal;
pub mod roster;
pub mod rules;
mod search_keys;
pub mod standing;
pub mod transfer_listing;
mod write;

pub use accesses::{Access, accesses};
pub use change::{Change, Edits, change};
pub use close_departure::{CloseDeparture, close_departures};
pub use decide_transfer::{Decision, decide_transfers};
pub use enrol::{Enrol, enrol};
pub use event::{Event, EventKind, record};
pub use model::{Floating, MemberCard, MemberLine};
pub use of_people::{PersonMembership, of_people};
pub use propose_departure::{ProposeDeparture, propose_departures};
pub use propose_transfer::{ProposeTransfer, propose_transfers};
pub use reveal::{Reveal, reveal};
pub use rules::{LONGEST_VALIDITY, USUAL_VALIDITY};
pub(in crate::records) use search_keys::name_anew;

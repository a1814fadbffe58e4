//! A person: one row per person and county, whatever roles he has. Citizen ID and telephones stand encrypted.
//!
//! Owns `people`, `person_visibility` and `kinships`. A person is seen through his relations (a membership, a seat, an entry of
//! a pool, a candidacy); each relation has one row in `person_visibility`, kept by the area that owns the relation.

mod change;
mod correct;
mod edits;
mod kin;
pub mod listing;
pub mod model;
pub mod queries;
mod register;
mod relate;
mod reveal;
pub mod rules;
pub(in crate::records) mod who;

pub(in crate::records) use change::change;
pub use correct::{Correct, correct};
pub use edits::{FieldChange, IdentityEdits, identity_changes};
pub use kin::{Kin, Kinship, RelateKin, relate_kin, unrelate_kin};
pub use model::{Identity, Masks, NewPerson, Person, PersonCard, Stamp};
pub use register::register;
pub use relate::{Relation, RelationKind, relate, relate_new, unrelate};
pub(in crate::records) use reveal::limit as limit_reveals;
pub use reveal::{REVEALS, Reveal, Revealed, reveal};
pub use who::{Who, WhoRefusal};

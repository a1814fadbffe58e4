//! A person: one row per person and county, whatever roles he has. Citizen ID and telephones stand encrypted.
//!
//! Owns `people`, `person_visibility` and `kinships`. A person is seen through his relations (a membership, later a seat or a pool
//! entry); each relation has one row in `person_visibility`, kept by the area that owns the relation.

mod change;
mod kin;
pub mod model;
pub mod queries;
mod register;
mod relate;
pub(in crate::records) mod who;

pub use change::change;
pub use kin::{Kin, Kinship, RelateKin, relate_kin, unrelate_kin};
pub use model::{Identity, NewPerson, Person};
pub use register::register;
pub use relate::{Relation, relate, relate_new, unrelate};
pub use who::{Who, WhoRefusal};

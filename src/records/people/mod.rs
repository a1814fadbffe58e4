//! A person: one row per person and county, whatever roles he has. Citizen ID and telephones stand encrypted.
//!
//! Owns `people` and `person_visibility`. A person is seen through his relations (a membership, later a seat or a pool
//! entry); each relation has one row in `person_visibility`, kept by the area that owns the relation.

mod change;
pub mod model;
pub mod queries;
mod register;
mod relate;
pub(in crate::records) mod who;

pub use change::change;
pub use model::{Identity, NewPerson, Person};
pub use register::register;
pub use relate::{Relation, relate};
pub use who::{Who, WhoRefusal};

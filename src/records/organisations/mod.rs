//! One tree of divisions (county, town, village) and the Party organisations below or beside them.
//!
//! Owns `counties`, `organisations`, `organisation_parents`. An organisation's `path` always spells the codes from the
//! county down to it; the tree of a past day stands in `organisation_parents`.

mod change;
mod found;
mod load_county;
pub mod model;
pub mod queries;
pub mod rules;
pub mod tree;

pub use change::{Change, Edits, Move, change};
pub use found::{Found, found};
pub use load_county::load_county;
pub use model::{County, Kind, Organisation, name_keys};

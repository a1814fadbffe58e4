//! Who could follow: reserve cadres and local talent of the villages, what they do meanwhile, and who guides them.
//!
//! Owns `reserves`, `reserve_sources`, `reserve_states`, `reserve_mentors`, `mentor_notes`, `reserve_reviews`,
//! `reserve_settings`.
//!
//! Invariants, held by the database: nobody stands in the pool of a county twice at one time; the states of one stay do
//! not overlap; being appointed or leaving ends the stay; a mentor does not guide the same person twice at one time.
//! Somebody counts in the village that he stands in reserve for, also while he is posted to another.

pub mod model;

pub use model::{
    Grade, Mentor, MentorKind, MentorNote, Reserve, ReserveKind, ReserveSource, ReserveState, Review, Route,
    StateSpell,
};

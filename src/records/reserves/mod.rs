//! Who could follow: reserve cadres and local talent of the villages, what they do meanwhile, and who guides them.
//!
//! Owns `reserves`, `reserve_sources`, `reserve_states`, `reserve_mentors`, `mentor_notes`, `reserve_reviews`,
//! `reserve_settings`.
//!
//! Invariants, held by the database: nobody stands in the pool of a county twice at one time; the states of one stay do
//! not overlap; being appointed or leaving ends the stay; a mentor does not guide the same person twice at one time.
//! Somebody counts in the village that he stands in reserve for, also while he is posted to another.
//!
//! What is demanded (people per village, age and education for a secondment, mentors, days between notes) is data, valid
//! from dates: `data/reserve_settings.csv`, and before it what a county set (`set_settings`).

mod candidates;
mod change;
mod enter;
mod examine;
mod follow_up;
mod leaving;
mod mentors;
pub mod model;
pub mod queries;
pub mod rules;
mod set_settings;
pub mod settings;
mod step;
mod write;

pub use change::{Change, Edits, change};
pub use enter::{Enter, Posting, Who, enter, examine};
pub use follow_up::{GiveReview, WriteNote, review, write_notes};
pub use leaving::{Broken, HeldPost, Refused, Sitter, StandIn};
pub use mentors::{AddMentor, EndMentor, NewMentor, add_mentors, end_mentors, refuse_mentors};
pub use model::{
    Grade, Mentor, MentorKind, MentorNote, Reserve, ReserveKind, ReserveSource, ReserveState, Review, Route,
    StateSpell, source_in_committees,
};
pub use set_settings::{SetSettings, set_settings};
pub use settings::{Settings, SettingsBook};
pub use step::{Release, Step, StepKind, record, release};

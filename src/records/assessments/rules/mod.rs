//! Decisions about assessments: pure, no connection, no clock, no floating point.

mod draw;
mod scheme;
mod score;
mod steps;

pub use draw::{Lot, commitment, digest_of_units, draw};
pub use scheme::check_scheme;
pub use score::{MarkRefusal, parse_deduction, parse_score, printed, total};
pub use steps::{Step, StepRefusal, advance};

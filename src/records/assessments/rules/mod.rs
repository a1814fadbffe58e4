//! Decisions about assessments: pure, no connection, no clock, no floating point.

mod scheme;
mod score;
mod steps;

pub use scheme::check_scheme;
pub use score::{MarkRefusal, parse_deduction, parse_score, printed, total};
pub use steps::{Step, StepRefusal, advance};

//! Decisions about ratings: pure, no connection, no clock, no floating point.

mod arithmetic;
mod scheme;
mod score;
mod steps;

pub use arithmetic::{Arithmetic, Evaluation, Line, evaluate, printed};
pub use scheme::{SchemeRefusal, check_scheme, highest_total, is_code};
pub use score::{ScoreRefusal, parse_score};
pub use steps::{Step, StepRefusal, advance, remark, round_state};

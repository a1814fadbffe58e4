//! Decisions about ratings: pure, no connection, no clock, no floating point.

mod arithmetic;
mod extras;
mod raters;
mod scheme;
mod score;
mod spread;
mod steps;

pub use arithmetic::{Arithmetic, Evaluation, Line, evaluate, evaluate_with, level_name, printed};
pub use raters::{left_out, mean_of_raters, refuse_top};
pub use scheme::{SchemeRefusal, check_scheme, highest_total, is_code};
pub use score::{ScoreRefusal, parse_score};
pub use spread::{Fences, LEAST_FOR_FENCES, Spread, fences};
pub use steps::{Step, StepRefusal, advance, remark, round_state};

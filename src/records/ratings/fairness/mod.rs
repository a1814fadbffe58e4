//! Whether ratings are fair: how stars are spread over units and raters, how they drift, who is lenient, what lies
//! outside, and extremes that rest on nothing. Reads only; every number has its list of names behind it ([`behind()`]).
//!
//! Methods, each exact in decimals:
//! - **Spread and drift** ([`spread`], [`units`]): stars of what was handed in and stands, against the period before.
//! - **Leniency** ([`raters()`]): mean deviation of a rater from the others: of each of his scores that stands beside one of
//!   another rater of the same subject in the same dimension, less the mean of those, in hundredths of the full marks,
//!   rounded to four decimals; their sum is the numerator, their number the denominator. Kept with the rater whenever
//!   scores are entered. A scheme whose scores are entered once has no raters to compare: the spread of what each account
//!   handed in stands there instead ([`accounts`]), and a second scoring ([`samples`](super::samples)) compares.
//! - **Outliers**: Tukey's fences over the totals of the subtree ([`rules::fences`](super::rules::fences)).

mod basis;
mod behind;
mod counts;
mod lean;
mod raters;
mod stars;
mod waits;

pub use basis::{Basis, Offered, offered};
pub use behind::{Behind, BehindLine, BehindPlace, behind, count_behind};
pub use counts::{count_raters, count_units};
pub(super) use lean::measure;
pub use raters::{AccountLine, RaterLine, RaterPlace, accounts, raters};
pub use stars::{Level, SpreadNow, UnitLine, spread, units};
pub use waits::{Waits, waits};

pub use crate::records::ratings::rules::{Fences, LEAST_FOR_FENCES, Spread};

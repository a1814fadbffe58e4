//! Star ratings: schemes are data, rounds are opened for a branch and a period, scores become totals and stars.
//!
//! Owns `rating_schemes`, `rating_dimensions`, `rating_thresholds`, `rating_vetoes`, `rating_rounds`, `ratings`,
//! `rating_scores`, `rating_raters`, `rating_rater_scores`, `rating_objections`, those of [`samples`] and of [`awards`]:
//! villages honoured by kind, on a way of their own.
//!
//! Verbs, each over a slice of commands, one transaction, one audit entry:
//! - [`set_scheme()`]: a supervisor of the county sets schemes; [`scheme_of_pack`] reads one from a practice pack
//!   (`ratings.json`). The same pack may be set again: nothing changes.
//! - [`open_round()`]: `OpenRound {scheme code, period, branch code}` → ids, in the order given.
//! - [`enter_scores()`]: `EnterScores {round, version, rows}`; scores as typed, refused by row, dimension and rule.
//! - [`submit`], [`review`], [`confirm`], [`publish`]: slices of [`Decide`] (a whole round or one rating, with the
//!   version that was seen); [`return_`]: slices of [`SendBack`]. Each answers one [`Outcome`] per rating; what is
//!   refused stays as it was, the rest goes on.
//!
//! - [`enter_rater_scores()`]: the scores of one rater, where a scheme has several; nobody scores himself.
//! - [`object`], [`resolve`], [`revoke`]: slices of [`Dispute`].
//!
//! - [`samples`]: some ratings are drawn and scored again by somebody else.
//!
//! The way of a rating: draft → submitted → reviewed → confirmed → published, with returned ⇄ submitted beside it; then
//! objected → published or returned, and revoked.
//! Nobody decides on what he submitted himself. A round carries the state of those of its ratings that are least far
//! (see [`rules::round_state`]); reports count ratings, not rounds: those confirmed or published.
//!
//! Invariants: a rating has a total and stars exactly when the scheme's demands are met, computed by
//! [`rules::evaluate`] from the scores on record and the version of the scheme that its round was opened with; who is
//! in the register of the branch on the last day of the period is to be rated, nobody else.
//!
//! Reads are in [`queries`]: schemes, the list of rounds with progress, the grid of a round, its review with the
//! arithmetic of each star, one rating, the ratings of a member; in [`fairness`]: spread, drift, leniency, outliers; in
//! [`what_if()`]: what another scheme would give.

pub mod awards;
mod decide;
mod dispute;
mod enter_scores;
pub mod fairness;
mod frame;
mod lock;
pub mod model;
mod open_round;
pub mod packs;
pub mod queries;
pub mod rules;
pub mod samples;
mod set_scheme;
mod what_if;

pub use decide::{Decide, Outcome, SendBack, Target, confirm, publish, return_, review, submit};
pub use dispute::{Dispute, object, resolve, revoke};
pub use enter_scores::{
    EnterRaterScores, EnterScores, Entered, Rater, ScoreRow, enter_rater_scores, enter_scores,
};
pub use model::{Dimension, Rating, RatingState, Round, Scheme, Threshold};
pub use open_round::{OpenRound, RoundRefusal, open_round};
pub use rules::{Arithmetic, Step, level_name, printed};
pub use set_scheme::{SetDimension, SetScheme, SetThreshold, SetVeto, scheme_of_pack, set_scheme};
pub use what_if::{Changed, Move, Tried, what_if};

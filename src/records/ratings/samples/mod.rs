//! Second scoring: some ratings are drawn and scored again by somebody else, and the difference is shown.
//!
//! Owns `rating_samples`, `rating_sample_subjects`, `rating_sample_picks`, `rating_seconds`. The draw is the one of the
//! unannounced visits ([`base::draw`](crate::base::draw)): its occasion is the period, its codes are the ids of the
//! ratings. [`promise_sample`] makes the digest of a seed public, [`fix_sample`] fixes among which ratings is drawn and
//! how many, [`reveal_sample`] draws; the trail has each before the next.
//! [`enter_seconds`] records what another rater gave. It changes no rating: what follows of a difference is for whoever
//! decides on ratings. What was given first is shown beside it, and not before.

mod draw;
mod model;
pub mod queries;
mod second;

pub use draw::{FixSample, PromiseSample, RevealSample, fix_sample, promise_sample, reveal_sample};
pub use model::Sample;
pub use second::{EnterSecond, enter_seconds};

//! What is demanded of committees and votes, as pure functions over numbers and dated bars.

mod ballots;
mod bars;
mod bodies;
mod due;
pub mod extensions;
pub mod overlaps;
pub mod runs;
pub mod seats;
pub mod terms;
pub mod unusual;
pub mod votes;

#[cfg(test)]
mod every_bar;

pub use ballots::{
    BallotRefusal, ExactAttendance, Shortfall, Votes, Votings, count, exact_attendance, is_attended, judge,
    places_open, tied, winning_bar,
};
pub use bars::{Bar, Comparison, Division, Rule, RuleBook, RuleBooks};
pub use bodies::PartyBody;

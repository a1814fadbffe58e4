//! What is demanded of committees and votes, as pure functions over numbers and dated bars.

mod ballots;
mod bars;
pub mod overlaps;
pub mod seats;
pub mod terms;
pub mod unusual;
pub mod votes;

#[cfg(test)]
mod every_bar;

pub use ballots::{BallotRefusal, Shortfall, Votes, Votings, count, judge};
pub use bars::{Bar, Comparison, Division, Rule, RuleBook, RuleBooks};

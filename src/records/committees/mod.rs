//! Who leads a village: its committees, their terms, who sat in which post from when to when, and how they were chosen.
//!
//! Owns `committees`, `committee_terms`, `committee_posts`, `seats`, `seat_sources`, `elections`, `election_ballots`,
//! `committee_rules`.
//!
//! Invariants, held by the database: a village has one committee of each kind; terms of a committee do not overlap, nor
//! do the seats of one person in one post; a committee has one head at a time; ballots never exceed what they came from
//! (valid ≤ returned ≤ issued ≤ present ≤ eligible). A seat keeps education and Party membership as at election.
//!
//! What the country demands is in `data/committee_rules.csv`, what a county demands otherwise in `committee_rules`, both
//! valid from dates; [`rules::RuleBook`] answers what was in force for a committee on a day. [`rules::count`] and
//! [`rules::judge`] are the arithmetic of a vote.

pub mod model;
pub mod rules;

pub use model::{Ballot, Committee, CommitteeKind, Election, Post, Seat, Source, Term, TermPost};
pub use rules::{BallotRefusal, Bar, Comparison, Rule, RuleBook, Shortfall, Votes, Votings, count, judge};

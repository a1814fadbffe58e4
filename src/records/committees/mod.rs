//! Who leads a village: its committees, their terms, who sat in which post from when to when, and how they were chosen.
//!
//! Owns `committees`, `committee_terms`, `committee_posts`, `seats`, `seat_sources`, `elections`, `election_ballots`,
//! `committee_rules`, `finding_explanations`, `term_extensions`.
//!
//! Invariants, held by the database: a village has one committee of each kind; terms of a committee do not overlap, nor
//! do the seats of one person in one post; a committee has one head at a time; ballots never exceed what they came from
//! (valid ≤ returned ≤ issued ≤ present ≤ eligible). A seat keeps education and Party membership as at election.
//!
//! What the country demands is in `data/committee_rules.csv`, what a county demands otherwise in `committee_rules`, both
//! valid from dates ([`set_rules()`]); [`rules::RuleBook`] answers what was in force for a committee on a day, in villages and in
//! communities, which have laws of their own ([`rules::Division`]), and of the kind of its Party organisation
//! ([`PartyBody`]). [`rules::count`] and
//! [`rules::judge`] are the arithmetic of a vote.
//!
//! Verbs, each over a slice of commands, one transaction, one audit entry:
//! - [`open_committee()`]: a village has one committee of each kind; [`open_term()`]: the next term ends the one before,
//!   and the seats in it; [`close_term`], [`correct_term`]; [`extend_term()`] with the approval of the superior.
//! - [`appoint()`]: a seat for somebody on record or new ([`Who`]); [`end_seat`] with a [`LeavingReason`];
//!   [`correct_seat`]; [`remove_seat()`] where it was entered by mistake.
//! - [`record_election()`], [`correct_election`]: a vote whose ballots add up and whose winners met the bars of its day,
//!   and a run-off that follows the run before it ([`rules::runs`]); [`remove_election()`] where it was entered by mistake.
//!
//! What is unusual is a [`Finding`] of [`queries::findings`], which [`explain()`] gives a reason. What is forbidden is
//! refused with a sentence that names value, rule, source and way out ([`rules`]). All errors of all commands come back at
//! once; the fields of one among many are called `rows[2].from_day`.

mod appoint;
mod barred;
mod change_seat;
mod change_term;
mod draft;
mod explain;
mod extend_term;
pub mod model;
mod open_committee;
mod open_term;
pub mod queries;
mod record_election;
mod remove_election;
mod remove_seat;
pub mod rules;
mod run_offs;
mod set_rules;
mod vetted;
mod write_elections;
mod write_seats;
mod write_terms;

use crate::records::people::who;
pub use crate::records::people::{Who, WhoRefusal};
pub use appoint::{Appoint, appoint};
pub use change_seat::{CorrectSeat, EndSeat, correct_seat, end_seat};
pub use change_term::{CloseTerm, CorrectTerm, close_term, correct_term};
pub use explain::{Explain, explain};
pub use extend_term::{ExtendTerm, extend_term};
pub use model::{
    Ballot, Committee, CommitteeKind, Election, LeavingReason, Post, Seat, Source, Term, TermPost,
};
pub use open_committee::{CommitteeRefusal, OpenCommittee, open_committee};
pub use open_term::{OpenTerm, open_term};
pub use record_election::{
    Candidate, CorrectElection, Held, RecordElection, correct_election, record_election,
};
pub use remove_election::{RemoveElection, remove_election};
pub use remove_seat::{RemoveSeat, remove_seat};
pub use rules::extensions::Extension;
pub use rules::unusual::{Explanation, Finding, Unusual};
pub use rules::{
    BallotRefusal, Bar, Comparison, Division, PartyBody, Rule, RuleBook, RuleBooks, Shortfall, Votes,
    Votings, count, exact_attendance, is_attended, judge, places_open, winning_bar,
};
pub use set_rules::{SetRule, may_differ, set_rules};

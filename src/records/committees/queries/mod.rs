//! Every read of committees, terms, seats and votes.

mod held;
mod people;

pub use held::{
    CommitteePlace, TermPlace, committee_places, hold, rule_book, sittings, spans, term_of_elections,
    term_of_seats, term_places,
};
pub use people::{OnDay, standings};

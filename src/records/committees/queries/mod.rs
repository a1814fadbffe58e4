//! Every read of committees, terms, seats and votes.

mod bodies;
mod cards;
mod choices;
mod departures;
mod extensions;
mod findings;
mod found;
mod held;
mod kin;
mod lists;
mod people;
mod rolls;

pub use bodies::bodies;
pub use cards::{
    ElectionCard, PersonSeat, SeatCard, TermCard, committees_of, election, elections, seat, seats,
    seats_of_people, term, terms,
};
pub use choices::{PersonChoice, Secretary, people_like, secretaries};
pub use departures::{Departure, departures};
pub use extensions::extensions;
pub use findings::findings;
pub use found::{FoundIn, list_with};
pub use held::{
    CommitteePlace, TermPlace, committee_places, hold, own_bars, rule_book, rule_books, sittings, spans,
    term_of_elections, term_of_seats, term_places, terms_of_villages,
};
pub use kin::kin;
pub use lists::{Attention, CommitteeLine, Cursor, Filter, count, find, list};
pub use people::{OnDay, standings};
pub use rolls::{SeatLine, VoteLine, VotedOn, seat_lines, villages, vote_lines};

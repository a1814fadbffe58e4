//! Seats and votes with the people in them, term by term: what a workbook says of them.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::error::Result;
use crate::base::ids::{ElectionId, OrganisationId, SeatId, TermId};
use crate::base::keys::KeyRing;
use crate::base::scope::Scope;
use crate::records::committees::model::{Ballot, Election, Seat};
use crate::records::people::Person;
use crate::schema::{committees, election_ballots, elections, people, seat_sources, seats};

/// A seat with who sits.
#[derive(Debug, Clone)]
pub struct SeatLine {
    /// The seat.
    pub seat: Seat,
    /// Who sits; his identifiers are still encrypted.
    pub person: Person,
    /// Masked citizen ID.
    pub citizen_id: String,
    /// Codes of where he was drawn from, in the order of the codes.
    pub sources: Vec<String>,
}

/// A vote with its candidates.
#[derive(Debug, Clone)]
pub struct VoteLine {
    /// The vote.
    pub election: Election,
    /// The candidates, most votes first.
    pub candidates: Vec<VotedOn>,
}

/// A candidate with his ballots.
#[derive(Debug, Clone)]
pub struct VotedOn {
    /// What the ballots said.
    pub ballot: Ballot,
    /// Who stood; his identifiers are still encrypted.
    pub person: Person,
    /// Masked citizen ID.
    pub citizen_id: String,
}

/// Villages inside a scope that have committees, in the order of the tree, after a path, at most `limit`: each with its
/// path.
///
/// # Errors
/// Whatever the database answers.
pub async fn villages(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    after: Option<&str>,
    limit: i64,
) -> QueryResult<Vec<(String, OrganisationId)>> {
    committees::table
        .filter(committees::county_id.eq(within.county))
        .filter(committees::path.ge(within.path.as_str()).and(committees::path.lt(within.path.end())))
        .filter(committees::path.gt(after.unwrap_or_default()))
        .order(committees::path)
        .limit(limit)
        .select((committees::path, committees::village_id))
        .distinct()
        .load(conn)
        .await
}

/// All seats in some terms, as far as the scope sees them: by first day, then by name.
///
/// # Errors
/// Whatever the database answers; `Broken` where a key does not fit.
pub async fn seat_lines(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    keys: &KeyRing,
    terms: &[TermId],
) -> Result<Vec<SeatLine>> {
    let rows: Vec<(Seat, Person)> = seats::table
        .inner_join(
            people::table.on(people::county_id.eq(seats::county_id).and(people::id.eq(seats::person_id))),
        )
        .filter(seats::county_id.eq(within.county))
        .filter(seats::path.ge(within.path.as_str()).and(seats::path.lt(within.path.end())))
        .filter(seats::term_id.eq_any(terms))
        .order((seats::from_day, people::pinyin, seats::id))
        .select((Seat::as_select(), Person::as_select()))
        .load(conn)
        .await?;
    let ids: Vec<SeatId> = rows.iter().map(|(seat, _)| seat.id).collect();
    let tags: Vec<(SeatId, String)> = seat_sources::table
        .filter(seat_sources::county_id.eq(within.county).and(seat_sources::seat_id.eq_any(&ids)))
        .order(seat_sources::source)
        .select((seat_sources::seat_id, seat_sources::source))
        .load(conn)
        .await?;
    let mut by_seat: HashMap<SeatId, Vec<String>> = HashMap::new();
    for (seat, tag) in tags {
        by_seat.entry(seat).or_default().push(tag);
    }
    let line = |(seat, person): (Seat, Person)| {
        let sources = by_seat.remove(&seat.id).unwrap_or_default();
        Ok(SeatLine { citizen_id: person.masked_citizen_id(keys)?, seat, person, sources })
    };
    rows.into_iter().map(line).collect()
}

/// All votes for some terms, as far as the scope sees them: by day, run and post.
///
/// # Errors
/// Whatever the database answers; `Broken` where a key does not fit.
pub async fn vote_lines(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    keys: &KeyRing,
    terms: &[TermId],
) -> Result<Vec<VoteLine>> {
    let rows: Vec<Election> = elections::table
        .filter(elections::county_id.eq(within.county))
        .filter(elections::path.ge(within.path.as_str()).and(elections::path.lt(within.path.end())))
        .filter(elections::term_id.eq_any(terms))
        .order((elections::held_on, elections::run, elections::post.desc(), elections::id))
        .select(Election::as_select())
        .load(conn)
        .await?;
    let ids: Vec<ElectionId> = rows.iter().map(|row| row.id).collect();
    let ballots: Vec<(Ballot, Person)> = election_ballots::table
        .inner_join(people::table.on(
            people::county_id.eq(election_ballots::county_id).and(people::id.eq(election_ballots::person_id)),
        ))
        .filter(election_ballots::county_id.eq(within.county).and(election_ballots::election_id.eq_any(&ids)))
        .order((election_ballots::votes_for.desc(), people::pinyin, people::id))
        .select((Ballot::as_select(), Person::as_select()))
        .load(conn)
        .await?;
    let mut by_vote: HashMap<ElectionId, Vec<VotedOn>> = HashMap::new();
    for (ballot, person) in ballots {
        let citizen_id = person.masked_citizen_id(keys)?;
        by_vote.entry(ballot.election_id).or_default().push(VotedOn { ballot, person, citizen_id });
    }
    let line = |election: Election| VoteLine {
        candidates: by_vote.remove(&election.id).unwrap_or_default(),
        election,
    };
    Ok(rows.into_iter().map(line).collect())
}

//! 「两委班子」 and 「选举情况」 going out: every seat and every candidate of every term, village by village.

use std::collections::HashMap;

use diesel_async::AsyncPgConnection;

use crate::across::exports::sink::Sink;
use crate::across::exports::{Job, day, number, optional, text};
use crate::across::imports::fields::yes_or_no_shown;
use crate::across::sheets::Cell;
use crate::base::codes;
use crate::base::error::Result;
use crate::base::ids::{OrganisationId, TermId};
use crate::records::committees::queries::{self, SeatLine, TermPlace, VoteLine, VotedOn};
use crate::records::committees::{LeavingReason, Source};
use crate::records::people::Person;
use crate::records::words::WordList;

/// Villages read at a time.
const PAGE: i64 = 200;

/// Writes every seat; as of a day, those held on it.
pub async fn write_seats(conn: &mut AsyncPgConnection, job: &Job<'_>, sink: &mut Sink<'_>) -> Result<()> {
    let mut after: Option<String> = None;
    while let Some(terms) = next_terms(conn, job, &mut after).await? {
        let ids: Vec<TermId> = terms.iter().map(|term| term.id).collect();
        let lines = queries::seat_lines(conn, job.scope, job.keys, &ids).await?;
        let mut by_term: HashMap<TermId, Vec<SeatLine>> = HashMap::new();
        for line in lines.into_iter().filter(|line| is_held(job, line)) {
            by_term.entry(line.seat.term_id).or_default().push(line);
        }
        for term in &terms {
            for line in by_term.remove(&term.id).unwrap_or_default() {
                sink.row(seat(job, term, &line)?)?;
            }
        }
    }
    Ok(())
}

/// Writes every candidate of every vote; as of a day, of those held by then.
pub async fn write_votes(conn: &mut AsyncPgConnection, job: &Job<'_>, sink: &mut Sink<'_>) -> Result<()> {
    let mut after: Option<String> = None;
    while let Some(terms) = next_terms(conn, job, &mut after).await? {
        let ids: Vec<TermId> = terms.iter().map(|term| term.id).collect();
        let lines = queries::vote_lines(conn, job.scope, job.keys, &ids).await?;
        let mut by_term: HashMap<TermId, Vec<VoteLine>> = HashMap::new();
        let by_then = |line: &VoteLine| job.request.as_of.is_none_or(|day| line.election.held_on <= day);
        for line in lines.into_iter().filter(by_then) {
            by_term.entry(line.election.term_id).or_default().push(line);
        }
        for term in &terms {
            for line in by_term.remove(&term.id).unwrap_or_default() {
                for candidate in &line.candidates {
                    sink.row(vote(job, term, &line, candidate)?)?;
                }
            }
        }
    }
    Ok(())
}

/// The terms of the next villages; none after the last one.
async fn next_terms(
    conn: &mut AsyncPgConnection,
    job: &Job<'_>,
    after: &mut Option<String>,
) -> Result<Option<Vec<TermPlace>>> {
    let page = queries::villages(conn, job.scope, after.as_deref(), PAGE).await?;
    let Some((last, _)) = page.last() else { return Ok(None) };
    *after = Some(last.clone());
    let villages: Vec<OrganisationId> = page.into_iter().map(|(_, village)| village).collect();
    Ok(Some(queries::terms_of_villages(conn, job.scope, &villages).await?))
}

fn is_held(job: &Job<'_>, line: &SeatLine) -> bool {
    let seat = &line.seat;
    job.request.as_of.is_none_or(|day| seat.from_day <= day && seat.to_day.is_none_or(|end| day < end))
}

/// The citizen ID as it may leave the house.
fn citizen_id(job: &Job<'_>, person: &Person, masked: &str) -> Result<String> {
    match &job.request.unmasked {
        Some(_) => Ok(person.unseal(job.keys)?.citizen_id.as_str().to_owned()),
        None => Ok(masked.to_owned()),
    }
}

/// What the rows of both workbooks say of the term.
fn of_term(field: &str, term: &TermPlace) -> Cell {
    match field {
        "village" => text(&term.village_code),
        "kind" => text(term.kind().map_or(term.kind.as_str(), |kind| kind.name())),
        _ => number(term.ordinal),
    }
}

fn seat(job: &Job<'_>, term: &TermPlace, line: &SeatLine) -> Result<Vec<Cell>> {
    let (seat, person) = (&line.seat, &line.person);
    let citizen_id = citizen_id(job, person, &line.citizen_id)?;
    let own = job.words.words(WordList::CommitteeSource);
    let sources: Vec<&str> = line
        .sources
        .iter()
        .map(|code| Source::parse_with(code, own).map_or(code.as_str(), |source| source.name()))
        .collect();
    // Whoever sat on a day had not left.
    let has_left = job.request.as_of.is_none();
    let reason = seat.leaving_reason.as_deref();
    let reason = reason.map(|code| LeavingReason::parse(code).map_or(code, |reason| reason.name()));
    Ok(job.row(|field| match field {
        "id" => text(seat.id.to_string()),
        "village" | "kind" | "ordinal" => of_term(field, term),
        "term_from" => day(Some(term.from_day)),
        "due_day" => day(Some(term.due_day)),
        "name" => text(&person.name),
        "citizen_id" => text(&citizen_id),
        "post" => text(job.words.post_name(&seat.post)),
        "from_day" => day(Some(seat.from_day)),
        "to_day" => day(seat.to_day.filter(|_| has_left)),
        "leaving_reason" => optional(reason.filter(|_| has_left)),
        "leaving_explanation" => optional(seat.leaving_explanation.as_deref().filter(|_| has_left)),
        "ethnicity" => text(codes::ethnicity().name_of(&person.ethnicity)),
        "education" => text(codes::education().name_of(&seat.education)),
        "is_party_member" => text(yes_or_no_shown(seat.is_party_member)),
        "sources" => text(sources.join("；")),
        _ => optional(seat.note.as_deref()),
    }))
}

fn vote(job: &Job<'_>, term: &TermPlace, line: &VoteLine, candidate: &VotedOn) -> Result<Vec<Cell>> {
    let (vote, ballot) = (&line.election, &candidate.ballot);
    let citizen_id = citizen_id(job, &candidate.person, &candidate.citizen_id)?;
    let counted = |votes: Option<i32>| votes.map_or(Cell::Empty, number);
    Ok(job.row(|field| match field {
        "id" => text(vote.id.to_string()),
        "village" | "kind" | "ordinal" => of_term(field, term),
        "held_on" => day(Some(vote.held_on)),
        "eligible" => number(vote.eligible),
        "present" => number(vote.present),
        "post" => text(job.words.post_name(&vote.post)),
        "places" => number(vote.places),
        "name" => text(&candidate.person.name),
        "citizen_id" => text(&citizen_id),
        "issued" => number(vote.issued),
        "returned" => number(vote.returned),
        "valid" => number(vote.valid),
        "votes_for" => number(ballot.votes_for),
        "votes_against" => counted(ballot.votes_against),
        "abstentions" => counted(ballot.abstentions),
        "is_elected" => text(yes_or_no_shown(ballot.is_elected)),
        _ => number(vote.run),
    }))
}

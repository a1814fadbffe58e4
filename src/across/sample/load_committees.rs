//! Enters the committees of a sample county through the verbs, a term at a time.

use std::collections::HashMap;

use diesel_async::AsyncPgConnection;

use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{Error, Result};
use crate::base::ids::{CommitteeId, TermId};
use crate::base::keys::KeyRing;
use crate::records::OWNERS;
use crate::records::committees::{
    self, Appoint, Candidate, CommitteeKind, Held, OpenCommittee, OpenTerm, Post, RecordElection, Source,
    Votings, Who,
};

use super::Loaded;
use super::model::{SampleCounty, SampleElection, SampleSitter, SampleTerm};

/// Opens the committees and plays every term: it is opened, seats are filled, the vote on the secretary is recorded.
/// `owner` counts the tables in between.
///
/// # Errors
/// What the verbs answer, which would be a defect of the sample.
pub async fn load_committees(
    owner: &mut AsyncPgConnection,
    conn: &mut AsyncPgConnection,
    keys: &KeyRing,
    county: &SampleCounty,
    loaded: &Loaded,
) -> Result<()> {
    let actor = Actor::command_line(loaded.scope.clone());
    let own = OWNERS.iter().find(|(area, _)| *area == "committees");
    let tables = own.map(|(_, tables)| *tables).unwrap_or_default();
    let mut opened: HashMap<(usize, CommitteeKind), CommitteeId> = HashMap::new();
    let mut rest = county.committee_terms.as_slice();
    while let Some(first) = rest.iter().next() {
        let count = rest.iter().take_while(|term| term.ordinal == first.ordinal).count();
        let (now, later) = rest.split_at(count);
        open(conn, &actor, county, now, &mut opened).await?;
        play(conn, &actor, keys, county, now, &opened).await?;
        db::count(owner, tables).await?;
        rest = later;
    }
    Ok(())
}

/// Opens the committees of villages that have none yet.
async fn open(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    county: &SampleCounty,
    terms: &[SampleTerm],
    opened: &mut HashMap<(usize, CommitteeKind), CommitteeId>,
) -> Result<()> {
    let new: Vec<&SampleTerm> =
        terms.iter().filter(|term| !opened.contains_key(&(term.village, term.kind))).collect();
    let mut commands = Vec::with_capacity(new.len());
    for term in &new {
        let village = county.organisations.get(term.village).ok_or_else(missing)?;
        commands.push(OpenCommittee { village: village.code.clone(), kind: term.kind });
    }
    if commands.is_empty() {
        return Ok(());
    }
    let ids = committees::open_committee(conn, actor, &commands).await?;
    opened.extend(new.iter().map(|term| (term.village, term.kind)).zip(ids));
    Ok(())
}

async fn play(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    keys: &KeyRing,
    county: &SampleCounty,
    terms: &[SampleTerm],
    opened: &HashMap<(usize, CommitteeKind), CommitteeId>,
) -> Result<()> {
    let mut commands = Vec::with_capacity(terms.len());
    for term in terms {
        let committee = opened.get(&(term.village, term.kind)).copied().ok_or_else(missing)?;
        commands.push(OpenTerm {
            committee,
            ordinal: term.ordinal,
            from_day: term.from_day,
            due_day: Some(term.due_day),
            // Known from the beginning: whoever died since did not die in office.
            ended_on: term.ended_on,
            posts: posts(term),
        });
    }
    let ids = committees::open_term(conn, actor, &commands).await?;
    let mut seats = Vec::new();
    let mut votes = Vec::new();
    for (term, id) in terms.iter().zip(&ids) {
        seats.extend(appointments(county, term, *id)?);
        if let Some(election) = &term.election {
            votes.push(vote(county, term, *id, election)?);
        }
    }
    committees::appoint(conn, actor, keys, &seats).await?;
    committees::record_election(conn, actor, keys, &votes).await?;
    Ok(())
}

/// The posts of a term, as many places as are filled.
fn posts(term: &SampleTerm) -> Vec<(Post, i32)> {
    let mut posts: Vec<(Post, i32)> = Vec::new();
    for seat in &term.seats {
        match posts.iter_mut().find(|(post, _)| *post == seat.post) {
            Some((_, places)) => *places = places.saturating_add(1),
            None => posts.push((seat.post, 1)),
        }
    }
    posts
}

fn appointments(county: &SampleCounty, term: &SampleTerm, id: TermId) -> Result<Vec<Appoint>> {
    let mut appointments = Vec::with_capacity(term.seats.len());
    for seat in &term.seats {
        let sources = seat.sources.iter().map(|source| source.parse::<Source>().map_err(Error::broken));
        appointments.push(Appoint {
            term: id,
            who: who(county, seat.sitter)?,
            post: seat.post,
            from_day: term.from_day,
            to_day: None,
            leaving_reason: None,
            leaving_explanation: None,
            education: Some(seat.education.clone()),
            is_party_member: Some(matches!(seat.sitter, SampleSitter::Member(_))),
            sources: sources.collect::<Result<_>>()?,
            note: None,
        });
    }
    Ok(appointments)
}

fn vote(
    county: &SampleCounty,
    term: &SampleTerm,
    id: TermId,
    election: &SampleElection,
) -> Result<RecordElection> {
    let candidate = Candidate {
        who: who(county, election.candidate)?,
        votes_for: election.votes_for,
        votes_against: Some(election.valid.saturating_sub(election.votes_for)),
        abstentions: None,
        is_elected: true,
    };
    let held = Held {
        post: Post::Secretary,
        held_on: term.from_day,
        run: 1,
        votings: Votings {
            places: 1,
            eligible: election.eligible,
            present: election.present,
            issued: election.present,
            returned: election.present,
            valid: election.valid,
        },
        candidates: vec![candidate],
    };
    Ok(RecordElection { term: id, held })
}

fn who(county: &SampleCounty, sitter: SampleSitter) -> Result<Who> {
    match sitter {
        SampleSitter::Member(place) => {
            let person = &county.members.get(place).ok_or_else(missing)?.person;
            Ok(Who::Named { name: person.name.clone(), citizen_id: person.citizen_id.clone() })
        }
        SampleSitter::Resident(place) => {
            let person = county.residents.get(place).ok_or_else(missing)?;
            Ok(Who::Identified(Box::new(person.identity())))
        }
    }
}

fn missing() -> Error {
    Error::broken("a sample names a place that it does not have")
}

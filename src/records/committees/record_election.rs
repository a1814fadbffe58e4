//! Records votes, and corrects them: who could vote, what became of the ballots, what they said of each candidate.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;

use crate::base::actor::Actor;
use crate::base::error::{Error, FieldError, Result};
use crate::base::ids::{ElectionId, PersonId, TermId};
use crate::base::keys::KeyRing;
use crate::base::policy::{self, Action};
use crate::base::{clock, db};
use crate::records::audit;
use crate::records::committees::appoint::held;
use crate::records::committees::barred;
use crate::records::committees::model::{CommitteeKind, Post};
use crate::records::committees::queries::{self, OnDay, TermPlace};
use crate::records::committees::rules::runs::Run;
use crate::records::committees::rules::votes::{self, ElectionRefusal, VoteFacts};
use crate::records::committees::rules::{RuleBook, Votes, Votings, count, judge};
use crate::records::committees::run_offs;
use crate::records::committees::who::{self, Who, of_row};
use crate::records::committees::write_elections::{self, Row};
use crate::records::words;

/// What the ballots said of one candidate.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Who stood.
    pub who: Who,
    /// Votes for him.
    pub votes_for: i32,
    /// Votes against him; none where they were not counted.
    pub votes_against: Option<i32>,
    /// Abstentions; none where they were not counted.
    pub abstentions: Option<i32>,
    /// Whether he was declared elected.
    pub is_elected: bool,
}

/// A vote as it was held.
#[derive(Debug, Clone)]
pub struct Held {
    /// The post that was voted on.
    pub post: Post,
    /// The day.
    pub held_on: NaiveDate,
    /// 1, and one more for every run-off, on that day or later.
    pub run: i32,
    /// What became of the ballots.
    pub votings: Votings,
    /// Who stood.
    pub candidates: Vec<Candidate>,
}

/// A vote to be recorded.
#[derive(Debug, Clone)]
pub struct RecordElection {
    /// The term that it is for.
    pub term: TermId,
    /// How it was held.
    pub held: Held,
}

/// The whole of a vote as it should have been recorded.
#[derive(Debug, Clone)]
pub struct CorrectElection {
    /// The vote.
    pub election: ElectionId,
    /// The version that the actor saw.
    pub version: i32,
    /// How it was held.
    pub held: Held,
}

/// Records votes; answers their ids in the order given.
///
/// # Errors
/// `Invalid` with everything that does not add up or is forbidden, of all commands; `Taken` where the vote is recorded;
/// `Forbidden`, `Missing`. Then none is recorded.
pub async fn record_election(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    keys: &KeyRing,
    commands: &[RecordElection],
) -> Result<Vec<ElectionId>> {
    db::write(conn, actor, async |conn| {
        policy::require(actor, Action::EnterRecords, &actor.scope.path)?;
        let whole: Vec<_> = commands.iter().map(|command| (command.term, &command.held)).collect();
        let (terms, people) = judged(conn, actor, keys, &whole, &[]).await?;
        let rows: Vec<Row<'_>> = commands
            .iter()
            .zip(&people)
            .map(|(command, people)| Row {
                id: ElectionId::new(),
                version: 0,
                term: command.term,
                held: &command.held,
                people,
            })
            .collect();
        write_elections::insert(conn, actor, &terms, &rows).await?;
        append_entry(conn, actor, "committees.record_election", &terms, &rows).await?;
        Ok(rows.into_iter().map(|row| row.id).collect())
    })
    .await
}

/// Corrects votes.
///
/// # Errors
/// As [`record_election`], and `Stale` where somebody changed one of them meanwhile. Then none is changed.
pub async fn correct_election(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    keys: &KeyRing,
    commands: &[CorrectElection],
) -> Result<()> {
    db::write(conn, actor, async |conn| {
        policy::require(actor, Action::EnterRecords, &actor.scope.path)?;
        let ids: Vec<ElectionId> = commands.iter().map(|command| command.election).collect();
        let stored: HashMap<ElectionId, TermId> =
            queries::term_of_elections(conn, &actor.scope, &ids).await?.into_iter().collect();
        let mut whole = Vec::with_capacity(commands.len());
        for command in commands {
            let term = stored.get(&command.election).ok_or(Error::Missing { what: "选举记录" })?;
            whole.push((*term, &command.held));
        }
        let (terms, people) = judged(conn, actor, keys, &whole, &ids).await?;
        let rows: Vec<Row<'_>> = commands
            .iter()
            .zip(&whole)
            .zip(&people)
            .map(|((command, (term, held)), people)| Row {
                id: command.election,
                version: command.version,
                term: *term,
                held,
                people,
            })
            .collect();
        write_elections::update(conn, actor, &terms, &rows).await?;
        append_entry(conn, actor, "committees.correct_election", &terms, &rows).await
    })
    .await
}

type Judged = (HashMap<TermId, TermPlace>, Vec<Vec<PersonId>>);

/// The terms of some votes and the candidates of each, once nothing is wrong with any. Those of `replaced` are on record as
/// they were before.
async fn judged(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    keys: &KeyRing,
    whole: &[(TermId, &Held)],
    replaced: &[ElectionId],
) -> Result<Judged> {
    let terms = held(conn, actor, whole.iter().map(|one| one.0)).await?;
    let terms: HashMap<TermId, TermPlace> = terms.into_iter().map(|term| (term.id, term)).collect();
    let people = resolved(conn, actor, keys, whole).await?;
    let pairs: Vec<(PersonId, NaiveDate)> = whole
        .iter()
        .zip(&people)
        .flat_map(|((_, held), people)| people.iter().map(|person| (*person, held.held_on)))
        .collect();
    let known = queries::standings(conn, actor.scope.county, &pairs).await?;
    let books = queries::rule_books(conn, actor.scope.county).await?;
    let words = words::book(conn, actor.scope.county).await?;
    let barred = barred::read(conn, actor, &terms, whole, &people, (&known, &books)).await?;
    let stored = run_offs::read(conn, &actor.scope, &terms, (&books, &words)).await?;
    let mut runs: Vec<(TermId, Run)> = Vec::with_capacity(whole.len());
    let mut found: Vec<Vec<FieldError>> = Vec::with_capacity(whole.len());
    for ((term, held), people) in whole.iter().zip(&people) {
        let place = terms.get(term).ok_or(Error::Missing { what: "届次" })?;
        let kind = place.kind().ok_or_else(|| Error::broken("unknown kind of committee"))?;
        let book = books.of(place.division());
        let votes = votes_of(held, people, &known)?;
        let mut own = errors_of(held, (place, kind), (people.as_slice(), votes.as_slice()), &known, book)?;
        let unusable = words.post_refusal(held.post, held.held_on);
        own.extend(unusable.map(|told| FieldError::new("post", told, None)));
        runs.push((*term, run_offs::of_held(held, kind, people, &votes, book)));
        found.push(own);
    }
    let beside = barred.iter().map(|one| (one.vote, one.error()));
    for (number, error) in beside.chain(run_offs::refusals(&stored, replaced, &runs)) {
        found.get_mut(number).ok_or_else(|| Error::broken("a refusal of no vote"))?.push(error);
    }
    let numbered = found.into_iter().enumerate();
    let errors: Vec<FieldError> = numbered
        .flat_map(|(number, own)| own.into_iter().map(move |error| of_row(number, whole.len(), error)))
        .collect();
    if errors.is_empty() { Ok((terms, people)) } else { Err(Error::Invalid(errors)) }
}

/// The candidates of some votes, once all are found.
async fn resolved(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    keys: &KeyRing,
    whole: &[(TermId, &Held)],
) -> Result<Vec<Vec<PersonId>>> {
    let whom: Vec<&Who> =
        whole.iter().flat_map(|(_, held)| held.candidates.iter().map(|candidate| &candidate.who)).collect();
    let mut found = who::resolve(conn, actor, keys, &whom).await?.into_iter();
    let mut errors = Vec::new();
    let mut people: Vec<Vec<PersonId>> = Vec::with_capacity(whole.len());
    for (number, (_, held)) in whole.iter().enumerate() {
        let mut own = Vec::with_capacity(held.candidates.len());
        for (at, person) in found.by_ref().take(held.candidates.len()).enumerate() {
            match person {
                Ok(person) => own.push(person),
                Err(refusal) => {
                    let field = format!("candidates[{at}].{}", refusal.field());
                    errors.push(of_row(number, whole.len(), FieldError::new(&field, refusal, None)));
                }
            }
        }
        people.push(own);
    }
    if errors.is_empty() { Ok(people) } else { Err(Error::Invalid(errors)) }
}

type Known = HashMap<(PersonId, NaiveDate), OnDay>;

/// What the ballots said of each candidate, under the name that is on record.
fn votes_of(held: &Held, people: &[PersonId], known: &Known) -> Result<Vec<Votes>> {
    let votes = |(candidate, person): (&Candidate, &PersonId)| {
        let on_day = known.get(&(*person, held.held_on)).ok_or(Error::Missing { what: "候选人" })?;
        Ok(Votes {
            candidate: on_day.sitter.name.clone(),
            votes_for: candidate.votes_for,
            votes_against: candidate.votes_against,
            abstentions: candidate.abstentions,
            is_elected: candidate.is_elected,
        })
    };
    held.candidates.iter().zip(people).map(votes).collect()
}

/// What is wrong with a vote by itself.
fn errors_of(
    held: &Held,
    (place, kind): (&TermPlace, CommitteeKind),
    (people, counted): (&[PersonId], &[Votes]),
    known: &Known,
    book: &RuleBook,
) -> Result<Vec<FieldError>> {
    let facts = VoteFacts {
        kind,
        post: held.post,
        held_on: held.held_on,
        run: held.run,
        places: held.votings.places,
        present: held.votings.present,
        issued: held.votings.issued,
        village: &place.village,
        founded_on: place.founded_on,
        dissolved_on: place.dissolved_on,
        term: (place.ordinal, place.ended_on),
    };
    let told = |refusal: &ElectionRefusal| FieldError::new(refusal.field(), refusal, None);
    let mut errors: Vec<FieldError> = votes::check(&facts, clock::today()).iter().map(told).collect();
    for (at, (candidate, person)) in held.candidates.iter().zip(people).enumerate() {
        let sitter = &known.get(&(*person, held.held_on)).ok_or(Error::Missing { what: "候选人" })?.sitter;
        if let Some(refusal) = who::check_name(&candidate.who, &sitter.name) {
            errors.push(FieldError::new(&format!("candidates[{at}].{}", refusal.field()), refusal, None));
        }
        if let Some(message) = votes::check_candidate(sitter, kind, held.held_on, book) {
            errors.push(FieldError::new(&format!("candidates[{at}].person"), message, None));
        }
        if people.iter().take(at).any(|other| other == person) {
            errors.push(told(&ElectionRefusal::Twice(sitter.name.clone())));
        }
    }
    if counted.is_empty() {
        errors.push(told(&ElectionRefusal::NoCandidate));
    }
    match count(&held.votings, counted) {
        Err(refusals) => {
            errors.extend(refusals.iter().map(|refusal| {
                FieldError::new(votes::field_of_ballots(refusal), refusal, refusal.candidate())
            }))
        }
        Ok(()) => {
            let is_run_off = held.run > 1;
            let is_anybody_elected = counted.iter().any(|one| one.is_elected);
            let short = judge(book, kind, held.post, held.held_on, is_run_off, &held.votings, counted);
            let forbidden = short.iter().filter(|short| votes::is_forbidden(short, is_anybody_elected));
            errors
                .extend(forbidden.map(|short| {
                    FieldError::new(votes::field_of_shortfall(short), short, short.candidate())
                }));
        }
    }
    Ok(errors)
}

async fn append_entry(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    action: &'static str,
    terms: &HashMap<TermId, TermPlace>,
    rows: &[Row<'_>],
) -> Result<()> {
    let one = if let [one] = rows { Some(one) } else { None };
    let place = one.and_then(|row| terms.get(&row.term));
    let path = place.map_or_else(|| actor.scope.path.clone(), TermPlace::path);
    let told = |row: &Row<'_>| {
        let votings = &row.held.votings;
        let ballots = row.held.candidates.iter().zip(row.people).map(|(candidate, person)| {
            serde_json::json!([
                person,
                candidate.votes_for,
                candidate.votes_against,
                candidate.abstentions,
                candidate.is_elected
            ])
        });
        serde_json::json!({
            "id": row.id, "term": row.term, "post": row.held.post.code(), "held_on": row.held.held_on,
            "run": row.held.run, "places": votings.places,
            "ballots": [votings.eligible, votings.present, votings.issued, votings.returned, votings.valid],
            "candidates": ballots.collect::<Vec<_>>(),
        })
    };
    audit::append(
        conn,
        actor,
        &audit::Entry {
            action,
            subject_kind: "election",
            subject: one.map(|row| row.id.0),
            count: rows.len(),
            path: &path,
            details: serde_json::json!({ "elections": rows.iter().take(50).map(told).collect::<Vec<_>>() }),
        },
    )
    .await
}

//! The runs of votes beside each other: those on record, and those that are being written.

use std::collections::{HashMap, HashSet};

use diesel_async::AsyncPgConnection;

use crate::base::error::{FieldError, Result};
use crate::base::ids::{ElectionId, PersonId, TermId};
use crate::base::scope::Scope;
use crate::records::committees::model::CommitteeKind;
use crate::records::committees::queries::{self, TermPlace};
use crate::records::committees::record_election::Held;
use crate::records::committees::rules::runs::{self, Fared, Run, RunRefusal, Stood};
use crate::records::committees::rules::{RuleBook, RuleBooks, Votes, is_attended, tied};
use crate::records::words::WordBook;

/// The runs on record of some terms.
pub(super) type Stored = HashMap<TermId, Vec<(ElectionId, Run)>>;

/// Reads all runs of some terms, in two statements however many they are.
pub(super) async fn read(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    terms: &HashMap<TermId, TermPlace>,
    (books, words): (&RuleBooks, &WordBook),
) -> Result<Stored> {
    let ids: Vec<TermId> = terms.keys().copied().collect();
    let mut stored = Stored::new();
    for card in queries::elections(conn, within, &ids).await? {
        let vote = &card.election;
        let Some(place) = terms.get(&vote.term_id) else { continue };
        let (Some(kind), Ok(post)) = (place.kind(), words.post(&vote.post)) else { continue };
        let book = books.of(place.division());
        let people = card.ballots.iter().map(|(ballot, _)| ballot.person_id);
        let stood = stood(people, &card.votes(), &card.tied(kind, book));
        let is_valid = is_attended(book, kind, vote.held_on, &card.votings());
        let (held_on, run, places) = (vote.held_on, vote.run, vote.places);
        let run = Run { post, held_on, run, places, is_valid, stood };
        stored.entry(vote.term_id).or_default().push((vote.id, run));
    }
    Ok(stored)
}

/// A vote that is being written, as other runs see it.
pub(super) fn of_held(
    held: &Held,
    kind: CommitteeKind,
    people: &[PersonId],
    votes: &[Votes],
    book: &RuleBook,
) -> Run {
    let tied = tied(book, kind, held.held_on, held.run > 1, &held.votings, votes);
    Run {
        post: held.post,
        held_on: held.held_on,
        run: held.run,
        places: held.votings.places,
        is_valid: is_attended(book, kind, held.held_on, &held.votings),
        stood: stood(people.iter().copied(), votes, &tied),
    }
}

fn stood(people: impl Iterator<Item = PersonId>, votes: &[Votes], tied: &[usize]) -> Vec<Stood> {
    let one = |(at, (person, votes)): (usize, (PersonId, &Votes))| Stood {
        person,
        name: votes.candidate.clone(),
        fared: match (votes.is_elected, tied.contains(&at)) {
            (true, _) => Fared::Elected,
            (false, true) => Fared::Tied,
            (false, false) => Fared::Lost,
        },
    };
    people.zip(votes).enumerate().map(one).collect()
}

/// Everything that is wrong with some runs beside those on record and each other, by their numbers. Those of `replaced`
/// are on record as they were before.
pub(super) fn refusals(
    stored: &Stored,
    replaced: &[ElectionId],
    given: &[(TermId, Run)],
) -> Vec<(usize, FieldError)> {
    let replaced: HashSet<ElectionId> = replaced.iter().copied().collect();
    let mut by_term: HashMap<TermId, Vec<(usize, &Run)>> = HashMap::new();
    for (number, (term, run)) in given.iter().enumerate() {
        by_term.entry(*term).or_default().push((number, run));
    }
    let mut found: Vec<(usize, FieldError)> = Vec::new();
    for (term, own) in by_term {
        let before = stored.get(&term).map_or(&[][..], Vec::as_slice);
        let kept: Vec<&Run> =
            before.iter().filter(|(id, _)| !replaced.contains(id)).map(|(_, run)| run).collect();
        for (number, run) in &own {
            let others = own.iter().filter(|(other, _)| other != number).map(|(_, run)| *run);
            let others: Vec<&Run> = kept.iter().copied().chain(others).collect();
            let told = runs::check(run, &others);
            found.extend(told.iter().map(|why| (*number, FieldError::new(&why.field(), why, None))));
        }
        let after: Vec<&Run> = kept.iter().copied().chain(own.iter().map(|(_, run)| *run)).collect();
        for (run, why) in broken(before, &kept, &after) {
            let of_post = own.iter().find(|(_, given)| given.post == run.post);
            let number = of_post.or_else(|| own.first()).map_or(0, |(number, _)| *number);
            if found.iter().any(|(other, _)| *other == number) {
                continue;
            }
            let told = format!(
                "已登记的{}第{}轮选举（{}）与本次填写的不符：{why}；或先更正、删除第{}轮选举",
                run.post.name(),
                run.run,
                run.held_on,
                run.run
            );
            found.push((number, FieldError::new("run", told, None)));
        }
    }
    found
}

/// The run-offs that stand as they are and were in order, and would no longer be.
fn broken<'r>(
    before: &'r [(ElectionId, Run)],
    kept: &[&'r Run],
    after: &[&'r Run],
) -> Vec<(&'r Run, RunRefusal)> {
    let before: Vec<&Run> = before.iter().map(|(_, run)| run).collect();
    let beside = |run: &Run, all: &[&'r Run]| -> Vec<RunRefusal> {
        let others: Vec<&Run> = all.iter().copied().filter(|other| !std::ptr::eq(*other, run)).collect();
        runs::check(run, &others)
    };
    let kept = kept.iter().copied().filter(|run| beside(run, &before).is_empty());
    kept.filter_map(|run| Some((run, beside(run, after).into_iter().next()?))).collect()
}

/// Why votes cannot be removed: the run-offs that would have no run before them, by the terms that they are in.
pub(super) fn orphans(stored: &Stored, removed: &[ElectionId]) -> Vec<(ElectionId, String)> {
    let removed: HashSet<ElectionId> = removed.iter().copied().collect();
    let mut found = Vec::new();
    for before in stored.values() {
        let kept: Vec<&Run> =
            before.iter().filter(|(id, _)| !removed.contains(id)).map(|(_, run)| run).collect();
        for (orphan, _) in broken(before, &kept, &kept) {
            let gone = before
                .iter()
                .filter(|(id, run)| removed.contains(id) && run.post == orphan.post && run.run < orphan.run);
            let told = format!(
                "{}的第{}轮选举（{}）以本次选举为前提，请先删除第{}轮选举，再删除本次选举",
                orphan.post.name(),
                orphan.run,
                orphan.held_on,
                orphan.run
            );
            found.extend(gone.map(|(id, _)| (*id, told.clone())).next_back());
        }
    }
    found
}

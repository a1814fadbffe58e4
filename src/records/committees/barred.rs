//! Who was declared elected and may not sit: near relatives of those whom he is to supervise, and whoever was not vetted
//! as the county demands. Whoever stood and was not elected is not held against either.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;

use crate::base::actor::Actor;
use crate::base::error::{Error, FieldError, Result};
use crate::base::ids::{OrganisationId, PersonId, TermId};
use crate::records::committees::model::CommitteeKind;
use crate::records::committees::queries::{self, OnDay, TermPlace};
use crate::records::committees::record_election::Held;
use crate::records::committees::rules::RuleBooks;
use crate::records::committees::rules::overlaps::{self, Sitting};
use crate::records::people::Kinship;
use crate::records::vetting::{self, Ask, Clearance, sight};

/// Somebody who may not be elected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Barred {
    /// Which of the votes.
    pub vote: usize,
    /// Which of its candidates.
    candidate: usize,
    /// Why, as a sentence.
    why: String,
}

impl Barred {
    /// The error beside the candidate.
    pub fn error(&self) -> FieldError {
        FieldError::new(&format!("candidates[{}].person", self.candidate), &self.why, None)
    }
}

/// Somebody who was declared elected.
struct Elected<'a> {
    vote: usize,
    candidate: usize,
    person: PersonId,
    name: &'a str,
    kind: CommitteeKind,
    place: &'a TermPlace,
    held_on: NaiveDate,
}

impl Elected<'_> {
    fn barred(&self, why: String) -> Barred {
        Barred { vote: self.vote, candidate: self.candidate, why }
    }

    /// His seat on its first day: later seats of others are looked at when they are given.
    fn sitting(&self) -> Sitting {
        let first = self.held_on.max(self.place.from_day);
        Sitting {
            village: self.place.village_id,
            committee: self.place.committee_id,
            kind: self.kind,
            person: self.person,
            name: self.name.to_owned(),
            post: None,
            from_day: first,
            to_day: first.succ_opt(),
        }
    }
}

type Known<'a> = (&'a HashMap<(PersonId, NaiveDate), OnDay>, &'a RuleBooks);

/// Who of some votes was declared elected and may not sit, in a few statements however many they are. `people` are the
/// candidates of each vote.
///
/// # Errors
/// Whatever the database answers.
pub(super) async fn read(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    terms: &HashMap<TermId, TermPlace>,
    votes: &[(TermId, &Held)],
    people: &[Vec<PersonId>],
    (known, books): Known<'_>,
) -> Result<Vec<Barred>> {
    let mut elected = Vec::new();
    for (vote, ((term, held), people)) in votes.iter().zip(people).enumerate() {
        let place = terms.get(term).ok_or(Error::Missing { what: "届次" })?;
        let kind = place.kind().ok_or_else(|| Error::broken("unknown kind of committee"))?;
        let candidates = held.candidates.iter().zip(people).enumerate();
        for (candidate, (_, person)) in candidates.filter(|(_, (said, _))| said.is_elected) {
            let on_day = known.get(&(*person, held.held_on)).ok_or(Error::Missing { what: "候选人" })?;
            let (person, held_on, name) = (*person, held.held_on, on_day.sitter.name.as_str());
            elected.push(Elected { vote, candidate, person, name, kind, place, held_on });
        }
    }
    let mut barred = related(conn, actor, &elected, books).await?;
    barred.extend(unvetted(conn, actor, &elected).await?);
    Ok(barred)
}

/// Whoever is to supervise the village committee and sits in it, or has a near relative there; and the other way round.
async fn related(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    elected: &[Elected<'_>],
    books: &RuleBooks,
) -> Result<Vec<Barred>> {
    let concerned: Vec<&Elected<'_>> =
        elected.iter().filter(|one| one.kind != CommitteeKind::VillageParty).collect();
    let mut villages: Vec<OrganisationId> = concerned.iter().map(|one| one.place.village_id).collect();
    villages.sort_unstable();
    villages.dedup();
    if villages.is_empty() {
        return Ok(Vec::new());
    }
    let mut sitting: HashMap<OrganisationId, Vec<Sitting>> = HashMap::new();
    for (_, one) in queries::sittings(conn, &actor.scope, &villages).await? {
        sitting.entry(one.village).or_default().push(one);
    }
    let sitters = sitting.values().flatten().map(|one| one.person);
    let everybody: Vec<PersonId> = sitters.chain(concerned.iter().map(|one| one.person)).collect();
    let kin: HashMap<(PersonId, PersonId), Kinship> =
        queries::kin(conn, actor.scope.county, everybody).await?;
    let clash = |one: &&Elected<'_>| {
        let (own, book) = (one.sitting(), books.of(one.place.division()));
        let others = sitting.get(&one.place.village_id).into_iter().flatten();
        let clash = others
            .filter(|other| other.kind != one.kind)
            .find_map(|other| overlaps::refusal(&own, other, &kin, book))?;
        Some(one.barred(clash.to_string()))
    };
    Ok(concerned.iter().filter_map(clash).collect())
}

/// Whoever has no filed check that held on the day of the vote, where the county lets nobody sit without.
async fn unvetted(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    elected: &[Elected<'_>],
) -> Result<Vec<Barred>> {
    let ask = |one: &Elected<'_>| Ask {
        village: one.place.village_id,
        kind: one.kind,
        term: one.place.ordinal,
        post: None,
        person: one.person,
        day: one.held_on,
    };
    let asks: Vec<Ask> = elected.iter().map(ask).collect();
    let sight = sight::of_refusals(conn, actor).await?;
    let clearances = vetting::clearances(conn, &actor.scope, &asks, &sight).await?;
    let lacks = elected.iter().zip(clearances).filter_map(|(one, clearance)| match clearance {
        Clearance::Lacking { is_demanded: true, cause } => {
            Some(one.barred(cause.told_on(one.name, "选举日期")))
        }
        _ => None,
    });
    Ok(lacks.collect())
}

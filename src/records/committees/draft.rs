//! A seat as it is to stand, and everything that is wrong with some of them: by themselves, beside the seats of their
//! villages, and beside each other.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;

use crate::base::actor::Actor;
use crate::base::error::{Error, FieldError, Result};
use crate::base::ids::{OrganisationId, PersonId, SeatId, TermId};
use crate::records::committees::model::{LeavingReason, Post, Source};
use crate::records::committees::queries::{self, OnDay, TermPlace};
use crate::records::committees::rules::RuleBooks;
use crate::records::committees::rules::overlaps::{self, Sitting};
use crate::records::committees::rules::seats::{self, SeatFacts};
use crate::records::people::Kinship;
use crate::records::words::{self, WordBook, WordList};

/// A seat as it is to stand.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub id: SeatId,
    /// 0 for one that is new.
    pub version: i32,
    pub term: TermId,
    pub person: PersonId,
    pub post: Post,
    pub from_day: NaiveDate,
    pub to_day: Option<NaiveDate>,
    pub leaving_reason: Option<LeavingReason>,
    pub leaving_explanation: Option<String>,
    /// None: as the person's record says.
    pub education: Option<String>,
    /// None: as the register of members says.
    pub is_party_member: Option<bool>,
    pub sources: Vec<Source>,
    pub note: Option<String>,
}

/// What drafts are looked at with.
pub(super) struct Surroundings {
    terms: HashMap<TermId, TermPlace>,
    known: HashMap<(PersonId, NaiveDate), OnDay>,
    villages: HashMap<OrganisationId, Vec<(SeatId, Sitting)>>,
    /// What the second is to the first.
    kin: HashMap<(PersonId, PersonId), Kinship>,
    books: RuleBooks,
    words: WordBook,
}

impl Surroundings {
    /// Reads all that drafts are looked at with, in a few statements however many they are.
    pub async fn read(
        conn: &mut AsyncPgConnection,
        actor: &Actor,
        terms: Vec<TermPlace>,
        drafts: &[Draft],
    ) -> Result<Self> {
        let county = actor.scope.county;
        let mut pairs: Vec<(PersonId, NaiveDate)> =
            drafts.iter().map(|draft| (draft.person, draft.from_day)).collect();
        pairs.sort_unstable();
        pairs.dedup();
        let known = queries::standings(conn, county, &pairs).await?;
        let mut ids: Vec<OrganisationId> = terms.iter().map(|term| term.village_id).collect();
        ids.sort_unstable();
        ids.dedup();
        let mut villages: HashMap<OrganisationId, Vec<(SeatId, Sitting)>> = HashMap::new();
        for (id, sitting) in queries::sittings(conn, &actor.scope, &ids).await? {
            villages.entry(sitting.village).or_default().push((id, sitting));
        }
        let sitters = villages.values().flatten().map(|(_, sitting)| sitting.person);
        let people: Vec<PersonId> = sitters.chain(drafts.iter().map(|draft| draft.person)).collect();
        let kin = queries::kin(conn, county, people).await?;
        let books = queries::rule_books(conn, county).await?;
        let words = words::book(conn, county).await?;
        let terms = terms.into_iter().map(|term| (term.id, term)).collect();
        Ok(Self { terms, known, villages, kin, books, words })
    }

    /// Takes seats away that stand already, before drafts of them are judged: the drafts stand in their place.
    pub fn lift(&mut self, drafts: &[Draft]) {
        let ids: HashSet<SeatId> = drafts.iter().map(|draft| draft.id).collect();
        for others in self.villages.values_mut() {
            others.retain(|(id, _)| !ids.contains(id));
        }
    }

    /// The term of a draft.
    pub fn term(&self, draft: &Draft) -> Result<&TermPlace> {
        self.terms.get(&draft.term).ok_or(Error::Missing { what: "届次" })
    }

    /// What is known of who is to sit.
    pub fn known(&self, draft: &Draft) -> Result<&OnDay> {
        self.known.get(&(draft.person, draft.from_day)).ok_or(Error::Missing { what: "人员" })
    }

    /// Everything that is wrong with a draft. It takes its place among the seats of the village, so that the next draft
    /// is looked at beside it.
    pub fn judge(&mut self, draft: &Draft, today: NaiveDate) -> Result<Vec<FieldError>> {
        let (term, known) = (self.term(draft)?, self.known(draft)?);
        let kind = term.kind().ok_or_else(|| Error::broken("unknown kind of committee"))?;
        let book = self.books.of(term.division());
        let facts = SeatFacts {
            sitter: &known.sitter,
            is_party_member: draft.is_party_member,
            kind,
            village: &term.village,
            founded_on: term.founded_on,
            dissolved_on: term.dissolved_on,
            ordinal: term.ordinal,
            term_from: term.from_day,
            term_ended: term.ended_on,
            post: draft.post,
            from_day: draft.from_day,
            to_day: draft.to_day,
            leaving_reason: draft.leaving_reason,
            leaving_explanation: draft.leaving_explanation.as_deref(),
        };
        let mut errors: Vec<FieldError> = seats::check(&facts, book, today)
            .iter()
            .map(|refusal| FieldError::new(refusal.field(), refusal, None))
            .collect();
        errors.extend(unusable(draft, &self.words));
        let sitting = Sitting {
            village: term.village_id,
            committee: term.committee_id,
            kind,
            person: draft.person,
            name: known.sitter.name.clone(),
            post: Some(draft.post),
            from_day: draft.from_day,
            // A seat in a term that is over does not outlast it.
            to_day: draft.to_day.or(term.ended_on),
        };
        let others = self.villages.entry(sitting.village).or_default();
        let clash = others.iter().find_map(|(_, other)| overlaps::refusal(&sitting, other, &self.kin, book));
        errors.extend(clash.map(|clash| FieldError::new(clash.field(), clash, None)));
        others.push((draft.id, sitting));
        Ok(errors)
    }
}

/// The words of a draft that the county did not add, or not for that day.
fn unusable(draft: &Draft, words: &WordBook) -> Vec<FieldError> {
    let day = draft.from_day;
    let post = words.post_refusal(draft.post, day).map(|told| FieldError::new("post", told, None));
    let of_source = |source: &Source| match source {
        Source::Added(word) => words.refusal(WordList::CommitteeSource, *word, day),
        _ => None,
    };
    let sources = draft.sources.iter().filter_map(of_source);
    post.into_iter().chain(sources.map(|told| FieldError::new("sources", told, None))).collect()
}

/// Fills in what a draft leaves to the records.
pub(super) fn complete(draft: &mut Draft, known: &OnDay, term: &TermPlace) {
    draft.education.get_or_insert_with(|| known.education.clone());
    draft.is_party_member = draft.is_party_member.or_else(|| known.sitter.standing.is_member());
    if draft.to_day.is_none()
        && let Some(ended) = term.ended_on
    {
        draft.to_day = Some(ended);
        draft.leaving_reason = Some(LeavingReason::TermEnd);
    }
    draft.sources.sort_unstable();
    draft.sources.dedup();
}

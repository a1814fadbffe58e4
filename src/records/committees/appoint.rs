//! Appoints people: each gets a seat in a term.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;

use crate::base::actor::Actor;
use crate::base::codes;
use crate::base::error::{Error, FieldError, Result};
use crate::base::ids::{CommitteeId, SeatId, TermId};
use crate::base::keys::KeyRing;
use crate::base::policy::{self, Action};
use crate::base::{clock, db};
use crate::records::audit;
use crate::records::committees::draft::{self, Draft, Surroundings};
use crate::records::committees::model::{LeavingReason, Post, Source};
use crate::records::committees::queries::{self, TermPlace};
use crate::records::committees::who::{self, Who, of_row};
use crate::records::committees::{vetted, write_seats};
use crate::records::vetting;

/// Somebody to be given a seat.
#[derive(Debug, Clone)]
pub struct Appoint {
    /// The term.
    pub term: TermId,
    /// Who.
    pub who: Who,
    /// The post.
    pub post: Post,
    /// First day in it.
    pub from_day: NaiveDate,
    /// First day no longer in it, for seats of the past; none: he sits, or sat until the end of the term.
    pub to_day: Option<NaiveDate>,
    /// Why it was left; needed with `to_day`.
    pub leaving_reason: Option<LeavingReason>,
    /// What else is said of that, in at most 200 characters.
    pub leaving_explanation: Option<String>,
    /// Education (GB/T 4658) as at election; none: as on record.
    pub education: Option<String>,
    /// Whether he was a Party member at election; none: as the register says.
    pub is_party_member: Option<bool>,
    /// Where he was drawn from.
    pub sources: Vec<Source>,
    /// Anything else.
    pub note: Option<String>,
}

/// Gives people seats; answers the seats' ids in the order given. People who are not on record are registered.
///
/// # Errors
/// `Invalid` with the wrong fields of all commands (`rows[2].person` where there is more than one), `Forbidden`, `Missing`
/// where a term does not exist. Then nobody is appointed. Where the county demands that candidates are vetted, whoever has no
/// filed check for the committee and term, or one that expired, is a wrong `person`; a filed check goes to in post.
pub async fn appoint(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    keys: &KeyRing,
    commands: &[Appoint],
) -> Result<Vec<SeatId>> {
    let today = clock::today();
    db::write(conn, actor, async |conn| {
        policy::require(actor, Action::EnterRecords, &actor.scope.path)?;
        let terms = held(conn, actor, commands.iter().map(|command| command.term)).await?;
        let whom: Vec<&Who> = commands.iter().map(|command| &command.who).collect();
        let found = who::resolve(conn, actor, keys, &whom).await?;
        let mut errors = Vec::new();
        let mut drafts = Vec::with_capacity(commands.len());
        for (number, (command, found)) in commands.iter().zip(found).enumerate() {
            match found {
                Ok(person) => drafts.push((number, new_draft(command, person))),
                Err(refusal) => {
                    let error = FieldError::new(refusal.field(), refusal, None);
                    errors.push(of_row(number, commands.len(), error));
                }
            }
        }
        let bare: Vec<Draft> = drafts.iter().map(|(_, draft)| draft.clone()).collect();
        let mut around = Surroundings::read(conn, actor, terms.clone(), &bare).await?;
        for (number, draft) in &mut drafts {
            let command = commands.get(*number).ok_or_else(|| Error::broken("a command too few"))?;
            let mut found = around.judge(draft, today)?;
            let known = around.known(draft)?;
            found.extend(texts(draft));
            if let Some(refusal) = who::check_name(&command.who, &known.sitter.name) {
                found.push(FieldError::new(refusal.field(), refusal, None));
            }
            errors.extend(found.into_iter().map(|error| of_row(*number, commands.len(), error)));
            draft::complete(draft, known, around.term(draft)?);
        }
        let (uncleared, cleared) = vetted::refuse(conn, actor, &around, &drafts).await?;
        errors.extend(uncleared.into_iter().map(|(number, error)| of_row(number, commands.len(), error)));
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        let drafts: Vec<Draft> = drafts.into_iter().map(|(_, draft)| draft).collect();
        let places: HashMap<TermId, TermPlace> = terms.into_iter().map(|term| (term.id, term)).collect();
        write_seats::insert(conn, actor, &places, &drafts).await?;
        vetting::take_office(conn, actor, &cleared).await?;
        append_entry(conn, actor, &places, &drafts, cleared.len()).await?;
        Ok(drafts.into_iter().map(|draft| draft.id).collect())
    })
    .await
}

fn new_draft(command: &Appoint, person: crate::base::ids::PersonId) -> Draft {
    Draft {
        id: SeatId::new(),
        version: 0,
        term: command.term,
        person,
        post: command.post,
        from_day: command.from_day,
        to_day: command.to_day,
        leaving_reason: command.leaving_reason,
        leaving_explanation: command.leaving_explanation.clone(),
        education: command.education.clone(),
        is_party_member: command.is_party_member,
        sources: command.sources.clone(),
        note: command.note.clone(),
    }
}

/// The terms of some commands, held with all committees of their villages.
pub(super) async fn held(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    terms: impl Iterator<Item = TermId>,
) -> Result<Vec<TermPlace>> {
    let mut ids: Vec<TermId> = terms.collect();
    ids.sort_unstable();
    ids.dedup();
    let places = queries::term_places(conn, &actor.scope, &ids).await?;
    let committees: Vec<CommitteeId> = places.iter().map(|place| place.committee_id).collect();
    queries::hold(conn, actor.scope.county, &committees).await?;
    // Again, since somebody may have closed them before they were held.
    let places = queries::term_places(conn, &actor.scope, &ids).await?;
    if places.len() == ids.len() { Ok(places) } else { Err(Error::Missing { what: "届次" }) }
}

/// What is wrong with the texts of a seat.
pub(super) fn texts(draft: &Draft) -> Vec<FieldError> {
    let fields = [
        ("leaving_explanation", "离职说明", draft.leaving_explanation.as_deref(), 200),
        ("note", "备注", draft.note.as_deref(), 500),
    ];
    let too_long = |(field, label, text, most): (&str, &str, Option<&str>, usize)| {
        let length = text?.chars().count();
        let message = if length == 0 {
            format!("{label}为空白，请填写内容，或不填此项")
        } else if length > most {
            format!("{label}有{length}字，不能超过{most}字，请删减")
        } else {
            return None;
        };
        Some(FieldError::new(field, message, None))
    };
    let mut errors: Vec<FieldError> = fields.into_iter().filter_map(too_long).collect();
    if let Some(given) = &draft.education
        && let Err(error) = codes::education().find(given)
    {
        errors.push(FieldError::new("education", error, Some(given)));
    }
    errors
}

async fn append_entry(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    places: &HashMap<TermId, TermPlace>,
    drafts: &[Draft],
    cleared: usize,
) -> Result<()> {
    let one = if let [one] = drafts { Some(one) } else { None };
    let place = one.and_then(|draft| places.get(&draft.term));
    let path = place.map_or_else(|| actor.scope.path.clone(), TermPlace::path);
    audit::append(
        conn,
        actor,
        &audit::Entry {
            action: "committees.appoint",
            subject_kind: "seat",
            subject: one.map(|draft| draft.id.0),
            count: drafts.len(),
            path: &path,
            details: serde_json::json!({
                "seats": drafts.iter().take(50).map(told).collect::<Vec<_>>(), "vetted": cleared,
            }),
        },
    )
    .await
}

/// A seat as the trail shows it.
pub(super) fn told(draft: &Draft) -> serde_json::Value {
    serde_json::json!({
        "id": draft.id, "term": draft.term, "person": draft.person, "post": draft.post.code(),
        "from_day": draft.from_day, "to_day": draft.to_day, "leaving_reason": draft.leaving_reason,
        "leaving_explanation": draft.leaving_explanation,
        "education": draft.education, "is_party_member": draft.is_party_member,
        "sources": draft.sources.iter().map(|source| source.code()).collect::<Vec<_>>(),
    })
}

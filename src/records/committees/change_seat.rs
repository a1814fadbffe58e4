//! Ends seats with a reason, and corrects what is recorded of one.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::error::{Error, FieldError, Result};
use crate::base::ids::{SeatId, TermId};
use crate::base::policy::{self, Action};
use crate::base::{clock, db};
use crate::records::audit;
use crate::records::committees::appoint::{held, texts, told};
use crate::records::committees::draft::{self, Draft, Surroundings};
use crate::records::committees::model::{LeavingReason, Post, Seat, Source};
use crate::records::committees::queries::{self, TermPlace};
use crate::records::committees::rules::seats;
use crate::records::committees::who::of_row;
use crate::records::committees::write_seats;
use crate::records::words::{self, WordBook, WordList};
use crate::schema::{seat_sources, seats as seats_table};

/// A seat that was left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndSeat {
    /// The seat.
    pub seat: SeatId,
    /// The version that the actor saw; none: whatever stands there.
    pub version: Option<i32>,
    /// First day no longer in the post.
    pub on: NaiveDate,
    /// Why it was left.
    pub reason: LeavingReason,
    /// What else is said of that, in at most 200 characters.
    pub explanation: Option<String>,
}

/// The whole of a seat as it should have been recorded. Who sits, and in which term, stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorrectSeat {
    /// The seat.
    pub seat: SeatId,
    /// The version that the actor saw.
    pub version: i32,
    /// The post.
    pub post: Post,
    /// First day in it.
    pub from_day: NaiveDate,
    /// First day no longer in it.
    pub to_day: Option<NaiveDate>,
    /// Why it was left.
    pub leaving_reason: Option<LeavingReason>,
    /// What else is said of that, in at most 200 characters.
    pub leaving_explanation: Option<String>,
    /// Education (GB/T 4658) as at election.
    pub education: String,
    /// Whether he was a Party member at election.
    pub is_party_member: bool,
    /// Where he was drawn from.
    pub sources: Vec<Source>,
    /// Anything else.
    pub note: Option<String>,
}

/// Ends seats.
///
/// # Errors
/// `Invalid` with the wrong fields of all commands, `Refused` where a seat was left already, `Stale`, `Forbidden`,
/// `Missing`. Then none is ended.
pub async fn end_seat(conn: &mut AsyncPgConnection, actor: &Actor, commands: &[EndSeat]) -> Result<()> {
    let today = clock::today();
    db::write(conn, actor, async |conn| {
        let ids: Vec<SeatId> = commands.iter().map(|command| command.seat).collect();
        let (terms, rows) = read(conn, actor, &ids).await?;
        let mut errors = Vec::new();
        let mut drafts = Vec::with_capacity(commands.len());
        for (number, command) in commands.iter().enumerate() {
            let (row, stored) = rows.get(&command.seat).ok_or(Error::Missing { what: "任职记录" })?;
            if command.version.is_some_and(|version| version != row.version) {
                return Err(Error::Stale);
            }
            if let Some(day) = row.to_day {
                return Err(Error::Refused(format!(
                    "这条任职已登记于{day}离职，不必重复登记；如日期或原因有误，请更正这条任职。"
                )));
            }
            let mut draft = stored.clone();
            draft.to_day = Some(command.on);
            draft.leaving_reason = Some(command.reason);
            draft.leaving_explanation = command.explanation.as_deref().map(|said| said.trim().to_owned());
            let term = terms.get(&draft.term).ok_or(Error::Missing { what: "届次" })?;
            let ended = term.ended_on.map(|ended| (ended, term.ordinal));
            let refusals = seats::check_leaving(draft.from_day, command.on, ended, today);
            let mut found: Vec<FieldError> = refusals
                .iter()
                .map(|refusal| FieldError::new(field_of_ending(refusal.field()), refusal, None))
                .collect();
            found.extend(
                texts(&draft)
                    .into_iter()
                    .map(|error| FieldError { field: field_of_ending(&error.field).to_owned(), ..error }),
            );
            errors.extend(found.into_iter().map(|error| of_row(number, commands.len(), error)));
            drafts.push(draft);
        }
        finish(conn, actor, "committees.end_seat", errors, &drafts, &rows).await
    })
    .await
}

/// The verb of ending has shorter names for its fields.
fn field_of_ending(field: &str) -> &str {
    match field {
        "to_day" => "on",
        "leaving_reason" => "reason",
        "leaving_explanation" => "explanation",
        other => other,
    }
}

/// Corrects seats.
///
/// # Errors
/// `Invalid` with the wrong fields of all commands, `Stale` where somebody changed one of them meanwhile, `Forbidden`,
/// `Missing`. Then none is changed.
pub async fn correct_seat(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[CorrectSeat],
) -> Result<()> {
    let today = clock::today();
    db::write(conn, actor, async |conn| {
        let ids: Vec<SeatId> = commands.iter().map(|command| command.seat).collect();
        let (terms, rows) = read(conn, actor, &ids).await?;
        let mut drafts = Vec::with_capacity(commands.len());
        for command in commands {
            let (row, _) = rows.get(&command.seat).ok_or(Error::Missing { what: "任职记录" })?;
            if command.version != row.version {
                return Err(Error::Stale);
            }
            drafts.push(Draft {
                id: row.id,
                version: row.version,
                term: row.term_id,
                person: row.person_id,
                post: command.post,
                from_day: command.from_day,
                to_day: command.to_day,
                leaving_reason: command.leaving_reason,
                leaving_explanation: command.leaving_explanation.clone(),
                education: Some(command.education.clone()),
                is_party_member: Some(command.is_party_member),
                sources: command.sources.clone(),
                note: command.note.clone(),
            });
        }
        let mut around = Surroundings::read(conn, actor, terms.into_values().collect(), &drafts).await?;
        around.lift(&drafts);
        let mut errors = Vec::new();
        for (number, draft) in drafts.iter_mut().enumerate() {
            let mut found = around.judge(draft, today)?;
            found.extend(texts(draft));
            errors.extend(found.into_iter().map(|error| of_row(number, commands.len(), error)));
            let known = around.known(draft)?;
            draft::complete(draft, known, around.term(draft)?);
        }
        finish(conn, actor, "committees.correct_seat", errors, &drafts, &rows).await
    })
    .await
}

/// Each seat, and as it stands.
pub(super) type Stored = HashMap<SeatId, (Seat, Draft)>;

/// The seats of some commands and their terms, held with all committees of their villages.
pub(super) async fn read(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    ids: &[SeatId],
) -> Result<(HashMap<TermId, TermPlace>, Stored)> {
    policy::require(actor, Action::EnterRecords, &actor.scope.path)?;
    let of_seats = queries::term_of_seats(conn, &actor.scope, ids).await?;
    let terms = held(conn, actor, of_seats.iter().map(|(_, term)| *term)).await?;
    let county = actor.scope.county;
    let rows: Vec<Seat> = seats_table::table
        .filter(seats_table::county_id.eq(county).and(seats_table::id.eq_any(ids)))
        .select(Seat::as_select())
        .load(conn)
        .await?;
    let words = words::book(conn, county).await?;
    let mut stored: Stored = HashMap::with_capacity(rows.len());
    for row in rows {
        let draft = as_it_stands(&row, &words)?;
        stored.insert(row.id, (row, draft));
    }
    let sources: Vec<(SeatId, String)> = seat_sources::table
        .filter(seat_sources::county_id.eq(county).and(seat_sources::seat_id.eq_any(ids)))
        .select((seat_sources::seat_id, seat_sources::source))
        .load(conn)
        .await?;
    for (seat, source) in sources {
        let source = Source::parse_with(&source, words.words(WordList::CommitteeSource));
        if let Some((_, draft)) = stored.get_mut(&seat) {
            draft.sources.push(source.map_err(Error::broken)?);
        }
    }
    Ok((terms.into_iter().map(|term| (term.id, term)).collect(), stored))
}

fn as_it_stands(row: &Seat, words: &WordBook) -> Result<Draft> {
    let reason = row.leaving_reason.as_deref().map(LeavingReason::parse).transpose();
    Ok(Draft {
        id: row.id,
        version: row.version,
        term: row.term_id,
        person: row.person_id,
        post: words.post(&row.post).map_err(Error::broken)?,
        from_day: row.from_day,
        to_day: row.to_day,
        leaving_reason: reason.map_err(Error::broken)?,
        leaving_explanation: row.leaving_explanation.clone(),
        education: Some(row.education.clone()),
        is_party_member: Some(row.is_party_member),
        sources: Vec::new(),
        note: row.note.clone(),
    })
}

async fn finish(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    action: &'static str,
    errors: Vec<FieldError>,
    drafts: &[Draft],
    rows: &Stored,
) -> Result<()> {
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    write_seats::update(conn, actor, drafts).await?;
    let one = if let [one] = drafts { rows.get(&one.id) } else { None };
    let path = one.map_or_else(
        || actor.scope.path.clone(),
        |(row, _)| crate::base::scope::Path::stored(row.path.clone()),
    );
    let changes = drafts.iter().take(50).filter_map(|draft| {
        let (_, before) = rows.get(&draft.id)?;
        Some(serde_json::json!({ "before": told(before), "after": told(draft) }))
    });
    audit::append(
        conn,
        actor,
        &audit::Entry {
            action,
            subject_kind: "seat",
            subject: one.map(|(row, _)| row.id.0),
            count: drafts.len(),
            path: &path,
            details: serde_json::json!({ "seats": changes.collect::<Vec<_>>() }),
        },
    )
    .await
}

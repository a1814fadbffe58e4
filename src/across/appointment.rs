//! Somebody of the pool is appointed to a committee: his stay ends and his seat opens, in one transaction. Both records
//! tell of it, each by its own entry in the trail.

use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;

use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{Error, FieldError, OrMissing, Result};
use crate::base::ids::{PersonId, ReserveId, SeatId, TermId};
use crate::base::keys::KeyRing;
use crate::records::committees::queries::{TermPlace, standings, term_places};
use crate::records::committees::{self, Appoint, CommitteeKind, Post, Who};
use crate::records::reserves::queries::{Card, cards};
use crate::records::reserves::{self, Step, StepKind, source_in_committees};
use crate::records::words::{self, WordBook};

/// Somebody of the pool who is given a seat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FromPool {
    /// The pool entry.
    pub reserve: ReserveId,
    /// The version that the actor saw; none: whatever stands there.
    pub version: Option<i32>,
    /// The term in which he is to sit.
    pub term: TermId,
    /// The post.
    pub post: Post,
    /// First day in the seat, and first day no longer in the pool.
    pub on: NaiveDate,
    /// Why.
    pub reason: Option<String>,
}

/// Appoints people of the pool; answers their seats in the order given. Whether he was a Party member is what the register
/// says, and where it knows nothing what the pool entry says; a seat takes over where he was drawn from.
///
/// # Errors
/// As [`reserves::record`] and [`committees::appoint`], the first day of the seat called `on`: nobody who has left the pool
/// or is in post, nobody who was not vetted where the county demands it, no second head. Then nothing is written.
pub async fn appoint_from_pool(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    keys: &KeyRing,
    commands: &[FromPool],
) -> Result<Vec<SeatId>> {
    db::write(conn, actor, async |conn| {
        let ids: Vec<ReserveId> = commands.iter().map(|command| command.reserve).collect();
        let entries = cards(conn, &actor.scope, keys, &ids).await?;
        let ids: Vec<TermId> = commands.iter().map(|command| command.term).collect();
        let terms = term_places(conn, &actor.scope, &ids).await?;
        let mut steps = Vec::with_capacity(commands.len());
        for command in commands {
            steps.push(step(command, of(&terms, command.term)?)?);
        }
        reserves::record(conn, actor, &steps).await?;
        let mut people: Vec<(PersonId, NaiveDate)> = Vec::with_capacity(commands.len());
        for command in commands {
            people.push((entry(&entries, command.reserve)?.reserve.person_id, command.on));
        }
        let known = standings(conn, actor.scope.county, &people).await?;
        let words = words::book(conn, actor.scope.county).await?;
        let mut seats = Vec::with_capacity(commands.len());
        for (command, person) in commands.iter().zip(&people) {
            let registered = known.get(person).and_then(|one| one.sitter.standing.is_member());
            seats.push(seat(command, entry(&entries, command.reserve)?, registered, &words));
        }
        committees::appoint(conn, actor, keys, &seats).await.map_err(renamed)
    })
    .await
}

fn of(terms: &[TermPlace], id: TermId) -> Result<&TermPlace> {
    terms.iter().find(|term| term.id == id).or_missing("届次")
}

fn entry(entries: &[Card], id: ReserveId) -> Result<&Card> {
    entries.iter().find(|entry| entry.reserve.id == id).or_missing("这名后备人员")
}

fn step(command: &FromPool, term: &TermPlace) -> Result<Step> {
    let kind = term.kind().ok_or_else(|| Error::broken("unknown kind of committee"))?;
    let kind = StepKind::Appoint { village: Some(term.village_id), post: words(kind, command.post) };
    let (reserve, version) = (command.reserve, command.version);
    Ok(Step { reserve, version, kind, on: command.on, reason: command.reason.clone() })
}

/// What somebody was appointed as: 村党组织书记.
fn words(kind: CommitteeKind, post: Post) -> String {
    match kind {
        // Its posts carry its name.
        CommitteeKind::Supervision => post.name().to_owned(),
        _ => format!("{}{}", kind.name(), post.name()),
    }
}

fn seat(command: &FromPool, entry: &Card, registered: Option<bool>, words: &WordBook) -> Appoint {
    // GB/T 4762: member, or probationary member, of the Communist Party.
    let said = matches!(entry.reserve.political_status.as_str(), "01" | "02");
    Appoint {
        term: command.term,
        who: Who::OnRecord(entry.reserve.person_id),
        post: command.post,
        from_day: command.on,
        to_day: None,
        leaving_reason: None,
        leaving_explanation: None,
        education: None,
        is_party_member: registered.or(Some(said)),
        sources: entry.sources.iter().filter_map(|code| source_in_committees(code, words)).collect(),
        note: None,
    }
}

/// The day has one name for both.
fn renamed(error: Error) -> Error {
    let own = |mut error: FieldError| {
        if error.field == "from_day" || error.field.ends_with("].from_day") {
            error.field = error.field.replace("from_day", "on");
        }
        error
    };
    match error {
        Error::Invalid(errors) => Error::Invalid(errors.into_iter().map(own).collect()),
        other => other,
    }
}

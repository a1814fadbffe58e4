//! Whoever is given a seat in a committee leaves the pool: his stay ends and his seat opens, in one transaction. Both
//! records tell of it, each by its own entry in the trail. [`appoint_from_pool`] begins at the pool; [`appoint`] begins at
//! the committee, and is the one way in which the API, the form and workbooks give seats.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;

use crate::base::actor::Actor;
use crate::base::error::{Error, FieldError, OrMissing, Result};
use crate::base::ids::{PersonId, ReserveId, SeatId, TermId};
use crate::base::keys::KeyRing;
use crate::base::{clock, db};
use crate::records::committees::queries::{SeatCard, TermPlace, standings, term_places};
use crate::records::committees::{self, Appoint, CommitteeKind, Post, Who};
use crate::records::reserves::queries::{Card, OpenStay, cards};
use crate::records::reserves::rules::refuse_release;
use crate::records::reserves::{self, Release, ReserveKind, Step, StepKind, source_in_committees};
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

/// Somebody who stood in the pool as a reserve cadre and left it, since he was given a seat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Released {
    /// Number of the command that gave him the seat, from 0.
    pub command: usize,
    /// The pool entry that ended.
    pub reserve: ReserveId,
    /// His name.
    pub name: String,
    /// The village that he stood in reserve for.
    pub village: String,
    /// First day in the seat, and first day no longer in the pool.
    pub on: NaiveDate,
}

impl Released {
    /// What happened, for whoever gave the seat.
    #[must_use]
    pub fn told(&self) -> String {
        let Self { name, village, on, .. } = self;
        format!("“{name}”在“{village}”的后备干部人才库，自{on}起按任用出库，不再计入后备力量")
    }
}

/// What giving seats did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appointed {
    /// The seats, in the order of the commands.
    pub seats: Vec<SeatId>,
    /// Who left the pool by it, in the order of the commands.
    pub released: Vec<Released>,
}

/// Gives people seats as [`committees::appoint`] does. Whoever sits then in a Party organisation or committee of a village
/// and stands in the pool as a reserve cadre leaves it, as appointed, on the first day of his seat: a cadre in post is no
/// reserve (`records::reserves` refuses his entry). Local talent may sit, and stays; so does whoever supervises, or sat in
/// former days only.
///
/// # Errors
/// As [`committees::appoint`]; `Invalid` also where somebody stands in the pool of another unit, or came into the pool, or
/// into what he does there, on the first day of the seat or later. Then nothing is written.
pub async fn appoint(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    keys: &KeyRing,
    commands: &[Appoint],
) -> Result<Appointed> {
    db::write(conn, actor, async |conn| {
        let seats = committees::appoint(conn, actor, keys, commands).await?;
        let mut terms: Vec<TermId> = commands.iter().map(|command| command.term).collect();
        terms.sort_unstable();
        terms.dedup();
        let places = term_places(conn, &actor.scope, &terms).await?;
        let cards = committees::queries::seats(conn, &actor.scope, &terms).await?;
        let given = first_seats(&seats, &cards, &places);
        let people: Vec<PersonId> = given.keys().copied().collect();
        let stays = reserves::queries::open_stays(conn, actor.scope.county, &people).await?;
        let (mut releases, mut released, mut errors) = (Vec::new(), Vec::new(), Vec::new());
        for (person, stay) in stays.iter().filter(|(_, stay)| stay.kind == ReserveKind::ReserveCadre) {
            let Some(seat) = given.get(person) else { continue };
            if let Some(error) = refused(actor, stay, seat, commands.len()) {
                errors.push((seat.command, error));
                continue;
            }
            let kind = seat.term.kind().ok_or_else(|| Error::broken("unknown kind of committee"))?;
            let post = commands.get(seat.command).map(|command| words(kind, command.post));
            releases.push(Release {
                reserve: stay.reserve,
                village: seat.term.village_id,
                post: post.unwrap_or_default(),
                on: seat.on,
            });
            let (name, village) = (stay.name.clone(), stay.village.clone());
            released.push(Released {
                command: seat.command,
                reserve: stay.reserve,
                name,
                village,
                on: seat.on,
            });
        }
        if !errors.is_empty() {
            errors.sort_by_key(|(command, _)| *command);
            return Err(Error::Invalid(errors.into_iter().map(|(_, error)| error).collect()));
        }
        // In the order of their ids, as whoever else holds several entries.
        releases.sort_by_key(|release| release.reserve);
        released.sort_by_key(|one| one.command);
        if !releases.is_empty() {
            reserves::release(conn, actor, &releases).await?;
        }
        Ok(Appointed { seats, released })
    })
    .await
}

/// The first of the seats that somebody was given.
struct Given<'a> {
    command: usize,
    term: &'a TermPlace,
    on: NaiveDate,
}

/// By person, the first seat that ends a stay in the pool: one that is held today, and not of supervision.
fn first_seats<'a>(
    seats: &[SeatId],
    cards: &[SeatCard],
    places: &'a [TermPlace],
) -> HashMap<PersonId, Given<'a>> {
    let today = clock::today();
    let numbers: HashMap<SeatId, usize> = seats.iter().enumerate().map(|(at, seat)| (*seat, at)).collect();
    let terms: HashMap<TermId, &TermPlace> = places.iter().map(|place| (place.id, place)).collect();
    let mut given: HashMap<PersonId, Given<'a>> = HashMap::new();
    for card in cards {
        let seat = &card.seat;
        let (Some(command), Some(term)) = (numbers.get(&seat.id), terms.get(&seat.term_id)) else { continue };
        let is_held = seat.to_day.is_none_or(|end| today < end);
        if !is_held || term.kind() == Some(CommitteeKind::Supervision) {
            continue;
        }
        let found = Given { command: *command, term, on: seat.from_day };
        let is_later = |known: &Given<'_>| (known.on, known.command) > (found.on, found.command);
        if given.get(&seat.person_id).is_none_or(is_later) {
            given.insert(seat.person_id, found);
        }
    }
    given
}

/// Why a stay cannot end by a seat; the fields of one command among many are called `rows[2].person`.
fn refused(actor: &Actor, stay: &OpenStay, seat: &Given<'_>, count: usize) -> Option<FieldError> {
    let in_sight = actor.scope.path.contains(&stay.path);
    let names = (stay.name.as_str(), stay.village.as_str());
    let refusal = refuse_release(names, (stay.state, stay.state_from), seat.on, in_sight)?;
    let field = match count {
        0 | 1 => refusal.field().to_owned(),
        _ => format!("rows[{}].{}", seat.command, refusal.field()),
    };
    Some(FieldError { field, message: refusal.to_string(), value: None })
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

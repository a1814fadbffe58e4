//! Carries out what rows say of seats by the verbs of committees: corrections, then new terms, then new seats.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;

use crate::across::appointment::{self, Released};
use crate::across::imports::objections::{Objection, heard};
use crate::across::imports::terms::TermKey;
use crate::base::actor::Actor;
use crate::base::error::{Error, FieldError, Result};
use crate::base::ids::{CommitteeId, OrganisationId, SeatId, TermId};
use crate::base::keys::KeyRing;
use crate::records::committees::{
    self, Appoint, CommitteeKind, CorrectSeat, LeavingReason, OpenCommittee, OpenTerm, Post, Source, Who,
};

/// What carrying a row out does.
#[derive(Debug)]
pub enum Deed {
    /// Somebody takes a seat.
    Appoint(Box<NewSeat>),
    /// The whole of a seat as it should have been recorded.
    Correct(Box<CorrectSeat>),
}

/// A seat to be given.
#[derive(Debug)]
pub struct NewSeat {
    /// In which term.
    pub term: TermOf,
    /// To whom.
    pub who: Who,
    /// The post.
    pub post: Post,
    /// First day in it.
    pub from_day: NaiveDate,
    /// First day no longer in it.
    pub to_day: Option<NaiveDate>,
    /// Why it was left.
    pub leaving_reason: Option<LeavingReason>,
    /// What else is said of that.
    pub leaving_explanation: Option<String>,
    /// Education (GB/T 4658) as at election.
    pub education: String,
    /// Whether a Party member as at election.
    pub is_party_member: bool,
    /// Where he was drawn from.
    pub sources: Vec<Source>,
    /// Anything else.
    pub note: Option<String>,
}

/// The term of a new seat.
#[derive(Debug)]
pub enum TermOf {
    /// On record.
    OnRecord(TermId),
    /// To be opened.
    New(NewTerm),
}

/// A term to be opened.
#[derive(Debug, Clone)]
pub struct NewTerm {
    /// Which.
    pub key: TermKey,
    /// Code of the village.
    pub village: String,
    /// Its committee; none: to be opened too.
    pub committee: Option<CommitteeId>,
    /// First day.
    pub from_day: NaiveDate,
    /// The day by which the next election is due.
    pub due_day: NaiveDate,
}

type Answer<T> = Result<std::result::Result<T, Vec<Objection>>>;

/// What rows did.
#[derive(Debug, Default)]
pub struct Performed {
    /// The new seats, each by the number of its deed.
    pub seats: Vec<(usize, SeatId)>,
    /// Who left the pool of reserve cadres by taking a seat, by the number of the deed, in words.
    pub released: Vec<(usize, String)>,
}

/// Does what some rows say; answers the new seats, and who left the pool by them, or what is wrong with which deed, under
/// the fields of the workbook. Where anything is wrong, what stands by then is to be taken back.
///
/// # Errors
/// Whatever is not the fault of a deed.
pub async fn perform(
    conn: &mut AsyncPgConnection,
    importer: &Actor,
    keys: &KeyRing,
    deeds: &[Deed],
) -> Answer<Performed> {
    if let Err(objections) = correct(conn, importer, deeds).await? {
        return Ok(Err(objections));
    }
    let seats: Vec<(usize, &NewSeat)> = deeds
        .iter()
        .enumerate()
        .filter_map(|(at, deed)| if let Deed::Appoint(seat) = deed { Some((at, &**seat)) } else { None })
        .collect();
    match open(conn, importer, &seats).await? {
        Ok(opened) => appoint(conn, importer, keys, &seats, &opened).await,
        Err(objections) => Ok(Err(objections)),
    }
}

/// The deeds of some commands, under the fields of the workbook.
fn of_deeds(objections: Vec<Objection>, at: &[Vec<usize>], field: fn(&str) -> &str) -> Vec<Objection> {
    let each = |(number, error): Objection| {
        let error = FieldError { field: field(&error.field).to_owned(), ..error };
        let deeds = at.get(number).cloned().unwrap_or_default();
        deeds.into_iter().map(move |deed| (deed, error.clone()))
    };
    objections.into_iter().flat_map(each).collect()
}

/// The column of a field of a seat.
fn of_seat(field: &str) -> &str {
    match field {
        "person" => "name",
        known => known,
    }
}

/// The column of a field of a term.
fn of_term(field: &str) -> &str {
    match field {
        "from_day" | "ended_on" => "term_from",
        "posts" => "post",
        known => known,
    }
}

async fn correct(conn: &mut AsyncPgConnection, importer: &Actor, deeds: &[Deed]) -> Answer<()> {
    let (at, commands): (Vec<Vec<usize>>, Vec<CorrectSeat>) = deeds
        .iter()
        .enumerate()
        .filter_map(|(at, deed)| match deed {
            Deed::Correct(command) => Some((vec![at], (**command).clone())),
            Deed::Appoint(_) => None,
        })
        .unzip();
    if commands.is_empty() {
        return Ok(Ok(()));
    }
    let answer = committees::correct_seat(conn, importer, &commands).await;
    Ok(heard(answer, commands.len())?.map_err(|objections| of_deeds(objections, &at, of_seat)))
}

/// A term with the deeds that need it.
struct Opening<'a> {
    term: &'a NewTerm,
    seats: Vec<(usize, &'a NewSeat)>,
}

async fn open(
    conn: &mut AsyncPgConnection,
    importer: &Actor,
    seats: &[(usize, &NewSeat)],
) -> Answer<HashMap<TermKey, TermId>> {
    let mut openings: BTreeMap<(NaiveDate, TermKey), Opening<'_>> = BTreeMap::new();
    for (at, seat) in seats {
        let TermOf::New(term) = &seat.term else { continue };
        let opening = openings.entry((term.from_day, term.key));
        opening.or_insert_with(|| Opening { term, seats: Vec::new() }).seats.push((*at, seat));
    }
    let openings: Vec<Opening<'_>> = openings.into_values().collect();
    if openings.is_empty() {
        return Ok(Ok(HashMap::new()));
    }
    let founded = match found(conn, importer, &openings).await? {
        Ok(founded) => founded,
        Err(objections) => return Ok(Err(objections)),
    };
    let mut commands = Vec::with_capacity(openings.len());
    for Opening { term, seats } in &openings {
        let own = (term.key.village, term.key.kind);
        let committee = term.committee.or_else(|| founded.get(&own).copied());
        commands.push(OpenTerm {
            committee: committee.ok_or_else(|| Error::broken("a term without a committee"))?,
            ordinal: term.key.ordinal,
            from_day: term.from_day,
            due_day: Some(term.due_day),
            ended_on: None,
            posts: places(seats),
        });
    }
    let answer = heard(committees::open_term(conn, importer, &commands).await, commands.len())?;
    Ok(match answer {
        Ok(ids) => Ok(openings.iter().map(|opening| opening.term.key).zip(ids).collect()),
        Err(objections) => Err(of_deeds(objections, &deeds_of(&openings), of_term)),
    })
}

fn deeds_of(openings: &[Opening<'_>]) -> Vec<Vec<usize>> {
    openings.iter().map(|opening| opening.seats.iter().map(|(at, _)| *at).collect()).collect()
}

/// Opens the committees that some terms lack.
async fn found(
    conn: &mut AsyncPgConnection,
    importer: &Actor,
    openings: &[Opening<'_>],
) -> Answer<HashMap<(OrganisationId, CommitteeKind), CommitteeId>> {
    let mut lacking: BTreeMap<(OrganisationId, CommitteeKind), (OpenCommittee, Vec<usize>)> = BTreeMap::new();
    for (term, deeds) in openings.iter().map(|opening| opening.term).zip(deeds_of(openings)) {
        if term.committee.is_none() {
            let command = OpenCommittee { village: term.village.clone(), kind: term.key.kind };
            let own = (term.key.village, term.key.kind);
            lacking.entry(own).or_insert_with(|| (command, Vec::new())).1.extend(deeds);
        }
    }
    if lacking.is_empty() {
        return Ok(Ok(HashMap::new()));
    }
    let own: Vec<_> = lacking.keys().copied().collect();
    let (commands, at): (Vec<OpenCommittee>, Vec<Vec<usize>>) = lacking.into_values().unzip();
    let answer = heard(committees::open_committee(conn, importer, &commands).await, commands.len())?;
    Ok(match answer {
        Ok(ids) => Ok(own.into_iter().zip(ids).collect()),
        Err(objections) => Err(of_deeds(objections, &at, of_term)),
    })
}

/// The posts that a term is opened with: as many places of each as were filled at once.
fn places(seats: &[(usize, &NewSeat)]) -> Vec<(Post, i32)> {
    let mut posts: BTreeMap<Post, usize> = BTreeMap::new();
    for (_, seat) in seats {
        let sits = |other: &NewSeat| {
            other.post == seat.post
                && other.from_day <= seat.from_day
                && other.to_day.is_none_or(|end| seat.from_day < end)
        };
        let together = seats.iter().filter(|(_, other)| sits(other)).count();
        let most = posts.entry(seat.post).or_default();
        *most = together.max(*most).max(1);
    }
    // A second head at once is refused as such, where he is to be appointed.
    let most = |post: Post, together: usize| if post.is_head() { 1 } else { together };
    posts
        .into_iter()
        .map(|(post, together)| (post, i32::try_from(most(post, together)).unwrap_or(i32::MAX)))
        .collect()
}

async fn appoint(
    conn: &mut AsyncPgConnection,
    importer: &Actor,
    keys: &KeyRing,
    seats: &[(usize, &NewSeat)],
    opened: &HashMap<TermKey, TermId>,
) -> Answer<Performed> {
    let mut commands = Vec::with_capacity(seats.len());
    for (_, seat) in seats {
        let term = match &seat.term {
            TermOf::OnRecord(id) => Some(*id),
            TermOf::New(term) => opened.get(&term.key).copied(),
        };
        commands.push(Appoint {
            term: term.ok_or_else(|| Error::broken("a seat without a term"))?,
            who: seat.who.clone(),
            post: seat.post,
            from_day: seat.from_day,
            to_day: seat.to_day,
            leaving_reason: seat.leaving_reason,
            leaving_explanation: seat.leaving_explanation.clone(),
            education: Some(seat.education.clone()),
            is_party_member: Some(seat.is_party_member),
            sources: seat.sources.clone(),
            note: seat.note.clone(),
        });
    }
    if commands.is_empty() {
        return Ok(Ok(Performed::default()));
    }
    let at: Vec<usize> = seats.iter().map(|(at, _)| *at).collect();
    let answer = heard(appointment::appoint(conn, importer, keys, &commands).await, commands.len())?;
    Ok(match answer {
        Ok(appointed) => {
            let told = |one: &Released| Some((at.get(one.command).copied()?, one.told()));
            let released = appointed.released.iter().filter_map(told).collect();
            Ok(Performed { seats: at.iter().copied().zip(appointed.seats).collect(), released })
        }
        Err(objections) => {
            let at: Vec<Vec<usize>> = at.into_iter().map(|at| vec![at]).collect();
            Err(of_deeds(objections, &at, of_seat))
        }
    })
}

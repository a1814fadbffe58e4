//! Enters a sample county through the verbs, set by set, as the command line.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;

use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{Error, Result};
use crate::base::ids::{MembershipId, OrganisationId};
use crate::base::keys::KeyRing;
use crate::base::scope::Scope;
use crate::base::values::MembershipStatus;
use crate::records::members::{self, Decision, Enrol, Event, EventKind, Floating, ProposeTransfer};
use crate::records::organisations::{self, Found, name_keys};

use super::model::{SampleCounty, SampleEvent, SampleEventKind, SampleMember, SampleOrganisation};

/// Members entered by one verb: an entry of the trail each, and a bound on memory.
const CHUNK: usize = 10_000;

/// What has been entered so far, for a progress bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Organisations.
    Organisations(usize),
    /// Members, of how many.
    Members(usize, usize),
    /// Events in the lives of members, of how many.
    Events(usize, usize),
}

/// The county on record.
#[derive(Debug)]
pub struct Loaded {
    /// The county's scope.
    pub scope: Scope,
    /// Id of each organisation, in the order of [`SampleCounty::organisations`].
    pub organisations: Vec<OrganisationId>,
    /// Id of each member, in the order of [`SampleCounty::members`].
    pub members: Vec<MembershipId>,
}

/// Enters organisations and members with all that happened to them. `owner` is the owner's connection, since no
/// other role may make a county; `conn` takes from now on the time that it needs, so it must not serve requests later.
///
/// # Errors
/// `Taken` when the county is on record; otherwise what the verbs answer, which would be a defect of the sample.
pub async fn load(
    owner: &mut AsyncPgConnection,
    conn: &mut AsyncPgConnection,
    keys: &KeyRing,
    county: &SampleCounty,
    mut progress: impl FnMut(Progress),
) -> Result<Loaded> {
    let (pinyin, initials) = name_keys(&county.name);
    let scope = organisations::load_county(owner, &county.code, &county.name, &pinyin, &initials).await?;
    let actor = Actor::command_line(scope.clone());
    db::unhurried(conn).await?;
    let ids = found(conn, &actor, county).await?;
    progress(Progress::Organisations(ids.len()));
    let mut members = Vec::with_capacity(county.members.len());
    for chunk in county.members.chunks(CHUNK) {
        let commands = chunk.iter().map(|member| enrolment(member, &ids)).collect::<Result<Vec<Enrol>>>()?;
        members.extend(members::enrol(conn, &actor, keys, &commands).await?);
        progress(Progress::Members(members.len(), county.members.len()));
    }
    live(conn, &actor, county, &ids, &members, progress).await?;
    Ok(Loaded { scope, organisations: ids, members })
}

async fn found(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    county: &SampleCounty,
) -> Result<Vec<OrganisationId>> {
    let commands: Vec<Found> = county.organisations.iter().skip(1).map(founding).collect();
    let below = organisations::found(conn, actor, &commands).await?;
    let scope = actor.scope.clone();
    let root = db::read(conn, &scope, async |conn| {
        Ok(organisations::queries::by_code(conn, &scope, &county.code).await?)
    })
    .await?
    .ok_or(Error::Missing { what: "县（区）" })?;
    Ok(std::iter::once(root.id).chain(below).collect())
}

fn founding(organisation: &SampleOrganisation) -> Found {
    let (pinyin, initials) = name_keys(&organisation.name);
    Found {
        code: organisation.code.clone(),
        name: organisation.name.clone(),
        kind: organisation.kind,
        parent_code: organisation.parent_code.clone(),
        pinyin,
        initials,
        founded_on: organisation.founded_on,
        dissolved_on: None,
        credit_code: None,
        telephone: None,
        note: None,
    }
}

/// Whoever left the county enters the record with that: no verb moves a member over its border.
fn left_county(member: &SampleMember) -> Option<NaiveDate> {
    match member.events.as_slice() {
        [SampleEvent { on, kind: SampleEventKind::Status(MembershipStatus::Transferred), .. }] => Some(*on),
        _ => None,
    }
}

fn enrolment(member: &SampleMember, organisations: &[OrganisationId]) -> Result<Enrol> {
    let person = &member.person;
    let left = left_county(member);
    Ok(Enrol {
        id: MembershipId::new(),
        identity: person.identity(),
        branch: at(organisations, member.branch)?,
        joined_on: member.joined_on,
        full_member_on: member.full_member_on,
        arrival: member.arrival,
        arrived_on: member.arrived_on,
        status: if left.is_some() { MembershipStatus::Transferred } else { MembershipStatus::Normal },
        status_from: left,
        floating: member
            .floating
            .clone()
            .map(|(since, destination)| Floating { since, destination: Some(destination) }),
        lost_contact_since: member.lost_contact_since,
        occupation: member.occupation.clone(),
        party_post: member.party_post.clone(),
        note: None,
    })
}

fn at<T: Copy>(list: &[T], place: usize) -> Result<T> {
    list.get(place).copied().ok_or_else(|| Error::broken("a sample names a place that it does not have"))
}

/// One step of a member's life, as the verbs take it.
enum Step {
    Move(ProposeTransfer),
    Record(Event),
}

/// Plays the events in rounds: the first of every member, then the second of every member, and so on, so that each
/// verb gets a set in which nobody stands twice.
async fn live(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    county: &SampleCounty,
    organisations: &[OrganisationId],
    members: &[MembershipId],
    mut progress: impl FnMut(Progress),
) -> Result<()> {
    let mut rounds: Vec<Vec<Step>> = Vec::new();
    for (member, id) in county.members.iter().zip(members) {
        if left_county(member).is_some() {
            continue;
        }
        for (round, step) in steps(member, *id, organisations)?.into_iter().enumerate() {
            match rounds.get_mut(round) {
                Some(steps) => steps.push(step),
                None => rounds.push(vec![step]),
            }
        }
    }
    let all = rounds.iter().map(Vec::len).sum();
    let mut done = 0usize;
    for round in rounds {
        done = done.saturating_add(round.len());
        play(conn, actor, round).await?;
        progress(Progress::Events(done, all));
    }
    Ok(())
}

fn steps(member: &SampleMember, id: MembershipId, organisations: &[OrganisationId]) -> Result<Vec<Step>> {
    let mut steps = Vec::new();
    let mut events = member.events.iter().peekable();
    while let Some(event) = events.next() {
        let kind = match &event.kind {
            SampleEventKind::Transfer { to, letter_number } => {
                steps.push(Step::Move(ProposeTransfer {
                    member: id,
                    to_branch: at(organisations, *to)?,
                    on: event.on,
                    letter_number: Some(letter_number.clone()),
                }));
                continue;
            }
            SampleEventKind::Status(status) if status.is_restriction() => {
                let normal = SampleEventKind::Status(MembershipStatus::Normal);
                let until = events.next_if(|next| next.kind == normal).map(|next| next.on);
                EventKind::Restrict(*status, until)
            }
            SampleEventKind::Status(status) => match status {
                MembershipStatus::Normal => EventKind::Reinstate,
                MembershipStatus::Stopped => EventKind::Stop,
                MembershipStatus::Deceased => EventKind::Decease,
                other => EventKind::Remove(*other),
            },
        };
        let reason = event.reason.clone();
        steps.push(Step::Record(Event { member: id, version: None, kind, on: event.on, reason }));
    }
    Ok(steps)
}

async fn play(conn: &mut AsyncPgConnection, actor: &Actor, round: Vec<Step>) -> Result<()> {
    let mut moves = Vec::new();
    // By kind, in a fixed order, since an entry of the trail is named after its first event.
    let mut events: BTreeMap<u8, Vec<Event>> = BTreeMap::new();
    for step in round {
        match step {
            Step::Move(proposal) => moves.push(proposal),
            Step::Record(event) => events.entry(order(&event.kind)).or_default().push(event),
        }
    }
    if !moves.is_empty() {
        let proposed = members::propose_transfers(conn, actor, &moves).await?;
        members::decide_transfers(conn, actor, &proposed, Decision::Accept, None).await?;
    }
    for events in events.values() {
        members::record(conn, actor, events).await?;
    }
    Ok(())
}

fn order(kind: &EventKind) -> u8 {
    match kind {
        EventKind::Confirm => 0,
        EventKind::Restrict(..) => 1,
        EventKind::Stop => 2,
        EventKind::Reinstate => 3,
        EventKind::Remove(_) => 4,
        EventKind::Decease => 5,
    }
}

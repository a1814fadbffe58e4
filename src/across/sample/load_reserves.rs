//! Enters the pools of a sample county through the verbs.

use std::collections::BTreeMap;

use diesel_async::AsyncPgConnection;

use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{Error, Result};
use crate::base::ids::{OrganisationId, ReserveId};
use crate::base::keys::KeyRing;
use crate::records::reserves::{
    self, Enter, GiveReview, NewMentor, ReserveState, Step, StepKind, Who, WriteNote, queries,
};

use super::Loaded;
use super::model::{SampleCounty, SampleReserve, SampleReserveStep};

/// People entered by one verb.
const CHUNK: usize = 5_000;

/// Enters everybody, then what each went on to do, round by round, then notes and reviews.
///
/// # Errors
/// What the verbs answer, which would be a defect of the sample.
pub async fn load_reserves(
    conn: &mut AsyncPgConnection,
    keys: &KeyRing,
    county: &SampleCounty,
    loaded: &Loaded,
) -> Result<()> {
    let actor = Actor::command_line(loaded.scope.clone());
    let mut ids = Vec::with_capacity(county.reserves.len());
    for chunk in county.reserves.chunks(CHUNK) {
        let commands =
            chunk.iter().map(|one| entry(one, &loaded.organisations)).collect::<Result<Vec<Enter>>>()?;
        ids.extend(reserves::enter(conn, &actor, keys, &commands).await?);
    }
    let rounds = county.reserves.iter().map(|one| one.steps.len()).max().unwrap_or_default();
    // Notes and reviews are of people who are in the pool to this day, so they may come before the steps.
    follow_up(conn, &actor, county, &ids).await?;
    for round in 0..rounds {
        play(conn, &actor, county, &ids, &loaded.organisations, round).await?;
    }
    Ok(())
}

fn at(organisations: &[OrganisationId], place: usize) -> Result<OrganisationId> {
    organisations
        .get(place)
        .copied()
        .ok_or_else(|| Error::broken("a sample names a place that it does not have"))
}

fn entry(one: &SampleReserve, organisations: &[OrganisationId]) -> Result<Enter> {
    let person = &one.person;
    Ok(Enter {
        who: Who::Identified(Box::new(person.identity())),
        village: at(organisations, one.village)?,
        kind: one.kind,
        entered_on: one.entered_on,
        route: Some(one.route),
        political_status: one.political_status.to_owned(),
        education: person.education.clone(),
        sources: one.sources.clone(),
        mentors: one
            .mentors
            .iter()
            .map(|(kind, name)| NewMentor {
                kind: *kind,
                person: None,
                name: name.clone(),
                from_day: one.entered_on,
            })
            .collect(),
        posting: None,
        note: None,
    })
}

async fn play(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    county: &SampleCounty,
    ids: &[ReserveId],
    organisations: &[OrganisationId],
    round: usize,
) -> Result<()> {
    // By state, in a fixed order, since an entry of the trail is named after its first step.
    let mut steps: BTreeMap<ReserveState, Vec<Step>> = BTreeMap::new();
    for (one, id) in county.reserves.iter().zip(ids) {
        let Some(step) = one.steps.get(round) else { continue };
        steps.entry(step.state).or_default().push(Step {
            reserve: *id,
            version: None,
            kind: kind(step, organisations)?,
            on: step.on,
            reason: step.reason.map(str::to_owned),
        });
    }
    for steps in steps.values() {
        reserves::record(conn, actor, steps).await?;
    }
    Ok(())
}

fn kind(step: &SampleReserveStep, organisations: &[OrganisationId]) -> Result<StepKind> {
    let village = step.village.map(|place| at(organisations, place)).transpose()?;
    let post = step.post.map(str::to_owned);
    let placed = || village.ok_or_else(|| Error::broken("a posting of a sample without a place"));
    Ok(match step.state {
        ReserveState::Seconded => StepKind::Second { village: placed()?, post },
        ReserveState::CrossVillage => StepKind::PostTo { village: placed()?, post },
        ReserveState::Appointed => StepKind::Appoint { village, post: post.unwrap_or_default() },
        ReserveState::InPool => StepKind::Return,
        ReserveState::Left => StepKind::Leave,
    })
}

async fn follow_up(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    county: &SampleCounty,
    ids: &[ReserveId],
) -> Result<()> {
    let scope = actor.scope.clone();
    let mentors = db::read(conn, &scope, async |conn| Ok(queries::mentors(conn, &scope, ids).await?)).await?;
    let mut by_reserve: BTreeMap<ReserveId, Vec<_>> = BTreeMap::new();
    for mentor in &mentors {
        by_reserve.entry(mentor.reserve_id).or_default().push(mentor);
    }
    let mut notes = Vec::new();
    let mut reviews = Vec::new();
    for (one, id) in county.reserves.iter().zip(ids) {
        for (place, on, content) in &one.notes {
            let named = one.mentors.get(*place);
            let mentor = by_reserve.get(id).into_iter().flatten().find(|mentor| {
                named.is_some_and(|(kind, name)| mentor.kind == kind.code() && mentor.name == name.as_str())
            });
            if let Some(mentor) = mentor {
                notes.push(WriteNote {
                    reserve: *id,
                    version: None,
                    mentor: mentor.id,
                    on: *on,
                    content: (*content).to_owned(),
                });
            }
        }
        if let Some((on, grade)) = one.review {
            reviews.push(GiveReview { reserve: *id, version: None, on, grade, opinion: None });
        }
    }
    if !notes.is_empty() {
        reserves::write_notes(conn, actor, &notes).await?;
    }
    if !reviews.is_empty() {
        reserves::review(conn, actor, &reviews).await?;
    }
    Ok(())
}

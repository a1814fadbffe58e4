//! Enters people into the pool of a village: reserve cadres and local talent.

use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;

use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, FieldError, Result};
use crate::base::ids::{OrganisationId, PersonId, ReserveId};
use crate::base::keys::KeyRing;
use crate::base::policy::{self, Action};
use crate::base::values::pinyin;
use crate::records::audit;
use crate::records::people::{self, Identity, NewPerson, Relation, RelationKind};
use crate::records::reserves::examine::{Fit, examine_all};
use crate::records::reserves::mentors::NewMentor;
use crate::records::reserves::model::{Reserve, ReserveKind, ReserveState, Route, StateSpell};
use crate::records::reserves::write;

/// Whom a command names.
#[derive(Debug, Clone)]
pub enum Who {
    /// Somebody whom the actor sees.
    OnRecord(PersonId),
    /// Somebody who is registered if he is not on record yet. What is on record of him stays.
    Identified(Box<Identity>),
}

/// A state other than 在库 with which somebody is entered, as when an old list is taken over.
#[derive(Debug, Clone)]
pub struct Posting {
    /// The state.
    pub state: ReserveState,
    /// First day of it.
    pub from_day: NaiveDate,
    /// Where, as far as known.
    pub village: Option<OrganisationId>,
    /// The post there.
    pub post: Option<String>,
    /// Why.
    pub reason: Option<String>,
}

/// One person to be entered.
#[derive(Debug, Clone)]
pub struct Enter {
    /// Who.
    pub who: Who,
    /// The village that he stands in reserve for.
    pub village: OrganisationId,
    /// Which list.
    pub kind: ReserveKind,
    /// First day in the pool.
    pub entered_on: NaiveDate,
    /// How he was chosen.
    pub route: Option<Route>,
    /// GB/T 4762 code.
    pub political_status: String,
    /// GB/T 4658 code.
    pub education: String,
    /// Codes of the sources, at least one.
    pub sources: Vec<String>,
    /// Who guides him, from his first day on.
    pub mentors: Vec<NewMentor>,
    /// What he does since, if he does not just wait.
    pub posting: Option<Posting>,
    /// Free text.
    pub note: Option<String>,
}

/// Everything that is wrong with each command, in the order given, without entering anybody: what a form or a workbook
/// shows before.
///
/// # Errors
/// `Forbidden` outside the actor's subtree; whatever the database answers.
pub async fn examine(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    keys: &KeyRing,
    commands: &[Enter],
) -> Result<Vec<Vec<FieldError>>> {
    db::read(conn, &actor.scope, async |conn| {
        let fits = examine_all(conn, actor, keys, commands).await?;
        Ok(fits.into_iter().map(|fit| fit.err().unwrap_or_default()).collect())
    })
    .await
}

/// Enters people; answers the ids of their entries in the order given. Somebody who is on record already is taken as he
/// stands there.
///
/// # Errors
/// `Invalid` with the wrong fields of the first wrong command (see [`examine`]), `Taken` where somebody else entered the
/// same person at the same moment, `Forbidden` outside the actor's subtree.
pub async fn enter(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    keys: &KeyRing,
    commands: &[Enter],
) -> Result<Vec<ReserveId>> {
    db::write(conn, actor, async |conn| {
        let county = actor.scope.county;
        let mut fits = Vec::with_capacity(commands.len());
        for fit in examine_all(conn, actor, keys, commands).await? {
            fits.push(fit.map_err(Error::Invalid)?);
        }
        policy::require_all(actor, Action::EnterRecords, fits.iter().map(|fit| &fit.path))?;
        let new: Vec<NewPerson> =
            fits.iter().zip(commands).filter_map(|(fit, c)| fit.new_person(c)).collect();
        people::register(conn, county, keys, &new).await?;
        let rows: Vec<Reserve> = fits.iter().zip(commands).map(|(fit, c)| row(actor, fit, c)).collect();
        let relations: Vec<Relation> = rows
            .iter()
            .map(|row| Relation {
                kind: RelationKind::Reserve,
                id: row.id.0,
                person: row.person_id,
                path: row.path(),
            })
            .collect();
        people::relate(conn, county, &relations).await?;
        write::insert(conn, county, &rows).await?;
        let sources: Vec<_> =
            rows.iter().zip(commands).map(|(row, command)| (row.id, command.sources.as_slice())).collect();
        write::add_sources(conn, county, &sources).await?;
        let spells: Vec<StateSpell> = rows.iter().zip(commands).flat_map(|(row, c)| spells(row, c)).collect();
        write::add_states(conn, county, &spells).await?;
        let mentors: Vec<_> = rows
            .iter()
            .zip(commands)
            .flat_map(|(row, command)| command.mentors.iter().map(|mentor| (row.id, mentor)))
            .collect();
        write::add_mentors(conn, actor, &mentors).await?;
        append_entry(conn, actor, &rows).await?;
        Ok(rows.into_iter().map(|row| row.id).collect())
    })
    .await
}

impl Fit {
    /// The person to be registered; none where he is on record.
    fn new_person(&self, command: &Enter) -> Option<NewPerson> {
        match &command.who {
            Who::Identified(identity) if !self.on_record => {
                Some(NewPerson { id: self.person, identity: (**identity).clone() })
            }
            _ => None,
        }
    }
}

fn row(actor: &Actor, fit: &Fit, command: &Enter) -> Reserve {
    let (state, state_from) = command
        .posting
        .as_ref()
        .map_or((ReserveState::InPool, command.entered_on), |posting| (posting.state, posting.from_day));
    Reserve {
        county_id: actor.scope.county,
        id: ReserveId::new(),
        person_id: fit.person,
        village_id: command.village,
        path: fit.path.as_str().to_owned(),
        sort_key: pinyin::sort_key(&fit.name),
        kind: command.kind.code().to_owned(),
        entered_on: command.entered_on,
        left_on: (!state.in_the_pool()).then_some(state_from),
        state: state.code().to_owned(),
        state_from,
        route: command.route.map(|route| route.code().to_owned()),
        political_status: command.political_status.clone(),
        education_at_entry: command.education.clone(),
        note: command.note.clone(),
        version: 1,
        created_at: clock::now(),
        created_by: actor.name.clone(),
        updated_at: clock::now(),
        updated_by: actor.name.clone(),
    }
}

/// The states that follow from a command: waiting until the posting, then that.
fn spells(row: &Reserve, command: &Enter) -> Vec<StateSpell> {
    let waiting = |to_day| StateSpell {
        reserve_id: row.id,
        state: ReserveState::InPool.code().to_owned(),
        village_id: None,
        post: None,
        reason: None,
        from_day: command.entered_on,
        to_day,
    };
    let Some(posting) = &command.posting else { return vec![waiting(None)] };
    let posted = StateSpell {
        reserve_id: row.id,
        state: posting.state.code().to_owned(),
        village_id: posting.village,
        post: posting.post.clone(),
        reason: posting.reason.clone(),
        from_day: posting.from_day,
        to_day: None,
    };
    if posting.from_day > command.entered_on {
        vec![waiting(Some(posting.from_day)), posted]
    } else {
        vec![posted]
    }
}

async fn append_entry(conn: &mut AsyncPgConnection, actor: &Actor, rows: &[Reserve]) -> Result<()> {
    let details = |row: &Reserve| {
        serde_json::json!({
            "village": row.path, "kind": row.kind, "entered_on": row.entered_on, "state": row.state,
        })
    };
    write::append(conn, actor, "reserves.enter", rows, details).await
}

/// The subject of entries in the trail.
pub(super) const SUBJECT: &str = "reserve";

/// What [`write::append`] needs of the trail.
pub(super) type Entry<'a> = audit::Entry<'a>;

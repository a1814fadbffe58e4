//! Corrects the own facts of people who are no members: those of members are corrected with their membership.

use std::collections::HashMap;

use diesel_async::AsyncPgConnection;

use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, Result};
use crate::base::ids::PersonId;
use crate::base::keys::KeyRing;
use crate::base::policy::{self, Action};
use crate::base::scope::Path;
use crate::records::audit;
use crate::records::people::queries::{self, Place};
use crate::records::people::{FieldChange, IdentityEdits, NewPerson, Person, identity_changes, rules};

/// A correction of one person's own facts.
#[derive(Debug, Clone)]
pub struct Correct {
    /// The person.
    pub person: PersonId,
    /// The version that the actor saw.
    pub version: i32,
    /// What is to change.
    pub edits: IdentityEdits,
}

/// What is to be written of one person, and why.
struct Work {
    person: NewPerson,
    path: Path,
    changes: Vec<FieldChange>,
}

/// Corrects people; answers the changed fields of each, in the order given. Where nothing differs, nothing is written.
///
/// # Errors
/// `Missing`, `Stale` where somebody changed one of them meanwhile, `Refused` for a member, `Invalid` with the wrong
/// fields, `Taken` where a new citizen ID is on record, `Forbidden`.
pub async fn correct(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    keys: &KeyRing,
    commands: &[Correct],
) -> Result<Vec<Vec<FieldChange>>> {
    db::write(conn, actor, async |conn| {
        policy::require(actor, Action::EnterRecords, &actor.scope.path)?;
        let ids: Vec<PersonId> = commands.iter().map(|command| command.person).collect();
        let mut known: HashMap<PersonId, (Person, i32)> = queries::lock(conn, &actor.scope, &ids)
            .await?
            .into_iter()
            .map(|(person, version)| (person.id, (person, version)))
            .collect();
        let places = queries::places(conn, &actor.scope, &ids).await?;
        let mut work = Vec::with_capacity(commands.len());
        for command in commands {
            let missing = || Error::Missing { what: "人员" };
            let (person, version) = known.remove(&command.person).ok_or_else(missing)?;
            let path =
                places.get(&command.person).and_then(|places| places.iter().next()).ok_or_else(missing)?;
            if version != command.version {
                return Err(Error::Stale);
            }
            work.push((plan(&person, path, command, keys)?, person));
        }
        policy::require_all(actor, Action::EnterRecords, work.iter().map(|(work, _)| &work.path))?;
        let people: Vec<&Person> = work.iter().map(|(_, person)| person).collect();
        refuse_members(conn, actor, &people).await?;
        let mut work: Vec<Work> = work.into_iter().map(|(work, _)| work).collect();
        let answer = work.iter().map(|work| work.changes.clone()).collect();
        work.retain(|work| !work.changes.is_empty());
        if !work.is_empty() {
            let rows: Vec<NewPerson> = work.iter().map(|work| work.person.clone()).collect();
            super::change(conn, actor, keys, &rows).await?;
            append_entry(conn, actor, &work).await?;
        }
        Ok(answer)
    })
    .await
}

fn plan(person: &Person, place: &Place, command: &Correct, keys: &KeyRing) -> Result<Work> {
    let before = person.unseal(keys)?;
    let after = command.edits.clone().over(&before);
    let errors = rules::check_identity(&after, clock::today());
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    let changes = identity_changes(&before, &after);
    let person = NewPerson { id: person.id, identity: after };
    Ok(Work { person, path: place.path.clone(), changes })
}

/// Whoever is or was a member is corrected where his membership stands, also where the actor does not see it.
async fn refuse_members(conn: &mut AsyncPgConnection, actor: &Actor, people: &[&Person]) -> Result<()> {
    let macs: Vec<Vec<u8>> = people.iter().map(|person| person.citizen_id_mac.clone()).collect();
    let holders = queries::holders(conn, actor.scope.county, &macs).await?;
    let Some(member) = holders.into_iter().find(|holder| holder.membership_id.is_some()) else {
        return Ok(());
    };
    let name = people.iter().find(|person| person.id == member.person_id).map_or("", |one| one.name.as_str());
    let unit = member.organisation_name.unwrap_or_default();
    Err(Error::Refused(format!(
        "“{name}”的党员档案在“{unit}”，其个人信息请由该党支部在党员档案中更正，两处自动一致。"
    )))
}

async fn append_entry(conn: &mut AsyncPgConnection, actor: &Actor, work: &[Work]) -> Result<()> {
    let one = if let [one] = work { Some(one) } else { None };
    let path = one.map_or_else(|| actor.scope.path.clone(), |work| work.path.clone());
    let details = match one {
        Some(work) => serde_json::json!({ "changes": work.changes }),
        None => {
            serde_json::json!({ "people_sha256": audit::digest(work.iter().map(|work| work.person.id.0)) })
        }
    };
    audit::append(
        conn,
        actor,
        &audit::Entry {
            action: "people.correct",
            subject_kind: "person",
            subject: one.map(|work| work.person.id.0),
            count: work.len(),
            path: &path,
            details,
        },
    )
    .await
}

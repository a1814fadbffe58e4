//! Enrols members: a person and his membership, branch, status and absences, as of the days given.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;

use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, FieldError, Result};
use crate::base::ids::{MembershipId, OrganisationId, PersonId};
use crate::base::keys::{KeyRing, Secret};
use crate::base::policy::{self, Action};
use crate::base::scope::Path;
use crate::base::values::{Arrival, MembershipStatus, pinyin};
use crate::records::audit;
use crate::records::members::model::{Floating, Membership};
use crate::records::members::{queries, rules, write};
use crate::records::people::{self, Identity, NewPerson, Relation};

/// One member to be enrolled.
#[derive(Debug, Clone)]
pub struct Enrol {
    /// The id that the membership is to have.
    pub id: MembershipId,
    /// The person.
    pub identity: Identity,
    /// The branch.
    pub branch: OrganisationId,
    /// Day of admission.
    pub joined_on: NaiveDate,
    /// Day of becoming a full member; none: probationary.
    pub full_member_on: Option<NaiveDate>,
    /// How he came into the register.
    pub arrival: Arrival,
    /// First day in this county's register and in the branch; none: the day of admission.
    pub arrived_on: Option<NaiveDate>,
    /// Status.
    pub status: MembershipStatus,
    /// First day of the status; none: the first day in the register.
    pub status_from: Option<NaiveDate>,
    /// Where he is floating.
    pub floating: Option<Floating>,
    /// First day without contact.
    pub lost_contact_since: Option<NaiveDate>,
    /// Code of the occupation.
    pub occupation: String,
    /// Post inside the Party organisation.
    pub party_post: Option<String>,
    /// Free text.
    pub note: Option<String>,
}

impl Enrol {
    /// First day in the register.
    #[must_use]
    pub fn from_day(&self) -> NaiveDate {
        self.arrived_on.unwrap_or(self.joined_on)
    }

    fn dates(&self) -> rules::Dates {
        rules::Dates {
            joined_on: self.joined_on,
            full_member_on: self.full_member_on,
            from_day: self.from_day(),
            status: self.status,
            status_from: self.status_from.unwrap_or_else(|| self.from_day()),
            floating_since: self.floating.as_ref().map(|floating| floating.since),
            lost_contact_since: self.lost_contact_since,
        }
    }

    /// Everything that is wrong with the command by itself.
    #[must_use]
    pub fn check(&self, today: NaiveDate) -> Vec<FieldError> {
        let mut errors = rules::check_identity(&self.identity, today);
        errors.extend(rules::check_dates(&self.dates(), self.identity.birth_date, today));
        errors
    }

    /// The interval facts that follow from the command.
    pub(super) fn statuses(&self) -> Vec<(MembershipStatus, NaiveDate, Option<NaiveDate>)> {
        let from = self.from_day();
        match self.status_from.filter(|day| *day > from) {
            Some(day) if self.status != MembershipStatus::Normal => {
                vec![(MembershipStatus::Normal, from, Some(day)), (self.status, day, None)]
            }
            _ => vec![(self.status, from, None)],
        }
    }

    fn to_day(&self) -> Option<NaiveDate> {
        let terminal = !self.status.in_register() && self.status != MembershipStatus::Stopped;
        terminal.then(|| self.status_from.unwrap_or_else(|| self.from_day()))
    }
}

/// Enrols members; answers their ids in the order given. A person on record whose membership ended is taken up again.
///
/// # Errors
/// `Invalid` with the wrong fields of the first wrong command, `Taken` where somebody is a member already, `Forbidden`
/// outside the actor's subtree, `Missing` where a branch does not exist.
pub async fn enrol(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    keys: &KeyRing,
    commands: &[Enrol],
) -> Result<Vec<MembershipId>> {
    let today = clock::today();
    for command in commands {
        let errors = command.check(today);
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
    }
    db::write(conn, actor, async |conn| {
        let county = actor.scope.county;
        let branches = queries::branches(conn, &actor.scope, commands.iter().map(|c| c.branch)).await?;
        policy::require_all(actor, Action::EnterRecords, branches.values())?;
        let known = known_people(conn, actor, keys, commands).await?;
        let mut new_people = Vec::new();
        let mut old_people = Vec::new();
        let mut rows = Vec::with_capacity(commands.len());
        for (command, known) in commands.iter().zip(known) {
            let path = branches.get(&command.branch).ok_or(Error::Missing { what: "所在党支部" })?;
            let person = NewPerson { id: known.unwrap_or_default(), identity: command.identity.clone() };
            rows.push(membership(actor, command, person.id, path));
            if known.is_some() { &mut old_people } else { &mut new_people }.push(person);
        }
        people::register(conn, county, keys, &new_people).await?;
        let relations: Vec<Relation> = rows.iter().map(Membership::relation).collect();
        people::relate_new(conn, county, &relations).await?;
        people::change(conn, actor, keys, &old_people).await?;
        write::insert(conn, county, &rows, commands).await?;
        let ids: Vec<MembershipId> = rows.iter().map(|row| row.id).collect();
        append_entry(conn, actor, &rows, &branches).await?;
        Ok(ids)
    })
    .await
}

fn membership(actor: &Actor, command: &Enrol, person: PersonId, path: &Path) -> Membership {
    Membership {
        county_id: actor.scope.county,
        id: command.id,
        person_id: person,
        joined_on: command.joined_on,
        full_member_on: command.full_member_on,
        from_day: command.from_day(),
        to_day: command.to_day(),
        arrival: command.arrival.code().to_owned(),
        branch_id: command.branch,
        path: path.as_str().to_owned(),
        status: command.status.code().to_owned(),
        sort_key: pinyin::sort_key(command.identity.name.as_str()),
        occupation: command.occupation.clone(),
        party_post: command.party_post.clone(),
        note: command.note.clone(),
        version: 1,
        created_at: clock::now(),
        updated_at: clock::now(),
        updated_by: actor.name.clone(),
    }
}

/// The person on record for each command; refuses where a membership still runs.
async fn known_people(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    keys: &KeyRing,
    commands: &[Enrol],
) -> Result<Vec<Option<PersonId>>> {
    let macs: Vec<Vec<u8>> = commands
        .iter()
        .map(|command| keys.mac(Secret::CitizenId, command.identity.citizen_id.as_str()))
        .collect();
    let holders = people::queries::holders(conn, actor.scope.county, &macs).await?;
    if let Some(holder) = holders.iter().find(|holder| holder.membership_open == Some(true)) {
        let unit = holder.organisation_name.as_deref().unwrap_or("其他单位");
        return Err(Error::Taken {
            field: "citizen_id",
            message: format!(
                "公民身份号码已在“{unit}”登记为党员，不能重复录入；如本人已调动，请与该单位办理组织关系转接。"
            ),
        });
    }
    let by_mac: HashMap<&[u8], PersonId> =
        holders.iter().map(|holder| (holder.mac.as_slice(), holder.person_id)).collect();
    Ok(macs.iter().map(|mac| by_mac.get(mac.as_slice()).copied()).collect())
}

async fn append_entry(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    rows: &[Membership],
    branches: &HashMap<OrganisationId, Path>,
) -> Result<()> {
    let one = if rows.len() == 1 { rows.iter().next() } else { None };
    let path = one.map_or_else(|| actor.scope.path.clone(), Membership::path);
    let details = match one {
        Some(row) => serde_json::json!({
            "branch": row.path, "arrival": row.arrival, "joined_on": row.joined_on, "from_day": row.from_day,
            "status": row.status,
        }),
        None => serde_json::json!({
            "branches": branches.len(),
            "members_sha256": audit::digest(rows.iter().map(|row| row.id.0)),
        }),
    };
    audit::append(
        conn,
        actor,
        &audit::Entry {
            action: "members.enrol",
            subject_kind: "membership",
            subject: one.map(|row| row.id.0),
            count: rows.len(),
            path: &path,
            details,
        },
    )
    .await
}

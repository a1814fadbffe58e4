//! Who guides whom: adds mentors and ends their guiding.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;
use serde_json::json;

use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, FieldError, Result};
use crate::base::ids::{MentorId, OrganisationId, PersonId, ReserveId};
use crate::base::policy::{self, Action};
use crate::base::scope::Scope;
use crate::base::values::{MembershipStatus, PersonName};
use crate::records::committees;
use crate::records::committees::queries::Secretary;
use crate::records::reserves::candidates::candidates;
use crate::records::reserves::model::{MentorKind, Reserve};
use crate::records::reserves::rules::{self, Refusal};
use crate::records::reserves::{queries, write};

/// A mentor to be added.
#[derive(Debug, Clone)]
pub struct NewMentor {
    /// Township leader or village secretary.
    pub kind: MentorKind,
    /// The person, where he is on record.
    pub person: Option<PersonId>,
    /// His name.
    pub name: PersonName,
    /// First day.
    pub from_day: NaiveDate,
}

impl NewMentor {
    /// Everything that is wrong with it by itself.
    #[must_use]
    pub fn check(&self) -> Vec<FieldError> {
        let late = self.from_day > clock::today();
        late.then(|| {
            let message = format!("帮带起始日期“{}”晚于今天，请填写已经发生的日期。", self.from_day);
            FieldError::new("from_day", message, Some(&self.from_day.to_string()))
        })
        .into_iter()
        .collect()
    }
}

/// A mentor for somebody in the pool.
#[derive(Debug, Clone)]
pub struct AddMentor {
    /// Who is guided.
    pub reserve: ReserveId,
    /// The version that the actor saw; none: whatever stands there.
    pub version: Option<i32>,
    /// Who guides.
    pub mentor: NewMentor,
}

/// The end of a mentor's guiding.
#[derive(Debug, Clone)]
pub struct EndMentor {
    /// Who is guided.
    pub reserve: ReserveId,
    /// The version that the actor saw; none: whatever stands there.
    pub version: Option<i32>,
    /// The mentor.
    pub mentor: MentorId,
    /// First day no longer.
    pub on: NaiveDate,
}

/// Adds mentors, one per command; answers their ids in the order given.
///
/// # Errors
/// `Missing`, `Stale`, `Forbidden`; `Invalid` for a day before the entry, for a person who bears another name, died or is
/// off the register, or for a secretary who no longer is secretary of the village; `Refused` where the one to be guided is
/// no longer in the pool; `Taken` where he guides already.
pub async fn add_mentors(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[AddMentor],
) -> Result<Vec<MentorId>> {
    db::write(conn, actor, async |conn| {
        let ids: Vec<ReserveId> = commands.iter().map(|command| command.reserve).collect();
        let rows = lock(conn, actor, &ids, commands.iter().map(|command| command.version)).await?;
        let asked: Vec<_> =
            rows.iter().zip(commands).map(|(row, command)| (row.village_id, &command.mentor)).collect();
        let guides = guides(conn, &actor.scope, &asked).await?;
        let today = clock::today();
        for (row, command) in rows.iter().zip(commands) {
            let mut errors = command.mentor.check();
            errors.extend(guides.refuse(&command.mentor, row.village_id, today));
            errors.extend(before_entry(row, "from_day", command.mentor.from_day));
            if !errors.is_empty() {
                return Err(Error::Invalid(errors));
            }
            in_the_pool(row)?;
        }
        let pairs: Vec<_> = commands.iter().map(|command| (command.reserve, &command.mentor)).collect();
        let added = write::add_mentors(conn, actor, &pairs).await?;
        write::update(conn, actor, &once(&rows)).await?;
        write::append(conn, actor, "reserves.add_mentors", &rows, |_| {
            let mentor = commands.first().map(|command| &command.mentor);
            json!({
                "kind": mentor.map(|mentor| mentor.kind.code()), "name": mentor.map(|mentor| mentor.name.as_str()),
                "from_day": mentor.map(|mentor| mentor.from_day),
            })
        })
        .await?;
        Ok(added)
    })
    .await
}

/// Why some mentors may not guide from today on, each with the village where he is to; in the order given.
///
/// # Errors
/// Whatever the database answers.
pub async fn refuse_mentors(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    mentors: &[(OrganisationId, NewMentor)],
) -> Result<Vec<Option<FieldError>>> {
    let asked: Vec<(OrganisationId, &NewMentor)> =
        mentors.iter().map(|(village, mentor)| (*village, mentor)).collect();
    let guides = guides(conn, within, &asked).await?;
    let today = clock::today();
    Ok(asked.into_iter().map(|(village, mentor)| guides.refuse(mentor, village, today)).collect())
}

/// Ends the guiding of mentors, one per command.
///
/// # Errors
/// `Missing`, `Stale`, `Forbidden`; `Invalid` for a day that is not after the first one; `Refused` where it has ended.
pub async fn end_mentors(conn: &mut AsyncPgConnection, actor: &Actor, commands: &[EndMentor]) -> Result<()> {
    db::write(conn, actor, async |conn| {
        let ids: Vec<ReserveId> = commands.iter().map(|command| command.reserve).collect();
        let rows = lock(conn, actor, &ids, commands.iter().map(|command| command.version)).await?;
        let mentors = queries::mentors(conn, &actor.scope, &ids).await?;
        let mut ends = Vec::with_capacity(commands.len());
        for command in commands {
            let mentor = mentors
                .iter()
                .find(|mentor| mentor.id == command.mentor && mentor.reserve_id == command.reserve)
                .ok_or(Error::Missing { what: "这名帮带人" })?;
            if let Some(ended) = mentor.to_day {
                return Err(Error::Refused(format!("“{}”自{ended}起已不再帮带，不必重复登记。", mentor.name)));
            }
            if command.on <= mentor.from_day || command.on > clock::today() {
                let message = format!(
                    "结束日期“{}”应晚于帮带起始日期{}，且不晚于今天，请核对。",
                    command.on, mentor.from_day
                );
                return Err(Error::invalid("on", message));
            }
            ends.push(json!({ "id": mentor.id, "day": command.on }));
        }
        write::run(
            conn,
            actor.scope.county,
            "UPDATE reserve_mentors m SET to_day = n.day FROM jsonb_to_recordset($2) AS n (id uuid, day date) \
             WHERE m.county_id = $1 AND m.id = n.id",
            ends,
        )
        .await?;
        write::update(conn, actor, &once(&rows)).await?;
        write::append(conn, actor, "reserves.end_mentors", &rows, |_| {
            let command = commands.first();
            json!({ "mentor": command.map(|c| c.mentor), "on": command.map(|c| c.on) })
        })
        .await
    })
    .await
}

/// Locks entries, asks policy, and compares versions.
pub(super) async fn lock(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    ids: &[ReserveId],
    versions: impl Iterator<Item = Option<i32>>,
) -> Result<Vec<Reserve>> {
    let rows = queries::lock(conn, &actor.scope, ids).await?;
    let paths: Vec<_> = rows.iter().map(Reserve::path).collect();
    policy::require_all(actor, Action::EnterRecords, &paths)?;
    let stale = rows.iter().zip(versions).any(|(row, seen)| seen.is_some_and(|seen| seen != row.version));
    if stale { Err(Error::Stale) } else { Ok(rows) }
}

/// Each entry once, however many commands name it.
pub(super) fn once(rows: &[Reserve]) -> Vec<Reserve> {
    let mut seen = std::collections::HashSet::new();
    rows.iter().filter(|row| seen.insert(row.id)).cloned().collect()
}

/// Refuses something dated before the entry.
pub(super) fn before_entry(row: &Reserve, field: &str, on: NaiveDate) -> Option<FieldError> {
    (on < row.entered_on).then(|| {
        let message = format!("日期“{on}”早于入库日期{}，请核对。", row.entered_on);
        FieldError::new(field, message, Some(&on.to_string()))
    })
}

/// Refuses where somebody is no longer in the pool.
pub(super) fn in_the_pool(row: &Reserve) -> Result<()> {
    let state = row.state()?;
    if state.in_the_pool() {
        return Ok(());
    }
    Err(Error::Refused(format!(
        "该人员已于{}{}，不在库，不能再登记；如需继续培养，请重新入库。",
        row.state_from,
        state.name()
    )))
}

/// What stands of mentors who are to be added: whether they are on the register, who is or was secretary where they guide.
#[derive(Debug, Default)]
pub(super) struct Guides {
    /// The name of whoever is on record, and his latest Party status, none of who is no member.
    known: HashMap<PersonId, (String, Option<MembershipStatus>)>,
    /// Those who left longest ago first.
    secretaries: Vec<Secretary>,
}

impl Guides {
    /// Why somebody may not guide in a village on a day.
    pub fn refuse(&self, mentor: &NewMentor, village: OrganisationId, day: NaiveDate) -> Option<FieldError> {
        let name = mentor.name.as_str();
        let refusal = match mentor.person.map(|person| self.known.get(&person)) {
            Some(None) => {
                let message = "没有找到这名帮带人，请重新选择，或只填写姓名。";
                return Some(FieldError::new("mentor", message, Some(name)));
            }
            Some(Some((known, _))) if known != name => {
                let message = format!("姓名“{name}”与所选人员登记的姓名不一致，请核对姓名，或重新选择人员。");
                return Some(FieldError::new("mentor", message, Some(name)));
            }
            Some(Some((_, status))) => rules::refuse_guiding(name, *status),
            None => None,
        };
        let refusal = refusal.or_else(|| self.refuse_as_secretary(mentor, village, day))?;
        Some(FieldError::new(refusal.field(), &refusal, Some(name)))
    }

    /// Why somebody may not guide as secretary: all of his name, or he himself where it is said who he is, who ever were
    /// secretary of the village, no longer can.
    fn refuse_as_secretary(
        &self,
        mentor: &NewMentor,
        village: OrganisationId,
        day: NaiveDate,
    ) -> Option<Refusal> {
        if mentor.kind != MentorKind::VillageSecretary {
            return None;
        }
        let name = mentor.name.as_str();
        let meant = |one: &&Secretary| {
            one.village_id == village
                && mentor.person.map_or(one.name == name, |person| person == one.person_id)
        };
        let refused = |one: &Secretary| {
            let status = self.known.get(&one.person_id).and_then(|(_, status)| *status);
            rules::refuse_secretary(name, one.left_on, day).or_else(|| rules::refuse_guiding(name, status))
        };
        self.secretaries.iter().filter(meant).map(refused).collect::<Option<Vec<Refusal>>>()?.pop()
    }
}

/// Looks up all mentors at once, each with the village where he is to guide.
pub(super) async fn guides(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    mentors: &[(OrganisationId, &NewMentor)],
) -> Result<Guides> {
    let today = clock::today();
    let mut villages: Vec<OrganisationId> = mentors
        .iter()
        .filter(|(_, mentor)| mentor.kind == MentorKind::VillageSecretary)
        .map(|(village, _)| *village)
        .collect();
    villages.sort_unstable();
    villages.dedup();
    let secretaries = committees::queries::secretaries(conn, within, &villages).await?;
    let named: HashSet<&str> = mentors.iter().map(|(_, mentor)| mentor.name.as_str()).collect();
    let served = secretaries.iter().filter(|one| named.contains(one.name.as_str()));
    let mut people: Vec<PersonId> = served.map(|one| one.person_id).collect();
    people.extend(mentors.iter().filter_map(|(_, mentor)| mentor.person));
    people.sort_unstable();
    people.dedup();
    let asked: Vec<(PersonId, NaiveDate)> = people.into_iter().map(|person| (person, today)).collect();
    let found = candidates(conn, within.county, &asked).await?;
    let known = found
        .into_iter()
        .map(|((person, _), candidate)| (person, (candidate.name, candidate.obstacles.status)));
    Ok(Guides { known: known.collect(), secretaries })
}

//! Who guides whom: adds mentors and ends their guiding.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;
use serde_json::json;

use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, FieldError, Result};
use crate::base::ids::{CountyId, MentorId, PersonId, ReserveId};
use crate::base::policy::{self, Action};
use crate::base::values::{MembershipStatus, PersonName};
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
/// `Missing`, `Stale`, `Forbidden`; `Invalid` for a day before the entry, or a mentor who died or was put out of the
/// Party; `Refused` where the one to be guided is no longer in the pool; `Taken` where he guides already.
pub async fn add_mentors(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[AddMentor],
) -> Result<Vec<MentorId>> {
    db::write(conn, actor, async |conn| {
        let ids: Vec<ReserveId> = commands.iter().map(|command| command.reserve).collect();
        let rows = lock(conn, actor, &ids, commands.iter().map(|command| command.version)).await?;
        let gone = gone(conn, actor.scope.county, commands.iter().map(|command| &command.mentor)).await?;
        for (row, command) in rows.iter().zip(commands) {
            let mut errors = command.mentor.check();
            errors.extend(gone.refuse(&command.mentor));
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

/// Mentors on record who died or were put out of the Party.
#[derive(Debug, Default)]
pub(super) struct Gone {
    by_person: HashMap<PersonId, MembershipStatus>,
    known: std::collections::HashSet<PersonId>,
}

impl Gone {
    /// Why somebody may not guide.
    pub fn refuse(&self, mentor: &NewMentor) -> Option<FieldError> {
        let person = mentor.person?;
        if !self.known.contains(&person) {
            return Some(FieldError::new("mentor", "没有找到这名帮带人，请重新选择，或只填写姓名。", None));
        }
        let status = *self.by_person.get(&person)?;
        let name = mentor.name.as_str().to_owned();
        Some(FieldError::new("mentor", Refusal::MentorGone { name, status: status.name() }, None))
    }
}

/// Looks up all mentors that are on record at once.
pub(super) async fn gone(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    mentors: impl Iterator<Item = &NewMentor>,
) -> Result<Gone> {
    let asked: Vec<_> = mentors.filter_map(|m| Some((m.person?, m.from_day))).collect();
    let found = candidates(conn, county, &asked).await?;
    let mut gone = Gone::default();
    for ((person, _), candidate) in found {
        gone.known.insert(person);
        if let Some(status) = candidate.obstacles.status.filter(|status| rules::bars(*status)) {
            gone.by_person.insert(person, status);
        }
    }
    Ok(gone)
}

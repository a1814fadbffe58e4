//! Who guides whom (导师帮带): a pair is made, corrected and ended by the organisation that keeps it.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;
use serde_json::{Value, json};

use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{DatabaseResult, Error, FieldError, OrMissing, Result};
use crate::base::ids::{OrganisationId, PersonId, TrainingPairId};
use crate::base::policy::{self, Action};
use crate::base::scope::Path;
use crate::records::people::FieldChange;
use crate::records::training::model::{PairOutcome, PairRow};
use crate::records::training::queries::pairs;
use crate::records::training::write;
use crate::records::{audit, organisations, people};

/// Somebody who is to guide somebody.
#[derive(Debug, Clone)]
pub struct Pair {
    /// Who guides.
    pub mentor: PersonId,
    /// Who is guided.
    pub apprentice: PersonId,
    /// Code of the organisation that keeps the pair; none: the actor's own.
    pub organisation: Option<String>,
    /// What was agreed.
    pub agreed: String,
    /// First day.
    pub from_day: NaiveDate,
}

/// A correction of what was entered of a pair.
#[derive(Debug, Clone)]
pub struct CorrectPair {
    /// The pair.
    pub pair: TrainingPairId,
    /// The version that the actor saw.
    pub version: i32,
    /// What was agreed; none: as it is.
    pub agreed: Option<String>,
    /// First day; none: as it is.
    pub from_day: Option<NaiveDate>,
}

/// The end of a pair.
#[derive(Debug, Clone)]
pub struct EndPair {
    /// The pair.
    pub pair: TrainingPairId,
    /// The version that the actor saw.
    pub version: i32,
    /// First day no longer.
    pub on: NaiveDate,
    /// How it ended.
    pub outcome: PairOutcome,
    /// What came of it.
    pub result: String,
}

/// What is wrong with a text of 2 to 500 characters.
fn text(field: &str, label: &str, text: &str) -> Option<FieldError> {
    let length = text.trim().chars().count();
    (!(2..=500).contains(&length))
        .then(|| FieldError::new(field, format!("请用2至500字写明{label}，现有{length}字。"), None))
}

/// What is wrong with a first day.
fn first_day(day: NaiveDate, today: NaiveDate) -> Option<FieldError> {
    (day > today).then(|| {
        let message = format!("结对日期“{day}”晚于今天，请填写已经发生的日期。");
        FieldError::new("from", message, Some(&day.to_string()))
    })
}

fn overlapping() -> Error {
    Error::Taken {
        field: "apprentice",
        message: "这两人在这段时间已经结对，不必重复登记；如需重新约定，请先结束原来的结对。".to_owned(),
    }
}

impl Pair {
    /// Everything that is wrong with the command by itself.
    #[must_use]
    pub fn check(&self) -> Vec<FieldError> {
        let alone = (self.mentor == self.apprentice)
            .then(|| FieldError::new("apprentice", "导师和帮带对象不能是同一人，请另选一人。", None));
        let rest = [text("agreed", "帮带约定", &self.agreed), first_day(self.from_day, clock::today())];
        alone.into_iter().chain(rest.into_iter().flatten()).collect()
    }
}

/// Makes pairs; answers their ids in the order given.
///
/// # Errors
/// `Invalid` with the wrong fields, also for somebody whom the actor does not see; `Missing` for an organisation outside
/// his subtree; `Taken` where the two are a pair at the time already; `Forbidden`.
pub async fn pair(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[Pair],
) -> Result<Vec<TrainingPairId>> {
    let errors: Vec<FieldError> = commands.iter().flat_map(Pair::check).collect();
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    db::write(conn, actor, async |conn| {
        let scope = &actor.scope;
        let keepers = keepers(conn, actor, commands).await?;
        policy::require_all(actor, Action::EnterRecords, keepers.iter().map(|(_, path)| path))?;
        let named: Vec<PersonId> = commands.iter().flat_map(|one| [one.mentor, one.apprentice]).collect();
        let seen = people::queries::places(conn, scope, &named).await?;
        let unseen = |field: &str, person: PersonId| {
            (!seen.contains_key(&person)).then(|| FieldError::new(field, people::WhoRefusal::Missing, None))
        };
        let errors: Vec<FieldError> = commands
            .iter()
            .flat_map(|one| [unseen("mentor", one.mentor), unseen("apprentice", one.apprentice)])
            .flatten()
            .collect();
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        let ids: Vec<TrainingPairId> = commands.iter().map(|_| TrainingPairId::new()).collect();
        let rows = commands.iter().zip(&keepers).zip(&ids).map(|((command, (keeper, path)), id)| {
            json!({
                "id": id, "mentor_id": command.mentor, "apprentice_id": command.apprentice,
                "organisation_id": keeper, "path": path, "agreed": command.agreed.trim(),
                "from_day": command.from_day, "created_by": actor.name,
            })
        });
        write::run(
            conn,
            scope.county,
            "INSERT INTO training_pairs (county_id, id, mentor_id, apprentice_id, organisation_id, path, agreed, \
                from_day, created_by, updated_by) \
             SELECT $1, n.*, n.created_by FROM jsonb_to_recordset($2) AS n (id uuid, mentor_id uuid, \
                apprentice_id uuid, organisation_id uuid, path text, agreed text, from_day date, created_by text)",
            &rows.collect::<Vec<_>>(),
        )
        .await
        .constraint("training_pairs_no_overlap", overlapping)?;
        let first = commands.first().map(|one| {
            json!({ "mentor": one.mentor, "apprentice": one.apprentice, "from_day": one.from_day })
        });
        append(conn, actor, "training.pair", &ids, keepers.iter().map(|(_, path)| path).next(), first).await?;
        Ok(ids)
    })
    .await
}

/// The organisation that keeps each pair, with its path.
async fn keepers(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[Pair],
) -> Result<Vec<(OrganisationId, Path)>> {
    let own = actor.scope.path.code().to_owned();
    let code = |command: &Pair| command.organisation.clone().unwrap_or_else(|| own.clone());
    let codes: Vec<String> = commands.iter().map(code).collect();
    let found: HashMap<String, (OrganisationId, Path)> =
        organisations::queries::by_codes(conn, &actor.scope, &codes)
            .await?
            .into_iter()
            .map(|one| (one.code.clone(), (one.id, one.scope().path)))
            .collect();
    codes.iter().map(|code| found.get(code).cloned().or_missing("组织")).collect()
}

/// The pairs of some commands, locked, where each has the version that was seen.
async fn locked(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    seen: &[(TrainingPairId, i32)],
) -> Result<Vec<PairRow>> {
    let ids: Vec<TrainingPairId> = seen.iter().map(|(id, _)| *id).collect();
    let rows = pairs::lock(conn, &actor.scope, &ids).await?;
    let paths: Vec<Path> = rows.iter().map(PairRow::path).collect();
    policy::require_all(actor, Action::EnterRecords, &paths)?;
    if rows.iter().zip(seen).any(|(row, (_, version))| row.version != *version) {
        return Err(Error::Stale);
    }
    Ok(rows)
}

/// Corrects what was entered of pairs.
///
/// # Errors
/// `Missing`, `Stale`, `Forbidden`; `Invalid` for a text that is too short or long, and for a first day that lies ahead or
/// not before the last; `Taken` where the two were a pair at the time already.
pub async fn correct_pairs(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[CorrectPair],
) -> Result<()> {
    let today = clock::today();
    db::write(conn, actor, async |conn| {
        let seen: Vec<_> = commands.iter().map(|command| (command.pair, command.version)).collect();
        let known = locked(conn, actor, &seen).await?;
        let mut errors = Vec::new();
        let mut rows = Vec::with_capacity(commands.len());
        for (row, command) in known.iter().zip(commands) {
            let agreed = command.agreed.as_deref().unwrap_or(&row.agreed).trim();
            let from_day = command.from_day.unwrap_or(row.from_day);
            errors.extend(text("agreed", "帮带约定", agreed));
            errors.extend(first_day(from_day, today));
            if let Some(end) = row.to_day.filter(|end| *end <= from_day) {
                let message = format!("结对日期“{from_day}”应早于结束日期{end}，请核对。");
                errors.push(FieldError::new("from", message, Some(&from_day.to_string())));
            }
            rows.push(json!({ "id": row.id, "agreed": agreed, "from_day": from_day, "by": actor.name }));
        }
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        write::run(
            conn,
            actor.scope.county,
            "UPDATE training_pairs p SET agreed = n.agreed, from_day = n.from_day, version = p.version + 1, \
                updated_at = now(), updated_by = n.by \
             FROM jsonb_to_recordset($2) AS n (id uuid, agreed text, from_day date, by text) \
             WHERE p.county_id = $1 AND p.id = n.id",
            &rows,
        )
        .await
        .constraint("training_pairs_no_overlap", overlapping)?;
        let details = known.iter().zip(commands).next().map(|(row, command)| changed(row, command));
        let ids: Vec<TrainingPairId> = known.iter().map(|row| row.id).collect();
        let path = known.iter().map(PairRow::path).next();
        append(conn, actor, "training.correct_pairs", &ids, path.as_ref(), details).await
    })
    .await
}

/// What a correction changed, as the trail keeps it.
fn changed(row: &PairRow, command: &CorrectPair) -> Value {
    let mut changes = Vec::new();
    let agreed = command.agreed.as_deref().map_or(row.agreed.as_str(), str::trim);
    FieldChange::push(&mut changes, "agreed", Some(row.agreed.clone()), Some(agreed.to_owned()));
    let from_day = command.from_day.unwrap_or(row.from_day);
    FieldChange::push(&mut changes, "from_day", Some(row.from_day.to_string()), Some(from_day.to_string()));
    json!({ "changes": changes })
}

/// Ends pairs, one per command.
///
/// # Errors
/// `Missing`, `Stale`, `Forbidden`; `Refused` where one has ended; `Invalid` for a day that lies ahead or is not after the
/// first, and without words on what came of it.
pub async fn end_pairs(conn: &mut AsyncPgConnection, actor: &Actor, commands: &[EndPair]) -> Result<()> {
    let today = clock::today();
    db::write(conn, actor, async |conn| {
        let seen: Vec<_> = commands.iter().map(|command| (command.pair, command.version)).collect();
        let known = locked(conn, actor, &seen).await?;
        let mut errors = Vec::new();
        for (row, command) in known.iter().zip(commands) {
            if let Some(day) = row.to_day {
                return Err(Error::Refused(format!("这对结对已于{day}结束，不必重复登记。")));
            }
            errors.extend(text("result", "帮带成效", &command.result));
            if command.on <= row.from_day || command.on > today {
                let message =
                    format!("结束日期“{}”应晚于结对日期{}，且不晚于今天，请核对。", command.on, row.from_day);
                errors.push(FieldError::new("on", message, Some(&command.on.to_string())));
            }
        }
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        let row = |command: &EndPair| {
            json!({
                "id": command.pair, "day": command.on, "outcome": command.outcome.code(),
                "result": command.result.trim(), "by": actor.name,
            })
        };
        let rows: Vec<Value> = commands.iter().map(row).collect();
        write::run(
            conn,
            actor.scope.county,
            "UPDATE training_pairs p SET to_day = n.day, outcome = n.outcome, result = n.result, \
                version = p.version + 1, updated_at = now(), updated_by = n.by \
             FROM jsonb_to_recordset($2) AS n (id uuid, day date, outcome text, result text, by text) \
             WHERE p.county_id = $1 AND p.id = n.id",
            &rows,
        )
        .await?;
        let ids: Vec<TrainingPairId> = known.iter().map(|row| row.id).collect();
        let path = known.iter().map(PairRow::path).next();
        let details = commands.first().map(|one| json!({ "on": one.on, "outcome": one.outcome.code() }));
        append(conn, actor, "training.end_pairs", &ids, path.as_ref(), details).await
    })
    .await
}

/// Appends the entry of a verb: about one pair with its details, about many with a digest over their ids.
async fn append(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    action: &'static str,
    ids: &[TrainingPairId],
    path: Option<&Path>,
    details: Option<Value>,
) -> Result<()> {
    let one = if let [one] = ids { Some(one.0) } else { None };
    let many = || json!({ "pairs_sha256": audit::digest(ids.iter().map(|id| id.0)) });
    audit::append(
        conn,
        actor,
        &audit::Entry {
            action,
            subject_kind: "training_pair",
            subject: one,
            count: ids.len(),
            path: path.filter(|_| one.is_some()).unwrap_or(&actor.scope.path),
            details: details.filter(|_| one.is_some()).unwrap_or_else(many),
        },
    )
    .await
}

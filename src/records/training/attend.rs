//! Enters who came to classes, corrects it, and takes it back.

use std::collections::{HashMap, HashSet};

use bigdecimal::BigDecimal;
use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;
use serde_json::{Value, json};

use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{DatabaseResult, Error, FieldError, OrMissing, Result};
use crate::base::ids::{MembershipId, TrainingClassId};
use crate::base::policy::{self, Action};
use crate::records::training::enrol::{self, fields};
use crate::records::training::model::{Attendance, Class, ClassKind, ClassState, TrainingResult};
use crate::records::training::roll::{Candidate, Refusal, candidates};
use crate::records::training::{queries, write};

/// That a member came to a class.
#[derive(Debug, Clone)]
pub struct Attend {
    /// The class; it was held.
    pub class: TrainingClassId,
    /// The member.
    pub member: MembershipId,
    /// Hours that he was present, at most those of the class, at most one decimal.
    pub hours: BigDecimal,
    /// How he did.
    pub result: TrainingResult,
    /// Free text.
    pub note: Option<String>,
}

/// A correction of what was entered.
#[derive(Debug, Clone)]
pub struct CorrectAttendance {
    /// What it should have been; of whom and of which class stays.
    pub attend: Attend,
    /// The version that the actor saw.
    pub version: i32,
}

/// An attendance that was entered by mistake.
#[derive(Debug, Clone)]
pub struct RemoveAttendance {
    /// The class.
    pub class: TrainingClassId,
    /// The member.
    pub member: MembershipId,
    /// The version that the actor saw.
    pub version: i32,
    /// Why.
    pub reason: String,
}

impl Attend {
    /// Everything that is wrong with it for its class.
    fn check(&self, class: &Class) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let given = self.hours.normalized();
        if self.hours < 0 || self.hours > class.hours {
            let message = format!(
                "到课学时“{given}”应在0至班次“{}”的{}学时之间，请核对。",
                class.code,
                class.hours.normalized()
            );
            errors.push(FieldError::new("hours", message, Some(&given.to_string())));
        } else if self.hours.with_scale_round(1, bigdecimal::RoundingMode::Down) != self.hours {
            let message = format!("到课学时“{given}”最多一位小数，请改正。");
            errors.push(FieldError::new("hours", message, Some(&given.to_string())));
        } else if self.hours == 0 && self.result != TrainingResult::Failed {
            let message = format!("到课0学时的，考核结果不能是“{}”，请填写不合格，或核对学时。", self.result);
            errors.push(FieldError::new("result", message, Some(self.result.code())));
        }
        if self.note.as_ref().is_some_and(|note| !(1..=500).contains(&note.chars().count())) {
            errors.push(FieldError::new("note", "备注应为1至500字，请精简或留空。", None));
        }
        errors
    }
}

/// Whether attendance of a class may be entered.
fn refuse_state(class: &Class) -> Result<Option<String>> {
    let way = match class.state()? {
        ClassState::Held => return Ok(None),
        ClassState::Planned | ClassState::Open => "请在班次结束后登记已举办，再录入参训情况",
        ClassState::Closed => "需要更正的，请先重新打开该班次",
        ClassState::Cancelled => "已取消的班次没有参训情况",
    };
    Ok(Some(format!("班次“{}”目前为“{}”，不能录入参训情况；{way}。", class.code, class.state()?.name())))
}

/// Everything that is wrong with each command, in the order given, without entering any: what a form or a workbook shows
/// before. A class that was not held stands under the field `class`. `before` knows whom earlier commands of the same
/// list take into which class, and learns it of these.
///
/// # Errors
/// Whatever the database answers.
pub async fn examine_attendances(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[Attend],
    before: &mut WalkIns,
) -> Result<Vec<Vec<FieldError>>> {
    db::read(conn, &actor.scope.whole_county(), async |conn| {
        let ids: Vec<TrainingClassId> = commands.iter().map(|command| command.class).collect();
        let classes = queries::classes_by_id(conn, &actor.scope, &ids).await?;
        let looked = examine_all(conn, actor, &classes, commands, before).await?;
        Ok(looked.into_iter().map(|fit| fit.err().unwrap_or_default()).collect())
    })
    .await
}

/// Everything that is wrong with each correction, in the order given, without entering any; as [`examine_attendances`].
/// That the attendance is on record, and at which version, its caller has read.
///
/// # Errors
/// Whatever the database answers.
pub async fn examine_corrections(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[CorrectAttendance],
) -> Result<Vec<Vec<FieldError>>> {
    db::read(conn, &actor.scope, async |conn| {
        let ids: Vec<TrainingClassId> = commands.iter().map(|command| command.attend.class).collect();
        let classes = queries::classes_by_id(conn, &actor.scope, &ids).await?;
        let look = |command: &CorrectAttendance| {
            let Some(class) = classes.get(&command.attend.class) else {
                return Ok(vec![FieldError::new("class", UNKNOWN, None)]);
            };
            let state = refuse_state(class)?.map(|message| FieldError::new("class", message, None));
            Ok(state.into_iter().chain(command.attend.check(class)).collect())
        };
        commands.iter().map(look).collect()
    })
    .await
}

const UNKNOWN: &str = "没有找到这个班次，或者不在您的管理范围内，请核对班次编号。";

/// The classes into which commands before would take members who were not on a roll: a long list is looked at part by
/// part, and its rows stand in each other's way as those on record do.
#[derive(Debug, Default)]
pub struct WalkIns(HashMap<MembershipId, Vec<WalkIn>>);

#[derive(Debug)]
struct WalkIn {
    class: TrainingClassId,
    code: String,
    first_day: NaiveDate,
    last_day: NaiveDate,
}

impl WalkIns {
    /// Why a member cannot come to a class besides those before; where he can, he comes to it.
    fn take(&mut self, class: &Class, candidate: &Candidate) -> Option<Refusal> {
        // Micro-lessons and lectures are let pass.
        if class.kind != ClassKind::Class.code() {
            return None;
        }
        let before = self.0.entry(candidate.membership_id).or_default();
        let meets = |one: &&WalkIn| {
            one.class != class.id && one.first_day <= class.last_day && class.first_day <= one.last_day
        };
        if let Some(other) = before.iter().find(meets) {
            return Some(Refusal::TwoAtOnce {
                name: candidate.name.clone(),
                code: other.code.clone(),
                first_day: other.first_day,
                last_day: other.last_day,
            });
        }
        let (first_day, last_day) = (class.first_day, class.last_day);
        before.push(WalkIn { class: class.id, code: class.code.clone(), first_day, last_day });
        None
    }
}

/// A command that fits, and whether he came without having been enrolled.
struct Fit {
    is_walk_in: bool,
}

/// Looks at all commands at once: a fixed number of statements. Its transaction sees the whole county.
async fn examine_all(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    classes: &HashMap<TrainingClassId, Class>,
    commands: &[Attend],
    before: &mut WalkIns,
) -> Result<Vec<std::result::Result<Fit, Vec<FieldError>>>> {
    let asked: Vec<_> = commands.iter().map(|command| (command.class, command.member)).collect();
    let found = candidates(conn, actor.scope.county, &asked).await?;
    let mut seen = HashSet::new();
    let mut looked = Vec::with_capacity(commands.len());
    for command in commands {
        let Some(class) = classes.get(&command.class) else {
            looked.push(Err(vec![FieldError::new("class", UNKNOWN, None)]));
            continue;
        };
        let mut errors = Vec::new();
        errors.extend(refuse_state(class)?.map(|message| FieldError::new("class", message, None)));
        errors.extend(command.check(class));
        let candidate = found.get(&(command.class, command.member));
        let is_first = seen.insert((command.class, command.member));
        errors.extend(fields(refuse_member(actor, class, candidate, is_first)?));
        let walks_in = candidate.filter(|one| !one.is_enrolled);
        if let Some(candidate) = walks_in.filter(|_| errors.is_empty()) {
            errors.extend(fields(before.take(class, candidate)));
        }
        let is_walk_in = walks_in.is_some();
        looked.push(if errors.is_empty() { Ok(Fit { is_walk_in }) } else { Err(errors) });
    }
    Ok(looked)
}

fn refuse_member(
    actor: &Actor,
    class: &Class,
    candidate: Option<&Candidate>,
    is_first: bool,
) -> Result<Option<Refusal>> {
    // Who is on the roll has been told of, wherever he stands today.
    let Some(candidate) = candidate.filter(|one| one.is_enrolled || one.is_seen(&actor.scope)) else {
        return Ok(Some(Refusal::Unknown));
    };
    let name = || candidate.name.clone();
    if !is_first {
        return Ok(Some(Refusal::Twice(name())));
    }
    if candidate.has_attended {
        return Ok(Some(Refusal::Attended(name())));
    }
    if !candidate.is_enrolled && !class.takes_walk_ins {
        return Ok(Some(Refusal::NotEnrolled(name())));
    }
    if candidate.is_enrolled { candidate.refuse_register(class) } else { candidate.refuse_enrolment(class) }
}

/// Enters who came. Somebody who was not enrolled is taken where the class takes walk-ins, and enrolled by it.
///
/// # Errors
/// `Missing` for a class that the actor does not keep; `Invalid` with everything that is wrong with the first command at
/// fault: class not held, unknown or not enrolled, out of the register by the last day, entered already, hours above the
/// class's, in another class at the time; `Forbidden`.
pub async fn attend(conn: &mut AsyncPgConnection, actor: &Actor, commands: &[Attend]) -> Result<()> {
    db::write(conn, actor, async |conn| {
        let county = actor.scope.county;
        let ids: Vec<TrainingClassId> = commands.iter().map(|command| command.class).collect();
        let classes = lock(conn, actor, &ids).await?;
        db::across_county(conn, actor, async |conn| {
            lock_members(conn, actor, commands.iter().map(|command| command.member)).await?;
            let looked = examine_all(conn, actor, &classes, commands, &mut WalkIns::default()).await?;
            let mut walk_ins = Vec::new();
            for (fit, command) in looked.into_iter().zip(commands) {
                let fit = fit.map_err(Error::Invalid)?;
                let class = classes.get(&command.class).or_missing("这个班次")?;
                if fit.is_walk_in {
                    walk_ins.push(enrol::row(actor, class, command.member, true));
                }
            }
            write::run(conn, county, enrol::ENROL, &walk_ins).await.constraint(
                "training_enrolments_one_class_at_a_time",
                || {
                    Error::Refused(
                        "名单中有人同时参加了两个时间冲突的班次，一名党员同一时间只能参加一个班，请核对。"
                            .to_owned(),
                    )
                },
            )?;
            let touched = touched(commands);
            write::forget_completions(conn, county, &touched).await?;
            write::run(conn, county, INSERT, &rows(actor, &classes, commands)).await?;
            write::complete(conn, county, &touched).await?;
            Ok(())
        })
        .await?;
        let details = json!({ "attendances": commands.len() });
        append(conn, actor, "training.attend", &classes, &ids, details).await
    })
    .await
}

const INSERT: &str = "\
INSERT INTO training_attendances (county_id, class_id, membership_id, path, hours, result, note, created_by, updated_by)
SELECT $1, n.*, n.created_by FROM jsonb_to_recordset($2) AS n (class_id uuid, membership_id uuid, path text,
    hours numeric, result text, note text, created_by text)";

const CORRECT: &str = "\
UPDATE training_attendances a SET hours = n.hours, result = n.result, note = n.note, version = a.version + 1,
    updated_at = now(), updated_by = n.created_by
FROM jsonb_to_recordset($2) AS n (class_id uuid, membership_id uuid, hours numeric, result text, note text,
    created_by text)
WHERE a.county_id = $1 AND a.class_id = n.class_id AND a.membership_id = n.membership_id";

const REMOVE: &str = "\
DELETE FROM training_attendances a USING jsonb_to_recordset($2) AS n (class_id uuid, membership_id uuid)
WHERE a.county_id = $1 AND a.class_id = n.class_id AND a.membership_id = n.membership_id";

/// Whoever came by himself leaves the roll with his attendance.
const RELEASE: &str = "\
UPDATE training_enrolments e SET withdrawn_on = n.today, withdrawal_reason = n.reason, updated_at = now(),
    updated_by = n.by
FROM jsonb_to_recordset($2) AS n (class_id uuid, membership_id uuid, reason text, today date, by text)
WHERE e.county_id = $1 AND e.class_id = n.class_id AND e.membership_id = n.membership_id AND e.is_walk_in";

fn touched(commands: &[Attend]) -> Vec<Value> {
    write::pairs(&commands.iter().map(|command| (command.class, command.member)).collect::<Vec<_>>())
}

fn rows(actor: &Actor, classes: &HashMap<TrainingClassId, Class>, commands: &[Attend]) -> Vec<Value> {
    let row = |command: &Attend| {
        json!({
            "class_id": command.class, "membership_id": command.member,
            "path": classes.get(&command.class).map(|class| &class.path), "hours": command.hours.to_string(),
            "result": command.result.code(), "note": command.note, "created_by": actor.name,
        })
    };
    commands.iter().map(row).collect()
}

/// The classes, locked: nothing about them changes meanwhile.
async fn lock(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    ids: &[TrainingClassId],
) -> Result<HashMap<TrainingClassId, Class>> {
    let rows = queries::lock_classes(conn, &actor.scope, ids).await?;
    let paths: Vec<_> = rows.iter().map(Class::path).collect();
    policy::require_all(actor, Action::EnterRecords, &paths)?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Two classes of one member are entered one after the other, so that the first that he passed is known.
async fn lock_members(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    members: impl Iterator<Item = MembershipId>,
) -> Result<()> {
    let members: Vec<MembershipId> = members.collect();
    queries::queue_members(conn, actor.scope.county, &members).await?;
    Ok(())
}

/// Corrects what was entered.
///
/// # Errors
/// `Missing` for a class that the actor does not keep or an attendance that was not entered; `Stale`; `Invalid` with the
/// wrong fields; `Refused` where the class is closed; `Forbidden`.
pub async fn correct_attendances(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[CorrectAttendance],
) -> Result<()> {
    db::write(conn, actor, async |conn| {
        let ids: Vec<TrainingClassId> = commands.iter().map(|command| command.attend.class).collect();
        let classes = lock(conn, actor, &ids).await?;
        let attends: Vec<Attend> = commands.iter().map(|command| command.attend.clone()).collect();
        let known: Vec<_> =
            commands.iter().map(|one| (one.attend.class, one.attend.member, one.version)).collect();
        let before = db::across_county(conn, actor, async |conn| {
            let before = standing(conn, actor, &classes, &known).await?;
            for command in &attends {
                let class = classes.get(&command.class).or_missing("这个班次")?;
                let errors = command.check(class);
                if !errors.is_empty() {
                    return Err(Error::Invalid(errors));
                }
            }
            let (county, touched) = (actor.scope.county, touched(&attends));
            write::forget_completions(conn, county, &touched).await?;
            write::run(conn, county, CORRECT, &rows(actor, &classes, &attends)).await?;
            write::complete(conn, county, &touched).await?;
            Ok(before)
        })
        .await?;
        let told = |row: Option<&Attendance>| {
            row.map(|row| json!({ "hours": row.hours.to_string(), "result": row.result }))
        };
        let after = attends.first();
        let details = json!({
            "member": after.map(|one| one.member), "before": told(before.first()),
            "after": after.map(|one| json!({ "hours": one.hours.to_string(), "result": one.result.code() })),
        });
        append(conn, actor, "training.correct_attendances", &classes, &ids, details).await
    })
    .await
}

/// Takes attendances back that were entered by mistake; the trail keeps them with the reason.
///
/// # Errors
/// As [`correct_attendances`]; `Invalid` where the reason is missing.
pub async fn remove_attendances(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[RemoveAttendance],
) -> Result<()> {
    let unsaid = commands.iter().any(|one| !(1..=200).contains(&one.reason.trim().chars().count()));
    if unsaid {
        return Err(Error::invalid("reason", "请填写删除的原因，不超过200字，供日后查证。"));
    }
    db::write(conn, actor, async |conn| {
        let ids: Vec<TrainingClassId> = commands.iter().map(|command| command.class).collect();
        let classes = lock(conn, actor, &ids).await?;
        let known: Vec<_> = commands.iter().map(|one| (one.class, one.member, one.version)).collect();
        let before = db::across_county(conn, actor, async |conn| {
            let before = standing(conn, actor, &classes, &known).await?;
            let row = |one: &RemoveAttendance| {
                json!({
                    "class_id": one.class, "membership_id": one.member, "reason": one.reason.trim(),
                    "today": crate::base::clock::today(), "by": actor.name,
                })
            };
            let (county, rows) = (actor.scope.county, commands.iter().map(row).collect::<Vec<_>>());
            write::forget_completions(conn, county, &rows).await?;
            write::run(conn, county, REMOVE, &rows).await?;
            write::run(conn, county, RELEASE, &rows).await?;
            write::complete(conn, county, &rows).await?;
            Ok(before)
        })
        .await?;
        let details = json!({
            "member": commands.first().map(|one| one.member), "reason": commands.first().map(|one| &one.reason),
            "before": before.first().map(|row| json!({ "hours": row.hours.to_string(), "result": row.result })),
        });
        append(conn, actor, "training.remove_attendances", &classes, &ids, details).await
    })
    .await
}

/// What was entered, in the order asked for, where nobody changed it meanwhile and its class is held.
async fn standing(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    classes: &HashMap<TrainingClassId, Class>,
    known: &[(TrainingClassId, MembershipId, i32)],
) -> Result<Vec<Attendance>> {
    lock_members(conn, actor, known.iter().map(|(_, member, _)| *member)).await?;
    let ids: Vec<TrainingClassId> = classes.keys().copied().collect();
    let members: Vec<MembershipId> = known.iter().map(|(_, member, _)| *member).collect();
    let rows = queries::attendances_of(conn, actor.scope.county, &ids, &members).await?;
    let mut found = Vec::with_capacity(known.len());
    for (class, member, version) in known {
        if let Some(message) = classes.get(class).map(refuse_state).transpose()?.flatten() {
            return Err(Error::Refused(message));
        }
        let row = rows.get(&(*class, *member)).or_missing("这名党员的参训情况")?;
        if row.version != *version {
            return Err(Error::Stale);
        }
        found.push(row.clone());
    }
    Ok(found)
}

async fn append(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    action: &'static str,
    classes: &HashMap<TrainingClassId, Class>,
    ids: &[TrainingClassId],
    details: Value,
) -> Result<()> {
    let path = ids.first().and_then(|id| classes.get(id)).map(Class::path);
    let path = path.as_ref().unwrap_or(&actor.scope.path);
    write::append(conn, actor, write::Told { action, classes: ids, path, count: ids.len(), details }).await
}

//! Takes classes on: opens them, says that they were held, closes, reopens and cancels them.

use diesel_async::AsyncPgConnection;
use serde_json::json;

use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, FieldError, Result};
use crate::base::ids::TrainingClassId;
use crate::base::policy::{self, Action};
use crate::records::training::model::{Class, ClassState};
use crate::records::training::rules::{self, ClassStep};
use crate::records::training::{queries, write};

/// A step of one class.
#[derive(Debug, Clone)]
pub struct StepClass {
    /// The class.
    pub class: TrainingClassId,
    /// The version that the actor saw; none: whatever stands there (imports and samples plan by themselves).
    pub version: Option<i32>,
    /// Where it goes.
    pub step: ClassStep,
    /// Why; cancelling and reopening need it.
    pub reason: Option<String>,
}

impl StepClass {
    fn reason(&self) -> Option<&str> {
        self.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty())
    }

    fn check(&self) -> Option<FieldError> {
        let needed = matches!(self.step, ClassStep::Cancel | ClassStep::Reopen);
        let length = self.reason().map(|reason| reason.chars().count()).unwrap_or_default();
        if length > 200 {
            Some(FieldError::new("reason", "原因不能超过200字，请精简。", None))
        } else if needed && length == 0 {
            Some(FieldError::new("reason", format!("请填写{}的原因，供日后查证。", self.step.name()), None))
        } else {
            None
        }
    }
}

/// Takes classes on, one step each, all the same one. Cancelling takes everybody off the roll: they may attend another
/// class, and the roll stays to be read for planning anew.
///
/// # Errors
/// `Missing`, `Stale`, `Forbidden`; `Invalid` where a reason is missing; `Refused` where the state does not allow it, a
/// class has not ended yet, or a unified item is missing.
pub async fn step_classes(conn: &mut AsyncPgConnection, actor: &Actor, commands: &[StepClass]) -> Result<()> {
    let errors: Vec<FieldError> = commands.iter().filter_map(StepClass::check).collect();
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    db::write(conn, actor, async |conn| {
        let ids: Vec<TrainingClassId> = commands.iter().map(|command| command.class).collect();
        let rows = queries::lock_classes(conn, &actor.scope, &ids).await?;
        let paths: Vec<_> = rows.iter().map(Class::path).collect();
        policy::require_all(actor, Action::EnterRecords, &paths)?;
        let unified = queries::unified(conn, actor.scope.county, &rows).await?;
        let mut values = Vec::with_capacity(rows.len());
        for (row, command) in rows.iter().zip(commands) {
            if command.version.is_some_and(|version| version != row.version) {
                return Err(Error::Stale);
            }
            let state = row.state()?;
            let next = rules::next_state(state, command.step)
                .ok_or_else(|| Error::Refused(rules::refuse_step(&row.code, state, command.step)))?;
            refuse(row, command.step, unified.contains(&row.id))?;
            let reason = (next == ClassState::Cancelled).then(|| command.reason()).flatten();
            values.push(json!({ "id": row.id, "state": next.code(), "reason": reason, "by": actor.name,
                "today": clock::today() }));
        }
        write::run(
            conn,
            actor.scope.county,
            "UPDATE training_classes c SET state = n.state, cancel_reason = n.reason, version = c.version + 1, \
                updated_at = now(), updated_by = n.by \
             FROM jsonb_to_recordset($2) AS n (id uuid, state text, reason text, by text) \
             WHERE c.county_id = $1 AND c.id = n.id",
            &values,
        )
        .await?;
        write::run(conn, actor.scope.county, RELEASE, &values).await?;
        let first = commands.first();
        let details = json!({ "code": rows.first().map(|row| &row.code), "reason": first.and_then(StepClass::reason) });
        let path = paths.first().unwrap_or(&actor.scope.path);
        let action = first.map_or("training.step_classes", |one| action(one.step));
        let told = write::Told { action, classes: &ids, path, count: ids.len(), details };
        write::append(conn, actor, told).await
    })
    .await
}

/// Nobody is on the roll of a cancelled class any more.
const RELEASE: &str = "\
UPDATE training_enrolments e SET withdrawn_on = n.today, withdrawal_reason = '班次取消', updated_at = now(),
    updated_by = n.by
FROM jsonb_to_recordset($2) AS n (id uuid, state text, by text, today date)
WHERE n.state = 'cancelled' AND e.county_id = $1 AND e.class_id = n.id AND e.withdrawn_on IS NULL";

const fn action(step: ClassStep) -> &'static str {
    match step {
        ClassStep::Open => "training.open_classes",
        ClassStep::Hold => "training.hold_classes",
        ClassStep::Close => "training.close_classes",
        ClassStep::Reopen => "training.reopen_classes",
        ClassStep::Cancel => "training.cancel_classes",
    }
}

fn refuse(row: &Class, step: ClassStep, is_unified: bool) -> Result<()> {
    if step == ClassStep::Hold && row.last_day > clock::today() {
        return Err(Error::Refused(format!(
            "班次“{}”{}才结束，结束后再登记已举办；如已提前结束，请先更改结束日期。",
            row.code, row.last_day
        )));
    }
    if !is_unified {
        return Ok(());
    }
    let missing: Vec<&str> = match step {
        ClassStep::Open => [
            (row.site.is_none(), "地点"),
            (!row.is_course_approved, "课程审核"),
            (row.teacher.is_none(), "授课教师"),
            (row.cost_bearer.is_none(), "经费承担单位"),
        ]
        .into_iter()
        .filter_map(|(missing, name)| missing.then_some(name))
        .collect(),
        ClassStep::Close if row.assessment.is_none() => vec!["考核评估"],
        _ => Vec::new(),
    };
    if missing.is_empty() {
        return Ok(());
    }
    Err(Error::Refused(format!(
        "按本县（区）“五统一”要求，班次“{}”{}前应先落实{}，请补充后再办理。",
        row.code,
        step.name(),
        missing.join("、")
    )))
}

//! Changes classes: what is planned, and of a class that was held what does not touch who came.

use bigdecimal::BigDecimal;
use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;
use serde_json::json;

use crate::base::actor::Actor;
use crate::base::db;
use crate::base::edit::Edit;
use crate::base::error::{DatabaseResult, Error, FieldError, Result};
use crate::base::ids::TrainingClassId;
use crate::base::policy::{self, Action};
use crate::records::training::model::{Class, ClassState};
use crate::records::training::plan::{Items, Known, Shape, texts};
use crate::records::training::{queries, write};

/// What is said of each field. The state is changed by a step.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "each field is that of the class")]
pub struct Edits {
    pub name: Edit<String>,
    pub field: Edit<String>,
    pub first_day: Edit<NaiveDate>,
    pub last_day: Edit<NaiveDate>,
    pub hours: Edit<BigDecimal>,
    pub places: Edit<i32>,
    pub is_away: Edit<bool>,
    pub takes_walk_ins: Edit<bool>,
    pub site: Edit<String>,
    pub is_course_approved: Edit<bool>,
    pub teacher: Edit<String>,
    pub cost_bearer: Edit<String>,
    pub assessment: Edit<String>,
    pub note: Edit<String>,
}

/// A change of one class.
#[derive(Debug, Clone)]
pub struct ChangeClass {
    /// The class.
    pub class: TrainingClassId,
    /// The version that the actor saw.
    pub version: i32,
    /// What is to change.
    pub edits: Edits,
}

/// What cannot change once a class was held: who came for how long rests on it.
const SETTLED: [&str; 7] = ["field", "first_day", "last_day", "hours", "places", "is_away", "takes_walk_ins"];

/// Changes classes; answers the names of the changed fields of each, in the order given. Where nothing differs, nothing
/// is written.
///
/// # Errors
/// `Missing`, `Stale`, `Forbidden`; `Invalid` with the wrong fields; `Refused` where the state does not allow it, the
/// class has more people than the new places, or somebody on its roll attends another class on the new days.
pub async fn change_classes(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[ChangeClass],
) -> Result<Vec<Vec<&'static str>>> {
    db::write(conn, actor, async |conn| {
        let ids: Vec<TrainingClassId> = commands.iter().map(|command| command.class).collect();
        let rows = queries::lock_classes(conn, &actor.scope, &ids).await?;
        let paths: Vec<_> = rows.iter().map(Class::path).collect();
        policy::require_all(actor, Action::EnterRecords, &paths)?;
        let known = Known::of(conn, actor, rows.iter().map(|row| row.programme_id)).await?;
        let seats = queries::seats_taken(conn, actor.scope.county, &ids).await?;
        let (mut values, mut answer) = (Vec::new(), Vec::with_capacity(rows.len()));
        for (row, command) in rows.iter().zip(commands) {
            if row.version != command.version {
                return Err(Error::Stale);
            }
            let new = apply(row, &command.edits);
            let fields = differences(row, &new);
            refuse(row, &new, &fields, &known, seats.get(&row.id).copied().unwrap_or_default())?;
            if !fields.is_empty() {
                values.push(value(&new, actor));
            }
            answer.push(fields);
        }
        if values.is_empty() {
            return Ok(answer);
        }
        write::run(conn, actor.scope.county, UPDATE, &values).await.constraint(
            "training_enrolments_one_class_at_a_time",
            || {
                Error::Refused(
                    "改期后，名单中有人在同一时间已报名其他班次；请另选日期，或先把这些人从名单中撤下。"
                        .to_owned(),
                )
            },
        )?;
        let path = paths.first().unwrap_or(&actor.scope.path);
        let details = json!({ "fields": answer.first() });
        let count = values.len();
        let told = write::Told { action: "training.change_classes", classes: &ids, path, count, details };
        write::append(conn, actor, told).await?;
        Ok(answer)
    })
    .await
}

const UPDATE: &str = "\
UPDATE training_classes c SET name = n.name, field = n.field, first_day = n.first_day, last_day = n.last_day,
    hours = n.hours, places = n.places, is_away = n.is_away, takes_walk_ins = n.takes_walk_ins, site = n.site,
    is_course_approved = n.is_course_approved, teacher = n.teacher, cost_bearer = n.cost_bearer,
    assessment = n.assessment, note = n.note, version = c.version + 1, updated_at = now(), updated_by = n.updated_by
FROM jsonb_to_recordset($2) AS n (id uuid, name text, field text, first_day date, last_day date, hours numeric,
    places integer, is_away boolean, takes_walk_ins boolean, site text, is_course_approved boolean, teacher text,
    cost_bearer text, assessment text, note text, updated_by text)
WHERE c.county_id = $1 AND c.id = n.id";

fn value(class: &Class, actor: &Actor) -> serde_json::Value {
    json!({
        "id": class.id, "name": class.name, "field": class.field, "first_day": class.first_day,
        "last_day": class.last_day, "hours": class.hours.to_string(), "places": class.places,
        "is_away": class.is_away, "takes_walk_ins": class.takes_walk_ins, "site": class.site,
        "is_course_approved": class.is_course_approved, "teacher": class.teacher,
        "cost_bearer": class.cost_bearer, "assessment": class.assessment, "note": class.note,
        "updated_by": actor.name,
    })
}

fn apply(row: &Class, edits: &Edits) -> Class {
    let mut new = row.clone();
    new.name = edits.name.clone().over_required(row.name.clone()).trim().to_owned();
    new.field = edits.field.clone().over_required(row.field.clone());
    new.first_day = edits.first_day.clone().over_required(row.first_day);
    new.last_day = edits.last_day.clone().over_required(row.last_day);
    new.hours = edits.hours.clone().over_required(row.hours.clone());
    new.places = edits.places.clone().over(row.places);
    new.is_away = edits.is_away.clone().over_required(row.is_away);
    new.takes_walk_ins = edits.takes_walk_ins.clone().over_required(row.takes_walk_ins);
    new.site = edits.site.clone().over(row.site.clone());
    new.is_course_approved = edits.is_course_approved.clone().over_required(row.is_course_approved);
    new.teacher = edits.teacher.clone().over(row.teacher.clone());
    new.cost_bearer = edits.cost_bearer.clone().over(row.cost_bearer.clone());
    new.assessment = edits.assessment.clone().over(row.assessment.clone());
    new.note = edits.note.clone().over(row.note.clone());
    new
}

fn differences(row: &Class, new: &Class) -> Vec<&'static str> {
    let differs = [
        ("name", row.name != new.name),
        ("field", row.field != new.field),
        ("first_day", row.first_day != new.first_day),
        ("last_day", row.last_day != new.last_day),
        ("hours", row.hours != new.hours),
        ("places", row.places != new.places),
        ("is_away", row.is_away != new.is_away),
        ("takes_walk_ins", row.takes_walk_ins != new.takes_walk_ins),
        ("site", row.site != new.site),
        ("is_course_approved", row.is_course_approved != new.is_course_approved),
        ("teacher", row.teacher != new.teacher),
        ("cost_bearer", row.cost_bearer != new.cost_bearer),
        ("assessment", row.assessment != new.assessment),
        ("note", row.note != new.note),
    ];
    differs.into_iter().filter_map(|(field, differs)| differs.then_some(field)).collect()
}

fn refuse(row: &Class, new: &Class, fields: &[&str], known: &Known, seats: i64) -> Result<()> {
    if fields.is_empty() {
        return Ok(());
    }
    let state = row.state()?;
    let settled = fields.iter().any(|field| SETTLED.contains(field));
    match state {
        ClassState::Closed | ClassState::Cancelled => {
            return Err(Error::Refused(format!(
                "班次“{}”{}，不能再修改；已结班的请先由录入单位重新打开。",
                row.code,
                state.name()
            )));
        }
        ClassState::Held if settled => {
            return Err(Error::Refused(format!(
                "班次“{}”已举办，参训名单以它的日期、学时和领域为准，这些内容不能再修改。",
                row.code
            )));
        }
        _ => {}
    }
    let items = Items {
        site: new.site.clone(),
        is_course_approved: new.is_course_approved,
        teacher: new.teacher.clone(),
        cost_bearer: new.cost_bearer.clone(),
        assessment: new.assessment.clone(),
    };
    let shape = Shape {
        name: &new.name,
        first_day: new.first_day,
        last_day: new.last_day,
        hours: &new.hours,
        places: new.places,
        texts: texts(&items, new.note.as_deref()),
    };
    let mut errors = shape.check();
    errors.extend(known.check(new.programme_id, &new.field, (new.first_day, new.last_day)));
    if let Some(places) = new.places.filter(|places| i64::from(*places) < seats) {
        let message = format!("名额“{places}”少于已报名的{seats}人，请先撤下部分人员，或增加名额。");
        errors.push(FieldError::new("places", message, Some(&places.to_string())));
    }
    if errors.is_empty() { Ok(()) } else { Err(Error::Invalid(errors)) }
}

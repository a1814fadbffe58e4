//! Changes classes: what is planned, and of a class that was held what does not touch who came.

use std::collections::HashMap;

use bigdecimal::BigDecimal;
use chrono::NaiveDate;
use diesel::QueryableByName;
use diesel::sql_types::{Date, Jsonb, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::json;

use crate::base::actor::Actor;
use crate::base::db;
use crate::base::edit::Edit;
use crate::base::error::{DatabaseResult, Error, FieldError, OrMissing, Result};
use crate::base::ids::{CountyId, TrainingClassId};
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
/// `Missing`, `Stale`, `Forbidden`; `Invalid` with the wrong fields; `Refused` where the state does not allow it, or
/// somebody on its roll attends another class on the new days.
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
        if rows.iter().zip(commands).any(|(row, command)| row.version != command.version) {
            return Err(Error::Stale);
        }
        let looked =
            db::across_county(conn, actor, async |conn| examine_all(conn, actor, rows, commands).await)
                .await?;
        let (mut values, mut answer) = (Vec::new(), Vec::with_capacity(commands.len()));
        for Looked { new, fields, refusals, errors } in looked {
            if let Some(refusal) = refusals.into_iter().next() {
                return Err(Error::Refused(refusal.message));
            }
            if !errors.is_empty() {
                return Err(Error::Invalid(errors));
            }
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
        let path = paths.as_slice().first().unwrap_or(&actor.scope.path);
        let details = json!({ "fields": answer.as_slice().first() });
        let count = values.len();
        let told = write::Told { action: "training.change_classes", classes: &ids, path, count, details };
        write::append(conn, actor, told).await?;
        Ok(answer)
    })
    .await
}

/// Everything that is wrong with each change, in the order given, without making any: what a form or a workbook shows
/// before. What the state of the class forbids stands under the field that was to change; that somebody on its roll
/// attends another class, under `first_day`. A class that the actor does not keep is not looked at.
///
/// # Errors
/// `Missing` for a class; whatever the database answers.
pub async fn examine_changes(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[ChangeClass],
) -> Result<Vec<Vec<FieldError>>> {
    db::read(conn, &actor.scope.whole_county(), async |conn| {
        let ids: Vec<TrainingClassId> = commands.iter().map(|command| command.class).collect();
        let known = queries::classes_by_id(conn, &actor.scope, &ids).await?;
        let rows: Option<Vec<Class>> = ids.iter().map(|id| known.get(id).cloned()).collect();
        let looked = examine_all(conn, actor, rows.or_missing("这个班次")?, commands).await?;
        Ok(looked.into_iter().map(|one| one.refusals.into_iter().chain(one.errors).collect()).collect())
    })
    .await
}

/// A class beside what it would become.
struct Looked {
    new: Class,
    fields: Vec<&'static str>,
    /// What the state or the roll forbids.
    refusals: Vec<FieldError>,
    /// What is wrong with the new values.
    errors: Vec<FieldError>,
}

/// Looks at all commands at once: a fixed number of statements. Its transaction sees the whole county.
async fn examine_all(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    rows: Vec<Class>,
    commands: &[ChangeClass],
) -> Result<Vec<Looked>> {
    let county = actor.scope.county;
    let known = Known::of(conn, actor, rows.iter().map(|row| row.programme_id)).await?;
    let ids: Vec<TrainingClassId> = rows.iter().map(|row| row.id).collect();
    let seats = queries::seats_taken(conn, county, &ids).await?;
    let mut looked = Vec::with_capacity(rows.len());
    for (row, command) in rows.iter().zip(commands) {
        let new = apply(row, &command.edits);
        let fields = differences(row, &new);
        let refusals: Vec<FieldError> = refuse_state(row, &fields)?.into_iter().collect();
        let seats = seats.get(&row.id).copied().unwrap_or_default();
        let errors = if fields.is_empty() { Vec::new() } else { check(&new, &known, seats) };
        looked.push(Looked { new, fields, refusals, errors });
    }
    let moved = |one: &&Looked| {
        let days = one.fields.iter().any(|field| ["first_day", "last_day"].contains(field));
        days && one.refusals.is_empty() && one.errors.is_empty()
    };
    let days: Vec<_> =
        looked.iter().filter(moved).map(|one| (one.new.id, one.new.first_day, one.new.last_day)).collect();
    let meetings = meetings(conn, county, &days).await?;
    for one in &mut looked {
        one.refusals.extend(meetings.get(&one.new.id).map(Meeting::told));
    }
    Ok(looked)
}

/// Somebody on the roll of a class who attends another one on its new days.
#[derive(QueryableByName)]
struct Meeting {
    #[diesel(sql_type = Uuid)]
    class_id: TrainingClassId,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    code: String,
    #[diesel(sql_type = Date)]
    first_day: NaiveDate,
    #[diesel(sql_type = Date)]
    last_day: NaiveDate,
}

impl Meeting {
    fn told(&self) -> FieldError {
        let message = format!(
            "改期后，名单中的“{}”同期在班次“{}”（{}至{}）；请另选日期，或先把此人从其中一个名单中撤下。",
            self.name, self.code, self.first_day, self.last_day
        );
        FieldError::new("first_day", message, None)
    }
}

/// Of two classes that move to the same days, the later one in the list meets the earlier; one that moves meets another
/// that stands there, also where that one is to move away: classes move one after the other.
const MEETINGS: &str = "\
SELECT DISTINCT ON (n.class_id) n.class_id, p.name, c.code, coalesce(k.first_day, c.first_day) AS first_day,
    coalesce(k.last_day, c.last_day) AS last_day
FROM jsonb_to_recordset($2) AS n (number integer, class_id uuid, first_day date, last_day date)
JOIN training_enrolments e ON e.county_id = $1 AND e.class_id = n.class_id AND e.withdrawn_on IS NULL
    AND e.kind = 'class'
JOIN training_enrolments o ON o.county_id = $1 AND o.membership_id = e.membership_id AND o.class_id <> e.class_id
    AND o.withdrawn_on IS NULL AND o.kind = 'class'
JOIN training_classes c ON c.county_id = $1 AND c.id = o.class_id
LEFT JOIN jsonb_to_recordset($2) AS k (number integer, class_id uuid, first_day date, last_day date)
    ON k.class_id = c.id AND k.number < n.number AND k.first_day <= n.last_day AND n.first_day <= k.last_day
JOIN memberships m ON m.county_id = $1 AND m.id = e.membership_id
JOIN people p ON p.county_id = $1 AND p.id = m.person_id
WHERE k.class_id IS NOT NULL OR (c.first_day <= n.last_day AND n.first_day <= c.last_day)
ORDER BY n.class_id, p.name, c.code";

async fn meetings(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    days: &[(TrainingClassId, NaiveDate, NaiveDate)],
) -> Result<HashMap<TrainingClassId, Meeting>> {
    if days.is_empty() {
        return Ok(HashMap::new());
    }
    let numbered = days.iter().enumerate().map(|(number, (class, first_day, last_day))| {
        json!({ "number": number, "class_id": class, "first_day": first_day, "last_day": last_day })
    });
    let found: Vec<Meeting> = diesel::sql_query(MEETINGS)
        .bind::<Uuid, _>(county)
        .bind::<Jsonb, _>(serde_json::Value::Array(numbered.collect()))
        .load(conn)
        .await?;
    Ok(found.into_iter().map(|one| (one.class_id, one)).collect())
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

/// What the state of a class forbids, under the field that was to change.
fn refuse_state(row: &Class, fields: &[&'static str]) -> Result<Option<FieldError>> {
    let Some(first) = fields.iter().next() else { return Ok(None) };
    let state = row.state()?;
    let settled = fields.iter().find(|field| SETTLED.contains(field));
    let refused = match (state, settled) {
        (ClassState::Closed | ClassState::Cancelled, _) => {
            let (code, state) = (&row.code, state.name());
            let message = format!("班次“{code}”{state}，不能再修改；已结班的请先由录入单位重新打开。");
            Some((first, message))
        }
        (ClassState::Held, Some(field)) => {
            let message = format!(
                "班次“{}”已举办，参训名单以它的日期、学时和领域为准，这些内容不能再修改；请保持原值。",
                row.code
            );
            Some((field, message))
        }
        _ => None,
    };
    Ok(refused.map(|(field, message)| FieldError::new(field, message, None)))
}

/// What is wrong with a class as it would become.
fn check(new: &Class, known: &Known, seats: i64) -> Vec<FieldError> {
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
    errors
}

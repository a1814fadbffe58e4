//! Plans classes.

use std::collections::{HashMap, HashSet};

use bigdecimal::BigDecimal;
use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;
use serde_json::json;

use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{DatabaseResult, Error, FieldError, Result};
use crate::base::ids::{OrganisationId, TrainingClassId, TrainingProgrammeId};
use crate::base::policy::{self, Action};
use crate::base::scope::Path;
use crate::records::organisations::Organisation;
use crate::records::training::model::{ClassKind, ClassState, Field, Programme};
use crate::records::training::{queries, write};

/// A class to be planned.
#[derive(Debug, Clone)]
pub struct PlanClass {
    /// Its number, one in the county: letters, digits, hyphen, underscore.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Class, micro-lesson or lecture.
    pub kind: ClassKind,
    /// The programme.
    pub programme: TrainingProgrammeId,
    /// Code of a field of that programme.
    pub field: String,
    /// Who holds it.
    pub organisation: OrganisationId,
    /// Whose members may attend, within the actor's subtree: whoever acts for this organisation keeps the class.
    pub audience: OrganisationId,
    /// First day.
    pub first_day: NaiveDate,
    /// Last day.
    pub last_day: NaiveDate,
    /// Hours of the whole class, at most one decimal.
    pub hours: BigDecimal,
    /// How many can attend; none: no limit.
    pub places: Option<i32>,
    /// Whether outside the county.
    pub is_away: bool,
    /// Whether attendance of somebody who was not enrolled is taken (he is enrolled by it, and marked). Lists of
    /// classes that were held before cadre came have no enrolments: their import sets it.
    pub takes_walk_ins: bool,
    /// What a class needs besides.
    pub items: Items,
    /// Free text.
    pub note: Option<String>,
}

/// What a class needs besides days and hours; the unified items (五统一) with its site.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Items {
    /// Where it is held.
    pub site: Option<String>,
    /// Whether the course was approved.
    pub is_course_approved: bool,
    /// Who teaches.
    pub teacher: Option<String>,
    /// Who pays.
    pub cost_bearer: Option<String>,
    /// How it was assessed, or is to be.
    pub assessment: Option<String>,
}

/// What both a planned and a changed class must keep to.
#[derive(Debug)]
pub(super) struct Shape<'a> {
    pub name: &'a str,
    pub first_day: NaiveDate,
    pub last_day: NaiveDate,
    pub hours: &'a BigDecimal,
    pub places: Option<i32>,
    pub texts: [(&'static str, &'static str, Option<&'a str>, usize); 5],
}

impl Shape<'_> {
    pub(super) fn check(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if !(2..=100).contains(&self.name.trim().chars().count()) {
            errors.push(FieldError::new("name", "班次名称应为2至100字，请改正。", Some(self.name)));
        }
        let days = (self.last_day - self.first_day).num_days();
        if days < 0 {
            let message = format!("结束日期“{}”早于开始日期“{}”，请核对。", self.last_day, self.first_day);
            errors.push(FieldError::new("last_day", message, Some(&self.last_day.to_string())));
        } else if days > 100 {
            let message =
                format!("班次历时{}天，超过100天，请核对日期，或分期举办。", days.saturating_add(1));
            errors.push(FieldError::new("last_day", message, Some(&self.last_day.to_string())));
        }
        errors.extend(self.check_hours(days.max(0).saturating_add(1)));
        if let Some(places) = self.places.filter(|places| !(1..=100_000).contains(places)) {
            let message = format!("名额“{places}”应在1至100000之间；不限名额的请留空。");
            errors.push(FieldError::new("places", message, Some(&places.to_string())));
        }
        for (field, name, text, most) in self.texts {
            let length = text.map(|text| text.chars().count()).unwrap_or(1);
            if !(1..=most).contains(&length) {
                errors.push(FieldError::new(field, format!("{name}不能超过{most}字，请精简。"), None));
            }
        }
        errors
    }

    fn check_hours(&self, days: i64) -> Option<FieldError> {
        const HOURS_A_DAY: i64 = 12;
        let most = BigDecimal::from(days.saturating_mul(HOURS_A_DAY)).min(BigDecimal::from(800));
        let zero = BigDecimal::from(0);
        let message = if *self.hours <= zero || *self.hours > most {
            format!(
                "学时“{}”应大于0，且不超过{most}（每天不超过{HOURS_A_DAY}学时），请核对。",
                self.hours.normalized()
            )
        } else if self.hours.with_scale_round(1, bigdecimal::RoundingMode::Down) != *self.hours {
            format!("学时“{}”最多一位小数，请改正。", self.hours.normalized())
        } else {
            return None;
        };
        Some(FieldError::new("hours", message, Some(&self.hours.to_string())))
    }
}

/// The texts of a class with their limits.
pub(super) fn texts<'a>(
    items: &'a Items,
    note: Option<&'a str>,
) -> [(&'static str, &'static str, Option<&'a str>, usize); 5] {
    [
        ("site", "地点", items.site.as_deref(), 100),
        ("teacher", "授课教师", items.teacher.as_deref(), 100),
        ("cost_bearer", "经费承担单位", items.cost_bearer.as_deref(), 100),
        ("assessment", "考核评估", items.assessment.as_deref(), 200),
        ("note", "备注", note, 500),
    ]
}

impl PlanClass {
    /// Everything that is wrong with the command by itself.
    #[must_use]
    pub fn check(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let shaped = (1..=30).contains(&self.code.len())
            && self.code.starts_with(|first: char| first.is_ascii_alphanumeric())
            && self.code.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        if !shaped {
            let message = format!("班次编号“{}”应为1至30个字母、数字、连字符或下划线，请改正。", self.code);
            errors.push(FieldError::new("code", message, Some(&self.code)));
        }
        let shape = Shape {
            name: &self.name,
            first_day: self.first_day,
            last_day: self.last_day,
            hours: &self.hours,
            places: self.places,
            texts: texts(&self.items, self.note.as_deref()),
        };
        errors.extend(shape.check());
        errors
    }
}

/// Programmes with their fields, as classes need them.
pub(super) struct Known {
    programmes: HashMap<TrainingProgrammeId, Programme>,
    fields: Vec<Field>,
}

impl Known {
    pub(super) async fn of(
        conn: &mut AsyncPgConnection,
        actor: &Actor,
        programmes: impl Iterator<Item = TrainingProgrammeId>,
    ) -> Result<Self> {
        let ids: HashSet<TrainingProgrammeId> = programmes.collect();
        let ids: Vec<TrainingProgrammeId> = ids.into_iter().collect();
        let programmes = queries::programmes_by_id(conn, actor.scope.county, &ids).await?;
        let fields = queries::fields_of(conn, actor.scope.county, &ids).await?;
        Ok(Self { programmes: programmes.into_iter().map(|one| (one.id, one)).collect(), fields })
    }

    /// What is wrong with a field and days for a programme.
    pub(super) fn check(
        &self,
        programme: TrainingProgrammeId,
        field: &str,
        days: (NaiveDate, NaiveDate),
    ) -> Vec<FieldError> {
        let Some(programme) = self.programmes.get(&programme) else {
            return vec![FieldError::new("programme", "没有找到这项轮训计划，请重新选择。", None)];
        };
        let mut errors = Vec::new();
        let own = || self.fields.iter().filter(|one| one.programme_id == programme.id);
        if !own().any(|one| one.code == field) {
            let names: Vec<&str> = own().map(|one| one.name.as_str()).collect();
            let message = format!(
                "“{field}”不是轮训计划“{}”的培训领域；请在{}中选择。",
                programme.name,
                names.join("、")
            );
            errors.push(FieldError::new("field", message, Some(field)));
        }
        for (name, label, day) in [("first_day", "开始日期", days.0), ("last_day", "结束日期", days.1)]
        {
            if !programme.runs_on(day) {
                let message = format!(
                    "{label}“{day}”不在轮训计划“{}”的周期内（{}起，{}前），请核对日期或计划。",
                    programme.name, programme.from_day, programme.to_day
                );
                errors.push(FieldError::new(name, message, Some(&day.to_string())));
            }
        }
        errors
    }
}

/// Everything that is wrong with each command, in the order given, without planning any: what a form or a workbook shows
/// before.
///
/// # Errors
/// Whatever the database answers.
pub async fn examine_classes(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[PlanClass],
) -> Result<Vec<Vec<FieldError>>> {
    db::read(conn, &actor.scope, async |conn| {
        let looked = examine_all(conn, actor, commands).await?;
        Ok(looked.into_iter().map(|fit| fit.err().unwrap_or_default()).collect())
    })
    .await
}

/// Looks at all commands at once: a fixed number of statements. A command that fits answers the path of its audience.
async fn examine_all(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[PlanClass],
) -> Result<Vec<std::result::Result<Path, Vec<FieldError>>>> {
    let known = Known::of(conn, actor, commands.iter().map(|command| command.programme)).await?;
    let named = commands.iter().flat_map(|command| [command.organisation, command.audience]);
    let organisations = queries::organisations(conn, actor.scope.county, named).await?;
    let codes: Vec<String> = commands.iter().map(|command| command.code.clone()).collect();
    let mut taken = queries::known_codes(conn, actor.scope.county, &codes).await?;
    let looked = commands.iter().map(|command| {
        let mut errors = command.check();
        errors.extend(known.check(command.programme, &command.field, (command.first_day, command.last_day)));
        if !organisations.contains_key(&command.organisation) {
            errors.push(FieldError::new("organisation", "没有找到主办单位，请重新选择。", None));
        }
        let audience =
            organisations.get(&command.audience).filter(|one| actor.scope.path.contains(&one.path()));
        if audience.is_none() {
            errors.push(FieldError::new(
                "audience",
                "没有找到参训范围的组织，或者不在您的管理范围内，请重新选择。",
                None,
            ));
        }
        if !taken.insert(command.code.clone()) {
            let message = format!("班次编号“{}”已被使用，每个班次应有自己的编号，请另取一个。", command.code);
            errors.push(FieldError::new("code", message, Some(&command.code)));
        }
        match audience.map(Organisation::path) {
            Some(path) if errors.is_empty() => Ok(path),
            _ => Err(errors),
        }
    });
    Ok(looked.collect())
}

/// Plans classes; answers their ids in the order given.
///
/// # Errors
/// `Invalid` with everything that is wrong with the first command at fault; `Forbidden`; `Taken` where somebody gave the
/// same number at the same moment.
pub async fn plan_classes(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[PlanClass],
) -> Result<Vec<TrainingClassId>> {
    db::write(conn, actor, async |conn| {
        let mut paths = Vec::with_capacity(commands.len());
        for fit in examine_all(conn, actor, commands).await? {
            paths.push(fit.map_err(Error::Invalid)?);
        }
        policy::require_all(actor, Action::EnterRecords, &paths)?;
        let ids: Vec<TrainingClassId> = commands.iter().map(|_| TrainingClassId::new()).collect();
        let rows: Vec<_> = commands
            .iter()
            .zip(&paths)
            .zip(&ids)
            .map(|((command, path), id)| {
                json!({
                    "id": id, "code": command.code, "name": command.name.trim(), "kind": command.kind.code(),
                    "programme_id": command.programme, "field": command.field,
                    "organisation_id": command.organisation, "audience_id": command.audience,
                    "path": path.as_str(), "site": command.items.site, "first_day": command.first_day,
                    "last_day": command.last_day, "hours": command.hours.to_string(), "places": command.places,
                    "is_away": command.is_away, "takes_walk_ins": command.takes_walk_ins,
                    "is_course_approved": command.items.is_course_approved, "teacher": command.items.teacher,
                    "cost_bearer": command.items.cost_bearer, "assessment": command.items.assessment,
                    "note": command.note, "state": ClassState::Planned.code(), "created_by": actor.name,
                })
            })
            .collect();
        write::run(
            conn,
            actor.scope.county,
            "INSERT INTO training_classes (county_id, id, code, name, kind, programme_id, field, organisation_id, \
                audience_id, path, site, first_day, last_day, hours, places, is_away, takes_walk_ins, \
                is_course_approved, teacher, cost_bearer, assessment, note, state, created_by, updated_by) \
             SELECT $1, n.*, n.created_by FROM jsonb_to_recordset($2) AS n (id uuid, code text, name text, kind text, \
                programme_id uuid, field text, organisation_id uuid, audience_id uuid, path text, site text, \
                first_day date, last_day date, hours numeric, places integer, is_away boolean, \
                takes_walk_ins boolean, is_course_approved boolean, teacher text, cost_bearer text, \
                assessment text, note text, state text, created_by text)",
            &rows,
        )
        .await
        .constraint("training_classes_code_key", || Error::Taken {
            field: "code",
            message: "班次编号刚刚被使用，请另取一个。".to_owned(),
        })?;
        let path = paths.first().unwrap_or(&actor.scope.path);
        let details = json!(commands.first().map(|one| json!({
            "code": one.code, "name": one.name, "first_day": one.first_day, "last_day": one.last_day,
        })));
        let told =
            write::Told { action: "training.plan_classes", classes: &ids, path, count: ids.len(), details };
        write::append(conn, actor, told).await?;
        Ok(ids)
    })
    .await
}

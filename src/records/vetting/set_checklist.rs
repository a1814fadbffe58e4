//! Sets what a county vets candidates for. A version is never edited: a change is a new one from a day on.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::json;

use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{DatabaseResult, Error, FieldError, Result};
use crate::base::ids::{VettingChecklistId, VettingDepartmentId};
use crate::base::policy::{self, Action};
use crate::base::versions::{end_present, too_early};
use crate::records::audit;
use crate::records::vetting::model::Severity;
use crate::records::vetting::{queries, write};
use crate::schema::vetting_checklists;

/// One item, as it is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewItem {
    /// Its number, from 1.
    pub number: i32,
    /// What must not be the case.
    pub text: String,
    /// What it means for whoever is caught by it.
    pub severity: Severity,
    /// Code of the department that answers.
    pub department: String,
}

/// One version, as it is to be from a day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetChecklist {
    /// First day in force.
    pub from_day: NaiveDate,
    /// Its title.
    pub name: String,
    /// Whether nobody is appointed without a filed check.
    pub is_demanded: bool,
    /// Within how many days departments answer.
    pub days_to_answer: i32,
    /// For how many months a completed check holds.
    pub months_valid: i32,
    /// The decision that it rests on.
    pub source: String,
    /// The items.
    pub items: Vec<NewItem>,
}

impl SetChecklist {
    /// Everything that is wrong with the command by itself.
    #[must_use]
    pub fn check(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let texts = [
            ("name", "清单名称", &self.name, 2, 100),
            ("source", "依据（文件或会议）", &self.source, 1, 200),
        ];
        for (field, label, text, least, most) in texts {
            if !(least..=most).contains(&text.trim().chars().count()) {
                errors.push(FieldError::new(field, format!("请填写{label}，不超过{most}字。"), Some(text)));
            }
        }
        let numbers = [
            ("days_to_answer", "答复天数", self.days_to_answer, 365),
            ("months_valid", "有效月数", self.months_valid, 60),
        ];
        for (field, label, given, most) in numbers {
            if !(1..=most).contains(&given) {
                let message = format!("{label}“{given}”应在1至{most}之间，请改正。");
                errors.push(FieldError::new(field, message, Some(&given.to_string())));
            }
        }
        if !(1..=99).contains(&self.items.len()) {
            errors.push(FieldError::new("items", "负面清单应有1至99项，请填写。", None));
        }
        let mut seen = HashSet::new();
        for item in &self.items {
            let message = if !(1..=99).contains(&item.number) {
                format!("项目序号“{}”应在1至99之间，请改正。", item.number)
            } else if !seen.insert(item.number) {
                format!("项目序号“{}”出现两次，请改正。", item.number)
            } else if !(2..=300).contains(&item.text.trim().chars().count()) {
                format!("第{}项的内容应为2至300字，请填写。", item.number)
            } else {
                continue;
            };
            errors.push(FieldError::new("items", message, None));
        }
        errors
    }
}

/// Sets versions, one after the other: each ends the one before it, the day before it begins. Answers their ids in the
/// order given. Checks under way keep the version that they were proposed under.
///
/// # Errors
/// `Forbidden` unless the actor is a supervisor of the whole county; `Invalid` with the wrong fields; `Refused` where a
/// version does not follow the present one.
pub async fn set_checklist(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[SetChecklist],
) -> Result<Vec<VettingChecklistId>> {
    db::write(conn, actor, async |conn| {
        let county = actor.scope.whole_county();
        policy::require(actor, Action::SetSchemes, &county.path)?;
        let departments: HashMap<String, VettingDepartmentId> = queries::departments(conn, county.county)
            .await?
            .into_iter()
            .map(|department| (department.code, department.id))
            .collect();
        let mut errors: Vec<FieldError> = commands.iter().flat_map(SetChecklist::check).collect();
        for item in commands.iter().flat_map(|command| &command.items) {
            if !departments.contains_key(&item.department) {
                let message =
                    format!("第{}项的答复部门“{}”没有登记，请先登记部门。", item.number, item.department);
                errors.push(FieldError::new("items", message, Some(&item.department)));
            }
        }
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        let mut ids = Vec::with_capacity(commands.len());
        for command in commands {
            ids.push(set(conn, actor, command, &departments).await?);
        }
        let versions: Vec<_> = commands
            .iter()
            .map(|command| {
                json!({ "from_day": command.from_day, "name": command.name, "is_demanded": command.is_demanded,
                    "items": command.items.len(), "source": command.source })
            })
            .collect();
        audit::append(
            conn,
            actor,
            &audit::Entry {
                action: "vetting.set_checklist",
                subject_kind: "vetting_checklist",
                subject: if let [one] = ids.as_slice() { Some(one.0) } else { None },
                count: ids.len(),
                path: &county.path,
                details: json!({ "versions": versions }),
            },
        )
        .await?;
        Ok(ids)
    })
    .await
}

/// Versions of one county are few and follow one another, so each is set by itself.
async fn set(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    command: &SetChecklist,
    departments: &HashMap<String, VettingDepartmentId>,
) -> Result<VettingChecklistId> {
    let county = actor.scope.county;
    end_present!(
        conn,
        vetting_checklists,
        vetting_checklists::county_id.eq(county),
        "清单",
        command.from_day
    )?;
    let id = VettingChecklistId::new();
    diesel::insert_into(vetting_checklists::table)
        .values((
            vetting_checklists::county_id.eq(county),
            vetting_checklists::id.eq(id),
            vetting_checklists::from_day.eq(command.from_day),
            vetting_checklists::name.eq(command.name.trim()),
            vetting_checklists::is_demanded.eq(command.is_demanded),
            vetting_checklists::days_to_answer.eq(command.days_to_answer),
            vetting_checklists::months_valid.eq(command.months_valid),
            vetting_checklists::source.eq(command.source.trim()),
            vetting_checklists::created_by.eq(&actor.name),
        ))
        .execute(conn)
        .await
        .constraint("vetting_checklists_no_overlap", || too_early("清单", None, command.from_day))?;
    let items = command.items.iter().map(|item| {
        json!({ "list": id, "number": item.number, "text": item.text.trim(), "severity": item.severity.code(),
            "department": departments.get(&item.department) })
    });
    write::run(
        conn,
        county,
        "INSERT INTO vetting_items (county_id, checklist_id, number, text, severity, department_id) \
         SELECT $1, n.list, n.number, n.text, n.severity, n.department \
         FROM jsonb_to_recordset($2) AS n (list uuid, number integer, text text, severity text, department uuid)",
        items.collect(),
    )
    .await?;
    Ok(id)
}

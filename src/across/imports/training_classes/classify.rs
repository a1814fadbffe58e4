//! Finds the class of each row and decides its bucket, many rows at a time.

use std::collections::HashMap;

use diesel_async::AsyncPgConnection;

use super::parse::ParsedClass;
use super::{Deed, Setting, TrainingClasses, is_over};
use crate::across::imports::cells::{Cells, Finding};
use crate::across::imports::content::{ChangedField, Doubles, PlannedRow};
use crate::across::imports::differences::Differences;
use crate::across::imports::fields::yes_or_no_shown;
use crate::across::imports::subject::{Basis, Decided, ReadRow};
use crate::base::edit::{Edit, set};
use crate::base::error::{FieldError, Result};
use crate::base::ids::TrainingClassId;
use crate::records::imports::Bucket;
use crate::records::training::queries;
use crate::records::training::{self, ChangeClass, Class, ClassKind, Edits, Items, PlanClass};

struct Line<'a> {
    read: &'a ReadRow<ParsedClass>,
    cells: Cells<'a>,
    record: Option<&'a Class>,
    conflict: Option<String>,
    plan: Option<PlanClass>,
    change: Option<ChangeClass>,
    is_heard: bool,
    changes: Vec<ChangedField>,
}

/// Decides about some rows, in the order of the sheet; a second row about one class is refused.
///
/// # Errors
/// Whatever the database answers.
pub async fn classify(
    basis: &Basis<'_, TrainingClasses>,
    seen: &mut HashMap<String, u32>,
    conn: &mut AsyncPgConnection,
    rows: Vec<ReadRow<ParsedClass>>,
) -> Result<Vec<Decided<TrainingClasses>>> {
    let codes: Vec<String> = rows.iter().filter_map(|row| set(&row.said.code)).collect();
    let ids: Vec<TrainingClassId> = rows.iter().filter_map(|row| set(&row.said.record)).collect();
    let by_code = queries::classes_by_code(conn, &basis.scope.whole_county(), &codes).await?;
    let by_id = queries::classes_by_id(conn, &basis.scope, &ids).await?;
    let mut lines: Vec<Line<'_>> =
        rows.iter().map(|read| Line::new(read, basis, &by_code, &by_id, seen)).collect();
    let commands: Vec<PlanClass> = lines.iter().filter_map(|line| line.plan.clone()).collect();
    if !commands.is_empty() {
        let verdicts = training::examine_classes(conn, basis.actor, &commands).await?;
        let planning = lines.iter_mut().filter(|line| line.plan.is_some());
        planning.zip(verdicts).for_each(|(line, errors)| line.heed(errors));
    }
    // A row that is wrong by itself hears what else is wrong with it, and stands in no other class's way.
    change(basis, conn, &mut lines, true).await?;
    change(basis, conn, &mut lines, false).await?;
    Ok(lines.into_iter().map(|line| line.decide(basis.context)).collect())
}

/// Refuses what the verb would refuse of the rows that change a class, those that are sound so far or the others.
async fn change(
    basis: &Basis<'_, TrainingClasses>,
    conn: &mut AsyncPgConnection,
    lines: &mut [Line<'_>],
    sound: bool,
) -> Result<()> {
    let (mut concerned, mut commands) = (Vec::new(), Vec::new());
    for line in lines.iter_mut().filter(|line| !line.is_heard && line.is_sound() == sound) {
        if let Some(change) = line.change.clone() {
            line.is_heard = true;
            commands.push(change);
            concerned.push(line);
        }
    }
    if !commands.is_empty() {
        let verdicts = training::examine_changes(conn, basis.actor, &commands).await?;
        concerned.into_iter().zip(verdicts).for_each(|(line, errors)| line.heed(errors));
    }
    Ok(())
}

impl<'a> Line<'a> {
    fn is_sound(&self) -> bool {
        self.cells.findings().is_empty()
    }

    fn new(
        read: &'a ReadRow<ParsedClass>,
        basis: &'a Basis<'_, TrainingClasses>,
        by_code: &'a HashMap<String, Class>,
        by_id: &'a HashMap<TrainingClassId, Class>,
        seen: &mut HashMap<String, u32>,
    ) -> Self {
        let said = &read.said;
        let mut line = Self {
            read,
            cells: Cells::resume(&read.row, basis.layout, read.findings.clone()),
            record: None,
            conflict: None,
            plan: None,
            change: None,
            is_heard: false,
            changes: Vec::new(),
        };
        let named = set(&said.code).and_then(|code| by_code.get(&code));
        match said.record {
            Edit::Set(id) => match by_id.get(&id) {
                Some(class) => line.record = Some(class),
                None => {
                    let within = &basis.context.places.within;
                    let message =
                        format!("“{within}”范围内没有这个记录编号；请用本单位导出的表，新增的请留空");
                    line.cells.refuse("id", message);
                    return line;
                }
            },
            Edit::Keep | Edit::Clear => line.record = named,
        }
        if let Some(code) = line.record.map(|class| class.code.clone()).or(set(&said.code)) {
            let first = *seen.entry(code).or_insert(read.row.number);
            if first != read.row.number {
                line.cells.refuse("code", format!("与第{first}行是同一个班次；请只保留一行"));
            }
        }
        match line.record {
            Some(class) if !basis.scope.path.contains(&class.path()) => {
                let message = "这个班次编号由其他单位使用；请与主办单位核对，或另取一个编号";
                line.conflict = Some(message.to_owned());
            }
            Some(class) => line.compare(class, basis.context),
            None => line.plan = line.planned(basis.context),
        }
        line
    }

    /// The command of a new class; none where a cell is wrong.
    fn planned(&self, setting: &Setting) -> Option<PlanClass> {
        let said = &self.read.said;
        let last_day = set(&said.last_day)?;
        Some(PlanClass {
            code: set(&said.code)?,
            name: set(&said.name)?,
            kind: ClassKind::Class,
            programme: set(&said.programme)?,
            field: set(&said.field)?,
            organisation: set(&said.organisation)?,
            audience: setting.audience,
            first_day: set(&said.first_day)?,
            last_day,
            hours: set(&said.hours)?,
            places: set(&said.places),
            is_away: set(&said.is_away).unwrap_or(false),
            takes_walk_ins: is_over(last_day),
            items: Items { site: set(&said.site), ..Items::default() },
            note: None,
        })
    }

    fn compare(&mut self, class: &'a Class, setting: &Setting) {
        let said = &self.read.said;
        for (field, differs, shown) in [
            ("code", set(&said.code).is_some_and(|code| code != class.code), class.code.clone()),
            (
                "programme",
                set(&said.programme).is_some_and(|id| id != class.programme_id),
                setting.by_id(class.programme_id).map(|one| one.programme.name.clone()).unwrap_or_default(),
            ),
            (
                "organisation",
                set(&said.organisation).is_some_and(|id| id != class.organisation_id),
                setting.places.name_of(class.organisation_id).to_owned(),
            ),
        ] {
            if differs {
                let title = self.cells.column_title(field);
                let message = format!("{title}与登记的“{shown}”不一致，导入不改这一项；请保持原值");
                self.cells.refuse(field, message);
            }
        }
        let mut found = Differences::new(&mut self.cells);
        let edits = Edits {
            name: found.required("name", &said.name, &class.name, Clone::clone),
            field: found.required("field", &said.field, &class.field, Clone::clone),
            first_day: found.required("first_day", &said.first_day, &class.first_day, ToString::to_string),
            last_day: found.required("last_day", &said.last_day, &class.last_day, ToString::to_string),
            hours: found.required("hours", &said.hours, &class.hours.normalized(), |hours| {
                hours.normalized().to_plain_string()
            }),
            places: found.optional("places", &said.places, class.places.as_ref(), ToString::to_string),
            is_away: found
                .required("is_away", &said.is_away, &class.is_away, |away| yes_or_no_shown(*away).to_owned()),
            site: found.optional("site", &said.site, class.site.as_ref(), Clone::clone),
            ..Edits::default()
        };
        self.changes = found.changes;
        if self.changes.is_empty() {
            return;
        }
        self.change = Some(ChangeClass { class: class.id, version: class.version, edits });
    }

    fn heed(&mut self, errors: Vec<FieldError>) {
        for error in errors {
            let known = !self.cells.column_title(&error.field).is_empty();
            let field = if known { error.field.as_str() } else { "code" };
            self.cells.refuse_once(field, error.message);
        }
    }

    fn decide(self, setting: &Setting) -> Decided<TrainingClasses> {
        let subject = set(&self.read.said.code).unwrap_or_else(|| self.cells.finding("code", "").value);
        let record = self.record.filter(|_| self.conflict.is_none()).map(|class| (class.id.0, class.version));
        let held = self.plan.as_ref().is_some_and(|plan| is_over(plan.last_day));
        let unified = self.plan.as_ref().is_some_and(|plan| asks_for_items(setting, plan));
        let warnings = self.warnings(held && unified);
        let errors = self.cells.into_findings();
        let (bucket, deed) = match (self.plan, self.change) {
            _ if !errors.is_empty() => (Bucket::Refused, None),
            _ if self.conflict.is_some() => (Bucket::Conflict, None),
            (Some(plan), _) => (Bucket::New, Some(Deed::Plan(Box::new(plan), held && !unified))),
            (None, Some(change)) => (Bucket::Changed, Some(Deed::Change(Box::new(change)))),
            (None, None) => (Bucket::Unchanged, None),
        };
        let changed = bucket == Bucket::Changed;
        let planned = PlannedRow {
            row: self.read.row.clone(),
            subject,
            bucket,
            record,
            becomes: None,
            errors,
            warnings,
            changes: self.changes.into_iter().filter(|_| changed).collect(),
            conflict: self.conflict.filter(|_| bucket == Bucket::Conflict),
            doubles: Doubles::default(),
        };
        (planned, deed)
    }

    fn warnings(&self, waits: bool) -> Vec<Finding> {
        let told = waits.then(|| {
            let message =
                "该计划要求“五统一”，导入后请在页面补齐师资、经费负担等，再登记已举办并录入参训名单";
            self.cells.finding("programme", message)
        });
        told.into_iter().collect()
    }
}

/// Whether a class opens only with its unified items.
fn asks_for_items(setting: &Setting, plan: &PlanClass) -> bool {
    let demand = setting.by_id(plan.programme).and_then(|one| one.demand_on(plan.first_day));
    demand.is_some_and(|demand| demand.row.is_unified)
}

//! Records the checks beside the quarterly assessment, and corrects what was recorded.

use std::collections::{HashMap, HashSet};

use bigdecimal::{BigDecimal, Zero};
use chrono::NaiveDate;
use diesel::sql_types::{Array, Date, Nullable, Numeric, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::error::{DatabaseResult, Error, FieldError, Result};
use crate::base::ids::{InspectionId, OrganisationId, VisitDrawId};
use crate::base::policy::{self, Action};
use crate::base::scope::Path;
use crate::base::values::excerpt;
use crate::base::{clock, db};
use crate::records::assessments::model::InspectionKind;
use crate::records::assessments::queries;
use crate::records::audit;
use crate::records::organisations::{self, Kind, Organisation};

/// What a check says.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// The score of a hundred, where one was given.
    pub score: Option<BigDecimal>,
    /// What was found.
    pub finding: Option<String>,
    /// What it rests on.
    pub evidence: Option<String>,
    /// Who looked.
    pub inspected_by: String,
}

/// A check to be recorded.
#[derive(Debug, Clone)]
pub struct RecordInspection {
    /// Code of the village or community.
    pub unit: String,
    /// What kind of check.
    pub kind: InspectionKind,
    /// The day.
    pub held_on: NaiveDate,
    /// The draw that an unannounced visit follows from.
    pub draw: Option<VisitDrawId>,
    /// What it says.
    pub report: Report,
}

/// A correction of what a check says.
#[derive(Debug, Clone)]
pub struct ChangeInspection {
    /// The check.
    pub inspection: InspectionId,
    /// The version that was seen.
    pub version: i32,
    /// What it says now, all of it.
    pub report: Report,
}

fn filled(text: Option<&String>) -> Option<&str> {
    text.map(|text| text.trim()).filter(|text| !text.is_empty())
}

impl Report {
    fn check(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let mut refuse = |field: &str, message: String| errors.push(FieldError::new(field, message, None));
        if let Some(score) = &self.score {
            let fine = *score >= BigDecimal::zero()
                && *score <= 100
                && score.normalized().fractional_digit_count() <= 2;
            if !fine {
                let given = excerpt(&score.to_plain_string());
                refuse("score", format!("得分“{given}”应在0至100之间，最多两位小数，请改正。"));
            }
        }
        if self.score.is_none() && filled(self.finding.as_ref()).is_none() {
            refuse("finding", "得分和发现的情况至少填写一项，请补充。".to_owned());
        }
        for (field, name, text, longest) in
            [("finding", "发现的情况", &self.finding, 1000), ("evidence", "印证材料", &self.evidence, 500)]
        {
            if filled(text.as_ref()).is_some_and(|text| text.chars().count() > longest) {
                refuse(field, format!("{name}超过{longest}字，请精简。"));
            }
        }
        if !(1..=50).contains(&self.inspected_by.trim().chars().count()) {
            refuse("inspected_by", "请填写检查人或检查组，不超过50字。".to_owned());
        }
        errors
    }
}

/// Records checks; answers their ids in the order given.
///
/// # Errors
/// `Forbidden`; `Invalid` for a unit that is no village, a day ahead, a visit of a unit that was not drawn or before the
/// draw was revealed, or a report that says nothing; `Taken` for a second check of a kind on a day. Then none is recorded.
pub async fn record_inspection(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[RecordInspection],
) -> Result<Vec<InspectionId>> {
    db::write(conn, actor, async |conn| {
        let codes: Vec<String> = commands.iter().map(|command| command.unit.clone()).collect();
        let found = organisations::queries::by_codes(conn, &actor.scope.whole_county(), &codes).await?;
        let paths: Vec<Path> = found.iter().map(Organisation::path).collect();
        policy::require_all(actor, Action::EnterRecords, &paths)?;
        let units: HashMap<&str, &Organisation> =
            found.iter().map(|unit| (unit.code.as_str(), unit)).collect();
        let draws: Vec<VisitDrawId> = commands.iter().filter_map(|command| command.draw).collect();
        let picked = queries::picked(conn, actor.scope.county, &draws).await?;
        let mut rows = Vec::with_capacity(commands.len());
        let mut errors = Vec::new();
        for command in commands {
            let unit = units.get(command.unit.as_str()).copied();
            let wrong = check(command, unit, &picked, clock::today());
            match unit {
                Some(unit) if wrong.is_empty() => rows.push((InspectionId::new(), unit, command)),
                _ => errors.extend(wrong),
            }
        }
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        insert(conn, actor, &rows).await?;
        let told: Vec<_> = rows.iter().map(|row| (row.0, Some(row.2), &row.2.report)).collect();
        append(conn, actor, "assessments.record_inspection", &told, &paths).await?;
        Ok(rows.into_iter().map(|row| row.0).collect())
    })
    .await
}

type Row<'a> = (InspectionId, &'a Organisation, &'a RecordInspection);

fn check(
    command: &RecordInspection,
    unit: Option<&Organisation>,
    picked: &HashSet<(VisitDrawId, OrganisationId)>,
    today: NaiveDate,
) -> Vec<FieldError> {
    let mut errors = command.report.check();
    let mut refuse = |field: &str, message: String| errors.push(FieldError::new(field, message, None));
    if command.held_on > today {
        refuse("held_on", format!("检查日期“{}”晚于今天，请填写实际检查的日期。", command.held_on));
    }
    let Some(unit) = unit else {
        refuse("unit", format!("村（社区）“{}”不存在，请核对组织代码。", excerpt(&command.unit)));
        return errors;
    };
    if !matches!(unit.kind(), Some(Kind::Village | Kind::Community)) {
        let kind = unit.kind_name();
        refuse("unit", format!("“{}”是{kind}，请填写村或社区的代码。", unit.name));
    }
    match command.draw {
        Some(_) if command.kind != InspectionKind::UnannouncedVisit => {
            refuse("draw", "只有随机暗访由抽取产生，请改选类别或不填抽取。".to_owned());
        }
        Some(draw) if !picked.contains(&(draw, unit.id)) => {
            let message = format!("“{}”不在这次抽取的结果中；请核对抽取，或等揭晓后再登记。", unit.name);
            refuse("draw", message);
        }
        _ => {}
    }
    errors
}

async fn insert(conn: &mut AsyncPgConnection, actor: &Actor, rows: &[Row<'_>]) -> Result<()> {
    let of =
        |text: fn(&Report) -> Option<&str>| rows.iter().map(|row| text(&row.2.report)).collect::<Vec<_>>();
    diesel::sql_query(
        "INSERT INTO inspections (county_id, id, unit_id, path, kind, held_on, score, finding, evidence, inspected_by, \
            draw_id, created_by, updated_by) \
         SELECT $1, i.*, $12, $12 FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11) AS i",
    )
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Array<Uuid>, _>(rows.iter().map(|row| row.0).collect::<Vec<_>>())
    .bind::<Array<Uuid>, _>(rows.iter().map(|row| row.1.id).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(rows.iter().map(|row| row.1.path.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(rows.iter().map(|row| row.2.kind.code()).collect::<Vec<_>>())
    .bind::<Array<Date>, _>(rows.iter().map(|row| row.2.held_on).collect::<Vec<_>>())
    .bind::<Array<Nullable<Numeric>>, _>(rows.iter().map(|row| row.2.report.score.clone()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(of(|report| filled(report.finding.as_ref())))
    .bind::<Array<Nullable<Text>>, _>(of(|report| filled(report.evidence.as_ref())))
    .bind::<Array<Text>, _>(rows.iter().map(|row| row.2.report.inspected_by.trim()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Uuid>>, _>(rows.iter().map(|row| row.2.draw).collect::<Vec<_>>())
    .bind::<Text, _>(&actor.name)
    .execute(conn)
    .await
    .constraint("inspections_day_key", || Error::Taken {
        field: "held_on",
        message: "该村（社区）当天已登记同类检查；请修改已登记的，或核对日期。".to_owned(),
    })?;
    Ok(())
}

/// Corrects what checks say; which unit, kind and day stand.
///
/// # Errors
/// `Forbidden`; `Missing`; `Stale`; `Invalid` for a report that says nothing.
pub async fn change_inspection(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[ChangeInspection],
) -> Result<()> {
    db::write(conn, actor, async |conn| {
        policy::require(actor, Action::EnterRecords, &actor.scope.path)?;
        let ids: Vec<InspectionId> = commands.iter().map(|command| command.inspection).collect();
        let held = queries::lock_inspections(conn, &actor.scope, &ids).await?;
        let paths: Vec<Path> = held.values().map(|one| Path::stored(one.path.clone())).collect();
        policy::require_all(actor, Action::EnterRecords, &paths)?;
        let is_stale = |command: &ChangeInspection| {
            held.get(&command.inspection).is_none_or(|one| one.version != command.version)
        };
        if commands.iter().any(is_stale) {
            return Err(Error::Stale);
        }
        let errors: Vec<FieldError> = commands.iter().flat_map(|command| command.report.check()).collect();
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        update(conn, actor, commands).await?;
        let told: Vec<_> = commands.iter().map(|one| (one.inspection, None, &one.report)).collect();
        append(conn, actor, "assessments.change_inspection", &told, &paths).await
    })
    .await
}

async fn update(conn: &mut AsyncPgConnection, actor: &Actor, commands: &[ChangeInspection]) -> Result<()> {
    let of =
        |text: fn(&Report) -> Option<&str>| commands.iter().map(|one| text(&one.report)).collect::<Vec<_>>();
    diesel::sql_query(
        "UPDATE inspections i SET score = n.score, finding = n.finding, evidence = n.evidence, \
            inspected_by = n.inspected_by, version = i.version + 1, updated_at = now(), updated_by = $7 \
         FROM unnest($2, $3, $4, $5, $6) AS n (id, score, finding, evidence, inspected_by) \
         WHERE i.county_id = $1 AND i.id = n.id",
    )
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Array<Uuid>, _>(commands.iter().map(|one| one.inspection).collect::<Vec<_>>())
    .bind::<Array<Nullable<Numeric>>, _>(
        commands.iter().map(|one| one.report.score.clone()).collect::<Vec<_>>(),
    )
    .bind::<Array<Nullable<Text>>, _>(of(|report| filled(report.finding.as_ref())))
    .bind::<Array<Nullable<Text>>, _>(of(|report| filled(report.evidence.as_ref())))
    .bind::<Array<Text>, _>(commands.iter().map(|one| one.report.inspected_by.trim()).collect::<Vec<_>>())
    .bind::<Text, _>(&actor.name)
    .execute(conn)
    .await?;
    Ok(())
}

async fn append(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    action: &'static str,
    told: &[(InspectionId, Option<&RecordInspection>, &Report)],
    paths: &[Path],
) -> Result<()> {
    let line = |(id, new, report): &(InspectionId, Option<&RecordInspection>, &Report)| {
        serde_json::json!({
            "id": id, "unit": new.map(|new| new.unit.as_str()), "kind": new.map(|new| new.kind.code()),
            "held_on": new.map(|new| new.held_on), "draw": new.and_then(|new| new.draw),
            "score": report.score.as_ref().map(BigDecimal::to_plain_string), "finding": report.finding,
        })
    };
    audit::append(
        conn,
        actor,
        &audit::Entry {
            action,
            subject_kind: "inspection",
            subject: if let [only] = told { Some(only.0.0) } else { None },
            count: told.len(),
            path: if let [only] = paths { only } else { &actor.scope.path },
            details: serde_json::json!({ "inspections": told.iter().take(50).map(line).collect::<Vec<_>>() }),
        },
    )
    .await
}

//! Enters objections against published assessments, within the term of notice.

use chrono::NaiveDate;
use diesel::sql_types::{Array, Date, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::error::{Error, FieldError, Result};
use crate::base::ids::{AssessmentId, AssessmentObjectionId, AssessmentRoundId};
use crate::base::policy::{self, Action};
use crate::base::scope::Path;
use crate::base::{clock, db};
use crate::records::assessments::model::{AssessmentState, ObjectionState, Round};
use crate::records::assessments::queries;
use crate::records::audit;

/// An objection to be entered.
#[derive(Debug, Clone)]
pub struct Object {
    /// The assessment.
    pub assessment: AssessmentId,
    /// The day on which it was raised.
    pub raised_on: NaiveDate,
    /// Who raised it: a unit or a name.
    pub raised_by: String,
    /// What is objected to.
    pub content: String,
}

impl Object {
    fn check(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if !(1..=50).contains(&self.raised_by.trim().chars().count()) {
            errors.push(FieldError::new("raised_by", "请填写提出异议的单位或人员，不超过50字。", None));
        }
        if !(1..=1000).contains(&self.content.trim().chars().count()) {
            errors.push(FieldError::new("content", "请写明对哪项得分有异议和理由，不超过1000字。", None));
        }
        errors
    }
}

/// Enters objections; answers their ids in the order given.
///
/// # Errors
/// `Forbidden`; `Missing`; `Refused` where nothing is published; `Invalid` for a day outside the term of notice or an
/// empty field. Then none is entered.
pub async fn object(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[Object],
) -> Result<Vec<AssessmentObjectionId>> {
    db::write(conn, actor, async |conn| {
        policy::require(actor, Action::EnterRecords, &actor.scope.path)?;
        let ids: Vec<AssessmentId> = commands.iter().map(|command| command.assessment).collect();
        let assessed = queries::by_assessment(conn, &actor.scope, &ids).await?;
        let round_ids: Vec<AssessmentRoundId> = assessed.values().map(|one| one.round_id).collect();
        let rounds = queries::lock_rounds(conn, &actor.scope, &round_ids).await?;
        let paths: Vec<Path> = rounds.values().map(Round::path).collect();
        policy::require_all(actor, Action::EnterRecords, &paths)?;
        let mut rows = Vec::with_capacity(commands.len());
        let mut errors = Vec::new();
        for command in commands {
            let one = assessed.get(&command.assessment).ok_or(Error::Missing { what: "考核结果" })?;
            let round = rounds.get(&one.round_id).ok_or(Error::Missing { what: "季度考核" })?;
            errors.extend(command.check());
            errors.extend(out_of_term(command, round, clock::today())?);
            rows.push((AssessmentObjectionId::new(), one.path.as_str(), command));
        }
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        insert(conn, actor, &rows).await?;
        record(conn, actor, &rows, &paths).await?;
        Ok(rows.into_iter().map(|(id, ..)| id).collect())
    })
    .await
}

type Row<'a> = (AssessmentObjectionId, &'a str, &'a Object);

/// An objection is raised while the notice runs, and not ahead of today.
fn out_of_term(command: &Object, round: &Round, today: NaiveDate) -> Result<Option<FieldError>> {
    let (AssessmentState::Published, Some(from), Some(to)) =
        (round.state()?, round.notice_from, round.notice_to)
    else {
        return Err(Error::Refused("本季考核还没有公示；公示后在公示期内提出异议。".to_owned()));
    };
    let day = command.raised_on;
    let message = if day > today {
        format!("提出日期“{day}”晚于今天，请填写实际提出的日期。")
    } else if !(from..=to).contains(&day) {
        format!("提出日期“{day}”不在公示期（{from}至{to}）内；公示期外的意见请作为下一季度考核的线索。")
    } else {
        return Ok(None);
    };
    Ok(Some(FieldError::new("raised_on", message, Some(&day.to_string()))))
}

async fn insert(conn: &mut AsyncPgConnection, actor: &Actor, rows: &[Row<'_>]) -> Result<()> {
    diesel::sql_query(
        "INSERT INTO assessment_objections (county_id, id, assessment_id, path, raised_on, raised_by, content, state, \
            created_by) \
         SELECT $1, o.*, $8, $9 FROM unnest($2, $3, $4, $5, $6, $7) AS o",
    )
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Array<Uuid>, _>(rows.iter().map(|row| row.0).collect::<Vec<_>>())
    .bind::<Array<Uuid>, _>(rows.iter().map(|row| row.2.assessment).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(rows.iter().map(|row| row.1).collect::<Vec<_>>())
    .bind::<Array<Date>, _>(rows.iter().map(|row| row.2.raised_on).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(rows.iter().map(|row| row.2.raised_by.trim()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(rows.iter().map(|row| row.2.content.trim()).collect::<Vec<_>>())
    .bind::<Text, _>(ObjectionState::Open.code())
    .bind::<Text, _>(&actor.name)
    .execute(conn)
    .await?;
    Ok(())
}

async fn record(conn: &mut AsyncPgConnection, actor: &Actor, rows: &[Row<'_>], paths: &[Path]) -> Result<()> {
    audit::append(
        conn,
        actor,
        &audit::Entry {
            action: "assessments.object",
            subject_kind: "assessment_objection",
            subject: if let [only] = rows { Some(only.0.0) } else { None },
            count: rows.len(),
            path: if let [only] = paths { only } else { &actor.scope.path },
            details: serde_json::json!({
                "objections": rows.iter().take(50).map(|(id, _, command)| serde_json::json!({
                    "id": id, "assessment": command.assessment, "raised_on": command.raised_on,
                    "raised_by": command.raised_by.trim(), "content": command.content.trim(),
                })).collect::<Vec<_>>(),
            }),
        },
    )
    .await
}

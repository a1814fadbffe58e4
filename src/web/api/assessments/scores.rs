//! `/assessments/rounds/{id}/scores`: the grid of a round.

use std::collections::BTreeMap;

use rocket::{Route, get, put, routes};
use serde_json::Value;
use utoipa::ToSchema;

use super::{Decimal, IndicatorJson, typed};
use crate::base::db;
use crate::base::error::{Error, FieldError, Result};
use crate::base::ids::AssessmentRoundId;
use crate::base::policy::{self, Action};
use crate::base::values::excerpt;
use crate::records::assessments::queries::{self, Grid, GridRow};
use crate::records::assessments::{self, EnterScores, Mark, Scheme, ScoreRow};
use crate::web::guards::{Body, Caller, Db, IfMatch};
use crate::web::respond::{Answer, Versioned};

/// The routes.
#[must_use]
pub(super) fn routes() -> Vec<Route> {
    routes![show_assessment_scores, enter_assessment_scores]
}

/// One village of the grid.
#[derive(serde::Serialize, ToSchema)]
pub struct AssessmentRowJson {
    /// Code of the village.
    village: String,
    name: String,
    /// Id of the assessment, once something was entered.
    assessment: Option<String>,
    /// By code of the indicator.
    #[schema(value_type = BTreeMap<String, f64>)]
    scores: BTreeMap<String, Decimal>,
    /// Null while a score is missing.
    #[schema(value_type = Option<f64>)]
    total: Option<Decimal>,
    deduction_note: Option<String>,
    evidence: Option<String>,
    note: Option<String>,
}

impl AssessmentRowJson {
    fn new(scheme: &Scheme, row: GridRow) -> Self {
        let GridRow { unit, assessment, mut scores } = row;
        let scores = scheme
            .indicators
            .iter()
            .filter_map(|one| Some((one.code.clone(), Decimal(scores.remove(&one.id)?))))
            .collect();
        let told = assessment.as_ref();
        Self {
            village: unit.code,
            name: unit.name,
            assessment: told.map(|one| one.id.to_string()),
            total: told.and_then(|one| one.total.clone()).map(Decimal),
            deduction_note: told.and_then(|one| one.deduction_note.clone()),
            evidence: told.and_then(|one| one.evidence.clone()),
            note: told.and_then(|one| one.note.clone()),
            scores,
        }
    }
}

/// The grid of a round: a row for each village, by code.
#[derive(serde::Serialize, ToSchema)]
pub struct AssessmentScoresJson {
    round: String,
    version: i32,
    state: String,
    /// The columns, in their order.
    indicators: Vec<IndicatorJson>,
    rows: Vec<AssessmentRowJson>,
}

impl From<Grid> for AssessmentScoresJson {
    fn from(grid: Grid) -> Self {
        let Grid { line, scheme, rows } = grid;
        let round = line.card.round;
        Self {
            round: round.id.to_string(),
            version: round.version,
            state: round.state,
            rows: rows.into_iter().map(|row| AssessmentRowJson::new(&scheme, row)).collect(),
            indicators: scheme.indicators.into_iter().map(IndicatorJson::from).collect(),
        }
    }
}

async fn read(
    db: &mut Db,
    caller: &Caller,
    id: AssessmentRoundId,
) -> Result<Versioned<AssessmentScoresJson>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    let scope = caller.scope();
    let grid = db::read(&mut db.0, scope, async |conn| queries::grid(conn, scope, id).await).await?;
    Ok(Versioned { version: grid.line.card.round.version, created: false, body: grid.into() })
}

/// Show the scores of a round.
#[utoipa::path(context_path = "/api/v1", tag = "assessments", params(("id" = String, Path)),
    responses((status = 200, body = AssessmentScoresJson), (status = 404, description = "none in your scope")))]
#[get("/assessments/rounds/<id>/scores")]
pub async fn show_assessment_scores(
    caller: Caller,
    mut db: Db,
    id: AssessmentRoundId,
) -> Answer<Versioned<AssessmentScoresJson>> {
    Ok(read(&mut db, &caller, id).await?)
}

/// The marks of one village.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssessmentRowInput {
    /// Code of the village.
    village: String,
    /// A score by code of the indicator; null clears it, an indicator that does not stand here keeps its score.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, Option<f64>>)]
    scores: BTreeMap<String, Value>,
    /// What is taken off full marks, by code of the indicator.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, Option<f64>>)]
    deductions: BTreeMap<String, Value>,
    /// Why; an empty text clears it, none keeps it.
    #[serde(default)]
    deduction_note: Option<String>,
    #[serde(default)]
    evidence: Option<String>,
    #[serde(default)]
    note: Option<String>,
}

/// Marks of some villages; those that do not stand here keep what they have.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssessmentScoresInput {
    rows: Vec<AssessmentRowInput>,
}

impl AssessmentScoresInput {
    fn parse(self) -> Result<Vec<ScoreRow>> {
        let mut wrong = Vec::new();
        let mut rows = Vec::with_capacity(self.rows.len());
        for (at, row) in self.rows.into_iter().enumerate() {
            let mut marks = Vec::with_capacity(row.scores.len() + row.deductions.len());
            for (given, is_deduction) in [(row.scores, false), (row.deductions, true)] {
                let place = if is_deduction { "deductions" } else { "scores" };
                for (indicator, value) in given {
                    match typed(&value) {
                        Some(typed) => marks.push(Mark { indicator, typed, is_deduction }),
                        None => {
                            let message = format!("第{}行：“{}”应为数字。", at + 1, excerpt(&indicator));
                            let field = format!("rows[{at}].{place}.{indicator}");
                            wrong.push(FieldError::new(&field, message, None));
                        }
                    }
                }
            }
            rows.push(ScoreRow {
                village: row.village.trim().to_owned(),
                marks,
                deduction_note: row.deduction_note,
                evidence: row.evidence,
                note: row.note,
            });
        }
        if wrong.is_empty() { Ok(rows) } else { Err(Error::Invalid(wrong)) }
    }
}

/// Enter scores or deductions, all or none; needs the version that you saw in `If-Match`.
#[utoipa::path(context_path = "/api/v1", tag = "assessments", params(("id" = String, Path)),
    request_body = AssessmentScoresInput,
    responses((status = 200, body = AssessmentScoresJson), (status = 412, description = "changed meanwhile"),
        (status = 422, description = "every wrong cell"), (status = 428, description = "If-Match missing")))]
#[put("/assessments/rounds/<id>/scores", data = "<body>")]
pub async fn enter_assessment_scores(
    caller: Caller,
    version: IfMatch,
    mut db: Db,
    id: AssessmentRoundId,
    body: Body<AssessmentScoresInput>,
) -> Answer<Versioned<AssessmentScoresJson>> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let command = EnterScores { round: id, version: Some(version.0), rows: body.0.parse()? };
    assessments::enter_scores(&mut db.0, &caller.actor, &[command]).await?;
    Ok(read(&mut db, &caller, id).await?)
}

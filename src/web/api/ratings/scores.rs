//! `/ratings/rounds/{id}/scores`: the grid of a round.

use std::collections::BTreeMap;

use rocket::{Route, State, get, put, routes};
use serde_json::Value;
use utoipa::ToSchema;

use super::{Decimal, DimensionJson};
use crate::base::db;
use crate::base::error::{Error, FieldError, Result};
use crate::base::ids::RoundId;
use crate::base::policy::{self, Action};
use crate::base::values::excerpt;
use crate::records::ratings::queries::{self, Grid, GridRow};
use crate::records::ratings::{self, EnterRaterScores, EnterScores, Rater, Scheme, ScoreRow};
use crate::web;
use crate::web::guards::{Body, Caller, Db, IfMatch};
use crate::web::reading;
use crate::web::respond::{Answer, Versioned};

/// The routes.
#[must_use]
pub(super) fn routes() -> Vec<Route> {
    routes![show_scores, enter_scores, enter_rater_scores]
}

/// One member of the grid.
#[derive(serde::Serialize, ToSchema)]
pub struct ScoreRowJson {
    /// Id of the membership, organisation or person.
    subject: String,
    name: String,
    /// Whether he was in the register of the branch on the last day of the period: only then may he be rated.
    present: bool,
    /// Id of the rating, once something was entered.
    rating: Option<String>,
    state: Option<String>,
    /// By code of the dimension.
    #[schema(value_type = BTreeMap<String, f64>)]
    scores: BTreeMap<String, Decimal>,
    /// Null while the scheme asks for more scores.
    #[schema(value_type = Option<f64>)]
    total: Option<Decimal>,
    stars: Option<i32>,
    evidence: Option<String>,
    /// Name of the veto that was found, which sets the stars whatever the scores.
    veto: Option<String>,
    /// Why it was sent back.
    returned_reason: Option<String>,
}

impl ScoreRowJson {
    fn new(scheme: &Scheme, row: GridRow) -> Self {
        let GridRow { subject, rating, mut scores } = row;
        let scores = scheme
            .dimensions
            .iter()
            .filter_map(|dimension| Some((dimension.code.clone(), Decimal(scores.remove(&dimension.id)?))))
            .collect();
        let told = rating.as_ref();
        Self {
            subject: subject.id.to_string(),
            name: subject.name,
            present: subject.present,
            scores,
            state: told.map(|rating| rating.state.clone()),
            stars: told.and_then(|rating| rating.stars),
            total: told.and_then(|rating| rating.total.clone()).map(Decimal),
            rating: told.map(|rating| rating.id.to_string()),
            evidence: told.and_then(|rating| rating.evidence.clone()),
            veto: told.and_then(|rating| rating.veto.clone()),
            returned_reason: told.and_then(|rating| rating.returned_reason.clone()),
        }
    }
}

/// The grid of a round: a row for each member to be rated, by name.
#[derive(serde::Serialize, ToSchema)]
pub struct ScoresJson {
    round: String,
    version: i32,
    state: String,
    /// The columns, in their order.
    dimensions: Vec<DimensionJson>,
    rows: Vec<ScoreRowJson>,
}

impl From<Grid> for ScoresJson {
    fn from(grid: Grid) -> Self {
        let Grid { line, scheme, rows } = grid;
        let round = line.card.round;
        Self {
            round: round.id.to_string(),
            version: round.version,
            state: round.state,
            rows: rows.into_iter().map(|row| ScoreRowJson::new(&scheme, row)).collect(),
            dimensions: scheme.dimensions.into_iter().map(DimensionJson::from).collect(),
        }
    }
}

async fn read(db: &mut Db, caller: &Caller, id: RoundId) -> Result<Versioned<ScoresJson>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    let scope = caller.scope();
    let grid = db::read(&mut db.0, scope, async |conn| queries::grid(conn, scope, id).await).await?;
    Ok(Versioned { version: grid.line.card.round.version, created: false, body: grid.into() })
}

/// Show the scores of a round.
#[utoipa::path(context_path = "/api/v1", tag = "ratings", params(("id" = String, Path)),
    responses((status = 200, body = ScoresJson), (status = 404, description = "none in your scope")))]
#[get("/ratings/rounds/<id>/scores")]
pub async fn show_scores(
    caller: Caller,
    mut db: Db,
    id: RoundId,
    state: &State<web::State>,
) -> Answer<Versioned<ScoresJson>> {
    let shown = read(&mut db, &caller, id).await?;
    reading::note(state, &caller.known.identity, &caller.actor, shown.body.rows.len()).await?;
    Ok(shown)
}

/// The scores of one subject.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScoreRowInput {
    /// Id of the membership, organisation or person.
    subject: String,
    /// A number by code of the dimension; null clears it, a dimension that does not stand here keeps its score.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, Option<f64>>)]
    scores: BTreeMap<String, Value>,
    /// What the scores rest on; an empty text clears it, none keeps it.
    #[serde(default)]
    evidence: Option<String>,
    /// Code of the veto that is the case; an empty text clears it, none keeps it.
    #[serde(default)]
    veto: Option<String>,
}

/// Scores of some members; those who do not stand here keep what they have.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScoresInput {
    rows: Vec<ScoreRowInput>,
}

impl ScoresInput {
    fn parse(self) -> Result<Vec<ScoreRow>> {
        let mut wrong = Vec::new();
        let mut rows = Vec::with_capacity(self.rows.len());
        for (at, row) in self.rows.into_iter().enumerate() {
            let subject = row.subject.trim().parse().map_err(|_| {
                let message = format!("第{}行：人员编号不是有效的编号，请从名单中复制。", at + 1);
                let field = format!("rows[{at}].subject");
                wrong.push(FieldError::new(&field, message, Some(&excerpt(&row.subject))));
            });
            let mut scores = Vec::with_capacity(row.scores.len());
            for (code, value) in row.scores {
                match typed(&value) {
                    Some(text) => scores.push((code, text)),
                    None => {
                        let message = format!("第{}行：“{}”的分数应为数字。", at + 1, excerpt(&code));
                        wrong.push(FieldError::new(&format!("rows[{at}].scores.{code}"), message, None));
                    }
                }
            }
            if let Ok(subject) = subject {
                rows.push(ScoreRow { subject, scores, evidence: row.evidence, veto: row.veto });
            }
        }
        if wrong.is_empty() { Ok(rows) } else { Err(Error::Invalid(wrong)) }
    }
}

/// A score as a form would have it; none for what can be no score.
fn typed(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Enter scores, all or none; needs the version that you saw in `If-Match`.
#[utoipa::path(context_path = "/api/v1", tag = "ratings", params(("id" = String, Path)), request_body = ScoresInput,
    responses((status = 200, body = ScoresJson), (status = 412, description = "changed meanwhile"),
        (status = 422, description = "every wrong cell"), (status = 428, description = "If-Match missing")))]
#[put("/ratings/rounds/<id>/scores", data = "<body>")]
pub async fn enter_scores(
    caller: Caller,
    version: IfMatch,
    mut db: Db,
    id: RoundId,
    body: Body<ScoresInput>,
) -> Answer<Versioned<ScoresJson>> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let command = EnterScores { round: id, version: Some(version.0), rows: body.0.parse()? };
    ratings::enter_scores(&mut db.0, &caller.actor, &[command]).await?;
    Ok(read(&mut db, &caller, id).await?)
}

/// Who scores.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RaterInput {
    /// His name, or the number of an anonymous sheet; the same again is the same rater.
    name: String,
    /// Id of the membership that he has, so that he does not score himself; null: he is no member, or the sheet is
    /// anonymous.
    #[serde(default)]
    member: Option<String>,
}

/// What one rater gave.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RaterScoresInput {
    rater: RaterInput,
    rows: Vec<ScoreRowInput>,
}

/// Enter what one rater gave, all or none, where the scheme has several; needs the version that you saw in `If-Match`.
/// Each one's scores are kept; what they become together is answered.
#[utoipa::path(context_path = "/api/v1", tag = "ratings", params(("id" = String, Path)),
    request_body = RaterScoresInput,
    responses((status = 200, body = ScoresJson), (status = 412, description = "changed meanwhile"),
        (status = 422, description = "every wrong cell; a rater who scores himself; a scheme without raters")))]
#[put("/ratings/rounds/<id>/raters", data = "<body>")]
pub async fn enter_rater_scores(
    caller: Caller,
    version: IfMatch,
    mut db: Db,
    id: RoundId,
    body: Body<RaterScoresInput>,
) -> Answer<Versioned<ScoresJson>> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let RaterScoresInput { rater, rows } = body.0;
    let member = rater.member.map(|text| text.trim().parse()).transpose().map_err(|_| {
        let message = "评分人的党员编号不是有效的编号，请从名单中复制；不是党员或无记名的请不填。";
        Error::Invalid(vec![FieldError::new("rater.member", message, None)])
    })?;
    let command = EnterRaterScores {
        round: id,
        version: Some(version.0),
        rater: Rater { name: rater.name, member },
        rows: ScoresInput { rows }.parse()?,
    };
    ratings::enter_rater_scores(&mut db.0, &caller.actor, &[command]).await?;
    Ok(read(&mut db, &caller, id).await?)
}

//! `/ratings/{id}`: one rating with the arithmetic of its stars.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use rocket::{Route, get, routes};
use utoipa::ToSchema;

use super::{Decimal, NamedJson, ThresholdJson};
use crate::base::db;
use crate::base::ids::RatingId;
use crate::base::policy::{self, Action};
use crate::records::ratings::queries::{self, Mark, Objection, RatingCard, Sheet};
use crate::records::ratings::{Arithmetic, Dimension, Scheme};
use crate::web::guards::{Caller, Db};
use crate::web::respond::{Answer, Versioned};

/// The routes.
#[must_use]
pub(super) fn routes() -> Vec<Route> {
    routes![show_rating]
}

/// What one dimension adds.
#[derive(serde::Serialize, ToSchema)]
pub struct ArithmeticLineJson {
    dimension: String,
    name: String,
    #[schema(value_type = f64)]
    maximum: Decimal,
    #[schema(value_type = f64)]
    weight: Decimal,
    /// Null where it is missing.
    #[schema(value_type = Option<f64>)]
    score: Option<Decimal>,
    /// Score times weight, at most the cap; null where a missing score is left out.
    #[schema(value_type = Option<f64>)]
    product: Option<Decimal>,
    /// The cap, where it cut the product down.
    #[schema(value_type = Option<f64>)]
    capped_at: Option<Decimal>,
}

/// How a rating came by its stars.
#[derive(serde::Serialize, ToSchema)]
pub struct ArithmeticJson {
    /// `sum`, `weighted_mean` or `mean`.
    aggregation: &'static str,
    lines: Vec<ArithmeticLineJson>,
    /// Sum of the products.
    #[schema(value_type = f64)]
    sum: Decimal,
    /// What the sum was divided by, for a mean.
    #[schema(value_type = Option<f64>)]
    divisor: Option<Decimal>,
    /// Rounded half up to two decimals.
    #[schema(value_type = f64)]
    total: Decimal,
    /// Whether rounding changed it.
    rounded: bool,
    /// The step that was reached; null below the lowest.
    threshold: Option<ThresholdJson>,
    stars: i32,
    /// What they are called: `五星`, `优秀`.
    level: String,
    /// The veto that set them.
    veto: Option<NamedJson>,
    /// All of it as one line: `18 + 19 + 17 + 18 + 20 = 92，92 ≥ 90 → 五星`.
    sentence: String,
}

impl From<&Arithmetic> for ArithmeticJson {
    fn from(arithmetic: &Arithmetic) -> Self {
        let lines = arithmetic.lines.iter().map(|line| ArithmeticLineJson {
            dimension: line.code.clone(),
            name: line.name.clone(),
            maximum: Decimal(line.maximum.clone()),
            weight: Decimal(line.weight.clone()),
            score: line.score.clone().map(Decimal),
            product: line.product.clone().map(Decimal),
            capped_at: line.capped_at.clone().map(Decimal),
        });
        Self {
            aggregation: arithmetic.aggregation.code(),
            lines: lines.collect(),
            sum: Decimal(arithmetic.sum.clone()),
            divisor: arithmetic.divisor.clone().map(Decimal),
            total: Decimal(arithmetic.total.clone()),
            rounded: arithmetic.is_rounded,
            threshold: arithmetic.threshold.clone().map(ThresholdJson::from),
            stars: arithmetic.stars,
            level: arithmetic.level.clone(),
            veto: arithmetic
                .veto
                .as_ref()
                .map(|veto| NamedJson { code: veto.code.clone(), name: veto.name.clone() }),
            sentence: arithmetic.sentence(),
        }
    }
}

/// Who took a step, and when.
#[derive(serde::Serialize, ToSchema)]
pub struct StepJson {
    by: String,
    at: DateTime<Utc>,
}

fn step(by: Option<String>, at: Option<DateTime<Utc>>) -> Option<StepJson> {
    Some(StepJson { by: by?, at: at? })
}

/// The version of a scheme that a rating keeps to.
#[derive(serde::Serialize, ToSchema)]
pub struct SchemeVersionJson {
    id: String,
    code: String,
    name: String,
    /// First day in force.
    from: NaiveDate,
}

/// One mark of a rater.
#[derive(serde::Serialize, ToSchema)]
pub struct RaterMarkJson {
    #[schema(value_type = f64)]
    score: Decimal,
    /// Whether it does not count, since the highest and the lowest are left out.
    left_out: bool,
}

/// What one rater gave.
#[derive(serde::Serialize, ToSchema)]
pub struct RaterSheetJson {
    /// His name, or the number of an anonymous sheet.
    rater: String,
    /// By code of the dimension.
    marks: BTreeMap<String, RaterMarkJson>,
}

impl RaterSheetJson {
    fn new(scheme: &Scheme, sheet: Sheet) -> Self {
        let Sheet { rater, mut marks } = sheet;
        let mark = |dimension: &Dimension| {
            let Mark { score, is_left_out } = marks.remove(&dimension.id)?;
            Some((dimension.code.clone(), RaterMarkJson { score: Decimal(score), left_out: is_left_out }))
        };
        Self { rater, marks: scheme.dimensions.iter().filter_map(mark).collect() }
    }
}

/// One rating.
#[derive(serde::Serialize, ToSchema)]
pub struct RatingJson {
    id: String,
    version: i32,
    round: String,
    period: String,
    scheme: SchemeVersionJson,
    organisation: NamedJson,
    /// Id of the membership, organisation or person.
    subject: String,
    /// `member`, `branch`, `village` or `household`.
    subject_kind: &'static str,
    name: String,
    state: String,
    /// By code of the dimension.
    #[schema(value_type = BTreeMap<String, f64>)]
    scores: BTreeMap<String, Decimal>,
    #[schema(value_type = Option<f64>)]
    total: Option<Decimal>,
    stars: Option<i32>,
    /// Null while the scheme asks for more scores.
    arithmetic: Option<ArithmeticJson>,
    /// Names of the dimensions that are missing.
    missing: Vec<String>,
    evidence: Option<String>,
    /// `one`, `mean` or `trimmed_mean`: how what raters gave became one score.
    rater_rule: &'static str,
    /// Who scored, where the scheme has several raters.
    raters: Vec<RaterSheetJson>,
    /// Who entered scores, the first one first.
    entered_by: Vec<String>,
    submitted: Option<StepJson>,
    returned: Option<StepJson>,
    returned_reason: Option<String>,
    reviewed: Option<StepJson>,
    confirmed: Option<StepJson>,
    published: Option<StepJson>,
    revoked: Option<StepJson>,
    revoked_reason: Option<String>,
    /// The last day on which somebody may object; null while it is not published.
    objection_until: Option<NaiveDate>,
    /// The latest first.
    objections: Vec<RatingObjectionJson>,
}

/// What was objected, and what came of it.
#[derive(serde::Serialize, ToSchema)]
pub struct RatingObjectionJson {
    content: String,
    /// The stars that were objected to.
    stars_before: Option<i32>,
    entered: StepJson,
    /// Null: it waits; else `dismissed` or `upheld`.
    outcome: Option<String>,
    resolution: Option<String>,
    resolved: Option<StepJson>,
}

impl From<Objection> for RatingObjectionJson {
    fn from(objection: Objection) -> Self {
        Self {
            content: objection.content,
            stars_before: objection.stars_before,
            entered: StepJson { by: objection.created_by, at: objection.created_at },
            outcome: objection.outcome,
            resolution: objection.resolution,
            resolved: step(objection.resolved_by, objection.resolved_at),
        }
    }
}

impl From<RatingCard> for RatingJson {
    fn from(card: RatingCard) -> Self {
        let RatingCard {
            round,
            scheme,
            subject,
            rating,
            mut scores,
            evaluation,
            sheets,
            entered_by,
            objections,
            until,
        } = card;
        Self {
            id: rating.id.to_string(),
            version: rating.version,
            round: round.round.id.to_string(),
            period: round.round.period,
            scheme: SchemeVersionJson {
                id: scheme.id.to_string(),
                code: round.scheme_code,
                name: round.scheme_name,
                from: scheme.from_day,
            },
            rater_rule: scheme.rules.raters.code(),
            raters: sheets.into_iter().map(|sheet| RaterSheetJson::new(&scheme, sheet)).collect(),
            entered_by,
            organisation: NamedJson { code: round.organisation_code, name: round.organisation_name },
            subject: subject.id.to_string(),
            subject_kind: scheme.subject.code(),
            name: subject.name,
            state: rating.state,
            scores: scheme
                .dimensions
                .into_iter()
                .filter_map(|dimension| Some((dimension.code, Decimal(scores.remove(&dimension.id)?))))
                .collect(),
            total: rating.total.map(Decimal),
            stars: rating.stars,
            arithmetic: evaluation.complete().map(ArithmeticJson::from),
            missing: evaluation.missing().to_vec(),
            evidence: rating.evidence,
            submitted: step(rating.submitted_by, rating.submitted_at),
            returned: step(rating.returned_by, rating.returned_at),
            returned_reason: rating.returned_reason,
            reviewed: step(rating.reviewed_by, rating.reviewed_at),
            confirmed: step(rating.confirmed_by, rating.confirmed_at),
            published: step(rating.published_by, rating.published_at),
            revoked: step(rating.revoked_by, rating.revoked_at),
            revoked_reason: rating.revoked_reason,
            objection_until: until,
            objections: objections.into_iter().map(RatingObjectionJson::from).collect(),
        }
    }
}

/// Show one rating with its arithmetic.
#[utoipa::path(context_path = "/api/v1", tag = "ratings", params(("id" = String, Path)),
    responses((status = 200, body = RatingJson), (status = 404, description = "none in your scope")))]
#[get("/ratings/<id>")]
pub async fn show_rating(caller: Caller, mut db: Db, id: RatingId) -> Answer<Versioned<RatingJson>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    let scope = caller.scope();
    let card = db::read(&mut db.0, scope, async |conn| queries::rating(conn, scope, id).await).await?;
    Ok(Versioned { version: card.rating.version, created: false, body: card.into() })
}

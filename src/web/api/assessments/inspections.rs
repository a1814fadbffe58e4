//! `/assessments/inspections` and `/assessments/units`: the checks beside the assessment, and one picture of a unit and
//! a year.

use chrono::{Datelike, NaiveDate};
use rocket::serde::json::Json;
use rocket::{Route, get, patch, post, routes};
use utoipa::ToSchema;

use super::{Decimal, RankJson, UnitJson, decimal};
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, FieldError, OrMissing, Result};
use crate::base::ids::InspectionId;
use crate::base::policy::{self, Action};
use crate::base::values::{excerpt, parse_date};
use crate::records::assessments::queries::{self, InspectionCard, InspectionFilter, Picture};
use crate::records::assessments::{self, ChangeInspection, InspectionKind, RecordInspection, Report};
use crate::web::api::organisations::narrowed;
use crate::web::guards::{Body, Caller, Db, Idempotency, IfMatch, Kept, Listing, Page};
use crate::web::respond::{Answer, Versioned};

/// The routes.
#[must_use]
pub(super) fn routes() -> Vec<Route> {
    routes![list_inspections, record_inspection, change_inspection, show_unit_year]
}

/// A check.
#[derive(serde::Serialize, ToSchema)]
pub struct InspectionJson {
    id: String,
    version: i32,
    unit: UnitJson,
    /// Vocabulary list `inspection_kind`.
    kind: String,
    held_on: NaiveDate,
    /// Of a hundred.
    #[schema(value_type = Option<f64>)]
    score: Option<Decimal>,
    finding: Option<String>,
    evidence: Option<String>,
    inspected_by: String,
    /// The draw that a visit follows from.
    draw: Option<String>,
}

impl From<InspectionCard> for InspectionJson {
    fn from(card: InspectionCard) -> Self {
        let one = card.inspection;
        Self {
            id: one.id.to_string(),
            version: one.version,
            unit: UnitJson { code: card.unit_code, name: card.unit_name },
            kind: one.kind,
            held_on: one.held_on,
            score: one.score.map(Decimal),
            finding: one.finding,
            evidence: one.evidence,
            inspected_by: one.inspected_by,
            draw: one.draw_id.map(|id| id.to_string()),
        }
    }
}

/// List checks, the newest first.
#[utoipa::path(context_path = "/api/v1", tag = "assessments", params(
    ("within" = Option<String>, Query), ("kind" = Option<String>, Query), ("limit" = Option<u16>, Query),
    ("after" = Option<String>, Query), ("count" = Option<bool>, Query)),
    responses((status = 200, body = Page<InspectionJson>)))]
#[get("/assessments/inspections?<within>&<kind>")]
pub async fn list_inspections(
    caller: Caller,
    mut db: Db,
    within: Option<&str>,
    kind: Option<&str>,
    listing: Listing,
) -> Answer<Json<Page<InspectionJson>>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    let kind = kind.map(str::trim).filter(|text| !text.is_empty()).map(InspectionKind::parse).transpose();
    let kind = kind.map_err(|error| Error::invalid("kind", error))?;
    let filter = InspectionFilter { kind, ..InspectionFilter::default() };
    let wrong = || Error::invalid("after", "after 不是上一页给出的位置，请使用上一页答复中的 next。");
    let read = |parts: &[String]| match parts {
        [day, id] => Some((day.parse().ok()?, id.parse().ok()?)),
        _ => None,
    };
    let after = listing.after.as_deref().map(|parts| read(parts).ok_or_else(wrong)).transpose()?;
    let scope = caller.scope();
    let page = db::read(&mut db.0, scope, async |conn| {
        let within = narrowed(conn, scope, within.map(str::trim)).await?;
        let size = i64::from(listing.limit) + 1;
        let mut cards = queries::inspections(conn, &within, &filter, after, size).await?;
        let more = cards.len() > usize::from(listing.limit);
        cards.truncate(usize::from(listing.limit));
        let next = cards.last().filter(|_| more).map(|card| {
            Listing::cursor(&[&card.inspection.held_on.to_string(), &card.inspection.id.to_string()])
        });
        let total = listing.total(queries::count_inspections(conn, &within, &filter)).await?;
        Ok(Page { items: cards.into_iter().map(InspectionJson::from).collect(), next, total })
    })
    .await?;
    Ok(Json(page))
}

/// A check to be recorded.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InspectionInput {
    /// Code of the village.
    unit: String,
    kind: String,
    /// Today where it is not given.
    held_on: Option<String>,
    /// Id of the draw that a visit follows from.
    #[serde(default)]
    draw: Option<String>,
    #[schema(value_type = Option<f64>)]
    score: Option<serde_json::Number>,
    #[serde(default)]
    finding: Option<String>,
    #[serde(default)]
    evidence: Option<String>,
    inspected_by: String,
}

impl InspectionInput {
    fn parse(self) -> Result<RecordInspection> {
        let mut wrong: Vec<FieldError> = Vec::new();
        let kind = InspectionKind::parse(&self.kind)
            .map_err(|error| wrong.push(FieldError::new("kind", error, Some(&excerpt(&self.kind)))));
        let held_on = match self.held_on.as_deref() {
            None => Ok(clock::today()),
            Some(text) => parse_date(text)
                .map_err(|error| wrong.push(FieldError::new("held_on", error, Some(&excerpt(text))))),
        };
        let draw = self.draw.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::parse);
        let draw = draw.transpose().map_err(|_| {
            wrong.push(FieldError::new("draw", "抽取编号不是有效的编号，请从抽取页面复制。", None));
        });
        let (Ok(kind), Ok(held_on), Ok(draw)) = (kind, held_on, draw) else {
            return Err(Error::Invalid(wrong));
        };
        Ok(RecordInspection {
            unit: self.unit.trim().to_owned(),
            kind,
            held_on,
            draw,
            report: Report {
                score: self.score.as_ref().map(|score| decimal("score", score)).transpose()?,
                finding: self.finding,
                evidence: self.evidence,
                inspected_by: self.inspected_by,
            },
        })
    }
}

/// Record a check.
#[utoipa::path(context_path = "/api/v1", tag = "assessments", request_body = InspectionInput,
    responses((status = 201, body = InspectionJson), (status = 409, description = "recorded already"),
        (status = 422, description = "each wrong field")))]
#[post("/assessments/inspections", data = "<body>")]
pub async fn record_inspection(
    caller: Caller,
    mut db: Db,
    once: Idempotency,
    body: Body<InspectionInput>,
) -> Answer<Kept> {
    let actor = &caller.actor;
    policy::require(actor, Action::EnterRecords, &actor.scope.path)?;
    let Body(input, hash) = body;
    let command = input.parse()?;
    once.once(&mut db.0, actor, &hash, async |conn| {
        let ids = assessments::record_inspection(conn, actor, &[command]).await?;
        let id = ids.into_iter().next().or_missing("检查记录")?;
        let scope = &actor.scope;
        let card = db::read(conn, scope, async |conn| queries::inspection(conn, scope, id).await).await?;
        Ok((201, serde_json::to_string(&InspectionJson::from(card)).map_err(Error::broken)?))
    })
    .await
}

/// What a check says now, all of it.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InspectionReportInput {
    #[schema(value_type = Option<f64>)]
    score: Option<serde_json::Number>,
    #[serde(default)]
    finding: Option<String>,
    #[serde(default)]
    evidence: Option<String>,
    inspected_by: String,
}

/// Correct what a check says; needs the version that you saw in `If-Match`.
#[utoipa::path(context_path = "/api/v1", tag = "assessments", params(("id" = String, Path)),
    request_body = InspectionReportInput,
    responses((status = 200, body = InspectionJson), (status = 412, description = "changed meanwhile"),
        (status = 422, description = "each wrong field")))]
#[patch("/assessments/inspections/<id>", data = "<body>")]
pub async fn change_inspection(
    caller: Caller,
    version: IfMatch,
    mut db: Db,
    id: InspectionId,
    body: Body<InspectionReportInput>,
) -> Answer<Versioned<InspectionJson>> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let input = body.0;
    let report = Report {
        score: input.score.as_ref().map(|score| decimal("score", score)).transpose()?,
        finding: input.finding,
        evidence: input.evidence,
        inspected_by: input.inspected_by,
    };
    let command = ChangeInspection { inspection: id, version: version.0, report };
    assessments::change_inspection(&mut db.0, &caller.actor, &[command]).await?;
    let scope = caller.scope();
    let card = db::read(&mut db.0, scope, async |conn| queries::inspection(conn, scope, id).await).await?;
    Ok(Versioned { version: card.inspection.version, created: false, body: card.into() })
}

/// A quarter of a unit.
#[derive(serde::Serialize, ToSchema)]
pub struct UnitQuarterJson {
    quarter: String,
    /// Null where it was not assessed.
    rank: Option<RankJson>,
}

/// One picture of a unit and a year.
#[derive(serde::Serialize, ToSchema)]
pub struct UnitYearJson {
    unit: UnitJson,
    year: i32,
    quarters: Vec<UnitQuarterJson>,
    inspections: Vec<InspectionJson>,
}

impl From<Picture> for UnitYearJson {
    fn from(picture: Picture) -> Self {
        Self {
            unit: UnitJson { code: picture.unit.code, name: picture.unit.name },
            year: picture.year,
            quarters: picture
                .quarters
                .into_iter()
                .map(|line| UnitQuarterJson {
                    quarter: line.quarter.to_string(),
                    rank: line.rank.map(RankJson::from),
                })
                .collect(),
            inspections: picture.inspections.into_iter().map(InspectionJson::from).collect(),
        }
    }
}

/// Show how a village stood through a year, with the checks beside it.
#[utoipa::path(context_path = "/api/v1", tag = "assessments",
    params(("code" = String, Path), ("year" = Option<i32>, Query)),
    responses((status = 200, body = UnitYearJson), (status = 404, description = "none in your scope")))]
#[get("/assessments/units/<code>?<year>")]
pub async fn show_unit_year(
    caller: Caller,
    mut db: Db,
    code: &str,
    year: Option<i32>,
) -> Answer<Json<UnitYearJson>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    let year = year.unwrap_or_else(|| clock::today().year());
    let scope = caller.scope();
    let picture =
        db::read(&mut db.0, scope, async |conn| queries::picture(conn, scope, code, year).await).await?;
    Ok(Json(picture.into()))
}

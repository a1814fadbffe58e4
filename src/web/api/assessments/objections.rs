//! Objections against published assessments, and what was decided on them.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use rocket::serde::json::Json;
use rocket::{Route, get, post, routes};
use serde_json::Value;
use utoipa::ToSchema;

use super::{Decimal, UnitJson, typed};
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, FieldError, OrMissing, Result};
use crate::base::ids::{AssessmentId, AssessmentObjectionId, AssessmentRoundId};
use crate::base::policy::{self, Action};
use crate::base::values::{excerpt, parse_date};
use crate::records::assessments::queries::{self, ObjectionCard};
use crate::records::assessments::{self, Object, Resolve};
use crate::web::guards::{Body, Caller, Db, Idempotency, Kept, Listing, Page, Seen};
use crate::web::respond::{Answer, Versioned};

/// The routes.
#[must_use]
pub(super) fn routes() -> Vec<Route> {
    routes![list_assessment_objections, object_to_assessment, resolve_assessment_objection]
}

/// A score that was corrected.
#[derive(serde::Serialize, ToSchema)]
pub struct CorrectionJson {
    /// Code of the indicator.
    indicator: String,
    name: String,
    #[schema(value_type = f64)]
    before: Decimal,
    #[schema(value_type = f64)]
    after: Decimal,
}

/// An objection.
#[derive(serde::Serialize, ToSchema)]
pub struct ObjectionJson {
    id: String,
    version: i32,
    assessment: String,
    round: String,
    village: UnitJson,
    raised_on: NaiveDate,
    raised_by: String,
    content: String,
    /// `open`, `upheld` or `rejected`.
    state: String,
    answer: Option<String>,
    answered_by: Option<String>,
    answered_at: Option<DateTime<Utc>>,
    corrections: Vec<CorrectionJson>,
}

impl From<ObjectionCard> for ObjectionJson {
    fn from(card: ObjectionCard) -> Self {
        let one = card.objection;
        let correction = |one: queries::Correction| CorrectionJson {
            indicator: one.indicator,
            name: one.name,
            before: Decimal(one.before),
            after: Decimal(one.after),
        };
        Self {
            id: one.id.to_string(),
            version: one.version,
            assessment: one.assessment_id.to_string(),
            round: card.round_id.to_string(),
            village: UnitJson::new(card.village),
            raised_on: one.raised_on,
            raised_by: one.raised_by,
            content: one.content,
            state: one.state,
            answer: one.answer,
            answered_by: one.answered_by,
            answered_at: one.answered_at,
            corrections: card.corrections.into_iter().map(correction).collect(),
        }
    }
}

/// List the objections against the assessments of a round.
#[utoipa::path(context_path = "/api/v1", tag = "assessments", params(("id" = String, Path), ("count" = Option<bool>, Query)),
    responses((status = 200, body = Page<ObjectionJson>), (status = 404, description = "none in your scope")))]
#[get("/assessments/rounds/<id>/objections")]
pub async fn list_assessment_objections(
    caller: Caller,
    mut db: Db,
    id: AssessmentRoundId,
    listing: Listing,
) -> Answer<Json<Page<ObjectionJson>>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    let scope = caller.scope();
    let found = db::read(&mut db.0, scope, async |conn| {
        queries::round(conn, scope, id).await?;
        queries::of_round(conn, scope, id).await
    })
    .await?;
    let items = found.into_iter().map(ObjectionJson::from).collect();
    Ok(Json(Page::whole(items, &listing)))
}

/// An objection to be entered.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectionInput {
    /// Within the notice; today where it is not given.
    raised_on: Option<String>,
    /// A unit or a name.
    raised_by: String,
    content: String,
}

/// Enter an objection against an assessment whose notice runs.
#[utoipa::path(context_path = "/api/v1", tag = "assessments", params(("id" = String, Path)),
    request_body = ObjectionInput,
    responses((status = 201, body = ObjectionJson), (status = 409, description = "nothing is published"),
        (status = 422, description = "outside the term of notice")))]
#[post("/assessments/<id>/object", data = "<body>")]
pub async fn object_to_assessment(
    caller: Caller,
    mut db: Db,
    once: Idempotency,
    id: AssessmentId,
    body: Body<ObjectionInput>,
) -> Answer<Kept> {
    let actor = &caller.actor;
    policy::require(actor, Action::EnterRecords, &actor.scope.path)?;
    let Body(input, hash) = body;
    let raised_on = match input.raised_on.as_deref() {
        None => clock::today(),
        Some(text) => parse_date(text).map_err(|error| {
            Error::Invalid(vec![FieldError::new("raised_on", error, Some(&excerpt(text)))])
        })?,
    };
    let command = Object { assessment: id, raised_on, raised_by: input.raised_by, content: input.content };
    once.once(&mut db.0, actor, &hash, async |conn| {
        let ids = assessments::object(conn, actor, &[command]).await?;
        let id = ids.into_iter().next().or_missing("异议")?;
        let scope = &actor.scope;
        let card = db::read(conn, scope, async |conn| queries::objection(conn, scope, id).await).await?;
        Ok((201, serde_json::to_string(&ObjectionJson::from(card)).map_err(Error::broken)?))
    })
    .await
}

/// A decision on an objection.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResolveInput {
    /// Whether it is right.
    upheld: bool,
    /// The reason, for everybody to read.
    answer: String,
    /// Of an upheld one: the score from now on, by code of the indicator.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, f64>)]
    corrections: BTreeMap<String, Value>,
}

impl ResolveInput {
    fn corrections(&self) -> Result<Vec<(String, String)>> {
        let read = |(code, value): (&String, &Value)| match typed(value) {
            Some(text) => Ok((code.clone(), text)),
            None => Err(Error::invalid(&format!("corrections.{code}"), "更正后的得分应为数字。")),
        };
        self.corrections.iter().map(read).collect()
    }
}

/// Decide on an objection; an upheld one corrects scores in the open.
#[utoipa::path(context_path = "/api/v1", tag = "assessments", params(("id" = String, Path),
    ("If-Match" = Option<String>, Header, description = "the version that you saw")), request_body = ResolveInput,
    responses((status = 200, body = ObjectionJson), (status = 409, description = "decided already, or your own"),
        (status = 412, description = "changed meanwhile"), (status = 422, description = "no reason, or a wrong score")))]
#[post("/assessments/objections/<id>/resolve", data = "<body>")]
pub async fn resolve_assessment_objection(
    caller: Caller,
    seen: Seen,
    mut db: Db,
    id: AssessmentObjectionId,
    body: Body<ResolveInput>,
) -> Answer<Versioned<ObjectionJson>> {
    policy::require(&caller.actor, Action::DecideRatings, &caller.scope().path)?;
    let corrections = body.0.corrections()?;
    let command =
        Resolve { objection: id, version: seen.0, upheld: body.0.upheld, answer: body.0.answer, corrections };
    assessments::resolve(&mut db.0, &caller.actor, &[command]).await?;
    let scope = caller.scope();
    let card = db::read(&mut db.0, scope, async |conn| queries::objection(conn, scope, id).await).await?;
    Ok(Versioned { version: card.objection.version, created: false, body: card.into() })
}

//! `/assessments/rounds`: a town assesses its villages for a quarter.

use chrono::{DateTime, NaiveDate, Utc};
use rocket::serde::json::Json;
use rocket::{FromForm, Route, get, post, routes};
use utoipa::ToSchema;

use super::UnitJson;
use crate::base::db;
use crate::base::error::{Error, FieldError, OrMissing, Result};
use crate::base::ids::AssessmentRoundId;
use crate::base::policy::{self, Action};
use crate::base::values::{Quarter, excerpt};
use crate::records::assessments::queries::{self, Cursor, RoundFilter, RoundLine};
use crate::records::assessments::{self, AssessmentState, OpenRound};
use crate::web::api::organisations::narrowed;
use crate::web::guards::{Body, Caller, Db, Idempotency, Kept, Listing, Page};
use crate::web::respond::{Answer, Versioned};

/// The routes.
#[must_use]
pub(super) fn routes() -> Vec<Route> {
    routes![list_assessment_rounds, open_assessment_round, show_assessment_round]
}

/// A round.
#[derive(serde::Serialize, ToSchema)]
pub struct AssessmentRoundJson {
    id: String,
    version: i32,
    /// The town.
    organisation: UnitJson,
    scheme: String,
    /// `2026Q1`.
    quarter: String,
    /// `draft`, `submitted`, `returned`, `confirmed` or `published`.
    state: String,
    /// Villages to be assessed.
    units: i64,
    /// Villages with a total.
    assessed: i64,
    notice_from: Option<NaiveDate>,
    /// An objection is raised by this day.
    notice_to: Option<NaiveDate>,
    returned_reason: Option<String>,
    submitted_by: Option<String>,
    confirmed_by: Option<String>,
    published_by: Option<String>,
    updated_at: DateTime<Utc>,
    updated_by: String,
}

impl From<RoundLine> for AssessmentRoundJson {
    fn from(line: RoundLine) -> Self {
        let RoundLine { card, progress } = line;
        let round = card.round;
        Self {
            id: round.id.to_string(),
            version: round.version,
            organisation: UnitJson { code: card.organisation_code, name: card.organisation_name },
            scheme: card.scheme_name,
            quarter: round.quarter,
            state: round.state,
            units: progress.units,
            assessed: progress.assessed,
            notice_from: round.notice_from,
            notice_to: round.notice_to,
            returned_reason: round.returned_reason,
            submitted_by: round.submitted_by,
            confirmed_by: round.confirmed_by,
            published_by: round.published_by,
            updated_at: round.updated_at,
            updated_by: round.updated_by,
        }
    }
}

/// Where a list of rounds goes on.
///
/// # Errors
/// `Invalid` where it is no place that a page before gave.
pub fn assessment_rounds_after(listing: &Listing) -> Result<Option<Cursor>> {
    let read = |parts: &[String]| match parts {
        [day, path, id] => {
            Some(Cursor { last_day: day.parse().ok()?, path: path.clone(), id: id.parse().ok()? })
        }
        _ => None,
    };
    let wrong = || Error::invalid("after", "after 不是上一页给出的位置，请使用上一页答复中的 next。");
    listing.after.as_deref().map(|parts| read(parts).ok_or_else(wrong)).transpose()
}

/// What the next page is asked for with.
#[must_use]
pub fn assessment_round_cursor(line: &RoundLine) -> String {
    let round = &line.card.round;
    Listing::cursor(&[&round.last_day.to_string(), &round.path, &round.id.to_string()])
}

/// A quarter as sent; none where it is empty.
///
/// # Errors
/// `Invalid`.
pub fn quarter_of(text: Option<&str>) -> Result<Option<Quarter>> {
    let given = text.map(str::trim).filter(|text| !text.is_empty());
    let wrong = |text: &str, error| FieldError::new("quarter", error, Some(&excerpt(text)));
    given
        .map(|text| Quarter::parse(text).map_err(|error| Error::Invalid(vec![wrong(text, error)])))
        .transpose()
}

/// What a list of rounds is narrowed by, as sent.
#[derive(Debug, Default, FromForm)]
pub struct AssessmentRoundQuery<'r> {
    /// Code of an organisation.
    pub within: Option<&'r str>,
    /// The quarter.
    pub quarter: Option<&'r str>,
    /// The state.
    pub state: Option<&'r str>,
}

/// List rounds, the newest quarter first.
#[utoipa::path(context_path = "/api/v1", tag = "assessments", params(
    ("within" = Option<String>, Query), ("quarter" = Option<String>, Query), ("state" = Option<String>, Query),
    ("limit" = Option<u16>, Query), ("after" = Option<String>, Query), ("count" = Option<bool>, Query)),
    responses((status = 200, body = Page<AssessmentRoundJson>)))]
#[get("/assessments/rounds?<query..>")]
pub async fn list_assessment_rounds(
    caller: Caller,
    mut db: Db,
    query: AssessmentRoundQuery<'_>,
    listing: Listing,
) -> Answer<Json<Page<AssessmentRoundJson>>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    let state = query.state.map(str::trim).filter(|text| !text.is_empty());
    let state =
        state.map(AssessmentState::parse).transpose().map_err(|error| Error::invalid("state", error))?;
    let filter = RoundFilter { quarter: quarter_of(query.quarter)?, states: state.into_iter().collect() };
    let after = assessment_rounds_after(&listing)?;
    let scope = caller.scope();
    let page = db::read(&mut db.0, scope, async |conn| {
        let within = narrowed(conn, scope, query.within.map(str::trim)).await?;
        let limit = usize::from(listing.limit);
        let size = i64::from(listing.limit) + 1;
        let mut lines = queries::rounds(conn, &within, &filter, after.as_ref(), size).await?;
        let more = lines.len() > limit;
        lines.truncate(limit);
        let next = lines.last().filter(|_| more).map(assessment_round_cursor);
        let total = listing.total(queries::count(conn, &within, &filter)).await?;
        Ok(Page { items: lines.into_iter().map(AssessmentRoundJson::from).collect(), next, total })
    })
    .await?;
    Ok(Json(page))
}

/// A round to be opened.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssessmentRoundInput {
    /// Code of the town.
    organisation: String,
    /// `2026Q1`.
    quarter: String,
}

/// Begin the assessment of a town's villages for a quarter.
#[utoipa::path(context_path = "/api/v1", tag = "assessments", request_body = AssessmentRoundInput,
    responses((status = 201, body = AssessmentRoundJson), (status = 409, description = "open already"),
        (status = 422, description = "no town, no quarter, or no scheme in force")))]
#[post("/assessments/rounds", data = "<body>")]
pub async fn open_assessment_round(
    caller: Caller,
    mut db: Db,
    once: Idempotency,
    body: Body<AssessmentRoundInput>,
) -> Answer<Kept> {
    let actor = &caller.actor;
    policy::require(actor, Action::EnterRecords, &actor.scope.path)?;
    let Body(input, hash) = body;
    let quarter = quarter_of(Some(&input.quarter))?;
    let quarter = quarter.ok_or_else(|| Error::invalid("quarter", "季度没有填写；请填写如2026Q1。"))?;
    let command = OpenRound { organisation: input.organisation.trim().to_owned(), quarter };
    let kept = once
        .once(&mut db.0, actor, &hash, async |conn| {
            let ids = assessments::open_round(conn, actor, &[command]).await?;
            let id = ids.into_iter().next().or_missing("季度考核")?;
            let scope = &actor.scope;
            let line = db::read(conn, scope, async |conn| queries::round(conn, scope, id).await).await?;
            Ok((201, serde_json::to_string(&AssessmentRoundJson::from(line)).map_err(Error::broken)?))
        })
        .await?;
    Ok(kept.at("/api/v1/assessments/rounds", "id"))
}

/// Show one round.
#[utoipa::path(context_path = "/api/v1", tag = "assessments", params(("id" = String, Path)),
    responses((status = 200, body = AssessmentRoundJson), (status = 404, description = "none in your scope")))]
#[get("/assessments/rounds/<id>")]
pub async fn show_assessment_round(
    caller: Caller,
    mut db: Db,
    id: AssessmentRoundId,
) -> Answer<Versioned<AssessmentRoundJson>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    let scope = caller.scope();
    let line = db::read(&mut db.0, scope, async |conn| queries::round(conn, scope, id).await).await?;
    Ok(Versioned { version: line.card.round.version, created: false, body: line.into() })
}

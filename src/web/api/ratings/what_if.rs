//! `/ratings/schemes/what-if`: what a draft would give for the scores of a period that was rated. Nothing is written.

use rocket::serde::json::Json;
use rocket::{Route, post, routes};
use utoipa::ToSchema;

use super::{Decimal, SchemeInput};
use crate::base::db;
use crate::base::error::{Error, FieldError};
use crate::base::policy::{self, Action};
use crate::base::values::Period;
use crate::records::ratings::{self, Changed, Move, Tried, level_name};
use crate::web::api::organisations::narrowed;
use crate::web::forms::fairness::{given, skipped_after};
use crate::web::guards::{Body, Caller, Db, Listing};
use crate::web::respond::Answer;

/// The routes.
#[must_use]
pub(super) fn routes() -> Vec<Route> {
    routes![try_scheme]
}

/// How many would go from one number of stars to another.
#[derive(serde::Serialize, ToSchema)]
pub struct MoveJson {
    before: i32,
    before_level: String,
    /// Null: no total, see `incomplete` and `beyond`.
    after: Option<i32>,
    after_level: Option<String>,
    count: i64,
}

/// A rating that would have other stars.
#[derive(serde::Serialize, ToSchema)]
pub struct ChangedJson {
    rating: String,
    /// Null where the caller no longer sees whom it is about.
    name: Option<String>,
    unit: String,
    #[schema(value_type = f64)]
    total_before: Decimal,
    before: i32,
    #[schema(value_type = Option<f64>)]
    total_after: Option<Decimal>,
    after: Option<i32>,
}

impl From<Changed> for ChangedJson {
    fn from(changed: Changed) -> Self {
        Self {
            rating: changed.id.to_string(),
            name: changed.name,
            unit: changed.unit,
            total_before: Decimal(changed.total_before),
            before: changed.before,
            total_after: changed.total_after.map(Decimal),
            after: changed.after,
        }
    }
}

/// What a draft would change.
#[derive(serde::Serialize, ToSchema)]
pub struct TriedJson {
    /// The period whose scores were taken.
    period: String,
    /// How many ratings were put together.
    rated: i64,
    /// How many would have other stars; all, where the results cannot be compared.
    changed: i64,
    /// How many would have no total: the draft asks for scores that were not given.
    incomplete: i64,
    /// How many would have none because a score is above the full marks that the draft gives.
    beyond: i64,
    /// Whether both results are of one kind and scale; if not, none is higher than the other.
    comparable: bool,
    /// Names of dimensions of the draft that the scores do not know.
    unknown: Vec<String>,
    /// How many units would have more at the highest level than the draft allows.
    over_share: i64,
    moves: Vec<MoveJson>,
    /// Those who would have other stars, the largest fall first.
    items: Vec<ChangedJson>,
    next: Option<String>,
}

impl TriedJson {
    fn of(tried: Tried, skipped: usize) -> Self {
        let result = tried.scheme.rules.result;
        let level = |one: &Move| MoveJson {
            before: one.before,
            before_level: level_name(tried.result_before, one.before),
            after: one.after,
            after_level: one.after.map(|after| level_name(result, after)),
            count: one.count,
        };
        let reached = skipped.saturating_add(tried.names.len()).to_string();
        Self {
            period: tried.period.to_string(),
            rated: tried.rated,
            changed: tried.changed,
            incomplete: tried.incomplete,
            beyond: tried.beyond,
            comparable: tried.is_comparable,
            unknown: tried.unknown,
            over_share: tried.over_share,
            moves: tried.moves.iter().map(level).collect(),
            next: tried.is_more.then(|| Listing::cursor(&[&reached])),
            items: tried.names.into_iter().map(ChangedJson::from).collect(),
        }
    }
}

/// Try a draft on the scores of the last period that was rated by its code and is over, or of one given. Nothing is
/// written.
#[utoipa::path(context_path = "/api/v1", tag = "ratings", request_body = SchemeInput, params(
    ("within" = Option<String>, Query), ("period" = Option<String>, Query), ("limit" = Option<u16>, Query),
    ("after" = Option<String>, Query)),
    responses((status = 200, body = TriedJson), (status = 403, description = "not a supervisor of the county"),
        (status = 422, description = "unsound, or nothing was rated by its code")))]
#[post("/ratings/schemes/what-if?<within>&<period>", data = "<body>")]
pub async fn try_scheme(
    caller: Caller,
    mut db: Db,
    within: Option<&str>,
    period: Option<&str>,
    listing: Listing,
    body: Body<SchemeInput>,
) -> Answer<Json<TriedJson>> {
    let actor = &caller.actor;
    policy::require(actor, Action::SetSchemes, &actor.scope.whole_county().path)?;
    let wrong = |text: &str, error| Error::Invalid(vec![FieldError::new("period", error, Some(text))]);
    let period =
        given(period).map(|text| Period::parse(text).map_err(|error| wrong(text, error))).transpose()?;
    let draft = body.0.parse()?;
    let skipped = skipped_after(&listing)?.unwrap_or_default();
    let scope = caller.scope();
    let tried = db::read(&mut db.0, scope, async |conn| {
        let within = narrowed(conn, scope, given(within)).await?;
        ratings::what_if(conn, &within, &draft, period, skipped, usize::from(listing.limit)).await
    })
    .await?;
    Ok(Json(TriedJson::of(tried, skipped)))
}

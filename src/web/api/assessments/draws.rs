//! `/assessments/draws`: draws of unannounced visits that anybody can draw again.

use chrono::{DateTime, NaiveDate, Utc};
use rocket::serde::json::Json;
use rocket::{Route, State, get, post, routes};
use utoipa::ToSchema;

use super::UnitJson;
use crate::base::db;
use crate::base::error::{Error, FieldError, OrMissing, Result};
use crate::base::ids::VisitDrawId;
use crate::base::policy::{self, Action};
use crate::base::values::{excerpt, parse_date};
use crate::records::assessments::queries::{self, DrawCard};
use crate::records::assessments::{self, FixDraw, PromiseDraw, RevealDraw};
use crate::web;
use crate::web::api::organisations::narrowed;
use crate::web::guards::{Body, Caller, Db, Idempotency, Kept, Listing, Page, Seen};
use crate::web::respond::{Answer, Versioned};

/// The routes.
#[must_use]
pub(super) fn routes() -> Vec<Route> {
    routes![list_draws, promise_draw, show_draw, fix_draw, reveal_draw]
}

/// A unit that was drawn.
#[derive(serde::Serialize, ToSchema)]
pub struct PickJson {
    place: i32,
    unit: UnitJson,
    /// SHA-256 over seed, day and code, in hexadecimal.
    lot: String,
}

/// A draw. Its seed's SHA-256 is the commitment; the lot of a unit is the SHA-256 of seed, day and code, parted by line
/// feeds; the units with the smallest lots are drawn.
#[derive(serde::Serialize, ToSchema)]
pub struct DrawJson {
    id: String,
    version: i32,
    organisation: UnitJson,
    purpose: String,
    /// `committed`, `fixed` or `revealed`.
    state: String,
    /// In hexadecimal.
    commitment: String,
    committed_at: DateTime<Utc>,
    committed_by: String,
    visit_on: Option<NaiveDate>,
    sample_size: Option<i32>,
    /// SHA-256 over the units' codes in order, one a line, in hexadecimal.
    units_sha256: Option<String>,
    fixed_at: Option<DateTime<Utc>>,
    fixed_by: Option<String>,
    /// Null until it is revealed.
    seed: Option<String>,
    revealed_at: Option<DateTime<Utc>>,
    revealed_by: Option<String>,
    /// By code.
    units: Vec<UnitJson>,
    picks: Vec<PickJson>,
}

impl From<DrawCard> for DrawJson {
    fn from(card: DrawCard) -> Self {
        let draw = card.draw;
        Self {
            id: draw.id.to_string(),
            version: draw.version,
            organisation: UnitJson::new(card.organisation),
            purpose: draw.purpose,
            state: draw.state,
            commitment: hex::encode(draw.commitment),
            committed_at: draw.created_at,
            committed_by: draw.created_by,
            visit_on: draw.visit_on,
            sample_size: draw.sample_size,
            units_sha256: draw.units_sha256.map(hex::encode),
            fixed_at: draw.fixed_at,
            fixed_by: draw.fixed_by,
            seed: draw.seed,
            revealed_at: draw.revealed_at,
            revealed_by: draw.revealed_by,
            units: card.units.into_iter().map(|unit| UnitJson { code: unit.code, name: unit.name }).collect(),
            picks: card
                .picks
                .into_iter()
                .map(|pick| PickJson {
                    place: pick.place,
                    unit: UnitJson { code: pick.code, name: pick.name },
                    lot: hex::encode(pick.lot),
                })
                .collect(),
        }
    }
}

/// List draws, the newest first; their units stand in each draw alone.
#[utoipa::path(context_path = "/api/v1", tag = "assessments", params(
    ("within" = Option<String>, Query), ("limit" = Option<u16>, Query), ("after" = Option<String>, Query), ("count" = Option<bool>, Query)),
    responses((status = 200, body = Page<DrawJson>)))]
#[get("/assessments/draws?<within>")]
pub async fn list_draws(
    caller: Caller,
    mut db: Db,
    within: Option<&str>,
    listing: Listing,
) -> Answer<Json<Page<DrawJson>>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    let wrong = || Error::invalid("after", "after 不是上一页给出的位置，请使用上一页答复中的 next。");
    let read = |parts: &[String]| if let [id] = parts { id.parse().ok() } else { None };
    let after = listing.after.as_deref().map(|parts| read(parts).ok_or_else(wrong)).transpose()?;
    let scope = caller.scope();
    let page = db::read(&mut db.0, scope, async |conn| {
        let within = narrowed(conn, scope, within.map(str::trim)).await?;
        let mut cards = queries::draws(conn, &within, after, i64::from(listing.limit) + 1).await?;
        let more = cards.len() > usize::from(listing.limit);
        cards.truncate(usize::from(listing.limit));
        let next = cards.last().filter(|_| more).map(|card| Listing::cursor(&[&card.draw.id.to_string()]));
        let total = listing.total(queries::count_draws(conn, &within)).await?;
        Ok(Page { items: cards.into_iter().map(DrawJson::from).collect(), next, total })
    })
    .await?;
    Ok(Json(page))
}

async fn read(db: &mut Db, caller: &Caller, id: VisitDrawId) -> Result<Versioned<DrawJson>> {
    let scope = caller.scope();
    let card = db::read(&mut db.0, scope, async |conn| queries::draw(conn, scope, id).await).await?;
    Ok(Versioned { version: card.draw.version, created: false, body: card.into() })
}

/// Show one draw, with all that is needed to draw again.
#[utoipa::path(context_path = "/api/v1", tag = "assessments", params(("id" = String, Path)),
    responses((status = 200, body = DrawJson), (status = 404, description = "none in your scope")))]
#[get("/assessments/draws/<id>")]
pub async fn show_draw(caller: Caller, mut db: Db, id: VisitDrawId) -> Answer<Versioned<DrawJson>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    Ok(read(&mut db, &caller, id).await?)
}

/// A draw to be promised.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PromiseInput {
    /// Code of the county or town that draws; the caller's own organisation where it is not given.
    organisation: Option<String>,
    /// What the visits look at.
    purpose: String,
}

/// Promise a draw: a secret seed is made, its digest is made public.
#[utoipa::path(context_path = "/api/v1", tag = "assessments", request_body = PromiseInput,
    responses((status = 201, body = DrawJson), (status = 403, description = "not a supervisor there")))]
#[post("/assessments/draws", data = "<body>")]
pub async fn promise_draw(
    caller: Caller,
    mut db: Db,
    once: Idempotency,
    state: &State<web::State>,
    body: Body<PromiseInput>,
) -> Answer<Kept> {
    let actor = &caller.actor;
    policy::require(actor, Action::DecideRatings, &actor.scope.path)?;
    let Body(input, hash) = body;
    let own = actor.scope.path.code().to_owned();
    let organisation = input.organisation.map_or(own, |code| code.trim().to_owned());
    let command = PromiseDraw { organisation, purpose: input.purpose };
    let kept = once
        .once(&mut db.0, actor, &hash, async |conn| {
            let ids = assessments::promise_draw(conn, actor, &state.keys, &[command]).await?;
            let id = ids.into_iter().next().or_missing("暗访抽取")?;
            let scope = &actor.scope;
            let card = db::read(conn, scope, async |conn| queries::draw(conn, scope, id).await).await?;
            Ok((201, serde_json::to_string(&DrawJson::from(card)).map_err(Error::broken)?))
        })
        .await?;
    Ok(kept.at("/api/v1/assessments/draws", "id"))
}

/// Units and day of a draw.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FixInput {
    visit_on: String,
    sample_size: i32,
    /// Codes of villages; all below the organisation where none is given.
    #[serde(default)]
    units: Vec<String>,
}

/// Fix the units and the day of a draw that was promised; they are never changed.
#[utoipa::path(context_path = "/api/v1", tag = "assessments", params(("id" = String, Path),
    ("If-Match" = Option<String>, Header, description = "the version that you saw")), request_body = FixInput,
    responses((status = 200, body = DrawJson), (status = 409, description = "fixed already"),
        (status = 422, description = "each wrong field")))]
#[post("/assessments/draws/<id>/fix", data = "<body>")]
pub async fn fix_draw(
    caller: Caller,
    seen: Seen,
    mut db: Db,
    id: VisitDrawId,
    body: Body<FixInput>,
) -> Answer<Versioned<DrawJson>> {
    policy::require(&caller.actor, Action::DecideRatings, &caller.scope().path)?;
    let input = body.0;
    let visit_on = parse_date(&input.visit_on).map_err(|error| {
        Error::Invalid(vec![FieldError::new("visit_on", error, Some(&excerpt(&input.visit_on)))])
    })?;
    let units = input.units.iter().map(|code| code.trim().to_owned()).collect();
    let command = FixDraw { draw: id, version: seen.0, visit_on, sample_size: input.sample_size, units };
    assessments::fix_draw(&mut db.0, &caller.actor, &[command]).await?;
    Ok(read(&mut db, &caller, id).await?)
}

/// Reveal the seed of a draw whose units are fixed: the draw follows, and is never changed.
#[utoipa::path(context_path = "/api/v1", tag = "assessments", params(("id" = String, Path),
    ("If-Match" = Option<String>, Header, description = "the version that you saw")),
    responses((status = 200, body = DrawJson), (status = 409, description = "not fixed, or drawn already")))]
#[post("/assessments/draws/<id>/reveal")]
pub async fn reveal_draw(
    caller: Caller,
    seen: Seen,
    mut db: Db,
    id: VisitDrawId,
    state: &State<web::State>,
) -> Answer<Versioned<DrawJson>> {
    policy::require(&caller.actor, Action::DecideRatings, &caller.scope().path)?;
    let command = RevealDraw { draw: id, version: seen.0 };
    assessments::reveal_draw(&mut db.0, &caller.actor, &state.keys, &[command]).await?;
    Ok(read(&mut db, &caller, id).await?)
}

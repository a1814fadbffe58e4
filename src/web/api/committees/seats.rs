//! `/terms/{id}/seats`, `/seats/{id}`: who sits in which post, from when to when.

use chrono::NaiveDate;
use rocket::http::Status;
use rocket::serde::json::Json;
use rocket::{Route, State, get, patch, post, routes};
use utoipa::ToSchema;

use super::{over, said};
use crate::across::appointment;
use crate::base::actor::Actor;
use crate::base::error::{Error, OrMissing, Result};
use crate::base::ids::{SeatId, TermId};
use crate::base::policy::{self, Action};
use crate::base::{clock, db};
use crate::records::committees::queries::{self, SeatCard};
use crate::records::committees::{self, RemoveSeat};
use crate::web;
use crate::web::forms::committee::{EndText, SeatText, WhoText};
use crate::web::guards::{Body, Caller, Db, Idempotency, IfMatch, Kept, Listing, Page, Seen};
use crate::web::late::Late;
use crate::web::respond::{Answer, Versioned};

/// The routes.
#[must_use]
pub(super) fn routes() -> Vec<Route> {
    routes![list_seats, appoint, show_seat, correct_seat, end_seat, remove_seat]
}

/// Somebody.
#[derive(serde::Serialize, ToSchema)]
pub struct PersonJson {
    pub(in crate::web::api) id: String,
    pub(in crate::web::api) name: String,
}

/// A seat.
#[derive(serde::Serialize, ToSchema)]
pub struct SeatJson {
    id: String,
    version: i32,
    committee: String,
    term: String,
    person: PersonJson,
    /// Code of the post.
    post: String,
    from_day: NaiveDate,
    /// First day no longer in the post.
    to_day: Option<NaiveDate>,
    /// Code of why it was left.
    leaving_reason: Option<String>,
    /// What else is said of that.
    leaving_explanation: Option<String>,
    /// GB/T 4658 code, as at election.
    education: String,
    /// As at election.
    is_party_member: bool,
    /// Codes of where he was drawn from.
    sources: Vec<String>,
    note: Option<String>,
    /// Id of the entry in the pool of reserve cadres that ended as this seat was given; only where it was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    left_pool: Option<String>,
}

impl From<SeatCard> for SeatJson {
    fn from(card: SeatCard) -> Self {
        let SeatCard { seat, name, sources } = card;
        Self {
            id: seat.id.to_string(),
            version: seat.version,
            committee: seat.committee_id.to_string(),
            term: seat.term_id.to_string(),
            person: PersonJson { id: seat.person_id.to_string(), name },
            post: seat.post,
            from_day: seat.from_day,
            to_day: seat.to_day,
            leaving_reason: seat.leaving_reason,
            leaving_explanation: seat.leaving_explanation,
            education: seat.education,
            is_party_member: seat.is_party_member,
            sources,
            note: seat.note,
            left_pool: None,
        }
    }
}

/// List all seats of a term, also those that were left.
#[utoipa::path(context_path = "/api/v1", tag = "committees", params(("id" = String, Path), ("count" = Option<bool>, Query)),
    responses((status = 200, body = Page<SeatJson>), (status = 404, description = "none in your scope")))]
#[get("/terms/<id>/seats")]
pub async fn list_seats(
    caller: Caller,
    mut db: Db,
    id: TermId,
    listing: Listing,
) -> Answer<Json<Page<SeatJson>>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    let scope = caller.scope();
    let seats = db::read(&mut db.0, scope, async |conn| {
        queries::term(conn, scope, id).await?;
        Ok(queries::seats(conn, scope, &[id]).await?)
    })
    .await?;
    Ok(Json(Page::whole(seats.into_iter().map(SeatJson::from).collect(), &listing)))
}

/// Somebody to be given a seat: `person`, or `name` and `citizen_id`; with `ethnicity` and `person_education` he is
/// registered if he is not on record.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SeatInput {
    #[serde(default)]
    person: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    citizen_id: Option<String>,
    #[serde(default)]
    ethnicity: Option<String>,
    /// Education of somebody who is not on record yet.
    #[serde(default)]
    person_education: Option<String>,
    /// Code of the post.
    post: String,
    from_day: String,
    #[serde(default)]
    to_day: Option<String>,
    /// Code of why it was left; needed with `to_day`.
    #[serde(default)]
    leaving_reason: Option<String>,
    /// What else is said of that.
    #[serde(default)]
    leaving_explanation: Option<String>,
    /// As at election; as on record where it is not sent.
    #[serde(default)]
    education: Option<String>,
    /// As at election; as the register says where it is not sent.
    #[serde(default)]
    is_party_member: Option<bool>,
    #[serde(default)]
    sources: Vec<String>,
    #[serde(default)]
    note: Option<String>,
}

impl SeatInput {
    fn text(self) -> SeatText {
        SeatText {
            who: WhoText {
                person: self.person,
                name: self.name,
                citizen_id: self.citizen_id,
                ethnicity: self.ethnicity,
                education: self.person_education,
            },
            post: Some(self.post),
            from_day: Some(self.from_day),
            to_day: self.to_day,
            leaving_reason: self.leaving_reason,
            leaving_explanation: self.leaving_explanation,
            education: self.education,
            is_party_member: self.is_party_member,
            sources: self.sources,
            note: self.note,
        }
    }
}

/// Give somebody a seat. A reserve cadre leaves the pool by it, as appointed.
#[utoipa::path(context_path = "/api/v1", tag = "committees", params(("id" = String, Path)), request_body = SeatInput,
    responses((status = 201, body = SeatJson), (status = 422, description = "what is forbidden, by field")))]
#[post("/terms/<id>/seats", data = "<body>")]
pub async fn appoint(
    caller: Caller,
    mut db: Db,
    once: Idempotency,
    id: TermId,
    body: Body<SeatInput>,
    state: &State<web::State>,
    late: Late<'_>,
) -> Answer<Kept> {
    let actor = &caller.actor;
    policy::require(actor, Action::EnterRecords, &actor.scope.path)?;
    let Body(input, hash) = body;
    let command = input.text().appoint(id, &db.words(caller.scope()).await?)?;
    let from_day = command.from_day;
    let kept = once
        .once(&mut db.0, actor, &hash, async |conn| {
            let appointed = appointment::appoint(conn, actor, &state.keys, &[command]).await?;
            let id = appointed.seats.into_iter().next().or_missing("任职记录")?;
            let scope = &actor.scope;
            let card = db::read(conn, scope, async |conn| queries::seat(conn, scope, id).await).await?;
            let left_pool = appointed.released.first().map(|one| one.reserve.to_string());
            let json = SeatJson { left_pool, ..SeatJson::from(card) };
            Ok((201, serde_json::to_string(&json).map_err(Error::broken)?))
        })
        .await?;
    late.note(&mut db, actor, [from_day]).await;
    Ok(kept.at("/api/v1/seats", "id"))
}

async fn read(db: &mut Db, actor: &Actor, id: SeatId) -> Result<SeatCard> {
    policy::require(actor, Action::SeeRecords, &actor.scope.path)?;
    let scope = &actor.scope;
    db::read(&mut db.0, scope, async |conn| queries::seat(conn, scope, id).await).await
}

fn versioned(card: SeatCard) -> Versioned<SeatJson> {
    Versioned { version: card.seat.version, created: false, body: card.into() }
}

/// Show one seat.
#[utoipa::path(context_path = "/api/v1", tag = "committees", params(("id" = String, Path)),
    responses((status = 200, body = SeatJson), (status = 404, description = "none in your scope")))]
#[get("/seats/<id>")]
pub async fn show_seat(caller: Caller, mut db: Db, id: SeatId) -> Answer<Versioned<SeatJson>> {
    Ok(versioned(read(&mut db, &caller.actor, id).await?))
}

/// What is to be corrected of a seat; what is not sent stays.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SeatChange {
    #[serde(default)]
    post: Option<String>,
    #[serde(default)]
    from_day: Option<String>,
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>)]
    to_day: Option<Option<String>>,
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>)]
    leaving_reason: Option<Option<String>>,
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>)]
    leaving_explanation: Option<Option<String>>,
    #[serde(default)]
    education: Option<String>,
    #[serde(default)]
    is_party_member: Option<bool>,
    #[serde(default)]
    sources: Option<Vec<String>>,
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>)]
    note: Option<Option<String>>,
}

/// Correct a seat; needs the version that you saw in `If-Match`.
#[utoipa::path(context_path = "/api/v1", tag = "committees", params(("id" = String, Path)), request_body = SeatChange,
    responses((status = 200, body = SeatJson), (status = 412, description = "changed meanwhile"),
        (status = 422, description = "what is forbidden, by field"), (status = 428, description = "If-Match missing")))]
#[patch("/seats/<id>", data = "<body>")]
pub async fn correct_seat(
    caller: Caller,
    version: IfMatch,
    mut db: Db,
    id: SeatId,
    body: Body<SeatChange>,
    late: Late<'_>,
) -> Answer<Versioned<SeatJson>> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let SeatCard { seat, sources, .. } = read(&mut db, &caller.actor, id).await?;
    let input = body.0;
    let leaving_reason = over(input.leaving_reason, seat.leaving_reason);
    // Where no reason is left, there is nothing to explain.
    let explained = seat.leaving_explanation.filter(|_| leaving_reason.is_some());
    let text = SeatText {
        who: WhoText::default(),
        post: input.post.or(Some(seat.post)),
        from_day: input.from_day.or_else(|| Some(seat.from_day.to_string())),
        to_day: over(input.to_day, seat.to_day.map(|day| day.to_string())),
        leaving_reason,
        leaving_explanation: over(input.leaving_explanation, explained),
        education: input.education.or(Some(seat.education)),
        is_party_member: input.is_party_member.or(Some(seat.is_party_member)),
        sources: input.sources.unwrap_or(sources),
        note: over(input.note, seat.note),
    };
    let command = text.correct(id, version.0, &db.words(caller.scope()).await?)?;
    let days = [seat.from_day, command.from_day];
    committees::correct_seat(&mut db.0, &caller.actor, &[command]).await?;
    late.note(&mut db, &caller.actor, days).await;
    Ok(versioned(read(&mut db, &caller.actor, id).await?))
}

/// When and why a seat was left.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndSeatInput {
    /// First day no longer in the post; today where it is not sent.
    #[serde(default)]
    on: Option<String>,
    /// Code of why it was left.
    reason: String,
    /// What else is said of that, in at most 200 characters.
    #[serde(default)]
    explanation: Option<String>,
}

/// Say that a seat was left.
#[utoipa::path(context_path = "/api/v1", tag = "committees", params(("id" = String, Path)), request_body = EndSeatInput,
    responses((status = 200, body = SeatJson), (status = 409, description = "left already"),
        (status = 412, description = "changed meanwhile"), (status = 422, description = "what is forbidden, by field")))]
#[post("/seats/<id>/end", data = "<body>")]
pub async fn end_seat(
    caller: Caller,
    seen: Seen,
    mut db: Db,
    id: SeatId,
    body: Body<EndSeatInput>,
    late: Late<'_>,
) -> Answer<Versioned<SeatJson>> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let EndSeatInput { on, reason, explanation } = body.0;
    let on = on.or_else(|| Some(clock::today().to_string()));
    let command = EndText { on, reason: Some(reason), explanation }.end(id, seen.0)?;
    let left = command.on;
    committees::end_seat(&mut db.0, &caller.actor, &[command]).await?;
    late.note(&mut db, &caller.actor, [left]).await;
    Ok(versioned(read(&mut db, &caller.actor, id).await?))
}

/// Why a seat is removed.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveSeatInput {
    /// What the mistake was, in 1 to 200 characters.
    reason: String,
}

/// Remove a seat that was entered by mistake; needs the version that you saw in `If-Match`. Whoever left his post is ended
/// instead.
#[utoipa::path(context_path = "/api/v1", tag = "committees", params(("id" = String, Path)), request_body = RemoveSeatInput,
    responses((status = 204, description = "removed; the trail keeps what it said"),
        (status = 412, description = "changed meanwhile"), (status = 422, description = "no reason"),
        (status = 428, description = "If-Match missing")))]
#[post("/seats/<id>/remove", data = "<body>")]
pub async fn remove_seat(
    caller: Caller,
    version: IfMatch,
    mut db: Db,
    id: SeatId,
    body: Body<RemoveSeatInput>,
    late: Late<'_>,
) -> Answer<Status> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let from_day = read(&mut db, &caller.actor, id).await?.seat.from_day;
    let command = RemoveSeat { seat: id, version: version.0, reason: body.0.reason };
    committees::remove_seat(&mut db.0, &caller.actor, &[command]).await?;
    late.note(&mut db, &caller.actor, [from_day]).await;
    Ok(Status::NoContent)
}

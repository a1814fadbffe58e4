//! `/sessions`: the browsers in which you are signed in.

use chrono::{DateTime, Utc};
use rocket::http::Status;
use rocket::serde::json::Json;
use rocket::{Route, delete, get, routes};
use utoipa::ToSchema;

use crate::base::error::Error;
use crate::base::ids::SessionId;
use crate::records::accounts::{self, EndSessions};
use crate::web::guards::{Caller, Db};
use crate::web::respond::Answer;

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![list, end, end_others]
}

/// A browser in which you are signed in.
#[derive(serde::Serialize, ToSchema)]
pub struct OwnSessionJson {
    id: String,
    /// Since when.
    since: DateTime<Utc>,
    /// Last request, to the minute.
    last_seen: DateTime<Utc>,
    /// The address that it was opened from.
    address: Option<String>,
    /// What the browser calls itself.
    browser: Option<String>,
    /// Whether this request came with it.
    current: bool,
}

/// Your sessions.
#[derive(serde::Serialize, ToSchema)]
pub struct OwnSessionsJson {
    items: Vec<OwnSessionJson>,
}

/// List the browsers in which you are signed in, the latest first.
#[utoipa::path(context_path = "/api/v1", tag = "session",
    responses((status = 200, body = OwnSessionsJson), (status = 403, description = "programs have none")))]
#[get("/sessions")]
pub async fn list(caller: Caller, mut db: Db) -> Answer<Json<OwnSessionsJson>> {
    let own = caller.known.session.ok_or(Error::Unproven(caller.actor.proof))?;
    let held =
        accounts::own_sessions(&mut db.0, caller.scope().county, caller.known.identity.account).await?;
    let items = held
        .into_iter()
        .map(|session| OwnSessionJson {
            current: session.id == own,
            id: session.id.to_string(),
            since: session.created_at,
            last_seen: session.used_at,
            address: session.source,
            browser: session.browser,
        })
        .collect();
    Ok(Json(OwnSessionsJson { items }))
}

/// End one of your sessions.
#[utoipa::path(context_path = "/api/v1", tag = "session", params(("id" = String, Path)),
    responses((status = 204, description = "done"), (status = 403, description = "programs have none"),
        (status = 404, description = "none of yours")))]
#[delete("/sessions/<id>")]
pub async fn end(caller: Caller, mut db: Db, id: SessionId) -> Answer<Status> {
    caller.known.session.ok_or(Error::Unproven(caller.actor.proof))?;
    accounts::end_sessions(&mut db.0, &caller.actor, EndSessions::One(id)).await?;
    Ok(Status::NoContent)
}

/// End all your sessions but this one.
#[utoipa::path(context_path = "/api/v1", tag = "session",
    responses((status = 204, description = "done"), (status = 403, description = "programs have none")))]
#[delete("/sessions")]
pub async fn end_others(caller: Caller, mut db: Db) -> Answer<Status> {
    let own = caller.known.session.ok_or(Error::Unproven(caller.actor.proof))?;
    accounts::end_sessions(&mut db.0, &caller.actor, EndSessions::AllBut(own)).await?;
    Ok(Status::NoContent)
}

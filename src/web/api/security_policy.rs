//! `/security-policy`: what the county demands at sign-in; two security officers change it.

use rocket::http::Status;
use rocket::response::status::Custom;
use rocket::serde::json::Json;
use rocket::{Route, get, put, routes};

use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::Result;
use crate::records::accounts::{self, SecurityPolicy};
use crate::web::api::accounts::require_account_office;
use crate::web::api::approvals::{self, ApprovalJson};
use crate::web::guards::{Body, Caller, Db};
use crate::web::respond::Answer;

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![show, set]
}

/// What the actor's county demands.
///
/// # Errors
/// `Forbidden` for whoever neither manages accounts nor grants roles.
pub async fn read(db: &mut Db, actor: &Actor) -> Result<SecurityPolicy> {
    require_account_office(actor)?;
    let county = actor.scope.county;
    db::read(&mut db.0, &actor.scope, async |conn| Ok(accounts::security_policy(conn, county).await?)).await
}

/// Show what your county demands of whoever signs in.
#[utoipa::path(context_path = "/api/v1", tag = "accounts",
    responses((status = 200, body = SecurityPolicy), (status = 403, description = "no account office")))]
#[get("/security-policy")]
pub async fn show(caller: Caller, mut db: Db) -> Answer<Json<SecurityPolicy>> {
    Ok(Json(read(&mut db, &caller.actor).await?))
}

/// Set what your county demands of whoever signs in. It takes two security officers of the county: the first call asks
/// (202), the same call by another one approves (200).
#[utoipa::path(context_path = "/api/v1", tag = "accounts", request_body = SecurityPolicy,
    responses((status = 200, body = SecurityPolicy), (status = 202, body = ApprovalJson, description = "another security officer has to approve it"),
        (status = 409, description = "another request waits, or your own"), (status = 422, description = "figures out of bounds")))]
#[put("/security-policy", data = "<body>")]
pub async fn set(caller: Caller, mut db: Db, body: Body<SecurityPolicy>) -> Answer<PolicyAnswer> {
    match accounts::set_security_policy(&mut db.0, &caller.actor, &body.0).await? {
        Some(waiting) => {
            let waiting = approvals::read(&mut db, &caller.actor, waiting).await?;
            Ok(PolicyAnswer::Waiting(Custom(Status::Accepted, Json(waiting.into()))))
        }
        None => Ok(PolicyAnswer::Done(Json(read(&mut db, &caller.actor).await?))),
    }
}

/// What a change of the demands is answered with.
#[derive(rocket::Responder)]
pub enum PolicyAnswer {
    /// The demands as they are now.
    Done(Json<SecurityPolicy>),
    /// The request that waits.
    Waiting(Custom<Json<ApprovalJson>>),
}

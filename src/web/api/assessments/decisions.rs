//! `/assessments/rounds/{id}/{submit,confirm,publish,return}`: steps taken with a round.

use rocket::{Route, post, routes};
use utoipa::ToSchema;

use super::AssessmentRoundJson;
use crate::base::db;
use crate::base::error::{Error, Result};
use crate::base::ids::AssessmentRoundId;
use crate::records::assessments::{self, Decide, SendBack, queries};
use crate::web::guards::{Body, Caller, Db, Seen};
use crate::web::respond::{Answer, Versioned};

/// The routes.
#[must_use]
pub(super) fn routes() -> Vec<Route> {
    routes![decide_assessment_round, return_assessment_round]
}

async fn answer(
    db: &mut Db,
    caller: &Caller,
    id: AssessmentRoundId,
) -> Result<Versioned<AssessmentRoundJson>> {
    let scope = caller.scope();
    let line = db::read(&mut db.0, scope, async |conn| queries::round(conn, scope, id).await).await?;
    Ok(Versioned { version: line.card.round.version, created: false, body: line.into() })
}

/// Submit, confirm or publish a round.
#[utoipa::path(context_path = "/api/v1", tag = "assessments", params(("id" = String, Path),
    ("verb" = String, Path, description = "submit, confirm or publish"),
    ("If-Match" = Option<String>, Header, description = "the version that you saw")),
    responses((status = 200, body = AssessmentRoundJson), (status = 409, description = "the rules forbid it"),
        (status = 412, description = "changed meanwhile"), (status = 422, description = "scores are missing")))]
#[post("/assessments/rounds/<id>/<verb>", rank = 2)]
pub async fn decide_assessment_round(
    caller: Caller,
    seen: Seen,
    mut db: Db,
    id: AssessmentRoundId,
    verb: &str,
) -> Answer<Versioned<AssessmentRoundJson>> {
    let (conn, actor) = (&mut db.0, &caller.actor);
    let command = [Decide { round: id, version: seen.0 }];
    match verb {
        "submit" => assessments::submit(conn, actor, &command).await?,
        "confirm" => assessments::confirm(conn, actor, &command).await?,
        "publish" => assessments::publish(conn, actor, &command).await?,
        _ => return Err(Error::Missing { what: "这个操作" }.into()),
    };
    Ok(answer(&mut db, &caller, id).await?)
}

/// Why a round goes back.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReturnRoundInput {
    /// What is to be put right: 1 to 500 characters, for the panel to read.
    reason: String,
}

/// Send a round back to be corrected.
#[utoipa::path(context_path = "/api/v1", tag = "assessments", params(("id" = String, Path),
    ("If-Match" = Option<String>, Header, description = "the version that you saw")),
    request_body = ReturnRoundInput,
    responses((status = 200, body = AssessmentRoundJson), (status = 409, description = "the rules forbid it"),
        (status = 412, description = "changed meanwhile")))]
#[post("/assessments/rounds/<id>/return", data = "<body>")]
pub async fn return_assessment_round(
    caller: Caller,
    seen: Seen,
    mut db: Db,
    id: AssessmentRoundId,
    body: Body<ReturnRoundInput>,
) -> Answer<Versioned<AssessmentRoundJson>> {
    let command = SendBack { round: id, version: seen.0, reason: body.0.reason };
    assessments::return_(&mut db.0, &caller.actor, &[command]).await?;
    Ok(answer(&mut db, &caller, id).await?)
}

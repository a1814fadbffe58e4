//! How a county honours villages.

use rocket::serde::json::Json;
use rocket::{get, post};

use super::json::AwardSchemeJson;
use crate::base::db;
use crate::base::error::{Error, OrMissing};
use crate::base::policy::{self, Action};
use crate::records::ratings::awards::{self, queries};
use crate::web::forms::award::AwardSchemeInput;
use crate::web::guards::{Body, Caller, Db, Idempotency, Kept, Listing, Page};
use crate::web::respond::Answer;

/// List the county's schemes of awards with all their versions.
#[utoipa::path(context_path = "/api/v1", tag = "ratings", params(("count" = Option<bool>, Query)),
    responses((status = 200, body = Page<AwardSchemeJson>)))]
#[get("/ratings/award-schemes")]
pub async fn list_award_schemes(
    caller: Caller,
    mut db: Db,
    listing: Listing,
) -> Answer<Json<Page<AwardSchemeJson>>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    let scope = caller.scope();
    let found =
        db::read(&mut db.0, scope, async |conn| queries::award_schemes(conn, scope, None).await).await?;
    Ok(Json(Page::whole(found.into_iter().map(AwardSchemeJson::from).collect(), &listing)))
}

/// Set a scheme of awards, or a new version of one; only a supervisor of the county.
#[utoipa::path(context_path = "/api/v1", tag = "ratings", request_body = AwardSchemeInput,
    responses((status = 201, body = AwardSchemeJson), (status = 403, description = "not a supervisor of the county"),
        (status = 409, description = "does not follow the present version, or it is in use"),
        (status = 422, description = "unsound")))]
#[post("/ratings/award-schemes", data = "<body>")]
pub async fn set_award_scheme(
    caller: Caller,
    mut db: Db,
    once: Idempotency,
    body: Body<AwardSchemeInput>,
) -> Answer<Kept> {
    let actor = &caller.actor;
    policy::require(actor, Action::SetSchemes, &actor.scope.whole_county().path)?;
    let Body(input, hash) = body;
    let command = input.parse()?;
    once.once(&mut db.0, actor, &hash, async |conn| {
        let ids = awards::set_award_schemes(conn, actor, &[command]).await?;
        let scope = &actor.scope;
        let found =
            db::read(conn, scope, async |conn| queries::award_schemes(conn, scope, None).await).await?;
        let set = found.into_iter().find(|scheme| ids.contains(&scheme.id)).or_missing("评选方案")?;
        Ok((201, serde_json::to_string(&AwardSchemeJson::from(set)).map_err(Error::broken)?))
    })
    .await
}

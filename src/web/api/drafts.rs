//! `/drafts`: rows that are typed instead of handed in as a workbook: kept, checked, made into a plan. One draft of an
//! account for a kind.

use rocket::serde::json::Json;
use rocket::{Route, State, get, post, put, routes};
use sha2::{Digest, Sha256};

use crate::across::imports::drafts::{self, DraftAnswer, DraftInput, DraftState};
use crate::across::imports::summary::Answer as ImportAnswer;
use crate::base::error::{Error, OrMissing};
use crate::base::policy::{self, Action};
use crate::records::imports::Kind;
use crate::web;
use crate::web::guards::{Body, Caller, Db, Idempotency, Kept};
use crate::web::respond::{Answer, Versioned};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![show_draft, keep_draft, plan_draft]
}

fn allowed(caller: &Caller, kind: &str) -> Result<Kind, Error> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    Kind::parse(kind).ok().or_missing("这一种类的表格")
}

/// Show your draft of a kind with its rows, and what a plan would say of each; one that is not begun is empty.
#[utoipa::path(context_path = "/api/v1", tag = "imports",
    params(("kind" = String, Path, description = "a kind of workbook: `members` and the like")),
    responses((status = 200, body = DraftAnswer), (status = 404, description = "no such kind")))]
#[get("/drafts/<kind>")]
pub async fn show_draft(
    caller: Caller,
    mut db: Db,
    kind: &str,
    state: &State<web::State>,
) -> Answer<Json<DraftAnswer>> {
    let kind = allowed(&caller, kind)?;
    Ok(Json(drafts::show(&mut db.0, &state.keys, &caller.actor, kind).await?))
}

/// Keep what changed in your draft of a kind; answers what a plan would say of all its rows. 500 rows at most.
#[utoipa::path(context_path = "/api/v1", tag = "imports",
    params(("kind" = String, Path, description = "a kind of workbook: `members` and the like")),
    request_body = DraftInput,
    responses((status = 200, body = DraftState), (status = 404, description = "no such kind or organisation"),
        (status = 412, description = "changed by another writer since `version`"),
        (status = 422, description = "too many rows, a cell too long, keys that do not fit the order")))]
#[put("/drafts/<kind>", data = "<body>")]
pub async fn keep_draft(
    caller: Caller,
    mut db: Db,
    kind: &str,
    body: Body<DraftInput>,
    state: &State<web::State>,
) -> Answer<Versioned<DraftState>> {
    let kind = allowed(&caller, kind)?;
    let kept = drafts::keep(&mut db.0, &state.keys, &caller.actor, kind, &body.0).await?;
    Ok(Versioned { version: kept.version, created: false, body: kept })
}

/// Make a plan of your draft of a kind: an import that waits to be carried out. The draft stays; what the plan writes leaves
/// it.
#[utoipa::path(context_path = "/api/v1", tag = "imports",
    params(("kind" = String, Path, description = "a kind of workbook: `members` and the like")),
    responses((status = 201, body = ImportAnswer, description = "planned; Location says where"),
        (status = 404, description = "no such kind"), (status = 409, description = "the draft is empty")))]
#[post("/drafts/<kind>/plan")]
pub async fn plan_draft(
    caller: Caller,
    mut db: Db,
    kind: &str,
    once: Idempotency,
    state: &State<web::State>,
) -> Answer<Kept> {
    let kind = allowed(&caller, kind)?;
    let (actor, keys) = (&caller.actor, &state.keys);
    let nothing = Sha256::digest(kind.code()).to_vec();
    let kept = once
        .once(&mut db.0, actor, &nothing, async |conn| {
            let import = drafts::plan(conn, keys, actor, kind).await?;
            let told = serde_json::to_string(&ImportAnswer::without_rows(&import)).map_err(Error::broken)?;
            Ok((201, told))
        })
        .await?;
    Ok(kept.at("/api/v1/imports", "import_id"))
}

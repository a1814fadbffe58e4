//! `/approvals`: what one of two people wants, and what the other says.

use chrono::{DateTime, Utc};
use rocket::serde::json::Json;
use rocket::{Route, get, post, routes};
use utoipa::ToSchema;

use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{Error, OrMissing, Result};
use crate::base::ids::ApprovalId;
use crate::base::policy::{self, Action};
use crate::records::accounts;
use crate::records::approvals::{self, Approval, Conclusion, Kind, State};
use crate::web::guards::{Body, Caller, Db};
use crate::web::respond::Answer;

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![list, show, decide]
}

/// How many are listed: what waits stands first.
const LISTED: i64 = 200;

/// A request that a second person decides.
#[derive(serde::Serialize, ToSchema)]
pub struct ApprovalJson {
    id: String,
    version: i32,
    /// `grant` or `security_policy`.
    kind: String,
    /// What kind of thing is acted upon.
    subject_kind: String,
    /// Id of the thing.
    subject: String,
    /// What is wanted.
    content: serde_json::Value,
    /// Why.
    reason: Option<String>,
    state: State,
    requested_by: String,
    requested_at: DateTime<Utc>,
    decided_by: Option<String>,
    decided_at: Option<DateTime<Utc>>,
    decision_reason: Option<String>,
}

impl From<Approval> for ApprovalJson {
    fn from(approval: Approval) -> Self {
        Self {
            id: approval.id.to_string(),
            version: approval.version,
            state: approval.state(),
            kind: approval.kind,
            subject_kind: approval.subject_kind,
            subject: approval.subject_id.to_string(),
            content: approval.content,
            reason: approval.reason,
            requested_by: approval.requester,
            requested_at: approval.requested_at,
            decided_by: approval.decider,
            decided_at: approval.decided_at,
            decision_reason: approval.decision_reason,
        }
    }
}

/// Requests of your subtree.
#[derive(serde::Serialize, ToSchema)]
pub struct ApprovalsJson {
    items: Vec<ApprovalJson>,
}

/// Why a request is rejected.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApprovalDecisionInput {
    #[serde(default)]
    reason: String,
}

/// Refuses whoever decides no requests.
///
/// # Errors
/// `Forbidden`.
pub fn require_decider(actor: &Actor) -> Result<()> {
    if policy::may(actor, Action::GrantRoles, &actor.scope.path) { Ok(()) } else { Err(Error::Forbidden) }
}

/// The requests of the actor's subtree, those that wait first.
///
/// # Errors
/// `Forbidden` for whoever decides none.
pub async fn read_all(db: &mut Db, actor: &Actor) -> Result<Vec<Approval>> {
    require_decider(actor)?;
    let scope = &actor.scope;
    db::read(&mut db.0, scope, async |conn| Ok(approvals::queries::list(conn, scope, LISTED).await?)).await
}

/// One request of the actor's subtree.
///
/// # Errors
/// `Forbidden` for whoever decides none, `Missing` outside the subtree.
pub async fn read(db: &mut Db, actor: &Actor, id: ApprovalId) -> Result<Approval> {
    require_decider(actor)?;
    let scope = &actor.scope;
    db::read(&mut db.0, scope, async |conn| {
        approvals::queries::find(conn, scope, id).await.or_missing("这项申请")
    })
    .await
}

/// What a step does.
///
/// # Errors
/// `Missing` for an unknown step.
pub fn conclusion(step: &str, reason: &str) -> Result<Conclusion> {
    match step {
        "approve" => Ok(Conclusion::Approve),
        "reject" => Ok(Conclusion::Reject(reason.to_owned())),
        "withdraw" => Ok(Conclusion::Withdraw),
        _ => Err(Error::Missing { what: "这个操作" }),
    }
}

/// Carries out what somebody decided about a request.
///
/// # Errors
/// As the verb of its kind.
pub async fn carry_out(
    db: &mut Db,
    actor: &Actor,
    approval: &Approval,
    conclusion: &Conclusion,
) -> Result<()> {
    match Kind::from_code(&approval.kind).or_missing("这种申请")? {
        Kind::Grant => accounts::decide_grant(&mut db.0, actor, approval.id, conclusion).await,
        Kind::SecurityPolicy => {
            accounts::decide_security_policy(&mut db.0, actor, approval.id, conclusion).await
        }
    }
}

/// List the requests of your subtree: those that wait first, then the latest, at most 200.
#[utoipa::path(context_path = "/api/v1", tag = "approvals",
    responses((status = 200, body = ApprovalsJson), (status = 403, description = "you decide none")))]
#[get("/approvals")]
pub async fn list(caller: Caller, mut db: Db) -> Answer<Json<ApprovalsJson>> {
    let items = read_all(&mut db, &caller.actor).await?.into_iter().map(ApprovalJson::from).collect();
    Ok(Json(ApprovalsJson { items }))
}

/// Show one request.
#[utoipa::path(context_path = "/api/v1", tag = "approvals", params(("id" = String, Path)),
    responses((status = 200, body = ApprovalJson), (status = 404, description = "none in your subtree")))]
#[get("/approvals/<id>")]
pub async fn show(caller: Caller, mut db: Db, id: ApprovalId) -> Answer<Json<ApprovalJson>> {
    Ok(Json(read(&mut db, &caller.actor, id).await?.into()))
}

/// Approve or reject another's request (`approve`, `reject` with a reason), or take back your own (`withdraw`).
#[utoipa::path(context_path = "/api/v1", tag = "approvals", params(("id" = String, Path), ("step" = String, Path)),
    request_body = ApprovalDecisionInput,
    responses((status = 200, body = ApprovalJson), (status = 409, description = "your own, or decided already")))]
#[post("/approvals/<id>/<step>", data = "<body>")]
pub async fn decide(
    caller: Caller,
    mut db: Db,
    id: ApprovalId,
    step: &str,
    body: Body<ApprovalDecisionInput>,
) -> Answer<Json<ApprovalJson>> {
    require_decider(&caller.actor)?;
    let conclusion = conclusion(step, &body.0.reason)?;
    let approval = read(&mut db, &caller.actor, id).await?;
    carry_out(&mut db, &caller.actor, &approval, &conclusion).await?;
    Ok(Json(read(&mut db, &caller.actor, id).await?.into()))
}

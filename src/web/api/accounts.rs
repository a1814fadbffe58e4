//! `/accounts`: administrators open, disable and reset them; security officers grant their roles.

use rocket::http::Status;
use rocket::response::status::Custom;
use rocket::serde::json::Json;
use rocket::{Route, get, patch, post, routes};
use utoipa::ToSchema;

use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{Error, OrMissing, Result};
use crate::base::ids::AccountId;
use crate::base::policy::{self, Action};
use crate::records::accounts::{
    self, AccountLine, Disable, Grant, Granted, Open, Password, RawOpen, ResetPassword, State, parse_role,
    queries,
};
use crate::web::api::approvals::ApprovalJson;
use crate::web::guards::{Body, Caller, Db, IfMatch, Listing, Page};
use crate::web::respond::{Answer, Failure, Versioned};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![list, show, open, grant, disable, reset]
}

/// An account.
#[derive(serde::Serialize, ToSchema)]
pub struct AccountJson {
    id: String,
    version: i32,
    username: String,
    display_name: String,
    role: String,
    organisation: String,
    organisation_name: String,
    state: State,
    created_at: chrono::DateTime<chrono::Utc>,
}

impl From<AccountLine> for AccountJson {
    fn from(line: AccountLine) -> Self {
        Self {
            id: line.id.to_string(),
            version: line.version,
            state: line.state(),
            username: line.username,
            display_name: line.display_name,
            role: line.role,
            organisation: line.organisation_code,
            organisation_name: line.organisation_name,
            created_at: line.created_at,
        }
    }
}

/// An account to be opened.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenInput {
    username: String,
    /// The user name when not given.
    #[serde(default)]
    display_name: String,
    password: String,
    /// The role that a security officer is to grant.
    role: String,
    /// Code of the organisation whose subtree it is to act in.
    organisation: String,
}

/// A role to be granted.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GrantInput {
    role: String,
    /// Code of the organisation; as it is when not given.
    #[serde(default)]
    organisation: Option<String>,
}

/// Why an account is disabled.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DisableInput {
    reason: String,
}

/// A password for one use; made and answered once when not given.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResetInput {
    #[serde(default)]
    password: Option<String>,
}

/// A password for one use.
#[derive(serde::Serialize, ToSchema)]
pub struct ResetJson {
    password: String,
}

/// Refuses whoever neither manages accounts nor grants roles.
///
/// # Errors
/// `Forbidden`.
pub fn require_account_office(actor: &Actor) -> Result<()> {
    let path = &actor.scope.path;
    let either =
        [Action::ManageAccounts, Action::GrantRoles].iter().any(|office| policy::may(actor, *office, path));
    if either { Ok(()) } else { Err(Error::Forbidden) }
}

/// One account of the actor's subtree.
///
/// # Errors
/// `Forbidden` without an account office, `Missing` outside the subtree.
pub async fn read(db: &mut Db, actor: &Actor, id: AccountId) -> Result<AccountLine> {
    require_account_office(actor)?;
    let scope = &actor.scope;
    db::read(&mut db.0, scope, async |conn| queries::find(conn, scope, id).await.or_missing("这个账号")).await
}

async fn answer(db: &mut Db, actor: &Actor, id: AccountId, created: bool) -> Answer<Versioned<AccountJson>> {
    let line = read(db, actor, id).await?;
    Ok(Versioned { version: line.version, created, body: line.into() })
}

/// List the accounts of your subtree by user name.
#[utoipa::path(context_path = "/api/v1", tag = "accounts",
    params(("limit" = Option<u16>, Query), ("after" = Option<String>, Query), ("count" = Option<bool>, Query)),
    responses((status = 200, body = Page<AccountJson>), (status = 403, description = "no account office")))]
#[get("/accounts")]
pub async fn list(caller: Caller, mut db: Db, listing: Listing) -> Answer<Json<Page<AccountJson>>> {
    require_account_office(&caller.actor)?;
    let scope = caller.scope();
    let page = db::read(&mut db.0, scope, async |conn| {
        let after = listing.after.as_ref().and_then(|parts| parts.iter().next()).map(String::as_str);
        let mut rows = queries::list(conn, scope, after, i64::from(listing.limit) + 1).await?;
        let more = rows.len() > usize::from(listing.limit);
        rows.truncate(usize::from(listing.limit));
        let next = rows.iter().last().filter(|_| more).map(|row| Listing::cursor(&[&row.username]));
        let total = listing.total(queries::count(conn, scope)).await?;
        Ok(Page { items: rows.into_iter().map(AccountJson::from).collect(), next, total })
    })
    .await?;
    Ok(Json(page))
}

/// Show one account.
#[utoipa::path(context_path = "/api/v1", tag = "accounts", params(("id" = String, Path)),
    responses((status = 200, body = AccountJson), (status = 404, description = "none in your subtree")))]
#[get("/accounts/<id>")]
pub async fn show(caller: Caller, mut db: Db, id: AccountId) -> Answer<Versioned<AccountJson>> {
    answer(&mut db, &caller.actor, id, false).await
}

/// Open an account; it waits for a security officer to grant its role.
#[utoipa::path(context_path = "/api/v1", tag = "accounts", request_body = OpenInput,
    responses((status = 201, body = AccountJson), (status = 409, description = "user name in use")))]
#[post("/accounts", data = "<body>")]
pub async fn open(caller: Caller, mut db: Db, body: Body<OpenInput>) -> Answer<Versioned<AccountJson>> {
    policy::require(&caller.actor, Action::ManageAccounts, &caller.scope().path)?;
    let input = &body.0;
    let command = Open::parse(RawOpen {
        username: &input.username,
        display_name: &input.display_name,
        password: &input.password,
        role: &input.role,
        organisation: &input.organisation,
    })?;
    let ids = accounts::open(&mut db.0, &caller.actor, &[command]).await?;
    let id = *ids.as_slice().first().or_missing("这个账号")?;
    answer(&mut db, &caller.actor, id, true).await
}

/// Grant a role and an organisation; the account may sign in from then on. Any role but a clerk's takes two security
/// officers: the first call asks (202), the same call by another one approves (200).
#[utoipa::path(context_path = "/api/v1", tag = "accounts", params(("id" = String, Path)), request_body = GrantInput,
    responses((status = 200, body = AccountJson), (status = 202, body = ApprovalJson, description = "another security officer has to approve it"),
        (status = 409, description = "the rules forbid it")))]
#[patch("/accounts/<id>/role", data = "<body>")]
pub async fn grant(
    caller: Caller,
    version: IfMatch,
    mut db: Db,
    id: AccountId,
    body: Body<GrantInput>,
) -> Answer<GrantAnswer> {
    policy::require(&caller.actor, Action::GrantRoles, &caller.scope().path)?;
    let role = parse_role(&body.0.role).map_err(|field| Error::Invalid(vec![field]))?;
    let organisation = body.0.organisation.clone().filter(|code| !code.trim().is_empty());
    let command = Grant { account: id, role, organisation, version: version.0 };
    let granted = accounts::grant(&mut db.0, &caller.actor, &[command]).await?;
    match granted.as_slice().first() {
        Some(Granted::Waiting(approval)) => {
            let waiting = super::approvals::read(&mut db, &caller.actor, *approval).await?;
            Ok(GrantAnswer::Waiting(Custom(Status::Accepted, Json(waiting.into()))))
        }
        _ => Ok(GrantAnswer::Done(answer(&mut db, &caller.actor, id, false).await?)),
    }
}

/// What a grant is answered with.
#[derive(rocket::Responder)]
pub enum GrantAnswer {
    /// The account as it is now.
    Done(Versioned<AccountJson>),
    /// The request that waits.
    Waiting(Custom<Json<ApprovalJson>>),
}

/// Disable an account and end its sessions.
#[utoipa::path(context_path = "/api/v1", tag = "accounts", params(("id" = String, Path)), request_body = DisableInput,
    responses((status = 200, body = AccountJson), (status = 409, description = "the rules forbid it")))]
#[post("/accounts/<id>/disable", data = "<body>")]
pub async fn disable(
    caller: Caller,
    mut db: Db,
    id: AccountId,
    body: Body<DisableInput>,
) -> Answer<Versioned<AccountJson>> {
    let command = Disable { account: id, reason: body.0.reason };
    accounts::disable(&mut db.0, &caller.actor, &[command]).await?;
    answer(&mut db, &caller.actor, id, false).await
}

/// Recover an account: sets a password for one use within three days, forgets its one-time codes, takes back its tokens
/// and ends its sessions. Any account but a clerk's then waits until two security officers have granted its role anew.
#[utoipa::path(context_path = "/api/v1", tag = "accounts", params(("id" = String, Path)), request_body = ResetInput,
    responses((status = 200, body = ResetJson), (status = 204, description = "done with the given password"), (status = 422, description = "a password that may not be set")))]
#[post("/accounts/<id>/reset", data = "<body>")]
pub async fn reset(
    caller: Caller,
    mut db: Db,
    id: AccountId,
    body: Body<ResetInput>,
) -> Answer<(Status, Option<Json<ResetJson>>)> {
    policy::require(&caller.actor, Action::ManageAccounts, &caller.scope().path)?;
    let line = read(&mut db, &caller.actor, id).await?;
    let given = body.0.password.is_some();
    let text = body.0.password.unwrap_or_else(Password::random);
    let password =
        Password::parse(&text, &line.username).map_err(|error| Failure(Error::invalid("password", error)))?;
    let command = ResetPassword { account: id, password, temporary: true };
    accounts::reset_password(&mut db.0, &caller.actor, &[command]).await?;
    // Who chose the password knows it.
    let told = (!given).then_some(Json(ResetJson { password: text }));
    Ok((if given { Status::NoContent } else { Status::Ok }, told))
}

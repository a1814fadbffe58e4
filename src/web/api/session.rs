//! `/session`: signing in and out.

use rocket::http::{CookieJar, Status};
use rocket::serde::json::Json;
use rocket::{Route, State, delete, get, post, routes};
use utoipa::ToSchema;

use crate::base::actor::Door;
use crate::base::error::Error;
use crate::records::accounts::{self, ChangePassword, Duty, Identity, Password, Proving, SignIn, SignedIn};
use crate::web;
use crate::web::guards::{Arriving, Body, Caller, Db, Turn};
use crate::web::pages::proof::WRONG_PROOF;
use crate::web::pages::session::{Origin, REFUSED, cookie, end_former, throttled};
use crate::web::respond::{Answer, Failure};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![open, show, close, prove, change_password, begin, confirm]
}

/// Who wants in.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// User name.
    username: String,
    /// Password.
    password: String,
    /// One-time code, where the role needs one.
    #[serde(default)]
    otp: Option<String>,
}

/// The account of a session.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = SessionAccount)]
pub struct AccountJson {
    /// Its id.
    pub id: String,
    /// User name.
    pub username: String,
    /// Name shown to others.
    pub display_name: String,
    /// Role.
    pub role: &'static str,
    /// Code of its organisation.
    pub organisation: String,
    /// Name of its organisation.
    pub organisation_name: String,
}

impl From<&Identity> for AccountJson {
    fn from(identity: &Identity) -> Self {
        Self {
            id: identity.account.to_string(),
            username: identity.username.clone(),
            display_name: identity.display_name.clone(),
            role: identity.role.code(),
            organisation: identity.organisation_code.clone(),
            organisation_name: identity.organisation_name.clone(),
        }
    }
}

/// An open session.
#[derive(serde::Serialize, ToSchema)]
pub struct SessionJson {
    /// To be repeated in `X-CSRF-Token` by unsafe requests; null with a bearer token.
    csrf_token: Option<String>,
    /// The account.
    account: AccountJson,
    /// What has to be done before anything else.
    duty: Option<Duty>,
    /// Whether the account uses one-time codes.
    uses_codes: bool,
}

/// What is typed to show anew that it is you.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProofInput {
    /// The password, where the account uses no one-time codes.
    #[serde(default)]
    password: String,
    /// A one-time code, where it uses them.
    #[serde(default)]
    otp: String,
}

/// A change of your own password.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordInput {
    /// The old one.
    old_password: String,
    /// The new one.
    password: String,
}

/// The secret of one-time codes, shown once.
#[derive(serde::Serialize, ToSchema)]
pub struct SecretJson {
    /// In Base32, as apps take it.
    secret: String,
    /// The address that a QR code holds (`otpauth://…`).
    address: String,
}

/// A one-time code.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CodeInput {
    otp: String,
}

/// Sign in.
#[utoipa::path(context_path = "/api/v1", tag = "session", request_body = Credentials,
    responses((status = 200, body = SessionJson), (status = 401, description = "refused"),
        (status = 429, description = "too many were refused from this address")))]
#[post("/session", data = "<body>")]
pub async fn open(
    body: Body<Credentials>,
    _turn: Turn,
    mut db: Db,
    origin: Origin,
    jar: &CookieJar<'_>,
    state: &State<web::State>,
) -> Answer<Json<SessionJson>> {
    if !origin.own {
        return Err(Failure::csrf());
    }
    let Credentials { username, password, otp } = body.0;
    let attempt =
        SignIn { username, password, otp, door: Door::Api, source: origin.source, browser: origin.browser };
    let opened = match accounts::sign_in(&mut db.0, &state.keys, attempt).await? {
        SignedIn::Opened(opened) => opened,
        SignedIn::CodeWanted => return Err(Failure::unauthorized(CODE_WANTED.to_owned())),
        SignedIn::Refused => return Err(Failure::unauthorized(REFUSED.to_owned())),
        SignedIn::Throttled(left) => return Err(Failure::too_often(throttled(left), left)),
    };
    end_former(&mut db.0, jar, origin.https, Door::Api, origin.source).await?;
    jar.add(cookie(opened.token.reveal().to_owned(), origin.https));
    Ok(Json(SessionJson {
        csrf_token: Some(opened.session.csrf_token),
        account: AccountJson::from(&opened.session.identity),
        duty: opened.session.duty,
        uses_codes: opened.session.uses_codes,
    }))
}

/// The answer to a right password that came without the code that its account needs.
const CODE_WANTED: &str = "这个账号登录时还要动态验证码：请在 otp 中填写手机上现在显示的6位数字。";

/// Show the present session.
#[utoipa::path(context_path = "/api/v1", tag = "session", responses((status = 200, body = SessionJson)))]
#[get("/session")]
pub fn show(caller: Arriving) -> Json<SessionJson> {
    let caller = caller.0;
    Json(SessionJson {
        duty: caller.known.duty,
        uses_codes: caller.known.uses_codes,
        csrf_token: caller.known.csrf_token.clone(),
        account: AccountJson::from(&caller.known.identity),
    })
}

/// Sign out.
#[utoipa::path(context_path = "/api/v1", tag = "session", responses((status = 204)))]
#[delete("/session")]
pub async fn close(caller: Arriving, mut db: Db, origin: Origin, jar: &CookieJar<'_>) -> Answer<Status> {
    let caller = caller.0;
    if let Some(token) = &caller.known.session_token {
        accounts::sign_out(&mut db.0, &caller.actor, token).await?;
    }
    jar.remove(cookie(String::new(), origin.https));
    Ok(Status::NoContent)
}

/// Show anew that it is you, by password or one-time code: needed before revealing, exporting in clear, closing a quarter
/// and granting, when the last proof is older than the county allows.
#[utoipa::path(context_path = "/api/v1", tag = "session", request_body = ProofInput,
    responses((status = 204, description = "done"), (status = 403, description = "programs have nothing to show"),
        (status = 422, description = "wrong")))]
#[post("/session/proof", data = "<body>")]
pub async fn prove(
    caller: Caller,
    mut db: Db,
    body: Body<ProofInput>,
    state: &State<web::State>,
) -> Answer<Status> {
    let session = caller.known.session.ok_or(Error::Unproven(caller.actor.proof))?;
    let ProofInput { password, otp } = body.0;
    let (field, typed) =
        (if caller.known.uses_codes { "otp" } else { "password" }, Proving { password, otp });
    if accounts::prove(&mut db.0, &caller.actor, &state.keys, session, typed).await? {
        return Ok(Status::NoContent);
    }
    Err(Failure(Error::invalid(field, WRONG_PROOF)))
}

/// Change your own password; every session ends, this one too.
#[utoipa::path(context_path = "/api/v1", tag = "session", request_body = PasswordInput,
    responses((status = 204, description = "done"), (status = 422, description = "wrong, or none that may be set")))]
#[post("/session/password", data = "<body>")]
pub async fn change_password(caller: Arriving, mut db: Db, body: Body<PasswordInput>) -> Answer<Status> {
    let caller = caller.0;
    let session = caller.known.session.ok_or(Failure(Error::Unproven(caller.actor.proof)))?;
    if caller.known.duty == Some(Duty::Code) {
        return Err(Failure::duty(Duty::Code));
    }
    let PasswordInput { old_password, password } = body.0;
    let new = Password::parse(&password, &caller.known.identity.username)
        .map_err(|error| Failure(Error::invalid("password", error)))?;
    let command = ChangePassword { old: old_password, new };
    accounts::change_password(&mut db.0, &caller.actor, session, command).await?;
    Ok(Status::NoContent)
}

/// Begin to use one-time codes: answers a new secret, once.
#[utoipa::path(context_path = "/api/v1", tag = "session",
    responses((status = 200, body = SecretJson), (status = 409, description = "in use already")))]
#[post("/session/second-factor")]
pub async fn begin(caller: Arriving, mut db: Db, state: &State<web::State>) -> Answer<Json<SecretJson>> {
    let caller = own(caller)?;
    let secret = accounts::begin_second_factor(&mut db.0, &caller.actor, &state.keys).await?;
    let address = secret.address(&caller.known.identity.username);
    Ok(Json(SecretJson { secret: secret.base32(), address }))
}

/// Confirm with a first code that the secret arrived: from then on every sign-in asks for one.
#[utoipa::path(context_path = "/api/v1", tag = "session", request_body = CodeInput,
    responses((status = 204, description = "done"), (status = 422, description = "a wrong code")))]
#[post("/session/second-factor/confirm", data = "<body>")]
pub async fn confirm(
    caller: Arriving,
    mut db: Db,
    body: Body<CodeInput>,
    state: &State<web::State>,
) -> Answer<Status> {
    let caller = own(caller)?;
    accounts::confirm_second_factor(&mut db.0, &caller.actor, &state.keys, &body.0.otp).await?;
    Ok(Status::NoContent)
}

/// Somebody who signed in himself: a program has no say in how its account signs in, nor has who is only half in.
fn own(caller: Arriving) -> Answer<Caller> {
    if caller.0.known.session.is_none() {
        return Err(Failure(Error::Unproven(caller.0.actor.proof)));
    }
    match caller.0.known.duty {
        Some(duty @ (Duty::Code | Duty::ChangePassword)) => Err(Failure::duty(duty)),
        _ => Ok(caller.0),
    }
}

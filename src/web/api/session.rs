//! `/session`: signing in and out.

use rocket::http::{CookieJar, Status};
use rocket::serde::json::Json;
use rocket::{Route, delete, get, post, routes};
use utoipa::ToSchema;

use crate::base::actor::Door;
use crate::base::error::Error;
use crate::records::accounts::{self, Identity, SignIn, SignedIn};
use crate::web::guards::{Body, Caller, Db};
use crate::web::pages::session::{Origin, REFUSED, cookie, throttled};
use crate::web::respond::{Answer, Failure};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![open, show, close]
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
}

/// Sign in.
#[utoipa::path(context_path = "/api/v1", tag = "session", request_body = Credentials,
    responses((status = 200, body = SessionJson), (status = 401, description = "refused"),
        (status = 429, description = "too many were refused from this address")))]
#[post("/session", data = "<body>")]
pub async fn open(
    body: Body<Credentials>,
    mut db: Db,
    origin: Origin,
    jar: &CookieJar<'_>,
) -> Answer<Json<SessionJson>> {
    if !origin.own {
        return Err(Failure::csrf());
    }
    let Credentials { username, password, otp } = body.0;
    if otp.is_some_and(|code| !code.is_empty()) {
        return Err(Failure(Error::invalid("otp", "本系统尚未启用一次性验证码，请不要填写。")));
    }
    let attempt = SignIn { username, password, door: Door::Api, source: origin.source };
    let opened = match accounts::sign_in(&mut db.0, attempt).await? {
        SignedIn::Opened(opened) => opened,
        SignedIn::Refused => return Err(Failure::unauthorized(REFUSED.to_owned())),
        SignedIn::Throttled(left) => return Err(Failure::too_often(throttled(left), left)),
    };
    jar.add(cookie(opened.token.reveal().to_owned(), origin.https));
    Ok(Json(SessionJson {
        csrf_token: Some(opened.session.csrf_token),
        account: AccountJson::from(&opened.session.identity),
    }))
}

/// Show the present session.
#[utoipa::path(context_path = "/api/v1", tag = "session", responses((status = 200, body = SessionJson)))]
#[get("/session")]
pub fn show(caller: Caller) -> Json<SessionJson> {
    Json(SessionJson {
        csrf_token: caller.known.csrf_token.clone(),
        account: AccountJson::from(&caller.known.identity),
    })
}

/// Sign out.
#[utoipa::path(context_path = "/api/v1", tag = "session", responses((status = 204)))]
#[delete("/session")]
pub async fn close(caller: Caller, mut db: Db, origin: Origin, jar: &CookieJar<'_>) -> Answer<Status> {
    if let Some(token) = &caller.known.session_token {
        accounts::sign_out(&mut db.0, &caller.actor, token).await?;
    }
    jar.remove(cookie(String::new(), origin.https));
    Ok(Status::NoContent)
}

//! The signed-in account behind a request: by session cookie or by bearer token.

use std::sync::Arc;

use chrono::TimeDelta;
use rocket::http::{Method, Status};
use rocket::request::{FromRequest, Outcome, Request};
use subtle::ConstantTimeEq;

use crate::base::actor::{Actor, Door};
use crate::base::clock;
use crate::base::error::{Error, Result};
use crate::base::ids::SessionId;
use crate::base::scope::Scope;
use crate::records::accounts::{self, Duty, Identity};
use crate::web::guards::database::state;
use crate::web::guards::{is_https, nul, own_origin, source};
use crate::web::queue::{self, Queue};
use crate::web::reading::read_too_much;
use crate::web::respond::{Failure, stash};
use crate::web::views::{Frame, Section};

/// Who is asking.
#[derive(Debug, Clone)]
pub struct Known {
    /// The account.
    pub identity: Identity,
    /// What unsafe requests must repeat; none for programs with a bearer token.
    pub csrf_token: Option<String>,
    /// The token of the session, for signing out.
    pub session_token: Option<String>,
    /// The session; none for programs with a bearer token.
    pub session: Option<SessionId>,
    /// What has to be done before anything else.
    pub duty: Option<Duty>,
    /// Whether the account uses one-time codes.
    pub uses_codes: bool,
    /// The queue of repairs that the browser is in the middle of.
    pub queue: Option<Queue>,
}

struct Cached(Option<Arc<Known>>, bool);

/// The name of the session cookie.
#[must_use]
pub fn cookie_name(https: bool) -> &'static str {
    if https { "__Host-cadre" } else { "cadre" }
}

async fn look_up(request: &Request<'_>) -> Result<Option<Known>> {
    let state = state(request).map_err(|failure| failure.0)?;
    if let Some(header) = request.headers().get_one("Authorization") {
        let Some(token) = header.strip_prefix("Bearer ") else { return Ok(None) };
        let mut conn = state.database.web().await?;
        let identity = accounts::by_token(&mut conn, token.trim()).await?;
        return Ok(identity.map(|identity| Known {
            identity,
            csrf_token: None,
            session_token: None,
            session: None,
            duty: None,
            uses_codes: false,
            queue: None,
        }));
    }
    let Some(cookie) = request.cookies().get(cookie_name(is_https(request))) else { return Ok(None) };
    let mut conn = state.database.web().await?;
    let session = accounts::by_session(&mut conn, cookie.value()).await?;
    Ok(session.map(|session| Known {
        identity: session.identity,
        csrf_token: Some(session.csrf_token),
        session_token: Some(cookie.value().to_owned()),
        session: Some(session.id),
        duty: session.duty,
        uses_codes: session.uses_codes,
        queue: request.cookies().get(queue::COOKIE).and_then(|cookie| Queue::read(cookie.value())),
    }))
}

/// Looks up who asks, once per request.
async fn resolve(request: &Request<'_>) -> Result<Option<Arc<Known>>> {
    let cached = request
        .local_cache_async(async {
            match look_up(request).await {
                Ok(known) => Cached(known.map(Arc::new), false),
                Err(error) => {
                    tracing::error!(%error, "the session could not be looked up");
                    Cached(None, true)
                }
            }
        })
        .await;
    if cached.1 { Err(Error::Unavailable) } else { Ok(cached.0.clone()) }
}

/// Who asks, as far as a guard has found out: for error pages.
#[must_use]
pub fn known(request: &Request<'_>) -> Option<Arc<Known>> {
    request.local_cache(|| Cached(None, false)).0.clone()
}

fn is_unsafe(request: &Request<'_>) -> bool {
    !matches!(request.method(), Method::Get | Method::Head | Method::Options)
}

/// Whether the request repeats the session's token in its header.
pub(super) fn header_repeats(request: &Request<'_>, token: &str) -> bool {
    request.headers().get_one("X-CSRF-Token").is_some_and(|given| same(given, token))
}

/// Compares two tokens in constant time.
pub(super) fn same(given: &str, token: &str) -> bool {
    given.as_bytes().ct_eq(token.as_bytes()).into()
}

/// The caller of the API: a session that repeats its token on unsafe requests, or a bearer token.
pub struct Caller {
    /// Who.
    pub known: Arc<Known>,
    /// Who acts, through the API.
    pub actor: Actor,
}

impl Caller {
    /// Where he may look.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.actor.scope
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Caller {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        program(request, true).await
    }
}

/// Who calls the API; `done` where nothing may be left to be done before.
async fn program(request: &Request<'_>, done: bool) -> Outcome<Caller, ()> {
    let known = match resolve(request).await {
        Ok(Some(known)) => known,
        Ok(None) => return Outcome::Error((Status::Unauthorized, ())),
        Err(error) => return stash(request, Failure(error)),
    };
    if let Some(token) = known.csrf_token.as_deref().filter(|_| is_unsafe(request))
        && !(own_origin(request) && header_repeats(request, token))
    {
        return stash(request, Failure::csrf());
    }
    if nul::in_address(request) {
        return stash(request, nul::refusal());
    }
    if let Some(failure) = held_back(&known).filter(|_| done) {
        return stash(request, failure);
    }
    let actor = known.identity.actor(Door::Api, source(request));
    Outcome::Success(Caller { known, actor })
}

/// Why somebody who signed in gets nothing yet: a duty comes first, or he read too much.
fn held_back(known: &Known) -> Option<Failure> {
    if let Some(duty) = known.duty {
        return Some(Failure::duty(duty));
    }
    let until = known.identity.reading_blocked_until?;
    let left = until - clock::now();
    (left > TimeDelta::zero()).then(|| Failure::too_often(read_too_much(left), left))
}

/// A person who signed in with a browser, whatever he has to do before anything else: for the pages where he does it.
pub struct Arrived(pub SignedIn);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Arrived {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        browser(request, false).await.map(Self)
    }
}

/// Somebody who calls the API with a session, whatever he has to do before anything else: for the handlers with which he
/// does it.
pub struct Arriving(pub Caller);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Arriving {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        program(request, false).await.map(Self)
    }
}

/// A person who signed in with a browser. Unsafe requests are checked by `Fields` and `Upload`, which read the token
/// that the form carries; the origin is checked here.
pub struct SignedIn {
    /// Who.
    pub known: Arc<Known>,
    /// Who acts, through a page.
    pub actor: Actor,
}

impl SignedIn {
    /// Where he may look.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.actor.scope
    }

    /// What stands around a page of a section.
    #[must_use]
    pub fn frame(&self, section: Section) -> Frame {
        Frame { section: Some(section), ..self.known.frame() }
    }
}

impl Known {
    /// What stands around every page.
    #[must_use]
    pub fn frame(&self) -> Frame {
        Frame {
            organisation: self.identity.organisation_name.clone(),
            person: self.identity.display_name.clone(),
            role: self.identity.role.name().to_owned(),
            csrf_token: self.csrf_token.clone().unwrap_or_default(),
            section: None,
            sections: Section::of_role(self.identity.role.code()).to_vec(),
            notices: Vec::new(),
            queue: self.queue.as_ref().map(Queue::bar),
        }
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for SignedIn {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        browser(request, true).await
    }
}

/// Who sits at the browser; `done` where nothing may be left to be done before.
async fn browser(request: &Request<'_>, done: bool) -> Outcome<SignedIn, ()> {
    let known = match resolve(request).await {
        Ok(Some(known)) if known.csrf_token.is_some() => known,
        Ok(_) => return Outcome::Error((Status::Unauthorized, ())),
        Err(error) => return stash(request, Failure(error)),
    };
    if is_unsafe(request) && !own_origin(request) {
        return stash(request, Failure::csrf());
    }
    if nul::in_address(request) {
        return stash(request, nul::refusal());
    }
    if let Some(failure) = held_back(&known).filter(|_| done) {
        return stash(request, failure);
    }
    let actor = known.identity.actor(Door::Web, source(request));
    Outcome::Success(SignedIn { known, actor })
}

/// The token that unsafe requests of the session must repeat; an error for strangers.
pub(super) async fn session_token(request: &Request<'_>) -> std::result::Result<String, Failure> {
    match resolve(request).await {
        Ok(Some(known)) => known.csrf_token.clone().ok_or_else(Failure::csrf),
        Ok(None) => Err(Failure(Error::Forbidden)),
        Err(error) => Err(Failure(error)),
    }
}

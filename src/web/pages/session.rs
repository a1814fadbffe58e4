//! Signing in and out in the browser.

use std::net::IpAddr;

use chrono::TimeDelta;
use diesel_async::AsyncPgConnection;
use rocket::form::Form as RocketForm;
use rocket::http::{Cookie, CookieJar, Header, SameSite, Status};
use rocket::request::{FromRequest, Outcome, Request};
use rocket::response::{self, Redirect, Responder};
use rocket::serde::json::Json;
use rocket::{FromForm, Route, State, get, post, routes};

use crate::base::actor::Door;
use crate::base::error::Error;
use crate::records::accounts::SignedIn as Attempted;
use crate::records::accounts::{self, Duty, SignIn};
use crate::web;
use crate::web::guards::{Arrived, Db, Fields, Turn, cookie_name, is_https, nul, own_origin, source};
use crate::web::respond::{Answer, Failure, Page, PageWith, whole_seconds};
use crate::web::views::controls::Kind;
use crate::web::views::{Control, Form, Group, Notice, Problem, Tone, sign_in};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![show, enter, ask_code, enter_code, leave, alive]
}

/// Where a request came from: what signing in needs to know before anybody is signed in.
pub struct Origin {
    /// The address.
    pub source: Option<IpAddr>,
    /// Over TLS.
    pub https: bool,
    /// From one of our own pages, as far as the browser says.
    pub own: bool,
    /// What the browser calls itself.
    pub browser: Option<String>,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Origin {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        Outcome::Success(Self {
            source: source(request),
            https: is_https(request),
            own: own_origin(request),
            browser: request.headers().get_one("User-Agent").map(str::to_owned),
        })
    }
}

/// The cookie of a session. It lasts as long as the browser runs; the server ends it earlier.
#[must_use]
pub fn cookie(token: String, https: bool) -> Cookie<'static> {
    Cookie::build((cookie_name(https), token))
        .http_only(true)
        .secure(https)
        .same_site(SameSite::Lax)
        .path("/")
        .build()
}

fn page(username: &str, refused: Option<&str>) -> sign_in::SignIn {
    let mut form = Form {
        action: "/sign-in".to_owned(),
        groups: vec![Group::new(
            "",
            vec![
                Control::new("username", "用户名", Kind::Text).required().value(username).columns(12).focus(),
                Control::new("password", "密码", Kind::Password("current-password")).required().columns(12),
            ],
        )],
        submit: "登录".to_owned(),
        ..Form::default()
    };
    if let Some(message) = refused {
        form.problems.push(Problem {
            field: String::new(),
            label: String::new(),
            message: message.to_owned(),
        });
    }
    sign_in::SignIn { organisation: "基层党组织记录系统".to_owned(), form, notices: Vec::new() }
}

#[get("/sign-in?<ended>")]
fn show(ended: Option<&str>) -> Page<sign_in::SignIn> {
    let mut view = page("", None);
    if ended.is_some() {
        view.notices.push(Notice::new(Tone::Good, "您已安全退出。"));
    }
    Page(view)
}

#[derive(FromForm)]
struct Typed<'r> {
    #[field(default = "")]
    username: &'r str,
    #[field(default = "")]
    password: &'r str,
}

/// The one answer to every refused sign-in, whichever half was wrong.
pub const REFUSED: &str =
    "用户名或密码不对，或账号暂不能登录。请核对后重试；连续输错会暂停登录，忘记密码请联系系统管理员重置。";

/// The answer to an address from which too many sign-ins were refused.
#[must_use]
pub fn throttled(left: TimeDelta) -> String {
    let minutes = left.num_seconds().max(0) / 60 + 1;
    format!(
        "从您所在的网络地址登录失败次数过多，请过{minutes}分钟再试。同一单位的电脑常共用一个地址；如急需登录，请联系系统管理员。"
    )
}

/// The sign-in page again, with the reason.
struct Refusal {
    page: PageWith<sign_in::SignIn>,
    /// How long to wait, where too many were refused.
    wait: Option<TimeDelta>,
}

impl<'r> Responder<'r, 'static> for Refusal {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let mut response = self.page.respond_to(request)?;
        if let Some(wait) = self.wait {
            response.set_header(Header::new("Retry-After", whole_seconds(wait).to_string()));
        }
        Ok(response)
    }
}

/// Ends the session that a browser had before it signed in again: nobody uses its token any more.
///
/// # Errors
/// Whatever the database answers.
pub async fn end_former(
    conn: &mut AsyncPgConnection,
    jar: &CookieJar<'_>,
    https: bool,
    door: Door,
    source: Option<IpAddr>,
) -> Result<(), Error> {
    let Some(cookie) = jar.get(cookie_name(https)) else { return Ok(()) };
    let Some(former) = accounts::by_session(conn, cookie.value()).await? else { return Ok(()) };
    accounts::sign_out(conn, &former.identity.actor(door, source), cookie.value()).await
}

#[post("/sign-in", data = "<typed>")]
async fn enter(
    typed: RocketForm<Typed<'_>>,
    _turn: Turn,
    mut db: Db,
    origin: Origin,
    jar: &CookieJar<'_>,
    state: &State<web::State>,
) -> Answer<Result<Redirect, Refusal>> {
    if !origin.own {
        return Err(Failure::csrf());
    }
    if typed.username.contains('\0') {
        return Err(nul::refusal());
    }
    let attempt = SignIn {
        username: typed.username.to_owned(),
        password: typed.password.to_owned(),
        otp: None,
        door: Door::Web,
        source: origin.source,
        browser: origin.browser,
    };
    match accounts::sign_in(&mut db.0, &state.keys, attempt).await? {
        Attempted::Opened(opened) => {
            end_former(&mut db.0, jar, origin.https, Door::Web, origin.source).await?;
            jar.add(cookie(opened.token.reveal().to_owned(), origin.https));
            Ok(Ok(Redirect::to(opened.session.duty.map_or("/", place))))
        }
        Attempted::Refused | Attempted::CodeWanted => {
            let page = PageWith(Status::UnprocessableEntity, page(typed.username, Some(REFUSED)));
            Ok(Err(Refusal { page, wait: None }))
        }
        Attempted::Throttled(left) => {
            let view = page(typed.username, Some(&throttled(left)));
            Ok(Err(Refusal { page: PageWith(Status::TooManyRequests, view), wait: Some(left) }))
        }
    }
}

/// Where somebody does what comes before anything else.
#[must_use]
pub fn place(duty: Duty) -> &'static str {
    match duty {
        Duty::Code => "/sign-in/code",
        Duty::ChangePassword => "/account",
        Duty::Enrol => "/account/second-factor",
    }
}

/// The page that asks for the one-time code after the password.
fn code_page(who: &Arrived, refused: Option<&str>) -> sign_in::SignIn {
    let mut form = Form {
        action: "/sign-in/code".to_owned(),
        csrf_token: who.0.known.csrf_token.clone().unwrap_or_default(),
        groups: vec![Group::new(
            "",
            vec![
                Control::new("otp", "动态验证码", Kind::OneTimeCode)
                    .required()
                    .columns(12)
                    .hint("手机验证器应用上现在显示的6位数字")
                    .focus(),
            ],
        )],
        submit: "登录".to_owned(),
        cancel: Some("/sign-in".to_owned()),
        ..Form::default()
    };
    let message = refused.map(str::to_owned).into_iter();
    form.problems.extend(message.map(|message| Problem {
        field: String::new(),
        label: String::new(),
        message,
    }));
    sign_in::SignIn { organisation: "基层党组织记录系统".to_owned(), form, notices: Vec::new() }
}

#[get("/sign-in/code")]
fn ask_code(who: Arrived) -> Result<Page<sign_in::SignIn>, Box<Redirect>> {
    if who.0.known.duty == Some(Duty::Code) {
        Ok(Page(code_page(&who, None)))
    } else {
        Err(Box::new(Redirect::to("/")))
    }
}

const WRONG_CODE: &str = "验证码不对、已过期或已用过，或账号暂不能登录。请输入手机上现在显示的6位数字；一直不对时请核对手机的时间。";

#[post("/sign-in/code", data = "<fields>")]
async fn enter_code(
    who: Arrived,
    mut db: Db,
    origin: Origin,
    fields: Fields,
    jar: &CookieJar<'_>,
    state: &State<web::State>,
) -> Answer<Result<Redirect, PageWith<sign_in::SignIn>>> {
    let attempt = SignIn {
        username: String::new(),
        password: String::new(),
        otp: Some(fields.get("otp").to_owned()),
        door: Door::Web,
        source: origin.source,
        browser: origin.browser,
    };
    let (Some(token), Some(Duty::Code)) = (&who.0.known.session_token, who.0.known.duty) else {
        return Ok(Ok(Redirect::to("/")));
    };
    let waiting = accounts::by_session(&mut db.0, token).await?.ok_or(Error::Forbidden)?;
    match accounts::enter_code(&mut db.0, &state.keys, &waiting, &attempt).await? {
        Some(opened) => {
            jar.add(cookie(opened.token.reveal().to_owned(), origin.https));
            Ok(Ok(Redirect::to(opened.session.duty.map_or("/", place))))
        }
        None => {
            let view = code_page(&who, Some(WRONG_CODE));
            Ok(Err(PageWith(Status::UnprocessableEntity, view)))
        }
    }
}

#[post("/sign-out", data = "<_fields>")]
async fn leave(
    who: Arrived,
    mut db: Db,
    origin: Origin,
    _fields: Fields,
    jar: &CookieJar<'_>,
) -> Answer<Redirect> {
    if let Some(token) = &who.0.known.session_token {
        accounts::sign_out(&mut db.0, &who.0.actor, token).await?;
    }
    jar.remove(cookie(String::new(), origin.https));
    Ok(Redirect::to("/sign-in?ended=1"))
}

/// What a page learns before it sends a form.
#[derive(serde::Serialize)]
struct Alive {
    csrf_token: String,
}

#[get("/session/alive")]
fn alive(who: Arrived) -> Json<Alive> {
    Json(Alive { csrf_token: who.0.known.csrf_token.clone().unwrap_or_default() })
}

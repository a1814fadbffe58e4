//! Errors become answers here: one table of statuses, a page for people, `application/problem+json` (RFC 9457) for
//! programs.

use askama::Template;
use chrono::TimeDelta;
use rocket::http::{ContentType, Header, Status};
use rocket::request::{Outcome, Request};
use rocket::response::{self, Redirect, Responder, Response};
use rocket::serde::json::serde_json;

use crate::base::actor::Proof;
use crate::base::error::{Error, FieldError};
use crate::records::accounts::Duty;
use crate::web::views::parts::Link;
use crate::web::views::{Problem as ProblemLine, problem};
use crate::web::{guards, pages};

/// An error on its way to the caller.
#[derive(Debug)]
pub struct Failure(pub Error);

/// What a handler answers.
pub type Answer<T> = Result<T, Failure>;

impl<E: Into<Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

const CSRF: &str = "页面已过期或请求来自其他网站，未作任何更改。请刷新页面后重试。";
const VERSION: &str = "修改前请先读取记录，并在 If-Match 中带上它的 ETag。";

/// Errors that only the web knows, by their marker in `Refused`.
#[derive(Debug, thiserror::Error)]
enum Marker {
    #[error("{CSRF}")]
    Csrf,
    #[error("{VERSION}")]
    VersionMissing,
    #[error("{0}")]
    Malformed(String),
    #[error("{0}")]
    Unauthorized(String),
    #[error("{}", duty_sentence(*.0))]
    Duty(Duty),
}

/// What somebody is told who has something to do before anything else.
#[must_use]
pub const fn duty_sentence(duty: Duty) -> &'static str {
    match duty {
        Duty::Code => "登录还差一步：请输入动态验证码。",
        Duty::ChangePassword => "请先修改密码：现在的密码由他人设置，或已超过规定的使用期限。",
        Duty::Enrol => "您的角色登录时须使用动态验证码，请先绑定。",
    }
}

impl Failure {
    /// Something has to be done before anything else.
    #[must_use]
    pub fn duty(duty: Duty) -> Self {
        Self(Error::broken(Marker::Duty(duty)))
    }

    /// The request did not repeat the session's token, or came from elsewhere.
    #[must_use]
    pub fn csrf() -> Self {
        Self(Error::broken(Marker::Csrf))
    }

    /// A change without the version that it was made against.
    #[must_use]
    pub fn version_missing() -> Self {
        Self(Error::broken(Marker::VersionMissing))
    }

    /// A request that cannot be read.
    #[must_use]
    pub fn malformed(message: String) -> Self {
        Self(Error::broken(Marker::Malformed(message)))
    }

    /// Signing in was refused.
    #[must_use]
    pub fn unauthorized(message: String) -> Self {
        Self(Error::broken(Marker::Unauthorized(message)))
    }

    /// Too many requests of this kind from one address; how long it has to wait still.
    #[must_use]
    pub fn too_often(message: String, wait: TimeDelta) -> Self {
        Self(Error::TooOften { message, wait })
    }

    /// One wrong field.
    #[must_use]
    pub fn invalid(field: &str, message: String) -> Self {
        Self(Error::invalid(field, message))
    }

    fn into_problem(self) -> Problem {
        let detail = self.0.to_string();
        match self.0 {
            Error::Missing { .. } => Problem::new(404, detail),
            Error::Invalid(errors) => Problem { errors, ..Problem::new(422, detail) },
            Error::Refused(_) => Problem::new(409, detail),
            Error::Taken { field, message } => {
                Problem { errors: vec![FieldError::new(field, message, None)], ..Problem::new(409, detail) }
            }
            Error::Stale => Problem::new(412, detail),
            Error::Forbidden => Problem::new(403, detail),
            Error::Unproven(proof) => Problem { unproven: Some(proof), ..Problem::new(403, detail) },
            Error::TooOften { wait, .. } => {
                Problem { retry_after: Some(whole_seconds(wait)), ..Problem::new(429, detail) }
            }
            Error::Unavailable => Problem::new(503, detail),
            Error::Broken(cause) => match cause.downcast_ref::<Marker>() {
                Some(Marker::Duty(duty)) => {
                    Problem { duty: Some(*duty), ..Problem::new(403, duty_sentence(*duty).to_owned()) }
                }
                Some(Marker::Csrf) => Problem::new(403, CSRF.to_owned()),
                Some(Marker::VersionMissing) => Problem::new(428, VERSION.to_owned()),
                Some(Marker::Malformed(message)) => Problem::new(400, message.clone()),
                Some(Marker::Unauthorized(message)) => Problem::new(401, message.clone()),
                None => {
                    tracing::error!(error = %cause, "broken");
                    Problem::new(500, detail)
                }
            },
        }
    }
}

/// A wait in whole seconds, rounded up, for the header `Retry-After`.
#[must_use]
pub fn whole_seconds(wait: TimeDelta) -> i64 {
    wait.num_seconds().max(0).saturating_add(1)
}

/// A problem as told to the caller.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// Always `about:blank`: the status says the kind.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// In a few words.
    pub title: &'static str,
    /// The status.
    pub status: u16,
    /// A Chinese sentence: what happened, and the way out.
    pub detail: String,
    /// The refused fields.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// Seconds after which the same request may be sent again: the header `Retry-After`.
    #[serde(skip)]
    pub retry_after: Option<i64>,
    /// What is missing is a proof that it is he: the page asks for it and keeps what was sent.
    #[serde(skip)]
    pub unproven: Option<Proof>,
    /// What has to be done before: the page leads there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duty: Option<Duty>,
}

impl Problem {
    /// A problem of a status.
    #[must_use]
    pub fn new(status: u16, detail: String) -> Self {
        Self {
            kind: "about:blank",
            title: title(status),
            status,
            detail,
            errors: Vec::new(),
            retry_after: None,
            unproven: None,
            duty: None,
        }
    }

    /// The problem of a bare status, as Rocket gives it.
    #[must_use]
    pub fn of_status(status: u16) -> Self {
        let detail = match status {
            400 => "请求无法识别，请检查地址和内容后重试。",
            401 => "请先登录；如已登录，可能是长时间未操作，请重新登录。",
            403 => "您没有权限执行此操作。如确有需要，请联系上级审核员或安全管理员。",
            404 => "没有找到这个页面或记录，或者不在您的管理范围内。",
            405 => "这个地址不支持此种操作。",
            413 => "提交的内容超过上限，请拆分后再提交（导入文件不超过20 MiB）。",
            415 => "提交的内容类型不支持，请按接口文档使用 application/json 或表单。",
            422 => "提交的内容不完整或格式不对，请检查后重试。",
            429 => "操作过于频繁，请稍后再试。",
            503 => "数据库暂时无法连接，请稍后再试；已填写的内容没有丢失，也没有保存。",
            _ => "系统内部错误，已记录，请联系系统管理员。",
        };
        Self::new(status, detail.to_owned())
    }

    fn json(&self, request: &Request<'_>) -> response::Result<'static> {
        let text = serde_json::to_string(self).map_err(|_| Status::InternalServerError)?;
        let mut response = text.respond_to(request)?;
        response.set_header(Header::new("Content-Type", "application/problem+json"));
        response.set_status(Status::new(self.status));
        if let Some(seconds) = self.retry_after {
            response.set_header(Header::new("Retry-After", seconds.to_string()));
        }
        Ok(response)
    }

    fn page(self, request: &Request<'_>) -> response::Result<'static> {
        if self.status >= 500 && self.status != 503 {
            return html(request, Status::new(self.status), problem::BROKEN.to_owned());
        }
        // The detail holds the sentences of all errors: several stand better in a list, one needs none.
        let (detail, listed) = match self.errors.as_slice() {
            several @ [_, _, ..] => (format!("有{}处需要更正：", several.len()), several),
            _ => (self.detail, &[][..]),
        };
        let line = |error: &FieldError| ProblemLine {
            field: String::new(),
            label: String::new(),
            message: error.message.clone(),
        };
        let problems = listed.iter().map(line).collect();
        let (status, title) = (self.status, self.title.to_owned());
        let links = vec![Link::new("回到工作台", "/")];
        let text = match guards::known(request) {
            Some(known) => {
                problem::ProblemPage { frame: known.frame(), status, title, detail, problems, links }.render()
            }
            None => problem::ProblemAlone { status, title, detail, problems, links }.render(),
        };
        html(request, Status::new(status), text.map_err(|_| Status::InternalServerError)?)
    }

    /// The answer: a page for browsers, a document for programs.
    ///
    /// # Errors
    /// When it cannot be rendered.
    pub fn answer(self, request: &Request<'_>) -> response::Result<'static> {
        if is_api(request) {
            return self.json(request);
        }
        if let Some(duty) = self.duty {
            return Redirect::to(pages::session::place(duty)).respond_to(request);
        }
        if self.unproven == Some(Proof::Old)
            && let (Some(known), Some(form)) = (guards::known(request), guards::sent_form(request))
        {
            return pages::proof::asking(&known, request, form).respond_to(request);
        }
        self.page(request)
    }
}

fn title(status: u16) -> &'static str {
    match status {
        400 => "请求无法识别",
        401 => "尚未登录",
        403 => "没有权限",
        404 => "没有找到",
        405 => "不支持的操作",
        409 => "与现有记录冲突",
        412 => "记录已被修改",
        413 => "内容过大",
        415 => "类型不支持",
        422 => "内容有误",
        428 => "缺少版本",
        429 => "过于频繁",
        503 => "暂时不可用",
        _ => "系统错误",
    }
}

/// Whether a program asks.
#[must_use]
pub fn is_api(request: &Request<'_>) -> bool {
    request.uri().path().starts_with("/api/")
}

fn html(request: &Request<'_>, status: Status, text: String) -> response::Result<'static> {
    Response::build_from((ContentType::HTML, text).respond_to(request)?).status(status).ok()
}

impl<'r> Responder<'r, 'static> for Problem {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        self.answer(request)
    }
}

impl<'r> Responder<'r, 'static> for Failure {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        self.into_problem().answer(request)
    }
}

/// The problem that a guard left for the catcher.
pub struct Stashed(pub Option<Problem>);

/// Lets a guard fail with its whole story: the catcher of the status tells it.
pub fn stash<T>(request: &Request<'_>, failure: Failure) -> Outcome<T, ()> {
    let problem = failure.into_problem();
    let status = Status::new(problem.status);
    request.local_cache(|| Stashed(Some(problem)));
    Outcome::Error((status, ()))
}

/// The same for a data guard.
pub fn stash_data<'r, T: rocket::data::FromData<'r, Error = ()>>(
    request: &Request<'_>,
    failure: Failure,
) -> rocket::data::Outcome<'r, T> {
    let problem = failure.into_problem();
    let status = Status::new(problem.status);
    request.local_cache(|| Stashed(Some(problem)));
    rocket::data::Outcome::Error((status, ()))
}

/// A rendered page.
pub struct Page<T: Template>(pub T);

impl<'r, T: Template> Responder<'r, 'static> for Page<T> {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        match self.0.render() {
            Ok(text) => html(request, Status::Ok, text),
            Err(error) => {
                tracing::error!(%error, "a template failed");
                Problem::of_status(500).answer(request)
            }
        }
    }
}

/// A page with another status than 200: a refused form is shown again with 422.
pub struct PageWith<T: Template>(pub Status, pub T);

impl<'r, T: Template> Responder<'r, 'static> for PageWith<T> {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let mut response = Page(self.1).respond_to(request)?;
        if response.status() == Status::Ok {
            response.set_status(self.0);
        }
        Ok(response)
    }
}

/// A single resource with its version as ETag.
pub struct Versioned<T> {
    /// Its version.
    pub version: i32,
    /// Created just now: 201.
    pub created: bool,
    /// The resource.
    pub body: T,
}

impl<'r, T: serde::Serialize> Responder<'r, 'static> for Versioned<T> {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let mut response = rocket::serde::json::Json(self.body).respond_to(request)?;
        response.set_header(Header::new("ETag", format!("\"{}\"", self.version)));
        if self.created {
            response.set_status(Status::Created);
        }
        Ok(Response::build_from(response).finalize())
    }
}

/// A file to be saved, under a name that may be Chinese.
pub struct Download {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its media type.
    pub kind: ContentType,
    /// Its name.
    pub name: String,
}

/// A file to be saved that is sent as it is read, under a name that may be Chinese.
pub struct Attachment {
    /// The file, at its beginning.
    pub file: rocket::tokio::fs::File,
    /// Its media type.
    pub kind: ContentType,
    /// Its name.
    pub name: String,
}

impl<'r> Responder<'r, 'static> for Attachment {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        let header = disposition(&self.name);
        Response::build().header(self.kind).header(header).sized_body(None, self.file).ok()
    }
}

fn disposition(name: &str) -> Header<'static> {
    let encoded = rocket::http::RawStr::new(name).percent_encode();
    Header::new("Content-Disposition", format!("attachment; filename=\"cadre\"; filename*=UTF-8''{encoded}"))
}

impl<'r> Responder<'r, 'static> for Download {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let header = disposition(&self.name);
        let mut response = (self.kind, self.bytes).respond_to(request)?;
        response.set_header(header);
        Ok(response)
    }
}

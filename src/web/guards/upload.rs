//! Uploaded files with the fields of their form: from a page, which carries the session's token in a field, and through
//! the API, whose `Caller` asks for it in the header.

use rocket::data::{Data, FromData, Outcome};
use rocket::form::{Form, FromForm};
use rocket::fs::TempFile;
use rocket::http::Status;
use rocket::request::Request;

use crate::base::error::Error;
use crate::web::guards::caller::{header_repeats, same, session_token};
use crate::web::guards::nul;
use crate::web::respond::{Failure, stash_data};

/// An uploaded file with its form.
#[derive(FromForm)]
pub struct UploadForm<'r> {
    /// The session's token.
    csrf_token: Option<&'r str>,
    /// What the file holds.
    pub kind: Option<&'r str>,
    /// Code of the organisation that it is for.
    pub organisation: Option<&'r str>,
    /// Where foreign headings go, as a JSON object.
    pub mapping: Option<&'r str>,
    /// The file.
    pub file: Option<TempFile<'r>>,
}

/// A form with a file.
pub trait FormWithFile: Sized {
    /// The session's token, as sent in a field.
    fn csrf_token(&self) -> Option<&str>;

    /// The fields that are read as text.
    fn texts(&self) -> Vec<Option<&str>>;

    /// The same once it is known that nothing is wrong with its texts.
    #[must_use]
    fn tidied(self) -> Self {
        self
    }
}

impl FormWithFile for UploadForm<'_> {
    fn csrf_token(&self) -> Option<&str> {
        self.csrf_token
    }

    fn texts(&self) -> Vec<Option<&str>> {
        vec![self.kind, self.organisation, self.mapping]
    }

    /// A browser sends a part without name and bytes when no file was chosen.
    fn tidied(mut self) -> Self {
        self.file = self.file.filter(|file| file.len() > 0 || file.raw_name().is_some());
        self
    }
}

fn has_nul(form: &impl FormWithFile) -> bool {
    form.texts().into_iter().flatten().any(|value| value.contains('\0'))
}

/// What is said where there is no file.
pub const NO_FILE: &str = "没有收到文件，请选择要导入的表格后再提交。";

async fn read<'r, F>(request: &'r Request<'_>, data: Data<'r>) -> Result<F, Refused>
where
    F: FromForm<'r> + FormWithFile,
{
    if !request.content_type().is_some_and(|kind| kind.is_form_data()) {
        return Err(Refused::Bare(Status::UnsupportedMediaType));
    }
    match Form::<F>::from_data(request, data).await {
        Outcome::Success(form) if has_nul(&*form) => Err(Refused::Told(nul::refusal())),
        Outcome::Success(form) => Ok(form.into_inner().tidied()),
        Outcome::Error((Status::UnprocessableEntity, _)) | Outcome::Forward(_) => {
            Err(Refused::Told(Failure(Error::invalid("file", NO_FILE))))
        }
        Outcome::Error((status, _)) => Err(Refused::Bare(status)),
    }
}

/// Why there is no form: with a sentence of its own, or with that of the status.
enum Refused {
    Told(Failure),
    Bare(Status),
}

impl Refused {
    fn outcome<'r, T: FromData<'r, Error = ()>>(self, request: &Request<'_>) -> Outcome<'r, T> {
        match self {
            Self::Told(failure) => stash_data(request, failure),
            Self::Bare(status) => Outcome::Error((status, ())),
        }
    }
}

/// An uploaded file whose form carried the session's token.
pub struct Upload<F>(pub F);

#[rocket::async_trait]
impl<'r, F: FromForm<'r> + FormWithFile> FromData<'r> for Upload<F> {
    type Error = ();

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r, Self> {
        let token = match session_token(request).await {
            Ok(token) => token,
            Err(failure) => return stash_data(request, failure),
        };
        let form: F = match read(request, data).await {
            Ok(form) => form,
            Err(refused) => return refused.outcome(request),
        };
        if header_repeats(request, &token) || form.csrf_token().is_some_and(|given| same(given, &token)) {
            Outcome::Success(Self(form))
        } else {
            stash_data(request, Failure::csrf())
        }
    }
}

/// An uploaded file through the API. Only beside a `Caller`, who has answered for the token before the body is read.
pub struct Multipart<F>(pub F);

#[rocket::async_trait]
impl<'r, F: FromForm<'r> + FormWithFile> FromData<'r> for Multipart<F> {
    type Error = ();

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r, Self> {
        match read(request, data).await {
            Ok(form) => Outcome::Success(Self(form)),
            Err(refused) => refused.outcome(request),
        }
    }
}

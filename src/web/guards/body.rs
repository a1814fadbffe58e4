//! A JSON body, parsed and refused in Chinese.

use rocket::data::{Data, FromData, Outcome};
use rocket::http::Status;
use rocket::request::Request;
use sha2::{Digest, Sha256};

use crate::base::error::Error;
use crate::web::guards::nul;
use crate::web::guards::shape::{self, Fault};
use crate::web::respond::{Failure, stash_data};

/// A JSON body, and the SHA-256 of its text.
pub struct Body<T>(pub T, pub Vec<u8>);

/// A JSON body, where there is one: a request without any asks for what goes without saying.
pub struct OptionalBody<T>(pub Option<T>);

#[rocket::async_trait]
impl<'r, T: serde::de::DeserializeOwned + Send> FromData<'r> for OptionalBody<T> {
    type Error = ();

    async fn from_data(request: &'r Request<'_>, mut data: Data<'r>) -> Outcome<'r, Self> {
        if data.peek(1).await.is_empty() {
            return Outcome::Success(Self(None));
        }
        Body::from_data(request, data).await.map(|Body(value, _)| Self(Some(value)))
    }
}

#[rocket::async_trait]
impl<'r, T: serde::de::DeserializeOwned> FromData<'r> for Body<T> {
    type Error = ();

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r, Self> {
        // A form of another site can send text, but never this type, without asking first.
        if !request.content_type().is_some_and(|kind| kind.is_json()) {
            return Outcome::Error((Status::UnsupportedMediaType, ()));
        }
        let limit = request.limits().get("json").unwrap_or_else(|| rocket::data::ByteUnit::Mebibyte(1));
        let text = match data.open(limit).into_string().await {
            Ok(text) if text.is_complete() => text.into_inner(),
            Ok(_) => return Outcome::Error((Status::PayloadTooLarge, ())),
            Err(_) => return Outcome::Error((Status::BadRequest, ())),
        };
        if let Some(error) = nul::in_json(&text) {
            return stash_data(request, Failure(Error::Invalid(vec![error])));
        }
        match shape::read(&text) {
            Ok(value) => Outcome::Success(Self(value, Sha256::digest(&text).to_vec())),
            Err(Fault::Shape(error)) => stash_data(request, Failure(Error::Invalid(vec![*error]))),
            Err(Fault::Text(line, column)) => stash_data(
                request,
                Failure::malformed(format!(
                    "请求正文不是有效的 JSON（第{line}行第{column}列），请检查后重发。"
                )),
            ),
        }
    }
}

//! A JSON body, parsed and refused in Chinese.

use rocket::data::{Data, FromData, Outcome};
use rocket::http::Status;
use rocket::request::Request;
use sha2::{Digest, Sha256};

use crate::base::error::{Error, FieldError};
use crate::web::guards::nul;
use crate::web::respond::{Failure, stash_data};

/// A JSON body, and the SHA-256 of its text.
pub struct Body<T>(pub T, pub Vec<u8>);

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
        if nul::in_json(&text) {
            return stash_data(request, nul::refusal());
        }
        match serde_json::from_str(&text) {
            Ok(value) => Outcome::Success(Self(value, Sha256::digest(&text).to_vec())),
            Err(error) if error.is_data() => stash_data(request, Failure(wrong_shape(&error))),
            Err(error) => stash_data(
                request,
                Failure::malformed(format!(
                    "请求正文不是有效的 JSON（第{}行第{}列），请检查后重发。",
                    error.line(),
                    error.column()
                )),
            ),
        }
    }
}

/// Says in Chinese which field has a wrong shape; serde says it in English with the name between backquotes.
fn wrong_shape(error: &serde_json::Error) -> Error {
    let text = error.to_string();
    let name = text.split('`').nth(1).unwrap_or_default().to_owned();
    let message = if text.starts_with("unknown field") {
        format!("字段“{name}”不能识别，请对照接口文档核对字段名。")
    } else if text.starts_with("missing field") {
        format!("缺少字段“{name}”，请补充。")
    } else {
        format!("字段的类型不对（第{}行第{}列），请对照接口文档。", error.line(), error.column())
    };
    let field = if text.contains(" field ") { name } else { "body".to_owned() };
    Error::Invalid(vec![FieldError { field, message, value: None }])
}

//! Submitted forms. They carry the session's token, in a field or in the header of a script; without it nothing is
//! read.

use rocket::data::{Data, FromData, Outcome};
use rocket::http::Status;
use rocket::request::Request;

use crate::web::guards::caller::{header_repeats, same, session_token};
use crate::web::guards::nul;
use crate::web::respond::{Failure, stash_data};

/// The fields of a form, as typed, in order.
#[derive(Debug, Clone, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Fields from pairs, for tests and for search forms.
    #[must_use]
    pub fn new(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }

    /// What was typed into a field; empty where it was not sent.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// What was typed into a field, trimmed; none where it is empty.
    #[must_use]
    pub fn given(&self, name: &str) -> Option<&str> {
        Some(self.get(name).trim()).filter(|value| !value.is_empty())
    }

    /// Whether a field was sent at all.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }

    /// Every value of a repeated field.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> + 'a {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Every field and value.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

#[rocket::async_trait]
impl<'r> FromData<'r> for Fields {
    type Error = ();

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r, Self> {
        if !request.content_type().is_some_and(|kind| kind.is_form()) {
            return Outcome::Error((Status::UnsupportedMediaType, ()));
        }
        let token = match session_token(request).await {
            Ok(token) => token,
            Err(failure) => return stash_data(request, failure),
        };
        let limit = request.limits().get("form").unwrap_or_else(|| rocket::data::ByteUnit::Kibibyte(32));
        let text = match data.open(limit).into_string().await {
            Ok(text) if text.is_complete() => text.into_inner(),
            Ok(_) => return Outcome::Error((Status::PayloadTooLarge, ())),
            Err(_) => return Outcome::Error((Status::BadRequest, ())),
        };
        let fields = Self(url_pairs(&text));
        if fields.iter().any(|(name, value)| name.contains('\0') || value.contains('\0')) {
            return stash_data(request, nul::refusal());
        }
        if header_repeats(request, &token) || same(fields.get("csrf_token"), &token) {
            let kept = fields.clone();
            request.local_cache(|| Sent(Some(kept)));
            Outcome::Success(fields)
        } else {
            stash_data(request, Failure::csrf())
        }
    }
}

/// The form of a request, for the page that asks for something more before it is taken.
struct Sent(Option<Fields>);

/// The form that was sent with a request, where one was taken.
#[must_use]
pub fn sent_form<'r>(request: &'r Request<'_>) -> Option<&'r Fields> {
    request.local_cache(|| Sent(None)).0.as_ref()
}

/// The pairs of an encoded form: `+` is a space, percent signs are undone, bad bytes are shown as such.
fn url_pairs(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (url_decoded(name), url_decoded(value))
        })
        .collect()
}

fn url_decoded(text: &str) -> String {
    rocket::http::RawStr::new(text).url_decode_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_spaces_and_signs_come_through_whole() {
        let fields = Fields(url_pairs("name=%E5%BC%A0+%E4%BC%9F&note=1%2B1%3D2%26&empty=&flag"));
        assert_eq!(fields.get("name"), "张 伟");
        assert_eq!(fields.get("note"), "1+1=2&");
        assert_eq!(fields.given("empty"), None);
        assert!(fields.has("flag") && !fields.has("other"));
    }
}

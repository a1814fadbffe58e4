//! The version that a change was made against (`If-Match`).

use rocket::request::{FromRequest, Outcome, Request};

use crate::web::respond::{Failure, stash};

/// The version of the resource that the caller saw.
#[derive(Debug, Clone, Copy)]
pub struct IfMatch(pub i32);

/// The version that a decision was made against, where the caller says it.
#[derive(Debug, Clone, Copy)]
pub struct Seen(pub Option<i32>);

/// The version in the header; none where there is no header.
fn read(request: &Request<'_>) -> Result<Option<i32>, Failure> {
    let Some(tag) = request.headers().get_one("If-Match") else { return Ok(None) };
    match tag.trim().trim_start_matches("W/").trim_matches('"').parse() {
        Ok(version) => Ok(Some(version)),
        Err(_) => Err(Failure::malformed(
            "If-Match 应为读取记录时返回的 ETag，例如 \"3\"，请先读取最新记录。".to_owned(),
        )),
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for IfMatch {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        match read(request) {
            Ok(Some(version)) => Outcome::Success(Self(version)),
            Ok(None) => stash(request, Failure::version_missing()),
            Err(failure) => stash(request, failure),
        }
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Seen {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        match read(request) {
            Ok(version) => Outcome::Success(Self(version)),
            Err(failure) => stash(request, failure),
        }
    }
}

//! The version that a change was made against (`If-Match`).

use rocket::request::{FromRequest, Outcome, Request};

use crate::web::respond::{Failure, stash};

/// The version of the resource that the caller saw.
#[derive(Debug, Clone, Copy)]
pub struct IfMatch(pub i32);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for IfMatch {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let Some(tag) = request.headers().get_one("If-Match") else {
            return stash(request, Failure::version_missing());
        };
        match tag.trim().trim_start_matches("W/").trim_matches('"').parse() {
            Ok(version) => Outcome::Success(Self(version)),
            Err(_) => stash(
                request,
                Failure::malformed(
                    "If-Match 应为读取记录时返回的 ETag，例如 \"3\"，请先读取最新记录。".to_owned(),
                ),
            ),
        }
    }
}

//! Headers of every answer, errors and downloads too (SEC-13).

use rocket::fairing::{Fairing, Info, Kind};
use rocket::http::Header;
use rocket::{Request, Response};

/// What a page may load: our own files, and nothing inline.
const POLICY: &str = "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; \
    object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Sets the headers.
pub struct Headers;

#[rocket::async_trait]
impl Fairing for Headers {
    fn info(&self) -> Info {
        Info { name: "headers", kind: Kind::Response }
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        response.set_header(Header::new("Content-Security-Policy", POLICY));
        response.set_header(Header::new("X-Content-Type-Options", "nosniff"));
        response.set_header(Header::new("X-Frame-Options", "DENY"));
        // Not `no-referrer`: with it browsers send `Origin: null` with our own forms.
        response.set_header(Header::new("Referrer-Policy", "same-origin"));
        response.set_header(Header::new("Cross-Origin-Opener-Policy", "same-origin"));
        response.set_header(Header::new("Permissions-Policy", "camera=(), geolocation=(), microphone=()"));
        if let Some(told) = super::late::told(request) {
            response.set_header(Header::new(super::late::HEADER, told));
        }
        if super::guards::is_https(request) {
            response.set_header(Header::new("Strict-Transport-Security", "max-age=31536000"));
        }
        // Only what says for how long it may be kept is kept at all; streams of events say `no-cache`.
        if matches!(response.headers().get_one("Cache-Control"), None | Some("no-cache")) {
            response.set_header(Header::new("Cache-Control", "no-store"));
        }
    }
}

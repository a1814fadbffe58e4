//! Who is asking, and whether the request was really his. A guard says who; the verb says whether he may. Guards
//! answer with an error and never hand a request on to another route (SEC-02).

mod body;
mod caller;
mod database;
mod draft;
mod fields;
mod idempotency;
pub mod nul;
mod paging;
mod shape;
mod turn;
mod upload;
mod version;

use std::net::IpAddr;

use rocket::Request;

pub use body::{Body, OptionalBody};
pub use caller::{Arrived, Arriving, Caller, Known, SignedIn, cookie_name, known};
pub use database::Db;
pub use draft::DraftForm;
pub use fields::{Fields, sent_form};
pub use idempotency::{Idempotency, Kept};
pub use paging::{Listing, Page};
pub use turn::Turn;
pub use upload::{FormWithFile, Multipart, NO_FILE, Upload, UploadForm};
pub use version::{IfMatch, Seen};

/// Whether the request came through the front, the only one whose word about others is taken.
fn is_from_front(request: &Request<'_>) -> bool {
    let Ok(state) = database::state(request) else { return false };
    request.remote().is_some_and(|remote| state.front.contains(&remote.ip().to_canonical()))
}

/// Whether the browser reached us, or the front before us, over TLS.
#[must_use]
pub fn is_https(request: &Request<'_>) -> bool {
    is_from_front(request)
        && request
            .headers()
            .get_one("X-Forwarded-Proto")
            .is_some_and(|scheme| scheme.eq_ignore_ascii_case("https"))
}

/// The address a request came from. Only the front is believed about somebody else's.
#[must_use]
pub fn source(request: &Request<'_>) -> Option<IpAddr> {
    let remote = request.remote().map(|remote| remote.ip())?;
    if is_from_front(request) { request.client_ip() } else { Some(remote) }
}

/// Whether an unsafe request was made by one of our own pages, as far as the browser says. A client that says nothing
/// (no browser) still needs the token.
#[must_use]
pub fn own_origin(request: &Request<'_>) -> bool {
    if let Some(site) = request.headers().get_one("Sec-Fetch-Site")
        && !matches!(site, "same-origin" | "none")
    {
        return false;
    }
    let Some(origin) = request.headers().get_one("Origin") else { return true };
    let host = request.headers().get_one("Host").unwrap_or_default();
    origin
        .split_once("://")
        .is_some_and(|(scheme, place)| matches!(scheme, "http" | "https") && place.eq_ignore_ascii_case(host))
}

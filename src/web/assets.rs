//! The embedded files of `assets/` under `/assets/`, with entity tags: nothing is ever fetched from elsewhere.

use std::path::PathBuf;

use rocket::http::{ContentType, Header, Status};
use rocket::request::{FromRequest, Outcome, Request};
use rocket::response::{self, Responder, Response};
use rocket::{Route, get, routes};
use rust_embed::{EmbeddedFile, RustEmbed};

/// The files below `assets/`: read from the disk in debug builds, embedded in release builds (the licences too, which
/// must travel with the program).
#[derive(RustEmbed)]
#[folder = "assets/"]
struct Assets;

/// What a page may load. Anything else in the folder is not there for browsers.
const SERVED: [&str; 3] = ["css", "js", "svg"];

/// The route of the static files, to be mounted at `/`.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![asset]
}

/// One embedded file, or 304 when the browser's copy is current.
#[get("/assets/<path..>")]
fn asset(path: PathBuf, known: KnownTags<'_>) -> Option<Asset> {
    let extension = path.extension()?.to_str()?;
    if !SERVED.contains(&extension) {
        return None;
    }
    let file = Assets::get(path.to_str()?)?;
    let tag = format!("\"{}\"", hex::encode(file.metadata.sha256_hash()));
    let current = known.0.is_some_and(|tags| holds(tags, &tag));
    let kind = ContentType::from_extension(extension)?;
    Some(Asset { file, tag, kind, current })
}

/// True when an `If-None-Match` value names this tag (RFC 9110, 13.1.2: weak comparison, `*` names every one).
fn holds(tags: &str, tag: &str) -> bool {
    tags.split(',')
        .map(str::trim)
        .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

/// What the browser says it has already.
struct KnownTags<'r>(Option<&'r str>);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for KnownTags<'r> {
    type Error = std::convert::Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        Outcome::Success(Self(request.headers().get_one("If-None-Match")))
    }
}

/// An embedded file on its way out.
struct Asset {
    file: EmbeddedFile,
    tag: String,
    kind: ContentType,
    current: bool,
}

impl<'r> Responder<'r, 'static> for Asset {
    fn respond_to(self, _request: &'r Request<'_>) -> response::Result<'static> {
        let mut answer = Response::build();
        answer
            .header(Header::new("ETag", self.tag))
            // Asked again each time, answered with 304: a new version of cadre is seen at once.
            .header(Header::new("Cache-Control", "public, no-cache"));
        if self.current {
            return answer.status(Status::NotModified).ok();
        }
        let bytes = self.file.data.into_owned();
        answer.header(self.kind).sized_body(bytes.len(), std::io::Cursor::new(bytes)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rocket::local::blocking::Client;

    fn client() -> Client {
        Client::untracked(rocket::build().mount("/", routes())).expect("a rocket with one route starts")
    }

    #[test]
    fn an_asset_has_its_type_and_is_not_sent_twice() {
        let client = client();
        let first = client.get("/assets/cadre.css").dispatch();
        assert_eq!(first.status(), Status::Ok);
        assert_eq!(first.content_type(), Some(ContentType::CSS));
        let tag = first.headers().get_one("ETag").expect("an entity tag").to_owned();
        let again = client
            .get("/assets/cadre.css")
            .header(Header::new("If-None-Match", format!("\"old\", W/{tag}")))
            .dispatch();
        assert_eq!(again.status(), Status::NotModified);
        assert_eq!(again.headers().get_one("ETag"), Some(tag.as_str()));
        assert_eq!(again.into_bytes().unwrap_or_default().len(), 0);
    }

    #[test]
    fn a_script_module_is_served_as_javascript() {
        let client = client();
        let answer = client.get("/assets/js/picker.js").dispatch();
        assert_eq!(answer.content_type(), Some(ContentType::JavaScript));
    }

    #[test]
    fn nothing_outside_the_folder_is_served() {
        let client = client();
        for path in
            ["/assets/../Cargo.toml", "/assets/%2e%2e/Cargo.toml", "/assets/README.md", "/assets/none.css"]
        {
            assert_eq!(client.get(path).dispatch().status(), Status::NotFound, "{path}");
        }
    }
}

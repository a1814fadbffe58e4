//! A witness over HTTP (c2sp.org/tlog-witness): one route, on a server of its own.

use std::net::SocketAddr;

use rocket::config::{Ident, LogLevel, Shutdown};
use rocket::data::{Limits, ToByteUnit};
use rocket::http::{ContentType, Status};
use rocket::{Build, Rocket, State, post, routes};

use crate::records::audit::checkpoints::witness::{Refusal, Request, Witness};

/// Builds the server of a witness.
#[must_use]
pub fn build(witness: Witness, listen: SocketAddr) -> Rocket<Build> {
    let config = rocket::Config {
        address: listen.ip(),
        port: listen.port(),
        ident: Ident::none(),
        log_level: LogLevel::Off,
        cli_colors: false,
        limits: Limits::default().limit("string", 32.kibibytes()),
        shutdown: Shutdown { ctrlc: false, signals: [].into(), ..Shutdown::default() },
        ..rocket::Config::release_default()
    };
    rocket::custom(config).manage(witness).mount("/", routes![add_checkpoint])
}

#[post("/add-checkpoint", data = "<body>")]
fn add_checkpoint(witness: &State<Witness>, body: String) -> (Status, (ContentType, String)) {
    let plain = |status: Status, text: String| (status, (ContentType::Plain, text));
    match Request::parse(&body).and_then(|request| witness.add(&request)) {
        Ok(line) => plain(Status::Ok, line),
        Err(Refusal::KnownAt(size)) => {
            (Status::Conflict, (ContentType::new("text", "x.tlog.size"), format!("{size}\n")))
        }
        Err(Refusal::Malformed) => plain(Status::BadRequest, "malformed\n".to_owned()),
        Err(Refusal::UnknownLog) => plain(Status::NotFound, "unknown log\n".to_owned()),
        Err(Refusal::Unsigned) => plain(Status::Forbidden, "not signed by the log\n".to_owned()),
        Err(Refusal::Contradiction) => {
            plain(Status::UnprocessableEntity, "does not extend what was seen\n".to_owned())
        }
        Err(Refusal::Storage) => plain(Status::InternalServerError, "not kept\n".to_owned()),
    }
}

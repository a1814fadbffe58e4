//! DOOR: the only place that knows HTTP, HTML, JSON and cookies.
//!
//! To add a page: a handler in `pages/<area>` that takes a guard, parses, calls one verb or query, and fills a view of
//! `views/`; list it in that file's `routes()`, and `routes()` below. To add an API handler: the same in `api/`, under
//! `/api/v1`, with its JSON types beside it and its line in `api/document.rs`. Every route needs a row in the table of
//! routes and roles (`tests/it/coverage`).

pub mod api;
pub mod assets;
pub mod catchers;
pub mod forms;
pub mod guards;
pub mod headers;
pub mod import_work;
pub mod late;
pub mod pages;
pub mod queue;
pub mod reading;
pub mod respond;
pub mod views;
pub mod waiting;
pub mod witness;

use std::path::PathBuf;
use std::sync::Arc;

use rocket::config::{Ident, LogLevel, Shutdown};
use rocket::data::{Limits, ToByteUnit};
use rocket::{Build, Rocket, Route};

use crate::across::papers::Press;
use crate::across::reports::{KeptCounts, KeptPictures};
use crate::base::db::Database;
use crate::base::keys::KeyRing;
use crate::records::audit::checkpoints::Published;

/// What every handler can reach.
#[derive(Clone)]
pub struct State {
    /// The pools.
    pub database: Database,
    /// Keys of personal data.
    pub keys: Arc<KeyRing>,
    /// The program that reads workbooks in a confined process: cadre itself.
    pub program: PathBuf,
    /// Where uploads are kept while they are read.
    pub uploads: PathBuf,
    /// Team pictures that were counted before.
    pub pictures: Arc<KeptPictures>,
    /// Counts of closed quarters that were made before.
    pub counts: Arc<KeptCounts>,
    /// How many pairs of people who look like one wait in each place.
    pub pairs: Arc<waiting::Pairs>,
    /// How many records of people each account was shown of late.
    pub readings: Arc<reading::Readings>,
    /// The checkpoints of the trail.
    pub trail: Published,
    /// What pages are printed with.
    pub press: Arc<Press>,
    /// The addresses whose word is taken for where a request came from and whether over TLS.
    pub front: Vec<std::net::IpAddr>,
}

/// Every page, on one page.
#[must_use]
pub fn page_routes() -> Vec<Route> {
    [
        assets::routes(),
        pages::health::routes(),
        pages::session::routes(),
        pages::home::routes(),
        pages::imports::routes(),
        pages::grids::routes(),
        pages::doubles::routes(),
        pages::reserves::routes(),
        pages::slates::routes(),
        pages::members::routes(),
        pages::people::routes(),
        pages::accounts::routes(),
        pages::own_account::routes(),
        pages::approvals::routes(),
        pages::security_policy::routes(),
        pages::proof::routes(),
        pages::exports::routes(),
        pages::papers::routes(),
        pages::audit::routes(),
        pages::ratings::routes(),
        pages::assessments::routes(),
        pages::committees::routes(),
        pages::training::routes(),
        pages::pickers::routes(),
        pages::vetting::routes(),
        pages::reports::routes(),
        pages::articles::routes(),
        pages::quarters::routes(),
        pages::cockpit::routes(),
        pages::quality::routes(),
        pages::amendments::routes(),
    ]
    .concat()
}

/// Every handler of the API, below `/api/v1`.
#[must_use]
pub fn api_routes() -> Vec<Route> {
    [
        api::session::routes(),
        api::amendments::routes(),
        api::changes::routes(),
        api::organisations::routes(),
        api::members::routes(),
        api::member_events::routes(),
        api::transfers::routes(),
        api::people::routes(),
        api::duplicates::routes(),
        api::merges::routes(),
        api::exports::routes(),
        api::papers::routes(),
        api::imports::routes(),
        api::drafts::routes(),
        api::reserves::routes(),
        api::slates::routes(),
        api::ratings::routes(),
        api::assessments::routes(),
        api::committees::routes(),
        api::training::routes(),
        api::kinships::routes(),
        api::vetting::routes(),
        api::words::routes(),
        api::accounts::routes(),
        api::own_sessions::routes(),
        api::approvals::routes(),
        api::security_policy::routes(),
        api::audit::routes(),
        api::document::routes(),
        api::reports::routes(),
        api::cockpit::routes(),
        api::quality::routes(),
        api::articles::routes(),
    ]
    .concat()
}

/// Builds the server; the caller says where it listens.
#[must_use]
pub fn build(state: State, listen: std::net::SocketAddr) -> Rocket<Build> {
    let config = rocket::Config {
        address: listen.ip(),
        port: listen.port(),
        ident: Ident::none(),
        log_level: LogLevel::Off,
        cli_colors: false,
        limits: Limits::default()
            .limit("json", 1.mebibytes())
            .limit("form", 1.mebibytes())
            .limit("data-form", 21.mebibytes())
            .limit("file", 21.mebibytes())
            // A draft is read into memory, never to a disk.
            .limit("bytes", 21.mebibytes()),
        shutdown: Shutdown {
            // Signals are the command line's: it also stops the database.
            ctrlc: false,
            signals: [].into(),
            grace: 5,
            mercy: 3,
            ..Shutdown::default()
        },
        ..rocket::Config::release_default()
    };
    rocket::custom(config)
        .manage(state)
        .mount("/", page_routes())
        .mount("/api/v1", api_routes())
        .register("/", catchers::all())
        .attach(headers::Headers)
}

//! Where log lines go: standard error, for people on a terminal, as JSON for collectors.

use std::io::IsTerminal;

use tracing::Metadata;
use tracing_subscriber::filter::{Directive, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, fmt, registry};

use crate::base::config::{Config, LogFormat};

/// What others would say of requests and statements, were `RUST_LOG` as wide as it goes: addresses with what was asked, the
/// cookies of sessions, values of statements. None of it is ever logged (`docs/logging.md`).
const SILENT: [&str; 4] = ["rocket=off", "hyper=warn", "tokio_postgres=warn", "postgres_protocol=warn"];

/// Whether our own words are said. The code that Rocket writes for a route warns of every part of an address that does not
/// fit, with what it says (somebody's number, typed into the address); its lines come from a nameless module of ours.
fn is_ours(line: &Metadata<'_>) -> bool {
    !line.target().ends_with("::_")
}

/// Starts logging; `RUST_LOG` narrows or widens it.
pub fn start(config: &Config) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,cadre=info"));
    let silent = SILENT.iter().filter_map(|one| one.parse::<Directive>().ok());
    let filter = silent.fold(filter, EnvFilter::add_directive);
    let (heard, layer) =
        (registry().with(filter).with(filter_fn(is_ours)), fmt::layer().with_writer(std::io::stderr));
    let format = config.log.unwrap_or(if std::io::stderr().is_terminal() {
        LogFormat::Pretty
    } else {
        LogFormat::Json
    });
    // A second start in one process (tests) keeps the first.
    let started = match format {
        LogFormat::Pretty => heard.with(layer.compact()).try_init(),
        LogFormat::Json => heard.with(layer.json()).try_init(),
    };
    if let Err(error) = started {
        tracing::debug!(%error, "logging had started");
    }
}

//! Where log lines go: standard error, for people on a terminal, as JSON for collectors.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::Directive;

use crate::base::config::{Config, LogFormat};

/// What others would say of requests and statements, were `RUST_LOG` as wide as it goes: addresses with what was asked, the
/// cookies of sessions, values of statements. None of it is ever logged (`docs/logging.md`).
const SILENT: [&str; 4] = ["rocket=off", "hyper=warn", "tokio_postgres=warn", "postgres_protocol=warn"];

/// Starts logging; `RUST_LOG` narrows or widens it.
pub fn start(config: &Config) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,cadre=info"));
    let silent = SILENT.iter().filter_map(|one| one.parse::<Directive>().ok());
    let filter = silent.fold(filter, EnvFilter::add_directive);
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let format = config.log.unwrap_or(if std::io::stderr().is_terminal() {
        LogFormat::Pretty
    } else {
        LogFormat::Json
    });
    // A second start in one process (tests) keeps the first.
    let started = match format {
        LogFormat::Pretty => builder.compact().try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
    if let Err(error) = started {
        tracing::debug!(%error, "logging had started");
    }
}

//! How a command fails: a sentence for people, a status for scripts.

use std::process::ExitCode;

use crate::base::cluster::ClusterError;
use crate::base::config::ConfigError;
use crate::base::db::start::StartError;
use crate::base::error::{Error, FieldError};
use crate::base::keys::KeyError;

/// Why a command ended without its result.
#[derive(Debug)]
pub enum Failure {
    /// It could not be done: status 1.
    Failed(String),
    /// The words are off: status 2.
    Usage(String),
    /// The input was refused: status 3, with the wrong fields.
    Refused(String, Vec<FieldError>),
    /// Something was printed already that says the input was refused in part: status 3, nothing more to say.
    RefusedInPart,
    /// Figures differ from those expected: status 1, said already.
    Differs,
    /// Integrity is broken, said already: status 4.
    Unsound,
    /// Integrity is broken: status 4.
    Integrity(String),
}

impl Failure {
    /// Prints the failure to standard error (as JSON to standard output where that was asked for).
    #[must_use]
    pub fn report(&self, json: bool) -> ExitCode {
        let (code, message, fields): (u8, &str, &[FieldError]) = match self {
            Self::Failed(message) => (1, message, &[]),
            Self::Usage(message) => (2, message, &[]),
            Self::Refused(message, fields) => (3, message, fields),
            Self::Integrity(message) => (4, message, &[]),
            Self::RefusedInPart => return ExitCode::from(3),
            Self::Unsound => return ExitCode::from(4),
            Self::Differs => return ExitCode::from(1),
        };
        if json {
            println!("{}", serde_json::json!({ "error": message, "errors": fields }));
        } else {
            eprintln!("{message}");
        }
        ExitCode::from(code)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let message = error.to_string();
        match error {
            Error::Invalid(fields) => Self::Refused(message, fields),
            Error::Refused(_) | Error::Taken { .. } | Error::Missing { .. } | Error::Stale => {
                Self::Refused(message, Vec::new())
            }
            Error::Broken(cause) => Self::Failed(format!("{message}（{cause}）")),
            Error::Forbidden | Error::Unproven(_) | Error::TooOften { .. } | Error::Unavailable => {
                Self::Failed(message)
            }
        }
    }
}

impl From<diesel::result::Error> for Failure {
    fn from(error: diesel::result::Error) -> Self {
        Error::from(error).into()
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::Usage(error.to_string())
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<ClusterError> for Failure {
    fn from(error: ClusterError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<KeyError> for Failure {
    fn from(error: KeyError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Failed(format!("{error:#}"))
    }
}

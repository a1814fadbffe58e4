//! What was typed or sent, parsed into commands: all errors at once, each beside its field.
pub mod award;
pub mod committee;
pub mod extension;
pub mod fairness;
pub mod member;
mod member_record;
pub mod pair;
pub mod person;
pub mod pool;
pub mod programme;
pub mod reserve;
pub mod rule;
pub mod scheme;
pub mod slate;
pub mod training;
pub mod transfer;
pub mod vetting;

use crate::base::error::{Error, FieldError};

/// What a refused verb says beside the form; any other error is passed on.
///
/// # Errors
/// The error itself, where it is nothing that the form can tell.
pub fn refusals(error: Error) -> Result<Vec<FieldError>, Error> {
    match error {
        Error::Invalid(errors) => Ok(errors),
        Error::Taken { field, message } => Ok(vec![FieldError::new(field, message, None)]),
        Error::Refused(message) => Ok(vec![FieldError::new("", message, None)]),
        stale @ Error::Stale => Ok(vec![FieldError::new("", stale, None)]),
        other => Err(other),
    }
}
pub mod word;

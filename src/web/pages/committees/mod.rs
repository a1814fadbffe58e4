//! Committees in the browser: the list, a village, the forms, a vote and its results sheet, the rules,
//! the words that the county adds.

mod ask;
mod correct;
mod explain;
mod list;
mod results;
mod rules;
mod village;
mod vote;
mod words;

use rocket::Route;

use crate::base::error::{Error, FieldError};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    [
        list::routes(),
        village::routes(),
        ask::routes(),
        correct::routes(),
        explain::routes(),
        vote::routes(),
        results::routes(),
        rules::routes(),
        words::routes(),
    ]
    .concat()
}

/// What a refused form shows; anything else is no fault of what was typed.
fn refused(error: Error) -> Result<Vec<FieldError>, Error> {
    match error {
        Error::Invalid(errors) => Ok(errors),
        Error::Taken { field, message } => Ok(vec![FieldError::new(field, message, None)]),
        Error::Refused(message) => Ok(vec![FieldError::new("", message, None)]),
        error @ Error::Stale => Ok(vec![FieldError::new("", error, None)]),
        other => Err(other),
    }
}

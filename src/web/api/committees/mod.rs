//! `/committees`, `/terms`, `/seats`, `/elections`: who leads a village and how he was chosen.

mod departures;
mod elections;
mod extensions;
mod list;
mod rules;
mod seats;
mod terms;

use rocket::Route;
use serde::{Deserialize, Deserializer};

pub use departures::*;
pub use elections::*;
pub use extensions::*;
pub use list::*;
pub use rules::*;
pub use seats::*;
pub use terms::*;

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    [
        list::routes(),
        terms::routes(),
        extensions::routes(),
        seats::routes(),
        departures::routes(),
        elections::routes(),
        rules::routes(),
    ]
    .concat()
}

/// A field of a change: not sent, sent as null, or sent with a value.
fn said<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(from).map(Some)
}

/// What stands after a change of a field.
fn over<T>(said: Option<Option<T>>, stored: Option<T>) -> Option<T> {
    said.unwrap_or(stored)
}

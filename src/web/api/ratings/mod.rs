//! `/ratings`: schemes, rounds, scores, single ratings with their arithmetic, and decisions.

mod awards;
mod decisions;
mod fairness;
mod rating;
mod rounds;
mod samples;
mod schemes;
mod scores;
mod what_if;

use bigdecimal::BigDecimal;
use rocket::Route;
use serde::ser::{Error as _, Serialize, Serializer};
use utoipa::ToSchema;

use crate::records::ratings::printed;

pub use awards::*;
pub use decisions::*;
pub use fairness::*;
pub use rating::*;
pub use rounds::*;
pub use samples::*;
pub use schemes::*;
pub use scores::*;
pub use what_if::*;

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    [
        schemes::routes(),
        rounds::routes(),
        scores::routes(),
        rating::routes(),
        decisions::routes(),
        awards::routes(),
        fairness::routes(),
        samples::routes(),
        what_if::routes(),
    ]
    .concat()
}

/// A score, total, weight or limit: a JSON number, digit by digit as it stands on record.
pub(super) struct Decimal(pub(super) BigDecimal);

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let number: serde_json::Number = serde_json::from_str(&printed(&self.0)).map_err(S::Error::custom)?;
        number.serialize(serializer)
    }
}

/// Something with a code and a name.
#[derive(serde::Serialize, ToSchema)]
pub struct NamedJson {
    code: String,
    name: String,
}

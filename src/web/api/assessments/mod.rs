//! `/assessments`: schemes, rounds, scores, ranks with the flag, objections, the checks beside them, draws of visits.

mod decisions;
mod draws;
mod inspections;
mod objections;
mod ranking;
mod rounds;
mod schemes;
mod scores;

use bigdecimal::BigDecimal;
use rocket::Route;
use serde::ser::{Error as _, Serialize, Serializer};
use utoipa::ToSchema;

use crate::base::error::{Error, Result};
use crate::base::values::excerpt;
use crate::records::assessments::printed;

pub use decisions::*;
pub use draws::*;
pub use inspections::*;
pub use objections::*;
pub use ranking::*;
pub use rounds::*;
pub use schemes::*;
pub use scores::*;

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    [
        schemes::routes(),
        rounds::routes(),
        scores::routes(),
        decisions::routes(),
        ranking::routes(),
        objections::routes(),
        inspections::routes(),
        draws::routes(),
    ]
    .concat()
}

/// A score, total, weight or limit: a JSON number, digit by digit as it stands on record.
struct Decimal(BigDecimal);

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let number: serde_json::Number = serde_json::from_str(&printed(&self.0)).map_err(S::Error::custom)?;
        number.serialize(serializer)
    }
}

/// An organisation by code and name.
#[derive(serde::Serialize, ToSchema)]
pub struct UnitJson {
    code: String,
    name: String,
}

impl UnitJson {
    fn new((code, name): (String, String)) -> Self {
        Self { code, name }
    }
}

/// A number of a request as an exact decimal.
///
/// # Errors
/// `Invalid` beside the field.
fn decimal(field: &str, number: &serde_json::Number) -> Result<BigDecimal> {
    let text = number.to_string();
    text.parse().ok().filter(|_| text.len() <= 20).ok_or_else(|| {
        Error::invalid(field, format!("“{}”不是可用的数字，请填写普通的小数。", excerpt(&text)))
    })
}

/// A mark as a form would have it; none for what can be no mark.
fn typed(value: &serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::Null => Some(String::new()),
        serde_json::Value::Number(number) => Some(number.to_string()),
        serde_json::Value::String(text) => Some(text.clone()),
        _ => None,
    }
}

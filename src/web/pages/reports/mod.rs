//! The quarterly report and the rows behind its figures.

mod changes;
mod export;
mod quarterly;
mod rows;
mod team;

pub(in crate::web::pages) use quarterly::{choice, neighbours, quarter_choice};
use rocket::Route;
use rocket::http::RawStr;

use crate::across::reports::figures::{Amount, FigureValue, Unit};
use crate::web::api::reports::Wanted;

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    [quarterly::routes(), rows::routes(), export::routes(), changes::routes(), team::routes()].concat()
}

/// An address with what a report is asked for.
pub(in crate::web::pages) fn address(
    path: &str,
    wanted: &Wanted,
    organisation: &str,
    more: &[(&str, &str)],
) -> String {
    let mut address = format!(
        "{path}?organisation={}&quarter={}",
        RawStr::new(organisation).percent_encode(),
        wanted.quarter
    );
    if let Some(revision) = wanted.revision {
        address.push_str(&format!("&revision={revision}"));
    }
    for (name, value) in more {
        address.push_str(&format!("&{name}={}", RawStr::new(value).percent_encode()));
    }
    address
}

/// Where it is told why a figure changed since the quarter before.
fn why(code: &str, wanted: &Wanted) -> String {
    let mut address = format!(
        "/figures/{code}/changes?organisation={}&from={}&to={}",
        RawStr::new(&wanted.organisation).percent_encode(),
        wanted.quarter.previous(),
        wanted.quarter
    );
    if let Some(revision) = wanted.revision {
        address.push_str(&format!("&to_revision={revision}"));
    }
    address
}

/// The Chinese name of a unit.
fn unit(figure: &FigureValue) -> String {
    unit_name(figure.unit).to_owned()
}

/// The Chinese name of a unit's code.
pub(in crate::web::pages) fn unit_name(code: &'static str) -> &'static str {
    let known = Unit::ALL.into_iter().find(|unit| unit.code() == code);
    known.map_or(code, Unit::name)
}

/// Numerator and denominator, as the quotient that they make.
fn arithmetic(numerator: i64, denominator: Option<i64>) -> String {
    denominator.map_or_else(|| numerator.to_string(), |whole| format!("{numerator} ÷ {whole}"))
}

/// A number as printed; a dash where there is none.
pub(in crate::web::pages) fn printed(amount: Option<Amount>) -> String {
    amount.map_or_else(|| "—".to_owned(), |amount| amount.to_string())
}

/// A change as printed, with its sign.
pub(in crate::web::pages) fn signed(amount: Amount) -> String {
    let text = amount.to_string();
    match text.strip_prefix('-') {
        Some(rest) => format!("−{rest}"),
        None if text.trim_matches(['0', '.']).is_empty() => text,
        None => format!("+{text}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::values::Hundredths;

    #[test]
    fn changes_carry_their_sign() {
        assert_eq!(signed(Amount::Whole(12)), "+12");
        assert_eq!(signed(Amount::Whole(0)), "0");
        assert_eq!(signed(Amount::Decimal(Hundredths::from_hundredths(-619))), "−6.19");
        assert_eq!(signed(Amount::Decimal(Hundredths::from_hundredths(0))), "0.00");
    }
}

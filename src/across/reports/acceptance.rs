//! The figures that the source articles published, beside what is computed from the records.

use diesel_async::AsyncPgConnection;
use serde::Serialize;

use super::figures::{self, Amount, FigureValue};
use super::rows::figure;
use crate::base::actor::Actor;
use crate::base::error::{Error, Result};
use crate::base::scope::{Path, Scope};
use crate::base::values::Quarter;
use crate::records::organisations;
use crate::records::words::WordBook;

/// The published figures that come with cadre.
pub const PUBLISHED: &str = include_str!("../../../data/published_figures.csv");

/// One published figure.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Published {
    /// Its id (`wushan-01`).
    pub id: String,
    /// Name of the county in the list.
    pub county: String,
    /// Code of the organisation; a name where it has none.
    pub organisation: String,
    /// The quarter.
    pub quarter: Quarter,
    /// Code of the figure.
    pub figure: String,
    /// The number as printed.
    pub expected: String,
    /// `=` equal at the precision printed, `=1` equal at one decimal, `>=` at least.
    pub comparison: String,
    /// 1: of the core areas.
    pub core: u8,
}

/// A published figure and what was computed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Accepted {
    /// Its id.
    pub id: String,
    /// Code of the figure.
    pub figure: String,
    /// The number as printed.
    pub expected: String,
    /// The number computed; none where the figure's area does not exist yet.
    pub computed: Option<Amount>,
    /// Whether they agree; none where nothing was computed.
    #[serde(rename = "match")]
    pub matches: Option<bool>,
}

/// The published figures of a list in CSV.
///
/// # Errors
/// `Invalid` with the line that cannot be read.
pub fn published(csv: &str) -> Result<Vec<Published>> {
    csv::Reader::from_reader(csv.as_bytes())
        .deserialize()
        .collect::<std::result::Result<_, csv::Error>>()
        .map_err(|error| {
            Error::invalid(
                "csv",
                format!("指标清单无法读取：{error}。请对照 data/published_figures.csv 的列名。"),
            )
        })
}

/// Keeps the figures of counties that are on record.
///
/// # Errors
/// Whatever the database answers.
pub async fn of_counties_on_record(
    conn: &mut AsyncPgConnection,
    wanted: Vec<Published>,
) -> Result<Vec<Published>> {
    let counties = organisations::queries::counties(conn).await?;
    let on_record =
        |figure: &Published| counties.iter().any(|county| figure.organisation.starts_with(&county.code));
    let names: Vec<String> =
        wanted.iter().filter(|figure| on_record(figure)).map(|figure| figure.county.clone()).collect();
    Ok(wanted.into_iter().filter(|figure| names.contains(&figure.county)).collect())
}

/// Computes published figures. A county that is not on record is refused; a figure whose area does not exist yet is
/// not computed.
///
/// # Errors
/// `Missing` where the organisation of a known figure is not on record.
pub async fn accept(conn: &mut AsyncPgConnection, wanted: &[Published]) -> Result<Vec<Accepted>> {
    let mut accepted = Vec::with_capacity(wanted.len());
    for published in wanted {
        let computed = compute(conn, published).await?;
        let value = computed.as_ref().and_then(|figure| figure.value);
        accepted.push(Accepted {
            id: published.id.clone(),
            figure: published.figure.clone(),
            expected: published.expected.clone(),
            computed: value,
            matches: computed.map(|_| value.is_some_and(|value| agrees(value, published))),
        });
    }
    Ok(accepted)
}

async fn compute(conn: &mut AsyncPgConnection, published: &Published) -> Result<Option<FigureValue>> {
    if figures::find(&published.figure, &WordBook::default()).is_none() {
        return Ok(None);
    }
    let county_code = published.organisation.get(..6).unwrap_or(&published.organisation);
    let county = organisations::queries::county_by_code(conn, county_code).await?;
    let county = county.ok_or(Error::Missing { what: "已建库的县（区）" })?;
    let actor = Actor::command_line(Scope::new(county.id, Path::root(&county.code)));
    figure(conn, &actor, &published.figure, &published.organisation, published.quarter, None).await.map(Some)
}

/// Whether a number agrees with the printed one, in whole hundredths.
fn agrees(computed: Amount, published: &Published) -> bool {
    let Some((expected, decimals)) = hundredths(&published.expected) else { return false };
    let computed = match computed {
        Amount::Whole(number) => number.saturating_mul(100),
        Amount::Decimal(number) => number.hundredths(),
    };
    match published.comparison.as_str() {
        ">=" => computed >= expected,
        "=1" => rounded(computed, 1) == rounded(expected, 1),
        "=" => rounded(computed, decimals) == expected,
        _ => false,
    }
}

/// A printed number in hundredths, and how many decimals it has.
fn hundredths(text: &str) -> Option<(i64, u32)> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let count = u32::try_from(decimals.len()).ok().filter(|count| *count <= 2)?;
    let digits: i64 = format!("{whole}{decimals}").parse().ok()?;
    Some((digits.checked_mul(10_i64.pow(2 - count))?, count))
}

/// Rounds hundredths to a number of decimals, halves away from zero.
fn rounded(hundredths: i64, decimals: u32) -> i64 {
    let step = 10_i64.pow(2_u32.saturating_sub(decimals));
    let half = step / 2 * hundredths.signum();
    (hundredths + half) / step * step
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::values::Hundredths;

    fn one(expected: &str, comparison: &str) -> Published {
        Published {
            id: String::new(),
            county: String::new(),
            organisation: String::new(),
            quarter: "2021Q2".parse().unwrap(),
            figure: String::new(),
            expected: expected.to_owned(),
            comparison: comparison.to_owned(),
            core: 1,
        }
    }

    #[test]
    fn the_bundled_list_can_be_read() {
        let all = published(PUBLISHED).unwrap();
        assert_eq!(all.len(), 79);
        for figure in &all {
            assert!(hundredths(&figure.expected).is_some(), "{}", figure.id);
            assert!(["=", "=1", ">="].contains(&figure.comparison.as_str()), "{}", figure.id);
        }
    }

    #[test]
    fn numbers_agree_at_the_precision_printed() {
        let decimal = |hundredths| Amount::Decimal(Hundredths::from_hundredths(hundredths));
        assert!(agrees(decimal(6706), &one("67.06", "=")));
        assert!(!agrees(decimal(6707), &one("67.06", "=")));
        assert!(agrees(decimal(970), &one("9.7", "=1")) && agrees(decimal(965), &one("9.7", "=1")));
        assert!(agrees(decimal(4000), &one("40.0", "=")) && !agrees(decimal(4006), &one("40.0", "=")));
        assert!(agrees(decimal(-619), &one("-6.19", "=")));
        assert!(
            agrees(Amount::Whole(340), &one("340", "=")) && !agrees(Amount::Whole(341), &one("340", "="))
        );
        assert!(agrees(Amount::Whole(60_001), &one("60000", ">=")));
        assert!(!agrees(Amount::Whole(59_999), &one("60000", ">=")));
    }
}

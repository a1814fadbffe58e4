//! What the desk of a supervisor is asked: which scheme, which period, which ratings behind a number.

use rocket::FromForm;

use crate::base::error::{Error, FieldError, Result};
use crate::base::ids::{RaterId, RatingId};
use crate::base::values::{Period, excerpt};
use crate::records::ratings::fairness::{BehindPlace, Level, RaterPlace};
use crate::web::guards::Listing;

/// What is looked at, as sent.
#[derive(Debug, Default, Clone, Copy, FromForm)]
pub struct Asked<'r> {
    /// Code of an organisation.
    pub within: Option<&'r str>,
    /// Code of the scheme.
    pub scheme: Option<&'r str>,
    /// The period.
    pub period: Option<&'r str>,
    /// Which units: `below` or `rated`.
    pub level: Option<&'r str>,
    /// Only with this number of stars.
    pub stars: Option<&'r str>,
    /// Only handed in by this account.
    pub account: Option<&'r str>,
    /// Only scored by this rater.
    pub rater: Option<&'r str>,
    /// Only extremes without evidence.
    pub unproven: Option<&'r str>,
    /// Only outliers.
    pub outside: Option<&'r str>,
    /// Only those two or more stars away from the period before.
    pub moved: Option<&'r str>,
}

/// A value that was filled in.
#[must_use]
pub fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

impl Asked<'_> {
    /// The period.
    ///
    /// # Errors
    /// `Invalid` for a text that is none.
    pub fn period(&self) -> Result<Option<Period>> {
        let wrong = |text: &str, error| Error::Invalid(vec![FieldError::new("period", error, Some(text))]);
        given(self.period).map(|text| Period::parse(text).map_err(|error| wrong(text, error))).transpose()
    }

    /// Which units.
    ///
    /// # Errors
    /// `Invalid` for another word.
    pub fn level(&self) -> Result<Level> {
        match given(self.level) {
            None | Some("below") => Ok(Level::Below),
            Some("rated") => Ok(Level::Rated),
            Some(other) => {
                let message =
                    format!("“{}”不是比较层级，请填below（下一级）或rated（评定单位）。", excerpt(other));
                Err(Error::invalid("level", message))
            }
        }
    }

    /// The number of stars.
    ///
    /// # Errors
    /// `Invalid` for anything but 0 to 10.
    pub fn stars(&self) -> Result<Option<i32>> {
        let read = |text: &str| {
            let number = text.parse().ok().filter(|number| (0..=10).contains(number));
            let message = format!("星级“{}”应为0至10的整数，请改正。", excerpt(text));
            number.ok_or_else(|| Error::invalid("stars", message))
        };
        given(self.stars).map(read).transpose()
    }

    /// The rater.
    ///
    /// # Errors
    /// `Invalid` for what is no id.
    pub fn rater(&self) -> Result<Option<RaterId>> {
        let message = "rater 不是评分人编号，请使用评分人列表中的编号。";
        given(self.rater).map(|text| text.parse().map_err(|_| Error::invalid("rater", message))).transpose()
    }
}

/// Whether a mark was set.
#[must_use]
pub fn is_set(text: Option<&str>) -> bool {
    matches!(given(text), Some("true" | "yes" | "1"))
}

fn place<T>(listing: &Listing, read: impl Fn(&[String]) -> Option<T>) -> Result<Option<T>> {
    let wrong = || Error::invalid("after", "after 不是上一页给出的位置，请使用上一页答复中的 next。");
    listing.after.as_deref().map(|parts| read(parts).ok_or_else(wrong)).transpose()
}

/// Where a list of ratings goes on.
///
/// # Errors
/// `Invalid` where it is no place that a page before gave.
pub fn ratings_after(listing: &Listing) -> Result<Option<BehindPlace>> {
    place(listing, |parts| match parts {
        [total, id] => Some(BehindPlace { total: total.parse().ok()?, id: id.parse().ok()? }),
        _ => None,
    })
}

/// Where a list of raters goes on.
///
/// # Errors
/// As [`ratings_after`].
pub fn raters_after(listing: &Listing) -> Result<Option<RaterPlace>> {
    place(listing, |parts| match parts {
        [size, id] => Some(RaterPlace { size: size.parse().ok()?, id: id.parse().ok()? }),
        _ => None,
    })
}

/// Where a list by code or name goes on.
///
/// # Errors
/// As [`ratings_after`].
pub fn name_after(listing: &Listing) -> Result<Option<String>> {
    place(listing, |parts| if let [name] = parts { Some(name.clone()) } else { None })
}

/// Where a list by id of a rating goes on.
///
/// # Errors
/// As [`ratings_after`].
pub fn id_after(listing: &Listing) -> Result<Option<RatingId>> {
    place(listing, |parts| if let [id] = parts { id.parse().ok() } else { None })
}

/// How many of a list that is computed as a whole were shown.
///
/// # Errors
/// As [`ratings_after`].
pub fn skipped_after(listing: &Listing) -> Result<Option<usize>> {
    place(listing, |parts| if let [number] = parts { number.parse().ok() } else { None })
}

//! A period of rating: a year, a quarter or a month.

use std::fmt;

use chrono::{Datelike, Months, NaiveDate};
use serde::{Deserialize, Serialize};

use super::Quarter;
use super::text::{excerpt, half_width};

/// A rating period (评定期): `2026Q1`, `2026-03` or `2026`. Half-open like a quarter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Period {
    first_day: NaiveDate,
    length: PeriodLength,
}

/// How long a period is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PeriodLength {
    /// One month.
    Month,
    /// Three months.
    Quarter,
    /// Twelve months.
    Year,
}

impl PeriodLength {
    /// Length in months.
    #[must_use]
    pub const fn months(self) -> u32 {
        match self {
            Self::Month => 1,
            Self::Quarter => 3,
            Self::Year => 12,
        }
    }
}

/// Why a text is no period.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("评定期“{given}”的格式不对；请写成季度2026Q1、月份2026-03或年份2026（1900至2100年）")]
pub struct PeriodError {
    given: String,
}

impl Period {
    /// Takes `2026Q1`, `2026-03` and `2026`.
    ///
    /// # Errors
    /// Any other form, no such month, or a year outside 1900 to 2100.
    pub fn parse(input: &str) -> Result<Self, PeriodError> {
        let text = half_width(input).trim().to_uppercase();
        Self::from_text(&text).ok_or_else(|| PeriodError { given: excerpt(&text) })
    }

    fn from_text(text: &str) -> Option<Self> {
        if let Ok(quarter) = Quarter::parse(text) {
            return Some(quarter.into());
        }
        let (year, month, length) = match text.split_once('-') {
            Some((year, month)) if month.len() == 2 => (year, month, PeriodLength::Month),
            Some(_) => return None,
            None => (text, "01", PeriodLength::Year),
        };
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if year.len() != 4 || !digits(year) || !digits(month) {
            return None;
        }
        let year: i32 = year.parse().ok().filter(|year| (1900..=2100).contains(year))?;
        let first_day = NaiveDate::from_ymd_opt(year, month.parse().ok()?, 1)?;
        Some(Self { first_day, length })
    }

    /// The first day.
    #[must_use]
    pub fn first_day(self) -> NaiveDate {
        self.first_day
    }

    /// The day after the last: the open end of the half-open range.
    #[must_use]
    pub fn end_day(self) -> NaiveDate {
        self.first_day.checked_add_months(Months::new(self.length.months())).unwrap_or(self.first_day)
    }

    /// The last day.
    #[must_use]
    pub fn last_day(self) -> NaiveDate {
        self.end_day().pred_opt().unwrap_or(self.first_day)
    }

    /// The period of the same length before this one.
    #[must_use]
    pub fn previous(self) -> Self {
        let first_day = self.first_day.checked_sub_months(Months::new(self.length.months()));
        Self { first_day: first_day.unwrap_or(self.first_day), length: self.length }
    }

    /// Month, quarter or year.
    #[must_use]
    pub fn length(self) -> PeriodLength {
        self.length
    }

    /// The quarter in which the period ends.
    #[must_use]
    pub fn closing_quarter(self) -> Quarter {
        Quarter::containing(self.last_day())
    }
}

impl From<Quarter> for Period {
    fn from(quarter: Quarter) -> Self {
        Self { first_day: quarter.first_day(), length: PeriodLength::Quarter }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self.length {
            PeriodLength::Month => self.first_day.format("%Y-%m").to_string(),
            PeriodLength::Quarter => Quarter::containing(self.first_day).to_string(),
            PeriodLength::Year => format!("{:04}", self.first_day.year()),
        };
        formatter.pad(&text)
    }
}

impl From<Period> for String {
    fn from(period: Period) -> Self {
        period.to_string()
    }
}

parsed_text!(Period, PeriodError);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_length_knows_the_period_before() {
        for (now, before) in [("2026Q1", "2025Q4"), ("2026-01", "2025-12"), ("2026", "2025")] {
            assert_eq!(Period::parse(now).unwrap().previous().to_string(), before);
        }
    }

    #[test]
    fn the_three_lengths_know_their_days() {
        let days = |text| {
            let period = Period::parse(text).unwrap();
            assert_eq!(period.to_string(), text);
            (period.first_day().to_string(), period.last_day().to_string(), period.end_day().to_string())
        };
        let expected = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
        assert_eq!(days("2026Q1"), expected("2026-01-01", "2026-03-31", "2026-04-01"));
        assert_eq!(days("2024-02"), expected("2024-02-01", "2024-02-29", "2024-03-01"));
        assert_eq!(days("2026"), expected("2026-01-01", "2026-12-31", "2027-01-01"));
    }

    #[test]
    fn a_month_belongs_to_the_quarter_it_ends_in() {
        let month = Period::parse("2026-05").unwrap();
        assert_eq!(month.closing_quarter().to_string(), "2026Q2");
        assert_eq!(Period::parse("2026").unwrap().closing_quarter().to_string(), "2026Q4");
    }

    #[test]
    fn other_forms_are_refused() {
        for odd in ["", "2026-13", "2026-3", "2026Q5", "26", "2026年", "1899", "2026-03-01"] {
            let error = Period::parse(odd).unwrap_err().to_string();
            assert!(error.contains(&format!("“{odd}”")), "{error}");
        }
    }
}

//! A quarter of a year, the period of every report.

use std::fmt;

use chrono::{Datelike, Months, NaiveDate};
use serde::{Deserialize, Serialize};

use super::text::{excerpt, half_width};

const FIRST_YEAR: i32 = 1900;
const LAST_YEAR: i32 = 2100;

/// A quarter, written `2026Q1`: from its first day to, but not including, the first day of the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Quarter {
    first_day: NaiveDate,
}

/// Why a text is no quarter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuarterError {
    /// Not of the form `2026Q1`.
    #[error("季度“{given}”的格式不对；请写成年份、字母Q和1至4，如2026Q1")]
    Format {
        /// What was given.
        given: String,
    },
    /// A quarter beyond the fourth.
    #[error("季度“{given}”不存在，一年只有第1至第4季度；请核对")]
    Number {
        /// What was given.
        given: String,
    },
    /// Before 1900 or after 2100.
    #[error("季度“{given}”的年份应在1900至2100年之间；请核对")]
    Year {
        /// What was given.
        given: String,
    },
}

impl Quarter {
    /// Takes `2026Q1`, also with a small `q` or in full-width characters.
    ///
    /// # Errors
    /// Another form, a fifth quarter, or a year outside 1900 to 2100.
    pub fn parse(input: &str) -> Result<Self, QuarterError> {
        let text = half_width(input).trim().to_uppercase();
        let given = || excerpt(&text);
        let (year, number) = text
            .split_once('Q')
            .filter(|(year, number)| {
                let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
                year.len() == 4 && number.len() == 1 && digits(year) && digits(number)
            })
            .ok_or_else(|| QuarterError::Format { given: given() })?;
        let year: i32 = year.parse().unwrap_or_default();
        let number: u32 = number.parse().unwrap_or_default();
        if !(FIRST_YEAR..=LAST_YEAR).contains(&year) {
            return Err(QuarterError::Year { given: given() });
        }
        if !(1..=4).contains(&number) {
            return Err(QuarterError::Number { given: given() });
        }
        NaiveDate::from_ymd_opt(year, number * 3 - 2, 1)
            .map(|first_day| Self { first_day })
            .ok_or_else(|| QuarterError::Number { given: given() })
    }

    /// The quarter that `date` lies in.
    #[must_use]
    pub fn containing(date: NaiveDate) -> Self {
        let month = date.month0() / 3 * 3 + 1;
        Self {
            // The first of a month exists whenever a later day of the same quarter does.
            first_day: NaiveDate::from_ymd_opt(date.year(), month, 1).unwrap_or(date),
        }
    }

    /// The year.
    #[must_use]
    pub fn year(self) -> i32 {
        self.first_day.year()
    }

    /// 1 to 4.
    #[must_use]
    pub fn number(self) -> u32 {
        self.first_day.month0() / 3 + 1
    }

    /// The first day.
    #[must_use]
    pub fn first_day(self) -> NaiveDate {
        self.first_day
    }

    /// The first day of the next quarter: the open end of the half-open range.
    #[must_use]
    pub fn end_day(self) -> NaiveDate {
        self.next().first_day
    }

    /// The last day: the day as of which the figures are taken.
    #[must_use]
    pub fn last_day(self) -> NaiveDate {
        self.end_day().pred_opt().unwrap_or(self.first_day)
    }

    /// Whether `date` lies in the quarter.
    #[must_use]
    pub fn contains(self, date: NaiveDate) -> bool {
        self.first_day <= date && date < self.end_day()
    }

    /// The quarter before. (At the ends of chrono's calendar, 260,000 years away, a quarter is its own
    /// neighbour.)
    #[must_use]
    pub fn previous(self) -> Self {
        self.back(3)
    }

    /// The quarter after.
    #[must_use]
    pub fn next(self) -> Self {
        let first_day = self.first_day.checked_add_months(Months::new(3));
        Self { first_day: first_day.unwrap_or(self.first_day) }
    }

    /// The same quarter of the year before.
    #[must_use]
    pub fn same_quarter_last_year(self) -> Self {
        self.back(12)
    }

    fn back(self, months: u32) -> Self {
        let first_day = self.first_day.checked_sub_months(Months::new(months));
        Self { first_day: first_day.unwrap_or(self.first_day) }
    }

    /// `2026年第一季度`, for headings.
    #[must_use]
    pub fn title(self) -> String {
        let number = match self.number() {
            1 => "一",
            2 => "二",
            3 => "三",
            _ => "四",
        };
        format!("{}年第{number}季度", self.year())
    }
}

impl fmt::Display for Quarter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&format!("{:04}Q{}", self.year(), self.number()))
    }
}

impl From<Quarter> for String {
    fn from(quarter: Quarter) -> Self {
        quarter.to_string()
    }
}

parsed_text!(Quarter, QuarterError);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    fn quarter(text: &str) -> Quarter {
        Quarter::parse(text).unwrap()
    }

    #[test]
    fn a_quarter_is_half_open() {
        let first = quarter("2026Q1");
        assert_eq!(first.first_day(), day(2026, 1, 1));
        assert_eq!(first.last_day(), day(2026, 3, 31));
        assert_eq!(first.end_day(), day(2026, 4, 1));
        assert!(first.contains(day(2026, 3, 31)) && !first.contains(day(2026, 4, 1)));
        assert_eq!(first.title(), "2026年第一季度");
    }

    #[test]
    fn neighbours_cross_the_year() {
        assert_eq!(quarter("2026Q1").previous(), quarter("2025Q4"));
        assert_eq!(quarter("2025Q4").next(), quarter("2026q1"));
        assert_eq!(quarter("2026Q3").same_quarter_last_year(), quarter("2025Q3"));
        assert_eq!(Quarter::containing(day(2026, 11, 22)), quarter("2026Q4"));
    }

    #[test]
    fn other_forms_are_refused_by_name() {
        let refused = |input| Quarter::parse(input).unwrap_err().to_string();
        assert!(refused("2026Q5").contains("一年只有第1至第4季度"));
        assert!(refused("1899Q4").contains("1900至2100"));
        for odd in ["", "2026", "2026-Q1", "26Q1", "2026Q01", "Q12026", "2026Ｑ一"] {
            assert!(refused(odd).contains("格式不对"), "{odd}");
        }
    }

    #[test]
    fn json_is_the_text() {
        let json = serde_json::to_string(&quarter("2026Q1")).unwrap();
        assert_eq!(json, "\"2026Q1\"");
        assert_eq!(serde_json::from_str::<Quarter>(&json).unwrap(), quarter("2026Q1"));
    }

    proptest! {
        #[test]
        fn quarters_tile_the_calendar(days in 0i64..70_000) {
            let date = day(1901, 1, 1) + chrono::Duration::days(days);
            let own = Quarter::containing(date);
            prop_assert!(own.contains(date));
            prop_assert!(!own.previous().contains(date) && !own.next().contains(date));
            prop_assert_eq!(own.previous().end_day(), own.first_day());
            prop_assert_eq!(own.next().previous(), own);
            prop_assert_eq!(Quarter::parse(&own.to_string()), Ok(own));
            prop_assert!(own.previous() < own && own.last_day() < own.end_day());
        }
    }
}

//! Business dates: days of the calendar, without time or zone.

use chrono::{Datelike, NaiveDate};

use super::text::{excerpt, half_width};

const FIRST_YEAR: i32 = 1900;
const LAST_YEAR: i32 = 2100;

/// Why a text is no date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    /// Nothing was given.
    #[error("日期没有填写；请按2026-07-01的格式填写")]
    Empty,
    /// None of the four ways to write a date.
    #[error("日期“{given}”的格式不对；请写成2026-07-01、2026/7/1、2026年7月1日或20260701")]
    Format {
        /// What was given.
        given: String,
    },
    /// Year and month only.
    #[error("日期“{given}”缺少日；请写全年月日，如2026-07-01")]
    DayMissing {
        /// What was given.
        given: String,
    },
    /// The number that a spreadsheet keeps for a date.
    #[error("日期“{given}”是表格的日期序号；请把该列设为日期格式，或写成2026-07-01")]
    Serial {
        /// What was given.
        given: String,
    },
    /// No such month.
    #[error("日期“{given}”的月份是{month}，应为1至12；请核对")]
    Month {
        /// What was given.
        given: String,
        /// The month.
        month: u32,
    },
    /// No such day in that month.
    #[error("日期“{given}”不存在，{year}年{month}月没有{day}日；请核对")]
    Day {
        /// What was given.
        given: String,
        /// The year.
        year: i32,
        /// The month.
        month: u32,
        /// The day.
        day: u32,
    },
    /// Before 1900 or after 2100.
    #[error("日期“{given}”的年份是{year}，应在1900至2100年之间；请核对")]
    Year {
        /// What was given.
        given: String,
        /// The year.
        year: i32,
    },
}

impl DateError {
    /// The sentence about one field: it names that field instead of any date.
    #[must_use]
    pub fn about(&self, name: &str) -> String {
        self.to_string().replacen("日期", name, 1)
    }
}

/// Takes `2026-07-01`, `2026/7/1`, `2026年7月1日` and `20260701`, in full-width digits too.
///
/// # Errors
/// Other forms, dates that are not in the calendar, and years outside 1900 to 2100, each by name.
pub fn parse_date(input: &str) -> Result<NaiveDate, DateError> {
    let text = half_width(input);
    let text = text.trim();
    let given = || excerpt(text);
    if text.is_empty() {
        return Err(DateError::Empty);
    }
    let Some((year, month, day)) = split(text) else {
        return Err(explain(text));
    };
    if !(FIRST_YEAR..=LAST_YEAR).contains(&year) {
        return Err(DateError::Year { given: given(), year });
    }
    if !(1..=12).contains(&month) {
        return Err(DateError::Month { given: given(), month });
    }
    NaiveDate::from_ymd_opt(year, month, day).ok_or_else(|| DateError::Day {
        given: given(),
        year,
        month,
        day,
    })
}

fn split(text: &str) -> Option<(i32, u32, u32)> {
    let (year, month, day) = if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        (text.get(..4)?, text.get(4..6)?, text.get(6..)?)
    } else if let Some(rest) = text.strip_suffix('日') {
        let (year, rest) = rest.split_once('年')?;
        let (month, day) = rest.split_once('月')?;
        (year.trim(), month.trim(), day.trim())
    } else {
        let separator = if text.contains('/') { '/' } else { '-' };
        let (year, rest) = text.split_once(separator)?;
        let (month, day) = rest.split_once(separator)?;
        (year, month, day)
    };
    let is_number = |part: &str, longest: usize| {
        (1..=longest).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    if year.len() != 4 || !is_number(year, 4) || !is_number(month, 2) || !is_number(day, 2) {
        return None;
    }
    Some((year.parse().ok()?, month.parse().ok()?, day.parse().ok()?))
}

/// Says which of the usual mistakes a text is that has no year, month and day.
fn explain(text: &str) -> DateError {
    let given = excerpt(text);
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = text.split(['-', '/', '年', '月']).filter(|part| !part.is_empty()).collect();
    let starts_with_year = matches!(parts.as_slice(), [year, month]
        if year.len() == 4 && month.len() <= 2 && format!("{year}{month}").parse::<u32>().is_ok());
    if digits && text.len() == 5 {
        DateError::Serial { given }
    } else if starts_with_year || (digits && text.len() == 6) {
        DateError::DayMissing { given }
    } else {
        DateError::Format { given }
    }
}

/// Completed years (周岁) of someone born on `birth`, on the day `on`; `None` before the birth.
///
/// Whoever was born on 29 February completes a year on 1 March of other years.
#[must_use]
pub fn completed_years(birth: NaiveDate, on: NaiveDate) -> Option<u32> {
    let years = on.year() - birth.year();
    let not_yet = (on.month(), on.day()) < (birth.month(), birth.day());
    u32::try_from(years - i32::from(not_yet)).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_sentence_about_a_field_names_it_once() {
        let wrong = parse_date("2026-02-30").unwrap_err();
        assert_eq!(wrong.about("出生日期"), "出生日期“2026-02-30”不存在，2026年2月没有30日；请核对");
        let serial = parse_date("42000").unwrap_err();
        assert_eq!(
            serial.about("任期开始"),
            "任期开始“42000”是表格的日期序号；请把该列设为日期格式，或写成2026-07-01"
        );
    }

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    #[test]
    fn the_four_forms_are_one_date() {
        for given in [
            "1988-07-01",
            "1988/7/1",
            "1988年7月1日",
            "1988年07月01日",
            "19880701",
            "１９８８－０７－０１",
            " 1988-07-01 ",
        ] {
            assert_eq!(parse_date(given), Ok(day(1988, 7, 1)), "{given}");
        }
    }

    #[test]
    fn each_mistake_has_its_own_sentence() {
        let refused = |input| parse_date(input).unwrap_err().to_string();
        assert!(refused("").starts_with("日期没有填写"));
        assert_eq!(refused("2026-02-30"), "日期“2026-02-30”不存在，2026年2月没有30日；请核对");
        assert_eq!(refused("20261301"), "日期“20261301”的月份是13，应为1至12；请核对");
        assert!(refused("1899-12-31").contains("年份是1899"));
        assert!(refused("2206-01-01").contains("年份是2206"));
        for short in ["1988-07", "1988年7月", "198807", "1988/7"] {
            assert!(refused(short).contains("缺少日"), "{short}");
        }
        assert!(refused("32325").contains("日期序号"));
        for odd in ["88-07-01", "1988.07.01", "7/1/1988", "1988-07-01 08:00", "昨天", "1988-7-1-2"] {
            assert!(refused(odd).contains("格式不对"), "{odd}");
        }
    }

    #[test]
    fn years_are_completed_on_the_birthday() {
        let birth = day(1988, 7, 1);
        assert_eq!(completed_years(birth, day(2026, 6, 30)), Some(37));
        assert_eq!(completed_years(birth, day(2026, 7, 1)), Some(38));
        assert_eq!(completed_years(birth, birth), Some(0));
        assert_eq!(completed_years(birth, day(1988, 6, 30)), None);
        let leap = day(2004, 2, 29);
        assert_eq!(completed_years(leap, day(2023, 2, 28)), Some(18));
        assert_eq!(completed_years(leap, day(2023, 3, 1)), Some(19));
    }

    proptest! {
        #[test]
        fn every_day_is_read_in_every_form(days in 0i64..73_000) {
            let date = day(1900, 1, 1) + chrono::Duration::days(days);
            for form in ["%Y-%m-%d", "%Y/%-m/%-d", "%Y年%-m月%-d日", "%Y%m%d"] {
                prop_assert_eq!(parse_date(&date.format(form).to_string()), Ok(date));
            }
        }

        #[test]
        fn whatever_is_taken_is_the_date_it_says(text in "[0-9]{4}[-/年][0-9]{1,2}[-/月][0-9]{1,2}日?|[0-9]{8}") {
            if let Ok(date) = parse_date(&text) {
                let numbers = |text: &str| -> Vec<u32> {
                    text.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect()
                };
                let compact = numbers(&date.format("%Y%m%d").to_string());
                let apart = numbers(&date.to_string());
                prop_assert!(numbers(&text) == apart || numbers(&text) == compact);
            }
        }

        #[test]
        fn completed_years_agree_with_chrono(birth in 0i64..40_000, later in 0i64..40_000) {
            let birth = day(1900, 1, 1) + chrono::Duration::days(birth);
            let on = birth + chrono::Duration::days(later);
            prop_assert_eq!(completed_years(birth, on), on.years_since(birth));
        }
    }
}

//! Working days: Monday to Friday, without the holidays and with the days worked instead of them that
//! `data/work_calendar.csv` lists. In a year that the list does not cover, only weekends are left out.

use std::collections::HashMap;
use std::sync::LazyLock;

use chrono::{Datelike, Days, NaiveDate, Weekday};

/// The days that differ from the week's rule; the tests prove that every row is read.
const CALENDAR: &str = include_str!("../../../data/work_calendar.csv");

static EXCEPTIONS: LazyLock<HashMap<NaiveDate, bool>> =
    LazyLock::new(|| CALENDAR.lines().skip(1).filter_map(read).collect());

fn read(line: &str) -> Option<(NaiveDate, bool)> {
    let mut fields = line.split(',');
    let day = fields.next()?.parse().ok()?;
    match fields.next()? {
        "work" => Some((day, true)),
        "off" => Some((day, false)),
        _ => None,
    }
}

/// Whether people work on a day.
#[must_use]
pub fn is_working_day(day: NaiveDate) -> bool {
    let is_weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
    EXCEPTIONS.get(&day).copied().unwrap_or(!is_weekend)
}

/// Whether the list knows the holidays of a day's year.
#[must_use]
pub fn is_covered(day: NaiveDate) -> bool {
    EXCEPTIONS.keys().any(|known| known.year() == day.year())
}

/// The last of so many working days that follow a day, which does not count itself; none past the end of the calendar.
#[must_use]
pub fn after_working_days(day: NaiveDate, count: u32) -> Option<NaiveDate> {
    let (mut last, mut left) = (day, count);
    while left > 0 {
        last = last.checked_add_days(Days::new(1))?;
        left -= u32::from(is_working_day(last));
    }
    Some(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn every_row_is_read_and_says_something() {
        let rows = CALENDAR.lines().skip(1).count();
        assert_eq!(EXCEPTIONS.len(), rows);
        for (day, works) in EXCEPTIONS.iter() {
            let is_weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
            assert_eq!(*works, is_weekend, "{day} says what the week says");
        }
        assert!(
            is_covered(day("2017-06-01")) && is_covered(day("2026-12-31")) && !is_covered(day("2016-06-01"))
        );
    }

    #[test]
    fn weekends_and_holidays_do_not_count_and_days_worked_instead_do() {
        // A Monday: five days on is the next Monday.
        assert_eq!(after_working_days(day("2026-11-23"), 5), Some(day("2026-11-30")));
        // Before the National Day of 2026: the first to the seventh are free, the tenth (a Saturday) is worked.
        assert_eq!(after_working_days(day("2026-09-30"), 1), Some(day("2026-10-08")));
        assert_eq!(after_working_days(day("2026-09-30"), 3), Some(day("2026-10-10")));
        assert_eq!(after_working_days(day("2026-09-30"), 0), Some(day("2026-09-30")));
        assert!(is_working_day(day("2026-09-20")) && !is_working_day(day("2026-09-26")));
    }

    #[test]
    fn a_notice_never_ends_on_a_day_off() {
        let mut first = day("2017-01-01");
        while first < day("2027-01-01") {
            let last = after_working_days(first, 5).unwrap();
            let counted = first
                .iter_days()
                .skip(1)
                .take_while(|on| *on <= last)
                .filter(|on| is_working_day(*on))
                .count();
            assert!(is_working_day(last) && counted == 5, "{first}");
            first = first.succ_opt().unwrap();
        }
    }
}

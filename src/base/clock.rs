//! The clock: the only place that asks the system for the time.

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};

/// China's offset from UTC in seconds. Summer time (1986–1991) concerns no moment that cadre records.
const CHINA: i32 = 8 * 3600;

/// This moment.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the clock that everybody else asks")]
pub fn now() -> DateTime<Utc> {
    Utc::now()
}

/// Today's date in China, whatever zone the machine is set to: quarters end at midnight there.
#[must_use]
pub fn today() -> NaiveDate {
    date_in_china(now())
}

/// The date in China at a moment.
#[must_use]
pub fn date_in_china(moment: DateTime<Utc>) -> NaiveDate {
    match FixedOffset::east_opt(CHINA) {
        Some(china) => moment.with_timezone(&china).date_naive(),
        None => moment.date_naive(), // eight hours are always a valid offset
    }
}

/// Date, hour and minute in China at a moment, as printed (`2026-04-01 09:30`).
#[must_use]
pub fn minute_in_china(moment: DateTime<Utc>) -> String {
    let format = "%Y-%m-%d %H:%M";
    match FixedOffset::east_opt(CHINA) {
        Some(china) => moment.with_timezone(&china).format(format).to_string(),
        None => moment.format(format).to_string(), // eight hours are always a valid offset
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_begins_at_midnight_in_china() {
        let date = |text: &str| date_in_china(text.parse().unwrap()).to_string();
        assert_eq!(date("2026-03-31T15:59:59Z"), "2026-03-31");
        assert_eq!(date("2026-03-31T16:00:00Z"), "2026-04-01");
    }
}

//! The rules of training that need no database: what follows what, floors, and the forecast.

use chrono::{Days, Months, NaiveDate};

use crate::records::training::model::ClassState;

/// A step of a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClassStep {
    /// Members may enrol.
    Open,
    /// It was held: who came is entered from now on.
    Hold,
    /// Everybody who came is entered.
    Close,
    /// A closed class is corrected.
    Reopen,
    /// It is not held.
    Cancel,
}

impl ClassStep {
    /// Every step.
    pub const ALL: [Self; 5] = [Self::Open, Self::Hold, Self::Close, Self::Reopen, Self::Cancel];

    /// The code in addresses and in the trail.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Hold => "hold",
            Self::Close => "close",
            Self::Reopen => "reopen",
            Self::Cancel => "cancel",
        }
    }

    /// What it is called on a button.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "开放报名",
            Self::Hold => "登记已举办",
            Self::Close => "结班",
            Self::Reopen => "重新打开",
            Self::Cancel => "取消",
        }
    }

    /// The step of a code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.code() == code)
    }
}

/// The state that a step leads to; none where the state does not allow it.
#[must_use]
pub const fn next_state(state: ClassState, step: ClassStep) -> Option<ClassState> {
    match (state, step) {
        (ClassState::Planned, ClassStep::Open) => Some(ClassState::Open),
        (ClassState::Open, ClassStep::Hold) | (ClassState::Closed, ClassStep::Reopen) => {
            Some(ClassState::Held)
        }
        (ClassState::Held, ClassStep::Close) => Some(ClassState::Closed),
        (ClassState::Planned | ClassState::Open, ClassStep::Cancel) => Some(ClassState::Cancelled),
        _ => None,
    }
}

/// Why a class does not take a step.
#[must_use]
pub fn refuse_step(code: &str, state: ClassState, step: ClassStep) -> String {
    let way = match (state, step) {
        (ClassState::Cancelled, _) => "已取消的班次不再变动，需要时请另行计划新的班次",
        (ClassState::Planned, ClassStep::Hold) => "请先开放报名",
        (ClassState::Planned | ClassState::Open, ClassStep::Close) => "请先登记已举办并录入参训名单",
        (ClassState::Held | ClassState::Closed, ClassStep::Cancel) => {
            "已经举办的班次不能取消；如系误登，请联系审核员更正参训名单"
        }
        (_, ClassStep::Reopen) => "只有已结班的班次才需要重新打开",
        _ => "不必重复登记",
    };
    format!("班次“{code}”目前为“{}”，不能{}；{way}。", state.name(), step.name())
}

/// The last day of a year of a cycle (from 1): the day before the anniversary.
fn last_day_of_year(from_day: NaiveDate, year: u32) -> Option<NaiveDate> {
    from_day.checked_add_months(Months::new(year.checked_mul(12)?))?.pred_opt()
}

/// First day after a cycle of whole years.
#[must_use]
pub fn end_of_cycle(from_day: NaiveDate, years: i32) -> Option<NaiveDate> {
    last_day_of_year(from_day, u32::try_from(years).ok()?)?.succ_opt()
}

/// The last day of each year of a cycle, with the sum of the floors, in percent, up to it. `floors` begin with the first
/// year.
#[must_use]
pub fn floor_days(from_day: NaiveDate, floors: &[i32]) -> Vec<(NaiveDate, i32)> {
    let mut sum = 0i32;
    let days = (1u32..).zip(floors).map_while(|(year, floor)| {
        sum = sum.saturating_add(*floor);
        Some((last_day_of_year(from_day, year)?, sum))
    });
    days.collect()
}

/// Sum of the floors, in percent, of the years of a cycle that are over at the end of `day`. `floors` begin with the
/// first year.
#[must_use]
pub fn required_percent(from_day: NaiveDate, floors: &[i32], day: NaiveDate) -> i32 {
    let over = |year: u32| last_day_of_year(from_day, year).is_some_and(|last| last <= day);
    (1u32..)
        .zip(floors)
        .take_while(|(year, _)| over(*year))
        .fold(0i32, |sum, (_, floor)| sum.saturating_add(*floor))
}

/// How many of `members` a share of `percent` makes, any part of one more counting as one: a floor is reached or not.
#[must_use]
pub const fn required(members: i64, percent: i64) -> i64 {
    let exact = members.saturating_mul(percent);
    if exact % 100 > 0 { (exact / 100).saturating_add(1) } else { exact / 100 }
}

/// The days over which the present pace is measured, at most.
pub const PACE_DAYS: i64 = 365;

/// First day of the window over which the pace is measured: the last [`PACE_DAYS`], but none before the cycle.
#[must_use]
pub fn pace_from(from_day: NaiveDate, day: NaiveDate) -> NaiveDate {
    let back = u64::try_from(PACE_DAYS.saturating_sub(1)).unwrap_or_default();
    day.checked_sub_days(Days::new(back)).unwrap_or(from_day).max(from_day)
}

/// What a forecast is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Pace {
    /// The day that is looked from.
    pub day: NaiveDate,
    /// First day of the cycle.
    pub cycle_from: NaiveDate,
    /// Last day of the cycle.
    pub cycle_until: NaiveDate,
    /// Whom the programme is to train.
    pub members: i64,
    /// Those of them who are trained.
    pub trained: i64,
    /// First day over which the pace is measured.
    pub pace_from: NaiveDate,
    /// Those of them who were trained since that day.
    pub trained_since: i64,
}

/// When everybody will be trained at the present pace.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Forecast {
    /// The day on which the last one is trained; none where nobody was trained lately, or the cycle has not begun.
    pub finish: Option<NaiveDate>,
    /// Whether that is within the cycle.
    pub is_in_time: bool,
    /// The arithmetic, in words.
    pub arithmetic: String,
}

/// When everybody will be trained if as many are trained each day as since `pace_from`.
#[must_use]
pub fn forecast(pace: &Pace) -> Forecast {
    let rest = pace.members.saturating_sub(pace.trained).max(0);
    let Pace { day, trained_since, .. } = *pace;
    if rest == 0 {
        let arithmetic = format!("应训{}人已全部轮训，截至{day}不再需要推算。", pace.members);
        return Forecast { finish: Some(day), is_in_time: day <= pace.cycle_until, arithmetic };
    }
    let window = (day - pace.pace_from).num_days().saturating_add(1);
    if trained_since <= 0 || window <= 0 {
        let arithmetic =
            format!("{}至{day}没有新增轮训人员，尚余{rest}人，按目前进度无法推算完成日期。", pace.pace_from);
        return Forecast { finish: None, is_in_time: false, arithmetic };
    }
    let days = ceiling(i128::from(rest).saturating_mul(i128::from(window)), i128::from(trained_since));
    let finish = u64::try_from(days).ok().and_then(|days| day.checked_add_days(Days::new(days)));
    let is_in_time = finish.is_some_and(|finish| finish <= pace.cycle_until);
    let until = finish.map_or_else(|| "遥遥无期".to_owned(), |finish| format!("预计{finish}完成"));
    let term = if is_in_time { "在周期内" } else { "晚于周期截止日" };
    let arithmetic = format!(
        "{}至{day}共{window}天新增轮训{trained_since}人；尚余{rest}人，{rest}×{window}÷{trained_since}向上取整为{days}天，\
         {until}，{term}（{}）。",
        pace.pace_from, pace.cycle_until
    );
    Forecast { finish, is_in_time, arithmetic }
}

fn ceiling(numerator: i128, denominator: i128) -> i128 {
    let whole = numerator.checked_div(denominator).unwrap_or_default();
    let rest = numerator.checked_rem(denominator).unwrap_or_default();
    if rest > 0 { whole.saturating_add(1) } else { whole }
}

/// What stands beside a name on an attendance sheet, to be typed or scanned when it comes back: the number on the roll and
/// a check digit, which depends on the class too, so that a sheet of another class is noticed.
#[must_use]
pub fn row_code(class: &str, number: i64) -> String {
    format!("{number}-{}", check_digit(class, number))
}

/// What stands beside a name for a scanner: the code with the number of the class before it.
#[must_use]
pub fn scan_code(class: &str, number: i64) -> String {
    format!("{class}/{}", row_code(class, number))
}

/// The number on the roll of a code as it was typed or scanned, with or without its hyphen; none where the check digit is
/// wrong or another class is named.
#[must_use]
pub fn read_row_code(class: &str, text: &str) -> Option<i64> {
    let text = match text.rsplit_once('/') {
        Some((named, code)) => Some(code).filter(|_| named.eq_ignore_ascii_case(class))?,
        None => text,
    };
    let digits: String = text.chars().filter(|c| !matches!(c, '-' | '－' | '—')).collect();
    let (number, check) = digits.split_at_checked(digits.len().checked_sub(1)?)?;
    let number: i64 = number.parse().ok().filter(|number| *number > 0)?;
    (check.parse() == Ok(check_digit(class, number))).then_some(number)
}

/// Every digit weighed by its place, so that one wrong digit and two exchanged ones are noticed (as ISBN-10, but modulo
/// 11 folded onto ten digits: nine in ten of other mistakes).
fn check_digit(class: &str, number: i64) -> i64 {
    let salt = class.bytes().fold(0i64, |sum, byte| (sum * 7 + i64::from(byte)) % 97);
    let weighed = number.to_string().bytes().rev().zip(2i64..).fold(salt, |sum, (digit, weight)| {
        sum.saturating_add(i64::from(digit.saturating_sub(b'0')).saturating_mul(weight))
    });
    weighed % 11 % 10
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn every_way_of_a_class_from_planned_is_one_that_the_house_knows() {
        let mut seen = HashSet::from([ClassState::Planned]);
        let mut waiting = vec![ClassState::Planned];
        let mut arrows = Vec::new();
        while let Some(state) = waiting.pop() {
            for step in ClassStep::ALL {
                match next_state(state, step) {
                    Some(next) => {
                        arrows.push(format!("{} {} {}", state.code(), step.code(), next.code()));
                        if seen.insert(next) {
                            waiting.push(next);
                        }
                    }
                    None => {
                        let reason = refuse_step("2021-01", state, step);
                        assert!(reason.contains(state.name()) && reason.contains(step.name()), "{reason}");
                    }
                }
            }
        }
        arrows.sort();
        assert_eq!(
            arrows,
            [
                "closed reopen held",
                "held close closed",
                "open cancel cancelled",
                "open hold held",
                "planned cancel cancelled",
                "planned open open",
            ]
        );
        assert_eq!(seen.len(), ClassState::ALL.len(), "no state that nothing leads to");
        let last = ClassStep::ALL.map(|step| next_state(ClassState::Cancelled, step));
        assert_eq!(last, [None; 5], "nothing leads out of a cancelled class");
    }

    #[test]
    fn a_floor_counts_from_the_last_day_of_its_year() {
        let (from, floors) = (day("2020-01-01"), [30, 30, 30, 10]);
        for (on, percent) in [
            ("2020-12-30", 0),
            ("2020-12-31", 30),
            ("2021-06-30", 30),
            ("2021-12-31", 60),
            ("2023-12-30", 90),
            ("2023-12-31", 100),
            ("2030-01-01", 100),
        ] {
            assert_eq!(required_percent(from, &floors, day(on)), percent, "{on}");
        }
        assert_eq!(required_percent(day("2019-04-01"), &[100], day("2020-03-31")), 100);
        assert_eq!(end_of_cycle(day("2020-01-01"), 4), Some(day("2024-01-01")));
    }

    #[test]
    fn part_of_a_person_is_one_more() {
        assert_eq!(
            [required(20_000, 30), required(7, 30), required(10, 30), required(0, 30)],
            [6_000, 3, 3, 0]
        );
    }

    #[test]
    fn a_forecast_shows_its_arithmetic() {
        let pace = Pace {
            day: day("2021-06-30"),
            cycle_from: day("2020-01-01"),
            cycle_until: day("2023-12-31"),
            members: 20_000,
            trained: 8_000,
            pace_from: day("2020-07-01"),
            trained_since: 6_000,
        };
        let found = forecast(&pace);
        assert_eq!(found.finish, Some(day("2023-06-30")));
        assert!(found.is_in_time && found.arithmetic.contains("12000×365÷6000"), "{}", found.arithmetic);
        let slow = forecast(&Pace { trained_since: 3_000, ..pace });
        assert_eq!((slow.finish, slow.is_in_time), (Some(day("2025-06-29")), false));
        let still = forecast(&Pace { trained_since: 0, ..pace });
        assert_eq!(still.finish, None);
        let done = forecast(&Pace { trained: 20_000, ..pace });
        assert_eq!(done.finish, Some(day("2021-06-30")));
        assert_eq!(pace_from(pace.cycle_from, day("2020-03-01")), pace.cycle_from);
        assert_eq!(pace_from(pace.cycle_from, day("2021-06-30")), day("2020-07-01"));
    }

    proptest! {
        #[test]
        fn more_trained_is_never_later_and_never_needs_more(
            members in 1i64..100_000, part in 0i64..=100, since in 0i64..50_000, more in 0i64..1_000,
            percent in 0i64..=100,
        ) {
            let trained = members * part / 100;
            let since = since.min(trained);
            let pace = Pace {
                day: day("2021-06-30"), cycle_from: day("2020-01-01"), cycle_until: day("2023-12-31"),
                members, trained, pace_from: day("2020-07-01"), trained_since: since,
            };
            let more = more.min(members - trained);
            let ahead = Pace { trained: trained + more, trained_since: since + more, ..pace };
            let far = NaiveDate::MAX;
            prop_assert!(forecast(&ahead).finish.unwrap_or(far) <= forecast(&pace).finish.unwrap_or(far));
            let shortfall = |trained: i64| (required(members, percent) - trained).max(0);
            prop_assert!(shortfall(trained + more) <= shortfall(trained));
            prop_assert!((0..=members).contains(&required(members, percent)));
        }
    }

    #[test]
    fn a_row_code_is_read_back_and_not_for_another_number() {
        for number in 1..2_000 {
            let code = row_code("2026-A1", number);
            assert_eq!(read_row_code("2026-A1", &code), Some(number));
            assert_eq!(read_row_code("2026-A1", &code.replace('-', "")), Some(number));
        }
        for wrong in ["", "7", "-", "0-0", "x-1", "1-x", "１"] {
            assert_eq!(read_row_code("2026-A1", wrong), None, "{wrong}");
        }
        let wrong = (1..1_000).filter(|number| {
            let code = row_code("2026-A1", *number);
            read_row_code("2026-B2", &code).is_some()
        });
        assert!(wrong.count() < 200, "a sheet of another class is noticed");
    }
}

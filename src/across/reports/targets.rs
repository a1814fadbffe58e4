//! Figures of teams held against what the county wants of them.

use std::collections::HashSet;

use chrono::NaiveDate;
use serde::Serialize;

use super::figures::{self, Against, Amount, Figure, Part, Value};
use super::picture::before;
use crate::base::values::Hundredths;
use crate::records::organisations::Kind;
use crate::records::slates::{Bound, Level, Target};
use crate::records::words::WordBook;

/// A target beside the figure that it is held against.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct TargetLine {
    /// Code of the figure.
    pub figure: String,
    /// What is counted, in Chinese.
    pub label: String,
    /// What it is counted in.
    pub unit: &'static str,
    /// `at_least` or `at_most`.
    pub comparison: &'static str,
    /// What is wanted.
    #[schema(value_type = f64)]
    pub wanted: Hundredths,
    /// The figure; null where there is no number.
    #[schema(value_type = Option<f64>)]
    pub value: Option<Amount>,
    /// Whether the figure, as it is shown, meets the target; null where there is no number.
    pub is_met: Option<bool>,
    /// How much is missing; null where the target is met or there is no number.
    #[schema(value_type = Option<f64>)]
    pub missing: Option<Hundredths>,
    /// The figure of the team before; null where there is none.
    #[schema(value_type = Option<f64>)]
    pub before: Option<Amount>,
    /// Whether the team before met it; null where there is no number.
    pub was_met: Option<bool>,
    /// Since when that is wanted.
    pub from_day: NaiveDate,
    /// The decision that it rests on.
    pub source: String,
}

/// The codes that a target may be set for, in a county that added some words.
#[must_use]
pub fn target_figures(words: &WordBook) -> HashSet<String> {
    figures::of_committees(words).into_iter().map(|figure| figure.code).collect()
}

/// The targets in force on a day for an organisation of a kind, each beside its figure.
pub(super) fn held(
    targets: &[Target],
    kind: Option<Kind>,
    day: NaiveDate,
    figures: &[Figure],
    count: impl Fn(&Part) -> i64 + Copy,
) -> Vec<TargetLine> {
    let Some(level) = kind.and_then(Level::of) else { return Vec::new() };
    let in_force = targets.iter().filter(|target| target.level == level && target.is_in_force(day));
    in_force
        .filter_map(|target| {
            let figure = figures.iter().find(|figure| figure.code == target.figure)?;
            let value = Value::of(figure, count).amount();
            let change = figures.iter().find(|other| {
                let term = other.comparison.filter(|term| term.against == Against::Difference);
                term.is_some() && other.code.strip_suffix(".change") == Some(figure.code.as_str())
            });
            let then = change.and_then(|change| before(figure, change.comparison?, count));
            Some(line(target, figure, value, then.and_then(|then| then.value)))
        })
        .collect()
}

fn line(target: &Target, figure: &Figure, value: Option<Amount>, before: Option<Amount>) -> TargetLine {
    let missing = |value: Amount| {
        let shown = match value {
            Amount::Whole(number) => number.saturating_mul(100),
            Amount::Decimal(number) => number.hundredths(),
        };
        target.bound.shortfall(shown, target.value.hundredths()).0
    };
    let shortfall = value.map(missing);
    TargetLine {
        figure: figure.code.clone(),
        label: figure.label.clone(),
        unit: figure.unit.code(),
        comparison: Bound::code(target.bound),
        wanted: target.value,
        value,
        is_met: shortfall.map(|missing| missing == 0),
        missing: shortfall.filter(|missing| *missing > 0).map(Hundredths::from_hundredths),
        before,
        was_met: before.map(|before| missing(before) == 0),
        from_day: target.from_day,
        source: target.source.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::ids::TargetId;

    fn target(level: Level, bound: Bound, hundredths: i64) -> Target {
        Target {
            id: TargetId::new(),
            level,
            figure: "committees.women.ratio".to_owned(),
            bound,
            value: Hundredths::from_hundredths(hundredths),
            from_day: "2026-01-01".parse().unwrap(),
            to_day: None,
            source: "县委文件".to_owned(),
        }
    }

    /// A team of three, one of them a woman.
    fn a_third(part: &Part) -> i64 {
        if part.filter.contains("f.sex") { 1 } else { 3 }
    }

    #[test]
    fn a_third_of_women_meets_what_it_is_shown_as_and_misses_the_next_hundredth() {
        let figures = figures::of_committees(&WordBook::default());
        let day = "2026-06-30".parse().unwrap();
        let at_least = |hundredths| {
            let targets = [target(Level::Village, Bound::AtLeast, hundredths)];
            held(&targets, Some(Kind::Community), day, &figures, a_third).remove(0)
        };
        let met = at_least(3_333);
        assert_eq!((met.is_met, met.missing), (Some(true), None));
        let missed = at_least(3_334);
        assert_eq!((missed.is_met, missed.missing), (Some(false), Some(Hundredths::from_hundredths(1))));
        assert_eq!(missed.value.unwrap().to_string(), "33.33");
    }

    #[test]
    fn a_target_holds_at_its_level_from_its_day_and_nobody_meets_nothing() {
        let figures = figures::of_committees(&WordBook::default());
        let targets = [target(Level::Town, Bound::AtMost, 5_000)];
        let on = |kind, day: &str, count: fn(&Part) -> i64| {
            held(&targets, Some(kind), day.parse().unwrap(), &figures, count)
        };
        assert!(on(Kind::Village, "2026-06-30", a_third).is_empty());
        assert!(on(Kind::Town, "2025-12-31", a_third).is_empty());
        assert_eq!(on(Kind::Street, "2026-01-01", a_third)[0].is_met, Some(true));
        assert_eq!(on(Kind::Town, "2026-01-01", |_| 0)[0].is_met, None);
    }
}

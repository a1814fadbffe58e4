//! The number of a figure, beside the one of the quarter before.

use std::fmt;

use chrono::NaiveDate;
use serde::{Serialize, Serializer};

use super::{Against, Figure, Part, Shape};
use crate::base::values::{Fraction, Hundredths};
use crate::records::training::rules as training;

/// A number as shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// Whole.
    Whole(i64),
    /// With two decimals.
    Decimal(Hundredths),
}

impl fmt::Display for Amount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(number) => number.fmt(formatter),
            Self::Decimal(number) => number.fmt(formatter),
        }
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Whole(number) => number.serialize(serializer),
            Self::Decimal(number) => number.serialize(serializer),
        }
    }
}

/// What was counted: the parts of a figure at an organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Value {
    /// The numerator.
    pub numerator: i64,
    /// The denominator, of a ratio or a mean.
    pub denominator: Option<i64>,
    /// The same in the term before, where the figure is compared with it and one is on record.
    pub before: Option<TermBefore>,
    shape: Shape,
    against: Option<Against>,
}

/// What was counted in the term before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct TermBefore {
    /// The numerator.
    pub numerator: i64,
    /// The denominator, of a ratio or a mean.
    pub denominator: Option<i64>,
}

/// The difference between two quarters.
pub type Change = Option<Amount>;

impl Value {
    /// The parts of `figure`, as `count` knows them.
    #[must_use]
    pub fn of(figure: &Figure, count: impl Fn(&Part) -> i64) -> Self {
        let term = figure.comparison.filter(|term| count(&term.known) > 0);
        Self {
            numerator: count(&figure.numerator),
            denominator: figure.denominator.as_ref().map(&count),
            before: term.map(|term| TermBefore {
                numerator: count(&term.numerator),
                denominator: term.denominator.as_ref().map(&count),
            }),
            shape: figure.shape,
            against: figure.comparison.map(|term| term.against),
        }
    }

    /// The same from numbers that were counted elsewhere.
    pub(in super::super) fn counted(
        shape: Shape,
        against: Option<Against>,
        now: TermBefore,
        before: Option<TermBefore>,
    ) -> Self {
        Self { numerator: now.numerator, denominator: now.denominator, before, shape, against }
    }

    /// The number; none over a denominator of 0, or where there is no term before to compare with.
    #[must_use]
    pub fn amount(&self) -> Option<Amount> {
        self.printed(self.exact()?)
    }

    /// The difference from the quarter before: of unrounded values, then rounded; of percentages in points.
    #[must_use]
    pub fn change(&self, previous: &Self) -> Change {
        self.printed(self.exact()?.minus(previous.exact()?)?)
    }

    /// The unrounded value.
    fn exact(&self) -> Option<Fraction> {
        let now = self.fraction(self.numerator, self.denominator)?;
        let before = || self.fraction(self.before?.numerator, self.before?.denominator);
        match self.against {
            None => Some(now),
            Some(Against::Difference) => now.minus(before()?),
            Some(Against::Relative) => now.relative_to(before()?),
        }
    }

    fn fraction(&self, numerator: i64, denominator: Option<i64>) -> Option<Fraction> {
        match self.shape {
            Shape::Count => Some(Fraction::whole(numerator)),
            Shape::Percentage | Shape::Mean => Fraction::new(numerator, denominator?),
            Shape::MeanOfTenths => Fraction::new(numerator, denominator?.checked_mul(10)?),
            Shape::RoundedUpPercent => Some(Fraction::whole(training::required(numerator.max(0), 1))),
        }
    }

    fn printed(&self, value: Fraction) -> Option<Amount> {
        match (self.shape, self.against) {
            (_, Some(Against::Relative)) | (Shape::Percentage, _) => value.percent().map(Amount::Decimal),
            (Shape::Mean | Shape::MeanOfTenths, _) => value.rounded().map(Amount::Decimal),
            (Shape::Count | Shape::RoundedUpPercent, _) => value.as_whole().map(Amount::Whole),
        }
    }
}

/// A figure of a report (contract 3, "Figure JSON").
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FigureValue {
    /// The code (`members.total`).
    pub code: String,
    /// What is counted, in Chinese.
    pub label: String,
    /// What it is counted in.
    pub unit: &'static str,
    /// The number; null where the denominator is 0.
    #[schema(value_type = Option<f64>)]
    pub value: Option<Amount>,
    /// The numerator.
    pub numerator: i64,
    /// The denominator, of a ratio or a mean.
    pub denominator: Option<i64>,
    /// The parts of the term before, of a figure that is compared with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<TermBefore>,
    /// The day as of which it is counted: the last of the quarter.
    pub as_of: NaiveDate,
    /// The number of the quarter before.
    #[schema(value_type = Option<f64>)]
    pub previous: Option<Amount>,
    /// The difference from it.
    #[schema(value_type = Option<f64>)]
    pub change: Change,
    /// The number of the same quarter last year; null where that is not closed, unless the report was asked to count it.
    #[schema(value_type = Option<f64>)]
    pub last_year: Option<Amount>,
    /// The difference from that.
    #[schema(value_type = Option<f64>)]
    pub change_on_last_year: Change,
}

impl Figure {
    /// The figure with its number, beside the one of the quarter before where there is one.
    #[must_use]
    pub fn value(&self, now: Value, previous: Option<Value>, as_of: NaiveDate) -> FigureValue {
        FigureValue {
            code: self.code.clone(),
            label: self.label.clone(),
            unit: self.unit.code(),
            value: now.amount(),
            numerator: now.numerator,
            denominator: now.denominator,
            before: now.before,
            as_of,
            previous: previous.and_then(|previous| previous.amount()),
            change: previous.and_then(|previous| now.change(&previous)),
            last_year: None,
            change_on_last_year: None,
        }
    }
}

impl FigureValue {
    /// The same figure beside the same quarter last year, where there is one.
    #[must_use]
    pub fn beside(self, now: &Value, last_year: Option<&Value>) -> Self {
        Self {
            last_year: last_year.and_then(Value::amount),
            change_on_last_year: last_year.and_then(|last_year| now.change(last_year)),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(shape: Shape, numerator: i64, denominator: Option<i64>) -> Value {
        Value { numerator, denominator, before: None, shape, against: None }
    }

    fn shown(amount: Option<Amount>) -> String {
        amount.map_or_else(|| "null".to_owned(), |amount| amount.to_string())
    }

    #[test]
    fn a_change_of_percentages_is_in_points_of_unrounded_values() {
        let now = value(Shape::Percentage, 2, Some(3));
        let before = value(Shape::Percentage, 1, Some(3));
        assert_eq!(shown(now.amount()), "66.67");
        assert_eq!(shown(now.change(&before)), "33.33");
        assert_eq!(shown(before.change(&now)), "-33.33");
    }

    #[test]
    fn percents_of_people_make_whole_people_and_tenths_make_hours() {
        let people = |hundredths| shown(value(Shape::RoundedUpPercent, hundredths, None).amount());
        assert_eq!([people(600_000), people(601), people(0), people(-100)], ["6000", "7", "0", "0"]);
        assert_eq!(shown(value(Shape::MeanOfTenths, 485, Some(3)).amount()), "16.17");
    }

    #[test]
    fn nobody_over_nobody_is_no_number_and_no_change() {
        let nobody = value(Shape::Mean, 0, Some(0));
        let somebody = value(Shape::Mean, 81, Some(2));
        assert_eq!(shown(nobody.amount()), "null");
        assert_eq!(shown(somebody.amount()), "40.50");
        assert_eq!(shown(somebody.change(&nobody)), "null");
    }

    #[test]
    fn json_numbers_are_plain() {
        let json = |amount| serde_json::to_string(&amount).unwrap();
        assert_eq!(json(value(Shape::Count, 7, None).amount()), "7");
        assert_eq!(json(value(Shape::Percentage, 228, Some(340)).amount()), "67.06");
    }
}

//! The number of a figure, beside the one of the quarter before.

use std::fmt;

use chrono::NaiveDate;
use serde::{Serialize, Serializer};

use super::{Figure, Shape};
use crate::base::values::{Fraction, Hundredths};

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
    shape: Shape,
}

/// The difference between two quarters.
pub type Change = Option<Amount>;

impl Value {
    /// The parts of `figure`.
    #[must_use]
    pub fn new(figure: &Figure, numerator: i64, denominator: Option<i64>) -> Self {
        Self { numerator, denominator, shape: figure.shape }
    }

    /// The number; none over a denominator of 0.
    #[must_use]
    pub fn amount(&self) -> Option<Amount> {
        match self.shape {
            Shape::Count => Some(Amount::Whole(self.numerator)),
            Shape::Percentage => self.fraction()?.percent().map(Amount::Decimal),
            Shape::Mean => self.fraction()?.rounded().map(Amount::Decimal),
        }
    }

    /// The difference from the quarter before: of unrounded values, then rounded; of percentages in points.
    #[must_use]
    pub fn change(&self, previous: &Self) -> Change {
        if self.shape == Shape::Count {
            return self.numerator.checked_sub(previous.numerator).map(Amount::Whole);
        }
        let difference = self.fraction()?.minus(previous.fraction()?)?;
        match self.shape {
            Shape::Percentage => difference.percent().map(Amount::Decimal),
            Shape::Count | Shape::Mean => difference.rounded().map(Amount::Decimal),
        }
    }

    fn fraction(&self) -> Option<Fraction> {
        Fraction::new(self.numerator, self.denominator?)
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
    /// The day as of which it is counted: the last of the quarter.
    pub as_of: NaiveDate,
    /// The number of the quarter before.
    #[schema(value_type = Option<f64>)]
    pub previous: Option<Amount>,
    /// The difference from it.
    #[schema(value_type = Option<f64>)]
    pub change: Change,
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
            as_of,
            previous: previous.and_then(|previous| previous.amount()),
            change: previous.and_then(|previous| now.change(&previous)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(shape: Shape, numerator: i64, denominator: Option<i64>) -> Value {
        Value { numerator, denominator, shape }
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

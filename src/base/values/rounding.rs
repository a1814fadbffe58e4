//! Percentages, means and their differences, exactly: whole numbers until the last step, no floats.

use std::fmt;

use serde::{Serialize, Serializer};

/// An exact fraction. Its denominator is never 0, so a ratio over nobody is a `None`, not a number.
#[derive(Debug, Clone, Copy)]
pub struct Fraction {
    numerator: i128,
    denominator: i128,
}

impl Fraction {
    /// `numerator / denominator`; `None` when the denominator is 0.
    #[must_use]
    pub fn new(numerator: i64, denominator: i64) -> Option<Self> {
        Self::reduced(i128::from(numerator), i128::from(denominator))
    }

    /// A whole number.
    #[must_use]
    pub fn whole(value: i64) -> Self {
        Self { numerator: i128::from(value), denominator: 1 }
    }

    /// `self - other`, unrounded. `None` only if the numbers are too large for 128 bits.
    #[must_use]
    pub fn minus(self, other: Self) -> Option<Self> {
        let left = self.numerator.checked_mul(other.denominator)?;
        let right = other.numerator.checked_mul(self.denominator)?;
        Self::reduced(left.checked_sub(right)?, self.denominator.checked_mul(other.denominator)?)
    }

    /// `(self - base) / base`, unrounded; `None` when `base` is 0.
    #[must_use]
    pub fn relative_to(self, base: Self) -> Option<Self> {
        let difference = self.minus(base)?;
        Self::reduced(
            difference.numerator.checked_mul(base.denominator)?,
            difference.denominator.checked_mul(base.numerator)?,
        )
    }

    /// The value, where it is a whole number of 64 bits.
    #[must_use]
    pub fn as_whole(self) -> Option<i64> {
        // Fractions are kept reduced.
        if self.denominator == 1 { i64::try_from(self.numerator).ok() } else { None }
    }

    /// The value with two decimals, halves away from zero.
    #[must_use]
    pub fn rounded(self) -> Option<Hundredths> {
        self.scaled(100)
    }

    /// The value in percent with two decimals, halves away from zero (for what is never negative that is
    /// "half up").
    #[must_use]
    pub fn percent(self) -> Option<Hundredths> {
        self.scaled(10_000)
    }

    fn scaled(self, factor: i128) -> Option<Hundredths> {
        let scaled = self.numerator.checked_mul(factor)?;
        let quotient = scaled.checked_div(self.denominator)?;
        let remainder = scaled.checked_rem(self.denominator)?;
        // The denominator is positive: a half or more moves one step in the direction of the remainder.
        let step =
            if remainder.checked_abs()?.checked_mul(2)? >= self.denominator { remainder.signum() } else { 0 };
        i64::try_from(quotient.checked_add(step)?).ok().map(Hundredths)
    }

    fn reduced(numerator: i128, denominator: i128) -> Option<Self> {
        let divisor = greatest_common_divisor(numerator, denominator)?;
        if denominator == 0 {
            return None;
        }
        let sign = denominator.signum();
        Some(Self {
            numerator: numerator.checked_div(divisor)?.checked_mul(sign)?,
            denominator: denominator.checked_div(divisor)?.checked_mul(sign)?,
        })
    }
}

fn greatest_common_divisor(left: i128, right: i128) -> Option<i128> {
    let (mut left, mut right) = (left.checked_abs()?, right.checked_abs()?);
    while right != 0 {
        (left, right) = (right, left.checked_rem(right)?);
    }
    Some(left)
}

/// A number with two decimals, kept as its hundredths: `6706` is `67.06`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hundredths(i64);

impl Hundredths {
    /// From a count of hundredths.
    #[must_use]
    pub const fn from_hundredths(hundredths: i64) -> Self {
        Self(hundredths)
    }

    /// The count of hundredths.
    #[must_use]
    pub const fn hundredths(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Hundredths {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let size = self.0.unsigned_abs();
        write!(formatter, "{sign}{}.{:02}", size / 100, size % 100)
    }
}

impl Serialize for Hundredths {
    /// A JSON number. The shortest decimal that gives the same float is the one printed, so `67.06` stays
    /// `67.06`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let number: f64 = self.to_string().parse().map_err(serde::ser::Error::custom)?;
        serializer.serialize_f64(number)
    }
}

/// `part / whole` in percent with two decimals, half up; `None` when `whole` is 0.
#[must_use]
pub fn percentage(part: i64, whole: i64) -> Option<Hundredths> {
    Fraction::new(part, whole)?.percent()
}

/// The mean of `count` whole numbers that add up to `sum`, with two decimals; `None` when there are none.
#[must_use]
pub fn mean(sum: i64, count: i64) -> Option<Hundredths> {
    Fraction::new(sum, count)?.rounded()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(value: Option<Hundredths>) -> String {
        value.map_or_else(|| "null".to_owned(), |value| value.to_string())
    }

    #[test]
    fn published_percentages_come_out() {
        assert_eq!(shown(percentage(228, 340)), "67.06");
        assert_eq!(shown(percentage(1325, 1745)), "75.93");
        assert_eq!(shown(percentage(0, 0)), "null");
        assert_eq!(shown(percentage(0, 7)), "0.00");
    }

    #[test]
    fn halves_go_up() {
        assert_eq!(shown(percentage(1, 8)), "12.50");
        assert_eq!(shown(percentage(1, 32)), "3.13"); // 3.125
        assert_eq!(shown(percentage(1, 20_000)), "0.01"); // 0.005
    }

    #[test]
    fn differences_are_taken_before_rounding_and_halves_go_away_from_zero() {
        let now = Fraction::new(1, 3).unwrap();
        let before = Fraction::new(2, 3).unwrap();
        assert_eq!(shown(now.minus(before).unwrap().percent()), "-33.33");
        let half = Fraction::new(-1, 20_000).unwrap();
        assert_eq!(shown(half.percent()), "-0.01");
        let relative = Fraction::whole(171).relative_to(Fraction::whole(495)).unwrap();
        assert_eq!(shown(relative.percent()), "-65.45");
        assert!(Fraction::whole(3).relative_to(Fraction::whole(0)).is_none());
    }

    #[test]
    fn json_shows_two_decimals_as_a_number() {
        let json = serde_json::to_string(&percentage(228, 340)).unwrap();
        assert_eq!(json, "67.06");
        assert_eq!(serde_json::to_string(&percentage(1, 0)).unwrap(), "null");
    }

    proptest! {
        #[test]
        fn a_percentage_is_never_more_than_half_a_hundredth_off(part in 0i64..1_000_000, whole in 1i64..1_000_000) {
            let hundredths = i128::from(percentage(part, whole).unwrap().hundredths());
            let doubled_error = 2 * (hundredths * i128::from(whole) - i128::from(part) * 10_000);
            prop_assert!(doubled_error <= i128::from(whole) && doubled_error > -i128::from(whole));
        }

        #[test]
        fn a_difference_is_the_mirror_of_its_reverse(a in 0i64..9_999, b in 1i64..9_999, c in 0i64..9_999, d in 1i64..9_999) {
            let (left, right) = (Fraction::new(a, b).unwrap(), Fraction::new(c, d).unwrap());
            let forth = left.minus(right).unwrap().percent().unwrap().hundredths();
            let back = right.minus(left).unwrap().percent().unwrap().hundredths();
            prop_assert_eq!(forth, -back);
        }
    }
}

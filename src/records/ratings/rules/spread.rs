//! How ratings are spread: stars by number, their mean, the change against the period before, and what lies outside.

use std::collections::BTreeMap;

use bigdecimal::BigDecimal;

use crate::base::values::{Fraction, Hundredths};

/// How many have how many stars.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spread(BTreeMap<i32, i64>);

impl FromIterator<(i32, i64)> for Spread {
    fn from_iter<I: IntoIterator<Item = (i32, i64)>>(counts: I) -> Self {
        let mut spread = Self::default();
        for (stars, count) in counts {
            spread.add(stars, count);
        }
        spread
    }
}

impl Spread {
    /// Counts more of a number of stars.
    pub fn add(&mut self, stars: i32, count: i64) {
        let held = self.0.entry(stars).or_default();
        *held = held.saturating_add(count);
    }

    /// How many have this number of stars.
    #[must_use]
    pub fn of(&self, stars: i32) -> i64 {
        self.0.get(&stars).copied().unwrap_or_default()
    }

    /// How many there are.
    #[must_use]
    pub fn rated(&self) -> i64 {
        self.0.values().sum()
    }

    /// The sum of their stars: the numerator of the mean, [`rated`](Self::rated) being its denominator.
    #[must_use]
    pub fn sum(&self) -> i64 {
        self.0.iter().map(|(stars, count)| i64::from(*stars).saturating_mul(*count)).sum()
    }

    /// The mean of their stars; none without any.
    #[must_use]
    pub fn average(&self) -> Option<Hundredths> {
        Fraction::new(self.sum(), self.rated())?.rounded()
    }

    /// The mean less the mean of the period before, of the unrounded values; none where one of them has none.
    #[must_use]
    pub fn change(&self, before: &Self) -> Option<Hundredths> {
        let now = Fraction::new(self.sum(), self.rated())?;
        now.minus(Fraction::new(before.sum(), before.rated())?)?.rounded()
    }

    /// The numbers of stars that are shown of what stands in one table: the whole scale, most stars first, and nought
    /// where somebody has none in one of them, so that they add up to [`rated`](Self::rated).
    #[must_use]
    pub fn steps<'a>(scale: i32, spreads: impl IntoIterator<Item = &'a Self>) -> Vec<i32> {
        let lowest = if spreads.into_iter().any(|spread| spread.of(0) > 0) { 0 } else { 1 };
        (lowest..=scale).rev().collect()
    }
}

/// Fewer ratings have no fences: quartiles of a handful say nothing.
pub const LEAST_FOR_FENCES: i64 = 8;

/// Tukey's fences: whatever lies one and a half interquartile ranges beyond the quartiles is an outlier. A quartile is
/// the lowest total that at least a quarter, or three quarters, do not exceed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fences {
    /// The first quartile of the totals.
    pub first_quartile: BigDecimal,
    /// The third.
    pub third_quartile: BigDecimal,
    /// A lower total is an outlier.
    pub low: BigDecimal,
    /// A higher one is.
    pub high: BigDecimal,
    /// How many lie below.
    pub below: i64,
    /// How many lie above.
    pub above: i64,
}

/// The fences of totals, each with how many have it, in rising order; none for fewer than [`LEAST_FOR_FENCES`].
#[must_use]
pub fn fences(totals: &[(BigDecimal, i64)]) -> Option<Fences> {
    let number: i64 = totals.iter().map(|(_, count)| count).sum();
    if number < LEAST_FOR_FENCES {
        return None;
    }
    let quartile = |quarters: i64| {
        let mut reached = 0_i64;
        let mut passed = totals.iter().skip_while(|(_, count)| {
            reached = reached.saturating_add(*count);
            reached.saturating_mul(4) < number.saturating_mul(quarters)
        });
        passed.next().map(|(total, _)| total.clone())
    };
    let (first, third) = (quartile(1)?, quartile(3)?);
    let reach = (&third - &first) * BigDecimal::new(15.into(), 1);
    let (low, high) = (&first - &reach, &third + &reach);
    let count = |is_out: &dyn Fn(&BigDecimal) -> bool| {
        totals.iter().filter(|(total, _)| is_out(total)).map(|(_, count)| count).sum()
    };
    Some(Fences {
        below: count(&|total| *total < low),
        above: count(&|total| *total > high),
        first_quartile: first.normalized(),
        third_quartile: third.normalized(),
        low: low.normalized(),
        high: high.normalized(),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::records::ratings::rules::printed;

    fn totals(given: &[(&str, i64)]) -> Vec<(BigDecimal, i64)> {
        given.iter().map(|(total, count)| (total.parse().unwrap(), *count)).collect()
    }

    #[test]
    fn means_and_their_change_are_exact() {
        let now: Spread = [(5, 1), (4, 1), (2, 1)].into_iter().collect();
        let before: Spread = [(5, 2), (3, 1)].into_iter().collect();
        assert_eq!((now.sum(), now.rated()), (11, 3));
        assert_eq!(now.average().unwrap().to_string(), "3.67");
        // 11/3 - 13/3, not 3.67 - 4.33.
        assert_eq!(now.change(&before).unwrap().to_string(), "-0.67");
        assert_eq!(now.change(&Spread::default()), None);
        assert_eq!(Spread::default().average(), None);
        assert_eq!(Spread::steps(5, [&now, &before]), [5, 4, 3, 2, 1]);
        let none: Spread = [(0, 1)].into_iter().collect();
        // Also where only the period before, or another line, has it.
        assert_eq!(Spread::steps(2, [&Spread::default(), &none]), [2, 1, 0]);
    }

    /// By hand: of 10, the third lowest is the first quartile (2.5 rounded up), the eighth the third.
    #[test]
    fn fences_are_those_of_a_hand() {
        let given =
            totals(&[("40", 1), ("78.5", 1), ("80", 2), ("82", 2), ("84", 2), ("85", 1), ("95.5", 1)]);
        let found = fences(&given).unwrap();
        let shown = [&found.first_quartile, &found.third_quartile, &found.low, &found.high].map(printed);
        assert_eq!(shown, ["80", "84", "74", "90"]);
        assert_eq!((found.below, found.above), (1, 1));
        assert!(fences(&totals(&[("1", 7)])).is_none());
        assert!(fences(&totals(&[("1", 8)])).is_some());
    }

    proptest! {
        #[test]
        fn half_of_all_lie_inside_the_quartiles(cents in proptest::collection::vec(0_u32..=10_000, 8..60)) {
            let mut counted: BTreeMap<u32, i64> = BTreeMap::new();
            for one in &cents { *counted.entry(*one).or_default() += 1; }
            let given: Vec<(BigDecimal, i64)> =
                counted.into_iter().map(|(cents, count)| (BigDecimal::new(cents.into(), 2), count)).collect();
            let found = fences(&given).unwrap();
            let inside: i64 = given.iter()
                .filter(|(total, _)| *total >= found.first_quartile && *total <= found.third_quartile)
                .map(|(_, count)| count).sum();
            prop_assert!(inside * 2 >= i64::try_from(cents.len()).unwrap());
            prop_assert!(found.low <= found.first_quartile && found.third_quartile <= found.high);
            prop_assert!((found.below + found.above) * 2 <= i64::try_from(cents.len()).unwrap());
        }
    }
}

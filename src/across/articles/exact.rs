//! Numbers as they are printed, exactly: whole millionths, and the range of true values that a printed number admits.

use std::fmt;

/// Millionths of one.
const ONE: i128 = 1_000_000;

/// At most so many digits before the point are read: longer runs are identifiers, not numbers.
const LONGEST: usize = 12;

/// A number in whole millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Exact(i128);

impl Exact {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// A hundred.
    pub const HUNDRED: Self = Self(100 * ONE);

    /// Larger than whatever a text may say.
    pub const ENDLESS: Self = Self(ONE * 1_000_000_000_000_000_000_000_000);

    /// A whole number.
    #[must_use]
    pub fn whole(value: i64) -> Self {
        Self(i128::from(value) * ONE)
    }

    /// So many hundredths.
    #[must_use]
    pub fn hundredths(value: i64) -> Self {
        Self(i128::from(value) * (ONE / 100))
    }

    /// The number of some digits before and after the point; none for more than twelve before or six after it.
    #[must_use]
    pub fn parse(whole: &str, decimals: &str) -> Option<Self> {
        if whole.is_empty() || whole.len() > LONGEST || decimals.len() > 6 {
            return None;
        }
        let digits: i128 = format!("{whole}{decimals}").parse().ok()?;
        Some(Self(digits * Self::place(decimals.len()).0))
    }

    /// What the last of so many decimals is worth: one for none.
    #[must_use]
    pub fn place(decimals: usize) -> Self {
        let zeros = u32::try_from(6_usize.saturating_sub(decimals)).unwrap_or_default();
        Self(10_i128.pow(zeros))
    }

    /// So many times as much.
    #[must_use]
    pub fn times(self, factor: i128) -> Self {
        Self(self.0.saturating_mul(factor))
    }

    /// So many of as many equal parts; what is below a millionth is lost. None for no parts.
    #[must_use]
    pub fn part(self, taken: i64, parts: i64) -> Option<Self> {
        self.0.checked_mul(i128::from(taken))?.checked_div(i128::from(parts)).map(Self)
    }

    /// Half as much; the last millionth is lost.
    #[must_use]
    pub const fn half(self) -> Self {
        Self(self.0 / 2)
    }

    /// A twentieth of it: what "about" allows.
    #[must_use]
    pub const fn twentieth(self) -> Self {
        Self(self.0 / 20)
    }

    /// The sum.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The difference.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// The same below nought.
    #[must_use]
    pub const fn negative(self) -> Self {
        Self(self.0.saturating_neg())
    }

    /// What the last digit that is not a nought is worth, at least `least`.
    #[must_use]
    pub fn last_place(self, least: Self) -> Self {
        let mut place = least.0.max(1);
        while self.0 != 0 && self.0 % place.saturating_mul(10) == 0 {
            place = place.saturating_mul(10);
        }
        Self(place)
    }

    /// The whole numbers whose `share` percent is this count: the least and the greatest, both within. None where the
    /// share is nothing.
    #[must_use]
    pub fn wholes_of(counts: (Self, Self), shares: (Self, Self)) -> Option<(i128, i128)> {
        let hundredfold = |count: Self| count.0.checked_mul(100);
        if shares.0.0 <= 0 || shares.1.0 <= 0 {
            return None;
        }
        let (least, greatest) = (hundredfold(counts.0)?, hundredfold(counts.1)?);
        let low = least.checked_add(shares.1.0 - 1)?.div_euclid(shares.1.0);
        Some((low, greatest.div_euclid(shares.0.0)))
    }

    /// This over `whole` in percent, half up at so many decimals, as printed; none over nothing.
    #[must_use]
    pub fn percent_of(self, whole: Self, decimals: usize) -> Option<String> {
        let decimals = decimals.min(6);
        let scale = 10_i128.checked_pow(u32::try_from(decimals).ok()?)?;
        let doubled = self.0.checked_mul(200)?.checked_mul(scale)?.checked_add(whole.0)?;
        let scaled = doubled.checked_div(whole.0.checked_mul(2)?)?;
        let (whole, rest) = (scaled / scale, scaled % scale);
        Some(if decimals == 0 { whole.to_string() } else { format!("{whole}.{rest:0decimals$}") })
    }

    /// The whole number that it is.
    #[must_use]
    pub fn as_whole(self) -> Option<i64> {
        if self.0 % ONE == 0 { i64::try_from(self.0 / ONE).ok() } else { None }
    }

    /// From a whole number of 128 bits.
    #[must_use]
    pub const fn of(value: i128) -> Self {
        Self(value.saturating_mul(ONE))
    }
}

impl fmt::Display for Exact {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "−" } else { "" };
        let (whole, rest) =
            (self.0.unsigned_abs() / ONE.unsigned_abs(), self.0.unsigned_abs() % ONE.unsigned_abs());
        let decimals = format!("{rest:06}");
        match decimals.trim_end_matches('0') {
            "" => write!(formatter, "{sign}{whole}"),
            decimals => write!(formatter, "{sign}{whole}.{decimals}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_admits_few_wholes() {
        let share = |low, high| (Exact(low), Exact(high));
        let count = (Exact::whole(228), Exact::whole(228));
        assert_eq!(Exact::wholes_of(count, share(67_055_000, 67_065_000)), Some((340, 340)));
        let count = (Exact::whole(1325), Exact::whole(1325));
        assert_eq!(Exact::wholes_of(count, share(75_925_000, 75_935_000)), Some((1745, 1745)));
        let (low, high) = Exact::wholes_of(count, share(75_955_000, 75_965_000)).unwrap();
        assert!(low > high, "no whole has 75.96 percent of 1,325");
        assert_eq!(Exact::wholes_of(count, share(0, 1)), None);
    }

    #[test]
    fn percents_round_half_up() {
        let share =
            |part, whole, decimals| Exact::whole(part).percent_of(Exact::whole(whole), decimals).unwrap();
        assert_eq!(share(228, 340, 2), "67.06");
        assert_eq!(share(1, 8, 1), "12.5");
        assert_eq!(share(1, 8, 0), "13");
        assert_eq!(share(1, 2000, 2), "0.05");
        assert_eq!(Exact::whole(1).percent_of(Exact::ZERO, 2), None);
    }

    #[test]
    fn the_last_place_of_a_round_number_is_large() {
        let place = |value| Exact::whole(value).last_place(Exact::whole(1)).to_string();
        assert_eq!([place(650), place(8000), place(12), place(20_000)], ["10", "1000", "1", "10000"]);
        assert_eq!(Exact::parse("44", "25").unwrap().to_string(), "44.25");
        assert_eq!(Exact::parse("1", "").unwrap().negative().to_string(), "−1");
        assert_eq!(Exact::parse("1234567890123", ""), None);
    }
}

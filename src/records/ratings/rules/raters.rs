//! Several raters: how their scores become one, and how many may have the highest level.

use bigdecimal::{BigDecimal, RoundingMode};

use crate::records::ratings::model::{RaterRule, TopShare};
use crate::records::ratings::rules::StepRefusal;

/// Decimals of what raters' scores become together.
const DECIMALS: i64 = 2;

/// What the scores of several raters in one dimension become: none where too few gave one.
#[must_use]
pub fn mean_of_raters(rule: RaterRule, least: i32, scores: &[BigDecimal]) -> Option<BigDecimal> {
    if usize::try_from(least).is_ok_and(|least| scores.len() < least) {
        return None;
    }
    let mut sorted = scores.to_vec();
    sorted.sort();
    let counted = match rule {
        RaterRule::One | RaterRule::Mean => sorted.as_slice(),
        RaterRule::TrimmedMean => sorted.get(1..sorted.len().checked_sub(1)?)?,
    };
    let number = u64::try_from(counted.len()).ok().filter(|number| *number > 0)?;
    let sum: BigDecimal = counted.iter().sum();
    Some((sum / BigDecimal::from(number)).with_scale_round(DECIMALS, RoundingMode::HalfUp).normalized())
}

/// Which of the scores of one dimension do not count, in the order given: where the highest and the lowest are left out,
/// of equal ones the first is the lowest and the last the highest.
#[must_use]
pub fn left_out(rule: RaterRule, scores: &[BigDecimal]) -> Vec<bool> {
    let places = || scores.iter().enumerate();
    let lowest = places().min_by_key(|(place, score)| (*score, *place)).map(|(place, _)| place);
    let highest = places().max_by_key(|(place, score)| (*score, *place)).map(|(place, _)| place);
    let is_trimmed = rule == RaterRule::TrimmedMean;
    places().map(|(place, _)| is_trimmed && [lowest, highest].contains(&Some(place))).collect()
}

/// Refuses the highest level where more have it than may.
///
/// # Errors
/// `TopFull`.
pub fn refuse_top(share: Option<TopShare>, rated: i64, top: i64) -> Result<(), StepRefusal> {
    match share.map(|share| share.allowed(rated)) {
        Some(allowed) if top > allowed => Err(StepRefusal::TopFull { rated, top, allowed }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::records::ratings::rules::printed;

    fn scores(cents: &[u32]) -> Vec<BigDecimal> {
        cents.iter().map(|cents| BigDecimal::new((*cents).into(), 2)).collect()
    }

    #[test]
    fn raters_become_one() {
        let given = scores(&[1_000, 1_800, 1_900, 2_000]);
        let become_one = |rule, least| mean_of_raters(rule, least, &given).map(|mean| printed(&mean));
        assert_eq!(become_one(RaterRule::Mean, 1).as_deref(), Some("16.75"));
        assert_eq!(become_one(RaterRule::TrimmedMean, 3).as_deref(), Some("18.5"));
        assert_eq!(become_one(RaterRule::Mean, 5), None);
        // A third of ten, rounded half up.
        assert_eq!(mean_of_raters(RaterRule::Mean, 1, &scores(&[100, 100, 101])), Some("1".parse().unwrap()));
    }

    #[test]
    fn the_highest_and_the_lowest_are_left_out_once() {
        let given = scores(&[1_900, 1_000, 2_000, 1_850]);
        assert_eq!(left_out(RaterRule::TrimmedMean, &given), [false, true, true, false]);
        assert_eq!(left_out(RaterRule::Mean, &given), [false; 4]);
        assert_eq!(left_out(RaterRule::TrimmedMean, &scores(&[100, 100, 100])), [true, false, true]);
        assert_eq!(left_out(RaterRule::TrimmedMean, &[]), Vec::<bool>::new());
    }

    #[test]
    fn a_third_is_rounded_down() {
        let third = Some(TopShare { numerator: 1, denominator: 3 });
        for (rated, allowed) in [(0, 0), (1, 0), (2, 0), (3, 1), (5, 1), (6, 2), (100, 33)] {
            assert!(refuse_top(third, rated, allowed).is_ok(), "{rated}");
            assert!(refuse_top(third, rated, allowed + 1).is_err(), "{rated}");
        }
        assert!(refuse_top(None, 1, 1).is_ok());
    }

    proptest! {
        #[test]
        fn the_mean_is_bounded_monotone_and_blind_to_order(
            cents in proptest::collection::vec(0u32..=2_000, 3..9), place in 0usize..9, more in 0u32..=2_000,
            trimmed in any::<bool>(),
        ) {
            let rule = if trimmed { RaterRule::TrimmedMean } else { RaterRule::Mean };
            let mean = mean_of_raters(rule, 3, &scores(&cents)).unwrap();
            let counted: Vec<BigDecimal> = scores(&cents)
                .into_iter()
                .zip(left_out(rule, &scores(&cents)))
                .filter_map(|(score, is_left_out)| (!is_left_out).then_some(score))
                .collect();
            prop_assert_eq!(&mean_of_raters(RaterRule::Mean, 1, &counted).unwrap(), &mean);
            let (least, most) = (cents.iter().min().unwrap(), cents.iter().max().unwrap());
            prop_assert!(mean >= scores(&[*least])[0] && mean <= scores(&[*most])[0]);
            let mut other = cents.clone();
            other.reverse();
            prop_assert_eq!(mean_of_raters(rule, 3, &scores(&other)).unwrap(), mean.clone());
            let place = place % cents.len();
            other = cents.clone();
            other[place] = other[place].max(more);
            prop_assert!(mean_of_raters(rule, 3, &scores(&other)).unwrap() >= mean);
        }
    }
}

//! Scores, deductions and totals: plain decimal numbers, exact.

use bigdecimal::{BigDecimal, RoundingMode, Signed, Zero};

use crate::base::values::{excerpt, half_width};
use crate::records::assessments::model::{Indicator, Scheme, Scores};

/// Why a text is no score or deduction of an indicator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MarkRefusal {
    /// No number.
    #[error("{indicator}“{given}”不是{what}，请填写0至{full}的数字")]
    NotANumber {
        /// The indicator's name.
        indicator: String,
        /// 分数 or 扣分.
        what: &'static str,
        /// What was given.
        given: String,
        /// Full marks.
        full: String,
    },
    /// Below nought.
    #[error("{indicator}“{given}”是负数，{what}最低为0，请填写0至{full}的数字")]
    Negative {
        /// The indicator's name.
        indicator: String,
        /// 分数 or 扣分.
        what: &'static str,
        /// What was given.
        given: String,
        /// Full marks.
        full: String,
    },
    /// Above full marks.
    #[error("{indicator}“{given}”超过满分{full}，请填写0至{full}的数字")]
    OverFullMarks {
        /// The indicator's name.
        indicator: String,
        /// What was given.
        given: String,
        /// Full marks.
        full: String,
    },
    /// More decimals than the scheme allows.
    #[error("{indicator}“{given}”的小数位数太多，本方案{allowed}，请重新填写")]
    TooManyDecimals {
        /// The indicator's name.
        indicator: String,
        /// What was given.
        given: String,
        /// How many the scheme allows, in words.
        allowed: &'static str,
    },
}

/// The longest number that is worth reading.
const LONGEST: usize = 20;

/// Takes a score: `18`, `18.5`, also in full-width digits; trailing noughts do not count as decimals.
///
/// # Errors
/// No number, below nought, above full marks, or more decimals than the scheme allows.
pub fn parse_score(scheme: &Scheme, indicator: &Indicator, input: &str) -> Result<BigDecimal, MarkRefusal> {
    parse(scheme, indicator, "分数", input)
}

/// Takes a deduction, and answers the score that it leaves.
///
/// # Errors
/// As [`parse_score`].
pub fn parse_deduction(
    scheme: &Scheme,
    indicator: &Indicator,
    input: &str,
) -> Result<BigDecimal, MarkRefusal> {
    let deduction = parse(scheme, indicator, "扣分", input)?;
    Ok((&indicator.full_marks - deduction).normalized())
}

fn parse(
    scheme: &Scheme,
    indicator: &Indicator,
    what: &'static str,
    input: &str,
) -> Result<BigDecimal, MarkRefusal> {
    let text = half_width(input);
    let text = text.trim();
    let (name, given, full) =
        (|| indicator.name.clone(), || excerpt(input.trim()), || printed(&indicator.full_marks));
    let refuse = || MarkRefusal::NotANumber { indicator: name(), what, given: given(), full: full() };
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if digits.len() > LONGEST || !is_number(whole) || !is_number(decimals) {
        return Err(refuse());
    }
    let value = text.parse::<BigDecimal>().map_err(|_| refuse())?;
    if value.is_negative() && !value.is_zero() {
        return Err(MarkRefusal::Negative { indicator: name(), what, given: given(), full: full() });
    }
    if value > indicator.full_marks {
        return Err(MarkRefusal::OverFullMarks { indicator: name(), given: given(), full: full() });
    }
    if value.normalized().fractional_digit_count() > i64::from(scheme.decimals) {
        let allowed = match scheme.decimals {
            0 => "只能填写整数",
            1 => "最多一位小数",
            _ => "最多两位小数",
        };
        return Err(MarkRefusal::TooManyDecimals { indicator: name(), given: given(), allowed });
    }
    Ok(value.abs().normalized())
}

/// Sum of score times weight, rounded half up to two decimals; none while an indicator has no score.
#[must_use]
pub fn total(scheme: &Scheme, scores: &Scores) -> Option<BigDecimal> {
    let mut sum = BigDecimal::zero();
    for indicator in &scheme.indicators {
        sum += scores.get(&indicator.id)? * &indicator.weight;
    }
    Some(sum.with_scale_round(2, RoundingMode::HalfUp))
}

/// A number as people write it: no exponent, no trailing noughts.
#[must_use]
pub fn printed(value: &BigDecimal) -> String {
    value.normalized().to_plain_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::records::assessments::rules::scheme::samples::{decimal, four};

    fn parsed(input: &str) -> Result<String, String> {
        let scheme = four();
        parse_score(&scheme, &scheme.indicators[0], input)
            .map(|score| printed(&score))
            .map_err(|refusal| refusal.to_string())
    }

    #[test]
    fn plain_numbers_up_to_full_marks_are_taken() {
        for (input, value) in
            [("40", "40"), (" 39.5 ", "39.5"), ("３９．５", "39.5"), ("0", "0"), ("-0", "0"), ("8.50", "8.5")]
        {
            assert_eq!(parsed(input).as_deref(), Ok(value), "{input}");
        }
    }

    #[test]
    fn everything_else_is_refused_by_name_value_rule_and_way_out() {
        assert_eq!(parsed("优").unwrap_err(), "基层党建“优”不是分数，请填写0至40的数字");
        assert_eq!(parsed("-1").unwrap_err(), "基层党建“-1”是负数，分数最低为0，请填写0至40的数字");
        assert_eq!(parsed("40.1").unwrap_err(), "基层党建“40.1”超过满分40，请填写0至40的数字");
        assert_eq!(
            parsed("18.25").unwrap_err(),
            "基层党建“18.25”的小数位数太多，本方案最多一位小数，请重新填写"
        );
        for odd in ["", "1e1", "+5", ".5", "5.", "1,0", "0x5", "NaN", "∞", "1.2.3", "--1"] {
            assert!(parsed(odd).unwrap_err().contains("不是分数"), "{odd}");
        }
        assert!(parsed(&"9".repeat(400)).unwrap_err().contains("不是分数"));
    }

    #[test]
    fn a_deduction_leaves_the_rest_of_full_marks() {
        let scheme = four();
        let left = |input: &str| {
            parse_deduction(&scheme, &scheme.indicators[0], input)
                .map(|score| printed(&score))
                .map_err(|refusal| refusal.to_string())
        };
        assert_eq!(left("1.5").as_deref(), Ok("38.5"));
        assert_eq!((left("0").as_deref(), left("40").as_deref()), (Ok("40"), Ok("0")));
        assert_eq!(left("40.5").unwrap_err(), "基层党建“40.5”超过满分40，请填写0至40的数字");
        assert_eq!(left("-2").unwrap_err(), "基层党建“-2”是负数，扣分最低为0，请填写0至40的数字");
    }

    #[test]
    fn there_is_no_total_while_a_score_is_missing() {
        let scheme = four();
        let mut scores = Scores::new();
        for (indicator, score) in scheme.indicators.iter().zip(["38.5", "30", "20"]) {
            scores.insert(indicator.id, decimal(score));
        }
        assert_eq!(total(&scheme, &scores), None);
        scores.insert(scheme.indicators[3].id, decimal("9"));
        assert_eq!(printed(&total(&scheme, &scores).unwrap()), "97.5");
    }

    proptest! {
        /// More marks in one indicator never make the total smaller, and nobody passes a hundred.
        #[test]
        fn totals_are_bounded_and_rise_with_every_score(marks in proptest::collection::vec(0_u32..=100, 4), more in 0_usize..4) {
            let scheme = four();
            let scores = |marks: &[u32]| -> Scores {
                scheme.indicators.iter().zip(marks)
                    .map(|(indicator, mark)| (indicator.id, &indicator.full_marks * BigDecimal::from(*mark) / 100))
                    .collect()
            };
            let before = total(&scheme, &scores(&marks)).unwrap();
            let mut raised = marks.clone();
            raised[more] = (raised[more] + 7).min(100);
            let after = total(&scheme, &scores(&raised)).unwrap();
            prop_assert!(before >= BigDecimal::zero() && after >= before && after <= 100);
        }
    }
}

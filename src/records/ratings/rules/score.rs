//! A score as typed: a plain decimal number from nought to the dimension's maximum.

use bigdecimal::{BigDecimal, Signed, Zero};

use crate::base::values::{excerpt, half_width};
use crate::records::ratings::model::{Dimension, Scheme};
use crate::records::ratings::rules::printed;

/// Why a text is no score of a dimension.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScoreRefusal {
    /// No number.
    #[error("{dimension}“{given}”不是分数，请填写0至{maximum}的数字")]
    NotANumber {
        /// The dimension's name.
        dimension: String,
        /// What was given.
        given: String,
        /// The dimension's maximum.
        maximum: String,
    },
    /// Below nought.
    #[error("{dimension}“{given}”是负数，分数最低为0，请填写0至{maximum}的数字")]
    Negative {
        /// The dimension's name.
        dimension: String,
        /// What was given.
        given: String,
        /// The dimension's maximum.
        maximum: String,
    },
    /// Above the maximum.
    #[error("{dimension}“{given}”超过满分{maximum}，请填写0至{maximum}的数字")]
    OverMaximum {
        /// The dimension's name.
        dimension: String,
        /// What was given.
        given: String,
        /// The dimension's maximum.
        maximum: String,
    },
    /// More decimals than the scheme allows.
    #[error("{dimension}“{given}”的小数位数太多，本方案{allowed}，请重新填写")]
    TooManyDecimals {
        /// The dimension's name.
        dimension: String,
        /// What was given.
        given: String,
        /// How many the scheme allows, in words.
        allowed: &'static str,
    },
}

/// The longest number that is worth reading: more digits than any maximum and scale have.
const LONGEST: usize = 20;

/// Takes `18`, `18.5`, also in full-width digits; trailing noughts do not count as decimals.
///
/// # Errors
/// No number, below nought, above the dimension's maximum, or more decimals than the scheme allows.
pub fn parse_score(scheme: &Scheme, dimension: &Dimension, input: &str) -> Result<BigDecimal, ScoreRefusal> {
    let text = half_width(input);
    let text = text.trim();
    let name = || dimension.name.clone();
    let given = || excerpt(input.trim());
    let maximum = || printed(&dimension.maximum);
    let refuse = || ScoreRefusal::NotANumber { dimension: name(), given: given(), maximum: maximum() };
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if digits.len() > LONGEST || !is_number(whole) || !is_number(decimals) {
        return Err(refuse());
    }
    let value = text.parse::<BigDecimal>().map_err(|_| refuse())?;
    if value.is_negative() && !value.is_zero() {
        return Err(ScoreRefusal::Negative { dimension: name(), given: given(), maximum: maximum() });
    }
    if value > dimension.maximum {
        return Err(ScoreRefusal::OverMaximum { dimension: name(), given: given(), maximum: maximum() });
    }
    if value.normalized().fractional_digit_count() > i64::from(scheme.decimals) {
        let allowed = match scheme.decimals {
            0 => "只能填写整数",
            1 => "最多一位小数",
            _ => "最多两位小数",
        };
        return Err(ScoreRefusal::TooManyDecimals { dimension: name(), given: given(), allowed });
    }
    Ok(value.abs().normalized())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::ratings::rules::scheme::samples::five_dimensions;

    fn parsed(input: &str) -> Result<String, String> {
        let scheme = five_dimensions();
        parse_score(&scheme, &scheme.dimensions[0], input)
            .map(|value| printed(&value))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn plain_numbers_are_taken() {
        for (input, value) in [
            ("18", "18"),
            (" 18.5 ", "18.5"),
            ("１８．５", "18.5"),
            ("20.000", "20"),
            ("0", "0"),
            ("-0", "0"),
        ] {
            assert_eq!(parsed(input).as_deref(), Ok(value), "{input}");
        }
    }

    #[test]
    fn everything_else_is_refused_by_name_value_rule_and_way_out() {
        assert_eq!(parsed("优").unwrap_err(), "思想政治“优”不是分数，请填写0至20的数字");
        assert_eq!(parsed("-1").unwrap_err(), "思想政治“-1”是负数，分数最低为0，请填写0至20的数字");
        assert_eq!(parsed("20.5").unwrap_err(), "思想政治“20.5”超过满分20，请填写0至20的数字");
        assert_eq!(
            parsed("18.25").unwrap_err(),
            "思想政治“18.25”的小数位数太多，本方案最多一位小数，请重新填写"
        );
        for odd in ["", "1e1", "+5", ".5", "5.", "1,0", "0x5", "NaN", "∞", "1.2.3", "--1", "18分"] {
            assert!(parsed(odd).unwrap_err().contains("不是分数"), "{odd}");
        }
        assert!(parsed(&"9".repeat(400)).unwrap_err().contains("不是分数"));
    }
}

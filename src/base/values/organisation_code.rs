//! The code of an organisation: a division's statistical code, or a Party organisation's below it.

use serde::{Deserialize, Serialize};

use super::text::{excerpt, half_width};

/// A code: 6 (county), 9 (town) or 12 digits (village, community) for a division; for a Party organisation
/// its division's code, a hyphen and 1 to 8 capital letters or digits: `420323101201-ZB01`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OrganisationCode(String);

/// Why a text is no organisation code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrganisationCodeError {
    /// Nothing was given.
    #[error("组织代码没有填写；请填写统计用区划代码，党组织在其后加短横线和编号，如420323101201-ZB01")]
    Empty,
    /// A number that a spreadsheet turned into a float.
    #[error("组织代码“{given}”是科学计数法或小数，末几位可能已经丢失；请把该列设为文本格式后重新录入")]
    Float {
        /// What was given.
        given: String,
    },
    /// The part before the hyphen is not 6, 9 or 12 digits.
    #[error(
        "组织代码“{given}”的区划部分应为6位（县）、9位（乡镇）或12位（村、社区）数字且首位不为0；请按统计用区划代码核对"
    )]
    Division {
        /// What was given.
        given: String,
    },
    /// The part after the hyphen is not 1 to 8 capitals or digits.
    #[error("组织代码“{given}”短横线后应为1至8位大写字母或数字，如420323101201-ZB01；请核对")]
    Suffix {
        /// What was given.
        given: String,
    },
}

impl OrganisationCode {
    /// Takes a code; full-width characters become half-width and small letters capitals.
    ///
    /// # Errors
    /// When either part is not of the form above.
    pub fn parse(input: &str) -> Result<Self, OrganisationCodeError> {
        let code = half_width(input).trim().to_uppercase();
        if code.is_empty() {
            return Err(OrganisationCodeError::Empty);
        }
        let given = || excerpt(&code);
        if code.contains('.') && code.parse::<f64>().is_ok() {
            return Err(OrganisationCodeError::Float { given: given() });
        }
        let (division, suffix) = match code.split_once('-') {
            Some((division, suffix)) => (division, Some(suffix)),
            None => (code.as_str(), None),
        };
        let is_division = matches!(division.len(), 6 | 9 | 12)
            && division.bytes().all(|byte| byte.is_ascii_digit())
            && !division.starts_with('0');
        if !is_division {
            return Err(OrganisationCodeError::Division { given: given() });
        }
        if let Some(suffix) = suffix {
            let fits = (1..=8).contains(&suffix.len())
                && suffix.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
            if !fits {
                return Err(OrganisationCodeError::Suffix { given: given() });
            }
        }
        Ok(Self(code))
    }

    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The county: the first six digits.
    #[must_use]
    pub fn county(&self) -> &str {
        self.0.get(..6).unwrap_or_default()
    }

    /// The division: all before the hyphen.
    #[must_use]
    pub fn division(&self) -> &str {
        self.0.split('-').next().unwrap_or_default()
    }

    /// What follows the hyphen, for a Party organisation.
    #[must_use]
    pub fn suffix(&self) -> Option<&str> {
        self.0.split_once('-').map(|(_, suffix)| suffix)
    }

    /// Whether it is a division's code (no hyphen).
    #[must_use]
    pub fn is_division(&self) -> bool {
        self.suffix().is_none()
    }
}

parsed_text!(OrganisationCode, OrganisationCodeError);
readable_text!(OrganisationCode);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_code_knows_its_parts() {
        let branch = OrganisationCode::parse(" 420323101201-zb01").unwrap();
        assert_eq!(branch.as_str(), "420323101201-ZB01");
        assert_eq!(branch.county(), "420323");
        assert_eq!(branch.division(), "420323101201");
        assert_eq!(branch.suffix(), Some("ZB01"));
        assert!(!branch.is_division());
        assert!(OrganisationCode::parse("５００２３７").unwrap().is_division());
    }

    #[test]
    fn each_mistake_has_its_own_sentence() {
        let refused = |input| OrganisationCode::parse(input).unwrap_err().to_string();
        assert!(refused("").contains("没有填写"));
        assert!(refused("4.20323E+11").contains("科学计数法"));
        for odd in ["42032", "4203231012", "042032", "42032A", "-ZB01", "420 323"] {
            assert!(refused(odd).contains("区划部分"), "{odd}");
        }
        for odd in ["420323-", "420323-ZB-1", "420323-支部", "420323-ABCDEFGH9"] {
            assert!(refused(odd).contains("短横线后"), "{odd}");
        }
    }

    proptest! {
        #[test]
        fn a_code_comes_out_as_it_went_in(code in "[1-9][0-9]{5}([0-9]{3}([0-9]{3})?)?(-[A-Z0-9]{1,8})?") {
            let parsed = OrganisationCode::parse(&code).unwrap();
            prop_assert_eq!(parsed.as_str(), &code);
            prop_assert!(code.starts_with(parsed.division()) && parsed.division().starts_with(parsed.county()));
        }
    }
}

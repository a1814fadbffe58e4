//! A mobile telephone number of mainland China.

use std::fmt;

use serde::Deserialize;

use super::telephone::digits_only;
use super::text::excerpt;

const LENGTH: usize = 11;

/// Eleven digits, the first `1`, the second 3 to 9. It reaches a person: no `Display`, `Debug` is the mask.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct MobileNumber(String);

/// Why a text is no mobile number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MobileNumberError {
    /// Nothing was given.
    #[error("手机号码没有填写；请录入11位手机号码，没有手机请留空")]
    Empty,
    /// A number that a spreadsheet turned into a float.
    #[error("手机号码是科学计数法或小数，表格把它当成数字保存；请把该列设为文本格式后重新录入")]
    Float,
    /// A character that is no digit.
    #[error("手机号码第{position}位“{character}”不是数字；只填一个11位手机号码，其他号码请写在备注")]
    NotADigit {
        /// Position, from 1.
        position: usize,
        /// The character.
        character: String,
    },
    /// Not 11 digits.
    #[error("手机号码应为11位数字，现为{length}位；请核对，座机请填在固定电话")]
    Length {
        /// Digits given.
        length: usize,
    },
    /// No number range of a mobile operator.
    #[error("手机号码应以13至19开头，现以{start}开头；请核对前两位，座机请填在固定电话")]
    Range {
        /// The first two digits.
        start: String,
    },
}

impl MobileNumber {
    /// Takes 11 digits. Full-width digits, blanks and hyphens between groups, and `+86` or `86` in front are
    /// ways to write the same number and are taken away.
    ///
    /// # Errors
    /// One sentence for each way to be wrong; the sentences do not repeat the number.
    pub fn parse(input: &str) -> Result<Self, MobileNumberError> {
        let digits = digits_only(input);
        if digits.is_empty() {
            return Err(MobileNumberError::Empty);
        }
        if digits.contains(['.', 'E', 'e']) && digits.parse::<f64>().is_ok() {
            return Err(MobileNumberError::Float);
        }
        for (character, position) in digits.chars().zip(1..) {
            if !character.is_ascii_digit() {
                return Err(MobileNumberError::NotADigit {
                    position,
                    character: excerpt(&character.to_string()),
                });
            }
        }
        let number = match digits.strip_prefix("86") {
            Some(rest) if rest.len() == LENGTH => rest,
            _ => digits.as_str(),
        };
        if number.len() != LENGTH {
            return Err(MobileNumberError::Length { length: number.len() });
        }
        if !matches!(number.as_bytes(), [b'1', b'3'..=b'9', ..]) {
            return Err(MobileNumberError::Range { start: number.chars().take(2).collect() });
        }
        Ok(Self(number.to_owned()))
    }

    /// The 11 digits. For encryption and the keyed look-up only.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first three and the last four digits, four stars between.
    #[must_use]
    pub fn masked(&self) -> String {
        super::telephone::mask(&self.0)
    }
}

impl fmt::Debug for MobileNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "MobileNumber({})", self.masked())
    }
}

parsed_text!(MobileNumber, MobileNumberError);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ways_to_write_a_number_are_one_number() {
        for given in [
            "13812345678",
            " 138 1234 5678",
            "138-1234-5678",
            "+86 13812345678",
            "8613812345678",
            "１３８１２３４５６７８",
        ] {
            assert_eq!(MobileNumber::parse(given).unwrap().as_str(), "13812345678");
        }
    }

    #[test]
    fn the_mask_keeps_three_and_four() {
        let number = MobileNumber::parse("13812345678").unwrap();
        assert_eq!(number.masked(), "138****5678");
        assert_eq!(format!("{number:?}"), "MobileNumber(138****5678)");
    }

    #[test]
    fn each_mistake_has_its_own_sentence() {
        let refused = |input| MobileNumber::parse(input).unwrap_err();
        assert_eq!(refused(" "), MobileNumberError::Empty);
        assert_eq!(refused("1.38E+10"), MobileNumberError::Float);
        assert_eq!(refused("1381234567"), MobileNumberError::Length { length: 10 });
        assert_eq!(refused("12812345678"), MobileNumberError::Range { start: "12".to_owned() });
        assert_eq!(
            refused("13812345678/13912345678"),
            MobileNumberError::NotADigit { position: 12, character: "/".to_owned() }
        );
    }

    proptest! {
        #[test]
        fn any_text_gets_an_answer(text in "\\PC{0,16}") {
            if let Ok(number) = MobileNumber::parse(&text) {
                prop_assert_eq!(MobileNumber::parse(number.as_str()), Ok(number));
            }
        }
    }
}

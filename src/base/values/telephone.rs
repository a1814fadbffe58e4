//! A telephone number of any kind: landline with or without area code, service number, mobile.

use std::fmt;

use serde::Deserialize;

use super::text::{excerpt, half_width};

const SHORTEST: usize = 7;
const LONGEST: usize = 12;

/// Seven to twelve digits. It reaches a person: no `Display`, `Debug` is the mask.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct Telephone(String);

/// Why a text is no telephone number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TelephoneError {
    /// Nothing was given.
    #[error("固定电话没有填写；请录入7至12位数字，没有电话请留空")]
    Empty,
    /// A number that a spreadsheet turned into a float.
    #[error("固定电话是科学计数法或小数；请把该列设为文本格式或整数后重新录入")]
    Float,
    /// A character that is no digit.
    #[error("固定电话第{position}位“{character}”不是数字；只填一个号码（如0717-1234567），分机号请写在备注")]
    NotADigit {
        /// Position, from 1.
        position: usize,
        /// The character.
        character: String,
    },
    /// Fewer than 7 or more than 12 digits.
    #[error("固定电话应为7至12位数字，现为{length}位；请核对，分机号请写在备注")]
    Length {
        /// Digits given.
        length: usize,
    },
}

impl Telephone {
    /// Takes 7 to 12 digits, as `07171234567`, `0717-1234567` or `(0717)1234567`: hyphens, brackets and
    /// blanks are not kept, so that one number is one value.
    ///
    /// # Errors
    /// One sentence for each way to be wrong; the sentences do not repeat the number.
    pub fn parse(input: &str) -> Result<Self, TelephoneError> {
        let digits: String =
            digits_only(input).chars().filter(|character| !matches!(character, '(' | ')')).collect();
        if digits.is_empty() {
            return Err(TelephoneError::Empty);
        }
        if digits.contains(['.', 'E', 'e']) && digits.parse::<f64>().is_ok() {
            return Err(TelephoneError::Float);
        }
        for (character, position) in digits.chars().zip(1..) {
            if !character.is_ascii_digit() {
                return Err(TelephoneError::NotADigit {
                    position,
                    character: excerpt(&character.to_string()),
                });
            }
        }
        if !(SHORTEST..=LONGEST).contains(&digits.len()) {
            return Err(TelephoneError::Length { length: digits.len() });
        }
        Ok(Self(digits))
    }

    /// The digits. For encryption and the keyed look-up only.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first three and the last four digits with stars between; of a number of seven digits, where that
    /// would be all, only the first three.
    #[must_use]
    pub fn masked(&self) -> String {
        mask(&self.0)
    }
}

impl fmt::Debug for Telephone {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Telephone({})", self.masked())
    }
}

parsed_text!(Telephone, TelephoneError);

/// Half-width, without blanks, hyphens and a leading `+`.
pub(super) fn digits_only(input: &str) -> String {
    let text = half_width(input);
    let text = text.trim();
    text.strip_prefix('+')
        .unwrap_or(text)
        .chars()
        .filter(|character| {
            !character.is_whitespace()
                && !matches!(character, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe63}')
        })
        .collect()
}

pub(super) fn mask(digits: &str) -> String {
    let hidden = digits.len().saturating_sub(7);
    let first = digits.get(..3).unwrap_or_default();
    match digits.get(digits.len().saturating_sub(4)..) {
        Some(last) if hidden > 0 => format!("{first}{}{last}", "*".repeat(hidden)),
        _ => format!("{first}****"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ways_to_write_a_number_are_one_number() {
        for given in ["0717-1234567", "07171234567", "(0717) 1234567", "０７１７—１２３４５６７"]
        {
            assert_eq!(Telephone::parse(given).unwrap().as_str(), "07171234567");
        }
        assert_eq!(Telephone::parse("1234567").unwrap().as_str(), "1234567");
        assert_eq!(Telephone::parse("4008001234").unwrap().as_str(), "4008001234");
    }

    #[test]
    fn the_mask_never_shows_the_whole_number() {
        let masked = |input| Telephone::parse(input).unwrap().masked();
        assert_eq!(masked("0717-1234567"), "071****4567");
        assert_eq!(masked("12345678"), "123*5678");
        assert_eq!(masked("1234567"), "123****");
    }

    #[test]
    fn each_mistake_has_its_own_sentence() {
        let refused = |input| Telephone::parse(input).unwrap_err();
        assert_eq!(refused(""), TelephoneError::Empty);
        assert_eq!(refused("7.17E+09"), TelephoneError::Float);
        assert_eq!(refused("123456"), TelephoneError::Length { length: 6 });
        assert_eq!(refused("0717-1234567-8001"), TelephoneError::Length { length: 15 });
        assert_eq!(
            refused("0717-1234567转8"),
            TelephoneError::NotADigit { position: 12, character: "转".to_owned() }
        );
    }

    proptest! {
        #[test]
        fn a_mask_hides_at_least_one_digit(number in "[0-9]{7,12}") {
            let telephone = Telephone::parse(&number).unwrap();
            prop_assert!(telephone.masked().contains('*'));
            prop_assert!(!telephone.masked().contains(&number));
        }
    }
}

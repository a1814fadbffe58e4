//! The unified social credit code (统一社会信用代码, GB 32100-2015).

use serde::{Deserialize, Serialize};

use super::text::{excerpt, half_width};

/// Digits and capital letters without I, O, S, V, Z, in the order of their values.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const LENGTH: usize = 18;

/// A code of 18 characters: registration department, kind, six-digit division, nine characters of the
/// organisation, check character.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SocialCreditCode(String);

/// Why a text is no unified social credit code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SocialCreditCodeError {
    /// Nothing was given.
    #[error("统一社会信用代码没有填写；请按证书录入18位代码，没有证书请留空")]
    Empty,
    /// A number that a spreadsheet turned into a float.
    #[error("统一社会信用代码是科学计数法或小数，末几位已经丢失；请把该列设为文本格式后重新录入")]
    Float,
    /// Not 18 characters.
    #[error(
        "统一社会信用代码“{given}”有{length}位，应为18位；请按证书核对（旧的15位注册号、9位组织机构代码不再使用）"
    )]
    Length {
        /// What was given.
        given: String,
        /// Characters given.
        length: usize,
    },
    /// A character outside the alphabet.
    #[error(
        "统一社会信用代码“{given}”第{position}位“{character}”不可用，只能是数字和除I、O、S、V、Z外的大写字母；请按证书核对"
    )]
    Character {
        /// What was given.
        given: String,
        /// Position, from 1.
        position: usize,
        /// The character.
        character: char,
    },
    /// The division is not six digits.
    #[error("统一社会信用代码“{given}”第3至8位应为登记机关的6位行政区划数字；请按证书核对")]
    Division {
        /// What was given.
        given: String,
    },
    /// The check character does not fit.
    #[error("统一社会信用代码“{given}”校验码不对，第18位与前17位不符，至少有一位录错；请按证书逐位核对")]
    CheckCharacter {
        /// What was given.
        given: String,
    },
}

impl SocialCreditCode {
    /// Takes 18 characters; full-width characters become half-width and small letters capitals.
    ///
    /// # Errors
    /// Wrong length, alphabet, division or check character.
    pub fn parse(input: &str) -> Result<Self, SocialCreditCodeError> {
        let code = half_width(input).trim().to_uppercase();
        let given = || excerpt(&code);
        if code.is_empty() {
            return Err(SocialCreditCodeError::Empty);
        }
        if code.contains('.') && code.parse::<f64>().is_ok() {
            return Err(SocialCreditCodeError::Float);
        }
        let length = code.chars().count();
        if length != LENGTH {
            return Err(SocialCreditCodeError::Length { given: given(), length });
        }
        for (character, position) in code.chars().zip(1..) {
            if value_of(character).is_none() {
                return Err(SocialCreditCodeError::Character { given: given(), position, character });
            }
        }
        let division = code.get(2..8).unwrap_or_default();
        if !division.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(SocialCreditCodeError::Division { given: given() });
        }
        if code.chars().next_back() != check_character(&code) {
            return Err(SocialCreditCodeError::CheckCharacter { given: given() });
        }
        Ok(Self(code))
    }

    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

parsed_text!(SocialCreditCode, SocialCreditCodeError);
readable_text!(SocialCreditCode);

fn value_of(character: char) -> Option<usize> {
    ALPHABET.iter().position(|letter| char::from(*letter) == character)
}

/// The weight of place i (from 0) is 3^i mod 31; the check value is what is missing to a multiple of 31.
fn check_character(code: &str) -> Option<char> {
    let mut weight = 1;
    let mut sum = 0;
    for character in code.chars().take(LENGTH - 1) {
        sum += value_of(character)? * weight;
        weight = weight * 3 % 31;
    }
    let index = (31 - sum % 31) % 31;
    ALPHABET.get(index).map(|letter| char::from(*letter))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn valid_codes_are_taken_also_those_with_check_character_zero() {
        for given in [
            "91350100M000100Y43",
            "91110000600037341L",
            "115002371107043410",
            // Check characters from python-stdnum 2.2 (`cn.uscc.calc_check_digit`).
            "113774593FQEFLCR6N",
            "116215540WTCDKQQ0J",
            "111334060LH0YWCM61",
            "51140451G7QEYFH7BT",
        ] {
            assert_eq!(SocialCreditCode::parse(given).unwrap().as_str(), given);
        }
        assert!(SocialCreditCode::parse(" 91350100m000100y43").is_ok());
    }

    #[test]
    fn each_mistake_has_its_own_sentence() {
        let refused = |input| SocialCreditCode::parse(input).unwrap_err().to_string();
        assert!(refused("").contains("没有填写"));
        assert!(refused("1.15002E+17").contains("科学计数法"));
        assert!(refused("91350100M000100Y4").contains("有17位，应为18位"));
        assert!(refused("91350100M0001O0Y43").contains("第14位“O”不可用"));
        assert!(refused("91A50100M000100Y43").contains("第3至8位"));
        assert!(refused("91350100M000100Y44").contains("校验码不对"));
    }

    proptest! {
        #[test]
        fn one_wrong_character_is_always_found(body in "[159][12][0-9]{6}[0-9A-HJ-NPQRTUWXY]{9}", position in 0usize..18, shift in 1usize..31) {
            let mut code = body;
            code.push(check_character(&code).unwrap());
            prop_assert!(SocialCreditCode::parse(&code).is_ok());
            let mut letters: Vec<char> = code.chars().collect();
            let wrong = (value_of(letters[position]).unwrap() + shift) % 31;
            letters[position] = char::from(ALPHABET[wrong]);
            let wrong: String = letters.into_iter().collect();
            prop_assert!(SocialCreditCode::parse(&wrong).is_err());
        }
    }
}

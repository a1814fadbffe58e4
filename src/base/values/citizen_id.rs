//! The citizen identity number (公民身份号码, GB 11643): 18 characters with a check digit.

use std::fmt;

use chrono::NaiveDate;
use serde::Deserialize;

use super::Sex;
use super::text::{excerpt, half_width, is_invisible, name_of_invisible};

const LENGTH: usize = 18;
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK_CHARACTERS: &[u8; 11] = b"10X98765432";
/// The earliest birth year taken: nobody older is alive, and 15-digit numbers know no other century.
const FIRST_YEAR: i32 = 1900;

/// A valid citizen identity number.
///
/// It identifies a person, so it has no `Display` and no `Serialize`, and `Debug` shows the mask. The
/// address code (first six digits) is not checked against any table: counties were merged and renamed, and
/// people were born before theirs was founded, so a look-up may hint but never refuse.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct CitizenId {
    number: String,
    birth_date: NaiveDate,
}

/// Why a text is no citizen identity number. The sentences never repeat the number, nor the check digit
/// that would make it valid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CitizenIdError {
    /// Nothing was given.
    #[error("公民身份号码没有填写，请按居民身份证录入18位号码")]
    Empty,
    /// A number that a spreadsheet turned into a float.
    #[error(
        "公民身份号码是科学计数法或小数，说明表格把它当成数字保存，末几位已经丢失；请把该列设为文本格式后按证件重新录入"
    )]
    Float,
    /// Blanks between the digits.
    #[error("公民身份号码第{position}位前后有空格，应为连续18位；请删去空格")]
    Blank {
        /// Position of the blank, from 1.
        position: usize,
    },
    /// A character that cannot be seen.
    #[error("公民身份号码第{position}位是看不见的{name}，应为数字；请删去后重新录入")]
    Invisible {
        /// Position, from 1.
        position: usize,
        /// What it is.
        name: String,
    },
    /// A visible character that is no digit.
    #[error("公民身份号码第{position}位“{character}”不是数字，只有最后一位可以是X；请按居民身份证核对")]
    NotADigit {
        /// Position, from 1.
        position: usize,
        /// The character found.
        character: String,
    },
    /// Neither 18 nor 15 characters.
    #[error("公民身份号码应为18位，现为{length}位；请按居民身份证补全或删去多余的数字（旧证可填15位）")]
    Length {
        /// Characters given.
        length: usize,
    },
    /// The address code starts with 0 or 9.
    #[error("公民身份号码前六位不是行政区划代码（首位应为1至8）；请按居民身份证核对前六位")]
    Address,
    /// Birth date that is not in the calendar.
    #[error("公民身份号码第7至14位{given}不是日历上的日期，出生日期有误；请按居民身份证核对这八位")]
    BirthDate {
        /// Year, month and day as written.
        given: String,
    },
    /// Birth year before 1900.
    #[error("公民身份号码中的出生年份{year}早于1900年；请按居民身份证核对第7至10位")]
    BornTooEarly {
        /// The year.
        year: i32,
    },
    /// Born after the day of entry.
    #[error("公民身份号码中的出生日期{birth_date}晚于今天；请按居民身份证核对第7至14位")]
    BornInFuture {
        /// The birth date.
        birth_date: NaiveDate,
    },
    /// The serial number 000 is never given out.
    #[error("公民身份号码的顺序码（第15至17位）不能是000；请按居民身份证核对")]
    Serial,
    /// The check digit does not fit.
    #[error("公民身份号码校验码不对，第18位与前17位不符，至少有一位录错；请按居民身份证逐位核对")]
    CheckDigit,
    /// The check digit does not fit, and the end looks cut off by a spreadsheet.
    #[error(
        "公民身份号码校验码不对，且末三位都是0，很可能是表格按数字保存丢失了末几位；请把该列设为文本格式后按证件重新录入"
    )]
    DigitsLost,
    /// A 15-digit number with a serial kept for people born before 1900.
    #[error("15位号码的顺序码996至999留给1900年以前出生的老人，不能换算；请录入18位公民身份号码")]
    Centenarian,
}

impl CitizenId {
    /// Takes 18 characters, or the 15 digits of a card of before 1999 (converted, see [`Self::from_fifteen`]).
    ///
    /// Blanks around it are dropped; full-width digits and `ｘ` become half-width, `x` becomes `X`: they are
    /// the same characters written otherwise. Nothing else is repaired.
    ///
    /// # Errors
    /// One sentence for each way to be wrong; see [`CitizenIdError`].
    pub fn parse(input: &str) -> Result<Self, CitizenIdError> {
        let text = half_width(input).trim().to_uppercase();
        check_characters(&text)?;
        match text.len() {
            LENGTH => Self::from_eighteen(text),
            15 => Self::from_fifteen(&text),
            length => Err(CitizenIdError::Length { length }),
        }
    }

    /// [`Self::parse`], and the birth date must not lie after `today`.
    ///
    /// # Errors
    /// As `parse`, and [`CitizenIdError::BornInFuture`].
    pub fn parse_as_of(input: &str, today: NaiveDate) -> Result<Self, CitizenIdError> {
        let id = Self::parse(input)?;
        id.check_born_by(today)?;
        Ok(id)
    }

    /// The 18-character number of a 15-digit one: `19` before the year, then the check digit.
    ///
    /// # Errors
    /// When it is not 15 digits with a birth date, or its serial is one of 996 to 999 (kept for people born
    /// in the nineteenth century, whose year cannot be told).
    pub fn from_fifteen(input: &str) -> Result<Self, CitizenIdError> {
        check_characters(input)?;
        let (Some(address), Some(rest)) = (input.get(..6), input.get(6..15)) else {
            return Err(CitizenIdError::Length { length: input.len() });
        };
        if input.len() != 15 {
            return Err(CitizenIdError::Length { length: input.len() });
        }
        if input.ends_with('X') {
            return Err(CitizenIdError::NotADigit { position: 15, character: "X".to_owned() });
        }
        if matches!(rest.get(6..), Some("996" | "997" | "998" | "999")) {
            return Err(CitizenIdError::Centenarian);
        }
        let mut number = format!("{address}19{rest}");
        number.push(check_character(&number));
        Self::from_eighteen(number)
    }

    fn from_eighteen(number: String) -> Result<Self, CitizenIdError> {
        let part = |from: usize, to: usize| number.get(from..to).unwrap_or_default();
        if !matches!(number.bytes().next(), Some(b'1'..=b'8')) {
            return Err(CitizenIdError::Address);
        }
        let birth_date = birth_date(part(6, 14))?;
        if part(14, 17) == "000" {
            return Err(CitizenIdError::Serial);
        }
        if !number.ends_with(check_character(part(0, 17))) {
            return Err(if part(15, LENGTH) == "000" {
                CitizenIdError::DigitsLost
            } else {
                CitizenIdError::CheckDigit
            });
        }
        Ok(Self { number, birth_date })
    }

    /// Builds the number from its parts: address code, birth date and serial (1 to 999; odd for men). Used
    /// by the sample counties.
    ///
    /// # Errors
    /// As `parse`.
    pub fn compose(address: &str, born: NaiveDate, serial: u16) -> Result<Self, CitizenIdError> {
        let mut number = format!("{address}{}{serial:03}", born.format("%Y%m%d"));
        check_characters(&number)?;
        number.push(check_character(&number));
        Self::parse(&number)
    }

    /// Refuses a birth date after `today`.
    ///
    /// # Errors
    /// [`CitizenIdError::BornInFuture`].
    pub fn check_born_by(&self, today: NaiveDate) -> Result<(), CitizenIdError> {
        if self.birth_date > today {
            return Err(CitizenIdError::BornInFuture { birth_date: self.birth_date });
        }
        Ok(())
    }

    /// The 18 characters, `X` in upper case. For encryption and the keyed look-up only.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.number
    }

    /// The birth date written in the number.
    #[must_use]
    pub fn birth_date(&self) -> NaiveDate {
        self.birth_date
    }

    /// The sex written in the number: an odd serial is a man's.
    #[must_use]
    pub fn sex(&self) -> Sex {
        match self.number.as_bytes().get(16) {
            Some(digit) if digit % 2 == 1 => Sex::Man,
            _ => Sex::Woman,
        }
    }

    /// The six-digit code of the county where the number was given out.
    #[must_use]
    pub fn address_code(&self) -> &str {
        self.number.get(..6).unwrap_or_default()
    }

    /// The first six digits and twelve stars. Never the last four: with the birth date beside it they would
    /// leave a handful of candidates.
    #[must_use]
    pub fn masked(&self) -> String {
        format!("{}************", self.address_code())
    }
}

impl fmt::Debug for CitizenId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "CitizenId({})", self.masked())
    }
}

parsed_text!(CitizenId, CitizenIdError);

/// Every character but the last is a digit, the last a digit or `X`; anything else is refused by name.
fn check_characters(text: &str) -> Result<(), CitizenIdError> {
    if text.is_empty() {
        return Err(CitizenIdError::Empty);
    }
    if is_float(text) {
        return Err(CitizenIdError::Float);
    }
    let last = text.chars().count();
    for (character, position) in text.chars().zip(1..) {
        match character {
            '0'..='9' => {}
            'X' if position == last => {}
            _ if is_invisible(character) || character.is_control() => {
                return Err(CitizenIdError::Invisible { position, name: name_of_invisible(character) });
            }
            _ if character.is_whitespace() => return Err(CitizenIdError::Blank { position }),
            _ => {
                return Err(CitizenIdError::NotADigit {
                    position,
                    character: excerpt(&character.to_string()),
                });
            }
        }
    }
    Ok(())
}

/// `5.00237E+17`, `500237199003071234.0`: what a spreadsheet leaves of a number.
fn is_float(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_digit())
        && text.contains(['.', 'E'])
        && text.parse::<f64>().is_ok()
}

fn check_character(first_seventeen: &str) -> char {
    let sum: u32 = first_seventeen
        .chars()
        .zip(WEIGHTS)
        .map(|(digit, weight)| digit.to_digit(10).unwrap_or_default() * weight)
        .sum();
    usize::try_from(sum % 11)
        .ok()
        .and_then(|index| CHECK_CHARACTERS.get(index))
        .map_or('?', |byte| char::from(*byte))
}

fn birth_date(digits: &str) -> Result<NaiveDate, CitizenIdError> {
    let number = |from: usize, to: usize| digits.get(from..to).and_then(|part| part.parse().ok());
    let year: i32 = number(0, 4).unwrap_or_default();
    if year < FIRST_YEAR {
        return Err(CitizenIdError::BornTooEarly { year });
    }
    number(4, 6)
        .zip(number(6, 8))
        .and_then(|(month, day): (i32, i32)| {
            NaiveDate::from_ymd_opt(year, u32::try_from(month).ok()?, u32::try_from(day).ok()?)
        })
        .ok_or_else(|| CitizenIdError::BirthDate { given: digits.to_owned() })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    fn refused(input: &str) -> CitizenIdError {
        CitizenId::parse(input).unwrap_err()
    }

    #[test]
    fn the_examples_of_the_standard_are_taken() {
        let man = CitizenId::parse("34052419800101001X").unwrap();
        assert_eq!(man.birth_date(), day(1980, 1, 1));
        assert_eq!(man.sex(), Sex::Man);
        let woman = CitizenId::parse("11010519491231002X").unwrap();
        assert_eq!(woman.birth_date(), day(1949, 12, 31));
        assert_eq!(woman.sex(), Sex::Woman);
    }

    #[test]
    fn numbers_computed_by_another_implementation_are_taken() {
        // Check digits from python-stdnum 2.2 (`cn.ric.calc_check_digit`).
        for given in ["50023719620718138X", "420529199912315830", "500102200402298683", "420323193501018229"]
        {
            assert_eq!(CitizenId::parse(given).unwrap().as_str(), given);
        }
    }

    #[test]
    fn other_ways_to_write_the_same_characters_are_taken() {
        let id = CitizenId::parse("34052419800101001X").unwrap();
        assert_eq!(CitizenId::parse(" 34052419800101001x "), Ok(id.clone()));
        assert_eq!(CitizenId::parse("３４０５２４１９８００１０１００１ｘ"), Ok(id.clone()));
        assert_eq!(CitizenId::parse("\u{3000}34052419800101001X\n"), Ok(id));
    }

    #[test]
    fn fifteen_digits_become_eighteen() {
        let id = CitizenId::parse("110105491231002").unwrap();
        assert_eq!(id.as_str(), "11010519491231002X");
        assert_eq!(refused("110105491231997"), CitizenIdError::Centenarian);
        assert_eq!(
            refused("11010549123100X"),
            CitizenIdError::NotADigit { position: 15, character: "X".to_owned() }
        );
    }

    #[test]
    fn each_mistake_has_its_own_sentence() {
        assert_eq!(refused("  "), CitizenIdError::Empty);
        assert_eq!(refused("1.1E+17"), CitizenIdError::Float);
        assert_eq!(refused("5.00237199001011E+17"), CitizenIdError::Float);
        assert_eq!(refused("500237199001011234.0"), CitizenIdError::Float);
        assert_eq!(refused("340524 19800101001X"), CitizenIdError::Blank { position: 7 });
        assert_eq!(
            refused("34052419800101001\u{200b}X"),
            CitizenIdError::Invisible { position: 18, name: "零宽字符U+200B".to_owned() }
        );
        assert_eq!(
            refused("3405241980010l001X"),
            CitizenIdError::NotADigit { position: 14, character: "L".to_owned() }
        );
        assert_eq!(refused("3405241980010100"), CitizenIdError::Length { length: 16 });
        assert_eq!(refused("01052419800101001X"), CitizenIdError::Address);
        assert_eq!(refused("500155199002290014"), CitizenIdError::BirthDate { given: "19900229".to_owned() });
        assert_eq!(refused("340524189912310010"), CitizenIdError::BornTooEarly { year: 1899 });
        assert_eq!(refused("340524198001010003"), CitizenIdError::Serial);
        assert_eq!(refused("340524198001010011"), CitizenIdError::CheckDigit);
        assert_eq!(refused("500237199001011000"), CitizenIdError::DigitsLost);
    }

    #[test]
    fn nobody_is_born_tomorrow() {
        let id = CitizenId::compose("500237", day(2026, 11, 23), 11).unwrap();
        assert_eq!(id.check_born_by(day(2026, 11, 23)), Ok(()));
        assert_eq!(
            CitizenId::parse_as_of(id.as_str(), day(2026, 11, 22)),
            Err(CitizenIdError::BornInFuture { birth_date: day(2026, 11, 23) })
        );
    }

    #[test]
    fn neither_debug_nor_a_refusal_shows_the_number() {
        let id = CitizenId::parse("34052419800101001X").unwrap();
        assert_eq!(format!("{id:?}"), "CitizenId(340524************)");
        assert_eq!(id.masked().chars().count(), 18);
        let sentence = refused("340524198001010011").to_string();
        assert!(!sentence.contains("340524") && !sentence.contains('X'));
    }

    #[test]
    fn json_is_parsed_and_refused_with_the_same_sentence() {
        assert!(serde_json::from_str::<CitizenId>("\"34052419800101001X\"").is_ok());
        let error = serde_json::from_str::<CitizenId>("\"1\"").unwrap_err();
        assert!(error.to_string().contains("应为18位，现为1位"));
    }

    prop_compose! {
        fn number()(address in 110_000u32..820_000, days in 0i64..45_000, serial in 1u16..1000) -> CitizenId {
            let born = day(1900, 1, 1) + chrono::Duration::days(days);
            CitizenId::compose(&address.to_string(), born, serial).unwrap()
        }
    }

    proptest! {
        #[test]
        fn what_is_composed_is_parsed_again(id in number()) {
            prop_assert_eq!(CitizenId::parse(id.as_str()), Ok(id));
        }

        #[test]
        fn one_wrong_digit_is_always_found(id in number(), position in 0usize..17, shift in 1u8..10) {
            let mut bytes = id.as_str().as_bytes().to_vec();
            bytes[position] = b'0' + (bytes[position] - b'0' + shift) % 10;
            prop_assert!(CitizenId::parse(&String::from_utf8(bytes).unwrap()).is_err());
        }

        #[test]
        fn two_neighbours_exchanged_are_always_found(id in number(), position in 0usize..16) {
            let mut bytes = id.as_str().as_bytes().to_vec();
            prop_assume!(bytes[position] != bytes[position + 1]);
            bytes.swap(position, position + 1);
            prop_assert!(CitizenId::parse(&String::from_utf8(bytes).unwrap()).is_err());
        }

        #[test]
        fn no_refusal_repeats_a_number(text in "[0-9]{15,20}") {
            if let Err(error) = CitizenId::parse(&text) {
                prop_assert!(!error.to_string().contains(&text));
            }
        }

        #[test]
        fn whatever_is_taken_is_eighteen_characters(text in "\\PC{0,24}|[0-9]{15}|[0-9]{17}[0-9Xx]") {
            if let Ok(id) = CitizenId::parse(&text) {
                prop_assert_eq!(id.as_str().len(), 18);
                prop_assert_eq!(CitizenId::parse(id.as_str()), Ok(id));
            }
        }
    }
}

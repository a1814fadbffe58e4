//! The name of a person, every character kept.

use serde::{Deserialize, Serialize};

use super::text::{excerpt, is_invisible, name_of_invisible};

const SHORTEST: usize = 2;
/// Long enough for the names of Uyghur, Kazak and Tibetan members written out in Chinese characters.
const LONGEST: usize = 50;
const MIDDLE_DOT: char = '\u{b7}';

/// A person's name as on the identity card.
///
/// Every letter is kept as given, in whatever plane of Unicode it lives. Three things are made uniform,
/// because they are writing habits and no part of the name: blanks around it, blanks beside a Chinese
/// character or a dot (`张　伟` typed to line up a column), and the many look-alikes of the dot `·` between
/// the parts of a name. Blanks between Latin words become one space.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PersonName(String);

/// Why a text is no name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PersonNameError {
    /// Nothing was given.
    #[error("姓名没有填写，请按居民身份证录入")]
    Empty,
    /// Fewer than 2 or more than 50 characters.
    #[error("姓名“{given}”有{length}个字，应为2至50个字；请按居民身份证录入完整姓名")]
    Length {
        /// The name, shortened for the sentence.
        given: String,
        /// Characters given.
        length: usize,
    },
    /// A digit.
    #[error("姓名“{given}”中有数字“{character}”，姓名只能由文字组成；请删去数字，区分同名请写在备注")]
    Digit {
        /// The name.
        given: String,
        /// The digit.
        character: char,
    },
    /// A control or zero-width character.
    #[error("姓名“{given}”第{position}个字是看不见的{name}；请删去后重新录入")]
    Invisible {
        /// The name, with the character made visible.
        given: String,
        /// Position, from 1.
        position: usize,
        /// What it is.
        name: String,
    },
    /// A character that some other program had lost before.
    #[error("姓名“{given}”第{position}个字已经丢失，只剩“{character}”；请按居民身份证补录这个字")]
    Lost {
        /// The name.
        given: String,
        /// Position, from 1.
        position: usize,
        /// What stands in its place.
        character: char,
    },
    /// A letter of a script in which no identity card is written, which looks like a Latin one.
    #[error(
        "姓名“{given}”第{position}个字“{character}”是{script}字母，看起来像拉丁字母；请切换输入法，按居民身份证重新录入"
    )]
    LookAlike {
        /// The name.
        given: String,
        /// Position, from 1.
        position: usize,
        /// The letter.
        character: char,
        /// The Chinese name of its script.
        script: &'static str,
    },
    /// A bracket, comma or other sign.
    #[error("姓名“{given}”中的“{character}”不是文字；请删去，说明请写在备注")]
    Sign {
        /// The name.
        given: String,
        /// The sign.
        character: char,
    },
    /// A dot at an end, or two of them.
    #[error("姓名“{given}”中的间隔号“·”应只有一个并在两个文字之间；请按居民身份证核对")]
    Dot {
        /// The name.
        given: String,
    },
}

impl PersonName {
    /// Takes a name of 2 to 50 characters; see the type for what is made uniform.
    ///
    /// # Errors
    /// Digits, signs, invisible or lost characters and misplaced dots are refused by name.
    pub fn parse(input: &str) -> Result<Self, PersonNameError> {
        let name = settle_blanks(input.trim());
        if name.is_empty() {
            return Err(PersonNameError::Empty);
        }
        check_characters(&name)?;
        check_dots(&name)?;
        let length = name.chars().count();
        if !(SHORTEST..=LONGEST).contains(&length) {
            return Err(PersonNameError::Length { given: excerpt(&name), length });
        }
        Ok(Self(name))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

parsed_text!(PersonName, PersonNameError);
readable_text!(PersonName);

/// Dots become `·`; blanks beside a Chinese character or a dot go, other runs of blanks become one space.
fn settle_blanks(input: &str) -> String {
    let mut name = String::with_capacity(input.len());
    let mut blank_before = false;
    for character in input.chars() {
        if is_blank(character) {
            blank_before = true;
            continue;
        }
        let letter = if is_dot(character) { MIDDLE_DOT } else { character };
        let joins = |neighbour: char| neighbour == MIDDLE_DOT || !neighbour.is_ascii();
        if blank_before && !joins(letter) && name.chars().next_back().is_some_and(|last| !joins(last)) {
            name.push(' ');
        }
        blank_before = false;
        name.push(letter);
    }
    name
}

/// Blanks, but no line breaks or tabs: those are mistakes and are refused by name.
fn is_blank(character: char) -> bool {
    character.is_whitespace() && !character.is_control() && !is_invisible(character)
}

/// The dot of names in Chinese (U+00B7) and what is typed for it: bullet, hyphenation point, bullet and dot
/// operators, katakana dots, full stops, word separators.
fn is_dot(character: char) -> bool {
    matches!(
        character,
        MIDDLE_DOT
            | '\u{2022}'
            | '\u{2027}'
            | '\u{2219}'
            | '\u{22c5}'
            | '\u{30fb}'
            | '\u{ff65}'
            | '.'
            | '\u{ff0e}'
            | '\u{387}'
            | '\u{16eb}'
            | '\u{2e31}'
            | '\u{2e33}'
            | '\u{a78f}'
    )
}

/// Selectors that choose one of several shapes of the Chinese character before them.
fn is_variation(character: char) -> bool {
    matches!(character, '\u{fe00}'..='\u{fe02}' | '\u{e0100}'..='\u{e01ef}')
}

/// Private-use characters are kept: older systems gave rare characters of names such codes, and the name
/// must come out as it went in.
fn is_letter(character: char) -> bool {
    character.is_alphabetic()
        || matches!(character, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{ffffd}' | '\u{100000}'..='\u{10fffd}')
}

/// The Chinese name of a script whose letters pass for Latin ones.
const fn look_alike(character: char) -> Option<&'static str> {
    match character {
        '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => Some("希腊"),
        '\u{400}'..='\u{52f}' | '\u{1c80}'..='\u{1c8f}' | '\u{a640}'..='\u{a69f}' => Some("西里尔"),
        _ => None,
    }
}

fn check_characters(name: &str) -> Result<(), PersonNameError> {
    let given = || excerpt(name);
    let mut before = None;
    for (character, position) in name.chars().zip(1..) {
        if let Some(script) = look_alike(character) {
            return Err(PersonNameError::LookAlike { given: given(), position, character, script });
        }
        match character {
            MIDDLE_DOT | ' ' => {}
            _ if is_variation(character) && before.is_some_and(is_letter) => {}
            _ if character.is_control() || is_invisible(character) || is_variation(character) => {
                return Err(PersonNameError::Invisible {
                    given: given(),
                    position,
                    name: name_of_invisible(character),
                });
            }
            '?' | '\u{ff1f}' | '\u{fffd}' | '\u{25a1}' => {
                return Err(PersonNameError::Lost { given: given(), position, character });
            }
            '\u{3007}' => {}
            _ if character.is_numeric() => {
                return Err(PersonNameError::Digit { given: given(), character });
            }
            _ if is_letter(character) => {}
            _ => {
                return Err(PersonNameError::Sign { given: given(), character });
            }
        }
        before = Some(character);
    }
    Ok(())
}

fn check_dots(name: &str) -> Result<(), PersonNameError> {
    let misplaced =
        name.starts_with(MIDDLE_DOT) || name.ends_with(MIDDLE_DOT) || name.contains("\u{b7}\u{b7}");
    if misplaced {
        return Err(PersonNameError::Dot { given: excerpt(name) });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name(input: &str) -> String {
        PersonName::parse(input).unwrap().into()
    }

    fn refused(input: &str) -> String {
        PersonName::parse(input).unwrap_err().to_string()
    }

    #[test]
    fn every_character_is_kept() {
        for given in ["张伟", "欧阳娜娜", "王䶮", "李𬱖", "赵㛃", "陈〇", "张\u{e863}", "葛\u{e0100}城"]
        {
            assert_eq!(name(given), given);
        }
    }

    #[test]
    fn dots_become_the_middle_dot() {
        for dot in ["·", "•", "‧", "∙", "・", "･", ".", "．", " · "] {
            let given = format!("买买提{dot}吐尔逊");
            assert_eq!(name(&given), "买买提·吐尔逊", "{dot}");
        }
    }

    #[test]
    fn blanks_between_chinese_characters_go_and_between_latin_words_stay_single() {
        assert_eq!(name("　张　 伟 "), "张伟");
        assert_eq!(name("Anna   Louise"), "Anna Louise");
        assert_eq!(name("张\u{a0}伟"), "张伟");
    }

    #[test]
    fn the_longest_names_of_minorities_are_taken() {
        let long = "阿卜杜热合曼·".repeat(7) + "艾";
        assert_eq!(long.chars().count(), 50);
        assert_eq!(name(&long), long);
        assert!(refused(&(long + "力")).contains("有51个字"));
        assert!(refused("张").contains("有1个字，应为2至50个字"));
    }

    #[test]
    fn what_is_no_letter_is_refused_by_name() {
        assert_eq!(refused("  "), "姓名没有填写，请按居民身份证录入");
        assert!(refused("张伟2").contains("数字“2”"));
        assert!(refused("张伟２").contains("数字“２”"));
        assert!(refused("张\u{200b}伟").contains("第2个字是看不见的零宽字符U+200B"));
        assert!(refused("张\n伟").contains("换行符U+000A"));
        assert!(refused("张\0伟").contains("控制字符U+0000"));
        assert!(refused("张?").contains("已经丢失，只剩“?”"));
        assert!(refused("张伟(大)").contains("“(”不是文字"));
        assert!(refused("\u{410}нна").contains("第1个字“\u{410}”是西里尔字母"));
        assert!(refused("Ann\u{430}").contains("第4个字"));
        assert!(refused("\u{391}nna").contains("是希腊字母"));
        assert!(refused("·张伟").contains("间隔号"));
        assert!(refused("买买提··吐尔逊").contains("间隔号"));
    }

    proptest! {
        #[test]
        fn parsing_twice_changes_nothing(text in "\\PC{0,12}") {
            if let Ok(once) = PersonName::parse(&text) {
                prop_assert_eq!(PersonName::parse(once.as_str()), Ok(once.clone()));
            }
        }

        #[test]
        fn chinese_names_come_out_as_they_went_in(text in "[\u{4e00}-\u{9fa5}\u{3400}-\u{4dbf}\u{20000}-\u{2a6df}]{2,50}") {
            prop_assert_eq!(name(&text), text);
        }
    }
}

//! Small work on text that several values share.

/// Turns full-width ASCII (`０`…`９`, `Ａ`, `－`, U+3000) into the half-width characters they stand for.
///
/// Chinese input methods produce them; they are the same digits and letters, so nothing is guessed.
#[must_use]
pub fn half_width(input: &str) -> String {
    input.chars().map(half_width_char).collect()
}

fn half_width_char(character: char) -> char {
    match character {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => {
            u32::from(character).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(character)
        }
        other => other,
    }
}

/// How many digits a text has, whatever width they were typed in: what looks like a number of a person is told by it.
#[must_use]
pub fn count_digits(input: &str) -> usize {
    half_width(input).chars().filter(char::is_ascii_digit).count()
}

/// Takes a free text of at most `longest` characters; line breaks and tabs stay. `name` is what the field is called.
///
/// # Errors
/// A text that is too long, or that holds a control character: the field, what was given, the rule and the way out.
pub fn parse_words(name: &str, text: &str, longest: usize) -> Result<String, String> {
    let given = || excerpt(text);
    let length = text.chars().count();
    if length > longest {
        return Err(format!("{name}“{}”有{length}个字，最多{longest}个字；请缩短", given()));
    }
    let is_unseen = |character: char| character.is_control() && !matches!(character, '\n' | '\r' | '\t');
    match text.chars().zip(1_usize..).find(|(character, _)| is_unseen(*character)) {
        Some((character, position)) => {
            let unseen = name_of_invisible(character);
            Err(format!("{name}“{}”第{position}个字是看不见的{unseen}；请删去后重新录入", given()))
        }
        None => Ok(text.to_owned()),
    }
}

/// At most 40 characters of what was given, with control characters made visible, for use in a sentence.
#[must_use]
pub fn excerpt(input: &str) -> String {
    const LONGEST: usize = 40;
    let mut shown: String = input.chars().take(LONGEST).map(visible).collect();
    if input.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}

fn visible(character: char) -> char {
    if character.is_control() || is_invisible(character) { '\u{fffd}' } else { character }
}

/// Characters that take no room: zero-width spaces and joiners, direction marks, the byte order mark,
/// fillers, the soft hyphen and tags.
#[must_use]
pub fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}')
}

/// `U+200B` with what it is, since it cannot be shown.
#[must_use]
pub fn name_of_invisible(character: char) -> String {
    let code = u32::from(character);
    let word = match character {
        '\n' | '\r' | '\u{2028}' | '\u{2029}' => "换行符",
        '\t' => "制表符",
        '\u{feff}' => "字节顺序标记",
        _ if character.is_control() => "控制字符",
        _ => "零宽字符",
    };
    format!("{word}U+{code:04X}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_width_becomes_half_width() {
        assert_eq!(half_width("１２３４Ｘ－ａ　张"), "1234X-a 张");
    }

    #[test]
    fn a_free_text_is_taken_up_to_its_length_and_without_control_characters() {
        assert_eq!(parse_words("备注", "两\r\n行\t字", 6), Ok("两\r\n行\t字".to_owned()));
        assert_eq!(
            parse_words("备注", "两\r\n行\t字", 5).unwrap_err(),
            "备注“两\u{fffd}\u{fffd}行\u{fffd}字”有6个字，最多5个字；请缩短"
        );
        assert_eq!(
            parse_words("备注", "铃\u{7}声", 5).unwrap_err(),
            "备注“铃\u{fffd}声”第2个字是看不见的控制字符U+0007；请删去后重新录入"
        );
    }

    #[test]
    fn an_excerpt_is_short_and_visible() {
        assert_eq!(excerpt("a\u{200b}b\nc"), "a\u{fffd}b\u{fffd}c");
        assert_eq!(excerpt(&"长".repeat(41)), format!("{}…", "长".repeat(40)));
    }

    #[test]
    fn invisible_characters_are_named() {
        assert_eq!(name_of_invisible('\u{200b}'), "零宽字符U+200B");
        assert_eq!(name_of_invisible('\n'), "换行符U+000A");
    }
}

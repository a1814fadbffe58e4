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

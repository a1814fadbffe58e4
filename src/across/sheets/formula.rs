//! Defence against texts that a spreadsheet would run as formulas when a csv is opened (requirement SEC-06).
//!
//! A csv has no cell types: whoever opens it decides what a formula is. So a text that some spreadsheet could run
//! gets an apostrophe in front, and our own reader takes it off again. The rule is a pair of inverse functions:
//! what is dangerous behind any number of apostrophes gets one more on the way out and loses one on the way in,
//! so every text comes back as it was. A tab in front, the other usual way, is itself a trigger in some programs.
//! Workbooks need none of this: there a text is stored as a text.

use std::borrow::Cow;

/// First characters of a formula, in their usual and their full-width forms.
const TRIGGERS: &[char] = &['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// Control characters that start a new cell or a new line in careless programs.
const BREAKS: &[char] = &['\t', '\r', '\n'];

/// Whether a spreadsheet could take the text, or a line within it, for a formula.
pub fn is_dangerous(text: &str) -> bool {
    text.starts_with(BREAKS)
        || text.split(BREAKS).any(|line| line.trim_start_matches(is_ignored).starts_with(TRIGGERS))
}

/// What a program may skip before it looks for a formula: blanks of any width, marks without width, controls.
fn is_ignored(character: char) -> bool {
    character.is_whitespace()
        || character.is_control()
        || matches!(character, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}')
}

/// The text as it goes into a csv.
pub fn guard(text: &str) -> Cow<'_, str> {
    if is_dangerous(text.trim_start_matches('\'')) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The text as it came out of a csv: the inverse of [`guard`].
pub fn unguard(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if is_dangerous(rest.trim_start_matches('\'')) => rest,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_known_trigger_is_guarded() {
        for text in [
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "\n=1",
            "\tx",
            " =1",
            "\u{A0}=1",
            "\u{3000}=1",
            "\u{FEFF}=1",
            "\u{200B}=1",
            "＝1",
            "＋1",
            "－1",
            "＠A",
            "住址\n=1",
            "a\t=1",
            "a\r\n  @b",
            "'=1",
            "''+1",
        ] {
            assert_eq!(guard(text), format!("'{text}"), "{text:?}");
        }
    }

    #[test]
    fn ordinary_texts_stay_as_they_are() {
        for text in ["张伟", "'90年代", "A-1", "3=3", "", " 空格", "第一行\n第二行", "500237************"]
        {
            assert_eq!(guard(text), text);
            assert_eq!(unguard(text), text);
        }
    }

    proptest! {
        #[test]
        fn every_text_comes_back(text in "['=+@\t\n 　＝a张-]{0,8}") {
            let guarded = guard(&text);
            prop_assert!(!is_dangerous(&guarded) || guarded.starts_with('\''));
            prop_assert_eq!(unguard(&guarded), text.as_str());
        }
    }
}

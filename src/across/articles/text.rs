//! The text of a draft made plain: lines that were only wrapped are joined, full-width digits are narrow, and each place
//! leads back to what was handed in.

use std::collections::HashMap;

/// From and to, in bytes; the end is not part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Where it begins.
    pub from: usize,
    /// Where it ends.
    pub to: usize,
}

impl Span {
    /// From and to.
    #[must_use]
    pub const fn new(from: usize, to: usize) -> Self {
        Self { from, to }
    }
}

/// What the lines of a text are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lines {
    /// Perhaps only wrapped, as in what is copied out of a newspaper.
    #[default]
    Wrapped,
    /// Each a paragraph of its own, as in a document.
    Paragraphs,
}

/// A line that is shorter, in characters, is a heading or an end: nobody wraps so narrow.
const NARROWEST: usize = 12;

/// A text made plain.
#[derive(Debug, Clone, Default)]
pub(super) struct Plain {
    /// The text: a line break is the end of a paragraph.
    pub text: String,
    /// Where the way back changes: place in the plain text, place in the original.
    jumps: Vec<(usize, usize)>,
}

impl Plain {
    /// Makes a text plain.
    pub(super) fn of(original: &str, lines: Lines) -> Self {
        let all = || original.split_inclusive(['\n', '\r', '\u{b}', '\u{c}', '\u{2028}', '\u{2029}']);
        let mut times: HashMap<&str, usize> = HashMap::new();
        for line in all() {
            *times.entry(line.trim()).or_default() += 1;
        }
        let mut plain = Self::default();
        let mut start = 0;
        for line in all() {
            // A line that stands several times is a heading or a caption, whatever its length.
            let repeated = times.get(line.trim()).is_some_and(|times| *times > 1);
            plain.line(line, start, repeated || lines == Lines::Paragraphs);
            start += line.len();
        }
        plain
    }

    fn line(&mut self, line: &str, start: usize, alone: bool) {
        let trimmed = line.trim();
        if trimmed.is_empty() {
            return;
        }
        if alone && !self.text.is_empty() && !self.text.ends_with('\n') {
            self.push('\n', start);
        }
        let mut length = 0_usize;
        let mut spaced = true;
        for (at, character) in line.char_indices() {
            if character.is_whitespace() || matches!(character, '\u{200b}' | '\u{feff}') {
                spaced = true;
                continue;
            }
            let character = narrow(character);
            // A space between two words or numbers of our digits and letters keeps them apart; between others it says
            // nothing.
            let apart = |other: char| other.is_ascii_alphanumeric() || other == '.';
            if spaced && apart(character) && self.text.ends_with(apart) {
                self.push(' ', start + at);
            }
            spaced = false;
            self.push(character, start + at);
            length += 1;
        }
        let ends = trimmed
            .trim_end_matches(['”', '’', '」', '』', '"', '）', ')'])
            .ends_with(['。', '！', '？', '!', '?']);
        if alone || ends || length < NARROWEST {
            self.push('\n', start + line.trim_end().len());
        }
    }

    fn push(&mut self, character: char, original: usize) {
        let here = self.text.len();
        let expected = self.jumps.last().map(|(plain, original)| original + (here - plain));
        if expected != Some(original) {
            self.jumps.push((here, original));
        }
        self.text.push(character);
        // A narrow digit is shorter than the wide one that it stands for: the next character jumps.
    }

    /// Where a place of the plain text stands in the original.
    fn back(&self, place: usize) -> usize {
        let after = self.jumps.partition_point(|(plain, _)| *plain <= place);
        let jump = after.checked_sub(1).and_then(|at| self.jumps.get(at));
        jump.map_or(place, |(plain, original)| original + (place - plain))
    }

    /// Where a span of the plain text stands in the original: from its first character to the end of its last.
    pub(super) fn original(&self, span: Span, original: &str) -> Span {
        let last = self.text.get(..span.to).and_then(|text| text.char_indices().next_back());
        let from = self.back(span.from);
        let last = self.back(last.map_or(span.from, |(at, _)| at)).max(from);
        let width = original.get(last..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        Span::new(from, last + width)
    }
}

/// A full-width digit, point or percent sign as a narrow one.
fn narrow(character: char) -> char {
    match character {
        '０'..='９' => {
            let value = u32::from(character) - u32::from('０');
            char::from_digit(value, 10).unwrap_or(character)
        }
        '％' | '﹪' => '%',
        '．' => '.',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapped_lines_are_joined_and_lead_back() {
        let original = "党组织成员和党组织书记学历分别提高９.７个百分点\n\n和6.8个百分点。\n练好内功\n拥有 43 年党龄，2022 2023";
        let plain = Plain::of(original, Lines::Wrapped);
        assert_eq!(
            plain.text,
            "党组织成员和党组织书记学历分别提高9.7个百分点和6.8个百分点。\n练好内功\n拥有43年党龄，2022 2023"
        );
        for part in ["和6.8个百分点", "43年党龄", "2023", "练好内功"] {
            let from = plain.text.find(part).unwrap();
            let span = plain.original(Span::new(from, from + part.len()), original);
            let found: String =
                original[span.from..span.to].chars().filter(|one| !one.is_whitespace()).collect();
            assert_eq!(found, part);
        }
        let from = plain.text.find("9.7").unwrap();
        let span = plain.original(Span::new(from, from + 3), original);
        assert_eq!(&original[span.from..span.to], "９.７");
    }

    #[test]
    fn paragraphs_of_a_document_are_never_joined() {
        let plain = Plain::of("抓好党员教育管理政治建设旗帜鲜明\n全县340个村\n", Lines::Paragraphs);
        assert_eq!(plain.text.matches('\n').count(), 2);
    }
}

//! Sets texts: finds the glyph of each character, measures, breaks lines where Chinese typesetting allows.

use std::collections::HashMap;

use pdf_writer::{Content, Name, Str};
use subsetter::GlyphRemapper;

use super::fonts::{Face, Fonts};

/// How a text looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Style {
    /// In which face.
    pub face: Face,
    /// The size in points: 三号 is 16, 五号 is 10.5.
    pub size: f32,
    /// The height of a line in points.
    pub leading: f32,
}

impl Style {
    /// A face in a size, with lines half as high again.
    #[must_use]
    pub fn new(face: Face, size: f32) -> Self {
        Self { face, size, leading: size * 1.5 }
    }

    /// How far below the top of its line the letters stand.
    pub(super) fn baseline(&self) -> f32 {
        (self.leading - self.size) / 2.0 + self.size * 0.86
    }
}

/// A line of a text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    pub text: String,
    pub width: f32,
    /// Whether the text goes on in the next line.
    pub goes_on: bool,
}

/// A character in a font of the document.
#[derive(Debug, Clone, Copy)]
struct Glyph {
    font: usize,
    id: u16,
    /// In ems.
    advance: f32,
}

/// A font as far as the document uses it.
pub(super) struct Used<'f> {
    pub bytes: &'f [u8],
    pub index: u32,
    pub face: ttf_parser::Face<'f>,
    pub glyphs: GlyphRemapper,
    /// Of each glyph in the order of their new numbers, from 1: the character and the width in thousandths.
    pub letters: Vec<(char, f32)>,
    file: usize,
}

/// Sets the texts of one document.
pub(super) struct Setter<'f> {
    fonts: &'f Fonts,
    pub used: Vec<Used<'f>>,
    known: HashMap<(Face, char), Option<Glyph>>,
}

impl<'f> Setter<'f> {
    pub fn new(fonts: &'f Fonts) -> Self {
        Self { fonts, used: Vec::new(), known: HashMap::new() }
    }

    fn glyph(&mut self, face: Face, letter: char) -> Option<Glyph> {
        if let Some(known) = self.known.get(&(face, letter)) {
            return *known;
        }
        let found = self.look_up(face, letter);
        self.known.insert((face, letter), found);
        found
    }

    fn look_up(&mut self, face: Face, letter: char) -> Option<Glyph> {
        let fonts = self.fonts;
        for file in fonts.order(face) {
            let Some(font) = self.open(*file) else { continue };
            let Some(used) = self.used.get_mut(font) else { continue };
            let Some(old) = used.face.glyph_index(letter).filter(|glyph| glyph.0 != 0) else { continue };
            let ems = f32::from(used.face.units_per_em().max(1));
            let advance = f32::from(used.face.glyph_hor_advance(old).unwrap_or_default()) / ems;
            let id = used.glyphs.remap(old.0);
            if usize::from(id) > used.letters.len() {
                used.letters.push((letter, advance * 1000.0));
            }
            return Some(Glyph { font, id, advance });
        }
        None
    }

    /// The place in `used` of a font of the machine.
    fn open(&mut self, file: usize) -> Option<usize> {
        if let Some(at) = self.used.iter().position(|used| used.file == file) {
            return Some(at);
        }
        let data = self.fonts.data(file)?;
        let face = ttf_parser::Face::parse(&data.bytes, data.index).ok()?;
        let (bytes, index) = (data.bytes.as_slice(), data.index);
        let (glyphs, letters) = (GlyphRemapper::new(), Vec::new());
        self.used.push(Used { bytes, index, face, glyphs, letters, file });
        Some(self.used.len() - 1)
    }

    /// The text as it can be set: what has no glyph becomes its number, what has no width is left out.
    fn settable(&mut self, face: Face, text: &str) -> String {
        let mut settable = String::with_capacity(text.len());
        for letter in text.chars() {
            match letter {
                '\n' => settable.push('\n'),
                '\t' => settable.push(' '),
                _ if letter.is_control() || is_invisible(letter) => {}
                _ if self.glyph(face, letter).is_some() => settable.push(letter),
                _ => settable.push_str(&format!("[U+{:04X}]", u32::from(letter))),
            }
        }
        settable
    }

    fn advance(&mut self, style: &Style, letter: char) -> f32 {
        self.glyph(style.face, letter).map_or(0.0, |glyph| glyph.advance * style.size)
    }

    /// The width of a text in one line, in points.
    pub fn width(&mut self, style: &Style, text: &str) -> f32 {
        let text = self.settable(style.face, text);
        text.chars().map(|letter| self.advance(style, letter)).sum()
    }

    /// Breaks a text into lines; the first is shorter by `indent`.
    pub fn lines(&mut self, style: &Style, text: &str, width: f32, indent: f32) -> Vec<Line> {
        let text = self.settable(style.face, text);
        let mut lines = Vec::new();
        let mut room = width - indent;
        for part in text.split('\n') {
            let mut line = Line { text: String::new(), width: 0.0, goes_on: false };
            for word in words(part) {
                let wide: f32 = word.chars().map(|letter| self.advance(style, letter)).sum();
                if line.width + self.trimmed(style, word, wide) > room && !line.text.is_empty() {
                    lines.push(self.ended(style, &mut line, true));
                    room = width;
                }
                if wide <= room {
                    line.text.push_str(word);
                    line.width += wide;
                    continue;
                }
                // Longer than a whole line: broken anywhere.
                for letter in word.chars() {
                    let advance = self.advance(style, letter);
                    if line.width + advance > room && !line.text.is_empty() {
                        lines.push(self.ended(style, &mut line, true));
                        room = width;
                    }
                    line.text.push(letter);
                    line.width += advance;
                }
            }
            lines.push(self.ended(style, &mut line, false));
            room = width;
        }
        lines
    }

    /// The width of a word without the spaces at its end, which may hang over the edge.
    fn trimmed(&mut self, style: &Style, word: &str, wide: f32) -> f32 {
        let spaces = word.chars().rev().take_while(|letter| *letter == ' ').count();
        wide - std::iter::repeat_n(' ', spaces).map(|space| self.advance(style, space)).sum::<f32>()
    }

    fn ended(&mut self, style: &Style, line: &mut Line, goes_on: bool) -> Line {
        let text = line.text.trim_end().to_owned();
        let width = text.chars().map(|letter| self.advance(style, letter)).sum();
        (line.text, line.width) = (String::new(), 0.0);
        Line { text, width, goes_on }
    }

    /// Writes a text in one line with its letters standing at a place (from the left and the bottom of the page).
    pub fn draw(&mut self, content: &mut Content, style: &Style, text: &str, place: (f32, f32)) {
        let text = self.settable(style.face, text);
        self.show(content, style, &text, place, 0.0);
    }

    /// The same for a line that was broken here, its letters `spacing` further apart.
    pub fn show(
        &mut self,
        content: &mut Content,
        style: &Style,
        text: &str,
        (x, y): (f32, f32),
        spacing: f32,
    ) {
        let glyphs: Vec<Glyph> = text.chars().filter_map(|letter| self.glyph(style.face, letter)).collect();
        if glyphs.is_empty() {
            return;
        }
        content.begin_text().set_char_spacing(spacing).set_text_matrix([1.0, 0.0, 0.0, 1.0, x, y]);
        for run in glyphs.chunk_by(|one, next| one.font == next.font) {
            let font = run.iter().next().map_or(0, |glyph| glyph.font);
            let bytes: Vec<u8> = run.iter().flat_map(|glyph| glyph.id.to_be_bytes()).collect();
            content.set_font(Name(font_name(font).as_bytes()), style.size).show(Str(&bytes));
        }
        content.end_text();
    }
}

/// What a font is called in the pages.
pub(super) fn font_name(font: usize) -> String {
    format!("F{font}")
}

/// Joiners, marks of direction, variation selectors: they change how their neighbours look, and have no look themselves.
fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}' | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}' | '\u{E0100}'..='\u{E01EF}')
}

/// What may not begin a line.
const CLOSING: &str = "，。、；：？！）》〉」』】〕”’…—％%‰℃,.;:?!)]}·～";
/// What may not end a line.
const OPENING: &str = "（《〈「『【〔“‘([{";

/// The parts of a text that stay together in a line.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = 0;
    let mut before: Option<char> = None;
    for (at, letter) in text.char_indices() {
        if before.is_some_and(|before| may_break(before, letter)) {
            words.extend(text.get(start..at));
            start = at;
        }
        before = Some(letter);
    }
    words.extend(text.get(start..).filter(|word| !word.is_empty()));
    words
}

fn may_break(before: char, next: char) -> bool {
    let is_latin = |letter: char| letter.is_ascii_graphic() || ('\u{C0}'..'\u{250}').contains(&letter);
    if next == ' ' || CLOSING.contains(next) || OPENING.contains(before) {
        return false;
    }
    // A code of several words may be broken between them.
    let ends_a_word = before == '_' || before == '.';
    before == ' ' || ends_a_word && next.is_ascii_alphabetic() || !(is_latin(before) && is_latin(next))
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn a_line_neither_begins_with_a_comma_nor_ends_with_a_bracket() {
        assert_eq!(words("甲，乙（丙）。"), ["甲，", "乙", "（丙）。"]);
        assert_eq!(words("共12,031人 SHA-256"), ["共", "12,031", "人 ", "SHA-256"]);
        assert_eq!(words("members.total 3.14"), ["members.", "total ", "3.14"]);
        assert!(words("").is_empty());
    }
}

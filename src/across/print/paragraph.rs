//! A text over the width of the page.

use super::document::Document;
use super::setter::Style;

/// Where the lines of a text stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Align {
    /// At the left; a paragraph's full lines reach to both edges.
    #[default]
    Left,
    /// In the middle.
    Centre,
    /// At the right.
    Right,
}

/// How a paragraph is set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Paragraph {
    /// The look of the letters.
    pub style: Style,
    /// Where the lines stand.
    pub align: Align,
    /// How many characters the first line is indented by: two in Chinese.
    pub indent: f32,
    /// How many characters all lines keep away from the right edge.
    pub right: f32,
    /// Room above in points, but not at the top of a page.
    pub before: f32,
    /// Room below in points.
    pub after: f32,
    /// What must fit on the page below it in points, lest a heading stand alone at the bottom.
    pub keep: f32,
}

impl Paragraph {
    /// A paragraph at the left without indent.
    #[must_use]
    pub fn new(style: Style) -> Self {
        Self { style, align: Align::Left, indent: 0.0, right: 0.0, before: 0.0, after: 0.0, keep: 0.0 }
    }

    /// The same in another place.
    #[must_use]
    pub fn align(self, align: Align) -> Self {
        Self { align, ..self }
    }

    /// The same with the first line indented by some characters.
    #[must_use]
    pub fn indent(self, indent: f32) -> Self {
        Self { indent, ..self }
    }

    /// The same with room above and below, in points.
    #[must_use]
    pub fn room(self, before: f32, after: f32) -> Self {
        Self { before, after, ..self }
    }
}

/// Letters are moved apart by at most this part of their size to reach the edge.
const STRETCH: f32 = 0.12;

impl Document<'_> {
    /// Writes a paragraph, over as many pages as it takes.
    pub fn paragraph(&mut self, how: &Paragraph, text: &str) {
        let style = how.style;
        let width = self.width() - how.right * style.size;
        let indent = how.indent * style.size;
        let lines = self.setter.lines(&style, text, width, indent);
        if !self.at_top() {
            self.space(how.before);
        }
        self.need(style.leading + how.keep);
        for (number, line) in lines.iter().enumerate() {
            self.need(style.leading);
            let indent = if number == 0 { indent } else { 0.0 };
            let spare = width - indent - line.width;
            let (x, spacing) = match how.align {
                Align::Left if line.goes_on => {
                    (indent, stretch(line.text.chars().count(), spare, style.size))
                }
                Align::Left => (indent, 0.0),
                Align::Centre => (spare / 2.0, 0.0),
                Align::Right => (spare, 0.0),
            };
            self.write(&style, &line.text, x, spacing);
            self.space(style.leading);
        }
        self.space(how.after);
    }
}

/// How far the letters of a full line are moved apart to reach the edge; not at all where that would be seen.
fn stretch(letters: usize, spare: f32, size: f32) -> f32 {
    let gaps = f32::from(u16::try_from(letters.saturating_sub(1)).unwrap_or(u16::MAX));
    if gaps > 0.0 && spare / gaps <= size * STRETCH { spare / gaps } else { 0.0 }
}

//! A document on its way to paper: where the next line stands, turning the page, what stands on every page.

use chrono::{DateTime, Utc};
use pdf_writer::Content;

use super::file;
use super::fonts::{Face, Fonts};
use super::millimetres;
use super::setter::{Setter, Style};

/// A4, upright.
const SHORT: u16 = 210;
const LONG: u16 = 297;

/// How the pages look, and what the file says of itself.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    /// The title, for whoever opens the file.
    pub title: String,
    /// What is printed at the head of every page but the first; nothing where it is empty.
    pub running: String,
    /// The moment of what is printed, not of printing: the same content gives the same bytes.
    pub created: Option<DateTime<Utc>>,
    /// Whether the long edge lies.
    pub landscape: bool,
    /// Top, right, bottom and left edge in millimetres; those of GB/T 9704 where they are nought.
    pub margins: [u16; 4],
    /// Whether the pages are numbered.
    pub numbered: bool,
}

impl Setup {
    /// Pages of GB/T 9704: 37 mm at the top, 28 mm at the left, 156 mm by 225 mm of text.
    #[must_use]
    pub fn official(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            running: title.to_owned(),
            margins: [37, 26, 35, 28],
            numbered: true,
            ..Self::default()
        }
    }

    /// Pages of a form or a register, with narrower edges.
    #[must_use]
    pub fn form(title: &str, landscape: bool) -> Self {
        Self { landscape, running: String::new(), margins: [20, 15, 18, 15], ..Self::official(title) }
    }
}

/// Why there is no file. Both are faults of a font.
#[derive(Debug, thiserror::Error)]
pub enum PrintError {
    /// The letters in use could not be taken out of a font.
    #[error("a font cannot be cut down: {0}")]
    Subset(#[from] subsetter::Error),
    /// More objects than a file holds.
    #[error("the document has too many pages")]
    TooLong,
}

/// A finished page.
pub(super) struct Page {
    /// What stands on it, packed.
    pub body: Vec<u8>,
    /// The number and the head, packed.
    pub frame: Vec<u8>,
}

/// A heading that a reader can jump to.
pub(super) struct Heading {
    pub text: String,
    pub page: usize,
    /// From the bottom of the page.
    pub y: f32,
}

/// A document that is being written, from top to bottom.
pub struct Document<'f> {
    pub(super) setter: Setter<'f>,
    pub(super) setup: Setup,
    pub(super) content: Content,
    pub(super) pages: Vec<Page>,
    pub(super) headings: Vec<Heading>,
    /// How far down the next line begins, from the top of the paper.
    pub(super) y: f32,
}

impl<'f> Document<'f> {
    /// Begins a document on its first page.
    #[must_use]
    pub fn new(fonts: &'f Fonts, setup: Setup) -> Self {
        let mut document = Self {
            setter: Setter::new(fonts),
            setup,
            content: Content::new(),
            pages: Vec::new(),
            headings: Vec::new(),
            y: 0.0,
        };
        document.y = document.edge(0);
        document
    }

    fn edge(&self, side: usize) -> f32 {
        self.setup.margins.get(side).copied().map_or(0.0, millimetres)
    }

    /// The paper's width and height in points.
    pub(super) fn paper(&self) -> (f32, f32) {
        let (short, long) = (millimetres(SHORT), millimetres(LONG));
        if self.setup.landscape { (long, short) } else { (short, long) }
    }

    /// Where the lines begin, from the left of the paper.
    pub(super) fn left(&self) -> f32 {
        self.edge(3)
    }

    /// How wide a line may be, in points.
    #[must_use]
    pub fn width(&self) -> f32 {
        self.paper().0 - self.edge(3) - self.edge(1)
    }

    /// How much room is left on the page, in points.
    #[must_use]
    pub fn remaining(&self) -> f32 {
        self.paper().1 - self.edge(2) - self.y
    }

    /// How much room an empty page has, in points.
    pub(super) fn whole(&self) -> f32 {
        self.paper().1 - self.edge(2) - self.edge(0)
    }

    /// Whether nothing stands on the page yet.
    pub(super) fn at_top(&self) -> bool {
        self.y <= self.edge(0)
    }

    /// Leaves room.
    pub fn space(&mut self, points: f32) {
        self.y += points;
    }

    /// Turns the page unless so much room is left, in points. An empty page is not turned.
    pub fn need(&mut self, points: f32) {
        // Lengths are sums of fractions: a hair does not matter.
        if points > self.remaining() + 0.1 && !self.at_top() {
            self.turn();
        }
    }

    /// Turns the page.
    pub fn turn(&mut self) {
        let content = std::mem::replace(&mut self.content, Content::new());
        self.pages.push(Page { body: file::packed(&content.finish()), frame: Vec::new() });
        self.y = self.edge(0);
    }

    /// Notes a heading at this place for the reader's table of contents.
    pub fn mark(&mut self, text: &str) {
        let (page, y) = (self.pages.len(), self.paper().1 - self.y);
        self.headings.push(Heading { text: text.to_owned(), page, y });
    }

    /// Writes a line that was broken here, `x` from the left edge; does not go on to the next.
    pub(super) fn write(&mut self, style: &Style, text: &str, x: f32, spacing: f32) {
        let at = (self.left() + x, self.paper().1 - self.y - style.baseline());
        self.setter.show(&mut self.content, style, text, at, spacing);
    }

    /// Writes a text in one line at `x` from the left edge, and stays in the line.
    pub fn at(&mut self, style: &Style, text: &str, x: f32) {
        let at = (self.left() + x, self.paper().1 - self.y - style.baseline());
        self.setter.draw(&mut self.content, style, text, at);
    }

    /// How wide a text is in one line, in points.
    pub fn measure(&mut self, style: &Style, text: &str) -> f32 {
        self.setter.width(style, text)
    }

    /// Draws a line across the page here; `dashes` for one to cut along.
    pub fn rule(&mut self, thickness: f32, dashes: bool) {
        let y = self.paper().1 - self.y;
        let (left, right) = (self.left(), self.left() + self.width());
        self.content.save_state().set_line_width(thickness);
        if dashes {
            self.content.set_dash_pattern([6.0, 4.0], 0.0);
        }
        self.content.move_to(left, y).line_to(right, y).stroke().restore_state();
    }

    /// The file.
    ///
    /// # Errors
    /// [`PrintError`].
    pub fn finish(mut self) -> Result<Vec<u8>, PrintError> {
        self.turn();
        let count = self.pages.len();
        for number in 1..=count {
            let frame = self.frame(number, count);
            if let Some(page) = self.pages.get_mut(number - 1) {
                page.frame = frame;
            }
        }
        file::written(&self)
    }

    /// What stands around a page: its number, and from the second on the running head.
    fn frame(&mut self, number: usize, count: usize) -> Vec<u8> {
        let mut content = Content::new();
        let (width, height) = self.paper();
        let style = Style::new(Face::Song, 9.0);
        if self.setup.numbered {
            let text = format!("第 {number} 页　共 {count} 页");
            let x = (width - self.setter.width(&style, &text)) / 2.0;
            self.setter.draw(&mut content, &style, &text, (x, self.edge(2) - 24.0));
        }
        if number > 1 && !self.setup.running.is_empty() {
            let y = height - self.edge(0) + 14.0;
            let (left, right) = (self.left(), self.left() + self.width());
            let running = self.setup.running.clone();
            self.setter.draw(&mut content, &style, &running, (left, y));
            content.set_line_width(0.4).move_to(left, y - 5.0).line_to(right, y - 5.0).stroke();
        }
        file::packed(&content.finish())
    }
}

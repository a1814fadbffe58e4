//! Bars: amounts beside each other, drawn from the numbers that stand behind them.

use super::document::Document;
use super::fonts::Face;
use super::setter::Style;

/// How a bar is filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// What is there.
    Whole,
    /// What came.
    More,
    /// What went.
    Less,
}

impl Tone {
    /// Dark enough for a printer without colours.
    fn colour(self) -> [f32; 3] {
        match self {
            Self::Whole => [0.35, 0.42, 0.55],
            Self::More => [0.72, 0.16, 0.14],
            Self::Less => [0.62, 0.62, 0.62],
        }
    }
}

/// A bar from one amount to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    /// What is counted.
    pub label: String,
    /// Where it begins: nought, or what was there before.
    pub from: i64,
    /// Where it ends.
    pub to: i64,
    /// The number as it is said.
    pub text: String,
    /// How it is filled.
    pub tone: Tone,
}

/// Bars below each other over one scale.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bars {
    /// What they show.
    pub title: String,
    /// From top to bottom.
    pub bars: Vec<Bar>,
    /// Lines down through all bars: where, and what they say.
    pub marks: Vec<(i64, String)>,
    /// Whether the scale begins just below the least amount instead of at nought; this is said.
    pub cut: bool,
}

/// Bars to both sides of their labels.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pyramid {
    /// What it shows.
    pub title: String,
    /// What stands at the left and at the right.
    pub sides: [String; 2],
    /// From top to bottom: label, left, right.
    pub rows: Vec<(String, i64, i64)>,
}

const LABEL: f32 = 96.0;
const NUMBER: f32 = 52.0;
const STEP: f32 = 17.0;
const HIGH: f32 = 11.0;

/// `part` of `whole`, between nought and one.
fn share(part: i64, whole: i64) -> f32 {
    let parts = i128::from(part.max(0)) * 10_000 / i128::from(whole.max(1));
    f32::from(u16::try_from(parts.min(10_000)).unwrap_or(10_000)) / 10_000.0
}

fn height(rows: usize) -> f32 {
    f32::from(u16::try_from(rows).unwrap_or(u16::MAX)) * STEP
}

impl Document<'_> {
    /// Draws bars with their title, all on one page.
    pub fn bars(&mut self, bars: &Bars) {
        let small = Style { leading: STEP, ..Style::new(Face::Song, 9.0) };
        let amounts = || bars.bars.iter().flat_map(|bar| [bar.from, bar.to]);
        let most = amounts().chain(bars.marks.iter().map(|(at, _)| *at)).max().unwrap_or_default().max(1);
        let least = amounts().filter(|amount| *amount > 0).min().unwrap_or_default();
        // Whatever is least is still to be seen.
        let least = if bars.cut { (least - (most - least) / 4 - 1).max(0) } else { 0 };
        let notes = usize::from(!bars.marks.is_empty()) + usize::from(least > 0);
        self.title(&bars.title, height(bars.bars.len() + notes));
        let room = self.width() - LABEL - NUMBER;
        let place = |amount: i64| LABEL + room * share(amount - least, most - least);
        let top = self.y;
        for bar in &bars.bars {
            self.label(&small, &bar.label);
            let (from, to) = (place(bar.from.min(bar.to)), place(bar.from.max(bar.to)));
            self.fill(from, (to - from).max(0.6), bar.tone);
            self.at(&small, &bar.text, to + 4.0);
            self.space(STEP);
        }
        for (at, text) in &bars.marks {
            self.down(place(*at), top);
            let width = self.setter.width(&small, text);
            self.at(&small, text, (place(*at) - width / 2.0).max(0.0));
        }
        if !bars.marks.is_empty() {
            self.space(STEP);
        }
        if least > 0 {
            self.at(&small, "横轴不从零开始。", LABEL);
            self.space(STEP);
        }
        self.space(8.0);
    }

    /// Draws bars to both sides, all on one page.
    pub fn pyramid(&mut self, pyramid: &Pyramid) {
        let small = Style { leading: STEP, ..Style::new(Face::Song, 9.0) };
        let most = pyramid.rows.iter().flat_map(|(_, left, right)| [*left, *right]).max().unwrap_or(1);
        self.title(&pyramid.title, height(pyramid.rows.len() + 1));
        let middle = self.width() / 2.0;
        let room = middle - LABEL / 2.0 - NUMBER;
        let [left, right] = &pyramid.sides;
        let before = |width: f32| middle - LABEL / 2.0 - width;
        let width = self.setter.width(&small, left);
        self.at(&small, left, before(width));
        self.at(&small, right, middle + LABEL / 2.0);
        self.space(STEP);
        for (label, left, right) in &pyramid.rows {
            let width = self.setter.width(&small, label);
            self.at(&small, label, middle - width / 2.0);
            let (less, more) = (room * share(*left, most), room * share(*right, most));
            self.fill(before(less), less, Tone::Whole);
            self.fill(middle + LABEL / 2.0, more, Tone::More);
            let number = left.to_string();
            let width = self.setter.width(&small, &number);
            self.at(&small, &number, before(less + width + 4.0));
            self.at(&small, &right.to_string(), middle + LABEL / 2.0 + more + 4.0);
            self.space(STEP);
        }
        self.space(8.0);
    }

    /// The title of a picture that is so high.
    fn title(&mut self, title: &str, height: f32) {
        let style = Style::new(Face::Kai, 10.5);
        self.need(style.leading + height + 8.0);
        let x = (self.width() - self.setter.width(&style, title)) / 2.0;
        self.at(&style, title, x);
        self.space(style.leading + 2.0);
    }

    fn label(&mut self, style: &Style, label: &str) {
        let width = self.setter.width(style, label);
        self.at(style, label, (LABEL - 6.0 - width).max(0.0));
    }

    fn fill(&mut self, x: f32, width: f32, tone: Tone) {
        let (left, top) = (self.left() + x, self.paper().1 - self.y - (STEP - HIGH) / 2.0);
        let [red, green, blue] = tone.colour();
        self.content.save_state().set_fill_rgb(red, green, blue);
        self.content.rect(left, top - HIGH, width, HIGH).fill_nonzero().restore_state();
    }

    fn down(&mut self, x: f32, top: f32) {
        let (x, height) = (self.left() + x, self.paper().1);
        let (top, bottom) = (height - top, height - self.y);
        self.content.save_state().set_line_width(0.8).set_dash_pattern([3.0, 2.0], 0.0);
        self.content.move_to(x, top).line_to(x, bottom).stroke().restore_state();
    }
}

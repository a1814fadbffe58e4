//! The team picture: figures beside the term before, and bars that need no script.

use askama::Template;

use super::Frame;
use super::controls::Choice;
use super::parts::{Badge, Fact, Link};
use super::table::Table;

/// The width that the longest bar of a chart may take.
const LONGEST: i64 = 300;
/// The height of one line of a chart with its two bars.
const LINE: usize = 40;

/// One figure of the picture.
#[derive(Debug, Clone, Default)]
pub struct TeamLine {
    /// What is counted, with the way to the names behind it.
    pub name: Link,
    /// Numerator and denominator, of a ratio or a mean.
    pub parts: Option<String>,
    /// This term, with unit.
    pub now: String,
    /// The term before, with unit.
    pub before: Option<String>,
    /// Its numerator and denominator.
    pub before_parts: Option<String>,
    /// The difference, with sign and unit.
    pub change: Option<Link>,
    /// The difference in percent of the term before, with sign and unit.
    pub relative_change: Option<Link>,
    /// Belongs to the figure above it.
    pub inner: bool,
}

/// One line of a chart: this term and the term before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bar {
    /// What is counted.
    pub label: String,
    /// This term.
    pub now: i64,
    /// The term before, where one is on record.
    pub before: Option<i64>,
}

/// A line of a chart in its place: values with the lengths of their bars.
struct Drawn<'a> {
    label: &'a str,
    top: usize,
    now: (i64, i64),
    before: Option<(i64, i64)>,
}

/// A chart of bars, drawn by the server.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "reports/bars.html")]
pub struct Bars {
    /// What it shows.
    pub title: String,
    /// The unit of all values.
    pub unit: &'static str,
    /// The lines.
    pub bars: Vec<Bar>,
}

impl askama::filters::HtmlSafe for Bars {}

impl Bars {
    /// The height of the drawing.
    fn height(&self) -> usize {
        self.bars.len().saturating_mul(LINE)
    }

    /// The lines with their places.
    fn drawn(&self) -> Vec<Drawn<'_>> {
        self.bars
            .iter()
            .enumerate()
            .map(|(place, bar)| Drawn {
                label: &bar.label,
                top: place.saturating_mul(LINE),
                now: (bar.now, self.length(bar.now)),
                before: bar.before.map(|before| (before, self.length(before))),
            })
            .collect()
    }

    /// The length of a bar; one that stands for somebody is seen.
    fn length(&self, value: i64) -> i64 {
        let most =
            self.bars.iter().flat_map(|bar| [Some(bar.now), bar.before]).flatten().max().unwrap_or(1).max(1);
        let length = value.saturating_mul(LONGEST).checked_div(most).unwrap_or_default();
        if value > 0 { length.max(2) } else { 0 }
    }
}

/// The page of the team picture.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "reports/team.html")]
pub struct Team {
    /// What stands around the page.
    pub frame: Frame,
    /// Whose picture it is.
    pub organisation: String,
    /// `2026年第一季度`.
    pub quarter: String,
    /// Live, or which revision.
    pub state: Badge,
    /// The day, and what is compared.
    pub facts: Vec<Fact>,
    /// The way to the quarterly report.
    pub report: Link,
    /// The quarters to choose from.
    pub quarters: Vec<Choice>,
    /// The quarter shown.
    pub quarter_code: String,
    /// The organisations to choose from.
    pub organisations: Vec<Choice>,
    /// The organisation shown.
    pub organisation_code: String,
    /// The charts.
    pub charts: Vec<Bars>,
    /// The figures.
    pub lines: Vec<TeamLine>,
    /// The county's targets beside the figures.
    pub targets: Table,
    /// Who below misses a target, one table for each; none where there is nobody below.
    pub missed: Option<Vec<Table>>,
    /// What may be unusual in the committees, with the way to those in which it is.
    pub findings: Vec<Link>,
    /// Where all targets stand.
    pub all_targets: Link,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_share_one_scale_and_nobody_has_no_bar() {
        let bar = |now, before| Bar { label: "35岁及以下".to_owned(), now, before };
        let bars = Bars {
            title: String::new(),
            unit: "人",
            bars: vec![bar(50, Some(100)), bar(0, None), bar(1, None)],
        };
        assert_eq!((bars.length(100), bars.length(50), bars.length(1), bars.length(0)), (300, 150, 3, 0));
        let drawn = bars.render().unwrap();
        assert!(drawn.contains("<svg") && !drawn.contains("<script"), "{drawn}");
        assert_eq!(drawn.matches("class=\"bar-before\"").count(), 1, "{drawn}");
    }
}

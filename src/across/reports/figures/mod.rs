//! Figures: small values that say what is counted over which facts. One file per section of the report.
//!
//! A figure never computes; `measure` counts its parts, and [`Figure::value`] makes the number of them. The rows behind
//! it are the rows of the same part.

mod assessments;
mod committees;
mod flow;
mod members;
mod organisations;
mod quality;
mod ratings;
mod reserves;
mod trail;
mod training;
mod value;

pub use super::source::Table;
pub use flow::{Balance, balance};
pub(super) use flow::{
    CLOSING, LATE, MOVES, OPENING, carry_closings, identity, imply_openings, section as flow_section,
};
pub(super) use quality::{findings_of, population, section as quality_section};
pub use value::{Amount, Change, FigureValue, TermBefore, Value};

use crate::records::words::WordBook;

/// On which side of an organisation's border a row counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// It comes in (or stands inside).
    Into,
    /// It goes out.
    OutOf,
    /// It comes in: plus one; it goes out: minus one.
    Net,
}

/// The rows of one table of facts that count, and what each counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Part {
    /// The table.
    pub table: Table,
    /// Which rows, in terms of `f`.
    pub filter: &'static str,
    /// On which side of the border.
    pub side: Side,
    /// What each row counts, in terms of `f`; one where it is not said.
    pub sum: Option<&'static str>,
    /// The source that the row must have, by its code.
    pub source: Option<&'static str>,
}

impl Part {
    /// The rows of a table that a filter lets through.
    const fn of(table: Table, filter: &'static str) -> Self {
        Self { table, filter, side: Side::Into, sum: None, source: None }
    }

    /// All rows of a table.
    pub(super) const fn all(table: Table) -> Self {
        Self::of(table, "true")
    }

    /// The same rows on a side of the border.
    const fn on(self, side: Side) -> Self {
        Self { side, ..self }
    }

    /// Those of the same rows that have a source.
    const fn from(self, source: &'static str) -> Self {
        Self { source: Some(source), ..self }
    }

    /// Which rows, as SQL in terms of `f`.
    #[must_use]
    pub fn condition(&self) -> String {
        match self.source {
            // A code of the vocabulary, or of the shape of one: it holds no quote.
            Some(code) => format!("{} AND strpos(f.sources, ' {code} ') > 0", self.filter),
            None => self.filter.to_owned(),
        }
    }

    /// The same rows, each counting an amount of its own.
    const fn summing(self, amount: &'static str) -> Self {
        Self { sum: Some(amount), ..self }
    }
}

/// How the number is made of the parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// The numerator.
    Count,
    /// Numerator over denominator in percent, two decimals, half up.
    Percentage,
    /// Numerator over denominator, two decimals, half up.
    Mean,
    /// The same of a numerator that counts tenths.
    MeanOfTenths,
    /// The numerator is a sum of percents of people: the number is how many people they make, part of one being one
    /// more, and none where it is below zero.
    RoundedUpPercent,
}

/// What a figure is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// 人.
    Persons,
    /// 人次.
    PersonTimes,
    /// 个.
    Organisations,
    /// %.
    Percent,
    /// 岁.
    Years,
    /// 星.
    Stars,
    /// 份.
    Ratings,
    /// 个.
    Awards,
    /// 条.
    Entries,
    /// 人次: one person may have several tags.
    Tags,
    /// 百分点.
    Points,
    /// 个职位.
    Posts,
    /// 期.
    Classes,
    /// 场.
    Sessions,
    /// 学时.
    Hours,
    /// 分, of a hundred.
    Marks,
}

impl Unit {
    /// Every unit.
    pub const ALL: [Self; 16] = [
        Self::Persons,
        Self::PersonTimes,
        Self::Organisations,
        Self::Percent,
        Self::Years,
        Self::Stars,
        Self::Ratings,
        Self::Awards,
        Self::Entries,
        Self::Tags,
        Self::Points,
        Self::Posts,
        Self::Classes,
        Self::Sessions,
        Self::Hours,
        Self::Marks,
    ];

    /// The code in the API.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Persons => "persons",
            Self::PersonTimes => "person-times",
            Self::Organisations => "organisations",
            Self::Percent => "percent",
            Self::Years => "years",
            Self::Stars => "stars",
            Self::Ratings => "ratings",
            Self::Awards => "awards",
            Self::Entries => "entries",
            Self::Tags => "tags",
            Self::Points => "points",
            Self::Posts => "posts",
            Self::Classes => "classes",
            Self::Sessions => "sessions",
            Self::Hours => "hours",
            Self::Marks => "marks",
        }
    }

    /// The Chinese name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Persons => "人",
            Self::PersonTimes => "人次",
            Self::Organisations => "个",
            Self::Percent => "%",
            Self::Years => "岁",
            Self::Stars => "星",
            Self::Ratings => "份",
            Self::Awards => "个",
            Self::Entries => "条",
            Self::Tags => "人次",
            Self::Points => "百分点",
            Self::Posts => "个",
            Self::Classes => "期",
            Self::Sessions => "场",
            Self::Hours => "学时",
            Self::Marks => "分",
        }
    }
}

/// How a figure stands against the same in the term before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Against {
    /// The difference of the unrounded values; of percentages in points.
    Difference,
    /// The difference in percent of the value before.
    Relative,
}

/// The same figure in the term before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comparison {
    /// What the figure says of the two.
    pub against: Against,
    /// What was counted.
    pub numerator: Part,
    /// Over what.
    pub denominator: Option<Part>,
    /// Whoever was seated then: where that is nobody, no term before is on record and nothing is compared.
    pub known: Part,
}

/// The definition of a figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// The code (`members.total`).
    pub code: String,
    /// What is counted, in Chinese.
    pub label: String,
    /// The definition in Chinese, one sentence.
    pub definition: String,
    /// What it is counted in.
    pub unit: Unit,
    /// How the number is made.
    pub shape: Shape,
    /// What is counted.
    pub numerator: Part,
    /// Over what.
    pub denominator: Option<Part>,
    /// The term before that it is compared with; none for a figure of one day.
    pub comparison: Option<Comparison>,
}

impl Figure {
    fn count(code: &str, label: &str, unit: Unit, part: Part, definition: &str) -> Self {
        Self {
            code: code.to_owned(),
            label: label.to_owned(),
            definition: definition.to_owned(),
            unit,
            shape: Shape::Count,
            numerator: part,
            denominator: None,
            comparison: None,
        }
    }

    /// The share of this count in `whole`, as the figure `<code>.ratio`.
    #[must_use]
    pub fn ratio(&self, whole: &Self) -> Self {
        Self {
            code: format!("{}.ratio", self.code),
            label: format!("{}占比", self.label),
            definition: format!("{}除以{}，四舍五入保留两位小数。", self.label, whole.label),
            unit: Unit::Percent,
            shape: Shape::Percentage,
            numerator: self.numerator,
            denominator: Some(whole.numerator),
            comparison: None,
        }
    }

    /// The mean of an amount over the rows of `whole`.
    fn mean(code: &str, label: &str, unit: Unit, amount: &'static str, whole: &Self) -> Self {
        Self {
            code: code.to_owned(),
            label: label.to_owned(),
            definition: format!("对{}取平均，四舍五入保留两位小数。", whole.label),
            unit,
            shape: Shape::Mean,
            numerator: whole.numerator.summing(amount),
            denominator: Some(whole.numerator),
            comparison: None,
        }
    }

    /// The parts that must be counted.
    pub fn parts(&self) -> impl Iterator<Item = Part> {
        let before = self
            .comparison
            .into_iter()
            .flat_map(|term| [Some(term.numerator), term.denominator, Some(term.known)]);
        std::iter::once(self.numerator).chain(self.denominator).chain(before.flatten())
    }
}

/// A grid of counts beside the figures of a section.
#[derive(Debug, Clone)]
pub struct Grid {
    /// The code.
    pub code: &'static str,
    /// The heading.
    pub title: &'static str,
    /// What is counted.
    pub unit: Unit,
    /// The headings of the columns.
    pub columns: Vec<&'static str>,
    /// Each row: its heading, one part per column.
    pub rows: Vec<(&'static str, Vec<Part>)>,
}

/// A section of the report.
#[derive(Debug, Clone)]
pub struct Section {
    /// The code.
    pub code: &'static str,
    /// The heading.
    pub title: &'static str,
    /// Its figures, in order.
    pub figures: Vec<Figure>,
    /// Its grids.
    pub grids: Vec<Grid>,
}

/// The sections of the report, in order. `star_scale` is the highest number of stars of the primary member scheme, `words`
/// what the county added: its sources have figures of their own.
#[must_use]
pub fn sections(star_scale: Option<i32>, words: &WordBook) -> Vec<Section> {
    vec![
        organisations::section(),
        members::section(),
        flow::section(),
        committees::section(words),
        reserves::section(words),
        training::section(),
        ratings::section(star_scale.unwrap_or_default()),
        assessments::section(),
        quality::section(),
        trail::section(),
    ]
}

/// The figures of committees in a county that added some words.
#[must_use]
pub fn of_committees(words: &WordBook) -> Vec<Figure> {
    committees::section(words).figures
}

/// Every figure there is in a county that added some words, whatever the scale of its stars.
#[must_use]
pub fn all(words: &WordBook) -> Vec<Figure> {
    sections(Some(10), words).into_iter().flat_map(|section| section.figures).collect()
}

/// Whether a figure is another one against the term before, by its code.
#[must_use]
pub fn is_against_term(code: &str) -> bool {
    code.ends_with(".change") || code.ends_with(".relative_change")
}

/// The figure of a code.
#[must_use]
pub fn find(code: &str, words: &WordBook) -> Option<Figure> {
    all(words).into_iter().find(|figure| figure.code == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique() {
        let mut codes: Vec<String> =
            all(&WordBook::default()).into_iter().map(|figure| figure.code).collect();
        let before = codes.len();
        codes.sort();
        codes.dedup();
        assert_eq!(codes.len(), before);
    }

    #[test]
    fn every_percentage_and_mean_says_over_what() {
        for figure in all(&WordBook::default()) {
            let counts = matches!(figure.shape, Shape::Count | Shape::RoundedUpPercent);
            assert_eq!(counts, figure.denominator.is_none(), "{}", figure.code);
            assert!(figure.definition.ends_with('。'), "{}", figure.code);
        }
    }
}

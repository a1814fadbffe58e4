//! The quarterly report and the rows behind a figure.

use askama::Template;

use super::Frame;
use super::controls::Choice;
use super::parts::{Badge, Fact, Link, Pager};
use super::table::Table;

/// One figure of the report.
#[derive(Debug, Clone, Default)]
pub struct FigureLine {
    /// The code (`members.total`).
    pub code: String,
    /// What is counted.
    pub label: String,
    /// The number as printed; `—` for a ratio without denominator.
    pub value: String,
    /// Its unit in Chinese.
    pub unit: String,
    /// Numerator and denominator as printed, for a ratio.
    pub parts: Option<(String, String)>,
    /// The quarter before.
    pub previous: Option<String>,
    /// Against the quarter before, with sign.
    pub change: Option<String>,
    /// The same quarter last year, and against that with sign.
    pub last_year: Option<(String, String)>,
    /// Why it changed.
    pub why: Option<String>,
    /// Against the term before, with sign and unit, and the figure that says so.
    pub term: Option<Link>,
    /// The rows behind it.
    pub href: Option<String>,
    /// Belongs to the figure above it.
    pub inner: bool,
}

/// A chart made from columns of numbers; the same numbers stand in the page as a table.
#[derive(Debug, Clone, Default)]
pub struct Chart {
    /// `bar`, `line`, `stack`, `pie`, `pyramid` (two series back to back) or `bridge` (from the first value through
    /// gains and losses to the last).
    pub kind: &'static str,
    /// What it shows.
    pub title: String,
    /// The unit of all values.
    pub unit: String,
    /// Names of the series.
    pub series: Vec<String>,
    /// Category and one value per series (plain decimal numbers).
    pub points: Vec<(String, Vec<String>)>,
}

/// A section of the report.
#[derive(Debug, Clone, Default)]
pub struct ReportSection {
    /// The code.
    pub code: String,
    /// The heading.
    pub title: String,
    /// The figures.
    pub figures: Vec<FigureLine>,
    /// Whether some of them stand against the term before.
    pub has_terms: bool,
    /// Whether some of them stand beside the same quarter last year.
    pub has_years: bool,
    /// A chart of some of them.
    pub chart: Option<Chart>,
    /// Tables of the section.
    pub tables: Vec<Table>,
}

/// Whether the flow of members balances.
#[derive(Debug, Clone, Default)]
pub struct Balance {
    /// It does.
    pub balanced: bool,
    /// The identity with its numbers: `期初 12,031 + 补录 0 + 发展 24 … = 期末 12,040`.
    pub arithmetic: String,
    /// Who breaks it, by name.
    pub breaking: Vec<Link>,
}

/// The quarterly report of one organisation.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "reports/quarterly.html")]
pub struct Quarterly {
    /// What stands around the page.
    pub frame: Frame,
    /// Whose report it is.
    pub organisation: String,
    /// `2026年第一季度`.
    pub quarter: String,
    /// Live, or which revision.
    pub state: Badge,
    /// Revision, closed when and by whom, checkpoint.
    pub facts: Vec<Fact>,
    /// The choices above the report; sent by GET as `organisation`, `quarter`, `revision`.
    pub quarters: Vec<Choice>,
    /// The quarter shown.
    pub quarter_code: String,
    /// The organisations whose report may be seen.
    pub organisations: Vec<Choice>,
    /// The organisation shown.
    pub organisation_code: String,
    /// The flow.
    pub balance: Balance,
    /// The sections.
    pub sections: Vec<ReportSection>,
    /// The same figures for the organisations below.
    pub below: Option<Table>,
    /// Findings and amendments, one table each.
    pub appendices: Vec<Table>,
    /// The report as a file: `XLSX`, `PDF`.
    pub downloads: Vec<Link>,
    /// The team picture of the same organisation.
    pub team_page: String,
    /// Where a draft is held against these figures.
    pub articles_page: String,
    /// Where the closed quarter is amended, for whom may.
    pub amend_page: Option<String>,
    /// Where the quarters are closed.
    pub quarters_page: Option<String>,
    /// What stands open before the quarter is closed.
    pub cockpit_page: String,
    /// The same report beside the same quarter last year, where that is not shown yet.
    pub last_year_page: Option<String>,
}

/// The rows behind a figure.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "reports/figure_rows.html")]
pub struct FigureRows {
    /// What stands around the page.
    pub frame: Frame,
    /// The figure.
    pub figure: FigureLine,
    /// Its definition in words.
    pub definition: String,
    /// Organisation, quarter, revision.
    pub facts: Vec<Fact>,
    /// The way back to the report.
    pub back: Link,
    /// Numerator and denominator, for a ratio: text, address, shown now.
    pub parts: Vec<(Link, bool)>,
    /// The rows.
    pub table: Table,
    /// The way to the other rows.
    pub pager: Pager,
    /// The rows as a workbook.
    pub export: Option<String>,
}

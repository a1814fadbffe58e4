//! The quarter cockpit and the score of data quality.

use askama::Template;

use super::controls::Choice;
use super::parts::{Badge, Fact, FigureCard, Link};
use super::reports::Chart;
use super::table::Table;
use super::{Form, Frame};

/// The findings of one rule, and the way through them.
#[derive(Debug, Clone, Default)]
pub struct FindingLine {
    /// The rule's name.
    pub title: String,
    /// How grave a finding is.
    pub severity: Badge,
    /// How many.
    pub count: String,
    /// The way out.
    pub hint: String,
    /// The queue of repairs; none where nothing may be mended here.
    pub queue: Option<String>,
    /// All of them as a list.
    pub rows: String,
}

/// What still stands open before a quarter is closed.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "cockpit/show.html")]
pub struct CockpitPage {
    /// What stands around the page.
    pub frame: Frame,
    /// Whose it is.
    pub organisation: String,
    /// `2026年第一季度`.
    pub quarter: String,
    /// How far the closing is.
    pub state: Badge,
    /// The quarters to choose from.
    pub quarters: Vec<Choice>,
    /// The quarter shown.
    pub quarter_code: String,
    /// The organisations to choose from.
    pub organisations: Vec<Choice>,
    /// The organisation shown.
    pub organisation_code: String,
    /// Days, who signed, what changed since.
    pub facts: Vec<Fact>,
    /// What is open, counted.
    pub figures: Vec<FigureCard>,
    /// A sentence about the sign-off; empty: none.
    pub note: String,
    /// Findings by rule.
    pub findings: Vec<FindingLine>,
    /// The members that break the balance.
    pub unbalanced: Vec<Link>,
    /// The organisations below.
    pub units: Option<Table>,
    /// Who has to act.
    pub duties: Table,
    /// Signing off, or taking that back, for whom may.
    pub form: Option<Form>,
    /// What the form does.
    pub form_title: String,
    /// The ways to the score, the settings, the closing.
    pub links: Vec<Link>,
}

/// The score of data quality.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "cockpit/quality.html")]
pub struct Quality {
    /// What stands around the page.
    pub frame: Frame,
    /// Whose it is.
    pub organisation: String,
    /// `2026年第一季度`.
    pub quarter: String,
    /// The quarters to choose from.
    pub quarters: Vec<Choice>,
    /// The quarter shown.
    pub quarter_code: String,
    /// The organisations to choose from.
    pub organisations: Vec<Choice>,
    /// The organisation shown.
    pub organisation_code: String,
    /// The way back.
    pub back: Link,
    /// The score as printed.
    pub score: String,
    /// The revision, how many findings.
    pub facts: Vec<Fact>,
    /// The score by rule.
    pub parts: Table,
    /// The organisations below.
    pub units: Option<Table>,
    /// The score over the quarters.
    pub trend: Option<Chart>,
}

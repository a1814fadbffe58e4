//! Amending a closed quarter, and what differs between its revisions.

use askama::Template;

use super::parts::{Fact, Link, Pager};
use super::table::Table;
use super::{Form, Frame, Notice};

/// Amending a closed quarter: what would change, who proposed it and why, the button of the second person.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "quarters/amend.html")]
pub struct Amend {
    /// What stands around the page.
    pub frame: Frame,
    /// The heading (`修订 2026年第一季度`).
    pub title: String,
    /// The way back.
    pub back: Link,
    /// Organisation, revision, proposed by, when and why.
    pub facts: Vec<Fact>,
    /// What would change, which later quarters go along, who may press the button.
    pub notices: Vec<Notice>,
    /// The form, for whom may.
    pub form: Option<Form>,
    /// The figures of the county that would say another number.
    pub moved: Table,
    /// The rows that would differ, with who entered or corrected what stands behind them.
    pub table: Table,
    /// The way to the other rows.
    pub pager: Pager,
}

/// What differs between two revisions.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "quarters/differences.html")]
pub struct Differences {
    /// What stands around the page.
    pub frame: Frame,
    /// The heading (`2026年第一季度 第2版与第1版的差异`).
    pub title: String,
    /// The way back.
    pub back: Link,
    /// Organisation, revisions, why.
    pub facts: Vec<Fact>,
    /// The rows.
    pub table: Table,
    /// The way to the other rows.
    pub pager: Pager,
}

//! Why a figure changed.

use askama::Template;

use super::Frame;
use super::controls::Choice;
use super::parts::{Fact, Link, Pager};
use super::table::Table;

/// What moved a part of a figure.
#[derive(Debug, Clone, Default)]
pub struct PartLines {
    /// `分子`; empty for a figure of one part.
    pub title: String,
    /// `9 + 2 − 1 = 10`.
    pub arithmetic: String,
    /// Cause, rows, what they add; each leads to its rows.
    pub groups: Table,
}

/// Why a figure changed between two quarters or revisions.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "reports/changes.html")]
pub struct Changes {
    /// What stands around the page.
    pub frame: Frame,
    /// The figure.
    pub label: String,
    /// `9 人 → 10 人（+1）`.
    pub change: String,
    /// The way back.
    pub back: Link,
    /// Where the choice is sent.
    pub action: String,
    /// Code of the organisation.
    pub organisation: String,
    /// The quarters to choose from.
    pub quarters: Vec<Choice>,
    /// The one at the beginning.
    pub from: String,
    /// The one at the end.
    pub to: String,
    /// The revision at the beginning; empty: the latest.
    pub from_revision: String,
    /// The revision at the end; empty: the latest.
    pub to_revision: String,
    /// Organisation, both ends, definition.
    pub facts: Vec<Fact>,
    /// What moved each part.
    pub parts: Vec<PartLines>,
    /// The rows of one part, or of one cause.
    pub table: Table,
    /// The way to the other rows.
    pub pager: Pager,
    /// The way back to all causes, where one is shown.
    pub all: Option<Link>,
}

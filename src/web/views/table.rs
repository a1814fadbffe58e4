//! A list of rows: the one table that every list and every "rows behind a figure" prints.

use askama::Template;
use askama::filters::HtmlSafe;

use super::parts::{Badge, Link, Pager};

/// A column of a [`Table`].
#[derive(Debug, Clone, Default)]
pub struct Column {
    /// The heading.
    pub label: String,
    /// Numbers stand to the right.
    pub numeric: bool,
    /// The address that sorts by this column.
    pub sort: Option<String>,
    /// How the list is sorted by this column now: `ascending` or `descending`.
    pub sorted: Option<&'static str>,
}

impl Column {
    /// A column of texts.
    pub fn new(label: impl Into<String>) -> Self {
        Self { label: label.into(), ..Self::default() }
    }

    /// A column of numbers.
    pub fn numeric(label: impl Into<String>) -> Self {
        Self { numeric: true, ..Self::new(label) }
    }

    /// The same column with an address that sorts by it, and how it is sorted now.
    #[must_use]
    pub fn sortable(mut self, href: impl Into<String>, sorted: Option<&'static str>) -> Self {
        self.sort = Some(href.into());
        self.sorted = sorted;
        self
    }
}

/// What stands in one cell.
#[derive(Debug, Clone)]
pub enum Cell {
    /// Plain text.
    Text(String),
    /// A number, to the right, digits of one width.
    Number(String),
    /// A state.
    Badge(Badge),
    /// A text that leads somewhere.
    Link(Link),
    /// What may be done with the row, each leading somewhere.
    Links(Vec<Link>),
    /// Several states.
    Badges(Vec<Badge>),
}

/// One row; `href` makes the whole row lead there (its first cell becomes the link).
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// Where the row leads.
    pub href: Option<String>,
    /// The cells, as many as there are columns.
    pub cells: Vec<Cell>,
}

impl Row {
    /// A row that leads nowhere.
    #[must_use]
    pub const fn new(cells: Vec<Cell>) -> Self {
        Self { href: None, cells }
    }

    /// A row that leads somewhere.
    pub fn to(href: impl Into<String>, cells: Vec<Cell>) -> Self {
        Self { href: Some(href.into()), cells }
    }
}

/// A list.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "parts/table.html")]
pub struct Table {
    /// What the table lists, for those who hear it read.
    pub caption: String,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows.
    pub rows: Vec<Row>,
    /// The sentence shown instead of rows when there are none: what is missing, and what to do.
    pub empty: String,
    /// How to get to the other pages, where the list is cut.
    pub pager: Option<Pager>,
}

impl HtmlSafe for Table {}

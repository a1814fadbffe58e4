//! Rows typed instead of a workbook.

use askama::Template;

use super::{Choice, Frame};

/// A column of the grid.
#[derive(Debug, Clone, Default)]
pub struct GridColumn {
    /// The field in the API.
    pub field: String,
    /// The heading.
    pub title: String,
    /// Every row must fill it.
    pub required: bool,
    /// What to fill in.
    pub hint: &'static str,
    /// `text`, `number` or `date`.
    pub shape: &'static str,
    /// How wide it is: `name`, `long`, `place`, `identifier`, `word`, `date` or `number`.
    pub width: &'static str,
    /// The words that it is filled with.
    pub list: Vec<Choice>,
    /// Where organisations are asked for while somebody types: `GET address?q=…`, answered as for a picker.
    pub search: Option<&'static str>,
    /// Whether it takes their codes alone.
    pub by_code: bool,
}

/// A grid that is filled in like a sheet; its rows are kept by script (`js/entry.js`) through the API.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "imports/grid.html")]
pub struct Grid {
    /// What stands around the page.
    pub frame: Frame,
    /// What the rows are (`党员名册`).
    pub title: &'static str,
    /// Where the plan is made (POST).
    pub action: String,
    /// Where the draft is kept (GET and PUT, see the API).
    pub address: String,
    /// An id of this page, for its draft.
    pub writer: String,
    /// How many rows there may be.
    pub most: usize,
    /// The empty workbook of the same kind.
    pub template: String,
    /// Code of the organisation that the rows belong to.
    pub organisation: String,
    /// The organisations that they may belong to.
    pub organisations: Vec<Choice>,
    /// The columns.
    pub columns: Vec<GridColumn>,
}

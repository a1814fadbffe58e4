//! The columns of a workbook, as data: what stands in the first row, and what may stand below it.

use chrono::NaiveDate;

use crate::across::sheets::{Column, ColumnKind, column_letters};
use crate::base::codes::CodeTable;
use crate::base::values::half_width;
use crate::records::words::{WordBook, WordList};

/// What a cell of a column may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Words; a number is taken as it is shown.
    Text,
    /// Digits that are not counted: only a text cell, since a number has lost all digits beyond fifteen.
    Identifier,
    /// A telephone: a text cell, or a whole number of 7 to 12 digits.
    Telephone,
    /// A whole number.
    Number,
    /// A day: a date cell, or one of the four ways to write a date.
    Date,
}

/// Which organisations a column names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// Branches.
    Branches,
    /// Villages and communities.
    Villages,
    /// Any, by name or code.
    Organisations,
    /// Any, by code alone.
    Codes,
}

/// One column of a kind of workbook.
#[derive(Debug)]
pub struct Heading {
    /// The text of the first row.
    pub title: &'static str,
    /// The field in the API.
    pub field: &'static str,
    /// Whether every row must fill it.
    pub required: bool,
    /// What its cells may be.
    pub shape: Shape,
    /// What to fill in, for the note on the heading of the empty workbook.
    pub explanation: &'static str,
    /// The choice of its drop-down list, where it is no code table.
    pub choices: fn() -> Vec<String>,
    /// The code table that its cells are from.
    pub table: Option<fn() -> &'static CodeTable>,
    /// The organisations that its cells name.
    pub names: Option<Names>,
    /// The list whose words that the county added may stand in it as well.
    pub own: Option<WordList>,
}

/// The column of the record's id, common to all kinds: an export comes back as `unchanged`.
pub const RECORD: Heading = Heading {
    title: "记录编号",
    field: "id",
    required: false,
    shape: Shape::Identifier,
    explanation: "系统导出时自动填写；新增的请留空，请勿改动。",
    choices: Vec::new,
    table: None,
    names: None,
    own: None,
};

/// The columns that a workbook of refused rows adds; they say nothing when it comes back.
pub const ROW_NUMBER: &str = "原行号";
/// See [`ROW_NUMBER`].
pub const REASON: &str = "退回原因";

impl Heading {
    /// The column as it is written into a workbook on a day. Its drop-down list ends with the words that the county added
    /// and that may be used on that day or later.
    #[must_use]
    pub fn column(&self, words: &WordBook, day: NaiveDate) -> Column {
        let kind = match self.shape {
            Shape::Text => ColumnKind::Text,
            Shape::Identifier | Shape::Telephone => ColumnKind::Identifier,
            Shape::Number => ColumnKind::Number,
            Shape::Date => ColumnKind::Date,
        };
        let explanation = (!self.explanation.is_empty()).then(|| self.explanation.to_owned());
        let choices = self.offered(words, day);
        Column { required: self.required, explanation, choices, ..Column::new(self.title, kind) }
    }

    /// Every word that may stand in it on a day or later; none where it may hold any text.
    #[must_use]
    pub fn offered(&self, words: &WordBook, day: NaiveDate) -> Vec<String> {
        let mut choices = match self.table {
            Some(table) => table().entries().iter().map(|entry| entry.name.clone()).collect(),
            None => (self.choices)(),
        };
        let own = self.own.map(|list| words.in_force(list, day, None)).unwrap_or_default();
        choices.extend(own.into_iter().map(|word| word.name().to_owned()));
        choices
    }
}

/// A column that every row must fill.
#[must_use]
pub const fn required(title: &'static str, field: &'static str, shape: Shape) -> Heading {
    Heading { required: true, ..optional(title, field, shape) }
}

/// A column that a row may leave empty.
#[must_use]
pub const fn optional(title: &'static str, field: &'static str, shape: Shape) -> Heading {
    Heading {
        title,
        field,
        required: false,
        shape,
        explanation: "",
        choices: Vec::new,
        table: None,
        names: None,
        own: None,
    }
}

/// Names for a drop-down list.
pub fn names(names: impl Iterator<Item = &'static str>) -> Vec<String> {
    names.map(str::to_owned).collect()
}

/// What a mapping calls one of several columns that have the same heading: by its letters too.
#[must_use]
pub fn lettered(heading: &str, column: u32) -> String {
    format!("{}（{}列）", heading.trim(), column_letters(column))
}

/// A heading without what does not tell columns apart: blanks, line breaks, the star of a required column.
#[must_use]
pub fn folded(heading: &str) -> String {
    half_width(heading)
        .chars()
        .filter(|character| !character.is_whitespace() && *character != '*')
        .flat_map(char::to_lowercase)
        .collect()
}

//! Rows of a plan about somebody new who may be on record already.

use askama::Template;

use super::Frame;
use super::parts::{Badge, Pager};

/// Somebody on record beside a row.
#[derive(Debug, Clone, Default)]
pub struct Beside {
    /// His record, where the row may be said to be about it.
    pub record: Option<String>,
    /// Where he is shown.
    pub href: String,
    /// The row was said to be about him.
    pub chosen: bool,
    /// His name.
    pub name: String,
    /// His citizen ID, masked.
    pub citizen_id: String,
    /// His birth date.
    pub birth_date: String,
    /// His branch; empty where there is none.
    pub unit: String,
    /// How much speaks for it.
    pub strength: Badge,
    /// What speaks for it.
    pub reasons: String,
}

/// A row with those beside it.
#[derive(Debug, Clone, Default)]
pub struct Doubled {
    /// The sheet's own row number.
    pub number: u32,
    /// The name in the row.
    pub name: String,
    /// Its citizen ID, masked.
    pub citizen_id: String,
    /// He was said to be somebody new.
    pub is_new: bool,
    /// Those on record.
    pub beside: Vec<Beside>,
}

/// The rows that wait for a choice, and those that have it.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "imports/doubles.html")]
pub struct DoublesPage {
    /// What stands around the page.
    pub frame: Frame,
    /// The plan.
    pub back: String,
    /// The name of the file.
    pub file_name: String,
    /// Where the choices are sent (POST: `row-<number>` each), while the plan waits.
    pub action: Option<String>,
    /// After which row this page begins.
    pub after: i32,
    /// The rows.
    pub rows: Vec<Doubled>,
    /// The way to the others.
    pub pager: Pager,
}

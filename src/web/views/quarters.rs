//! Quarters: their states, proposing and confirming the closing.

use askama::Template;

use super::parts::{Badge, Fact, Link};
use super::table::Table;
use super::{Form, Frame};

/// The quarters of a county.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "quarters/list.html")]
pub struct Quarters {
    /// What stands around the page.
    pub frame: Frame,
    /// Quarter, state, revision, proposed by, closed by, checkpoint.
    pub table: Table,
}

/// One check before closing.
#[derive(Debug, Clone, Default)]
pub struct Check {
    /// What was checked, and the rows concerned.
    pub link: Link,
    /// How it came out.
    pub result: Badge,
    /// One sentence more.
    pub note: String,
}

/// Closing a quarter: what is checked, who proposed it, the button of the second person.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "quarters/close.html")]
pub struct Close {
    /// What stands around the page.
    pub frame: Frame,
    /// The heading (`结账 2026年第一季度`).
    pub title: String,
    /// The way back.
    pub back: Link,
    /// Organisation, state, proposed by and when.
    pub facts: Vec<Fact>,
    /// What was checked.
    pub checks: Vec<Check>,
    /// Where the quarter is amended, once it is closed.
    pub amend: Option<Link>,
    /// What the button does, in one sentence; who may press it.
    pub note: String,
    /// The form, for whom may.
    pub form: Option<Form>,
}

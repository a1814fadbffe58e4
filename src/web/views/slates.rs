//! Slates: the list, one being put together beside what it would look like, two side by side, the sheet to be printed.

use askama::Template;
use askama::filters::HtmlSafe;

use super::Frame;
use super::controls::{Choice, Form};
use super::parts::{Badge, Fact, Link, Notice};
use super::table::Table;

/// What a slate would look like: rules, targets, figures.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "slates/outcome.html")]
pub struct Outcome {
    /// What could not be read, or what the rules say; empty: nothing.
    pub remarks: Vec<Notice>,
    /// Each target with both teams.
    pub targets: Table,
    /// Each figure with both teams.
    pub figures: Table,
}

impl HtmlSafe for Outcome {}

/// The slates of a place.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "slates/list.html")]
pub struct Slates {
    /// What stands around the page.
    pub frame: Frame,
    /// Village, term, name, state.
    pub table: Table,
    /// The states, and whether each is shown.
    pub tabs: Vec<(Link, bool)>,
    /// Where a slate is made, for whom may.
    pub make: Option<String>,
}

/// A slate being put together.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "slates/edit.html")]
pub struct Edit {
    /// What stands around the page.
    pub frame: Frame,
    /// The way back.
    pub back: Link,
    /// Village and name.
    pub title: String,
    /// How far it has come.
    pub state: Badge,
    /// Term, day, who made it.
    pub facts: Vec<Fact>,
    /// Comparing, printing, copying.
    pub actions: Vec<Link>,
    /// The fields, for whom may change them.
    pub form: Option<Form>,
    /// Who is proposed, for whom only reads.
    pub seats: Table,
    /// Where a change is tried out.
    pub try_at: String,
    /// What it would look like.
    pub outcome: Outcome,
}

/// Two slates side by side.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "slates/compare.html")]
pub struct Compare {
    /// What stands around the page.
    pub frame: Frame,
    /// The way back.
    pub back: Link,
    /// The village.
    pub title: String,
    /// Where another one is chosen.
    pub action: String,
    /// The slates to choose from.
    pub others: Vec<Choice>,
    /// The one that is chosen.
    pub other: String,
    /// What is compared, once another one is chosen.
    pub tables: Vec<(String, Table)>,
    /// Each slate with what the rules say of it.
    pub remarks: Vec<(String, Vec<Notice>)>,
}

/// A slate to be printed.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "slates/sheet.html")]
pub struct Sheet {
    /// What stands around the page.
    pub frame: Frame,
    /// The way back.
    pub back: Link,
    /// The heading.
    pub title: String,
    /// Term, day, state, who made it.
    pub facts: Vec<Fact>,
    /// Who is proposed.
    pub seats: Table,
    /// What it would look like.
    pub outcome: Outcome,
}

/// What a county wants of its teams.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "slates/targets.html")]
pub struct Targets {
    /// What stands around the page.
    pub frame: Frame,
    /// The way back.
    pub back: Link,
    /// Every version.
    pub table: Table,
    /// Sets a target, for whom may.
    pub form: Option<Form>,
}

//! Candidates: the list, the sheet of one, and what a county vets for.

use askama::Template;

use super::Frame;
use super::controls::Choice;
use super::members::Action;
use super::parts::{Badge, Fact, Link, Notice};
use super::table::Table;

/// The list of checks.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "vetting/list.html")]
pub struct List {
    /// What stands around the page.
    pub frame: Frame,
    /// The states, and whether each is shown.
    pub tabs: Vec<(Link, bool)>,
    /// Name, pinyin or initials, as typed.
    pub q: String,
    /// The chosen state; rides along with a search.
    pub state: String,
    /// Whether only those past their day are shown.
    pub overdue: bool,
    /// The checks of this page.
    pub table: Table,
    /// Where a candidate is proposed.
    pub propose: String,
}

/// One item on a sheet.
#[derive(Debug, Clone, Default)]
pub struct SheetRow {
    /// Its number.
    pub number: i32,
    /// What must not be the case.
    pub text: String,
    /// What it means.
    pub severity: Badge,
    /// The code that is chosen; empty: no answer yet.
    pub result: String,
    /// The same as a badge, for reading.
    pub shown: Badge,
    /// The answers that the item allows.
    pub results: Vec<Choice>,
    /// On what the answer rests.
    pub evidence: String,
    /// Who answered, when; empty: nobody.
    pub answered: String,
    /// What was said before.
    pub earlier: Vec<String>,
}

/// The items of one department.
#[derive(Debug, Clone, Default)]
pub struct SheetPart {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Who answers for it, to be kept or typed over.
    pub answered_by: String,
    /// When.
    pub answered_on: String,
    /// The items.
    pub rows: Vec<SheetRow>,
}

/// The sheet of one candidate.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "vetting/sheet.html")]
pub struct Sheet {
    /// What stands around the page.
    pub frame: Frame,
    /// The way back.
    pub back: Link,
    /// The name. It stands in the page, never in its title.
    pub name: String,
    /// How far it has come.
    pub badges: Vec<Badge>,
    /// What is known.
    pub facts: Vec<Fact>,
    /// Title of the list that he is vetted by.
    pub list: String,
    /// What was refused.
    pub problems: Vec<Notice>,
    /// The departments that the reader may see; none for whoever only proposes.
    pub parts: Vec<SheetPart>,
    /// Where answers are sent; none where nothing can be answered any more, and on paper.
    pub action: Option<String>,
    /// The version that the reader sees.
    pub version: i32,
    /// What can be done.
    pub actions: Vec<Action>,
    /// Why it was filed in spite of a flag, or rejected.
    pub decision: Option<String>,
    /// The address of the sheet for paper; none on it.
    pub paper: Option<String>,
}

/// What a county vets for, and who answers.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "vetting/checklist.html")]
pub struct Checklist {
    /// What stands around the page.
    pub frame: Frame,
    /// The version in force; empty where there is none.
    pub facts: Vec<Fact>,
    /// Items, departments, versions.
    pub tables: Vec<Table>,
    /// Whether the reader may set them.
    pub sets: bool,
}

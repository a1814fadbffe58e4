//! Two records of one person: the pairs that look like it, the choice between two, what a merge did.

use askama::Template;

use super::Frame;
use super::parts::{Badge, Fact, Link, Notice, Pager};
use super::table::Table;

/// Somebody of a pair.
#[derive(Debug, Clone, Default)]
pub struct Party {
    /// His name, which leads to his record.
    pub record: Link,
    /// Citizen ID as it is shown, sex, birth date.
    pub told: String,
    /// What he is on record for.
    pub standing: String,
}

/// Two who look like one.
#[derive(Debug, Clone, Default)]
pub struct PairLine {
    /// How much speaks for it.
    pub strength: Badge,
    /// What speaks for it, or who settled it.
    pub reasons: Vec<String>,
    /// The two.
    pub parties: Vec<Party>,
    /// Where they are compared, for whom may.
    pub compare: Option<String>,
    /// Their ids, for whom may settle.
    pub ids: Option<(String, String)>,
}

/// The pairs that look like one person, or those that were found to be two.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "people/duplicates.html")]
pub struct Duplicates {
    /// What stands around the page.
    pub frame: Frame,
    /// Whether these were settled: the button takes that back.
    pub settled: bool,
    /// The tabs, and which is open.
    pub tabs: Vec<(Link, bool)>,
    /// The pairs.
    pub pairs: Vec<PairLine>,
    /// What is said where there are none.
    pub empty: String,
    /// The other pages.
    pub pager: Pager,
}

/// A fact of two records, side by side.
#[derive(Debug, Clone, Default)]
pub struct FieldLine {
    /// The name of the control.
    pub name: String,
    /// Its label.
    pub label: String,
    /// What the record says that stays.
    pub winner: String,
    /// What the record says that goes.
    pub loser: String,
    /// The code of each choice, where there is one to be made.
    pub choice: Option<(String, String)>,
    /// The code that is chosen.
    pub chosen: String,
    /// One sentence more.
    pub hint: String,
    /// What is wrong with the choice.
    pub error: Option<String>,
}

/// Two records side by side, before they are merged.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "people/merge.html")]
pub struct MergePage {
    /// What stands around the page.
    pub frame: Frame,
    /// The record that stays.
    pub winner: Party,
    /// The record that goes.
    pub loser: Party,
    /// The same page with the two changed about.
    pub swap: String,
    /// What rides along: ids and versions.
    pub hidden: Vec<(&'static str, String)>,
    /// What is wrong; nothing was stored.
    pub problems: Vec<Notice>,
    /// What contradicts that they are one: the form is not offered then.
    pub obstacles: Vec<Notice>,
    /// What may contradict, by what is chosen.
    pub warnings: Vec<String>,
    /// Their own facts.
    pub fields: Vec<FieldLine>,
    /// What both have at one time.
    pub twice: Vec<FieldLine>,
    /// What is given to the record that stays.
    pub moves: Vec<Fact>,
}

/// The merges of an organisation.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "people/merges.html")]
pub struct Merges {
    /// What stands around the page.
    pub frame: Frame,
    /// The tabs, and which is open.
    pub tabs: Vec<(Link, bool)>,
    /// The merges.
    pub table: Table,
}

/// One merge.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "people/merged.html")]
pub struct MergedPage {
    /// What stands around the page.
    pub frame: Frame,
    /// What became of it.
    pub state: Badge,
    /// Who, when, whom.
    pub facts: Vec<Fact>,
    /// Every row that it touched.
    pub table: Table,
    /// Where it is taken back, for whom may, and the version that he sees.
    pub undo: Option<(String, i32)>,
    /// What is wrong with taking it back.
    pub problem: Option<Notice>,
    /// The reason as typed.
    pub reason: String,
}

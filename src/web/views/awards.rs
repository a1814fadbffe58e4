//! Awards of villages: the list, one award, the public notice for paper, the scheme.

use askama::Template;

use super::Frame;
use super::controls::Choice;
use super::members::{Action, Event};
use super::parts::{Badge, Fact, FigureCard, Link, Pager};
use super::table::Table;

/// One award of the list.
#[derive(Debug, Clone, Default)]
pub struct AwardRow {
    /// Its id.
    pub id: String,
    /// The version that the reader sees.
    pub version: String,
    /// The village; leads to the award.
    pub village: Link,
    /// The kind.
    pub kind: String,
    /// The year.
    pub year: i32,
    /// `连续3年`; empty: the first year, or it does not hold.
    pub streak: String,
    /// The mark of the panel.
    pub mark: String,
    /// The day of the last step.
    pub on: String,
    /// Until when it is made public.
    pub until: String,
    /// How far it has come, and whether an objection waits.
    pub badges: Vec<Badge>,
    /// Whether it can be chosen for the step that waits.
    pub choosable: bool,
}

/// The list of awards.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "awards/list.html")]
pub struct List {
    /// What stands around the page.
    pub frame: Frame,
    /// The states, and whether each is shown.
    pub tabs: Vec<(Link, bool)>,
    /// How many hold, by kind.
    pub figures: Vec<FigureCard>,
    /// The chosen state; rides along with the filter.
    pub state: String,
    /// The chosen kind.
    pub kind: String,
    /// The kinds to choose from.
    pub kinds: Vec<Choice>,
    /// The chosen year.
    pub year: String,
    /// The years to choose from.
    pub years: Vec<Choice>,
    /// The awards of this page.
    pub rows: Vec<AwardRow>,
    /// The sentence shown instead of rows.
    pub empty: String,
    /// How to get to the other pages.
    pub pager: Pager,
    /// The step that waits for those shown, for whoever may take it: its code and the word on the button.
    pub step: Option<(&'static str, String)>,
    /// Today, for the day of the step.
    pub today: String,
    /// Where a village is put forward, for whom may.
    pub recommend: Option<String>,
}

/// One award with everything that happened.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "awards/show.html")]
pub struct Show {
    /// What stands around the page.
    pub frame: Frame,
    /// The way back.
    pub back: Link,
    /// The village and the kind.
    pub title: String,
    /// How far it has come.
    pub badges: Vec<Badge>,
    /// What is known.
    pub facts: Vec<Fact>,
    /// The steps of the way: name, and whether it was taken.
    pub way: Vec<(String, bool)>,
    /// What can be done.
    pub actions: Vec<Action>,
    /// Marks, objections.
    pub tables: Vec<Table>,
    /// What happened, latest first.
    pub history: Vec<Event>,
}

/// The villages of one kind in a public notice.
#[derive(Debug, Clone, Default)]
pub struct NoticeGroup {
    /// The kind.
    pub kind: String,
    /// Town and village, one line each.
    pub villages: Vec<String>,
}

/// A public notice for paper.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "awards/notice.html")]
pub struct NoticeSheet {
    /// What stands around the page.
    pub frame: Frame,
    /// The way back.
    pub back: Link,
    /// The heading.
    pub title: String,
    /// What is made public and by what right.
    pub opening: String,
    /// Term and where to object.
    pub term: String,
    /// The villages by kind.
    pub groups: Vec<NoticeGroup>,
    /// What the page shows where nothing is made public now.
    pub empty: String,
}

/// The scheme in force.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "awards/scheme.html")]
pub struct Scheme {
    /// What stands around the page.
    pub frame: Frame,
    /// The way back.
    pub back: Link,
    /// What is in force; empty where nothing is.
    pub facts: Vec<Fact>,
    /// Steps, kinds, versions.
    pub tables: Vec<Table>,
}

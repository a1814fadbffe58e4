//! Members: list, record, form, the record that somebody else changed meanwhile.

use askama::Template;
use askama::filters::HtmlSafe;

use super::Frame;
use super::controls::{Choice, Form};
use super::parts::{Badge, Fact, Link};
use super::table::{Column, Table};

/// What the list is narrowed by; the texts are what the person chose.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Name, pinyin, initials, or a whole citizen ID or telephone number (which is sent by POST and never comes back in an address).
    pub q: String,
    /// The code of the branch.
    pub branch: String,
    /// The chosen codes, in the order of the lists below.
    pub category: String,
    /// The chosen status.
    pub status: String,
    /// The chosen education.
    pub education: String,
    /// The chosen sex.
    pub sex: String,
    /// The chosen branch with its name; the others are asked for while typing.
    pub branches: Vec<Choice>,
    /// The lists.
    pub categories: Vec<Choice>,
    /// The lists.
    pub statuses: Vec<Choice>,
    /// The lists.
    pub educations: Vec<Choice>,
    /// The lists.
    pub sexes: Vec<Choice>,
}

impl Filter {
    /// The name of the chosen branch, or its code when the name is not known.
    fn branch_name(&self) -> &str {
        let chosen = self.branches.iter().find(|branch| branch.code == self.branch);
        chosen.map_or(self.branch.as_str(), |branch| branch.name.as_str())
    }

    /// True when the list is narrowed.
    #[must_use]
    pub fn narrows(&self) -> bool {
        [&self.q, &self.branch, &self.category, &self.status, &self.education, &self.sex]
            .iter()
            .any(|value| !value.is_empty())
    }
}

/// The list of members.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "members/list.html")]
pub struct List {
    /// What stands around the page.
    pub frame: Frame,
    /// Where the filter is sent, by POST: a name answers with 303 to the address of the list, a citizen ID with the
    /// list itself.
    pub search: String,
    /// What the list is narrowed by.
    pub filter: Filter,
    /// The members of this page.
    pub table: Table,
    /// Where a member is entered, for whom may.
    pub enter: Option<String>,
    /// Where the list is exported.
    pub export: Option<String>,
}

/// The list of people, whatever they are on record for.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "people/list.html")]
pub struct People {
    /// What stands around the page.
    pub frame: Frame,
    /// Name, pinyin, initials, or a whole citizen ID or telephone number (which is sent by POST and never comes back in an address).
    pub q: String,
    /// What they are on record for, as chosen.
    pub relation: String,
    /// What they may be on record for.
    pub relations: Vec<Choice>,
    /// The people of this page.
    pub table: Table,
}

/// Somebody who may be the person being entered: the fragment that the duplicate check answers with.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "members/duplicates.html")]
pub struct Duplicates {
    /// People of the own organisation: name, branch, state; each leads to the record.
    pub own: Vec<(Link, String, Badge)>,
    /// The unit to ask, when the number is in use outside of what the person may see.
    pub elsewhere: Option<String>,
}

impl HtmlSafe for Duplicates {}

/// One field of a record that two people changed.
#[derive(Debug, Clone, Default)]
pub struct Difference {
    /// The field's name in the API.
    pub field: String,
    /// Its label.
    pub label: String,
    /// What stood there when this person began.
    pub before: String,
    /// What stands there now.
    pub theirs: String,
    /// What stands there now as the control takes it (a code, where the field is one).
    pub theirs_value: String,
    /// What this person typed.
    pub mine: String,
    /// The same as the control takes it.
    pub mine_value: String,
    /// Both changed it, to different values: a choice is needed.
    pub clash: bool,
    /// Only the other person changed it: the form has his value.
    pub taken: bool,
}

/// Both versions of a record that somebody else changed meanwhile.
#[derive(Debug, Clone, Default)]
pub struct Stale {
    /// Who changed it.
    pub who: String,
    /// When.
    pub when: String,
    /// The fields in which the versions differ.
    pub differences: Vec<Difference>,
}

/// A member is entered or changed.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "members/form.html")]
pub struct Edit {
    /// What stands around the page.
    pub frame: Frame,
    /// What is entered or changed, for the title of the page.
    pub kind: &'static str,
    /// The heading: 录入党员, or whose record it is.
    pub title: String,
    /// The way back.
    pub back: Link,
    /// The fields, with what was typed; `version` rides along.
    pub form: Form,
    /// Both versions, when the record was changed meanwhile. The form then holds what this person changed, over the
    /// version that stands now.
    pub stale: Option<Stale>,
}

/// One event in the life of a record.
#[derive(Debug, Clone, Default)]
pub struct Event {
    /// The day on which it counts (`2026-03-01`).
    pub on: String,
    /// What happened.
    pub title: String,
    /// Old → new, reason, letter number.
    pub details: Vec<String>,
    /// Who entered it, and when.
    pub entered: String,
    /// Entered after the quarter of its day was closed.
    pub late: bool,
}

/// Facts under a heading.
#[derive(Debug, Clone, Default)]
pub struct FactGroup {
    /// The heading.
    pub title: String,
    /// The facts.
    pub facts: Vec<Fact>,
}

/// Something that can be done with a record.
#[derive(Debug, Clone, Default)]
pub struct Action {
    /// What, and the page that asks for what is needed.
    pub link: Link,
    /// The symbol.
    pub icon: &'static str,
}

/// The record of one member, or of somebody who is on record for something else.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "members/show.html")]
pub struct Show {
    /// What stands around the page.
    pub frame: Frame,
    /// What the page shows: its title.
    pub kind: &'static str,
    /// The list.
    pub back: Link,
    /// The name. It stands in the page, never in its title.
    pub name: String,
    /// Category, status, and whatever else marks the record.
    pub badges: Vec<Badge>,
    /// The branch; none where its address is empty.
    pub branch: Link,
    /// What is known.
    pub groups: Vec<FactGroup>,
    /// What happened, latest first.
    pub history: Vec<Event>,
    /// Where it is changed, for whom may.
    pub edit: Option<String>,
    /// What else can be done.
    pub actions: Vec<Action>,
    /// Ratings, training and the like, one table each.
    pub tables: Vec<Table>,
}

/// Transfers: those that wait, or those that are decided.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "members/transfers.html")]
pub struct Transfers {
    /// What stands around the page.
    pub frame: Frame,
    /// The lists, and which of them is shown.
    pub tabs: Vec<(Link, bool)>,
    /// The transfers.
    pub table: Table,
}

impl Transfers {
    /// What is told of one that waits.
    #[must_use]
    pub fn waiting_columns() -> Vec<Column> {
        vec![
            Column::new("姓名"),
            Column::new("方向"),
            Column::new("转出党支部"),
            Column::new("转入"),
            Column::new("介绍信编号"),
            Column::numeric("提出日期"),
            Column::new("提出人"),
            Column::numeric("已等（天）"),
            Column::numeric("有效期至"),
            Column::new("状态"),
        ]
    }
}

//! Committees: the list, a village with its three committees, a vote being entered, its results sheet.

use askama::Template;

use super::Frame;
use super::controls::{Choice, Form};
use super::members::Event;
use super::parts::{Fact, Link, Notice};
use super::table::Table;

/// The committees of a place.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "committees/list.html")]
pub struct Committees {
    /// What stands around the page.
    pub frame: Frame,
    /// The organisation that the list is narrowed to.
    pub place: String,
    /// Village, committee, head, how many sit, vacancies, due day, state; or what is unusual, why, by which rule.
    pub table: Table,
    /// What asks for attention, and whether it is shown.
    pub tabs: Vec<(Link, bool)>,
    /// The kinds, and whether each is shown.
    pub kinds: Vec<(Link, bool)>,
    /// What may be unusual, to choose from.
    pub findings: Vec<Choice>,
    /// Code of what is chosen of these; empty: not narrowed.
    pub finding: String,
    /// By what else the list is narrowed: name and value.
    pub narrowed: Vec<(&'static str, String)>,
    /// Where a committee is opened, for whom may.
    pub open: Option<String>,
    /// The lists of seats and votes as workbooks.
    pub downloads: Vec<Link>,
    /// Where it is told why people left.
    pub departures: String,
}

/// How many seats were left, and why.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "committees/departures.html")]
pub struct Departures {
    /// What stands around the page.
    pub frame: Frame,
    /// The organisation that is looked at.
    pub place: String,
    /// The terms that run and the last quarters, and whether each is shown.
    pub tabs: Vec<(Link, bool)>,
    /// Reason, seats of each kind of committee, all, those of heads.
    pub table: Table,
}

/// One committee on the page of its village.
#[derive(Debug, Clone, Default)]
pub struct Part {
    /// An id for the heading, no two alike on the page.
    pub anchor: String,
    /// Which committee.
    pub title: String,
    /// Its terms, the newest first, and whether each is the one shown; empty: there is no other.
    pub terms: Vec<(Link, bool)>,
    /// The term that is shown: the one that runs unless another was chosen.
    pub facts: Vec<Fact>,
    /// What is unusual.
    pub findings: Vec<Notice>,
    /// Who sits, and who sat in this term.
    pub seats: Table,
    /// The votes of this term.
    pub votes: Table,
    /// What may be done.
    pub actions: Vec<Link>,
}

/// A village with its committees.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "committees/village.html")]
pub struct Village {
    /// What stands around the page.
    pub frame: Frame,
    /// Its name.
    pub name: String,
    /// Its committees, the Party's first.
    pub parts: Vec<Part>,
    /// Terms and seats of all committees, the newest first.
    pub history: Vec<Event>,
    /// Near relatives among those who sit.
    pub kin: Table,
    /// Where two are entered as near relatives, for whom may.
    pub relate: Option<Link>,
    /// Why people left; the proposed teams of the village, and where another one is begun, for whom may.
    pub slates: Vec<Link>,
    /// Where a committee that it has not is opened, for whom may.
    pub open: Option<Link>,
}

/// A vote being entered: numbers above, one row for each candidate, sums kept while typing.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "committees/vote.html")]
pub struct Vote {
    /// What stands around the page.
    pub frame: Frame,
    /// What is done: entered or corrected.
    pub title: String,
    /// The way back.
    pub back: Link,
    /// Village, committee, term.
    pub facts: Vec<Fact>,
    /// The bars in force, in words.
    pub note: String,
    /// The bars that the script tells as numbers while typing, one version after another: rule, first day, first day no
    /// longer in force or `-`, comparison, what stands above and below the line; `;` between them.
    pub quotas: String,
    /// The fields; the groups after the first are candidates.
    pub form: Form,
}

/// What the country demands of committees and votes, and what the county demands otherwise.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "committees/rules.html")]
pub struct Rules {
    /// What stands around the page.
    pub frame: Frame,
    /// The way back.
    pub back: Link,
    /// Every version of every bar.
    pub table: Table,
    /// The fields of the county's next one, for whom may set it.
    pub form: Option<Form>,
}

/// What the county adds to posts and sources.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "committees/words.html")]
pub struct Words {
    /// What stands around the page.
    pub frame: Frame,
    /// The way back.
    pub back: Link,
    /// Every version.
    pub table: Table,
    /// The fields of the next one, for whom may set it.
    pub form: Option<Form>,
}

/// A candidate on the results sheet.
#[derive(Debug, Clone, Default)]
pub struct ResultRow {
    /// His name.
    pub name: String,
    /// Votes for him.
    pub votes_for: String,
    /// Votes against him; empty where they were not counted.
    pub against: String,
    /// Abstentions; empty where they were not counted.
    pub abstentions: String,
    /// `当选`, `满票当选` or nothing.
    pub outcome: String,
}

/// The results sheet of a vote, to be printed and signed.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "committees/results.html")]
pub struct Results {
    /// What stands around the page.
    pub frame: Frame,
    /// The way back.
    pub back: Link,
    /// The heading (`官渡镇白泉村 村党组织第6届书记选举结果`).
    pub title: String,
    /// Day, places, eligible, present, ballots.
    pub facts: Vec<Fact>,
    /// The candidates, most votes first.
    pub rows: Vec<ResultRow>,
    /// How the bars of the day were met, one sentence each.
    pub sentences: Vec<String>,
    /// Where it is corrected, for whom may.
    pub correct: Option<String>,
    /// Where the run-off that it leaves places to is entered, for whom may.
    pub again: Option<String>,
}

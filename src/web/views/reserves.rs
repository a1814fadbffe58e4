//! Pools of reserve cadres and local talent: list, record, succession map, what the county demands.

use askama::Template;

use super::Frame;
use super::controls::{Choice, Form};
use super::members::{Action, Event, FactGroup};
use super::parts::{Badge, Fact, FigureCard, Link, Pager};
use super::table::Table;

/// What the list is narrowed by, and what can be chosen.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Name, pinyin or initials.
    pub q: String,
    /// The chosen codes, in the order of the lists below.
    pub kind: String,
    /// The chosen state.
    pub state: String,
    /// The chosen source.
    pub source: String,
    /// A day on which they may be seconded; empty: whatever they may.
    pub eligible_on: String,
    /// Only those of whom no mentor wrote for long.
    pub silent: bool,
    /// Only those with a mentor who left.
    pub mentor_left: bool,
    /// The lists.
    pub kinds: Vec<Choice>,
    /// The lists.
    pub states: Vec<Choice>,
    /// The lists.
    pub sources: Vec<Choice>,
}

impl Filter {
    /// True when the list is narrowed.
    #[must_use]
    pub fn narrows(&self) -> bool {
        let typed = [&self.q, &self.kind, &self.state, &self.source, &self.eligible_on];
        self.silent || self.mentor_left || typed.iter().any(|value| !value.is_empty())
    }
}

/// The list of the pool.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "reserves/list.html")]
pub struct List {
    /// What stands around the page.
    pub frame: Frame,
    /// What the list is narrowed by.
    pub filter: Filter,
    /// The people of this page.
    pub table: Table,
    /// Where somebody is entered, for whom may.
    pub enter: Option<String>,
}

/// One entry of the pool.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "reserves/show.html")]
pub struct Show {
    /// What stands around the page.
    pub frame: Frame,
    /// The name. It stands in the page, never in its title.
    pub name: String,
    /// List and state.
    pub badges: Vec<Badge>,
    /// The village.
    pub village: Link,
    /// What is known.
    pub groups: Vec<FactGroup>,
    /// What happened, latest first.
    pub history: Vec<Event>,
    /// Where it is changed, for whom may.
    pub edit: Option<String>,
    /// What else can be done.
    pub actions: Vec<Action>,
    /// Mentors, reviews.
    pub tables: Vec<Table>,
}

/// Who is ready, in one village.
#[derive(Debug, Clone, Default)]
pub struct Ready {
    /// His record.
    pub link: Link,
    /// Why, in a few words.
    pub why: String,
}

/// A village of the map.
#[derive(Debug, Clone, Default)]
pub struct MapRow {
    /// The village; leads to its page.
    pub village: Link,
    /// When the term ends; empty: none on record.
    pub due: String,
    /// How many sit, with mean and range of their ages when the term ends (`5人，平均47（38—59）`).
    pub sitting: String,
    /// How many of those who sit leave a post that nobody in reserve could take (`2/5`).
    pub alone: String,
    /// How many reserve cadres, beside how many are demanded (`3/2`).
    pub depth: String,
    /// How many local talents.
    pub talents: String,
    /// Mean and range of the ages when the term ends (`31（24—39）`).
    pub ages: String,
    /// How many are guided as demanded (`2/3`).
    pub guided: String,
    /// Whether the village is below, hangs on one, or is in order.
    pub state: Badge,
    /// Who is ready.
    pub ready: Vec<Ready>,
    /// How many more are ready.
    pub more: usize,
}

/// The succession map.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "reserves/map.html")]
pub struct Map {
    /// What stands around the page.
    pub frame: Frame,
    /// The organisation that is shown.
    pub organisation: String,
    /// The organisation above and those below.
    pub places: Vec<(Link, bool)>,
    /// All villages, or only those that want a look.
    pub tabs: Vec<(Link, bool)>,
    /// The sums.
    pub figures: Vec<FigureCard>,
    /// What is demanded, in one sentence.
    pub rule: String,
    /// Where all versions of what is demanded stand.
    pub settings: Link,
    /// The villages of this page.
    pub rows: Vec<MapRow>,
    /// How to get to the other villages.
    pub pager: Pager,
}

/// A post that somebody's leaving concerns.
#[derive(Debug, Clone, Default)]
pub struct Vacancy {
    /// Which post, and how many of its places are vacant then.
    pub told: String,
    /// Whether any is.
    pub is_vacant: bool,
    /// Who of the reserve could take it, and why.
    pub ready: Vec<Ready>,
    /// Who of the ready could not, and why not.
    pub refused: Vec<Ready>,
}

/// Somebody who sits, and what his leaving does.
#[derive(Debug, Clone, Default)]
pub struct SitterRow {
    /// Who.
    pub name: Link,
    /// His posts, each with its first day.
    pub posts: Vec<String>,
    /// Completed years when the term ends.
    pub age: String,
    /// What refuses him a further term.
    pub bars: Vec<String>,
    /// What is vacant without him, and who could step in.
    pub vacancies: Vec<Vacancy>,
    /// What the rules say of the team without him.
    pub broken: Vec<String>,
}

/// Who could follow in one village.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "reserves/succession.html")]
pub struct Succession {
    /// What stands around the page.
    pub frame: Frame,
    /// The way back.
    pub back: Link,
    /// The village.
    pub name: String,
    /// Its pool and its committees.
    pub links: Vec<Link>,
    /// When the term ends, how deep the reserve is.
    pub facts: Vec<Fact>,
    /// Who sits.
    pub sitters: Vec<SitterRow>,
    /// Who stands in reserve, the ready first.
    pub pool: Table,
}

/// What is demanded of the pool, version by version.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "reserves/settings.html")]
pub struct Demands {
    /// What stands around the page.
    pub frame: Frame,
    /// The way back.
    pub back: Link,
    /// Every version.
    pub table: Table,
    /// The fields of the county's next one, for whom may set it.
    pub form: Option<Form>,
}

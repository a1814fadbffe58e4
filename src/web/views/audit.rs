//! The audit trail as it is read.

use askama::Template;

use super::parts::{Link, Pager};
use super::{Badge, Choice, Frame};

/// The trail, narrowed by days, actor, action, door and thing; sent by GET as `from`, `to`, `actor`, `action`, `door`,
/// `subject`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "audit/list.html")]
pub struct Trail {
    /// What stands around the page.
    pub frame: Frame,
    /// The first day (`2026-01-01`), or empty.
    pub from: String,
    /// The last day, or empty.
    pub to: String,
    /// Who acted: a user name, or empty.
    pub actor: String,
    /// The id of the thing whose history is shown, or empty.
    pub subject: String,
    /// The chosen action.
    pub action: String,
    /// The actions that may be chosen.
    pub actions: Vec<Choice>,
    /// The chosen door.
    pub door: String,
    /// The doors that may be chosen.
    pub doors: Vec<Choice>,
    /// The entries, newest first.
    pub days: Vec<Day>,
    /// How it goes on.
    pub pager: Option<Pager>,
    /// The newest checkpoint.
    pub chain: Option<Badge>,
    /// Its root, in hexadecimal.
    pub root: Option<String>,
    /// The trail as a file that can be verified.
    pub downloads: Vec<Link>,
}

/// The entries of a day.
#[derive(Debug, Clone, Default)]
pub struct Day {
    /// `2026年3月31日`.
    pub date: String,
    /// The newest first.
    pub entries: Vec<Entry>,
}

/// An entry.
#[derive(Debug, Clone, Default)]
pub struct Entry {
    /// Its number in the chain.
    pub sequence: i64,
    /// `16:05:09`, in China.
    pub time: String,
    /// Who.
    pub actor: String,
    /// In which role.
    pub role: &'static str,
    /// Through which door.
    pub door: String,
    /// From which address.
    pub source: Option<String>,
    /// What was done.
    pub action: String,
    /// To what.
    pub subject: String,
    /// The history of that thing.
    pub history: Option<String>,
    /// Whether what it tells is unfolded: it is short.
    pub open: bool,
    /// What it tells.
    pub told: Vec<Told>,
}

/// A field of an entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// Its Chinese name.
    pub field: String,
    /// What stood there before, where the entry tells a change.
    pub before: Option<String>,
    /// What stands there now.
    pub after: String,
}

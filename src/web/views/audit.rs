//! The audit trail as it is read.

use askama::Template;

use super::parts::Link;
use super::table::Table;
use super::{Badge, Choice, Frame};

/// The trail, narrowed by days, actor and action; sent by GET as `from`, `to`, `actor`, `action`.
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
    /// The chosen action.
    pub action: String,
    /// The actions that may be chosen.
    pub actions: Vec<Choice>,
    /// Moment, who in which role, door, action, subject, result.
    pub table: Table,
    /// How the chain was found when it was last verified.
    pub chain: Option<Badge>,
    /// The trail as a file, the proof bundle.
    pub downloads: Vec<Link>,
}

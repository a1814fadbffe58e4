//! The desk: what waits, and the figures of the own organisation.

use askama::Template;

use super::Frame;
use super::parts::{Badge, FigureCard, Link};
use super::table::Table;

/// Something that waits for the person.
#[derive(Debug, Clone, Default)]
pub struct Task {
    /// What is to be done, and where it is done.
    pub link: Link,
    /// How many.
    pub count: u64,
    /// When it is due, or since when it waits.
    pub due: Badge,
    /// One sentence more, or nothing.
    pub note: String,
}

/// The first page after signing in.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "home/show.html")]
pub struct Home {
    /// What stands around the page.
    pub frame: Frame,
    /// The day the figures are as of (`2026-03-31`).
    pub as_of: String,
    /// The figures; empty for roles that see no records.
    pub figures: Vec<FigureCard>,
    /// What waits, most urgent first.
    pub tasks: Vec<Task>,
    /// What the person starts here often (`录入党员`).
    pub shortcuts: Vec<Link>,
    /// The organisations below, with their figures.
    pub below: Option<Table>,
}

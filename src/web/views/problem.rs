//! The page for what could not be done: 403, 404, 409, 422, 429, 503. The page of 500 is static: it needs nothing.

use askama::Template;

use super::parts::Link;
use super::{Frame, Problem};

/// The page of an error that is ours, as it is.
pub const BROKEN: &str = include_str!("../templates/errors/500.html");

/// What could not be done, and the way out, for somebody who is signed in.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "errors/problem.html")]
pub struct ProblemPage {
    /// What stands around the page.
    pub frame: Frame,
    /// The status (`403`).
    pub status: u16,
    /// In a few words (`不能查看`).
    pub title: String,
    /// A Chinese sentence: what happened, and the way out.
    pub detail: String,
    /// Fields that were refused.
    pub problems: Vec<Problem>,
    /// Where to go on.
    pub links: Vec<Link>,
}

/// The same for a stranger, or when it is not known who asks (database away).
#[derive(Debug, Clone, Default, Template)]
#[template(path = "errors/problem_alone.html")]
pub struct ProblemAlone {
    /// The status (`503`).
    pub status: u16,
    /// In a few words.
    pub title: String,
    /// A Chinese sentence: what happened, and the way out.
    pub detail: String,
    /// Fields that were refused.
    pub problems: Vec<Problem>,
    /// Where to go on.
    pub links: Vec<Link>,
}

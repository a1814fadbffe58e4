//! A checked draft: the text with its marks, and what is to be said of each.

use askama::Template;

use super::Frame;
use super::parts::{Badge, Fact, Link, Notice, Tone};

/// A piece of the text.
#[derive(Debug, Clone, Default)]
pub struct Piece {
    /// Its words.
    pub text: String,
    /// How it is marked.
    pub tone: Option<Tone>,
    /// The notes whose numbers stand behind it.
    pub notes: Vec<usize>,
}

/// Something to be said of the text.
#[derive(Debug, Clone, Default)]
pub struct Note {
    /// Its number.
    pub number: usize,
    /// How much it weighs.
    pub level: Badge,
    /// What was checked.
    pub kind: &'static str,
    /// The words that it is about.
    pub words: String,
    /// The sentence.
    pub message: String,
    /// The figure that it is about.
    pub figure: Option<Link>,
}

/// A checked draft.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "articles/checked.html")]
pub struct Checked {
    /// What stands around the page.
    pub frame: Frame,
    /// The way back.
    pub back: Link,
    /// Beside which records, and how much was found.
    pub facts: Vec<Fact>,
    /// What should be known before anything else.
    pub notices: Vec<Notice>,
    /// What has to be looked at.
    pub complaints: Vec<Note>,
    /// What was checked and is right, and what may be good to know.
    pub others: Vec<Note>,
    /// The text.
    pub pieces: Vec<Piece>,
}

//! Words that a county adds to the lists that come with cadre: posts of committees, sources of those who sit and of those
//! who stand in reserve.
//!
//! Owns `county_words`. Invariants, held by the database: a code, and a name, is one word of its list at a time; a post
//! belongs to at least one kind of committee.
//!
//! [`set_words()`] sets a version from a day on, or says that a word is no longer used; what is on record keeps it.
//! [`book()`] answers what a county added, [`WordBook::refusal`] why a word cannot be used on a day. A code that every
//! county knows, or a name, cannot be added again; the kinds of a post stay what they were.

mod book;
mod set_words;

pub use book::{Version, WordBook, WordList, book};
pub use set_words::{SetWord, set_words};

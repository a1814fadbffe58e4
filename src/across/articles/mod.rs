//! The article checker: a draft text is read, its numbers are found, their arithmetic is checked, and each is held against
//! the figures of the records.
//!
//! `text` makes a text plain, `quantities` finds its numbers, `article` cuts it into sentences. Then each check is a
//! function over the article: `repeats` (printed twice), `shares` (228名，占67.06%), `sums` (parts and wholes), `years`
//! (五年 beside 2020–2023), `points` (percent beside percentage points), `records` (figures, by the words of `phrases`).
//! `marks` cuts the draft so that it can be printed. All of it is pure and takes time in proportion to the text; `desk`
//! alone asks the records. Nothing of a draft is ever stored or logged.
//!
//! A complaint must be worth a look: what may well be right is told as a note or not at all.

mod article;
mod checked;
mod desk;
mod docx;
mod draft;
mod exact;
mod finding;
mod marks;
mod numerals;
mod phrases;
mod points;
mod quantities;
mod records;
mod repeats;
mod shares;
mod sums;
mod text;
mod units;
mod years;

#[cfg(test)]
mod tests;

pub use checked::{Checked, Told};
pub use desk::{Report, check_draft};
pub use draft::{Draft, LARGEST, LONGEST};
pub use finding::{Finding, Kind, Level};
pub use marks::{Mark, Piece, pieces};
pub use quantities::Sense;
pub use records::Proposal;
pub use text::Span;

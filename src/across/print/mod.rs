//! Pages of paper, as PDF. Knows no subject.
//!
//! A [`Document`] is written from top to bottom: paragraphs, tables whose headings are repeated on each page, bars. It
//! turns the page by itself. Each finished page is kept packed, so that a register of thousands of pages needs no more
//! memory than its file. The same calls give the same bytes on every machine with the same fonts: nothing asks for the
//! time, and packing does not depend on the processor.
//!
//! The fonts ([`Fonts`]) are those of the machine; each is read when a text first needs it, once for all documents, and
//! only the letters in use go into a file, with what they mean, so that a text can be searched and copied. A character
//! that no font has is printed as its number: nothing of a name is lost.
mod bars;
mod document;
mod file;
mod fonts;
mod paragraph;
mod setter;
mod table;

pub use bars::{Bar, Bars, Pyramid, Tone};
pub use document::{Document, PrintError, Setup};
pub use fonts::{Face, Fonts, NoFont};
pub use paragraph::{Align, Paragraph};
pub use setter::Style;
pub use table::{Cell, Grid, Row, Table};

/// Points of a length in millimetres.
#[must_use]
pub fn millimetres(length: u16) -> f32 {
    f32::from(length) * 72.0 / 25.4
}

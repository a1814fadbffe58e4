//! The empty workbook of a kind, with notes and drop-down lists.

use std::io::Write;

use chrono::{DateTime, Utc};

use crate::across::imports::columns::Heading;
use crate::across::imports::subject::headings;
use crate::across::sheets::{Book, Properties, WriteError};
use crate::records::imports::Kind;

/// Writes the empty workbook of a kind.
///
/// # Errors
/// When `out` refuses the bytes.
pub fn write<W: Write + Send>(kind: Kind, created: DateTime<Utc>, out: W) -> Result<(), WriteError> {
    let mut book = Book::new(&Properties { title: kind.name().to_owned(), created });
    book.sheet(kind.name(), headings(kind).iter().map(Heading::column).collect())?.finish()?;
    book.finish(out)
}

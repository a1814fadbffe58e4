//! The empty workbook of a kind, with notes and drop-down lists.

use std::io::Write;

use chrono::{DateTime, Utc};

use crate::across::imports::subject::headings;
use crate::across::sheets::{Book, Properties, WriteError};
use crate::base::clock;
use crate::records::imports::Kind;
use crate::records::words::WordBook;

/// Writes the empty workbook of a kind, with the words of a county in its drop-down lists.
///
/// # Errors
/// When `out` refuses the bytes.
pub fn write<W: Write + Send>(
    kind: Kind,
    words: &WordBook,
    created: DateTime<Utc>,
    out: W,
) -> Result<(), WriteError> {
    let day = clock::date_in_china(created);
    let mut book = Book::new(&Properties { title: kind.name().to_owned(), created });
    let columns = headings(kind).iter().map(|heading| heading.column(words, day)).collect();
    book.sheet(kind.name(), columns)?.finish()?;
    book.finish(out)
}

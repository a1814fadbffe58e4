//! Reading and writing of workbooks (xlsx) and delimited text (csv). Knows no subject.
//!
//! **Reading** ([`open`]) gives a stream of [`Row`]s, the same for both formats. A workbook comes from outside
//! and may be hostile, so it is taken apart in a process of its own ([`child`]) with hard limits ([`Limits`]);
//! the parent only decodes the rows which that process hands back (`wire`). Text needs no such care: it is
//! decoded strictly and split here (`delimited`).
//!
//! **Writing** ([`Book`], [`DelimitedWriter`]) holds one row at a time. A text is written as a text: no cell
//! of ours is ever run as a formula ([`formula`]). [`FormSheet`] is a form to be printed, with cells over several columns.
mod book;
mod cell;
pub mod child;
mod delimited;
mod delimited_writer;
mod encoding;
mod error;
mod form;
pub mod formula;
mod hidden;
#[cfg(test)]
mod hostile;
mod limits;
mod package;
mod reader;
mod style;
mod wire;
mod workbook;

pub use book::{Book, CODES, CodeList, Column, ColumnKind, Field, Properties, SheetWriter};
pub use cell::{Cell, Notice, Row, column_letters};
pub use delimited_writer::DelimitedWriter;
pub(in crate::across) use encoding::decode;
pub use error::{ReadError, WriteError};
pub use form::{FormCell, FormSheet, Look, Place};
pub use limits::Limits;
pub use reader::{Program, Rows, open};

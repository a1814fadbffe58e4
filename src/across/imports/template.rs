//! The empty workbook of a kind: an example row, notes on the headings, drop-down lists, and its code tables on a second
//! sheet.

use std::io::Write;

use chrono::{DateTime, NaiveDate, Utc};

use crate::across::imports::columns::{Heading, Shape};
use crate::across::imports::examples::{MARK, example};
use crate::across::imports::subject::headings;
use crate::across::sheets::{Book, Cell, CodeList, Column, Properties, WriteError};
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
    let known = headings(kind);
    book.codes(known.iter().filter_map(|heading| code_list(heading, words, day)).collect());
    let columns = known.iter().map(|heading| column(heading, words, day)).collect();
    let mut sheet = book.sheet(kind.name(), columns)?;
    sheet.example(
        &filled(kind, known),
        "示例行，上传时不会导入；可以留着，也可以整行删去，从下一行起填写。",
    )?;
    sheet.finish()?;
    book.finish(out)
}

/// The column of a heading, with what may stand in it on its note.
fn column(heading: &Heading, words: &WordBook, day: NaiveDate) -> Column {
    let column = heading.column(words, day);
    let mut lines = vec![if heading.required { "必填。" } else { "可不填。" }];
    lines.extend(Some(heading.explanation).filter(|text| !text.is_empty()));
    lines.extend(match heading.shape {
        Shape::Date => Some("日期，如2016-07-01。"),
        Shape::Number => Some("数字。"),
        Shape::Text if heading.table.is_some() => Some("从下拉列表中选择，或填工作表“代码表”中的代码。"),
        Shape::Text if !column.choices.is_empty() => Some("从下拉列表中选择。"),
        Shape::Text | Shape::Identifier | Shape::Telephone => None,
    });
    Column { explanation: Some(lines.join("\n")), ..column }
}

/// The words of a heading, with their codes where they have some; none where it may hold any text.
fn code_list(heading: &Heading, words: &WordBook, day: NaiveDate) -> Option<CodeList> {
    let names = heading.offered(words, day);
    let codes = heading
        .table
        .map(|table| table().entries().iter().map(|entry| entry.code.clone()).collect())
        .unwrap_or_default();
    (!names.is_empty()).then(|| CodeList { title: heading.title.to_owned(), codes, names })
}

/// The cells of the example; the first says that it is one.
fn filled(kind: Kind, known: &[Heading]) -> Vec<Cell> {
    let mut cells: Vec<Cell> = known.iter().map(|heading| cell(heading, example(kind, heading))).collect();
    if let Some(first) = cells.first_mut() {
        *first = Cell::Text(format!("{MARK}{}", first.shown()));
    }
    cells
}

fn cell(heading: &Heading, text: &str) -> Cell {
    let typed = match heading.shape {
        Shape::Date => text.parse().ok().map(Cell::Date),
        Shape::Number => text.parse().ok().map(Cell::Number),
        Shape::Text | Shape::Identifier | Shape::Telephone => None,
    };
    typed.unwrap_or_else(|| if text.is_empty() { Cell::Empty } else { Cell::Text(text.to_owned()) })
}

//! Splits csv text into rows, strictly: a quotation mark that is never closed is refused with its line, where a
//! lenient reader would swallow the rest of the file into one cell. Rows are numbered as a spreadsheet numbers
//! them: a cell of several lines makes one row, a blank line counts.

use std::fs::File;
use std::io::Read;

use super::cell::{Cell, Row};
use super::encoding;
use super::error::ReadError;
use super::formula;
use super::limits::Limits;

/// A csv file, decoded, and the place where the next row begins.
#[derive(Debug)]
pub(super) struct Delimited {
    text: String,
    at: usize,
    line: usize,
    number: u32,
    rows: u64,
    delimiter: char,
    limits: Limits,
}

impl Delimited {
    /// Reads and decodes a file, and finds its delimiter in the first line.
    ///
    /// # Errors
    /// Unknown encoding, nothing but blanks, or full-width delimiters.
    pub(super) fn open(mut file: File, limits: &Limits) -> Result<Self, ReadError> {
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(|error| ReadError::unreadable(&error))?;
        Self::new(encoding::decode(bytes)?, limits)
    }

    fn new(text: String, limits: &Limits) -> Result<Self, ReadError> {
        let heading = text.lines().find(|line| !line.trim().is_empty()).ok_or(ReadError::Empty)?;
        let delimiter = delimiter(heading)?;
        Ok(Self { text, at: 0, line: 1, number: 0, rows: 0, delimiter, limits: limits.clone() })
    }

    /// The next row that holds a value.
    ///
    /// # Errors
    /// A broken quotation, or a limit that is passed.
    pub(super) fn next_row(&mut self) -> Result<Option<Row>, ReadError> {
        while self.at < self.text.len() {
            self.number = self.number.saturating_add(1);
            let row = self.record()?;
            if row.is_empty() {
                continue;
            }
            self.rows += 1;
            if self.rows > self.limits.rows {
                return Err(ReadError::TooManyRows { limit: self.limits.rows });
            }
            return Ok(Some(row));
        }
        Ok(None)
    }

    /// Takes one record off the text, its line break included.
    fn record(&mut self) -> Result<Row, ReadError> {
        let mut cells = Vec::new();
        let mut column: u32 = 0;
        loop {
            let (value, more) = self.field()?;
            if value.len() > self.limits.text && value.chars().count() > self.limits.text {
                return Err(ReadError::TextTooLong {
                    row: self.number,
                    column: Some(column),
                    limit: self.limits.text,
                });
            }
            cells.push((column, Cell::Text(formula::unguard(&value).to_owned())));
            if !more {
                return Ok(Row::new(self.number, cells));
            }
            column += 1;
            if column >= self.limits.columns {
                return Err(ReadError::TooManyColumns { row: self.number, limit: self.limits.columns });
            }
        }
    }

    /// Takes one field and the delimiter behind it; says whether the record goes on.
    fn field(&mut self) -> Result<(String, bool), ReadError> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        if let Some(quoted) = rest.strip_prefix('"') {
            let (value, length) = quotation(quoted).ok_or(ReadError::Unclosed { line: self.line })?;
            self.line += value.matches('\n').count();
            self.at += length + 1;
            let more = self.separator()?;
            return Ok((value, more));
        }
        let length = rest.find([self.delimiter, '\r', '\n']).unwrap_or(rest.len());
        let value = rest.get(..length).unwrap_or_default().to_owned();
        self.at += length;
        let more = self.separator()?;
        Ok((value, more))
    }

    /// Takes the delimiter (then the record goes on) or the line break or end (then it does not).
    fn separator(&mut self) -> Result<bool, ReadError> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let (length, more) = if rest.is_empty() {
            (0, false)
        } else if rest.starts_with(self.delimiter) {
            (self.delimiter.len_utf8(), true)
        } else if rest.starts_with("\r\n") {
            (2, false)
        } else if rest.starts_with(['\r', '\n']) {
            (1, false)
        } else {
            return Err(ReadError::BehindQuotation { line: self.line });
        };
        self.at += length;
        self.line += usize::from(length > 0 && !more);
        Ok(more)
    }
}

/// The value of a quoted field and its length up to and including the closing mark; `None` if there is none.
fn quotation(text: &str) -> Option<(String, usize)> {
    let mut value = String::new();
    let mut at = 0;
    loop {
        let rest = text.get(at..)?;
        let length = rest.find('"')?;
        value.push_str(rest.get(..length)?);
        at += length + 1;
        if !text.get(at..)?.starts_with('"') {
            return Some((value, at));
        }
        value.push('"');
        at += 1;
    }
}

/// The delimiter of a heading: the commonest of comma, tab and semicolon outside quotation marks.
fn delimiter(heading: &str) -> Result<char, ReadError> {
    let outside: String = heading.split('"').step_by(2).collect();
    let count = |character: char| outside.matches(character).count();
    let best = [',', '\t', ';']
        .into_iter()
        .max_by_key(|character| (count(*character), *character == ','))
        .filter(|character| count(*character) > 0);
    match (best, ['，', '；'].into_iter().find(|wide| count(*wide) > 0)) {
        (Some(best), _) => Ok(best),
        (None, Some(found)) => Err(ReadError::WideDelimiter { found }),
        (None, None) => Ok(','),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Shown = (u32, Vec<(u32, String)>);

    fn rows(text: &str) -> Result<Vec<Shown>, ReadError> {
        let mut reader = Delimited::new(text.to_owned(), &Limits::default())?;
        let mut rows = Vec::new();
        while let Some(row) = reader.next_row()? {
            let cells = row.cells().map(|(at, cell)| (at, cell.shown())).collect();
            rows.push((row.number, cells));
        }
        Ok(rows)
    }

    fn cells(texts: &[&str]) -> Vec<(u32, String)> {
        (0..).zip(texts.iter().map(ToString::to_string)).collect()
    }

    #[test]
    fn rows_are_numbered_as_a_spreadsheet_numbers_them() {
        let read = rows("姓名,备注\r\n\r\n张伟,\"两\r\n行\"\n,\n李娜,\"引\"\"号\"\"\"").unwrap();
        assert_eq!(
            read,
            [
                (1, cells(&["姓名", "备注"])),
                (3, cells(&["张伟", "两\r\n行"])),
                (5, cells(&["李娜", "引\"号\""])),
            ]
        );
    }

    #[test]
    fn the_delimiter_is_found_in_the_heading() {
        assert_eq!(rows("a\tb,c\td\n").unwrap()[0].1, cells(&["a", "b,c", "d"]));
        assert_eq!(rows("a;b\n1;2").unwrap()[1].1, cells(&["1", "2"]));
        assert_eq!(rows("\"a;b;c\",d").unwrap()[0].1, cells(&["a;b;c", "d"]));
        assert_eq!(rows("姓名").unwrap()[0].1, cells(&["姓名"]));
        assert_eq!(rows("姓名，民族\n"), Err(ReadError::WideDelimiter { found: '，' }));
    }

    #[test]
    fn broken_quotations_are_refused_with_their_line() {
        assert_eq!(rows("a,b\n\"x\ny\",1\n\"never,2\n3,4\n"), Err(ReadError::Unclosed { line: 4 }));
        assert_eq!(rows("a,b\n\"x\"y,1\n"), Err(ReadError::BehindQuotation { line: 2 }));
        assert_eq!(rows("\n \r\n"), Err(ReadError::Empty));
    }

    #[test]
    fn limits_are_kept() {
        let limits = Limits { rows: 2, columns: 2, text: 3, ..Limits::default() };
        let fails = |text: &str| {
            let mut reader = Delimited::new(text.to_owned(), &limits).unwrap();
            loop {
                match reader.next_row() {
                    Ok(Some(_)) => {}
                    Ok(None) => return None,
                    Err(error) => return Some(error),
                }
            }
        };
        assert_eq!(fails("a\n\nb\n"), None);
        assert_eq!(fails("a\nb\nc"), Some(ReadError::TooManyRows { limit: 2 }));
        assert_eq!(fails("a,b,c"), Some(ReadError::TooManyColumns { row: 1, limit: 2 }));
        assert_eq!(fails("一二三"), None);
        assert_eq!(fails("a\n,一二三四"), Some(ReadError::TextTooLong { row: 2, column: Some(1), limit: 3 }));
    }
}

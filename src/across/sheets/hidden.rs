//! Rows and columns that a spreadsheet does not show. They are read like the others, since a filter left on would
//! otherwise lose people unseen; so it is said which they are.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use super::cell::{Notice, column_letters};
use super::error::ReadError;

/// Where a workbook lists its sheets, and where it says which part each is.
const WORKBOOK: &str = "xl/workbook.xml";
const RELATIONS: &str = "xl/_rels/workbook.xml.rels";

/// Columns of a sheet at most: a range of hidden columns ends there.
const COLUMNS: u32 = 16_384;

type Archive<'a> = ZipArchive<BufReader<&'a mut File>>;

/// The notices for what is hidden in the sheet of a name and has content; none where the package tells no part for it,
/// which the reading itself refuses in its own words. The package has been checked: its size is known to be bearable.
///
/// # Errors
/// A sentence where a part is broken.
pub(super) fn find(file: &mut File, sheet: &str) -> Result<Vec<Notice>, ReadError> {
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(broken)?;
    let Some(part) = part_of(&mut archive, sheet)? else {
        return Ok(Vec::new());
    };
    let mut found = Found::default();
    each(&mut archive, &part, |step| found.take(step))?;
    Ok(found.notices())
}

/// The part of the package that holds the sheet of a name.
fn part_of(archive: &mut Archive, sheet: &str) -> Result<Option<String>, ReadError> {
    let mut relation = None;
    each(archive, WORKBOOK, |step| {
        if let Step::Opened(element) = step
            && element.local_name().as_ref() == "sheet"
            && attribute(element, "name").is_some_and(|name| name == sheet)
        {
            relation = attribute(element, "id");
        }
    })?;
    let Some(relation) = relation else { return Ok(None) };
    let mut part = None;
    each(archive, RELATIONS, |step| {
        if let Step::Opened(element) = step
            && attribute(element, "Id").is_some_and(|id| id == relation)
        {
            part = attribute(element, "Target");
        }
    })?;
    Ok(part.map(|target| match target.strip_prefix('/') {
        Some(whole) => whole.to_owned(),
        None => format!("xl/{target}"),
    }))
}

/// What the walk through a part meets.
enum Step<'a> {
    Opened(&'a BytesStart<'a>),
    Closed(&'a str),
}

/// Walks through the elements of a part; through none where the package has no such part.
fn each(archive: &mut Archive, part: &str, mut meet: impl FnMut(Step)) -> Result<(), ReadError> {
    let Ok(part) = archive.by_name(part) else { return Ok(()) };
    walk(BufReader::new(part), &mut meet)
}

fn walk(part: impl BufRead, meet: &mut impl FnMut(Step)) -> Result<(), ReadError> {
    let mut reader = Reader::from_reader(part);
    let mut buffer = Vec::new();
    loop {
        match reader.read_event_into(&mut buffer).map_err(broken)? {
            Event::Eof => return Ok(()),
            Event::Start(element) => meet(Step::Opened(&element)),
            Event::Empty(element) => {
                meet(Step::Opened(&element));
                meet(Step::Closed(element.local_name().as_ref()));
            }
            Event::End(element) => meet(Step::Closed(element.local_name().as_ref())),
            _ => {}
        }
        buffer.clear();
    }
}

fn attribute(element: &BytesStart, name: &str) -> Option<String> {
    let mut attributes = element.attributes().flatten();
    let found = attributes.find(|attribute| attribute.key.local_name().as_ref() == name)?;
    found.normalized_value(quick_xml::XmlVersion::Implicit1_0).ok().map(std::borrow::Cow::into_owned)
}

fn is_hidden(element: &BytesStart) -> bool {
    attribute(element, "hidden").is_some_and(|value| value == "1" || value == "true")
}

fn number(element: &BytesStart, name: &str) -> Option<u32> {
    attribute(element, name)?.parse().ok()
}

/// What is hidden, as far as the walk has come.
#[derive(Default)]
struct Found {
    /// Ranges of hidden columns, counted from one.
    ranges: Vec<(u32, u32)>,
    row: u32,
    row_hidden: bool,
    row_filled: bool,
    column: u32,
    rows: u64,
    first_row: Option<u32>,
    /// Hidden columns with content, counted from one.
    columns: BTreeSet<u32>,
}

impl Found {
    fn take(&mut self, step: Step) {
        match step {
            Step::Opened(element) => match element.local_name().as_ref() {
                "col" if is_hidden(element) => {
                    let first = number(element, "min").unwrap_or(1);
                    self.ranges.push((first, number(element, "max").unwrap_or(first).min(COLUMNS)));
                }
                "row" => {
                    self.row = number(element, "r").unwrap_or_else(|| self.row.saturating_add(1));
                    self.row_hidden = is_hidden(element);
                    (self.row_filled, self.column) = (false, 0);
                }
                "c" => {
                    let told = attribute(element, "r").and_then(|place| column_of(&place));
                    self.column = told.unwrap_or_else(|| self.column.saturating_add(1));
                }
                "v" | "is" => {
                    self.row_filled = true;
                    let column = self.column;
                    if self.ranges.iter().any(|(first, last)| (*first..=*last).contains(&column)) {
                        self.columns.insert(column);
                    }
                }
                _ => {}
            },
            Step::Closed("row") if self.row_hidden && self.row_filled => {
                self.rows += 1;
                self.first_row.get_or_insert(self.row);
            }
            Step::Closed(_) => {}
        }
    }

    fn notices(&self) -> Vec<Notice> {
        let mut notices = Vec::new();
        if let Some(example) = self.first_row {
            notices.push(Notice::HiddenRows { count: self.rows, example });
        }
        if !self.columns.is_empty() {
            let columns = self.columns.iter().map(|column| column_letters(column.saturating_sub(1)));
            notices.push(Notice::HiddenColumns { columns: columns.collect() });
        }
        notices
    }
}

/// The column of a cell's place (`AB12`), counted from one.
fn column_of(place: &str) -> Option<u32> {
    let letters = place.bytes().take_while(u8::is_ascii_uppercase);
    let column = letters
        .fold(0_u32, |column, letter| column.saturating_mul(26).saturating_add(u32::from(letter - b'A') + 1));
    (column > 0).then_some(column)
}

fn broken(error: impl std::fmt::Display) -> ReadError {
    ReadError::broken(format!("内容不合格式：{error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(xml: &str) -> Vec<Notice> {
        let mut found = Found::default();
        walk(xml.as_bytes(), &mut |step| found.take(step)).unwrap();
        found.notices()
    }

    #[test]
    fn hidden_rows_with_content_are_counted_and_empty_ones_are_not() {
        let xml = r#"<sheetData><row r="2"><c r="A2"><v>1</v></c></row><row r="3" hidden="1"><c r="A3"><v>1</v></c></row><row r="4" hidden="true"><c r="A4" t="inlineStr"><is><t>x</t></is></c></row><row r="5" hidden="1"><c r="A5"/></row><row r="6" hidden="0"><c r="A6"><v>1</v></c></row><row hidden="1"/></sheetData>"#;
        assert_eq!(found(xml), [Notice::HiddenRows { count: 2, example: 3 }]);
    }

    #[test]
    fn hidden_columns_with_content_are_named_by_their_letters() {
        let xml = r#"<x:worksheet xmlns:x="u"><x:cols><x:col min="2" max="3" hidden="1"/><x:col min="28" max="16384" hidden="1"/><x:col min="4" max="4"/></x:cols><x:sheetData><x:row r="1"><x:c r="A1"><x:v>1</x:v></x:c><x:c r="C1"><x:v>1</x:v></x:c><x:c r="D1"><x:v>1</x:v></x:c><x:c r="AB1"><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>"#;
        assert_eq!(found(xml), [Notice::HiddenColumns { columns: vec!["C".to_owned(), "AB".to_owned()] }]);
    }

    #[test]
    fn cells_and_rows_without_a_place_follow_each_other() {
        let xml = r#"<worksheet><cols><col min="2" max="2" hidden="1"/></cols><row><c><v>1</v></c></row><row hidden="1"><c><v>1</v></c><c><v>2</v></c></row></worksheet>"#;
        let columns = vec!["B".to_owned()];
        assert_eq!(
            found(xml),
            [Notice::HiddenRows { count: 1, example: 2 }, Notice::HiddenColumns { columns }]
        );
    }
}

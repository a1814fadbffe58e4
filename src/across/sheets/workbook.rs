//! Streams the rows of one sheet out of a workbook. Runs inside the confined process of [`super::child`].

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use calamine::{DataRef, DataType, Reader, SheetType, Xlsx, XlsxError, XlsxFormulaMetadata, open_workbook};

use super::book::CODES;
use super::cell::{Cell, Notice, Row};
use super::error::ReadError;
use super::limits::Limits;
use super::{hidden, package};

/// What the reading hands on, one after the other.
#[derive(Debug, PartialEq)]
pub(super) enum Item {
    Row(Row),
    Notice(Notice),
}

/// Where the items go. It refuses when nobody listens any more.
pub(super) type Sink<'a> = dyn FnMut(Item) -> Result<(), ReadError> + 'a;

/// Reads the sheet called `wanted`, row by row, within `limits`.
///
/// # Errors
/// Every reason of [`ReadError`] that lies in the file, and whatever the sink answers.
pub(super) fn read(path: &Path, wanted: &str, limits: &Limits, sink: &mut Sink) -> Result<(), ReadError> {
    let mut file = File::open(path).map_err(|error| ReadError::unreadable(&error))?;
    let package = package::check(&mut file, limits)?;
    let mut workbook: Xlsx<BufReader<File>> =
        open_workbook(path).map_err(|error| workbook_error(error, wanted))?;
    let name = choose(&workbook, wanted, sink)?;
    stream(&mut workbook, &name, limits, sink)?;
    if package.merged {
        report_merged(&mut workbook, &name, sink)?;
    }
    if package.hidden {
        for notice in hidden::find(&mut file, &name)? {
            sink(Item::Notice(notice))?;
        }
    }
    Ok(())
}

/// Finds the wanted sheet; names the others.
fn choose(workbook: &Xlsx<BufReader<File>>, wanted: &str, sink: &mut Sink) -> Result<String, ReadError> {
    let sheets = workbook.sheets_metadata();
    let Some(sheet) = sheets.iter().find(|sheet| sheet.name.trim() == wanted) else {
        return Err(ReadError::SheetMissing {
            wanted: wanted.to_owned(),
            found: sheets.iter().map(|sheet| sheet.name.clone()).collect(),
        });
    };
    if sheet.typ != SheetType::WorkSheet {
        return Err(ReadError::NotASheet { wanted: wanted.to_owned() });
    }
    // Hidden sheets are dictionaries of drop-down lists as a rule, and our own code tables are for looking up: nobody
    // expects them to be read.
    let names: Vec<String> = sheets
        .iter()
        .filter(|other| other.name != sheet.name && other.name != CODES)
        .filter(|other| other.visible == calamine::SheetVisible::Visible)
        .map(|other| other.name.clone())
        .collect();
    let name = sheet.name.clone();
    if !names.is_empty() {
        sink(Item::Notice(Notice::ExtraSheets { wanted: wanted.to_owned(), names }))?;
    }
    Ok(name)
}

/// Counts what has been read against the limits.
struct Counter<'a> {
    limits: &'a Limits,
    cells: u64,
    rows: u64,
    bytes: u64,
}

impl Counter<'_> {
    fn cell(&mut self, row: u32, column: u32, cell: &Cell) -> Result<(), ReadError> {
        self.cells += 1;
        if self.cells > self.limits.cells {
            return Err(ReadError::TooManyCells { limit: self.limits.cells });
        }
        if column >= self.limits.columns {
            return Err(ReadError::broken(format!("第 {row} 行的列号超出范围")));
        }
        let Cell::Text(text) = cell else {
            return Ok(());
        };
        if text.len() > self.limits.text && text.chars().count() > self.limits.text {
            return Err(ReadError::TextTooLong { row, column: Some(column), limit: self.limits.text });
        }
        // One shared text may stand in millions of cells: what goes out is bounded like what came in.
        self.bytes = self.bytes.saturating_add(u64::try_from(text.len()).unwrap_or(u64::MAX));
        if self.bytes > self.limits.inflated {
            return Err(ReadError::InflatedTooLarge { limit: self.limits.inflated / Limits::MEBIBYTE });
        }
        Ok(())
    }

    fn row(&mut self) -> Result<(), ReadError> {
        self.rows += 1;
        if self.rows > self.limits.rows {
            return Err(ReadError::TooManyRows { limit: self.limits.rows });
        }
        Ok(())
    }
}

fn stream(
    workbook: &mut Xlsx<BufReader<File>>,
    name: &str,
    limits: &Limits,
    sink: &mut Sink,
) -> Result<(), ReadError> {
    let mut reader = workbook.worksheet_cells_reader(name).map_err(|error| workbook_error(error, name))?;
    let mut counter = Counter { limits, cells: 0, rows: 0, bytes: 0 };
    let mut number = 0;
    let mut cells: Vec<(u32, Cell)> = Vec::new();
    while let Some(record) =
        reader.next_cell_with_formula_metadata().map_err(|error| workbook_error(error, name))?
    {
        let (row, column) = (record.pos.0.saturating_add(1), record.pos.1);
        if row != number {
            if row < number {
                return Err(ReadError::broken(format!("第 {row} 行出现在第 {number} 行之后")));
            }
            finish(number, &mut cells, &mut counter, sink)?;
            number = row;
        }
        let cell = convert(&record.value, record.formula.as_ref());
        counter.cell(row, column, &cell)?;
        if cells.last().is_some_and(|(last, _)| *last >= column) {
            return Err(ReadError::broken(format!("第 {row} 行的单元格次序不对")));
        }
        if !cell.is_empty() {
            cells.push((column, cell));
        }
    }
    finish(number, &mut cells, &mut counter, sink)
}

fn finish(
    number: u32,
    cells: &mut Vec<(u32, Cell)>,
    counter: &mut Counter,
    sink: &mut Sink,
) -> Result<(), ReadError> {
    if cells.is_empty() {
        return Ok(());
    }
    counter.row()?;
    sink(Item::Row(Row::new(number, std::mem::take(cells))))
}

fn convert(value: &DataRef, formula: Option<&XlsxFormulaMetadata>) -> Cell {
    match value {
        DataRef::Empty if formula.is_some() => Cell::Error(Cell::NOT_COMPUTED.to_owned()),
        DataRef::Empty => Cell::Empty,
        DataRef::String(text) => Cell::Text(text.clone()),
        DataRef::SharedString(text) => Cell::Text((*text).to_owned()),
        DataRef::Float(number) => Cell::Number(*number),
        DataRef::Int(number) => Cell::Text(number.to_string()),
        DataRef::Bool(flag) => Cell::Boolean(*flag),
        DataRef::DateTime(moment) if moment.is_duration() => Cell::Number(moment.as_f64()),
        DataRef::DateTime(moment) => {
            moment.as_datetime().map_or(Cell::Number(moment.as_f64()), day_or_moment)
        }
        DataRef::DateTimeIso(text) => iso(value, text),
        DataRef::DurationIso(text) => Cell::Text(text.clone()),
        DataRef::Error(error) => Cell::Error(error.to_string()),
    }
}

/// A date in ISO 8601, as strict workbooks write it.
fn iso(value: &DataRef, text: &str) -> Cell {
    value
        .as_datetime()
        .map(day_or_moment)
        .or_else(|| text.parse::<chrono::NaiveDate>().ok().map(Cell::Date))
        .unwrap_or_else(|| Cell::Text(text.to_owned()))
}

fn day_or_moment(moment: chrono::NaiveDateTime) -> Cell {
    // Day 0 and 1 of a spreadsheet are what a time of day without a date looks like.
    let first_day = chrono::NaiveDate::from_ymd_opt(1900, 1, 1);
    if moment.time() == chrono::NaiveTime::MIN && Some(moment.date()) >= first_day {
        Cell::Date(moment.date())
    } else {
        Cell::DateTime(moment)
    }
}

fn report_merged(workbook: &mut Xlsx<BufReader<File>>, name: &str, sink: &mut Sink) -> Result<(), ReadError> {
    let regions = workbook.merge_cells_by_sheet_name(name).map_err(|error| workbook_error(error, name))?;
    let Some(first) = regions.first() else {
        return Ok(());
    };
    let at = |(row, column): (u32, u32)| {
        format!("{}{}", super::cell::column_letters(column), row.saturating_add(1))
    };
    sink(Item::Notice(Notice::MergedCells {
        count: regions.len(),
        example: format!("{}:{}", at(first.start), at(first.end)),
    }))
}

fn workbook_error(error: XlsxError, wanted: &str) -> ReadError {
    match error {
        XlsxError::Password => ReadError::PasswordProtected,
        XlsxError::NotAWorksheet(_) => ReadError::NotASheet { wanted: wanted.to_owned() },
        XlsxError::FileNotFound(part) => ReadError::broken(format!("缺少部件 {part}")),
        XlsxError::RelationshipNotFound => ReadError::broken("缺少部件之间的关系表"),
        XlsxError::XmlEof(part) => ReadError::broken(format!("内容在 {part} 处中断")),
        other => ReadError::broken(format!("内容不合格式：{other}")),
    }
}

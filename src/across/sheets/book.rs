//! Writes workbooks in constant memory: rows go to the disk as they come, in order, and are never held together.

use std::io::Write;

use chrono::{DateTime, Utc};
use rust_xlsxwriter::{DataValidation, DocProperties, Formula, Note, Workbook, Worksheet};

use super::cell::{Cell, column_letters};
use super::error::WriteError;
use super::limits::Limits;
use super::style;

/// What a column holds, which decides its format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// Words.
    Text,
    /// Digits and letters that are not counted: formatted as text, so that typing keeps every digit.
    Identifier,
    /// A day.
    Date,
    /// A number.
    Number,
}

/// One column of a sheet to be written.
#[derive(Debug, Clone)]
pub struct Column {
    /// The text of the first row.
    pub heading: String,
    /// What the column holds.
    pub kind: ColumnKind,
    /// Whether it must be filled (its heading is red).
    pub required: bool,
    /// What to fill in, shown as a note on the heading.
    pub explanation: Option<String>,
    /// The values of a drop-down list; other values raise a warning that can be passed over.
    pub choices: Vec<String>,
    /// Width in characters (a Chinese character counts two); never narrower than the heading.
    pub width: u32,
}

impl Column {
    /// An optional column with the width of its kind.
    pub fn new(heading: impl Into<String>, kind: ColumnKind) -> Self {
        let width = match kind {
            ColumnKind::Text => 14,
            ColumnKind::Identifier => 20,
            ColumnKind::Date => 12,
            ColumnKind::Number => 10,
        };
        Self { heading: heading.into(), kind, required: false, explanation: None, choices: Vec::new(), width }
    }
}

/// One cell to be written; a refused one is red and carries its reason as a note.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// The value.
    pub cell: Cell,
    /// Why it was refused.
    pub refused: Option<String>,
}

impl From<Cell> for Field {
    fn from(cell: Cell) -> Self {
        Self { cell, refused: None }
    }
}

/// What a workbook says of itself. The same rows and properties give the same bytes.
#[derive(Debug, Clone)]
pub struct Properties {
    /// Its title.
    pub title: String,
    /// When it was made, as the caller's clock says.
    pub created: DateTime<Utc>,
}

/// The words that a column may hold, for people to look up.
#[derive(Debug, Clone)]
pub struct CodeList {
    /// The heading of the column.
    pub title: String,
    /// The code of each word; none where they have none.
    pub codes: Vec<String>,
    /// The words.
    pub names: Vec<String>,
}

/// A workbook that is being written. Sheets come one after the other; drop-down lists end up on a hidden last one, code
/// tables on one before it that is seen.
pub struct Book {
    workbook: Workbook,
    codes: Vec<CodeList>,
    lists: Vec<Vec<String>>,
}

/// The sheet with the code tables. It is for people; reading passes it over.
pub const CODES: &str = "代码表";

/// The hidden sheet that the drop-down lists are read from. (A list within the rule itself may have 255 characters.)
const DICTIONARY: &str = "字典";

impl Book {
    /// Begins a workbook.
    pub fn new(properties: &Properties) -> Self {
        let mut workbook = Workbook::new();
        workbook.set_properties(
            &DocProperties::new().set_title(&properties.title).set_creation_datetime(&properties.created),
        );
        Self { workbook, codes: Vec::new(), lists: Vec::new() }
    }

    /// Gives the workbook a sheet of code tables after the others; drop-down lists of the same words are read from it.
    /// To be said before the sheets that use it.
    pub fn codes(&mut self, codes: Vec<CodeList>) {
        self.codes = codes;
    }

    /// Begins a sheet with its headings; they stay in view.
    ///
    /// # Errors
    /// A name that a spreadsheet does not allow, too many columns, a failing disk.
    pub fn sheet(&mut self, name: &str, columns: Vec<Column>) -> Result<SheetWriter<'_>, WriteError> {
        let mut sources = Vec::new();
        for column in &columns {
            sources.push(self.list(&column.choices)?);
        }
        let sheet = self.workbook.add_worksheet_with_constant_memory()?;
        sheet.set_name(name)?;
        sheet.set_freeze_panes(1, 0)?;
        printing(sheet, &columns)?;
        let mut writer = SheetWriter { sheet, columns, row: 0 };
        writer.headings(sources)?;
        Ok(writer)
    }

    /// The place of a list on the dictionary sheet; equal lists are kept once.
    fn list(&mut self, values: &[String]) -> Result<Option<Formula>, WriteError> {
        if values.is_empty() {
            return Ok(None);
        }
        let coded = self.codes.iter().position(|list| !list.codes.is_empty() && list.names == values);
        if let Some(index) = coded {
            // Each table takes a column of codes and one of words, below a heading.
            let column = u32::try_from(index).ok().and_then(|index| index.checked_mul(2)?.checked_add(1));
            let letters = column_letters(column.ok_or(WriteError::TooWide)?);
            let last = values.len() + 1;
            return Ok(Some(Formula::new(format!("='{CODES}'!${letters}$2:${letters}${last}"))));
        }
        let index = self.lists.iter().position(|list| list == values).unwrap_or_else(|| {
            self.lists.push(values.to_vec());
            self.lists.len() - 1
        });
        let letters = column_letters(u32::try_from(index).map_err(|_| WriteError::TooWide)?);
        Ok(Some(Formula::new(format!("='{DICTIONARY}'!${letters}$1:${letters}${}", values.len()))))
    }

    /// Writes the workbook out.
    ///
    /// # Errors
    /// More than a sheet holds, or an output that refuses the bytes.
    pub fn finish<W: Write + Send>(mut self, out: W) -> Result<(), WriteError> {
        if !self.codes.is_empty() {
            code_sheet(self.workbook.add_worksheet(), &self.codes)?;
        }
        if !self.lists.is_empty() {
            // Last, since a first sheet cannot be hidden.
            let sheet = self.workbook.add_worksheet();
            sheet.set_name(DICTIONARY)?;
            sheet.set_hidden(true);
            for (column, list) in (0..).zip(&self.lists) {
                for (row, value) in (0..).zip(list) {
                    sheet.write_string(row, column, value)?;
                }
            }
        }
        self.workbook.save_to_writer(out)?;
        Ok(())
    }
}

/// Writes the code tables beside each other, each a column of codes and one of words.
fn code_sheet(sheet: &mut Worksheet, codes: &[CodeList]) -> Result<(), WriteError> {
    sheet.set_name(CODES)?;
    sheet.set_freeze_panes(1, 0)?;
    let heading = style::heading(false);
    let text = style::column(ColumnKind::Identifier);
    for (at, list) in (0..).step_by(2).zip(codes) {
        if !list.codes.is_empty() {
            sheet.write_string_with_format(0, at, format!("{}代码", list.title), &heading)?;
        }
        sheet.write_string_with_format(0, at + 1, &list.title, &heading)?;
        sheet.set_column_width(at, 14)?;
        sheet.set_column_width(at + 1, 24)?;
        for (row, code) in (1..).zip(&list.codes) {
            sheet.write_string_with_format(row, at, code, &text)?;
        }
        for (row, name) in (1..).zip(&list.names) {
            sheet.write_string(row, at + 1, name)?;
        }
    }
    Ok(())
}

/// Sets a sheet up for A4 paper: as many pages across as keep its letters legible, the headings on each of them.
fn printing(sheet: &mut Worksheet, columns: &[Column]) -> Result<(), WriteError> {
    const A4: u8 = 9;
    // Characters that fit across a page at about 60 %.
    const ACROSS: u32 = 220;
    let width: u32 = columns.iter().map(width).sum();
    let pages = u16::try_from(width.div_ceil(ACROSS)).unwrap_or(1);
    sheet.set_paper_size(A4).set_print_fit_to_pages(pages, 0);
    if pages > 1 {
        // Whose row it is stands on every page.
        sheet.set_repeat_columns(0, 1)?;
    }
    if width > 100 {
        sheet.set_landscape();
    }
    sheet.set_repeat_rows(0, 0)?;
    sheet.set_footer("&C第 &P 页，共 &N 页");
    Ok(())
}

/// How wide a column is, in characters.
fn width(column: &Column) -> u32 {
    column.width.max(style::width(&column.heading) + 4)
}

/// Writes the rows of one sheet, from top to bottom.
pub struct SheetWriter<'a> {
    sheet: &'a mut Worksheet,
    columns: Vec<Column>,
    row: u32,
}

impl SheetWriter<'_> {
    fn headings(&mut self, sources: Vec<Option<Formula>>) -> Result<(), WriteError> {
        let last = u32::try_from(Limits::default().rows).unwrap_or(u32::MAX);
        for ((at, column), source) in (0..).zip(&self.columns).zip(sources) {
            self.sheet.set_column_width(at, width(column))?;
            self.sheet.set_column_format(at, &style::column(column.kind))?;
            let format = style::heading(column.required);
            self.sheet.write_string_with_format(0, at, &column.heading, &format)?;
            if let Some(explanation) = &column.explanation {
                self.sheet.insert_note(0, at, &note(explanation))?;
            }
            if let Some(source) = source {
                let rule = DataValidation::new()
                    .allow_list_formula(source)
                    .set_error_style(rust_xlsxwriter::DataValidationErrorStyle::Warning)
                    .set_error_title("不在列表中")?
                    .set_error_message("请从下拉列表中选择，或填写对应的代码。")?;
                self.sheet.add_data_validation(1, at, last, at, &rule)?;
            }
        }
        self.row = 1;
        Ok(())
    }

    /// Writes the next row.
    ///
    /// # Errors
    /// More rows than a sheet holds, or a text of more than 32,767 characters.
    pub fn row(&mut self, fields: &[Field]) -> Result<(), WriteError> {
        self.write(fields, false)
    }

    /// Writes the next row as an example: pale, with a note on its first cell that says so.
    ///
    /// # Errors
    /// As [`row`](Self::row).
    pub fn example(&mut self, cells: &[Cell], why: &str) -> Result<(), WriteError> {
        self.sheet.insert_note(self.row, 0, &note(why))?;
        let fields: Vec<Field> = cells.iter().cloned().map(Field::from).collect();
        self.write(&fields, true)
    }

    fn write(&mut self, fields: &[Field], pale: bool) -> Result<(), WriteError> {
        for (at, field) in (0..).zip(fields) {
            let column = self.columns.get(usize::from(at));
            let (kind, across) = column.map_or((ColumnKind::Text, 0), |column| (column.kind, width(column)));
            let format = style::cell(kind, across, &field.cell, field.refused.is_some());
            let format = if pale { style::pale(format) } else { format };
            match &field.cell {
                Cell::Empty if field.refused.is_none() => continue,
                Cell::Empty => self.sheet.write_blank(self.row, at, &format)?,
                Cell::Text(text) | Cell::Error(text) => {
                    self.sheet.write_string_with_format(self.row, at, text, &format)?
                }
                Cell::Number(number) => {
                    self.sheet.write_number_with_format(self.row, at, *number, &format)?
                }
                Cell::Boolean(flag) => self.sheet.write_boolean_with_format(self.row, at, *flag, &format)?,
                Cell::Date(date) => self.sheet.write_datetime_with_format(self.row, at, date, &format)?,
                Cell::DateTime(moment) => {
                    self.sheet.write_datetime_with_format(self.row, at, moment, &format)?
                }
            };
            if let Some(reason) = &field.refused {
                self.sheet.insert_note(self.row, at, &note(reason))?;
            }
        }
        self.row += 1;
        Ok(())
    }

    /// Ends the sheet: filters over all rows.
    ///
    /// # Errors
    /// More columns than a sheet holds.
    pub fn finish(self) -> Result<(), WriteError> {
        let last = u16::try_from(self.columns.len().saturating_sub(1)).map_err(|_| WriteError::TooWide)?;
        self.sheet.autofilter(0, 0, self.row.saturating_sub(1), last)?;
        Ok(())
    }
}

/// A note that is large enough for its text.
fn note(text: &str) -> Note {
    const WIDTH: u32 = 260;
    let lines: u32 = text.lines().map(|line| 1 + style::width(line) / 34).sum();
    Note::new(text).add_author_prefix(false).set_font_size(9).set_width(WIDTH).set_height(lines * 18 + 14)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use chrono::NaiveDate;

    use super::super::cell::{Notice, Row};
    use super::super::workbook::{self, Item};
    use super::*;

    fn text(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }

    fn rows() -> Vec<Vec<Cell>> {
        let day = NaiveDate::from_ymd_opt(1988, 7, 1).unwrap();
        vec![
            vec![text("乐山·𬱖"), text("500237199001011234"), Cell::Date(day), Cell::Number(38.25)],
            vec![
                text("=1+1"),
                Cell::Empty,
                Cell::DateTime(day.and_hms_opt(9, 30, 0).unwrap()),
                Cell::Boolean(true),
            ],
        ]
    }

    fn written() -> Vec<u8> {
        let properties = Properties {
            title: "党员名册".to_owned(),
            created: DateTime::from_timestamp(1_775_000_000, 0).unwrap(),
        };
        let mut book = Book::new(&properties);
        let columns = vec![
            Column {
                required: true,
                explanation: Some("与身份证一致".to_owned()),
                ..Column::new("姓名", ColumnKind::Text)
            },
            Column::new("公民身份号码", ColumnKind::Identifier),
            Column::new("出生日期", ColumnKind::Date),
            Column {
                choices: vec!["汉族".to_owned(), "土家族".to_owned()],
                ..Column::new("得分", ColumnKind::Number)
            },
        ];
        let mut sheet = book.sheet("党员名册", columns).unwrap();
        for row in rows() {
            let fields: Vec<Field> = row.into_iter().map(Field::from).collect();
            sheet.row(&fields).unwrap();
        }
        sheet.row(&[Field { cell: Cell::Empty, refused: Some("姓名没有填写".to_owned()) }]).unwrap();
        sheet.finish().unwrap();
        let mut bytes = Vec::new();
        book.finish(&mut bytes).unwrap();
        bytes
    }

    fn part(bytes: &[u8], name: &str) -> String {
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
        let mut text = String::new();
        archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn what_is_written_is_read_back() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&written()).unwrap();
        let mut items = Vec::new();
        workbook::read(file.path(), "党员名册", &Limits::default(), &mut |item| {
            items.push(item);
            Ok(())
        })
        .unwrap();
        let headings = ["姓名", "公民身份号码", "出生日期", "得分"].map(text);
        let expected: Vec<Item> = std::iter::once(headings.to_vec())
            .chain(rows())
            .zip(1..)
            .map(|(cells, number)| Item::Row(Row::new(number, (0..).zip(cells).collect())))
            .collect();
        assert_eq!(items, expected, "and the hidden dictionary is no notice");
        assert!(!items.iter().any(|item| matches!(item, Item::Notice(Notice::ExtraSheets { .. }))));
    }

    #[test]
    fn the_same_rows_make_the_same_bytes_without_a_formula() {
        let bytes = written();
        assert_eq!(bytes, written());
        let sheet = part(&bytes, "xl/worksheets/sheet1.xml");
        assert!(!sheet.contains("<f>"), "{sheet}");
        assert!(sheet.contains(r#"<autoFilter ref="A1:D4"/>"#), "{sheet}");
        assert!(sheet.contains("'字典'!$A$1:$A$2"), "{sheet}");
        assert!(part(&bytes, "xl/workbook.xml").contains(r#"name="字典" sheetId="2" state="hidden""#));
    }

    #[test]
    fn a_sheet_is_ready_for_the_printer_and_a_long_text_is_read_whole() {
        let bytes = written();
        let sheet = part(&bytes, "xl/worksheets/sheet1.xml");
        assert!(
            sheet.contains(r#"<pageSetup paperSize="9""#) && sheet.contains(r#"fitToHeight="0""#),
            "{sheet}"
        );
        assert!(part(&bytes, "xl/workbook.xml").contains("党员名册!$1:$1"), "the headings are on every page");
        assert!(!part(&bytes, "xl/styles.xml").contains("wrapText"));

        let mut book = Book::new(&Properties { title: String::new(), created: DateTime::UNIX_EPOCH });
        let mut sheet = book.sheet("退回", vec![Column::new("退回原因", ColumnKind::Text)]).unwrap();
        sheet.row(&[text("姓名没有填写\n民族不在代码表中").into()]).unwrap();
        sheet.finish().unwrap();
        let mut bytes = Vec::new();
        book.finish(&mut bytes).unwrap();
        assert!(part(&bytes, "xl/styles.xml").contains(r#"wrapText="1""#));
    }

    #[test]
    fn a_refused_cell_carries_its_reason() {
        let notes = part(&written(), "xl/comments1.xml");
        assert!(notes.contains(r#"ref="A4""#) && notes.contains("姓名没有填写"), "{notes}");
    }
}

//! What a sheet is made of: cells, rows, and the notices that come with them.

use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};

/// The value of one cell. A formula shows the value that the spreadsheet last computed for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Cell {
    /// Nothing, or only blanks.
    Empty,
    /// A text as typed; its outer blanks are kept.
    Text(String),
    /// A number. A number of more than 15 digits has already lost its last ones, so identifiers must be texts.
    Number(f64),
    /// A logical value.
    Boolean(bool),
    /// A cell formatted as a date, without a time of day.
    Date(NaiveDate),
    /// A cell formatted as a date with a time of day, or as a time alone (then on 1899-12-30 or -31).
    DateTime(NaiveDateTime),
    /// An error as the spreadsheet shows it (`#N/A`), or a formula that was never computed.
    Error(String),
}

impl Cell {
    /// A formula in a file whose writer did not compute it.
    pub const NOT_COMPUTED: &str = "#公式未计算";

    const NOTHING: &Cell = &Cell::Empty;

    /// Whether nothing stands in the cell.
    pub fn is_empty(&self) -> bool {
        match self {
            Cell::Empty => true,
            Cell::Text(text) => text.trim().is_empty(),
            _ => false,
        }
    }

    /// The value as a person reads it, for messages and for giving a refused row back.
    pub fn shown(&self) -> String {
        match self {
            Cell::Empty => String::new(),
            Cell::Text(text) | Cell::Error(text) => text.clone(),
            Cell::Number(number) => number.to_string(),
            Cell::Boolean(true) => "TRUE".to_owned(),
            Cell::Boolean(false) => "FALSE".to_owned(),
            Cell::Date(date) => date.format("%Y-%m-%d").to_string(),
            Cell::DateTime(moment) => moment.format("%Y-%m-%d %H:%M:%S").to_string(),
        }
    }
}

/// One row that holds at least one value. Cells are kept by column, since a sheet leaves empty ones out.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The number that the spreadsheet shows at the row's left, from 1.
    pub number: u32,
    cells: Vec<(u32, Cell)>,
}

impl Row {
    /// A row of cells, in rising order of their column (from 0); empty cells are dropped.
    pub fn new(number: u32, mut cells: Vec<(u32, Cell)>) -> Self {
        cells.retain(|(_, cell)| !cell.is_empty());
        Self { number, cells }
    }

    /// The cell of a column, counted from 0.
    pub fn get(&self, column: u32) -> &Cell {
        self.cells
            .binary_search_by_key(&column, |(column, _)| *column)
            .ok()
            .and_then(|index| self.cells.get(index))
            .map_or(Cell::NOTHING, |(_, cell)| cell)
    }

    /// The cells that hold something, with their column from 0, from left to right.
    pub fn cells(&self) -> impl Iterator<Item = (u32, &Cell)> {
        self.cells.iter().map(|(column, cell)| (*column, cell))
    }

    /// How many cells hold something.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether no cell holds anything.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }
}

/// The letters that a spreadsheet writes over a column (0 is `A`, 26 is `AA`).
#[must_use]
pub fn column_letters(column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = column.saturating_add(1);
    while rest > 0 {
        let digit = (rest - 1) % 26;
        letters.push(char::from_u32(u32::from(b'A') + digit).unwrap_or('?'));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

/// Something that the person who gave the file should know, though it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Notice {
    /// Sheets beside the wanted one.
    #[error("工作簿里另有工作表“{}”，没有读取；需要导入的行请放进工作表“{wanted}”", names.join("”“"))]
    ExtraSheets {
        /// The sheet that was read.
        wanted: String,
        /// The others, in the workbook's order.
        names: Vec<String>,
    },
    /// Merged cells: only the first of them has the value.
    #[error(
        "有 {count} 处合并单元格（如 {example}），只有左上角的一格有值，其余按空白处理；请取消合并并逐行填写"
    )]
    MergedCells {
        /// How many merged regions the sheet has.
        count: usize,
        /// One of them (`A2:A9`).
        example: String,
    },
    /// Rows that a filter or a person has hidden.
    #[error(
        "有 {count} 行在表格里是隐藏的（第一处是第 {example} 行），同样读取了；不想导入的行请删除后重新上传"
    )]
    HiddenRows {
        /// How many of them have content.
        count: u64,
        /// The number of the first.
        example: u32,
    },
    /// Columns that a person has hidden.
    #[error("隐藏的列 {} 同样读取了；不想导入的内容请删除后重新上传", columns.join("、"))]
    HiddenColumns {
        /// Their letters.
        columns: Vec<String>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_read_by_column_and_forgets_blanks() {
        let row = Row::new(
            7,
            vec![
                (0, Cell::Text("张伟".to_owned())),
                (2, Cell::Text(" \u{3000}".to_owned())),
                (16_383, Cell::Boolean(true)),
            ],
        );
        assert_eq!(row.len(), 2);
        assert_eq!(row.get(0), &Cell::Text("张伟".to_owned()));
        assert_eq!(row.get(1), &Cell::Empty);
        assert_eq!(row.get(2), &Cell::Empty);
        assert_eq!(row.get(16_383), &Cell::Boolean(true));
    }

    #[test]
    fn columns_have_the_letters_of_a_spreadsheet() {
        let shown: Vec<String> = [0, 25, 26, 701, 702, 16_383].map(column_letters).into();
        assert_eq!(shown, ["A", "Z", "AA", "ZZ", "AAA", "XFD"]);
    }

    #[test]
    fn a_long_number_is_shown_without_an_exponent() {
        assert_eq!(Cell::Number(500_237_199_001_011_234.0).shown(), "500237199001011260");
        assert_eq!(Cell::Number(38.5).shown(), "38.5");
    }
}

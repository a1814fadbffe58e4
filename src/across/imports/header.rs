//! The row with the headings: the first of the sheet, or the one that a mapping names, below titles.

use crate::across::imports::mapping::Mapping;
use crate::across::sheets::{Cell, ReadError, Row};

/// How many rows above the headings are looked at: more is no title.
pub const HIGHEST: usize = 30;

/// The row with the headings, and what stood above it.
#[derive(Debug)]
pub struct Header {
    /// The headings; where a heading of two rows is merged, its text stands in the upper one.
    pub row: Row,
    /// The sheet's own numbers of the rows above.
    pub above: Vec<u32>,
}

/// Why there are no headings.
#[derive(Debug)]
pub enum NoHeader {
    /// The file could not be read.
    Unreadable(ReadError),
    /// The sheet is empty.
    Nothing,
    /// The mapping names a row that is not there.
    NotThere(u32),
}

/// Takes the rows down to the headings from a sheet.
///
/// # Errors
/// Where the sheet has none.
pub fn header(
    rows: &mut impl Iterator<Item = Result<Row, ReadError>>,
    mapping: &Mapping,
) -> Result<Header, NoHeader> {
    let mut above: Vec<Row> = Vec::new();
    loop {
        let row = match rows.next() {
            Some(row) => row.map_err(NoHeader::Unreadable)?,
            None => return Err(mapping.header_row.map_or(NoHeader::Nothing, NoHeader::NotThere)),
        };
        match mapping.header_row {
            Some(wanted) if row.number < wanted && above.len() < HIGHEST => above.push(row),
            Some(wanted) if row.number != wanted => return Err(NoHeader::NotThere(wanted)),
            _ => {
                let merged = merged(above.last(), row);
                return Ok(Header { row: merged, above: above.iter().map(|row| row.number).collect() });
            }
        }
    }
}

/// Headings of two rows: a cell that is empty below has its text from the row right above, unless that is a title.
#[must_use]
pub fn merged(above: Option<&Row>, row: Row) -> Row {
    let Some(above) =
        above.filter(|above| above.len() > 1 && above.number.checked_add(1) == Some(row.number))
    else {
        return row;
    };
    let mut cells: Vec<(u32, Cell)> = row.cells().map(|(column, cell)| (column, cell.clone())).collect();
    let own: Vec<u32> = cells.iter().map(|(column, _)| *column).collect();
    cells.extend(
        above
            .cells()
            // The name of a group of columns stands over the first of them, which has a heading of its own.
            .filter(|(column, _)| !own.contains(column))
            .map(|(column, cell)| (column, cell.clone())),
    );
    cells.sort_by_key(|(column, _)| *column);
    Row::new(row.number, cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(number: u32, texts: &[&str]) -> Row {
        Row::new(number, (0..).zip(texts).map(|(at, text)| (at, Cell::Text((*text).to_owned()))).collect())
    }

    fn taken(rows: &[Row], header_row: Option<u32>) -> Result<Header, NoHeader> {
        let mapping = Mapping { header_row, ..Mapping::new() };
        header(&mut rows.iter().cloned().map(Ok), &mapping)
    }

    #[test]
    fn without_a_word_the_first_row_holds_the_headings() {
        let found = taken(&[row(2, &["姓名", "民族"]), row(3, &["张伟", "汉族"])], None).unwrap();
        assert_eq!((found.row.number, found.above.len()), (2, 0));
        assert!(matches!(taken(&[], None), Err(NoHeader::Nothing)));
    }

    #[test]
    fn titles_above_are_passed_and_merged_headings_come_down() {
        let sheet = [
            row(1, &["官渡镇党员名册"]),
            row(3, &["姓名", "入党情况", "", "备注"]),
            row(4, &["", "入党时间", "转正时间", ""]),
            row(5, &["张伟"]),
        ];
        let found = taken(&sheet, Some(4)).unwrap();
        let texts: Vec<String> = found.row.cells().map(|(_, cell)| cell.shown()).collect();
        assert_eq!(texts, ["姓名", "入党时间", "转正时间", "备注"]);
        assert_eq!(found.above, [1, 3]);
        // A title right above is no heading.
        let found = taken(&[row(1, &["名册"]), row(2, &["", "民族"])], Some(2)).unwrap();
        assert_eq!(found.row.len(), 1);
        assert!(matches!(taken(&sheet, Some(2)), Err(NoHeader::NotThere(2))));
        assert!(matches!(taken(&sheet, Some(9)), Err(NoHeader::NotThere(9))));
    }
}

//! Workbooks through the confined process, as the server reads them.

use std::io::Write;

use cadre::across::sheets::{
    Book, Cell, Column, ColumnKind, Field, Notice, Program, Properties, ReadError, Row, Rows, open,
};
use tempfile::NamedTempFile;

fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_cadre"))
}

fn file(bytes: &[u8]) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

fn workbook(sheets: &[(&str, u32)]) -> NamedTempFile {
    let properties = Properties { title: "试".to_owned(), created: "2026-01-01T00:00:00Z".parse().unwrap() };
    let mut book = Book::new(&properties);
    for (name, rows) in sheets {
        let mut sheet = book.sheet(name, vec![Column::new("姓名", ColumnKind::Text)]).unwrap();
        for number in 1..=*rows {
            sheet.row(&[Field::from(Cell::Number(f64::from(number)))]).unwrap();
        }
        sheet.finish().unwrap();
    }
    let file = NamedTempFile::new().unwrap();
    book.finish(file.reopen().unwrap()).unwrap();
    file
}

fn read(rows: &mut Rows) -> Result<Vec<Row>, ReadError> {
    rows.collect()
}

#[test]
fn rows_come_through_the_confined_process_in_order() {
    let file = workbook(&[("党员名册", 3_000), ("说明", 1)]);
    let mut rows = open(&program(), file.path(), "党员名册").unwrap();
    let read = read(&mut rows).unwrap();
    assert_eq!(read.len(), 3_001);
    for (row, number) in read.iter().zip(1..) {
        assert_eq!(row.number, number);
    }
    assert_eq!(read[3_000].get(0), &Cell::Number(3_000.0));
    let extra = Notice::ExtraSheets { wanted: "党员名册".to_owned(), names: vec!["说明".to_owned()] };
    assert_eq!(rows.notices(), [extra]);
}

#[test]
fn more_rows_than_the_limit_are_refused() {
    let file = workbook(&[("党员名册", 100_000)]);
    let mut rows = open(&program(), file.path(), "党员名册").unwrap();
    assert_eq!(read(&mut rows), Err(ReadError::TooManyRows { limit: 100_000 }));
    assert!(rows.next().is_none(), "after an error nothing more comes");
}

#[test]
fn a_reader_that_gives_up_early_leaves_no_process_behind() {
    let file = workbook(&[("党员名册", 5_000)]);
    let mut rows = open(&program(), file.path(), "党员名册").unwrap();
    assert!(rows.next().unwrap().is_ok());
    drop(rows);
}

#[test]
fn reasons_cross_the_border_whole() {
    let file = workbook(&[("名单", 1)]);
    let mut rows = open(&program(), file.path(), "党员名册").unwrap();
    let error =
        ReadError::SheetMissing { wanted: "党员名册".to_owned(), found: vec!["名单".to_owned()] };
    assert_eq!(read(&mut rows), Err(error));
}

#[test]
fn what_is_no_workbook_is_named_without_starting_a_process() {
    let nowhere = Program::at("/nonexistent/cadre");
    let refused = |bytes: &[u8]| open(&nowhere, file(bytes).path(), "党员名册").unwrap_err();
    assert_eq!(refused(b""), ReadError::Empty);
    assert_eq!(refused(b"%PDF-1.7 x"), ReadError::OtherFormat { kind: "PDF 文件".to_owned() });
    assert_eq!(refused(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 old"), ReadError::OldBinary);
    assert!(refused(b"PK\x03\x04").is_ours());
}

#[test]
fn csv_is_read_in_either_encoding_as_texts() {
    for encoding in [encoding_rs::UTF_8, encoding_rs::GB18030] {
        let (bytes, _, _) = encoding.encode("姓名,公民身份号码\r\n张伟,500237198005060017\r\n");
        let file = file(&bytes);
        let mut rows = open(&Program::at("/nonexistent"), file.path(), "党员名册").unwrap();
        let read = read(&mut rows).unwrap();
        assert_eq!(read[1].get(1), &Cell::Text("500237198005060017".to_owned()), "{}", encoding.name());
    }
}

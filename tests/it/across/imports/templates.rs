//! The empty workbook of each kind: an example that imports nobody, notes, text columns, drop-down lists, code tables.

use std::io::{Cursor, Read, Write};

use cadre::across::imports::columns::{Heading, Shape};
use cadre::across::imports::headings::Mapping;
use cadre::across::imports::read::Unreadable;
use cadre::across::imports::subject::headings;
use cadre::across::imports::template;
use cadre::across::sheets::column_letters;
use cadre::records::imports::{Bucket, Counts, Kind};
use cadre::records::words::WordBook;
use calamine::{Data, Range, Reader, SheetVisible, Xlsx};
use chrono::NaiveDate;
use tempfile::NamedTempFile;

use super::{Roster, Stage};

fn written(kind: Kind) -> Vec<u8> {
    let mut bytes = Vec::new();
    let created = "2026-01-01T00:00:00Z".parse().unwrap();
    template::write(kind, &WordBook::default(), created, &mut bytes).unwrap();
    bytes
}

fn opened(bytes: &[u8]) -> Xlsx<Cursor<Vec<u8>>> {
    Xlsx::new(Cursor::new(bytes.to_vec())).unwrap()
}

fn sheet(bytes: &[u8], name: &str) -> Range<Data> {
    opened(bytes).worksheet_range(name).unwrap()
}

fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

fn day() -> NaiveDate {
    "2026-01-01".parse().unwrap()
}

/// What may stand under a heading.
fn offered(heading: &Heading) -> Vec<String> {
    heading.offered(&WordBook::default(), day())
}

#[test]
fn each_example_is_marked_fills_what_must_be_filled_and_takes_words_from_the_lists() {
    for kind in Kind::ALL {
        let range = sheet(&written(*kind), kind.name());
        for (at, heading) in (0..).zip(headings(*kind)) {
            let cell = range.get_value((1, at)).cloned().unwrap_or(Data::Empty);
            let told = format!("{kind:?} {}: {cell:?}", heading.title);
            let text = match &cell {
                Data::String(text) => text.clone(),
                Data::Empty => String::new(),
                Data::DateTime(_) if heading.shape == Shape::Date => continue,
                Data::Float(_) if heading.shape == Shape::Number && at > 0 => continue,
                _ => panic!("{told}"),
            };
            assert_eq!(text.starts_with("（示例）"), at == 0, "{told}");
            assert!(!heading.required || !text.is_empty(), "{told}");
            let is_text = !matches!(heading.shape, Shape::Date | Shape::Number);
            assert!(is_text || text.is_empty() || at == 0, "{told}");
            let words = offered(heading);
            if !words.is_empty() && !text.is_empty() {
                assert!(text.split('；').all(|word| words.iter().any(|own| own == word)), "{told}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_empty_workbook_uploaded_unchanged_imports_nobody_and_says_why() {
    let mut stage = Stage::new().await;
    let place = stage.county.town(1).clone();
    for kind in Kind::ALL {
        stage.kind = *kind;
        let mut file = NamedTempFile::new().unwrap();
        file.write_all(&written(*kind)).unwrap();
        let (import, counts) = stage.upload(&stage.clerk, &place, file.path(), Mapping::new()).await.unwrap();
        let Err(Unreadable(sentences)) = counts else { panic!("{kind:?}: {counts:?}") };
        assert!(sentences[0].contains("只有列名，没有数据"), "{kind:?}: {sentences:?}");
        assert_eq!(sentences[1..], ["第2行是示例行，没有读取。"], "{kind:?}: {sentences:?}");
        assert_eq!((import.state.as_str(), import.rows_read), ("failed", 0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_example_among_rows_is_left_out_by_name_and_one_overwritten_is_a_row() {
    let stage = Stage::new().await;
    let example = Roster::new("（示例）张三", 1);
    let import = stage.plan(&[example.clone(), Roster::new("李娜", 2)]).await;
    assert_eq!(import.counts(), Counts { new: 1, ..Counts::default() });
    assert!(import.notices().contains(&"第2行是示例行，没有读取。".to_owned()), "{:?}", import.notices());
    let import = stage.plan(&[example.with("姓名", "张三"), Roster::new("李娜", 2)]).await;
    assert_eq!(import.counts().of(Bucket::New), 2);
}

#[test]
fn every_heading_has_a_note() {
    for kind in Kind::ALL {
        let notes = part(&written(*kind), "xl/comments1.xml");
        for (at, heading) in (0..).zip(headings(*kind)) {
            let cell = format!(r#"ref="{}1""#, column_letters(at));
            assert!(notes.contains(&cell), "{kind:?} {}", heading.title);
            assert!(notes.contains(heading.explanation), "{kind:?} {}", heading.title);
        }
        assert!(notes.contains(r#"ref="A2""#) && notes.contains("示例行，上传时不会导入"), "{kind:?}");
    }
}

/// The number formats of the columns of the first sheet, from the left; none where a column has no format of its own.
fn formats(bytes: &[u8], columns: usize) -> Vec<Option<u32>> {
    let attribute = |element: &str, name: &str| -> Option<u32> {
        element.split(&format!(" {name}=\"")).nth(1)?.split('"').next()?.parse().ok()
    };
    let styles = part(bytes, "xl/styles.xml");
    let cells = styles.split("<cellXfs").nth(1).unwrap().split("</cellXfs>").next().unwrap();
    let formats: Vec<u32> =
        cells.split("<xf ").skip(1).map(|xf| attribute(&format!(" {xf}"), "numFmtId").unwrap()).collect();
    let sheet = part(bytes, "xl/worksheets/sheet1.xml");
    let mut found = vec![None; columns];
    for col in sheet.split("<col ").skip(1) {
        let col = format!(" {}", col.split("/>").next().unwrap());
        let (first, last) = (attribute(&col, "min").unwrap(), attribute(&col, "max").unwrap());
        let format = attribute(&col, "style").map(|style| formats[usize::try_from(style).unwrap()]);
        for at in first..=last {
            if let Some(place) = found.get_mut(usize::try_from(at).unwrap() - 1) {
                *place = format;
            }
        }
    }
    found
}

/// Whether a number format is text: the built-in one, or one whose code says so.
fn is_text(bytes: &[u8], format: u32) -> bool {
    format == 49 || part(bytes, "xl/styles.xml").contains(&format!(r#"numFmtId="{format}" formatCode="@""#))
}

#[test]
fn columns_of_identifiers_are_text_and_others_are_not() {
    for kind in Kind::ALL {
        let known = headings(*kind);
        let bytes = written(*kind);
        let formats = formats(&bytes, known.len());
        for (heading, format) in known.iter().zip(formats) {
            let is_identifier = matches!(heading.shape, Shape::Identifier | Shape::Telephone);
            let is_text = format.is_some_and(|format| is_text(&bytes, format));
            assert_eq!(is_text, is_identifier, "{kind:?} {}: {format:?}", heading.title);
        }
    }
}

#[test]
fn each_list_has_a_drop_down_that_reads_a_sheet_and_code_tables_stand_on_the_second() {
    for kind in Kind::ALL {
        let bytes = written(*kind);
        let known = headings(*kind);
        let lists: Vec<&Heading> = known.iter().filter(|heading| !offered(heading).is_empty()).collect();
        let workbook = opened(&bytes);
        let names: Vec<String> = workbook.sheet_names();
        assert_eq!(names[0], kind.name());
        if lists.is_empty() {
            assert_eq!(names.len(), 1, "{kind:?}");
            continue;
        }
        assert_eq!(names[1], "代码表", "{kind:?}");
        assert_eq!(workbook.sheets_metadata()[1].visible, SheetVisible::Visible);
        let codes = sheet(&bytes, "代码表");
        let xml = part(&bytes, "xl/worksheets/sheet1.xml");
        for (at, heading) in (0_u32..).zip(&lists) {
            let words = offered(heading);
            let shown = |row: usize, column: u32| {
                let row = u32::try_from(row).unwrap();
                codes.get_value((row, column)).map(ToString::to_string).unwrap_or_default()
            };
            assert_eq!(shown(0, at * 2 + 1), heading.title);
            for (row, word) in (1..).zip(&words) {
                assert_eq!(&shown(row, at * 2 + 1), word, "{kind:?} {}", heading.title);
                let code = heading.table.map(|table| table().entries()[row - 1].code.clone());
                assert_eq!(shown(row, at * 2), code.unwrap_or_default(), "{kind:?} {word}");
            }
            let column = known.iter().position(|own| own.field == heading.field).unwrap();
            let letters = column_letters(u32::try_from(column).unwrap());
            let rule = xml
                .split("<dataValidation ")
                .skip(1)
                .find(|rule| rule.contains(&format!(r#"sqref="{letters}2:"#)));
            let rule = rule.unwrap_or_else(|| panic!("{kind:?} {}: {xml}", heading.title));
            let source = rule.split("<formula1>").nth(1).unwrap().split("</formula1>").next().unwrap();
            let last = words.len();
            // A list within the rule may have 255 characters: none of ours is one.
            if heading.table.is_some() {
                let letters = column_letters(at * 2 + 1);
                assert_eq!(source, format!("'代码表'!${letters}$2:${letters}${}", last + 1));
            } else {
                assert!(source.starts_with("'字典'!$") && source.ends_with(&format!("${last}")), "{source}");
            }
        }
    }
}

//! Workbooks made by hand: broken, foreign and hostile ones, and odd ones that are fine.

use std::io::Write;
use std::path::Path;

use chrono::NaiveDate;
use tempfile::NamedTempFile;
use zip::write::SimpleFileOptions;

use super::cell::{Cell, Notice, Row};
use super::error::ReadError;
use super::limits::Limits;
use super::package;
use super::workbook::{self, Item};

const TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/></Types>"#;
const ROOT: &str = r#"<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const WORKBOOK: &str = r#"<?xml version="1.0" encoding="UTF-8"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="党员名册" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
const RELATIONS: &str = r#"<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#;

fn sheet(data: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{data}</sheetData></worksheet>"#
    )
}

fn strings(items: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{items}</sst>"#
    )
}

fn zip_of(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn package_of(sheet: &str, strings: &str) -> Vec<u8> {
    zip_of(&[
        ("[Content_Types].xml", TYPES.as_bytes()),
        ("_rels/.rels", ROOT.as_bytes()),
        ("xl/workbook.xml", WORKBOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", RELATIONS.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
        ("xl/sharedStrings.xml", strings.as_bytes()),
    ])
}

fn file_of(bytes: &[u8]) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

fn read_within(path: &Path, limits: &Limits) -> Result<Vec<Item>, ReadError> {
    let mut items = Vec::new();
    workbook::read(path, "党员名册", limits, &mut |item| {
        items.push(item);
        Ok(())
    })?;
    Ok(items)
}

fn read(bytes: &[u8]) -> Result<Vec<Item>, ReadError> {
    read_within(file_of(bytes).path(), &Limits::default())
}

fn rows_of(data: &str) -> Vec<Row> {
    read(&package_of(&sheet(data), &strings("")))
        .unwrap()
        .into_iter()
        .filter_map(|item| match item {
            Item::Row(row) => Some(row),
            Item::Notice(_) => None,
        })
        .collect()
}

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

/// ASVS 15.2.2
#[test]
fn two_cells_at_the_far_corner_cost_nothing() {
    let rows = rows_of(
        r#"<row r="1"><c r="A1" t="inlineStr"><is><t>姓名</t></is></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#,
    );
    assert_eq!(
        rows,
        [Row::new(1, vec![(0, text("姓名"))]), Row::new(1_048_576, vec![(16_383, Cell::Number(1.0))]),]
    );
}

#[test]
fn formulas_give_what_was_computed_and_say_when_nothing_was() {
    let rows = rows_of(
        r#"<row r="2"><c r="A2" t="str"><f>"张"&amp;"伟"</f><v>张伟</v></c><c r="B2"><f>1+1</f></c><c r="C2" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="D2"><f>1+1</f><v>2</v></c><c r="E2"/></row>"#,
    );
    let cells = vec![
        (0, text("张伟")),
        (1, Cell::Error(Cell::NOT_COMPUTED.to_owned())),
        (2, Cell::Error("#DIV/0!".to_owned())),
        (3, Cell::Number(2.0)),
    ];
    assert_eq!(rows, [Row::new(2, cells)]);
}

#[test]
fn cells_without_a_position_follow_each_other() {
    let rows = rows_of("<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>");
    assert_eq!(
        rows,
        [
            Row::new(1, vec![(0, Cell::Number(1.0)), (1, Cell::Number(2.0))]),
            Row::new(2, vec![(0, Cell::Number(3.0))]),
        ]
    );
}

#[test]
fn dates_in_iso_form_are_dates() {
    let rows = rows_of(
        r#"<row r="1"><c r="A1" t="d"><v>1988-07-01T00:00:00</v></c><c r="B1" t="d"><v>1988-07-01</v></c></row>"#,
    );
    let date = Cell::Date(NaiveDate::from_ymd_opt(1988, 7, 1).unwrap());
    assert_eq!(rows[0].get(0), &date);
    assert_eq!(rows[0].get(1), &date);
}

#[test]
fn merged_cells_are_noticed() {
    let xml = sheet(r#"<row r="2"><c r="A2"><v>1</v></c></row>"#).replace(
        "</sheetData>",
        r#"</sheetData><mergeCells count="1"><mergeCell ref="A2:A9"/></mergeCells>"#,
    );
    let items = read(&package_of(&xml, &strings(""))).unwrap();
    assert_eq!(items[1], Item::Notice(Notice::MergedCells { count: 1, example: "A2:A9".to_owned() }));
}

#[test]
fn what_is_hidden_is_read_and_told() {
    let xml =
        sheet(r#"<row r="2"><c r="A2"><v>1</v></c></row><row r="3" hidden="1"><c r="A3"><v>2</v></c></row>"#);
    let items = read(&package_of(&xml, &strings(""))).unwrap();
    assert_eq!(items[1], Item::Row(Row::new(3, vec![(0, Cell::Number(2.0))])));
    assert_eq!(items[2], Item::Notice(Notice::HiddenRows { count: 1, example: 3 }));
    assert_eq!(items.len(), 3);
}

#[test]
fn rows_and_cells_out_of_order_are_refused() {
    for data in [
        r#"<row r="9"><c r="A9"><v>1</v></c></row><row r="3"><c r="A3"><v>1</v></c></row>"#,
        r#"<row r="3"><c r="B3"><v>1</v></c><c r="A3"><v>1</v></c></row>"#,
        r#"<row r="3"><c r="B3"><v>1</v></c><c r="B3"><v>2</v></c></row>"#,
        r#"<row r="3"><c r="ZZZZZZ3"><v>1</v></c></row>"#,
        r#"<row r="3"><c r="A3" t="s"><v>7</v></c></row>"#,
        r#"<row r="3"><c r="A3" t="b"><v>maybe</v></c></row>"#,
        r#"<row r="3"><c r="A3">&bomb;<v>1</v></c"#,
    ] {
        let result = read(&package_of(&sheet(data), &strings("")));
        assert!(matches!(result, Err(ReadError::Broken { .. })), "{data}: {result:?}");
    }
}

/// ASVS 1.5.1
#[test]
fn every_limit_is_kept() {
    let data: String = (1..=4)
        .map(|row| format!(r#"<row r="{row}"><c r="A{row}" t="s"><v>0</v></c><c r="B{row}"/></row>"#))
        .collect();
    let bytes = package_of(&sheet(&data), &strings("<si><t>四个汉字</t></si>"));
    let file = file_of(&bytes);
    let within = |limits: Limits| read_within(file.path(), &limits).map(|items| items.len());
    let wide = Limits::default;
    assert_eq!(within(Limits { rows: 4, cells: 8, text: 4, inflated: 3000, parts: 6, ..wide() }), Ok(4));
    assert_eq!(within(Limits { rows: 3, ..wide() }), Err(ReadError::TooManyRows { limit: 3 }));
    assert_eq!(within(Limits { cells: 7, ..wide() }), Err(ReadError::TooManyCells { limit: 7 }));
    assert_eq!(
        within(Limits { text: 3, ..wide() }),
        Err(ReadError::TextTooLong { row: 1, column: Some(0), limit: 3 })
    );
    assert!(matches!(within(Limits { parts: 5, ..wide() }), Err(ReadError::Broken { .. })));
}

/// A few kilobytes that say what they unpack to, and a few that lie about it.
/// ASVS 5.2.3
#[test]
fn bombs_are_refused_by_what_they_say_and_by_what_they_hold() {
    let limits = Limits { inflated: 2 * Limits::MEBIBYTE, ..Limits::default() };
    let honest = package_of(&sheet(""), &strings(&" ".repeat(4 * 1024 * 1024)));
    assert!(honest.len() < 20_000);
    let refused = Err(ReadError::InflatedTooLarge { limit: 2 });
    assert_eq!(read_within(file_of(&honest).path(), &limits), refused);

    // The size stands in the central directory and in the part's own header: make both say 1000 bytes.
    let size = u32::try_from(strings(&" ".repeat(4 * 1024 * 1024)).len()).unwrap();
    let mut liar = honest.clone();
    let needle = size.to_le_bytes();
    let places: Vec<usize> = (0..liar.len() - 4).filter(|at| liar[*at..*at + 4] == needle).collect();
    assert!(!places.is_empty());
    for at in places {
        liar[at..at + 4].copy_from_slice(&1000_u32.to_le_bytes());
    }
    let mut file = file_of(&liar).reopen().unwrap();
    let result = package::check(&mut file, &limits);
    assert!(
        matches!(result, Err(ReadError::InflatedTooLarge { .. } | ReadError::Broken { .. })),
        "{result:?}"
    );
}

/// A long text that is stored once and used in every cell would swell on its way out.
#[test]
fn a_shared_text_cannot_be_multiplied_without_end() {
    let data: String =
        (1..=50).map(|row| format!(r#"<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>"#)).collect();
    let shared = strings(&format!("<si><t>{}</t></si>", "a".repeat(30_000)));
    let limits = Limits { inflated: Limits::MEBIBYTE, ..Limits::default() };
    let file = file_of(&package_of(&sheet(&data), &shared));
    assert_eq!(read_within(file.path(), &limits), Err(ReadError::InflatedTooLarge { limit: 1 }));
}

#[test]
fn every_way_to_cut_a_workbook_short_is_refused() {
    let whole = package_of(
        &sheet(r#"<row r="1"><c r="A1" t="s"><v>0</v></c></row>"#),
        &strings("<si><t>姓名</t></si>"),
    );
    for length in (4..whole.len()).step_by(61) {
        let result = read(&whole[..length]);
        assert!(matches!(result, Err(ReadError::Broken { .. })), "{length}: {result:?}");
    }
}

#[test]
fn flipped_bytes_never_panic_and_never_pass_as_other_rows() {
    let whole = package_of(
        &sheet(r#"<row r="1"><c r="A1" t="s"><v>0</v></c></row>"#),
        &strings("<si><t>姓名</t></si>"),
    );
    let right = read(&whole).unwrap();
    for at in (0..whole.len()).step_by(7) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x55;
        if let Ok(items) = read(&bytes) {
            assert_eq!(items, right, "byte {at}");
        }
    }
}

/// ASVS 5.2.2
#[test]
fn files_of_other_programs_are_named() {
    let other = |parts: &[(&str, &[u8])]| match read(&zip_of(parts)) {
        Err(ReadError::OtherFormat { kind }) => kind,
        result => panic!("{result:?}"),
    };
    assert_eq!(
        other(&[("xl/workbook.xml", b"<x/>"), ("xl/vbaProject.bin", b"x")]),
        "含有宏的工作簿（.xlsm）"
    );
    assert_eq!(other(&[("word/document.xml", b"<x/>")]), "Word 文档（.docx）");
    assert_eq!(other(&[("xl/workbook.bin", b"x")]), "二进制工作簿（.xlsb）");
    assert_eq!(
        other(&[("mimetype", b"application/vnd.oasis"), ("content.xml", b"<x/>")]),
        "ODS 表格（.ods）或其他开放文档"
    );
    assert_eq!(other(&[("photo.jpg", b"x")]), "压缩包（.zip）");
    let linked = [("xl/workbook.xml", &b"<x/>"[..]), ("xl/externalLinks/externalLink1.xml", b"<x/>")];
    assert!(matches!(read(&zip_of(&linked)), Err(ReadError::Linked)));
    assert!(matches!(
        read(&zip_of(&[("[Content_Types].xml", TYPES.as_bytes())])),
        Err(ReadError::Broken { .. })
    ));
}

#[test]
fn a_compound_file_is_an_old_workbook_or_a_locked_one() {
    let compound = |name: &str| {
        let mut bytes = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
        bytes.extend_from_slice(&[0; 504]);
        bytes.extend(name.encode_utf16().flat_map(u16::to_le_bytes));
        let mut file = file_of(&bytes).reopen().unwrap();
        package::kind(&mut file, &Limits::default()).unwrap_err()
    };
    assert_eq!(compound("EncryptedPackage"), ReadError::PasswordProtected);
    assert_eq!(compound("Workbook"), ReadError::OldBinary);
    assert_eq!(compound("Book"), ReadError::OldBinary);
}

#[test]
fn a_missing_sheet_is_named_with_those_there_are() {
    let bytes = package_of(&sheet(""), &strings(""));
    let file = file_of(&bytes);
    let error = workbook::read(file.path(), "党组织", &Limits::default(), &mut |_| Ok(()));
    assert_eq!(
        error.unwrap_err().to_string(),
        "工作簿里没有名为“党组织”的工作表（只有“党员名册”）；请把要导入的工作表改名为“党组织”"
    );
}

/// ASVS 5.2.1
#[test]
fn a_file_too_large_is_refused_before_it_is_read() {
    let limits = Limits { file: Limits::MEBIBYTE, ..Limits::default() };
    let mut file = file_of(&vec![b'x'; 1024 * 1024 + 1]).reopen().unwrap();
    assert_eq!(
        package::kind(&mut file, &limits).unwrap_err().to_string(),
        "文件有 2 MiB，超过上限 1 MiB；请删去图片和无关的工作表，或分成几个文件"
    );
}

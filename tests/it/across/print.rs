//! Pages of paper: what is written stands on them, over as many as it takes, with the headings on each.

use cadre::across::print::{
    Align, Bar, Bars, Cell, Document, Face, Fonts, Grid, Paragraph, Row, Setup, Style, Table, Tone,
};

use crate::support::pdf;

fn fonts() -> Fonts {
    Fonts::find(None).expect("the fonts that scripts/prepare installs")
}

fn table(document: &mut Document<'_>, rows: impl IntoIterator<Item = Row>) {
    let style = Style::new(Face::Song, 10.5);
    let head = vec![Row::new(vec![Cell::new("姓名"), Cell::new("说明")])];
    let grid = Grid { columns: vec![1.0, 3.0], head, style, head_style: Style { face: Face::Hei, ..style } };
    let mut table = Table::new(document, grid);
    for row in rows {
        table.row(document, &row);
    }
    table.finish(document);
}

#[test]
fn headings_are_on_every_page_and_no_row_is_lost() {
    let fonts = fonts();
    let mut document = Document::new(&fonts, Setup::official("名册"));
    let name = |number: usize| format!("党员{number}号");
    table(&mut document, (0..200).map(|number| Row::new(vec![Cell::new(name(number)), Cell::left("无")])));
    let pages = pdf::pages(&document.finish().unwrap());
    assert!(pages.len() > 3, "{}", pages.len());
    for page in &pages {
        assert!(page.body.starts_with("姓名说明"), "{}", page.body);
    }
    let all: String = pages.iter().map(|page| page.body.as_str()).collect();
    for number in 0..200 {
        assert!(all.contains(&format!("{}无", name(number))), "{number}");
    }
}

#[test]
fn a_text_longer_than_a_page_goes_on_over_the_next() {
    let fonts = fonts();
    let mut document = Document::new(&fonts, Setup::official("长文"));
    let long: String = (0..3_000).map(|number| format!("第{number}句。")).collect();
    table(&mut document, [Row::new(vec![Cell::new("张伟"), Cell::left(long.clone())])]);
    let pages = pdf::pages(&document.finish().unwrap());
    let all: String = pages.iter().map(|page| page.body.replace("姓名说明", "")).collect();
    assert!(pages.len() > 5 && all.contains(&long[..long.len() / 40]), "{} pages", pages.len());
    assert_eq!(all.replace("张伟", ""), long, "whole, in order, once");
}

#[test]
fn cells_over_several_rows_stay_on_one_page() {
    let fonts = fonts();
    let mut document = Document::new(&fonts, Setup::form("表", false));
    document.space(640.0);
    let rows = [
        Row::new(vec![Cell::new("左上"), Cell::new("照片").down(3)]).least(60.0),
        Row::new(vec![Cell::new("左中")]).least(60.0),
        Row::new(vec![Cell::new("左下")]).least(60.0),
        Row::new(vec![Cell::new("两栏").across(2)]),
    ];
    table(&mut document, rows);
    let pages = pdf::pages(&document.finish().unwrap());
    let found: Vec<&str> =
        pages.iter().map(|page| page.body.as_str()).filter(|body| body.contains("左上")).collect();
    assert_eq!(found.len(), 1);
    assert!(
        found[0].contains("左中") && found[0].contains("左下") && found[0].contains("照片"),
        "{}",
        found[0]
    );
}

#[test]
fn rare_characters_are_printed_and_those_of_no_font_by_their_number() {
    let fonts = fonts();
    let mut document = Document::new(&fonts, Setup::official("生僻字"));
    let style = Style { leading: 28.0, ..Style::new(Face::Fang, 16.0) };
    let text = "买买提·艾力、𬱖、䶮、㛃、\u{F0000}，葛\u{E0100}城（a_b[c] 1\\2）";
    document.paragraph(&Paragraph::new(style).indent(2.0).align(Align::Left), text);
    let text = pdf::text(&document.finish().unwrap());
    assert_eq!(text, "买买提·艾力、𬱖、䶮、㛃、[U+F0000]，葛城（a_b[c]1\\2）");
}

#[test]
fn the_same_calls_give_the_same_bytes_and_an_empty_table_its_head() {
    let fonts = fonts();
    let written = || {
        let mut document = Document::new(&fonts, Setup::official("同一份"));
        document.mark("一");
        table(&mut document, []);
        document.bars(&Bars {
            title: "变动".to_owned(),
            bars: vec![Bar {
                label: "期初".to_owned(),
                from: 0,
                to: 0,
                text: "0".to_owned(),
                tone: Tone::Whole,
            }],
            marks: vec![(5, "应达到 5".to_owned())],
            cut: false,
        });
        document.finish().unwrap()
    };
    let first = written();
    assert_eq!(first, written());
    assert_eq!(pdf::text(&first), "姓名说明变动期初0应达到5");
    assert!(!String::from_utf8_lossy(&first).contains("CreationDate"), "no moment where none is said");
}

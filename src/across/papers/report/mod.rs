//! The quarterly report on paper, in the layout of an official document (GB/T 9704): what it rests on first, then the
//! sections, what does not fit, the signatures; the organisations below and the definitions as appendices.
//!
//! A revision gives the same bytes whenever it is printed: nothing of the day of printing stands in it.

mod appendices;
mod pictures;
mod remarks;
mod sections;

use crate::across::print::{
    Align, Cell, Document, Face, Fonts, Grid, Paragraph, PrintError, Row, Setup, Style, Table,
};
use crate::across::reports::QuarterlyReport;
use crate::across::reports::figures::{Amount, Unit};
use crate::base::clock;

/// The report as PDF.
///
/// # Errors
/// [`PrintError`].
pub fn report(report: &QuarterlyReport, fonts: &Fonts) -> Result<Vec<u8>, PrintError> {
    let title = title(report);
    let revision = report.revision.map_or_else(|| "未结账".to_owned(), |number| format!("第{number}版"));
    let setup = Setup {
        created: report.closed_at,
        running: format!("{title}　{revision}"),
        ..Setup::official(&title)
    };
    let mut paper = Paper { document: Document::new(fonts, setup), chapters: 0 };
    paper.front(report, &title);
    for section in &report.sections {
        paper.section(section);
    }
    paper.remarks(report);
    paper.signatures(report);
    paper.appendices(report);
    paper.outgoing(report);
    paper.document.finish()
}

/// What a report is called.
#[must_use]
pub fn title(report: &QuarterlyReport) -> String {
    format!("{}{}报告", report.organisation.name, report.quarter.title())
}

/// The numerals of chapters.
const NUMERALS: [&str; 15] =
    ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二", "十三", "十四", "十五"];

/// The text: 三号仿宋, 22 lines on a page.
const TEXT: Style = Style { face: Face::Fang, size: 16.0, leading: 28.9 };
/// The cells of tables: 五号.
const SMALL: Style = Style { face: Face::Song, size: 10.5, leading: 14.5 };
/// The headings of tables.
const SMALL_HEAD: Style = Style { face: Face::Hei, ..SMALL };

/// A report that is being written.
struct Paper<'f> {
    document: Document<'f>,
    chapters: usize,
}

impl Paper<'_> {
    /// A heading of the first rank, in 黑体, with its number.
    fn chapter(&mut self, title: &str) {
        let numeral = NUMERALS.get(self.chapters).copied().unwrap_or("其他");
        self.chapters += 1;
        self.heading(&format!("{numeral}、{title}"));
    }

    fn heading(&mut self, text: &str) {
        let how = Paragraph {
            keep: 50.0,
            ..Paragraph::new(Style { face: Face::Hei, ..TEXT }).indent(2.0).room(10.0, 4.0)
        };
        // The mark stands where the heading will: on the next page when it does not fit here.
        self.document.need(how.before + TEXT.leading + how.keep);
        self.document.mark(text);
        self.document.paragraph(&how, text);
    }

    /// A heading of the second rank, in 楷体.
    fn subheading(&mut self, text: &str) {
        let style = Style { face: Face::Kai, size: 14.0, leading: 24.0 };
        let how = Paragraph { keep: 60.0, ..Paragraph::new(style).indent(2.0).room(6.0, 2.0) };
        self.document.paragraph(&how, text);
    }

    fn text(&mut self, text: &str) {
        self.document.paragraph(&Paragraph::new(TEXT).indent(2.0), text);
    }

    /// A table with these shares of the width and these headings.
    fn table(&mut self, columns: &[f32], head: &[&str], rows: impl IntoIterator<Item = Row>) {
        let head = Row::new(head.iter().map(|name| Cell::new(*name)).collect());
        let grid = Grid { columns: columns.to_vec(), head: vec![head], style: SMALL, head_style: SMALL_HEAD };
        let mut table = Table::new(&mut self.document, grid);
        for row in rows {
            table.row(&mut self.document, &row);
        }
        table.finish(&mut self.document);
    }

    /// The first page: what the report is, and whether it can be relied on.
    fn front(&mut self, report: &QuarterlyReport, title: &str) {
        let style = Style { face: Face::Title, size: 22.0, leading: 33.0 };
        self.document.space(36.0);
        self.document.paragraph(&Paragraph::new(style).align(Align::Centre).room(0.0, 24.0), title);
        let balanced = if report.balanced { "平衡" } else { "不平衡" };
        let revision = match (report.revision, report.closed_at) {
            (Some(number), Some(at)) => format!("第{number}版，{}结账", clock::date_in_china(at)),
            _ => "未结账，按现有记录计算，不是最终数".to_owned(),
        };
        let none = || "—".to_owned();
        let facts = [
            ("组织名称", report.organisation.name.clone()),
            ("组织代码", report.organisation.code.clone()),
            ("报告季度", format!("{}（{}）", report.quarter.title(), report.quarter)),
            ("截至日期", report.quarter.last_day().to_string()),
            ("版　　本", revision),
            ("党员增减", balanced.to_owned()),
            ("增减算式", report.balance.clone()),
            ("编 制 人", report.prepared_by.clone().unwrap_or_else(none)),
            ("复 核 人", report.reviewed_by.clone().unwrap_or_else(none)),
            ("数据摘要", report.digest.clone().unwrap_or_else(none)),
            ("检 查 点", report.checkpoint.clone().unwrap_or_else(none)),
        ];
        let style = Style { leading: 19.0, size: 12.0, ..SMALL };
        let head = Style { face: Face::Hei, ..style };
        let grid = Grid { columns: vec![1.0, 4.2], head: Vec::new(), style, head_style: head };
        let mut table = Table::new(&mut self.document, grid);
        for (label, content) in facts {
            let row = Row::new(vec![Cell::new(label).style(head), Cell::left(content)]);
            table.row(&mut self.document, &row.least(30.0));
        }
        table.finish(&mut self.document);
        self.document.space(6.0);
        if !report.balanced {
            self.text("本季党员增减不平衡：期初、变动与期末对不上，有关党员见“需要核对的事项”。");
        }
        self.document.turn();
    }
}

fn unit(code: &'static str) -> &'static str {
    Unit::ALL.into_iter().find(|unit| unit.code() == code).map_or(code, Unit::name)
}

/// A number as printed; a dash where there is none.
fn printed(amount: Option<Amount>) -> String {
    amount.map_or_else(|| "—".to_owned(), |amount| amount.to_string())
}

/// A difference with its sign.
fn signed(amount: Option<Amount>) -> String {
    let text = printed(amount);
    match text.strip_prefix('-') {
        Some(rest) => format!("−{rest}"),
        None if text.trim_matches(['0', '.', '—']).is_empty() => text,
        None => format!("+{text}"),
    }
}

//! The quarterly report as a workbook: numbers are numbers, equal to the digit to those of the page and the API.

use super::figures::{self, Amount, FigureValue, Unit};
use super::report::{QuarterlyReport, SectionReport, TableValue};
use crate::across::sheets::{Book, Cell, Column, ColumnKind, Field, Properties, SheetWriter, WriteError};
use crate::base::clock;

/// The workbook's bytes.
///
/// # Errors
/// When a row does not fit, or the disk is full.
pub fn workbook(report: &QuarterlyReport) -> Result<Vec<u8>, WriteError> {
    let title = format!("{}{}报告", report.organisation.name, report.quarter.title());
    let created = report.closed_at.unwrap_or_else(clock::now);
    let mut book = Book::new(&Properties { title: title.clone(), created });
    overview(&mut book, report, &title)?;
    for section in &report.sections {
        figures(&mut book, section)?;
    }
    below(&mut book, report)?;
    definitions(&mut book, report)?;
    if !report.recorded_late.is_empty() {
        late(&mut book, report)?;
    }
    if !report.exports.is_empty() {
        exports(&mut book, report)?;
    }
    if !report.reveals.is_empty() {
        reveals(&mut book, report)?;
    }
    if report.amendments.iter().any(|amendment| !amendment.differences.is_empty()) {
        amended(&mut book, report)?;
    }
    let mut bytes = Vec::new();
    book.finish(&mut bytes)?;
    Ok(bytes)
}

fn column(heading: impl Into<String>, kind: ColumnKind, width: u32) -> Column {
    Column { width, ..Column::new(heading, kind) }
}

fn text(text: impl Into<String>) -> Field {
    Cell::Text(text.into()).into()
}

fn number(amount: Option<Amount>) -> Field {
    // The shortest float of a number with two decimals prints as that number.
    amount.and_then(|amount| amount.to_string().parse().ok()).map_or(Cell::Empty, Cell::Number).into()
}

fn whole(count: i64) -> Field {
    number(Some(Amount::Whole(count)))
}

fn value(value: &TableValue) -> Field {
    match value {
        TableValue::Count(count) => whole(*count),
        TableValue::Score(score) => number(Some(Amount::Decimal(*score))),
        TableValue::Text(words) => text(words),
        TableValue::Nothing => Cell::Empty.into(),
    }
}

fn unit(code: &str) -> String {
    let known = Unit::ALL.into_iter().find(|unit| unit.code() == code);
    known.map_or_else(|| code.to_owned(), |unit| unit.name().to_owned())
}

fn overview(book: &mut Book, report: &QuarterlyReport, title: &str) -> Result<(), WriteError> {
    let mut sheet =
        book.sheet("概览", vec![column("项目", ColumnKind::Text, 18), column("内容", ColumnKind::Text, 90)])?;
    let revision = match (report.revision, report.closed_at) {
        (Some(number), Some(at)) => format!("第{number}版，{}结账", clock::date_in_china(at)),
        _ => "未结账，按现有记录计算".to_owned(),
    };
    let balanced = if report.balanced { "平衡" } else { "不平衡" };
    for (label, content) in [
        ("报告", title.to_owned()),
        ("组织代码", report.organisation.code.clone()),
        ("季度", report.quarter.to_string()),
        ("截至日期", report.quarter.last_day().to_string()),
        ("版本", revision),
        ("编制人", report.prepared_by.clone().unwrap_or_default()),
        ("复核人", report.reviewed_by.clone().unwrap_or_default()),
        ("数据摘要（SHA-256）", report.digest.clone().unwrap_or_default()),
        ("检查点", report.checkpoint.clone().unwrap_or_default()),
        ("党员增减", balanced.to_owned()),
        ("增减算式", report.balance.clone()),
    ] {
        sheet.row(&[text(label), text(content)])?;
    }
    for finding in &report.findings {
        let names: Vec<String> =
            finding.members.iter().map(|member| member.name.clone().unwrap_or_default()).collect();
        sheet.row(&[text("需要核对"), text(format!("{}{}", finding.message, names.join("、")))])?;
    }
    for amendment in &report.amendments {
        let line = format!(
            "第{}版（{}提出、{}复核）：{} 与上一版相差{}行。",
            amendment.revision, amendment.preparer, amendment.confirmer, amendment.reason, amendment.rows
        );
        sheet.row(&[text("修订"), text(line)])?;
    }
    sheet.finish()
}

fn sheet_name(section: &SectionReport) -> &str {
    match section.code {
        "flow" => "变动",
        "ratings" => "评定",
        _ => section.title,
    }
}

fn figures(book: &mut Book, section: &SectionReport) -> Result<(), WriteError> {
    let mut sheet = book.sheet(
        sheet_name(section),
        vec![
            column("指标", ColumnKind::Text, 28),
            column("数值", ColumnKind::Number, 12),
            column("单位", ColumnKind::Text, 8),
            column("分子", ColumnKind::Number, 10),
            column("分母", ColumnKind::Number, 10),
            column("上季", ColumnKind::Number, 12),
            column("增减", ColumnKind::Number, 12),
            column("去年同期", ColumnKind::Number, 12),
            column("比去年同期", ColumnKind::Number, 12),
            column("指标代码", ColumnKind::Identifier, 36),
        ],
    )?;
    for figure in &section.figures {
        figure_row(&mut sheet, figure)?;
    }
    sheet.finish()?;
    for table in &section.tables {
        let heading = column("项目", ColumnKind::Text, 18);
        let counts = table.columns.iter().map(|name| column(*name, ColumnKind::Number, 10));
        let mut sheet = book.sheet(table.title, std::iter::once(heading).chain(counts).collect())?;
        for row in &table.rows {
            let counts = row.values.iter().map(value);
            sheet.row(&std::iter::once(text(&row.label)).chain(counts).collect::<Vec<_>>())?;
        }
        sheet.finish()?;
    }
    Ok(())
}

fn figure_row(sheet: &mut SheetWriter<'_>, figure: &FigureValue) -> Result<(), WriteError> {
    sheet.row(&[
        text(&figure.label),
        number(figure.value),
        text(unit(figure.unit)),
        whole(figure.numerator),
        number(figure.denominator.map(Amount::Whole)),
        number(figure.previous),
        number(figure.change),
        number(figure.last_year),
        number(figure.change_on_last_year),
        text(&figure.code),
    ])
}

fn below(book: &mut Book, report: &QuarterlyReport) -> Result<(), WriteError> {
    let mut columns = vec![
        column("组织代码", ColumnKind::Identifier, 22),
        column("组织名称", ColumnKind::Text, 26),
        column("增减平衡", ColumnKind::Text, 10),
    ];
    // Against the term before, the figures of the organisations below stand in the API: three times as many columns.
    let is_shown = |figure: &&FigureValue| !figures::is_against_term(&figure.code);
    let figures = report.sections.iter().flat_map(|section| &section.figures);
    let figures = figures.filter(is_shown);
    columns.extend(
        figures.map(|figure| {
            column(format!("{}（{}）", figure.label, unit(figure.unit)), ColumnKind::Number, 12)
        }),
    );
    let mut sheet = book.sheet("下级组织", columns)?;
    for child in &report.by_organisation {
        let balanced = if child.balanced { "平衡" } else { "不平衡" };
        let mut row = vec![text(&child.organisation.code), text(&child.organisation.name), text(balanced)];
        let figures = child.figures.iter().filter(is_shown);
        row.extend(figures.map(|figure| number(figure.value)));
        sheet.row(&row)?;
    }
    sheet.finish()
}

fn definitions(book: &mut Book, report: &QuarterlyReport) -> Result<(), WriteError> {
    let mut sheet = book.sheet(
        "指标定义",
        vec![
            column("指标", ColumnKind::Text, 28),
            column("单位", ColumnKind::Text, 8),
            column("定义", ColumnKind::Text, 90),
            column("指标代码", ColumnKind::Identifier, 36),
        ],
    )?;
    for one in &report.definitions {
        sheet.row(&[text(&one.label), text(unit(one.unit)), text(&one.definition), text(&one.code)])?;
    }
    sheet.finish()
}

fn late(book: &mut Book, report: &QuarterlyReport) -> Result<(), WriteError> {
    let mut sheet = book.sheet(
        "补录",
        vec![
            column("姓名", ColumnKind::Text, 16),
            column("增减", ColumnKind::Number, 8),
            column("所属日期", ColumnKind::Date, 12),
        ],
    )?;
    for entry in &report.recorded_late {
        let name = entry.name.clone().unwrap_or_else(|| "（记录已撤销）".to_owned());
        sheet.row(&[text(name), whole(entry.amount), Cell::Date(entry.day).into()])?;
    }
    sheet.finish()
}

fn exports(book: &mut Book, report: &QuarterlyReport) -> Result<(), WriteError> {
    let mut sheet = book.sheet(
        "导出清单",
        vec![
            column("审计序号", ColumnKind::Number, 10),
            column("时间", ColumnKind::Text, 18),
            column("经办", ColumnKind::Text, 16),
            column("内容", ColumnKind::Text, 14),
            column("组织代码", ColumnKind::Identifier, 22),
            column("条件", ColumnKind::Text, 40),
            column("行数", ColumnKind::Number, 10),
            column("含完整号码", ColumnKind::Text, 10),
            column("理由", ColumnKind::Text, 30),
            column("文件摘要（SHA-256）", ColumnKind::Identifier, 70),
        ],
    )?;
    for line in &report.exports {
        sheet.row(&[
            whole(line.entry),
            text(clock::minute_in_china(line.at)),
            text(&line.actor),
            text(line.kind_name()),
            text(line.organisation.clone().unwrap_or_default()),
            text(&line.filter),
            whole(i64::from(line.rows)),
            text(if line.unmasked { "是" } else { "否" }),
            text(line.reason.clone().unwrap_or_default()),
            text(line.sha256.clone().unwrap_or_default()),
        ])?;
    }
    sheet.finish()
}

fn reveals(book: &mut Book, report: &QuarterlyReport) -> Result<(), WriteError> {
    let mut sheet = book.sheet(
        "查看号码清单",
        vec![
            column("审计序号", ColumnKind::Number, 10),
            column("时间", ColumnKind::Text, 18),
            column("经办", ColumnKind::Text, 16),
            column("姓名", ColumnKind::Text, 12),
            column("内容", ColumnKind::Text, 16),
            column("用途", ColumnKind::Text, 50),
        ],
    )?;
    for line in &report.reveals {
        sheet.row(&[
            whole(line.entry),
            text(clock::minute_in_china(line.at)),
            text(&line.actor),
            text(line.name.clone().unwrap_or_default()),
            text(line.field.clone().unwrap_or_default()),
            text(line.purpose.clone().unwrap_or_default()),
        ])?;
    }
    sheet.finish()
}

/// What each amendment changed, row by row: a line for each column that says something else.
fn amended(book: &mut Book, report: &QuarterlyReport) -> Result<(), WriteError> {
    let mut sheet = book.sheet(
        "修订明细",
        vec![
            column("版本", ColumnKind::Number, 8),
            column("内容", ColumnKind::Text, 12),
            column("名称", ColumnKind::Text, 16),
            column("所在组织", ColumnKind::Text, 26),
            column("变化", ColumnKind::Text, 8),
            column("项目", ColumnKind::Text, 18),
            column("原版", ColumnKind::Text, 22),
            column("本版", ColumnKind::Text, 22),
            column("记录编号", ColumnKind::Identifier, 38),
        ],
    )?;
    for amendment in &report.amendments {
        for difference in &amendment.differences {
            for field in &difference.fields {
                sheet.row(&[
                    whole(i64::from(amendment.revision)),
                    text(difference.table_label),
                    text(difference.name.as_deref().unwrap_or("（记录已撤销）")),
                    text(difference.organisation_name.as_ref().unwrap_or(&difference.organisation_code)),
                    text(difference.change.name()),
                    text(field.label),
                    text(&field.old_text),
                    text(&field.new_text),
                    text(&difference.id),
                ])?;
            }
        }
        let told = i64::try_from(amendment.differences.len()).unwrap_or(i64::MAX);
        if amendment.rows > told {
            let rest = format!("另有{}行未列出，请在页面“修订明细”查看。", amendment.rows - told);
            sheet.row(&[whole(i64::from(amendment.revision)), text(rest)])?;
        }
    }
    sheet.finish()
}

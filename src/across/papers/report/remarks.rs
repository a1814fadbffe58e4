//! What a report says beside its figures: what does not fit, what was recorded late, what was amended, who signs.

use super::{Paper, TEXT};
use crate::across::print::{Cell, Row, Style};
use crate::across::reports::QuarterlyReport;
use crate::base::clock;

/// What stands for a member whose record is gone.
const GONE: &str = "（记录已撤销）";

impl Paper<'_> {
    /// Findings, late entries and amendments; that there is none is said.
    pub(super) fn remarks(&mut self, report: &QuarterlyReport) {
        self.chapter("需要核对的事项");
        let found = quality_findings(report);
        if report.findings.is_empty() && found == 0 {
            self.text("本季没有需要核对的事项。");
        }
        if found > 0 {
            self.text(&format!(
                "数据质量检查发现{found}条问题，按规则列在“数据质量”一节，逐条见系统中的数据质量页面。"
            ));
        }
        for finding in &report.findings {
            self.text(&finding.message);
            let name = |name: &Option<String>| name.clone().unwrap_or_else(|| GONE.to_owned());
            let rows = finding.members.iter().zip(1_u32..).map(|(member, number)| {
                Row::new(vec![
                    Cell::new(number.to_string()),
                    Cell::new(name(&member.name)),
                    Cell::right(format!("{:+}", member.difference)),
                ])
            });
            self.table(&[0.6, 2.0, 1.0], &["序号", "姓名", "差额"], rows);
        }
        self.chapter("上季结账后的补录");
        if report.recorded_late.is_empty() {
            self.text("没有补录。");
        } else {
            let rows = report.recorded_late.iter().map(|entry| {
                Row::new(vec![
                    Cell::new(entry.name.clone().unwrap_or_else(|| GONE.to_owned())),
                    Cell::right(format!("{:+}", entry.amount)),
                    Cell::new(entry.day.to_string()),
                ])
            });
            self.table(&[2.0, 1.0, 1.5], &["姓名", "增减", "所属日期"], rows);
        }
        self.chapter("本季的更正");
        if report.amendments.is_empty() {
            self.text("本季没有更正。");
        } else {
            let rows = report.amendments.iter().map(|amendment| {
                Row::new(vec![
                    Cell::new(format!("第{}版", amendment.revision)),
                    Cell::new(clock::date_in_china(amendment.at).to_string()),
                    Cell::new(&amendment.preparer),
                    Cell::new(&amendment.confirmer),
                    Cell::right(amendment.rows.to_string()),
                    Cell::left(&amendment.reason),
                ])
            });
            let head = ["版本", "日期", "提出", "复核", "相差行数", "原因"];
            self.table(&[0.8, 1.3, 1.1, 1.1, 0.9, 2.8], &head, rows);
        }
    }

    /// Lists that left the house and identifiers that were shown, as far as the reader may see them: a new page each time,
    /// after the appendices that all readers have.
    pub(super) fn outgoing(&mut self, report: &QuarterlyReport) {
        if report.exports.is_empty() && report.reveals.is_empty() {
            return;
        }
        self.document.turn();
        self.heading("附录三　导出与查看号码清单");
        if !report.exports.is_empty() {
            self.subheading("导出");
            let rows = report.exports.iter().map(|line| {
                Row::new(vec![
                    Cell::new(clock::minute_in_china(line.at)),
                    Cell::new(&line.actor),
                    Cell::left(line.kind_name()),
                    Cell::left(line.organisation.clone().unwrap_or_default()),
                    Cell::right(line.rows.to_string()),
                    Cell::new(if line.unmasked { "完整" } else { "遮盖" }),
                    Cell::left(line.reason.clone().unwrap_or_default()),
                ])
            });
            let head = ["时间", "经办", "内容", "组织代码", "行数", "号码", "理由"];
            self.table(&[1.6, 1.2, 1.2, 1.4, 0.7, 0.7, 2.0], &head, rows);
        }
        if !report.reveals.is_empty() {
            self.subheading("查看号码");
            let rows = report.reveals.iter().map(|line| {
                Row::new(vec![
                    Cell::new(clock::minute_in_china(line.at)),
                    Cell::new(&line.actor),
                    Cell::new(line.name.clone().unwrap_or_else(|| GONE.to_owned())),
                    Cell::left(line.purpose.clone().unwrap_or_default()),
                ])
            });
            self.table(&[1.6, 1.2, 1.4, 3.6], &["时间", "经办", "姓名", "用途"], rows);
        }
    }

    /// Who prepared, who reviewed, and room for their hands and the seal.
    pub(super) fn signatures(&mut self, report: &QuarterlyReport) {
        self.document.need(TEXT.leading * 6.0);
        self.document.space(TEXT.leading);
        let (left, middle) = (2.0 * TEXT.size, self.document.width() / 2.0);
        let by = |name: &Option<String>| name.clone().unwrap_or_default();
        let style: Style = TEXT;
        for (one, other) in [
            (format!("编制人：{}", by(&report.prepared_by)), "签字：".to_owned()),
            (format!("复核人：{}", by(&report.reviewed_by)), "签字：".to_owned()),
            (String::new(), format!("{}（盖章）", report.organisation.name)),
            (String::new(), "　　　　年　　月　　日".to_owned()),
        ] {
            self.document.at(&style, &one, left);
            self.document.at(&style, &other, middle);
            self.document.space(TEXT.leading * 1.2);
        }
    }
}

/// How many records the rules of data quality found.
fn quality_findings(report: &QuarterlyReport) -> i64 {
    let mut figures = report.sections.iter().flat_map(|section| &section.figures);
    figures.find(|figure| figure.code == "quality.findings").map_or(0, |figure| figure.numerator)
}

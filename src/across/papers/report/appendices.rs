//! The appendices of a report: the figures of the organisations directly below, and what each figure means.

use super::{Paper, printed, unit};
use crate::across::print::{Cell, Row};
use crate::across::reports::figures::{self, FigureValue};
use crate::across::reports::{OrganisationReport, QuarterlyReport, SectionReport};

/// How many figures stand beside each other.
const ACROSS: usize = 6;

impl Paper<'_> {
    /// Writes the appendices, from a new page on.
    pub(super) fn appendices(&mut self, report: &QuarterlyReport) {
        self.document.turn();
        self.heading("附录一　下级组织");
        if report.by_organisation.is_empty() {
            self.text("本组织没有下级组织。");
        } else {
            self.balances(report);
            let mut from = 0;
            for section in &report.sections {
                self.below(section, from, &report.by_organisation);
                from += section.figures.len();
            }
        }
        self.document.turn();
        self.heading("附录二　指标定义");
        let rows = report.definitions.iter().map(|definition| {
            Row::new(vec![
                Cell::left(format!("{}（{}）", definition.label, unit(definition.unit))),
                Cell::left(&definition.code),
                Cell::left(&definition.definition),
            ])
        });
        self.table(&[1.7, 2.1, 3.1], &["指标", "代码", "定义"], rows);
    }

    fn balances(&mut self, report: &QuarterlyReport) {
        let rows = report.by_organisation.iter().map(|child| {
            Row::new(vec![
                Cell::left(&child.organisation.name),
                Cell::left(&child.organisation.code),
                Cell::new(if child.balanced { "平衡" } else { "不平衡" }),
            ])
        });
        self.table(&[2.4, 2.0, 1.0], &["组织名称", "组织代码", "党员增减"], rows);
    }

    /// The figures of a section, which begin at `from` among those of an organisation. Against the term before, those of
    /// the organisations below stand in the API: three times as many columns.
    fn below(&mut self, section: &SectionReport, from: usize, children: &[OrganisationReport]) {
        let shown: Vec<usize> = section
            .figures
            .iter()
            .enumerate()
            .filter(|(_, figure)| !figures::is_against_term(&figure.code))
            .map(|(at, _)| at)
            .collect();
        if shown.is_empty() {
            return;
        }
        self.subheading(section.title);
        for group in shown.chunks(ACROSS) {
            let figure = |at: &usize| section.figures.get(*at);
            let headings: Vec<String> = group.iter().filter_map(figure).map(heading).collect();
            let head: Vec<&str> =
                std::iter::once("组织名称").chain(headings.iter().map(String::as_str)).collect();
            let columns: Vec<f32> = std::iter::once(2.2).chain(group.iter().map(|_| 1.15)).collect();
            let rows = children.iter().map(|child| {
                let value = |at: &usize| {
                    let found = child.figures.get(from + at);
                    Cell::right(printed(found.and_then(|figure| figure.value)))
                };
                let name = Cell::left(&child.organisation.name);
                Row::new(std::iter::once(name).chain(group.iter().map(value)).collect())
            });
            self.table(&columns, &head, rows);
        }
    }
}

fn heading(figure: &FigureValue) -> String {
    format!("{}（{}）", figure.label, unit(figure.unit))
}

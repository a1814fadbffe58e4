//! The sections of a report: every figure beside the quarter before, then the grids and the pictures.

use super::{Paper, printed, signed, unit};
use crate::across::print::{Cell, Row};
use crate::across::reports::figures::{self, FigureValue};
use crate::across::reports::{ReportTable, SectionReport, TableValue};

/// The columns of a table of figures.
const COLUMNS: [f32; 6] = [3.5, 1.2, 0.85, 1.2, 1.1, 1.75];
const HEAD: [&str; 6] = ["指标", "本季", "单位", "上季", "增减", "分子÷分母"];
/// The same where the quarter of the year before is known as well.
const WIDE_COLUMNS: [f32; 8] = [2.9, 1.1, 0.85, 1.1, 1.0, 1.1, 1.0, 1.7];
const WIDE_HEAD: [&str; 8] = ["指标", "本季", "单位", "上季", "增减", "去年同期", "比去年", "分子÷分母"];

impl Paper<'_> {
    /// Writes a section.
    pub(super) fn section(&mut self, section: &SectionReport) {
        self.chapter(section.title);
        let (against, own): (Vec<&FigureValue>, Vec<&FigureValue>) =
            section.figures.iter().partition(|figure| figures::is_against_term(&figure.code));
        if own.is_empty() && section.tables.iter().all(|table| table.rows.is_empty()) {
            self.text("本节没有数据。");
            return;
        }
        if !own.is_empty() {
            self.figures(own);
        }
        self.pictures(section);
        if !against.is_empty() {
            self.subheading("与上届相比");
            self.figures(against);
        }
        for table in &section.tables {
            self.grid(table);
        }
    }

    fn figures(&mut self, figures: Vec<&FigureValue>) {
        if figures.iter().any(|figure| figure.last_year.is_some()) {
            self.table(&WIDE_COLUMNS, &WIDE_HEAD, figures.into_iter().map(|figure| figure_row(figure, true)));
        } else {
            self.table(&COLUMNS, &HEAD, figures.into_iter().map(|figure| figure_row(figure, false)));
        }
    }

    fn grid(&mut self, table: &ReportTable) {
        self.subheading(&format!("{}（单位：{}）", table.title, unit(table.unit)));
        if table.rows.is_empty() {
            self.text("本季没有数据。");
            return;
        }
        let others = table.columns.iter().map(|_| 1.1);
        let columns: Vec<f32> = std::iter::once(2.0).chain(others).collect();
        let head: Vec<&str> = std::iter::once("项目").chain(table.columns.iter().copied()).collect();
        let rows = table.rows.iter().map(|row| {
            let values = row.values.iter().map(|value| match value {
                TableValue::Text(text) => Cell::new(text),
                other => Cell::right(other.to_string()),
            });
            Row::new(std::iter::once(Cell::left(&row.label)).chain(values).collect())
        });
        self.table(&columns, &head, rows);
    }
}

fn figure_row(figure: &FigureValue, wide: bool) -> Row {
    let parts = figure.denominator.map(|whole| format!("{} ÷ {whole}", figure.numerator));
    let mut cells = vec![
        Cell::left(&figure.label),
        Cell::right(printed(figure.value)),
        Cell::new(unit(figure.unit)),
        Cell::right(printed(figure.previous)),
        Cell::right(signed(figure.change)),
    ];
    if wide {
        cells.push(Cell::right(printed(figure.last_year)));
        cells.push(Cell::right(signed(figure.change_on_last_year)));
    }
    cells.push(Cell::right(parts.unwrap_or_default()));
    Row::new(cells)
}

//! Takes the cells of a row apart, one field after the other, and keeps every error on the way.

use serde::{Deserialize, Serialize};

use crate::across::imports::columns::{Heading, Shape};
use crate::across::imports::headings::Layout;
use crate::across::sheets::{Cell, Row};
use crate::base::edit::Edit;
use crate::base::values::{parse_date, parse_words};

/// What clears a stored value: an empty cell never does (contract 4).
const CLEAR: [&str; 2] = ["（清空）", "(清空)"];

/// One thing that is wrong (or worth a look) in one cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The heading of the column.
    pub column: String,
    /// The field in the API.
    pub field: String,
    /// What stands in the cell.
    pub value: String,
    /// A Chinese sentence with the way out.
    pub message: String,
}

impl Finding {
    /// What a column without a heading is called.
    #[must_use]
    pub fn nameless(column: u32) -> String {
        format!("第{}列", column.saturating_add(1))
    }
}

/// A row that is being read.
#[derive(Debug)]
pub struct Cells<'a> {
    row: &'a Row,
    layout: &'a Layout,
    findings: Vec<Finding>,
}

impl<'a> Cells<'a> {
    /// Goes on with a row that was read before.
    #[must_use]
    pub fn resume(row: &'a Row, layout: &'a Layout, findings: Vec<Finding>) -> Self {
        Self { row, layout, findings }
    }

    /// Begins with a row; cells in columns without a heading are refused.
    #[must_use]
    pub fn new(row: &'a Row, layout: &'a Layout) -> Self {
        let findings = layout
            .strangers(row)
            .map(|column| Finding {
                column: Finding::nameless(column),
                field: String::new(),
                value: row.get(column).shown(),
                message: "这一列没有列名，不知道填的是什么；请补上列名或清空这一格".to_owned(),
            })
            .collect();
        Self { row, layout, findings }
    }

    /// What the row says of a field. `parse` is given the text of the cell, or nothing where a required cell is empty
    /// (then it answers why that is wrong).
    pub fn said<T>(&mut self, field: &str, parse: impl FnOnce(&str) -> Result<T, String>) -> Edit<T> {
        let Some((column, heading)) = self.layout.column(field) else { return Edit::Keep };
        let cell = self.row.get(column);
        let parsed = match text(cell, heading) {
            Ok(text) if text.is_empty() && !heading.required => return Edit::Keep,
            Ok(text) if CLEAR.contains(&text.as_str()) => {
                if !heading.required {
                    return Edit::Clear;
                }
                Err(format!("{}必须填写，不能清空；请填写新的内容，或留原值", heading.title))
            }
            Ok(text) => parse(&text),
            Err(message) => Err(message),
        };
        match parsed {
            Ok(value) => Edit::Set(value),
            Err(message) => {
                self.refuse(field, message);
                Edit::Keep
            }
        }
    }

    /// What the row says in a further column, as a county has named it; a finding has its name as field.
    pub fn said_extra<T>(&mut self, name: &str, parse: impl FnOnce(&str) -> Result<T, String>) -> Edit<T> {
        let Some(column) = self.layout.extra(name) else { return Edit::Keep };
        let shown = match self.row.get(column) {
            Cell::Error(_) => Err(format!("{name}是公式错误；请直接填写内容")),
            Cell::Number(number) => Ok(number.to_string()),
            other => Ok(other.shown().trim().to_owned()),
        };
        let parsed = match shown {
            Ok(text) if text.is_empty() => return Edit::Keep,
            Ok(text) if CLEAR.contains(&text.as_str()) => return Edit::Clear,
            Ok(text) => parse(&text),
            Err(message) => Err(message),
        };
        match parsed {
            Ok(value) => Edit::Set(value),
            Err(message) => {
                let value = self.row.get(column).shown();
                let (column, field) = (name.to_owned(), name.to_owned());
                self.findings.push(Finding { column, field, value, message });
                Edit::Keep
            }
        }
    }

    /// What the row says of a day.
    pub fn day(&mut self, field: &str) -> Edit<chrono::NaiveDate> {
        let title = self.title(field);
        self.said(field, |text| parse_date(text).map_err(|error| error.about(title)))
    }

    /// What the row says of a free text of at most `longest` characters.
    pub fn words(&mut self, field: &str, longest: usize) -> Edit<String> {
        let title = self.title(field);
        self.said(field, |text| parse_words(title, text, longest))
    }

    /// Adds an error about a field.
    pub fn refuse(&mut self, field: &str, message: impl Into<String>) {
        let finding = self.finding(field, message);
        self.findings.push(finding);
    }

    /// Adds an error about a field unless the very same was said already.
    pub fn refuse_once(&mut self, field: &str, message: impl Into<String>) {
        let finding = self.finding(field, message);
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }

    /// Takes back the errors about a field: the row is turned away for another reason.
    pub fn forgive(&mut self, field: &str) {
        self.findings.retain(|finding| finding.field != field);
    }

    /// Whether an error about a field was found.
    #[must_use]
    pub fn has_finding(&self, field: &str) -> bool {
        self.findings.iter().any(|finding| finding.field == field)
    }

    /// The heading of a field, whether or not the sheet has its column.
    #[must_use]
    pub fn column_title(&self, field: &str) -> &'static str {
        self.layout.title(field)
    }

    /// All errors so far.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// A finding about a field of this row.
    #[must_use]
    pub fn finding(&self, field: &str, message: impl Into<String>) -> Finding {
        let value =
            self.layout.column(field).map_or_else(String::new, |(column, _)| self.row.get(column).shown());
        Finding {
            column: self.title(field).to_owned(),
            field: field.to_owned(),
            value,
            message: message.into(),
        }
    }

    /// All errors, in the order of the template's columns.
    #[must_use]
    pub fn into_findings(mut self) -> Vec<Finding> {
        self.findings.sort_by_key(|finding| self.layout.rank(&finding.field));
        self.findings
    }

    fn title(&self, field: &str) -> &'static str {
        self.layout.title(field)
    }
}

/// The text of a cell, or why a cell of this type cannot stand in this column.
fn text(cell: &Cell, heading: &Heading) -> Result<String, String> {
    let title = heading.title;
    match (cell, heading.shape) {
        (Cell::Empty, _) => Ok(String::new()),
        (Cell::Text(text), _) => Ok(text.trim().to_owned()),
        (Cell::Error(error), _) if error == Cell::NOT_COMPUTED => {
            Err(format!("{title}是没有算出结果的公式；请用 Excel 或 WPS 打开文件保存一次，或直接填写内容"))
        }
        (Cell::Error(error), _) => Err(format!("{title}是公式错误“{error}”；请直接填写内容")),
        (Cell::Number(_), Shape::Identifier) => Err(format!(
            "{title}是数字单元格，超过15位的数字已丢失末几位；请把该列设为“文本”格式，再按证件或代码重新录入"
        )),
        (Cell::Number(number), Shape::Telephone) => whole(*number)
            .filter(|digits| (7..=12).contains(&digits.len()))
            .ok_or_else(|| format!("{title}不是7至12位的整数；请把该列设为“文本”格式后重新录入")),
        (Cell::Number(number), _) if number.abs() >= EXACT => {
            Err(format!("{title}是超过15位的数字，末几位已经丢失；请把该列设为“文本”格式后重新录入"))
        }
        (Cell::Number(number), _) => Ok(whole(*number).unwrap_or_else(|| number.to_string())),
        (Cell::Boolean(_), _) => {
            Err(format!("{title}“{}”是真假值单元格；请把该列设为“文本”格式后重新录入", cell.shown()))
        }
        (Cell::DateTime(_), Shape::Date) => {
            Err(format!("{title}“{}”带有时刻；请只填日期，如2026-07-01", cell.shown()))
        }
        (Cell::Date(_) | Cell::DateTime(_), Shape::Identifier | Shape::Telephone) => {
            Err(format!("{title}是日期单元格“{}”；请把该列设为“文本”格式后重新录入", cell.shown()))
        }
        (Cell::Date(_) | Cell::DateTime(_), _) => Ok(cell.shown()),
    }
}

/// Below this a float holds every whole number exactly.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The digits of a whole number that a float holds exactly.
fn whole(number: f64) -> Option<String> {
    (number.fract() == 0.0 && (0.0..EXACT).contains(&number)).then(|| format!("{number:.0}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::across::imports::members::columns::HEADINGS;

    #[test]
    fn a_cell_that_lost_what_was_typed_is_refused_in_every_column() {
        for heading in HEADINGS {
            for cell in [Cell::Boolean(true), Cell::Number(1e20), Cell::Number(500_237_199_002_030_018.0)] {
                let refused = text(&cell, heading).unwrap_err();
                assert!(refused.starts_with(heading.title), "{refused}");
            }
        }
    }
}

//! Finds out which column of a sheet is which, by the first row; refuses by name what it does not know.

use std::collections::BTreeSet;

use crate::across::imports::columns::{Heading, REASON, RECORD, ROW_NUMBER, folded, lettered};
pub use crate::across::imports::mapping::Mapping;
use crate::across::imports::synonyms;
use crate::across::sheets::Row;
use crate::base::values::excerpt;

/// Which column of the sheet holds which heading.
#[derive(Debug)]
pub struct Layout {
    known: &'static [Heading],
    columns: Vec<(u32, &'static Heading)>,
    extras: Vec<(u32, String)>,
    headings: Vec<String>,
    ignored: BTreeSet<u32>,
}

/// What is wrong with a first row. All errors are found at once.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeadingError {
    /// Not one known heading.
    #[error("第 {row} 行不是列名（应有{expected}等列）；请删去列名上方的标题行，或按模板填写列名")]
    NotAHeading {
        /// The sheet's own row number.
        row: u32,
        /// The first headings of the kind.
        expected: String,
    },
    /// A heading that is none of ours.
    #[error("列“{heading}”不在模板中{nearest}；请改成模板的列名、删去这一列，或在列对应里说明它是哪一列")]
    Unknown {
        /// As in the sheet.
        heading: String,
        /// `（可能是“…”）` or nothing.
        nearest: String,
    },
    /// Two columns for the same thing.
    #[error("列“{title}”有 {count} 列；请只保留一列")]
    Twice {
        /// Our heading.
        title: String,
        /// How many columns.
        count: usize,
    },
    /// A required column that is not there.
    #[error("缺少必填的列“{title}”；请按模板补上这一列")]
    Missing {
        /// Our heading.
        title: &'static str,
    },
    /// A mapping to a heading that does not exist.
    #[error("列对应里的“{target}”不是模板的列名；请改成模板的列名，不需要的列填 null")]
    BadTarget {
        /// As in the mapping.
        target: String,
    },
    /// A mapping from a heading that the file does not have.
    #[error("列对应里的“{heading}”在工作表里没有；请核对列名")]
    NoSuchColumn {
        /// As in the mapping.
        heading: String,
    },
}

impl Layout {
    /// Reads the first row of a sheet.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read(
        row: &Row,
        headings: &'static [Heading],
        mapping: &Mapping,
    ) -> Result<Self, Vec<HeadingError>> {
        Self::read_with(row, headings, &[], mapping)
    }

    /// Reads the first row of a sheet that may have further columns, as a county has named them.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read_with(
        row: &Row,
        headings: &'static [Heading],
        extras: &[String],
        mapping: &Mapping,
    ) -> Result<Self, Vec<HeadingError>> {
        let mut reading = Reading { known: headings, extras, mapping, errors: Vec::new() };
        let mut columns: Vec<(u32, &'static Heading)> = Vec::new();
        let mut further: Vec<(u32, String)> = Vec::new();
        let mut ignored = BTreeSet::new();
        let mut shown = Vec::new();
        reading.check_mapping(row);
        for (column, cell) in row.cells() {
            let text = cell.shown();
            let at = usize::try_from(column).unwrap_or(usize::MAX);
            if at < 1_000 {
                shown.resize(shown.len().max(at + 1), String::new());
                if let Some(place) = shown.get_mut(at) {
                    text.trim().clone_into(place);
                }
            }
            match reading.place(&text, column) {
                Place::Heading(heading) => columns.push((column, heading)),
                Place::Extra(name) => further.push((column, name)),
                Place::Ignored => drop(ignored.insert(column)),
                Place::Nowhere => {}
            }
        }
        if columns.is_empty() {
            return Err(vec![HeadingError::NotAHeading {
                row: row.number,
                expected: headings.iter().take(3).map(|heading| heading.title).collect::<Vec<_>>().join("、"),
            }]);
        }
        reading.check_columns(&columns, &further);
        if reading.errors.is_empty() {
            Ok(Self { known: headings, columns, extras: further, headings: shown, ignored })
        } else {
            Err(reading.errors)
        }
    }

    /// The column of a field, from 0, and its heading; none when the sheet does not have it.
    #[must_use]
    pub fn column(&self, field: &str) -> Option<(u32, &'static Heading)> {
        self.columns.iter().copied().find(|(_, heading)| heading.field == field)
    }

    /// The column of the template's first heading, from 0; none when the sheet does not have it.
    #[must_use]
    pub fn leading(&self) -> Option<u32> {
        let first = self.known.first()?;
        self.column(first.field).map(|(column, _)| column)
    }

    /// The column of a further heading, from 0; none when the sheet does not have it.
    #[must_use]
    pub fn extra(&self, name: &str) -> Option<u32> {
        self.extras.iter().find(|(_, extra)| extra == name).map(|(column, _)| *column)
    }

    /// The further heading of a column, from 0.
    #[must_use]
    pub fn extra_at(&self, column: u32) -> Option<&str> {
        self.extras.iter().find(|(at, _)| *at == column).map(|(_, name)| name.as_str())
    }

    /// The further headings that the sheet has.
    pub fn extras(&self) -> impl Iterator<Item = &str> {
        self.extras.iter().map(|(_, name)| name.as_str())
    }

    /// Whether the mapping leaves a column out.
    #[must_use]
    pub fn is_ignored(&self, column: u32) -> bool {
        self.ignored.contains(&column)
    }

    /// The heading of a column, from 0.
    #[must_use]
    pub fn at(&self, column: u32) -> Option<&'static Heading> {
        self.columns.iter().find(|(at, _)| *at == column).map(|(_, heading)| *heading)
    }

    /// The heading of a field, whether or not the sheet has it.
    #[must_use]
    pub fn title(&self, field: &str) -> &'static str {
        let all = self.known.iter().chain([&RECORD]);
        all.into_iter().find(|heading| heading.field == field).map_or("", |heading| heading.title)
    }

    /// The place of a field in the template.
    #[must_use]
    pub fn rank(&self, field: &str) -> usize {
        self.known.iter().position(|heading| heading.field == field).unwrap_or(usize::MAX)
    }

    /// What the mapping came to, for the notices of the plan: which foreign heading was read as which column, and which
    /// columns were left out.
    #[must_use]
    pub fn told(&self) -> Vec<String> {
        let foreign = self.columns.iter().filter_map(|(at, heading)| {
            let own = self.heading(*at);
            (folded(own) != folded(heading.title))
                .then(|| format!("“{}”→“{}”", self.called(*at), heading.title))
        });
        let further = self.extras.iter().filter_map(|(at, name)| {
            let own = self.heading(*at);
            (folded(own) != folded(name)).then(|| format!("“{}”→“{name}”", self.called(*at)))
        });
        let matched: Vec<String> = foreign.chain(further).collect();
        let left_out: Vec<String> = self
            .ignored
            .iter()
            .filter(|at| ![ROW_NUMBER, REASON].contains(&self.heading(**at)))
            .map(|at| format!("“{}”", self.called(*at)))
            .collect();
        let mut told = Vec::new();
        if !matched.is_empty() {
            told.push(format!("按列对应读取：{}", matched.join("，")));
        }
        if !left_out.is_empty() {
            told.push(format!("按列对应没有读取的列：{}", left_out.join("、")));
        }
        told
    }

    /// The heading of a column as a mapping calls it: with its letters where others have the same.
    fn called(&self, column: u32) -> String {
        let own = self.heading(column);
        let same = self.headings.iter().filter(|heading| folded(heading) == folded(own)).count();
        if same > 1 { lettered(own, column) } else { own.to_owned() }
    }

    fn heading(&self, column: u32) -> &str {
        let at = usize::try_from(column).unwrap_or(usize::MAX);
        self.headings.get(at).map_or("", String::as_str)
    }

    /// The columns that every row must fill, from 0.
    pub fn required(&self) -> impl Iterator<Item = u32> + '_ {
        self.columns.iter().filter(|(_, heading)| heading.required).map(|(column, _)| *column)
    }

    /// The texts of the first row, by column; empty ones where it has none.
    #[must_use]
    pub fn headings(&self) -> &[String] {
        &self.headings
    }

    /// The columns of a row that hold something though nobody knows what they are.
    pub fn strangers<'a>(&'a self, row: &'a Row) -> impl Iterator<Item = u32> + 'a {
        row.cells().map(|(column, _)| column).filter(|column| {
            !self.ignored.contains(column)
                && !self.columns.iter().any(|(known, _)| known == column)
                && !self.extras.iter().any(|(known, _)| known == column)
        })
    }
}

enum Place {
    Heading(&'static Heading),
    Extra(String),
    Ignored,
    Nowhere,
}

struct Reading<'a> {
    known: &'static [Heading],
    extras: &'a [String],
    mapping: &'a Mapping,
    errors: Vec<HeadingError>,
}

impl Reading<'_> {
    fn find(&self, text: &str) -> Option<&'static Heading> {
        synonyms::exact(self.known, text)
    }

    fn find_extra(&self, text: &str) -> Option<String> {
        let wanted = folded(text);
        self.extras.iter().find(|name| folded(name) == wanted).cloned()
    }

    fn place(&mut self, text: &str, column: u32) -> Place {
        if [ROW_NUMBER, REASON].contains(&text.trim()) {
            return Place::Ignored;
        }
        let mapped = self.mapping.of_column(text, column);
        let sought = match mapped {
            Some(None) => return Place::Ignored,
            Some(Some(target)) => target.as_str(),
            None => text,
        };
        match self.find(sought) {
            Some(heading) => Place::Heading(heading),
            None if self.find_extra(sought).is_some() => {
                self.find_extra(sought).map_or(Place::Nowhere, Place::Extra)
            }
            None if mapped.is_some() => Place::Nowhere,
            None => {
                let nearest = synonyms::likely(self.known, text)
                    .map_or_else(String::new, |heading| format!("（可能是“{}”）", heading.title));
                self.errors.push(HeadingError::Unknown { heading: excerpt(text.trim()), nearest });
                Place::Nowhere
            }
        }
    }

    fn knows(&self, target: &str) -> bool {
        self.find(target).is_some() || self.find_extra(target).is_some()
    }

    fn check_mapping(&mut self, row: &Row) {
        for (heading, target) in &self.mapping.columns {
            let wanted = folded(heading);
            let is_it = |(column, text): (u32, String)| {
                folded(&text) == wanted || folded(&lettered(&text, column)) == wanted
            };
            if !row.cells().map(|(column, cell)| (column, cell.shown())).any(is_it) {
                self.errors.push(HeadingError::NoSuchColumn { heading: excerpt(heading) });
            }
            if let Some(target) = target.as_deref().filter(|target| !self.knows(target)) {
                self.errors.push(HeadingError::BadTarget { target: excerpt(target) });
            }
        }
    }

    fn check_columns(&mut self, columns: &[(u32, &'static Heading)], extras: &[(u32, String)]) {
        for name in self.extras {
            let count = extras.iter().filter(|(_, found)| found == name).count();
            if count > 1 {
                self.errors.push(HeadingError::Twice { title: name.clone(), count });
            }
        }
        for heading in self.known.iter().chain([&RECORD]) {
            let count = columns.iter().filter(|(_, found)| found.field == heading.field).count();
            if count > 1 {
                self.errors.push(HeadingError::Twice { title: heading.title.to_owned(), count });
            } else if count == 0 && heading.required {
                self.errors.push(HeadingError::Missing { title: heading.title });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::across::imports::members::columns::HEADINGS;
    use crate::across::sheets::Cell;

    fn row(headings: &[&str]) -> Row {
        Row::new(1, (0..).zip(headings).map(|(at, text)| (at, Cell::Text((*text).to_owned()))).collect())
    }

    const ALL: [&str; 9] = [
        "姓名",
        "公民身份号码",
        "民族",
        "学历",
        "人员类别",
        "所在党支部",
        "加入党组织日期",
        "工作岗位",
        "记录编号",
    ];

    fn errors(headings: &[&str], mapping: &Mapping) -> Vec<String> {
        Layout::read(&row(headings), HEADINGS, mapping)
            .map_or_else(|errors| errors.iter().map(ToString::to_string).collect(), |_| Vec::new())
    }

    #[test]
    fn headings_are_found_in_any_order_with_stars_and_blanks() {
        let mut headings = ALL;
        headings.reverse();
        headings[8] = " 姓 名＊";
        let layout = Layout::read(&row(&headings), HEADINGS, &Mapping::new()).unwrap();
        assert_eq!(layout.column("name").unwrap().0, 8);
        assert_eq!(layout.column("id").unwrap().0, 0);
        assert!(layout.column("mobile").is_none());
    }

    #[test]
    fn everything_wrong_is_said_at_once() {
        let headings =
            ["姓名", "姓名", "身份证号", "工龄", "民族", "学历", "人员类别", "所在党支部", "工作岗位"];
        assert_eq!(
            errors(&headings, &Mapping::new()),
            [
                "列“身份证号”不在模板中（可能是“公民身份号码”）；请改成模板的列名、删去这一列，或在列对应里说明它是哪一列",
                "列“工龄”不在模板中；请改成模板的列名、删去这一列，或在列对应里说明它是哪一列",
                "列“姓名”有 2 列；请只保留一列",
                "缺少必填的列“公民身份号码”；请按模板补上这一列",
                "缺少必填的列“加入党组织日期”；请按模板补上这一列",
            ]
        );
    }

    #[test]
    fn a_mapping_says_where_foreign_columns_go() {
        let mut headings = ALL.to_vec();
        headings[1] = "身份证号";
        headings.push("工龄");
        let mapping = Mapping::from([
            ("身份证号".to_owned(), Some("公民身份号码".to_owned())),
            ("工龄".to_owned(), None),
        ]);
        assert_eq!(errors(&headings, &mapping), [""; 0]);
        let wrong = Mapping::from([
            ("工龄".to_owned(), None),
            ("身份证号".to_owned(), Some("身份".to_owned())),
            ("没有".to_owned(), None),
        ]);
        assert_eq!(
            errors(&headings, &wrong),
            [
                "列对应里的“没有”在工作表里没有；请核对列名",
                "列对应里的“身份”不是模板的列名；请改成模板的列名，不需要的列填 null",
                "缺少必填的列“公民身份号码”；请按模板补上这一列",
            ]
        );
    }

    #[test]
    fn of_two_columns_of_one_heading_each_goes_where_it_was_sent() {
        let mut headings = ALL.to_vec();
        headings.extend(["电话", "电 话"]);
        let mapping = Mapping::from([
            ("电话（J列）".to_owned(), Some("手机号码".to_owned())),
            ("电话（K列）".to_owned(), None),
        ]);
        let layout = Layout::read(&row(&headings), HEADINGS, &mapping).unwrap();
        assert_eq!(layout.column("mobile").unwrap().0, 9);
        assert!(layout.is_ignored(10));
        assert_eq!(
            layout.told(),
            ["按列对应读取：“电话（J列）”→“手机号码”", "按列对应没有读取的列：“电 话（K列）”"]
        );
        let both = Mapping::from([("电话".to_owned(), Some("手机号码".to_owned()))]);
        assert_eq!(errors(&headings, &both), ["列“手机号码”有 2 列；请只保留一列"]);
    }

    #[test]
    fn a_title_above_the_headings_is_named() {
        assert_eq!(
            errors(&["2026年官渡镇党员名册"], &Mapping::new()),
            ["第 1 行不是列名（应有姓名、公民身份号码、性别等列）；请删去列名上方的标题行，或按模板填写列名"]
        );
    }
}

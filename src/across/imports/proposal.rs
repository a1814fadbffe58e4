//! What a page proposes for a sheet whose headings are not ours: the row with the headings, and where each column goes.
//! Nothing of it holds until a person has said so.

use std::collections::HashSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::across::imports::columns::{Heading, REASON, ROW_NUMBER, folded, lettered};
use crate::across::imports::header::{HIGHEST, merged};
use crate::across::imports::headings::Mapping;
use crate::across::imports::synonyms;
use crate::across::sheets::{Row, column_letters};
use crate::base::values::{count_digits, excerpt, half_width};

/// Rows below the headings that samples are taken from.
const SAMPLED: usize = 5;
/// Columns that are proposed for; a sheet with more is no list.
const WIDEST: usize = 200;
/// Rows that are looked at: those that may stand above the headings, and some below.
pub const LOOKED_AT: usize = HIGHEST + SAMPLED + 1;

/// A proposal for one sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// The name of the sheet, where it is not that of the kind.
    pub sheet: Option<String>,
    /// The sheet's own number of the row with the headings.
    pub header_row: u32,
    /// Its columns, from left to right.
    pub columns: Vec<ProposedColumn>,
}

/// One column of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposedColumn {
    /// The letters over it.
    pub letters: String,
    /// Its heading, as in the file; with its letters where others have the same.
    pub heading: String,
    /// Some of its values; of numbers as long as an identifier only the beginning.
    pub samples: Vec<String>,
    /// The heading of ours that is proposed; none: to be left out.
    pub target: Option<String>,
}

impl Proposal {
    /// The mapping that it would be, if somebody agreed.
    #[must_use]
    pub fn mapping(&self) -> Mapping {
        Mapping {
            sheet: self.sheet.clone(),
            header_row: Some(self.header_row),
            columns: self
                .columns
                .iter()
                .map(|column| (column.heading.clone(), column.target.clone()))
                .collect(),
        }
    }
}

/// Proposes for the first rows of a sheet; none where no row looks like headings. What somebody of the organisation said
/// of the same headings before comes first.
#[must_use]
pub fn propose(
    rows: &[Row],
    known: &'static [Heading],
    extras: &[String],
    remembered: &Mapping,
) -> Option<Proposal> {
    let goes = |text: &str, column: u32| target(known, extras, remembered, (text, column));
    let score = |row: &Row| row.cells().filter(|(at, cell)| goes(&cell.shown(), *at).is_some()).count();
    // The upper of two equal rows: below may stand a person who is called like a heading.
    let (at, _) = rows
        .iter()
        .take(HIGHEST)
        .map(score)
        .enumerate()
        .filter(|(_, score)| *score > 0)
        .max_by_key(|(at, score)| (*score, std::cmp::Reverse(*at)))?;
    let (above, below) = rows.split_at_checked(at)?;
    let (row, below) = below.split_first()?;
    // A heading of two rows has the names of its groups above and the columns below.
    let lower = below.first().filter(|lower| score(lower) > 0 && reaches_further(lower, row));
    let (row, below) = match lower {
        Some(lower) => (merged(Some(row), lower.clone()), below.get(1..).unwrap_or_default()),
        None => (merged(above.last(), row.clone()), below),
    };
    let own: HashSet<&str> = row
        .cells()
        .filter_map(|(_, cell)| synonyms::exact(known, &cell.shown()))
        .map(|own| own.title)
        .collect();
    let folds: Vec<String> = row.cells().map(|(_, cell)| folded(&cell.shown())).collect();
    let repeats = |text: &str| folds.iter().filter(|fold| **fold == folded(text)).count() > 1;
    let mut taken = HashSet::new();
    let columns = row
        .cells()
        .take(WIDEST)
        .map(|(column, cell)| {
            let text = cell.shown().trim().to_owned();
            let found = goes(&text, column).flatten();
            let is_own = synonyms::exact(known, &text).is_some();
            // Whatever bears our own name comes before what is only like it; of two for the same thing a person chooses.
            let found = found.filter(|target| is_own || !own.contains(target.as_str()));
            ProposedColumn {
                letters: column_letters(column),
                samples: samples(below, column),
                target: found.filter(|target| taken.insert(target.clone())),
                heading: if repeats(&text) { lettered(&text, column) } else { text },
            }
        })
        .collect();
    Some(Proposal { sheet: None, header_row: row.number, columns })
}

/// Whether a row has a cell where the one above has none: below the name of a group of columns.
fn reaches_further(row: &Row, above: &Row) -> bool {
    row.cells().any(|(column, _)| above.get(column).is_empty())
}

/// Where a heading goes: its own name, what was said of it before, a synonym. None: nothing is known of it.
fn target(
    known: &'static [Heading],
    extras: &[String],
    remembered: &Mapping,
    (text, column): (&str, u32),
) -> Option<Option<String>> {
    if [ROW_NUMBER, REASON].contains(&text.trim()) {
        return Some(None);
    }
    let own = synonyms::exact(known, text).map(|heading| heading.title.to_owned());
    let further = || extras.iter().find(|extra| folded(extra) == folded(text)).cloned();
    let likely = || synonyms::likely(known, text).map(|heading| heading.title.to_owned());
    let said = || remembered.of_column(text, column).cloned();
    own.map(Some).or_else(|| further().map(Some)).or_else(said).or_else(|| likely().map(Some))
}

fn samples(rows: &[Row], column: u32) -> Vec<String> {
    let shown = rows.iter().take(SAMPLED).map(|row| row.get(column).shown());
    shown.filter(|text| !text.trim().is_empty()).map(|text| masked(&excerpt(text.trim()))).collect()
}

/// A sample tells columns apart; an identifier or a telephone number does so by its beginning, whatever its digits are
/// written in. A day has as many digits as a number of the landline, and is told by its year.
fn masked(text: &str) -> String {
    let kept = match count_digits(text) {
        0..=6 => return text.to_owned(),
        7..=8 if is_day(text) => return text.to_owned(),
        7..=13 => 3,
        _ => 6,
    };
    text.chars().enumerate().map(|(at, character)| if at < kept { character } else { '*' }).collect()
}

/// Whether it is written like a day: a year of this age, then month and day.
fn is_day(text: &str) -> bool {
    let plain = half_width(text);
    let year = plain.get(..4).and_then(|year| year.parse::<u16>().ok());
    year.is_some_and(|year| (1900..2100).contains(&year))
        && (plain.chars().any(|character| ['-', '/', '.', '年'].contains(&character))
            || NaiveDate::parse_from_str(&plain, "%Y%m%d").is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::across::imports::members::columns::HEADINGS;
    use crate::across::sheets::Cell;

    fn row(number: u32, texts: &[&str]) -> Row {
        Row::new(number, (0..).zip(texts).map(|(at, text)| (at, Cell::Text((*text).to_owned()))).collect())
    }

    fn told(rows: &[Row], remembered: &Mapping) -> (u32, Vec<(String, Option<String>)>) {
        let found = propose(rows, HEADINGS, &[], remembered).unwrap();
        (found.header_row, found.columns.into_iter().map(|column| (column.heading, column.target)).collect())
    }

    fn goes(heading: &str, target: Option<&str>) -> (String, Option<String>) {
        (heading.to_owned(), target.map(str::to_owned))
    }

    #[test]
    fn titles_swapped_and_foreign_columns_are_found() {
        let sheet = [
            row(1, &["官渡镇2026年党员名册"]),
            row(2, &["序号", "身份证号", "姓 名", "工龄", "电话"]),
            row(3, &["1", "500237198005060018", "张伟", "12", "07171234567"]),
        ];
        let (header_row, columns) = told(&sheet, &Mapping::new());
        assert_eq!(header_row, 2);
        assert_eq!(
            columns,
            [
                goes("序号", None),
                goes("身份证号", Some("公民身份号码")),
                goes("姓 名", Some("姓名")),
                goes("工龄", None),
                goes("电话", Some("固定电话")),
            ]
        );
        let found = propose(&sheet, HEADINGS, &[], &Mapping::new()).unwrap();
        assert_eq!(found.columns[1].samples, ["500237************"]);
        assert_eq!(found.columns[2].samples, ["张伟"]);
        assert_eq!(found.columns[4].samples, ["071********"]);
        assert_eq!(found.columns[1].letters, "B");
        assert_eq!(found.mapping().of("工龄"), Some(&None));
    }

    #[test]
    fn a_sample_shows_no_whole_identifier_whatever_its_digits() {
        for (text, shown) in [
            ("５００２３７１９８００５０６００１８", "５００２３７************"),
            ("07171234567", "071********"),
            ("5712345", "571****"),
            ("57123456", "571*****"),
            ("2015-07-01", "2015-07-01"),
            ("20150701", "20150701"),
            ("2015年7月1日", "2015年7月1日"),
            ("20159999", "201*****"),
            ("500237", "500237"),
            ("张伟", "张伟"),
        ] {
            assert_eq!(masked(text), shown);
        }
    }

    #[test]
    fn columns_of_one_heading_are_told_apart() {
        let sheet = [
            row(1, &["姓名", "本人", "", "家属", ""]),
            row(2, &["", "电话", "民族", "电话", "工龄"]),
            row(3, &["张伟", "5712345", "汉族", "5712346", "3"]),
        ];
        let (_, columns) = told(&sheet, &Mapping::new());
        assert_eq!(columns[1], goes("电话（B列）", Some("固定电话")));
        assert_eq!(columns[3], goes("电话（D列）", None));
        let remembered = Mapping::from([("电话（D列）".to_owned(), Some("手机号码".to_owned()))]);
        let (_, columns) = told(&sheet, &remembered);
        assert_eq!(columns[3], goes("电话（D列）", Some("手机号码")));
    }

    #[test]
    fn headings_of_two_rows_are_one() {
        let sheet = [
            row(1, &["姓名", "民族", "入党情况", "", "备注"]),
            row(2, &["", "", "入党时间", "转正时间", ""]),
            row(3, &["张伟", "汉族", "2015-07-01", "2016-07-01", ""]),
        ];
        let (header_row, columns) = told(&sheet, &Mapping::new());
        assert_eq!(header_row, 2);
        let targets: Vec<_> = columns.iter().map(|(_, target)| target.as_deref().unwrap()).collect();
        assert_eq!(targets, ["姓名", "民族", "加入党组织日期", "转为正式党员日期", "备注"]);
    }

    #[test]
    fn what_was_said_before_is_proposed_again() {
        let remembered = Mapping::from([
            ("岗位情况".to_owned(), Some("工作岗位".to_owned())),
            ("电话".to_owned(), Some("手机号码".to_owned())),
        ]);
        let (_, columns) = told(&[row(1, &["姓名", "岗位情况", "电话"])], &remembered);
        assert_eq!(columns[1], goes("岗位情况", Some("工作岗位")));
        assert_eq!(columns[2], goes("电话", Some("手机号码")));
    }

    #[test]
    fn one_column_is_proposed_once_and_a_letter_is_no_list() {
        let (_, columns) = told(&[row(1, &["姓名", "党员姓名", "手机", "联系电话"])], &Mapping::new());
        assert_eq!(columns[1], goes("党员姓名", None));
        assert_eq!(columns[3], goes("联系电话", None));
        let (_, columns) = told(&[row(1, &["党员姓名", "姓名", "民族"])], &Mapping::new());
        assert_eq!(columns[0], goes("党员姓名", None), "our own name comes first");
        assert_eq!(propose(&[row(1, &["关于报送名册的通知"])], HEADINGS, &[], &Mapping::new()), None);
    }
}

//! What other lists call the columns of our workbooks (`data/column_synonyms.csv`). Proposed to a person, never assumed.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::across::imports::columns::{Heading, RECORD, folded};

const FILE: &str = include_str!("../../../data/column_synonyms.csv");

/// Headings of ours by the folded synonym. A synonym may stand for columns of several kinds of workbook.
static SYNONYMS: LazyLock<HashMap<String, Vec<String>>> = LazyLock::new(|| {
    let mut known: HashMap<String, Vec<String>> = HashMap::new();
    for row in csv::Reader::from_reader(FILE.as_bytes()).into_records().filter_map(Result::ok) {
        if let (Some(column), Some(synonym)) = (row.get(0), row.get(1)) {
            known.entry(folded(synonym)).or_default().push(column.to_owned());
        }
    }
    known
});

/// The column that a heading names by its own title or field.
#[must_use]
pub fn exact(known: &'static [Heading], text: &str) -> Option<&'static Heading> {
    let wanted = folded(text);
    known.iter().chain([&RECORD]).find(|heading| folded(heading.title) == wanted || heading.field == wanted)
}

/// The column that a foreign heading most likely means.
#[must_use]
pub fn likely(known: &'static [Heading], text: &str) -> Option<&'static Heading> {
    let titles = SYNONYMS.get(&folded(text))?;
    known.iter().find(|heading| titles.iter().any(|title| title == heading.title))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::across::imports::subject::headings;
    use crate::records::imports::Kind;

    #[test]
    fn every_synonym_is_read_names_a_column_and_means_one_of_a_kind() {
        let rows = FILE.lines().count() - 1;
        assert_eq!(SYNONYMS.values().map(Vec::len).sum::<usize>(), rows, "every row is read");
        let titles: HashSet<&str> =
            Kind::ALL.iter().flat_map(|kind| headings(*kind)).map(|heading| heading.title).collect();
        for (synonym, columns) in SYNONYMS.iter() {
            for column in columns {
                assert!(titles.contains(column.as_str()), "{synonym}: {column} is no column");
            }
            for kind in Kind::ALL {
                let meant = headings(*kind)
                    .iter()
                    .filter(|heading| columns.iter().any(|c| c == heading.title))
                    .count();
                assert!(meant <= 1, "{synonym} means {columns:?} in {kind:?}");
            }
        }
    }

    #[test]
    fn what_clerks_write_is_understood() {
        let members = headings(Kind::Members);
        for (text, title) in [
            ("身份证号", "公民身份号码"),
            ("身 份 证 号 码", "公民身份号码"),
            ("出生年月日", "出生日期"),
            ("电话", "固定电话"),
            ("手机", "手机号码"),
            ("党支部", "所在党支部"),
        ] {
            assert_eq!(likely(members, text).map(|heading| heading.title), Some(title), "{text}");
        }
        assert_eq!(exact(members, "姓 名*").map(|heading| heading.title), Some("姓名"));
        assert!(likely(members, "工龄").is_none());
    }
}

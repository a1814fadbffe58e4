//! What is remembered of earlier rows: who was on which, so that nobody is taken twice, nor by whichever row came first.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::across::imports::headings::Layout;
use crate::across::imports::subject::Contradicted;
use crate::across::sheets::{Cell, Row};
use crate::base::ids::MembershipId;

/// A row about somebody.
#[derive(Debug, Clone, Copy)]
pub struct About {
    /// The sheet's own row number.
    number: u32,
    /// Digest of what it says beside the citizen ID, which may be written in two ways, and columns that are not read.
    content: u64,
    /// The membership on record that it is about. One person may have an ended one and another.
    record: Option<MembershipId>,
}

impl About {
    /// What is remembered of a row.
    #[must_use]
    pub fn new(row: &Row, layout: &Layout) -> Self {
        let known = layout.column("citizen_id").map(|(column, _)| column);
        let says = |column: u32| Some(column) != known && !layout.is_ignored(column);
        let mut digest = DefaultHasher::new();
        for (column, cell) in row.cells().filter(|(column, _)| says(*column)) {
            column.hash(&mut digest);
            match cell {
                Cell::Text(text) => text.trim().hash(&mut digest),
                other => other.shown().hash(&mut digest),
            }
        }
        Self { number: row.number, content: digest.finish(), record: None }
    }

    /// The same about a membership on record.
    #[must_use]
    pub fn of(self, record: MembershipId) -> Self {
        Self { record: Some(record), ..self }
    }

    /// Whether two rows about one person are about the same membership.
    fn is_about(&self, other: &Self) -> bool {
        self.record.zip(other.record).is_none_or(|(own, other)| own == other)
    }
}

/// Earlier rows. Two rows that say the same of somebody are one, the first is taken; of two that say different things
/// neither is: which came first says nothing.
#[derive(Debug, Default)]
pub struct Seen {
    /// Rows about somebody by the keyed hash of his citizen ID; of those about the same membership only the first, since
    /// the others are refused already: however often somebody is in a file, a row is held against few.
    rows: HashMap<Vec<u8>, Vec<About>>,
    /// Rows that a later one contradicts, and the later one.
    contradicted: BTreeMap<u32, u32>,
}

impl Seen {
    /// The first earlier row about somebody; the first about a membership is remembered.
    pub fn before(&mut self, person: Vec<u8>, row: About) -> Option<u32> {
        let known = self.rows.entry(person).or_insert_with(|| Vec::with_capacity(1));
        let (mut first, mut is_new) = (None, true);
        for other in known.iter().filter(|other| other.is_about(&row)) {
            first = first.or(Some(other.number));
            is_new &= other.record != row.record;
            if other.content != row.content {
                self.contradicted.entry(other.number).or_insert(row.number);
            }
        }
        if is_new {
            known.push(row);
        }
        first
    }

    /// What is said of a row that a later one contradicts, once.
    pub fn take(&mut self, number: u32) -> Option<Contradicted> {
        self.contradicted.remove(&number).map(|other| said(number, other))
    }

    /// What is said of all others.
    pub fn rest(&mut self) -> Vec<Contradicted> {
        std::mem::take(&mut self.contradicted)
            .into_iter()
            .map(|(number, other)| said(number, other))
            .collect()
    }
}

fn said(number: u32, other: u32) -> Contradicted {
    let message = format!("与第{other}行是同一个人，两行内容不同，分不清以哪一行为准；请核对后只保留一行");
    Contradicted { number, field: "citizen_id", message }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::across::imports::headings::Mapping;
    use crate::across::imports::members::columns::HEADINGS;

    fn about(number: u32, content: u64, record: Option<u128>) -> About {
        About { number, content, record: record.map(|id| MembershipId(uuid::Uuid::from_u128(id))) }
    }

    /// Which rows about one person are refused, in some order.
    fn refused(rows: &[About]) -> Vec<u32> {
        let mut seen = Seen::default();
        let mut refused: Vec<u32> =
            rows.iter().filter_map(|row| seen.before(vec![1], *row).map(|_| row.number)).collect();
        refused.extend(seen.rest().into_iter().map(|one| one.number));
        refused.sort_unstable();
        refused.dedup();
        refused
    }

    #[test]
    fn of_the_same_words_one_row_is_taken_and_of_different_ones_none() {
        let (one, same, other) = (about(2, 7, None), about(3, 7, None), about(4, 8, None));
        assert_eq!(refused(&[one, same]), [3]);
        assert_eq!(refused(&[one, other]), [2, 4]);
        for rows in [[one, same, other], [one, other, same], [other, one, same], [same, other, one]] {
            assert_eq!(refused(&rows), [2, 3, 4], "{rows:?}");
        }
    }

    #[test]
    fn two_memberships_of_one_person_are_two_rows() {
        let (ended, present) = (about(2, 7, Some(1)), about(3, 8, Some(2)));
        assert_eq!(refused(&[ended, present]), [0; 0]);
        assert_eq!(refused(&[present, ended]), [0; 0]);
        let unnamed = about(4, 9, None);
        for rows in [[ended, present, unnamed], [unnamed, ended, present], [present, unnamed, ended]] {
            assert_eq!(refused(&rows), [2, 3, 4], "{rows:?}");
        }
    }

    #[test]
    fn of_many_rows_about_one_person_one_is_remembered_and_all_are_refused() {
        let rows: Vec<About> = (2..1_002).map(|number| about(number, u64::from(number), None)).collect();
        assert_eq!(refused(&rows).len(), 1_000);
        let mut seen = Seen::default();
        for row in rows {
            seen.before(vec![1], row);
        }
        assert_eq!(seen.rows.values().map(Vec::len).sum::<usize>(), 1);
    }

    #[test]
    fn a_column_that_is_not_read_tells_no_rows_apart() {
        let titles = [
            "序号",
            "姓名",
            "公民身份号码",
            "民族",
            "学历",
            "人员类别",
            "所在党支部",
            "加入党组织日期",
            "工作岗位",
        ];
        let row = |number: u32, texts: &[&str]| {
            let cells = (0..).zip(texts).map(|(column, text)| (column, Cell::Text((*text).to_owned())));
            Row::new(number, cells.collect())
        };
        let mapping = Mapping::from([("序号".to_owned(), None)]);
        let layout = Layout::read(&row(1, &titles), HEADINGS, &mapping).unwrap();
        let said = |number: u32, serial: &str, name: &str| About::new(&row(number, &[serial, name]), &layout);
        assert_eq!(refused(&[said(2, "1", "张伟"), said(3, "2", "张伟")]), [3]);
        assert_eq!(refused(&[said(2, "1", "张伟"), said(3, "1", "张炜")]), [2, 3]);
    }
}

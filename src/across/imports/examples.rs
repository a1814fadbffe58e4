//! The example row of each empty workbook: what a filled row looks like. Nobody is imported by it, since its first column
//! says what it is.

use crate::across::imports::columns::Heading;
use crate::base::values::half_width;
use crate::records::imports::Kind;

/// How the first cell of an example begins.
pub const MARK: &str = "（示例）";

/// Whether the text of a first column is that of an example.
#[must_use]
pub fn is_example(text: &str) -> bool {
    half_width(text).trim_start().starts_with(&half_width(MARK))
}

/// What stands under a heading in the example of a kind, without its mark; empty where the example leaves it empty.
#[must_use]
pub fn example(kind: Kind, heading: &Heading) -> &'static str {
    let mut all = own(kind).iter().chain(COMMON);
    all.find(|(field, _)| *field == heading.field).map_or("", |(_, text)| *text)
}

/// A field and what stands in it.
type Filled = (&'static str, &'static str);

/// What kinds have in common. The number is nobody's: its check digit is wrong.
const COMMON: &[Filled] = &[
    ("name", "张三"),
    ("citizen_id", "420323199001010018"),
    ("ethnicity", "汉族"),
    ("education", "大学专科毕业"),
    ("village", "420323101201"),
];

/// One candidate of a vote.
const VOTE: &[Filled] = &[
    ("kind", "村党组织"),
    ("ordinal", "6"),
    ("held_on", "2021-01-10"),
    ("eligible", "50"),
    ("present", "48"),
    ("post", "书记"),
    ("places", "1"),
    ("issued", "48"),
    ("returned", "48"),
    ("valid", "47"),
    ("votes_for", "46"),
    ("votes_against", "1"),
    ("abstentions", "0"),
    ("is_elected", "是"),
];

fn own(kind: Kind) -> &'static [Filled] {
    match kind {
        Kind::Members => &[
            ("sex", "男"),
            ("birth_date", "1990-01-01"),
            ("category", "正式党员"),
            ("branch", "420323101201-ZB01"),
            ("joined_on", "2015-07-01"),
            ("full_member_on", "2016-07-01"),
            ("occupation", "农牧渔民"),
            ("mobile", "13800000000"),
        ],
        Kind::Organisations => &[
            ("code", "420323101201-ZB01"),
            ("name", "示例村党支部"),
            ("parent_code", "420323101"),
            ("kind", "党支部"),
            ("founded_on", "2001-07-01"),
        ],
        Kind::Committees => &[
            ("kind", "村党组织"),
            ("ordinal", "6"),
            ("term_from", "2021-01-10"),
            ("due_day", "2026-01-10"),
            ("post", "书记"),
            ("from_day", "2021-01-10"),
            ("is_party_member", "是"),
            ("sources", "退役军人；本土人才"),
        ],
        Kind::Elections => VOTE,
        Kind::ReserveCadres => &[
            ("kind", "后备干部"),
            ("sources", "退役军人；致富带头人"),
            ("political_status", "群众"),
            ("entered_on", "2024-03-01"),
            ("leader_1", "李四"),
            ("leader_2", "王五"),
            ("secretary", "赵六"),
        ],
        Kind::TrainingClasses => &[
            ("code", "2026-A1"),
            ("name", "农村党员轮训班"),
            ("programme", "党员轮训"),
            ("field", "农村"),
            ("organisation", "420323101"),
            ("site", "镇党校"),
            ("first_day", "2026-03-02"),
            ("last_day", "2026-03-03"),
            ("hours", "16"),
            ("places", "50"),
            ("is_away", "否"),
        ],
        Kind::TrainingAttendance => &[("class", "2026-A1"), ("hours", "16"), ("result", "合格")],
        Kind::Ratings => &[
            ("scheme", "党员星级评定"),
            ("period", "2026Q1"),
            ("organisation", "420323101201-ZB01"),
            ("village", ""),
            ("evidence", "年度民主评议"),
        ],
        Kind::Assessments => {
            &[("quarter", "2026Q1"), ("assessor", "420323101"), ("deduction_note", "阵地管理扣2分")]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_is_known_however_its_brackets_are_typed_and_nobody_else_is_one() {
        for text in ["（示例）张三", " （示例）", "(示例)420323101201"] {
            assert!(is_example(text), "{text}");
        }
        for text in ["张三", "示例村", "张三（示例）", ""] {
            assert!(!is_example(text), "{text}");
        }
    }
}

//! The columns of 「选举情况」 (contract 4), and the run: a run-off may be held on the day of the first ballot.

use crate::across::imports::columns::{Heading, Names, Shape, names, optional, required};
use crate::records::committees::{CommitteeKind, Post};
use crate::records::words::WordList;

/// Every column, in the order of the empty workbook.
pub const HEADINGS: &[Heading] = &[
    Heading {
        explanation: "填12位区划代码，或本组织范围内不重名的村（社区）名称。",
        names: Some(Names::Villages),
        ..required("村（社区）", "village", Shape::Text)
    },
    Heading {
        choices: || names(CommitteeKind::ALL.iter().map(|kind| kind.name())),
        ..required("组织类型", "kind", Shape::Text)
    },
    Heading {
        explanation: "填整数，如6；该届须已登记。", ..required("届次", "ordinal", Shape::Number)
    },
    required("选举日期", "held_on", Shape::Date),
    Heading {
        explanation: "村（居）民委员会填登记参加选举的村（居）民人数。",
        ..required("应到人数", "eligible", Shape::Number)
    },
    Heading {
        explanation: "村（居）民委员会填参加投票的人数。",
        ..required("实到人数", "present", Shape::Number)
    },
    Heading {
        choices: || names(Post::ALL.iter().map(|post| post.name())),
        own: Some(WordList::Post),
        ..required("职务", "post", Shape::Text)
    },
    required("应选名额", "places", Shape::Number),
    Heading {
        explanation: "每名候选人一行，须已登记在册；同一次选举的其他各列填写一致。",
        ..required("候选人", "name", Shape::Text)
    },
    Heading {
        explanation: "18位，按文本填写。",
        ..required("公民身份号码", "citizen_id", Shape::Identifier)
    },
    required("发出选票", "issued", Shape::Number),
    required("收回选票", "returned", Shape::Number),
    required("有效票", "valid", Shape::Number),
    required("赞成票", "votes_for", Shape::Number),
    optional("反对票", "votes_against", Shape::Number),
    optional("弃权票", "abstentions", Shape::Number),
    Heading {
        choices: || names(["是", "否"].into_iter()),
        ..required("是否当选", "is_elected", Shape::Text)
    },
    Heading {
        explanation: "首次选举不填，即为1；另行选举依次填2至9。",
        ..optional("轮次", "run", Shape::Number)
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_headings_are_those_of_the_contract_and_the_run() {
        let shown: Vec<String> = HEADINGS
            .iter()
            .map(|heading| format!("{}{}", heading.title, if heading.required { "*" } else { "" }))
            .collect();
        assert_eq!(
            shown.join(" · "),
            "村（社区）* · 组织类型* · 届次* · 选举日期* · 应到人数* · 实到人数* · 职务* · 应选名额* · 候选人* · \
             公民身份号码* · 发出选票* · 收回选票* · 有效票* · 赞成票* · 反对票 · 弃权票 · 是否当选* · 轮次"
        );
    }
}

//! The columns of 「两委班子」 (contract 4).

use crate::across::imports::columns::{Heading, Names, Shape, names, optional, required};
use crate::base::codes;
use crate::records::committees::{CommitteeKind, LeavingReason, Post, Source};
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
    Heading { explanation: "填整数，如6。", ..required("届次", "ordinal", Shape::Number) },
    Heading {
        explanation: "本届还没有登记的，导入时一并登记，职数按表中同时在任的人数计。",
        ..required("任期开始", "term_from", Shape::Date)
    },
    Heading { explanation: "应换届的日期。", ..required("任期届满", "due_day", Shape::Date) },
    required("姓名", "name", Shape::Text),
    Heading {
        explanation: "18位，按文本填写。",
        ..required("公民身份号码", "citizen_id", Shape::Identifier)
    },
    Heading {
        choices: || names(Post::ALL.iter().map(|post| post.name())),
        own: Some(WordList::Post),
        ..required("职务", "post", Shape::Text)
    },
    required("任职日期", "from_day", Shape::Date),
    Heading {
        explanation: "不再任职的第一天；在任的不填。", ..optional("离职日期", "to_day", Shape::Date)
    },
    Heading {
        explanation: "填写了离职日期的须填写；不在选项内的按“其他”登记，原文记入离职说明。",
        choices: || names(LeavingReason::ALL.iter().map(|reason| reason.name())),
        ..optional("离职原因", "leaving_reason", Shape::Text)
    },
    optional("离职说明", "leaving_explanation", Shape::Text),
    Heading { table: Some(codes::ethnicity), ..required("民族", "ethnicity", Shape::Text) },
    Heading {
        explanation: "当选时的学历。",
        table: Some(codes::education),
        ..required("学历", "education", Shape::Text)
    },
    Heading {
        explanation: "当选时是否党员。",
        choices: || names(["是", "否"].into_iter()),
        ..required("是否党员", "is_party_member", Shape::Text)
    },
    Heading {
        explanation: "可填多个，用“；”隔开。",
        choices: || names(Source::ALL.iter().map(|source| source.name())),
        own: Some(WordList::CommitteeSource),
        ..optional("来源渠道", "sources", Shape::Text)
    },
    optional("备注", "note", Shape::Text),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_headings_are_those_of_the_contract_and_the_explanation() {
        let shown: Vec<String> = HEADINGS
            .iter()
            .map(|heading| format!("{}{}", heading.title, if heading.required { "*" } else { "" }))
            .collect();
        assert_eq!(
            shown.join(" · "),
            "村（社区）* · 组织类型* · 届次* · 任期开始* · 任期届满* · 姓名* · 公民身份号码* · 职务* · 任职日期* · \
             离职日期 · 离职原因 · 离职说明 · 民族* · 学历* · 是否党员* · 来源渠道 · 备注"
        );
    }
}

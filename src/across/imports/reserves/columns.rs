//! The columns of 「后备干部」 (contract 4).

use crate::across::imports::columns::{Heading, Names, Shape, names, optional, required};
use crate::base::codes;
use crate::records::reserves::{ReserveKind, ReserveSource, ReserveState, Route};
use crate::records::words::WordList;

/// Every column, in the order of the empty workbook.
pub const HEADINGS: &[Heading] = &[
    Heading {
        explanation: "填12位区划代码，或本组织范围内不重名的村（社区）名称。",
        names: Some(Names::Villages),
        ..required("村（社区）", "village", Shape::Text)
    },
    required("姓名", "name", Shape::Text),
    Heading {
        explanation: "18位，按文本填写。",
        ..required("公民身份号码", "citizen_id", Shape::Identifier)
    },
    Heading {
        choices: || names(ReserveKind::ALL.iter().map(|kind| kind.name())),
        ..required("类别", "kind", Shape::Text)
    },
    Heading {
        explanation: "可填多个，用“；”隔开。",
        choices: || names(ReserveSource::ALL.iter().map(|source| source.name())),
        own: Some(WordList::ReserveSource),
        ..required("来源", "sources", Shape::Text)
    },
    Heading { table: Some(codes::ethnicity), ..required("民族", "ethnicity", Shape::Text) },
    Heading { table: Some(codes::education), ..required("学历", "education", Shape::Text) },
    Heading {
        table: Some(codes::political_status), ..required("政治面貌", "political_status", Shape::Text)
    },
    required("入库日期", "entered_on", Shape::Date),
    Heading {
        choices: || names(Route::ALL.iter().map(|route| route.name())),
        ..optional("选拔方式", "route", Shape::Text)
    },
    optional("联系领导一", "leader_1", Shape::Text),
    optional("联系领导二", "leader_2", Shape::Text),
    optional("帮带书记", "secretary", Shape::Text),
    Heading {
        explanation: "不填即为在库；其他状态须填状态日期。",
        choices: || names(ReserveState::ALL.iter().map(|state| state.name())),
        ..optional("状态", "state", Shape::Text)
    },
    optional("状态日期", "state_from", Shape::Date),
    optional("任用职务", "post", Shape::Text),
    optional("备注", "note", Shape::Text),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_headings_are_those_of_the_contract() {
        let shown: Vec<String> = HEADINGS
            .iter()
            .map(|heading| format!("{}{}", heading.title, if heading.required { "*" } else { "" }))
            .collect();
        assert_eq!(
            shown.join(" · "),
            "村（社区）* · 姓名* · 公民身份号码* · 类别* · 来源* · 民族* · 学历* · 政治面貌* · 入库日期* · 选拔方式 · \
             联系领导一 · 联系领导二 · 帮带书记 · 状态 · 状态日期 · 任用职务 · 备注"
        );
    }
}

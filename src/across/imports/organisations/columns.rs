//! The columns of 「党组织」 (contract 4).

use crate::across::imports::columns::{Heading, Names, Shape, names, optional, required};
use crate::records::organisations::Kind;

/// Every column, in the order of the empty workbook.
pub const HEADINGS: &[Heading] = &[
    Heading {
        explanation: "区划填9位（镇、街道）或12位（村、社区）统计用区划代码；党组织在所在区划的代码后加短横线和编号，如420323101201-ZB01。",
        ..required("组织代码", "code", Shape::Identifier)
    },
    required("组织名称", "name", Shape::Text),
    Heading {
        explanation: "直接上级的组织代码；上级可以是已登记的，也可以在本表中，先后不限。",
        names: Some(Names::Codes),
        ..required("上级代码", "parent_code", Shape::Identifier)
    },
    Heading {
        choices: || names(Kind::ALL.iter().filter(|kind| **kind != Kind::County).map(|kind| kind.name())),
        ..required("类别", "kind", Shape::Text)
    },
    Heading {
        explanation: "不填表示一直存在。", ..optional("成立日期", "founded_on", Shape::Date)
    },
    Heading {
        explanation: "不再存在的第一天；其下还有党员或未撤销的组织时不能撤销。",
        ..optional("撤销日期", "dissolved_on", Shape::Date)
    },
    optional("统一社会信用代码", "credit_code", Shape::Identifier),
    optional("联系电话", "telephone", Shape::Telephone),
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
            "组织代码* · 组织名称* · 上级代码* · 类别* · 成立日期 · 撤销日期 · 统一社会信用代码 · 联系电话 · 备注"
        );
    }
}

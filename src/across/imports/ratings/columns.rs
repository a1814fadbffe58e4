//! The columns of 「星级评定」 (contract 4); the dimensions stand beside them, as the schemes name them.

use crate::across::imports::columns::{Heading, Names, Shape, optional, required};

/// Every fixed column, in the order of the empty workbook.
pub const HEADINGS: &[Heading] = &[
    Heading {
        explanation: "填方案的名称或代码。", ..required("评定方案", "scheme", Shape::Text)
    },
    Heading {
        explanation: "季度如2026Q1，月份如2026-03，年份如2026，须与方案的评定周期相符。",
        ..required("评定期", "period", Shape::Text)
    },
    Heading {
        explanation: "评党员的填党支部，评支部或村的填乡镇、街道，评家庭的填村（社区）；填组织代码，或本组织范围内不重名的名称。",
        names: Some(Names::Organisations),
        ..required("评定单位", "organisation", Shape::Text)
    },
    Heading {
        explanation: "评党员或任职人员家庭时填写。", ..optional("姓名", "name", Shape::Text)
    },
    Heading {
        explanation: "单元格格式须为文本。名单内没有同名的可以不填。",
        ..optional("公民身份号码", "citizen_id", Shape::Identifier)
    },
    Heading {
        explanation: "评村（社区）或党支部时填写其代码或名称。另按评定方案每项维度加一列，列名与维度名称相同，填分数。导出的表已带好各列。",
        names: Some(Names::Villages),
        ..optional("村（社区）", "village", Shape::Text)
    },
    optional("评定依据", "evidence", Shape::Text),
    Heading {
        explanation: "只供填表人参考，不写入评定；需要留存的请写在评定依据里。",
        ..optional("备注", "note", Shape::Text)
    },
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
        let expected = "评定方案* · 评定期* · 评定单位* · 姓名 · 公民身份号码 · 村（社区） · 评定依据 · 备注";
        assert_eq!(shown.join(" · "), expected);
    }
}

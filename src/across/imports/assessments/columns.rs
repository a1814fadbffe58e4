//! The columns of 「季度考核」 (contract 4); the indicators stand beside them, as the schemes name them.

use crate::across::imports::columns::{Heading, Names, Shape, optional, required};

/// Every fixed column, in the order of the empty workbook.
pub const HEADINGS: &[Heading] = &[
    Heading { explanation: "如2026Q1。", ..required("季度", "quarter", Shape::Text) },
    Heading {
        explanation: "填乡镇、街道的9位区划代码，或本组织范围内不重名的名称。",
        names: Some(Names::Organisations),
        ..required("考核单位", "assessor", Shape::Text)
    },
    Heading {
        explanation: "填12位区划代码，或本组织范围内不重名的村（社区）名称。另按考核方案每项指标加一列，列名与指标名称相同，填得分；\
            填扣分的方案也填得分（满分减扣分）。导出的表已带好各列。",
        names: Some(Names::Villages),
        ..required("村（社区）", "village", Shape::Text)
    },
    Heading {
        explanation: "按扣分方案考核、得分低于满分的必须填写。",
        ..optional("扣分说明", "deduction_note", Shape::Text)
    },
    optional("印证材料", "evidence", Shape::Text),
    optional("备注", "note", Shape::Text),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_headings_are_those_of_the_contract_and_the_evidence() {
        let shown: Vec<String> = HEADINGS
            .iter()
            .map(|heading| format!("{}{}", heading.title, if heading.required { "*" } else { "" }))
            .collect();
        assert_eq!(shown.join(" · "), "季度* · 考核单位* · 村（社区）* · 扣分说明 · 印证材料 · 备注");
    }
}

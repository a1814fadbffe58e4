//! The columns of 「培训班次」 (contract 4).

use crate::across::imports::columns::{Heading, Names, Shape, optional, required};

fn yes_or_no() -> Vec<String> {
    ["是", "否"].map(str::to_owned).to_vec()
}

/// Every column, in the order of the empty workbook.
pub const HEADINGS: &[Heading] = &[
    Heading {
        explanation: "全县（区）唯一，按文本填写：字母、数字、连字符。",
        ..required("班次编号", "code", Shape::Identifier)
    },
    required("班次名称", "name", Shape::Text),
    Heading {
        explanation: "已设置的轮训计划的名称或代码。",
        ..required("轮训计划", "programme", Shape::Text)
    },
    Heading {
        explanation: "该计划的领域的名称或代码。", ..required("领域", "field", Shape::Text)
    },
    Heading {
        explanation: "填代码，或本组织范围内不重名的名称。",
        names: Some(Names::Organisations),
        ..required("主办单位", "organisation", Shape::Text)
    },
    optional("地点", "site", Shape::Text),
    required("开始日期", "first_day", Shape::Date),
    required("结束日期", "last_day", Shape::Date),
    Heading {
        explanation: "整个班次的学时，最多一位小数。", ..required("学时", "hours", Shape::Number)
    },
    Heading { explanation: "不限的留空。", ..optional("名额", "places", Shape::Number) },
    Heading {
        explanation: "不填即为否。",
        choices: yes_or_no,
        ..optional("是否外出培训", "is_away", Shape::Text)
    },
];

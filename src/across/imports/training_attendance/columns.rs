//! The columns of 「参训名单」 (contract 4).

use crate::across::imports::columns::{Heading, Shape, names, optional, required};
use crate::records::training::TrainingResult;

/// Every column, in the order of the empty workbook.
pub const HEADINGS: &[Heading] = &[
    Heading {
        explanation: "已登记的班次编号，按文本填写。",
        ..required("班次编号", "class", Shape::Identifier)
    },
    required("姓名", "name", Shape::Text),
    Heading {
        explanation: "18位，按文本填写。",
        ..required("公民身份号码", "citizen_id", Shape::Identifier)
    },
    Heading {
        explanation: "不超过班次的学时，最多一位小数。",
        ..required("到课学时", "hours", Shape::Number)
    },
    Heading {
        choices: || names(TrainingResult::ALL.iter().map(|result| result.name())),
        ..required("考核结果", "result", Shape::Text)
    },
    optional("备注", "note", Shape::Text),
];

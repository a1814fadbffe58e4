//! The columns of 「参训名单」 (contract 4).

use crate::across::imports::columns::{Heading, Shape, names, optional, required};
use crate::records::training::TrainingResult;

/// Every column, in the order of the empty workbook.
pub const HEADINGS: &[Heading] = &[
    Heading {
        explanation: "已登记的班次编号，按文本填写。",
        synonyms: &["编号", "班级编号"],
        ..required("班次编号", "class", Shape::Identifier)
    },
    required("姓名", "name", Shape::Text),
    Heading {
        explanation: "18位，按文本填写。",
        synonyms: &["身份证号", "身份证号码", "居民身份证号码"],
        ..required("公民身份号码", "citizen_id", Shape::Identifier)
    },
    Heading {
        explanation: "不超过班次的学时，最多一位小数。",
        synonyms: &["学时", "实到学时"],
        ..required("到课学时", "hours", Shape::Number)
    },
    Heading {
        choices: || names(TrainingResult::ALL.iter().map(|result| result.name())),
        synonyms: &["考核", "考核等次"],
        ..required("考核结果", "result", Shape::Text)
    },
    Heading { synonyms: &["说明"], ..optional("备注", "note", Shape::Text) },
];

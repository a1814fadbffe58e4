//! The columns of 「党员名册」 (contract 4).

use crate::across::imports::columns::{Heading, Names, Shape, names, optional, required};
use crate::base::codes;
use crate::base::values::{Category, MembershipStatus, Sex};

/// Every column, in the order of the empty workbook.
pub const HEADINGS: &[Heading] = &[
    Heading {
        explanation: "与居民身份证一致，少数民族姓名的间隔号写作“·”。",
        ..required("姓名", "name", Shape::Text)
    },
    Heading {
        explanation: "18位，按文本填写；旧证15位的系统自动换算。",
        ..required("公民身份号码", "citizen_id", Shape::Identifier)
    },
    Heading {
        explanation: "可不填，由公民身份号码得出；填写的须与其一致。",
        choices: || names(Sex::ALL.iter().map(|sex| sex.name())),
        ..optional("性别", "sex", Shape::Text)
    },
    Heading { table: Some(codes::ethnicity), ..required("民族", "ethnicity", Shape::Text) },
    Heading {
        explanation: "可不填，由公民身份号码得出；填写的须与其一致。",
        ..optional("出生日期", "birth_date", Shape::Date)
    },
    Heading { table: Some(codes::education), ..required("学历", "education", Shape::Text) },
    Heading { table: Some(codes::degree), ..optional("学位", "degree", Shape::Text) },
    optional("籍贯", "native_place", Shape::Text),
    Heading {
        choices: || names(Category::ALL.iter().map(|category| category.name())),
        ..required("人员类别", "category", Shape::Text)
    },
    Heading {
        explanation: "填组织代码（如420323101201-ZB01），或本组织范围内不重名的党支部名称。已登记的党员换支部请办理组织关系转接。",
        names: Some(Names::Branches),
        ..required("所在党支部", "branch", Shape::Identifier)
    },
    Heading {
        explanation: "不填即为加入党组织日期；晚于加入党组织日期的，按转入登记。",
        ..optional("进入当前支部日期", "arrived_on", Shape::Date)
    },
    Heading {
        explanation: "支部党员大会通过其为预备党员之日。",
        ..required("加入党组织日期", "joined_on", Shape::Date)
    },
    Heading {
        explanation: "正式党员必填，党龄由此日算起；预备党员不填。",
        ..optional("转为正式党员日期", "full_member_on", Shape::Date)
    },
    optional("党内职务", "party_post", Shape::Text),
    Heading { table: Some(codes::occupation), ..required("工作岗位", "occupation", Shape::Text) },
    optional("手机号码", "mobile", Shape::Telephone),
    optional("固定电话", "telephone", Shape::Telephone),
    optional("家庭住址", "address", Shape::Text),
    Heading {
        explanation: "不填即为正常；其他状态须填党籍状态日期。",
        choices: || names(MembershipStatus::ALL.iter().map(|status| status.name())),
        ..optional("党籍状态", "status", Shape::Text)
    },
    optional("党籍状态日期", "status_from", Shape::Date),
    optional("失联日期", "lost_contact_since", Shape::Date),
    optional("流动起始日期", "floating_since", Shape::Date),
    optional("外出流向", "floating_destination", Shape::Text),
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
            "姓名* · 公民身份号码* · 性别 · 民族* · 出生日期 · 学历* · 学位 · 籍贯 · 人员类别* · 所在党支部* · \
             进入当前支部日期 · 加入党组织日期* · 转为正式党员日期 · 党内职务 · 工作岗位* · 手机号码 · 固定电话 · \
             家庭住址 · 党籍状态 · 党籍状态日期 · 失联日期 · 流动起始日期 · 外出流向 · 备注"
        );
    }
}

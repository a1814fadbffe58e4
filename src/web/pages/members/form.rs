//! The form of a member: its controls, and the texts that an existing record fills them with.

use std::collections::HashMap;

use crate::base::codes::{self, CodeTable};
use crate::base::values::{Arrival, Category, Sex};
use crate::records::members::MemberCard;
use crate::records::people::{Masks, Person};
use crate::web::views::controls::{Choice, Kind, Source};
use crate::web::views::{Control, Form, Group};

/// Every control of the form with its label, in the order of the keyboard.
pub(super) const LABELS: [(&str, &str); 22] = [
    ("name", "姓名"),
    ("citizen_id", "公民身份号码"),
    ("sex", "性别"),
    ("birth_date", "出生日期"),
    ("ethnicity", "民族"),
    ("education", "学历"),
    ("degree", "学位"),
    ("native_place", "籍贯"),
    ("branch", "所在党支部"),
    ("category", "人员类别"),
    ("arrival", "进入方式"),
    ("joined_on", "加入党组织日期"),
    ("full_member_on", "转为正式党员日期"),
    ("arrived_on", "进入当前支部日期"),
    ("occupation", "工作岗位"),
    ("party_post", "党内职务"),
    ("mobile", "手机号码"),
    ("telephone", "固定电话"),
    ("address", "家庭住址"),
    ("floating_since", "流动起始日期"),
    ("floating_destination", "外出流向"),
    ("lost_contact_since", "失联日期"),
];

pub(in crate::web::pages) fn label(field: &str) -> &'static str {
    LABELS.iter().find(|(name, _)| *name == field).map_or("备注", |(_, label)| label)
}

fn table(table: &CodeTable) -> Kind {
    let choices = table
        .entries()
        .iter()
        .map(|entry| {
            let mut choice = Choice::new(entry.code.clone(), entry.name.clone());
            choice.keys = entry.keys().join(" ");
            choice
        })
        .collect();
    Kind::Picker(Source::List(choices))
}

fn control(name: &str, kind: Kind) -> Control {
    Control::new(name, label(name), kind)
}

/// The controls of a person's identity.
pub(in crate::web::pages) fn identity() -> Vec<Control> {
    let sexes = Sex::ALL.iter().map(|sex| Choice::new(sex.code(), sex.name())).collect();
    let check = Some("/members/duplicates".to_owned());
    vec![
        control("name", Kind::Text).required().focus(),
        control("citizen_id", Kind::CitizenId { check }).required(),
        control("sex", Kind::Radio(sexes)).columns(2),
        control("birth_date", Kind::Date).columns(2),
        control("ethnicity", table(codes::ethnicity())).required().columns(3),
        control("education", table(codes::education())).required().columns(3),
        control("degree", table(codes::degree())).columns(3),
        control("native_place", Kind::Text).columns(3),
    ]
}

/// The controls of how a person is reached.
pub(in crate::web::pages) fn reached() -> Vec<Control> {
    vec![
        control("mobile", Kind::Telephone).columns(3),
        control("telephone", Kind::Telephone).columns(3),
        control("address", Kind::Text).columns(6),
    ]
}

/// The form with nothing in it.
pub(super) fn blank(action: &str, csrf_token: &str, new: bool) -> Form {
    let choices = |pairs: Vec<(&'static str, &'static str)>| {
        pairs.into_iter().map(|(code, name)| Choice::new(code, name)).collect::<Vec<_>>()
    };
    let categories = choices(Category::ALL.iter().map(|c| (c.code(), c.name())).collect());
    let arrivals = choices(Arrival::ALL.iter().map(|arrival| (arrival.code(), arrival.name())).collect());
    let mut membership = Vec::new();
    if new {
        membership.push(
            control("branch", Kind::Picker(Source::Search("/branches".to_owned())))
                .required()
                .hint("输入名称、拼音或代码"),
        );
    }
    membership.push(control("category", Kind::Radio(categories)).required());
    if new {
        membership.push(control("arrival", Kind::Radio(arrivals)).value("initial").columns(6));
    }
    membership.push(
        control("joined_on", Kind::Date)
            .required()
            .columns(3)
            .hint("支部大会通过之日，可只输数字，如 19940701"),
    );
    membership.push(control("full_member_on", Kind::Date).columns(3).hint("正式党员必填，党龄由此算起"));
    if new {
        membership.push(control("arrived_on", Kind::Date).columns(3).hint("不填即为加入党组织日期"));
    }
    membership.push(control("occupation", table(codes::occupation())).required().columns(3));
    membership.push(control("party_post", Kind::Text).columns(3));
    let mut contact = reached();
    contact.extend([
        control("floating_since", Kind::Date).columns(3).hint("在外流动的党员填写；清空即为返回"),
        control("floating_destination", Kind::Text).columns(3),
        control("lost_contact_since", Kind::Date).columns(3).hint("清空即为恢复联系"),
        Control::new("note", "备注", Kind::Area).columns(12),
    ]);
    Form {
        action: action.to_owned(),
        csrf_token: csrf_token.to_owned(),
        groups: vec![
            Group::new("身份", identity()),
            Group::new("党籍", membership),
            Group::new("联系与流动", contact),
        ],
        submit: "保存".to_owned(),
        ..Form::default()
    }
}

/// The texts of a person as the controls take them. Identifiers stand as masks: an unchanged mask changes nothing.
pub(in crate::web::pages) fn person_texts(person: &Person, masks: Masks) -> HashMap<&'static str, String> {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    HashMap::from([
        ("name", person.name.clone()),
        ("citizen_id", masks.citizen_id),
        ("sex", person.sex.clone()),
        ("birth_date", person.birth_date.to_string()),
        ("ethnicity", person.ethnicity.clone()),
        ("education", person.education.clone()),
        ("degree", text(&person.degree)),
        ("native_place", text(&person.native_place)),
        ("mobile", masks.mobile.unwrap_or_default()),
        ("telephone", masks.telephone.unwrap_or_default()),
        ("address", text(&person.address)),
    ])
}

/// The texts of a record as the controls take them.
pub(super) fn texts(card: &MemberCard) -> HashMap<&'static str, String> {
    let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let membership = &card.membership;
    let masks = Masks {
        citizen_id: card.citizen_id.clone(),
        mobile: card.mobile.clone(),
        telephone: card.telephone.clone(),
    };
    let mut texts = person_texts(&card.person, masks);
    texts.extend([
        ("category", membership.category().code().to_owned()),
        ("joined_on", membership.joined_on.to_string()),
        ("full_member_on", day(membership.full_member_on)),
        ("occupation", membership.occupation.clone()),
        ("party_post", text(&membership.party_post)),
        ("floating_since", day(card.floating.as_ref().map(|floating| floating.since))),
        (
            "floating_destination",
            card.floating.as_ref().and_then(|floating| floating.destination.clone()).unwrap_or_default(),
        ),
        ("lost_contact_since", day(card.lost_contact_since)),
        ("note", text(&membership.note)),
    ]);
    texts
}

/// What a stored or typed text means to a person: the name behind a code.
pub(in crate::web::pages) fn shown(field: &str, value: &str) -> String {
    match field {
        "ethnicity" => codes::ethnicity().name_of(value).to_owned(),
        "education" => codes::education().name_of(value).to_owned(),
        "degree" => codes::degree().name_of(value).to_owned(),
        "occupation" => codes::occupation().name_of(value).to_owned(),
        "sex" => Sex::parse(value).map(|sex| sex.name().to_owned()).unwrap_or_else(|_| value.to_owned()),
        "category" => {
            Category::parse(value).map(|c| c.name().to_owned()).unwrap_or_else(|_| value.to_owned())
        }
        _ => value.to_owned(),
    }
}

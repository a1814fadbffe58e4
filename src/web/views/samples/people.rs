//! Invented members and their forms.

use crate::base::error::FieldError;
use crate::web::views::controls::{Choice, Control, Form, Group, Kind, Source};
use crate::web::views::members::{
    Action, Difference, Duplicates, Edit, Event, FactGroup, Filter, List, People, Show, Stale,
};
use crate::web::views::parts::{Badge, Fact, Link, Masked, Pager, Reveal, Tone};
use crate::web::views::table::{Cell, Column, Row, Table};

use super::pages::frame;
use crate::web::views::Section;

fn choices(list: &[(&str, &str, &str)]) -> Vec<Choice> {
    list.iter()
        .map(|(code, name, keys)| Choice { code: (*code).into(), name: (*name).into(), keys: (*keys).into() })
        .collect()
}

fn ethnicities() -> Vec<Choice> {
    choices(&[
        ("01", "汉族", "hanzu hz"),
        ("02", "蒙古族", "mengguzu mgz"),
        ("03", "回族", "huizu hz"),
        ("06", "苗族", "miaozu mz"),
        ("15", "土家族", "tujiazu tjz"),
    ])
}

fn educations() -> Vec<Choice> {
    choices(&[
        ("20", "大学本科", "daxuebenke dxbk"),
        ("30", "大学专科", "daxuezhuanke dxzk"),
        ("60", "高中", "gaozhong gz"),
        ("70", "初中", "chuzhong cz"),
    ])
}

fn branches() -> Vec<Choice> {
    choices(&[
        ("500237101201-ZB01", "沙坪村第一党支部", "shapingcundiyidangzhibu spcdydzb"),
        ("500237101201-ZB02", "沙坪村第二党支部", "shapingcundierdangzhibu spcdedzb"),
        ("500237101202-ZB01", "红椿社区党支部", "hongchunshequdangzhibu hcsqdzb"),
    ])
}

/// Members as rows.
fn rows() -> Vec<Row> {
    let names = [
        ("陈晓明", "男", "1968-03-12", "高中", "沙坪村第一党支部", "1994-07-01", "党支部书记"),
        ("欧阳淑芬", "女", "1975-11-02", "大学专科", "沙坪村第一党支部", "2001-06-30", ""),
        ("向  杰", "男", "1989-01-25", "大学本科", "沙坪村第二党支部", "2015-07-01", "组织委员"),
        ("买买提·吐尔逊", "男", "1959-08-09", "初中", "红椿社区党支部", "1984-10-11", ""),
        ("谭春梅", "女", "1992-05-17", "大学本科", "红椿社区党支部", "2025-12-20", ""),
    ];
    (0..24)
        .filter_map(|index| names.get(index % names.len()).map(|member| (index, member)))
        .map(|(index, (name, sex, birth, education, branch, joined, post))| {
            let probationary = index % 5 == 4;
            Row::to(
                format!("/members/{index}"),
                vec![
                    Cell::Text((*name).into()),
                    Cell::Text((*sex).into()),
                    Cell::Number((*birth).into()),
                    Cell::Text((*education).into()),
                    Cell::Text((*branch).into()),
                    Cell::Text((*post).into()),
                    Cell::Number((*joined).into()),
                    Cell::Text(if probationary { "预备党员" } else { "正式党员" }.into()),
                    Cell::Badges(match index {
                        3 => vec![Badge::new("流动", Tone::Waiting)],
                        7 => vec![Badge::new("失联", Tone::Warning)],
                        _ => vec![Badge::new("正常", Tone::Neutral)],
                    }),
                ],
            )
        })
        .collect()
}

/// The list.
pub fn list() -> List {
    List {
        frame: frame("clerk", Section::Members),
        search: "/members/search".into(),
        filter: Filter {
            q: "c".into(),
            branches: branches(),
            categories: choices(&[("full", "正式党员", ""), ("probationary", "预备党员", "")]),
            statuses: choices(&[("watch", "留党察看", ""), ("all", "全部（含已出党、转出）", "")]),
            educations: educations(),
            sexes: choices(&[("1", "男", ""), ("2", "女", "")]),
            ..Filter::default()
        },
        table: Table {
            caption: "党员名册".into(),
            columns: vec![
                Column::new("姓名").sortable("?sort=name", Some("ascending")),
                Column::new("性别"),
                Column::numeric("出生日期").sortable("?sort=birth_date", None),
                Column::new("学历"),
                Column::new("党支部").sortable("?sort=branch", None),
                Column::new("党内职务"),
                Column::numeric("入党日期").sortable("?sort=joined_on", None),
                Column::new("类别"),
                Column::new("状态"),
            ],
            rows: rows(),
            empty: "没有符合条件的党员。".into(),
            pager: Some(Pager { shown: 24, total: Some(1287), first: None, next: Some("?after=x".into()) }),
        },
        enter: Some("/members/new".into()),
        export: Some("/exports/new?kind=members".into()),
    }
}

/// The form, empty.
pub fn form() -> Form {
    let two = choices(&[("1", "男", ""), ("2", "女", "")]);
    let kinds = choices(&[("full", "正式党员", ""), ("probationary", "预备党员", "")]);
    Form {
        action: "/members".into(),
        csrf_token: "token".into(),
        hidden: vec![("idempotency_key".into(), "k".into())],
        groups: vec![
            Group::new(
                "身份",
                vec![
                    Control::new("name", "姓名", Kind::Text).required().focus(),
                    Control::new(
                        "citizen_id",
                        "公民身份号码",
                        Kind::CitizenId { check: Some("/members/duplicates".into()) },
                    )
                    .required(),
                    Control::new("sex", "性别", Kind::Radio(two)).required().columns(2),
                    Control::new("birth_date", "出生日期", Kind::Date).required().columns(2),
                    Control::new("ethnicity", "民族", Kind::Picker(Source::List(ethnicities())))
                        .required()
                        .columns(3),
                    Control::new("education", "学历", Kind::Picker(Source::List(educations())))
                        .required()
                        .columns(3),
                    Control::new(
                        "degree",
                        "学位",
                        Kind::Picker(Source::List(choices(&[("3", "学士", "xueshi xs")]))),
                    )
                    .columns(3),
                    Control::new("native_place", "籍贯", Kind::Text).columns(3),
                ],
            ),
            Group::new(
                "党籍",
                vec![
                    Control::new("branch", "所在党支部", Kind::Picker(Source::List(branches()))).required(),
                    Control::new("category", "人员类别", Kind::Radio(kinds)).required(),
                    Control::new("party_post", "党内职务", Kind::Text),
                    Control::new("joined_on", "加入党组织日期", Kind::Date)
                        .required()
                        .columns(3)
                        .hint("可只输数字，如 19940701"),
                    Control::new("full_member_on", "转为正式党员日期", Kind::Date)
                        .columns(3)
                        .hint("正式党员必填"),
                    Control::new("arrived_on", "进入当前支部日期", Kind::Date).columns(3),
                    Control::new(
                        "occupation",
                        "工作岗位",
                        Kind::Picker(Source::Search("/codes/occupation".into())),
                    )
                    .required()
                    .columns(3),
                ],
            ),
            Group::new(
                "联系",
                vec![
                    Control::new("mobile", "手机号码", Kind::Telephone).columns(3),
                    Control::new("telephone", "固定电话", Kind::Telephone).columns(3),
                    Control::new("address", "家庭住址", Kind::Text).columns(6),
                    Control::new("note", "备注", Kind::Area).columns(12),
                ],
            ),
        ],
        submit: "保存".into(),
        cancel: Some("/members".into()),
        ..Form::default()
    }
}

/// The form as it opens.
pub fn enter() -> Edit {
    Edit {
        frame: frame("clerk", Section::Members),
        kind: "党员信息",
        title: "录入党员".into(),
        back: Link::new("党员名册", "/members"),
        form: form(),
        stale: None,
    }
}

/// The form that was refused.
pub fn refused() -> Edit {
    let mut page = enter();
    page.form.keep(|name| match name {
        "name" => Some("谭春梅"),
        "citizen_id" => Some("500237199205171231"),
        "joined_on" => Some("2025-13-20"),
        "category" => Some("full"),
        "ethnicity" => Some("15"),
        "education" => Some("大学"),
        _ => None,
    });
    page.form.refuse(&[
        FieldError::new(
            "citizen_id",
            "公民身份号码“500237199205171231”的校验码（第 18 位）不符，请逐位核对证件。",
            None,
        ),
        FieldError::new("education", "学历“大学”不在学历代码表中，请填代码或全称，如“大学本科”。", None),
        FieldError::new("joined_on", "加入党组织日期“2025-13-20”不是有效日期，请按 年-月-日 填写。", None),
        FieldError::new("full_member_on", "正式党员须填转为正式党员日期。", None),
    ]);
    page
}

/// The form over a record that somebody else changed.
pub fn stale() -> Edit {
    let mut page = enter();
    page.title = "修改 欧阳淑芬".into();
    page.form.keep(|name| match name {
        "name" => Some("欧阳淑芬"),
        "education" => Some("20"),
        "mobile" => Some("13900001111"),
        "address" => Some("沙坪村三组 12 号"),
        _ => None,
    });
    page.stale = Some(Stale {
        who: "李建国".into(),
        when: "2026-04-02 10:21".into(),
        differences: vec![
            Difference {
                field: "education".into(),
                label: "学历".into(),
                before: "高中".into(),
                theirs: "大学专科".into(),
                theirs_value: "30".into(),
                mine: "大学本科".into(),
                mine_value: "20".into(),
                clash: true,
                taken: false,
            },
            Difference {
                field: "address".into(),
                label: "家庭住址".into(),
                before: String::new(),
                theirs: "沙坪村三组 12 号".into(),
                theirs_value: "沙坪村三组 12 号".into(),
                mine: String::new(),
                mine_value: String::new(),
                clash: false,
                taken: true,
            },
        ],
    });
    page
}

/// What is known of the member.
fn facts() -> Vec<FactGroup> {
    let reveal = |label: &str, mask: &str, field: &str| {
        Fact::masked(Masked {
            label: label.into(),
            mask: mask.into(),
            reveal: Some(Reveal { action: "/members/1/reveal".into(), field: field.into() }),
        })
    };
    vec![
        FactGroup {
            title: "身份".into(),
            facts: vec![
                reveal("公民身份号码", "500237************", "citizen_id"),
                Fact::text("性别", "女"),
                Fact::text("出生日期", "1975-11-02（50 岁）"),
                Fact::text("民族", "土家族"),
                Fact::text("学历", "大学专科"),
                Fact::text("学位", ""),
                Fact::text("籍贯", "重庆巫山"),
            ],
        },
        FactGroup {
            title: "党籍".into(),
            facts: vec![
                Fact::text("加入党组织日期", "2001-06-30"),
                Fact::text("转为正式党员日期", "2002-06-30"),
                Fact::text("党龄起算", "2002-06-30（23 年）"),
                Fact::text("工作岗位", "农牧渔民"),
                Fact::text("党内职务", "宣传委员"),
                Fact::badge("流动", Badge::new("流动中", Tone::Waiting)),
            ],
        },
        FactGroup {
            title: "联系".into(),
            facts: vec![
                reveal("手机号码", "139****1111", "mobile"),
                Fact::text("固定电话", ""),
                Fact::text("家庭住址", "沙坪村三组 12 号"),
            ],
        },
    ]
}

/// What happened.
fn history() -> Vec<Event> {
    vec![
        Event {
            on: "2026-03-18".into(),
            title: "学历变更".into(),
            details: vec!["高中 → 大学专科".into()],
            entered: "李建国 2026-04-02 10:21 录入".into(),
            late: true,
        },
        Event {
            on: "2019-08-01".into(),
            title: "转入沙坪村第一党支部".into(),
            details: vec!["自 官渡镇党委".into(), "介绍信 2019-0187".into()],
            entered: "系统建库 2026-01-04".into(),
            late: false,
        },
        Event {
            on: "2001-06-30".into(),
            title: "加入党组织".into(),
            details: vec![],
            entered: "系统建库 2026-01-04".into(),
            late: false,
        },
    ]
}

/// The record.
pub fn show() -> Show {
    Show {
        frame: frame("clerk", Section::Members),
        kind: "党员档案",
        back: Link::new("党员名册", "/members"),
        name: "欧阳淑芬".into(),
        badges: vec![Badge::new("正式党员", Tone::Good), Badge::new("正常", Tone::Neutral)],
        branch: Link::new("沙坪村第一党支部", "/members?branch=500237101201-ZB01"),
        groups: facts(),
        history: history(),
        edit: Some("/members/1/edit".into()),
        actions: vec![
            Action { link: Link::new("转出", "/members/1/transfer"), icon: "arrows-exchange" },
            Action { link: Link::new("打印", "/members/1.pdf"), icon: "printer" },
        ],
        tables: vec![Table {
            caption: "星级评定".into(),
            columns: vec![
                Column::new("评定期"),
                Column::numeric("合计"),
                Column::numeric("星级"),
                Column::new("状态"),
            ],
            rows: vec![Row::to(
                "/ratings/1",
                vec![
                    Cell::Text("2026年第一季度".into()),
                    Cell::Number("92".into()),
                    Cell::Number("5".into()),
                    Cell::Badge(Badge::new("已确定", Tone::Good)),
                ],
            )],
            empty: "尚未参加评定。".into(),
            pager: None,
        }],
    }
}

/// The list of people.
pub fn people() -> People {
    let cells = |name: &str, sex: &str, told: &str| {
        [name, "500237************", sex, "1980-05-06", "大学本科", told]
            .into_iter()
            .map(|text| Cell::Text(text.into()))
            .collect()
    };
    let columns = ["姓名", "公民身份号码", "性别", "出生日期", "学历", "登记事由"];
    People {
        frame: frame("clerk", Section::Members),
        q: "zw".into(),
        relation: String::new(),
        relations: vec![Choice::new("no_membership", "非党员"), Choice::new("seat", "班子任职")],
        table: Table {
            caption: "人员".into(),
            columns: columns.into_iter().map(Column::new).collect(),
            rows: vec![
                Row::to("/people/1", cells("张伟", "男", "沙坪村委员；后备干部（沙坪村，在库）")),
                Row::to("/people/2", cells("张雯", "女", "曾任红椿社区副主任")),
            ],
            empty: "没有符合条件的人员。".into(),
            pager: None,
        },
    }
}

/// The fragment of the duplicate check.
pub fn duplicates() -> Duplicates {
    Duplicates {
        own: vec![(
            Link::new("谭春梅", "/members/5"),
            "红椿社区党支部".into(),
            Badge::new("正常", Tone::Neutral),
        )],
        elsewhere: Some("官渡镇党委".into()),
    }
}

//! An invented slate: in the list, being put together, beside another one, printed; and the county's targets.

use super::pages::{frame, number, text};
use crate::web::views::Section;
use crate::web::views::controls::{Choice, Control, Form, Group, Kind, Source};
use crate::web::views::parts::{Badge, Fact, Link, Notice, Tone};
use crate::web::views::slates::{Compare, Edit, Outcome, Sheet, Slates, Targets};
use crate::web::views::table::{Cell, Column, Row, Table};

fn table(caption: &str, columns: Vec<Column>, rows: Vec<Row>) -> Table {
    Table { caption: caption.into(), columns, rows, empty: "没有内容。".into(), pager: None }
}

fn facts() -> Vec<Fact> {
    vec![
        Fact::text("村（社区）", "白泉村"),
        Fact::text("届次", "第7届"),
        Fact::text("任期开始", "2026-01-10"),
    ]
}

fn outcome() -> Outcome {
    let badge = |text: &str, tone| Cell::Badge(Badge::new(text, tone));
    let row = |name: &str, now: &str, before: &str, change: &str| {
        Row::new(vec![text(name), number(now), number(before), number(change)])
    };
    Outcome {
        remarks: vec![
            Notice::new(
                Tone::Bad,
                "村党组织：第2个职位，书记已由张伟担任（2026-01-10起），同一时间只能有一名书记，请先登记其离职，或核对任职日期",
            ),
            Notice::new(
                Tone::Warning,
                "村（居）民委员会：现有女性成员0人，须不少于1人，请在补选或换届时安排",
            ),
        ],
        targets: table(
            "目标",
            vec![Column::new("指标"), Column::new("目标"), Column::numeric("现值"), Column::new("达标情况")],
            vec![
                Row::new(vec![
                    text("两委成员平均年龄"),
                    text("不高于45.00岁"),
                    number("44.25岁"),
                    badge("达标", Tone::Good),
                ]),
                Row::new(vec![
                    text("两委女性成员占比"),
                    text("不低于30.00%"),
                    number("25.00%"),
                    badge("差5.00%", Tone::Bad),
                ]),
            ],
        ),
        figures: table(
            "方案与现任班子",
            vec![
                Column::new("指标"),
                Column::numeric("方案"),
                Column::numeric("现任"),
                Column::numeric("增减"),
            ],
            vec![
                row("村（社区）两委成员", "5人", "6人", "−1人"),
                row("两委成员平均年龄", "44.25岁", "50.44岁", "−6.19岁"),
            ],
        ),
    }
}

fn seats() -> Table {
    table(
        "人选",
        vec![Column::new("组织"), Column::new("职务"), Column::new("姓名"), Column::numeric("年龄")],
        vec![
            Row::new(vec![text("村党组织"), text("书记"), text("张伟"), number("45")]),
            Row::new(vec![text("村党组织"), text("委员"), text("李娜"), number("38")]),
        ],
    )
}

/// See the page of this name.
pub fn list() -> Slates {
    Slates {
        frame: frame("clerk", Section::Committees),
        table: table(
            "班子方案",
            vec![
                Column::new("村（社区）"),
                Column::new("方案"),
                Column::numeric("届次"),
                Column::new("状态"),
            ],
            vec![Row::to(
                "/slates/1",
                vec![
                    text("白泉村"),
                    text("方案一"),
                    number("第7届"),
                    Cell::Badge(Badge::new("草拟", Tone::Waiting)),
                ],
            )],
        ),
        tabs: vec![
            (Link::new("全部（不含作废）", "/slates"), true),
            (Link::new("定稿", "/slates?state=settled"), false),
        ],
        make: Some("/slates/new".into()),
    }
}

/// See the page of this name.
pub fn edit() -> Edit {
    let posts = vec![Choice::new("village_party/secretary", "村党组织 书记")];
    let people = Source::Search("/slates/people?village=500237101201".into());
    Edit {
        frame: frame("clerk", Section::Committees),
        back: Link::new("班子方案", "/slates"),
        title: "白泉村 方案一".into(),
        state: Badge::new("草拟", Tone::Waiting),
        facts: facts(),
        actions: vec![Link::new("对比", "/slates/1/compare"), Link::new("打印", "/slates/1/print")],
        form: Some(Form {
            action: "/slates/1".into(),
            csrf_token: "token".into(),
            groups: vec![Group::new(
                "人选",
                vec![
                    Control::new("seats[0].post", "职务1", Kind::Select(posts))
                        .value("village_party/secretary")
                        .columns(6),
                    Control::new("seats[0].person", "人选1", Kind::Picker(people))
                        .value("1")
                        .named("张伟")
                        .columns(6),
                ],
            )],
            submit: "保存方案".into(),
            ..Form::default()
        }),
        seats: seats(),
        try_at: "/slates/try".into(),
        outcome: outcome(),
    }
}

/// See the page of this name.
pub fn compare() -> Compare {
    Compare {
        frame: frame("clerk", Section::Committees),
        back: Link::new("白泉村 方案一", "/slates/1"),
        title: "白泉村 方案对比".into(),
        action: "/slates/1/compare".into(),
        others: vec![Choice::new("2", "方案二")],
        other: "2".into(),
        tables: vec![("指标".into(), outcome().figures)],
        remarks: vec![("方案一".into(), outcome().remarks), ("方案二".into(), vec![])],
    }
}

/// See the page of this name.
pub fn sheet() -> Sheet {
    Sheet {
        frame: frame("clerk", Section::Committees),
        back: Link::new("返回方案", "/slates/1"),
        title: "白泉村 第7届班子方案（方案一）".into(),
        facts: facts(),
        seats: seats(),
        outcome: outcome(),
    }
}

/// See the page of this name.
pub fn targets() -> Targets {
    let figures = vec![Choice::new("committees.women.ratio", "两委女性成员占比")];
    Targets {
        frame: frame("supervisor", Section::Committees),
        back: Link::new("村（社区）班子", "/committees"),
        table: outcome().targets,
        form: Some(Form {
            action: "/committees/targets".into(),
            csrf_token: "token".into(),
            groups: vec![Group::new(
                "设定目标",
                vec![
                    Control::new("figure", "指标", Kind::Picker(Source::List(figures))).required().columns(6),
                ],
            )],
            submit: "设定".into(),
            ..Form::default()
        }),
    }
}

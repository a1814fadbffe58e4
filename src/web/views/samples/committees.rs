//! An invented village with its committees.

use super::pages::{frame, number, text};
use crate::web::views::Section;
use crate::web::views::committees::{
    Committees, Departures, Part, ResultRow, Results, Rules, Village, Vote, Words,
};
use crate::web::views::controls::{Choice, Control, Form, Group, Kind};
use crate::web::views::members::Event;
use crate::web::views::parts::{Badge, Fact, Link, Notice, Tone};
use crate::web::views::table::{Cell, Column, Row, Table};

/// See the page of this name.
pub fn list() -> Committees {
    let line = |village: &str, head: &str, state: Badge| {
        Row::to(
            "/committees/villages/500237101201#village_party",
            vec![
                text(village),
                text("村党组织"),
                number("6"),
                text(head),
                number("5"),
                number("0"),
                number("2026-01-10"),
                Cell::Badges(vec![state]),
            ],
        )
    };
    Committees {
        frame: frame("clerk", Section::Committees),
        place: "龙井镇".into(),
        table: Table {
            caption: "村（社区）班子".into(),
            columns: vec![
                Column::new("村（社区）"),
                Column::new("组织"),
                Column::numeric("届次"),
                Column::new("负责人"),
                Column::numeric("在任"),
                Column::numeric("空缺"),
                Column::numeric("届满"),
                Column::new("状态"),
            ],
            rows: vec![
                line("白泉村", "张伟", Badge::new("逾期", Tone::Bad)),
                line("龙雾村", "李娜", Badge::new("在任", Tone::Good)),
            ],
            ..Table::default()
        },
        tabs: vec![
            (Link::new("全部", "/committees"), true),
            (Link::new("逾期未换届", "/committees?attention=overdue"), false),
        ],
        kinds: vec![
            (Link::new("全部组织", "/committees"), true),
            (Link::new("村党组织", "/committees?kind=village_party"), false),
        ],
        findings: vec![Choice::new("no_woman", "女性成员不足")],
        finding: String::new(),
        narrowed: vec![("kind", "village_party".into())],
        open: Some("/committees/new".into()),
        downloads: vec![
            Link::new("导出班子", "/exports/new?kind=committees"),
            Link::new("导出选举", "/exports/new?kind=elections"),
        ],
        departures: "/committees/departures".into(),
    }
}

/// See the page of this name.
pub fn departures() -> Departures {
    let columns = ["村党组织", "村（居）民委员会", "村务监督委员会", "合计", "其中负责人"];
    let line = |reason: &str, numbers: [&str; 5]| {
        Row::new(std::iter::once(text(reason)).chain(numbers.map(number)).collect())
    };
    Departures {
        frame: frame("clerk", Section::Committees),
        place: "龙井镇".into(),
        tabs: vec![
            (Link::new("本届以来", "/committees/departures"), true),
            (Link::new("2026Q3", "/committees/departures?quarter=2026Q3"), false),
        ],
        table: Table {
            caption: "离任情况".into(),
            columns: std::iter::once(Column::new("离职原因"))
                .chain(columns.into_iter().map(Column::numeric))
                .collect(),
            rows: vec![
                line("辞职", ["1", "0", "0", "1", "0"]),
                line("不胜任调整", ["2", "1", "0", "3", "2"]),
                line("合计", ["3", "1", "0", "4", "2"]),
            ],
            ..Table::default()
        },
    }
}

fn terms() -> Vec<(Link, bool)> {
    let tab = |name: &str, id: i32| {
        Link::new(name, format!("/committees/villages/500237101201?term={id}#village_party"))
    };
    vec![(tab("第6届（2021年）", 1), true), (tab("第5届（2016年）", 2), false)]
}

/// See the page of this name.
pub fn village() -> Village {
    Village {
        frame: frame("clerk", Section::Committees),
        name: "白泉村".into(),
        parts: vec![Part {
            anchor: "village_party".into(),
            title: "村党组织".into(),
            terms: terms(),
            facts: vec![
                Fact::text("届次", "第6届"),
                Fact::text("任期", "2021-01-10 至 2026-01-10"),
                Fact::text("职数", "书记1名，委员4名"),
                Fact::badge("状态", Badge::new("逾期未换届", Tone::Bad)),
            ],
            findings: vec![
                Notice::new(
                    Tone::Warning,
                    "逾期未换届：第6届应于2026-01-10换届，已逾期317天，请尽快换届并登记新一届",
                )
                .with(Some(Link::new("说明原因", "/terms/1/explain/overdue"))),
            ],
            seats: Table {
                caption: "班子成员".into(),
                columns: ["姓名", "职务", "任职", "离职", "学历", "党员", "来源渠道", "办理"]
                    .into_iter()
                    .map(Column::new)
                    .collect(),
                rows: vec![Row::new(vec![
                    text("张伟"),
                    text("书记"),
                    text("2021-01-10"),
                    text(""),
                    text("大学专科"),
                    text("是"),
                    text("退役军人、致富能手"),
                    Cell::Links(vec![
                        Link::new("离职", "/seats/1/end"),
                        Link::new("更正", "/seats/1/correct"),
                    ]),
                ])],
                ..Table::default()
            },
            votes: Table {
                caption: "选举".into(),
                columns: vec![
                    Column::new("选举日期"),
                    Column::new("职务"),
                    Column::numeric("实到/应到"),
                    Column::new("当选"),
                ],
                rows: vec![Row::to(
                    "/elections/1",
                    vec![text("2021-01-10"), text("书记"), number("45/50"), text("张伟")],
                )],
                ..Table::default()
            },
            actions: vec![
                Link::new("登记任职", "/terms/1/appoint"),
                Link::new("登记选举", "/terms/1/vote"),
                Link::new("新一届", "/committees/1/open"),
            ],
        }],
        history: vec![Event {
            on: "2021-01-10".into(),
            title: "村党组织第6届开始".into(),
            details: vec!["张伟（书记）".into()],
            ..Event::default()
        }],
        kin: kin(),
        relate: Some(Link::new("登记近亲属", "/kinships/new/500237101201")),
        slates: vec![Link::new("拟定下届方案", "/slates/new?village=500237101201")],
        open: Some(Link::new("登记班子", "/committees/new?village=500237101201")),
    }
}

fn kin() -> Table {
    Table {
        caption: "近亲属".into(),
        columns: ["人员", "关系", "亲属", "办理"].into_iter().map(Column::new).collect(),
        rows: vec![Row::new(vec![
            text("张伟"),
            text("配偶"),
            text("李娜"),
            Cell::Link(Link::new("删除", "/kinships/1/remove/500237101201")),
        ])],
        ..Table::default()
    }
}

/// See the page of this name.
pub fn vote() -> Vote {
    let frame = frame("clerk", Section::Committees);
    let number = |name: &str, label: &str| Control::new(name, label, Kind::Number).columns(3);
    let candidate = |at: usize| {
        Group::new(
            format!("候选人{}", at + 1),
            vec![
                Control::new(format!("candidates[{at}].person"), "姓名", Kind::Text),
                number(&format!("candidates[{at}].votes_for"), "赞成票"),
            ],
        )
    };
    Vote {
        form: Form {
            action: "/terms/1/vote".into(),
            csrf_token: frame.csrf_token.clone(),
            groups: vec![
                Group::new(
                    "选举情况",
                    vec![
                        Control::new("post", "职务", Kind::Select(vec![Choice::new("secretary", "书记")])),
                        number("places", "应选名额"),
                        number("valid", "有效票"),
                    ],
                ),
                candidate(0),
                candidate(1),
            ],
            submit: "登记选举".into(),
            cancel: Some("/committees/villages/500237101201".into()),
            ..Form::default()
        },
        frame,
        title: "登记选举".into(),
        back: Link::new("白泉村", "/committees/villages/500237101201"),
        facts: vec![Fact::text("组织", "村党组织"), Fact::text("届次", "第6届（2021-01-10起）")],
        note: "实到不少于4/5应到人数；当选须得赞成票超过1/2实到人数".into(),
        quotas: "attendance 2020-07-13 - at_least 4 5;winning 2020-07-13 - more_than 1 2".into(),
    }
}

/// See the page of this name.
pub fn results() -> Results {
    let row = |name: &str, votes: &str, outcome: &str| ResultRow {
        name: name.into(),
        votes_for: votes.into(),
        outcome: outcome.into(),
        ..ResultRow::default()
    };
    Results {
        frame: frame("clerk", Section::Committees),
        back: Link::new("白泉村", "/committees/villages/500237101201"),
        title: "白泉村 村党组织第6届书记选举结果".into(),
        facts: vec![Fact::text("选举日期", "2021-01-10"), Fact::text("有效票", "44")],
        rows: vec![row("张伟", "44", "满票当选"), row("李娜", "0", "未当选")],
        sentences: vec![
            "到会须不少于40人（不少于应到50人的4/5，《中国共产党基层组织选举工作条例》），实到45人，选举有效。"
                .into(),
            "当选须得赞成票不少于23票（实到45人的过半数，《中国共产党基层组织选举工作条例》）。".into(),
        ],
        correct: Some("/elections/1/correct".into()),
        again: Some("/terms/1/vote?after=1".into()),
    }
}

/// See the page of this name.
pub fn words() -> Words {
    let columns = ["类别", "名称", "代码", "设在", "施行", "停用", "依据", "状态"];
    let row = Row::new(vec![
        text("职务"),
        text("纪检委员"),
        text("discipline_member"),
        text("村党组织"),
        text("2021-01-01"),
        text(""),
        text("县委组织部〔2020〕3号"),
        Cell::Badge(Badge::new("使用中", Tone::Good)),
    ]);
    Words {
        frame: frame("supervisor", Section::Committees),
        back: Link::new("村（社区）班子", "/committees"),
        table: Table {
            caption: "本县（区）增设的职务和来源".into(),
            columns: columns.into_iter().map(Column::new).collect(),
            rows: vec![row],
            ..Table::default()
        },
        form: Some(Form {
            action: "/committees/words".into(),
            csrf_token: "token".into(),
            groups: vec![Group::new(
                "增设、改名或停用",
                vec![Control::new("code", "代码", Kind::Text).required().columns(4)],
            )],
            submit: "保存".into(),
            ..Form::default()
        }),
    }
}

/// See the page of this name.
pub fn rules() -> Rules {
    let Words { frame, back, form, .. } = words();
    let columns = ["组织", "规则", "要求", "范围", "施行", "停止", "依据", "状态"];
    let row = Row::new(vec![
        text("村党组织"),
        text("职数上限"),
        text("不超过7"),
        text("全国"),
        text("2018-10-28"),
        text(""),
        text("《中国共产党支部工作条例（试行）》"),
        Cell::Badge(Badge::new("现行", Tone::Good)),
    ]);
    let table = Table {
        caption: "班子和选举规则".into(),
        columns: columns.into_iter().map(Column::new).collect(),
        rows: vec![row],
        ..Table::default()
    };
    Rules { frame, back, table, form }
}

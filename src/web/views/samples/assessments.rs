//! Invented assessments of villages.

use super::pages::{frame, number, text};
use crate::web::views::assessments::{
    DrawPage, Draws, Grid, GridRow, Holder, Indicator, Mark, NoticeSheet, ObjectionView, Ranking, Review,
    Rounds, UnitYear,
};
use crate::web::views::controls::Kind;
use crate::web::views::parts::{Badge, Fact, Link, Notice, Tone};
use crate::web::views::table::{Cell, Column, Row, Table};
use crate::web::views::{Choice, Control, Form, Group, Section};

const VILLAGES: [&str; 4] = ["牛庄村", "沙河村", "九里坪村", "横茅湖村"];

/// See the page of this name.
pub fn rounds() -> Rounds {
    let row = |quarter: &str, state: &str, tone| {
        let cells = vec![
            text(quarter),
            text("牛庄乡"),
            number("10"),
            number("10"),
            text("—"),
            Cell::Badge(Badge::new(state, tone)),
        ];
        Row::to("/assessments/rounds/1", cells)
    };
    Rounds {
        frame: frame("clerk", Section::Assessments),
        table: Table {
            caption: "季度考核".into(),
            columns: vec![
                Column::new("季度"),
                Column::new("考核单位"),
                Column::numeric("应考核"),
                Column::numeric("已评分"),
                Column::new("公示"),
                Column::new("状态"),
            ],
            rows: vec![
                row("2022年第四季度", "填报", Tone::Neutral),
                row("2022年第三季度", "已公示", Tone::Good),
            ],
            empty: "还没有季度考核。".into(),
            pager: None,
        },
        open: Some("/assessments/open".into()),
        tabs: vec![
            (Link::new("全部", "/assessments"), true),
            (Link::new("待确认", "/assessments?shown=confirm"), false),
        ],
    }
}

fn indicators() -> Vec<Indicator> {
    [
        ("theme_day", "主题党日与三会一课", "15"),
        ("team", "班子运行与坐班值班", "10"),
        ("economy", "集体经济与产业发展", "15"),
    ]
    .iter()
    .map(|(code, name, full)| Indicator {
        code: (*code).into(),
        name: (*name).into(),
        full: (*full).into(),
        weight: "1".into(),
        evidence: "活动记录本".into(),
    })
    .collect()
}

/// See the page of this name.
pub fn grid() -> Grid {
    let mark = |value: &str| Mark { value: value.into(), error: None };
    let row = |(at, name): (usize, &&str)| GridRow {
        village: format!("42052920220{at}"),
        name: (*name).into(),
        marks: vec![mark("0"), mark("1.5"), mark(if at == 3 { "" } else { "0" })],
        total: if at == 3 { String::new() } else { "98.5".into() },
        deduction_note: if at == 2 {
            Mark { value: String::new(), error: Some("有扣分而没有扣分说明".into()) }
        } else {
            mark("值班记录不连续")
        },
        evidence: "考核组检查台账".into(),
        note: String::new(),
    };
    Grid {
        frame: frame("clerk", Section::Assessments),
        title: "2022年第四季度 · 牛庄乡".into(),
        back: Link::new("季度考核", "/assessments"),
        facts: vec![Fact::badge("状态", Badge::new("退回", Tone::Warning)), Fact::text("应考核", "10个")],
        method: "乡党委班子为组长，一季度一评比，一评一公示。".into(),
        returned: Some("请核对集体经济台账".into()),
        action: "/assessments/rounds/1".into(),
        version: "3".into(),
        decimals: 1,
        deducts: true,
        indicators: indicators(),
        rows: VILLAGES.iter().enumerate().map(row).collect(),
        problems: vec![Notice::new(Tone::Bad, "第3行：九里坪村，有扣分而没有扣分说明。")],
        editable: true,
    }
}

fn ranking_table() -> Table {
    let row = |(at, name): (usize, &&str)| {
        let flag = if at == 0 {
            Cell::Badge(Badge::new("流动红旗 连续2季", Tone::Good))
        } else {
            text("—")
        };
        Row::new(vec![
            number(&(at + 1).to_string()),
            Cell::Link(Link::new(*name, "/assessments/units/420529202201")),
            number("98.5"),
            text("升1名"),
            number("97"),
            flag,
        ])
    };
    Table {
        caption: "排名".into(),
        columns: vec![
            Column::numeric("名次"),
            Column::new("村（社区）"),
            Column::numeric("总分"),
            Column::new("较上季名次"),
            Column::numeric("上季总分"),
            Column::new("流动红旗"),
        ],
        rows: VILLAGES.iter().enumerate().map(row).collect(),
        empty: "没有已确认的考核。".into(),
        pager: None,
    }
}

/// See the page of this name.
pub fn review() -> Review {
    Review {
        frame: frame("supervisor", Section::Assessments),
        title: "2022年第四季度 · 牛庄乡".into(),
        back: Link::new("季度考核", "/assessments"),
        facts: vec![Fact::badge("状态", Badge::new("已提交", Tone::Waiting)), Fact::text("提交", "clerk1")],
        rule: "按总分排名，总分相同的依次比较主题党日与三会一课、集体经济与产业发展，仍相同的名次并列；红旗：并列共享。"
            .into(),
        problems: vec![],
        ranking: ranking_table(),
        scores: Table { caption: "各项得分".into(), ..ranking_table() },
        notes: Table { caption: "扣分说明和印证材料".into(), ..ranking_table() },
        objections: vec![ObjectionView {
            village: "沙河村".into(),
            raised: "2023-01-05 沙河村党支部".into(),
            content: "集体经济得分有误，材料已报送。".into(),
            state: Badge::new("成立", Tone::Good),
            answer: "经复核属实，予以更正。（supervisor1）".into(),
            corrections: vec!["集体经济与产业发展 13 → 15".into()],
            resolve: Some("/assessments/objections/1/resolve".into()),
        }],
        version: "4".into(),
        step: Some(("/assessments/rounds/1/confirm".into(), "确认结果".into())),
        send_back: Some("/assessments/rounds/1/return".into()),
        links: vec![Link::new("公示单", "/assessments/rounds/1/notice")],
    }
}

/// See the page of this name.
pub fn ranking() -> Ranking {
    Ranking {
        frame: frame("auditor", Section::Assessments),
        title: "2022年第四季度".into(),
        towns: vec![Choice::new("420529202", "牛庄乡")],
        town: "420529202".into(),
        quarters: vec![Choice::new("2022Q4", "2022年第四季度")],
        quarter: "2022Q4".into(),
        holders: vec![Holder {
            town: "牛庄乡".into(),
            village: Link::new("牛庄村", "/assessments/units/420529202201"),
            total: "98.5".into(),
            streak: "连续2季".into(),
        }],
        table: ranking_table(),
    }
}

/// See the page of this name.
pub fn unit() -> UnitYear {
    let row = |cells: [&str; 4]| Row::new(cells.map(text).to_vec());
    UnitYear {
        frame: frame("clerk", Section::Assessments),
        title: "牛庄村 · 2022年考核".into(),
        back: Link::new("排名", "/assessments/ranking"),
        facts: vec![Fact::text("流动红旗", "2次")],
        years: vec![
            (Link::new("2021年", "/assessments/units/420529202201?year=2021"), false),
            (Link::new("2022年", "/assessments/units/420529202201?year=2022"), true),
        ],
        quarters: Table { caption: "季度考核".into(), ..ranking_table() },
        inspections: Table {
            caption: "督查、暗访、观摩和年终考评".into(),
            columns: ["日期", "类别", "得分", "发现的情况"].map(Column::new).to_vec(),
            rows: vec![
                row(["2022-05-20", "半年督查", "95", "—"]),
                row(["2022-08-11", "随机暗访", "—", "值班人员在岗"]),
            ],
            empty: "没有登记其他检查。".into(),
            pager: None,
        },
        record: Some("/assessments/units/420529202201/inspect".into()),
    }
}

fn fix_form() -> Form {
    Form {
        action: "/assessments/draws/1/fix".into(),
        csrf_token: "token".into(),
        groups: vec![Group::new("", vec![Control::new("visit_on", "暗访日期", Kind::Date).required()])],
        submit: "确定名单和日期".into(),
        ..Form::default()
    }
}

/// See the page of this name.
pub fn draws() -> Draws {
    Draws {
        frame: frame("supervisor", Section::Assessments),
        table: Table {
            caption: "暗访抽取".into(),
            columns: ["发起日期", "抽取单位", "暗访内容", "状态"].map(Column::new).to_vec(),
            rows: vec![Row::to(
                "/assessments/draws/1",
                ["2022-05-10", "牛庄乡", "主题党日和坐班值班情况", "已揭晓"].map(text).to_vec(),
            )],
            empty: "还没有暗访抽取。".into(),
            pager: None,
        },
        form: Some(fix_form()),
    }
}

/// See the page of this name.
pub fn draw() -> DrawPage {
    let units = VILLAGES.iter().enumerate();
    DrawPage {
        frame: frame("supervisor", Section::Assessments),
        title: "主题党日和坐班值班情况".into(),
        back: Link::new("暗访抽取", "/assessments/draws"),
        facts: vec![
            Fact::badge("状态", Badge::new("已揭晓", Tone::Good)),
            Fact::text("承诺（SHA-256）", "2a8abfa8cb9906290437854193ca6bca41d4d4e26d1d454bd66a35158095e737"),
        ],
        picks: Table {
            caption: "抽中的村（社区）".into(),
            columns: vec![Column::numeric("次序"), Column::new("村（社区）"), Column::new("签号（SHA-256）")],
            rows: vec![Row::new(vec![number("1"), text("沙河村"), text("28f7e14e…")])],
            ..Table::default()
        },
        units: Table {
            caption: "抽取名单（4个）".into(),
            columns: vec![Column::new("代码"), Column::new("村（社区）")],
            rows: units
                .map(|(at, name)| Row::new(vec![text(&format!("42052920220{at}")), text(name)]))
                .collect(),
            ..Table::default()
        },
        commands: Some((
            "printf '%s' 0011… | sha256sum".into(),
            "for code in …; do …; done | sort | head -n 1".into(),
        )),
        fix: Some(fix_form()),
        reveal: Some("/assessments/draws/1/reveal".into()),
        version: "3".into(),
    }
}

/// See the page of this name.
pub fn notice() -> NoticeSheet {
    NoticeSheet {
        frame: frame("clerk", Section::Assessments),
        title: "牛庄乡2022年第四季度考核结果公示".into(),
        back: Link::new("考核结果", "/assessments/rounds/1/review"),
        paragraphs: vec!["本季流动红旗由牛庄村获得。".into(), "公示期自2023-01-04至2023-01-08。".into()],
        table: ranking_table(),
        signature: "牛庄乡考核组（盖章）　　　　　　2023-01-04".into(),
    }
}

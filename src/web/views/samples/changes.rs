//! An invented amendment of a quarter, and an invented change of a figure.

use super::pages::{frame, number, text};
use crate::web::views::Section;
use crate::web::views::amendments::{Amend, Differences};
use crate::web::views::changes::{Changes, PartLines};
use crate::web::views::controls::{Choice, Control, Form, Group, Kind};
use crate::web::views::parts::{Badge, Fact, Link, Notice, Pager, Tone};
use crate::web::views::table::{Cell, Column, Row, Table};

fn rows() -> Table {
    let line = |name: &str, table: &str, change: &str, tone: Tone, told: &str| {
        let badge = Cell::Badge(Badge::new(change, tone));
        Row::to("/members/1", vec![text(name), text(table), badge, text("白帝村党支部"), text(told)])
    };
    Table {
        caption: "与第1版不同的数据".into(),
        columns: ["名称", "内容", "变化", "所在组织", "原版 → 本版"].map(Column::new).to_vec(),
        rows: vec![
            line(
                "王建国",
                "在册党员",
                "新增",
                Tone::Good,
                "党籍状态：正常；人员类别：正式党员；加入党组织日期：2015-07-01",
            ),
            line(
                "李秀英",
                "在册党员",
                "变更",
                Tone::Waiting,
                "学历：普通高中教育 → 大学专科教育；流动党员：否 → 是",
            ),
            line("张德明", "党员变动", "删去", Tone::Bad, "变动：组织关系转接；变动日期：2026-02-11"),
        ],
        empty: String::new(),
        pager: None,
    }
}

fn moved() -> Table {
    Table {
        caption: "修订将改变的全县指标".into(),
        columns: vec![
            Column::new("指标"),
            Column::new("单位"),
            Column::numeric("第1版"),
            Column::numeric("现有记录"),
            Column::numeric("相差"),
        ],
        rows: vec![Row::to(
            "/figures/members.total?quarter=2026Q1",
            vec![text("党员总数"), text("人"), number("20024"), number("20025"), number("1")],
        )],
        ..Table::default()
    }
}

/// See the page of this name.
pub fn amend() -> Amend {
    let reason = Control::new("reason", "修订原因", Kind::Area).required().columns(12);
    Amend {
        frame: frame("supervisor", Section::Reports),
        title: "修订 2026年第一季度".into(),
        back: Link::new("季度结账", "/quarters"),
        facts: vec![
            Fact::badge("状态", Badge::new("已结账 第1版", Tone::Good)),
            Fact::text("结账日期", "2026-04-08"),
        ],
        notices: vec![
            Notice::new(
                Tone::Warning,
                "2026年第一季度结账后又有补录或更正：按现有记录计算，与第1版相差3条（在册党员2条、党员变动1条）。",
            ),
            Notice::new(
                Tone::Neutral,
                "修订按现有记录重新计算季末数据，形成第2版，逐条列明差异；原有版本保持不变。",
            ),
        ],
        form: Some(Form {
            action: "/quarters/2026Q1/amend".into(),
            csrf_token: "token".into(),
            groups: vec![Group::new("", vec![reason])],
            submit: "申请修订".into(),
            cancel: Some("/quarters".into()),
            ..Form::default()
        }),
        moved: moved(),
        table: rows(),
        pager: Pager { shown: 3, total: None, first: None, next: None },
    }
}

/// See the page of this name.
pub fn differences() -> Differences {
    Differences {
        frame: frame("auditor", Section::Reports),
        title: "2026年第一季度 第2版与第1版的差异".into(),
        back: Link::new("季度报告", "/reports/quarterly"),
        facts: vec![Fact::text("组织代码", "500237"), Fact::text("比较", "第1版 → 第2版")],
        table: rows(),
        pager: Pager { shown: 3, total: Some(3), first: None, next: None },
    }
}

/// See the page of this name.
pub fn changes() -> Changes {
    let quarters = vec![
        Choice::new("2026Q1", "2026年第一季度（已结）"),
        Choice::new("2025Q4", "2025年第四季度（已结）"),
    ];
    let group = |name: &str, rows: &str, amount: &str| {
        Row::to("?cause=joined", vec![text(name), number(rows), number(amount)])
    };
    Changes {
        frame: frame("auditor", Section::Reports),
        label: "党员总数".into(),
        change: "20,011 人 → 20,024 人（+13）".into(),
        back: Link::new("党员总数", "/figures/members.total"),
        action: "/figures/members.total/changes".into(),
        organisation: "500237".into(),
        quarters,
        from: "2025Q4".into(),
        to: "2026Q1".into(),
        from_revision: String::new(),
        to_revision: "2".into(),
        facts: vec![
            Fact::text("组织代码", "500237"),
            Fact::text("起始", "2025年第四季度（第1版）"),
            Fact::text("截止", "2026年第一季度（第2版）"),
        ],
        parts: vec![PartLines {
            title: String::new(),
            arithmetic: "20011 + 62 发展入党 + 3 结账后补录、更正 − 52 死亡 = 20024".into(),
            groups: Table {
                caption: "原因".into(),
                columns: vec![Column::new("原因"), Column::numeric("条数"), Column::numeric("增减")],
                rows: vec![
                    group("发展入党", "62", "+62"),
                    group("结账后补录、更正", "3", "+3"),
                    group("死亡", "52", "−52"),
                ],
                empty: String::new(),
                pager: None,
            },
        }],
        table: Table {
            caption: "变化明细".into(),
            columns: vec![
                Column::new("名称"),
                Column::new("原因"),
                Column::new("所在组织"),
                Column::new("日期"),
                Column::numeric("起始计数"),
                Column::numeric("截止计数"),
                Column::numeric("增减"),
            ],
            rows: vec![Row::to(
                "/members/1",
                vec![
                    text("王建国"),
                    text("发展入党"),
                    text("白帝村党支部"),
                    text("2026-02-10"),
                    number("0"),
                    number("1"),
                    number("+1"),
                ],
            )],
            empty: String::new(),
            pager: None,
        },
        pager: Pager { shown: 1, total: None, first: None, next: None },
        all: None,
    }
}

//! An invented cockpit of a quarter and a score of data quality.

use super::pages::{frame, number, text};
use crate::web::views::Section;
use crate::web::views::cockpit::{CockpitPage, FindingLine, Quality};
use crate::web::views::controls::{Choice, Control, Form, Group, Kind};
use crate::web::views::frame::QueueBar;
use crate::web::views::parts::{Badge, Fact, FigureCard, Link, Tone};
use crate::web::views::reports::Chart;
use crate::web::views::table::{Cell, Column, Row, Table};

fn card(label: &str, value: &str, unit: &str) -> FigureCard {
    FigureCard {
        label: label.into(),
        value: value.into(),
        unit: unit.into(),
        change: None,
        href: Some("/figures/quality.findings?quarter=2026Q1".into()),
    }
}

fn finding(title: &str, severity: Badge, count: &str, hint: &str) -> FindingLine {
    FindingLine {
        title: title.into(),
        severity,
        count: count.into(),
        hint: hint.into(),
        queue: Some("/quality/queue?organisation=500237&quarter=2026Q1&rule=members.too_young".into()),
        rows: "/figures/quality.findings.members.too_young?quarter=2026Q1".into(),
    }
}

fn unit(name: &str, badge: Badge, open: &str) -> Row {
    Row::to(
        "/cockpit?organisation=500237101&quarter=2026Q1",
        vec![
            text(name),
            Cell::Badge(badge),
            text("2026-04-10"),
            number(open),
            number("3"),
            number("17"),
            number("2"),
            number("1"),
            number("1"),
            number("0"),
            Cell::Badge(Badge::new("平衡", Tone::Good)),
        ],
    )
}

fn duties() -> Table {
    Table {
        caption: "谁来办".into(),
        columns: vec![
            Column::new("责任"),
            Column::new("事项"),
            Column::numeric("数量"),
            Column::new("期限"),
            Column::new("状态"),
        ],
        rows: vec![Row::to(
            "/cockpit?organisation=500237101&quarter=2026Q1",
            vec![
                text("抱龙镇 录入员"),
                text("处理数据质量问题"),
                number("4"),
                text("2026-04-10"),
                Cell::Badge(Badge::new("逾期", Tone::Bad)),
            ],
        )],
        empty: "没有待办的事项。".into(),
        pager: None,
    }
}

/// See the page of this name.
pub fn county() -> CockpitPage {
    let columns = ["应处理", "错误和警告", "全部问题", "待审核", "待接收", "未公示", "未换届"];
    let mut headings = vec![Column::new("组织"), Column::new("签字"), Column::new("期限")];
    headings.extend(columns.map(Column::numeric));
    headings.push(Column::new("增减"));
    CockpitPage {
        frame: frame("supervisor", Section::Reports),
        organisation: "巫山县".into(),
        quarter: "2026年第一季度".into(),
        state: Badge::new("未结", Tone::Neutral),
        quarters: vec![Choice::new("2026Q1", "2026年第一季度（未结）")],
        quarter_code: "2026Q1".into(),
        organisations: vec![Choice::new("500237", "巫山县"), Choice::new("500237101", "官渡镇")],
        organisation_code: "500237".into(),
        facts: vec![
            Fact::text("季度最后一天", "2026-03-31"),
            Fact::text("县（区）结账期限", "2026-04-15"),
            Fact::text("下级已签字", "1／3"),
        ],
        figures: vec![
            card("签字前应处理", "24", "项"),
            card("数据质量问题", "151", "条"),
            card("待审核评定", "6", "份"),
            card("待接收转入", "3", "人"),
        ],
        note: String::new(),
        findings: vec![
            finding(
                "入党年龄不足",
                Badge::new("错误", Tone::Bad),
                "2",
                "核对出生日期和加入党组织日期，更正错的一个。",
            ),
            finding(
                "届满未换届",
                Badge::new("警告", Tone::Warning),
                "12",
                "换届后登记新一届；任期届满日期有误的请更正。",
            ),
            finding(
                "后备干部不足",
                Badge::new("提示", Tone::Neutral),
                "41",
                "补充后备人选；已入库而未录入的请补录。",
            ),
        ],
        unbalanced: vec![Link::new("谭春梅", "/members/1"), Link::new("向杰", "/members/2")],
        units: Some(Table {
            caption: "下级组织".into(),
            columns: headings,
            rows: vec![
                unit("抱龙镇", Badge::new("逾期未签字", Tone::Bad), "4"),
                unit("官渡镇", Badge::new("已签字", Tone::Good), "0"),
                unit("龙井乡", Badge::new("签字后有变动2条", Tone::Warning), "6"),
            ],
            ..Table::default()
        }),
        duties: duties(),
        form: None,
        form_title: String::new(),
        links: vec![Link::new("数据质量得分", "/quality"), Link::new("去结账", "/quarters/2026Q1/close")],
    }
}

/// A town that may sign, in the middle of a queue.
pub fn town() -> CockpitPage {
    let note = Control::new("note", "说明", Kind::Area)
        .required()
        .hint("还有4项未处理：带问题签字须写明原因")
        .columns(12);
    let mut page = county();
    page.frame.queue = Some(QueueBar {
        title: "预备期超过最长期限".into(),
        position: "第3条，共12条".into(),
        detail: "2023-05-01加入党组织，2025-05-01满最长预备期".into(),
        hint: "登记转正日期；取消预备党员资格的登记出党；加入党组织日期有误的请更正。".into(),
    });
    CockpitPage {
        form: Some(Form {
            action: "/cockpit/sign-off".into(),
            csrf_token: "token".into(),
            hidden: vec![("organisation".into(), "500237101".into()), ("quarter".into(), "2026Q1".into())],
            groups: vec![Group::new("", vec![note])],
            submit: "签字上报".into(),
            ..Form::default()
        }),
        form_title: "签字上报".into(),
        findings: vec![],
        unbalanced: vec![],
        ..page
    }
}

/// See the page of this name.
pub fn quality() -> Quality {
    Quality {
        frame: frame("supervisor", Section::Reports),
        organisation: "巫山县".into(),
        quarter: "2026年第一季度".into(),
        quarters: vec![Choice::new("2026Q1", "2026年第一季度（未结）")],
        quarter_code: "2026Q1".into(),
        organisations: vec![Choice::new("500237", "巫山县")],
        organisation_code: "500237".into(),
        back: Link::new("季度工作台", "/cockpit"),
        score: "98.42".into(),
        facts: vec![Fact::text("依据", "现有记录"), Fact::text("问题", "151条")],
        parts: Table {
            caption: "各规则得分".into(),
            columns: vec![
                Column::new("规则"),
                Column::new("程度"),
                Column::numeric("问题"),
                Column::numeric("得分"),
                Column::new("办理"),
            ],
            rows: vec![Row::new(vec![
                text("届满未换届"),
                Cell::Badge(Badge::new("警告", Tone::Warning)),
                number("12"),
                number("96.20"),
                Cell::Links(vec![Link::new("逐条处理", "/quality/queue?rule=committees.term_overdue")]),
            ])],
            ..Table::default()
        },
        units: None,
        trend: Some(Chart {
            kind: "line",
            title: "得分趋势".into(),
            unit: "分".into(),
            series: vec!["得分".into()],
            points: vec![("2025Q4".into(), vec!["97.10".into()]), ("2026Q1".into(), vec!["98.42".into()])],
        }),
    }
}

//! An invented team picture: charts, targets, and figures beside the term before.

use super::pages::{frame, number, text};
use crate::web::views::Section;
use crate::web::views::controls::Choice;
use crate::web::views::parts::{Badge, Fact, Link, Tone};
use crate::web::views::table::{Cell, Column, Row, Table};
use crate::web::views::team::{Bar, Bars, Team, TeamLine};

fn link(text: &str, code: &str) -> Link {
    Link::new(text, format!("/figures/{code}?organisation=500237&quarter=2026Q1"))
}

fn bars(title: &str, unit: &'static str, lines: &[(&str, i64, Option<i64>)]) -> Bars {
    let bar = |(label, now, before): &(&str, i64, Option<i64>)| Bar {
        label: (*label).into(),
        now: *now,
        before: *before,
    };
    Bars { title: title.into(), unit, bars: lines.iter().map(bar).collect() }
}

fn targets() -> Table {
    let row = |name: &str, wanted: &str, now: &str, text_of: &str, tone| {
        Row::new(vec![text(name), text(wanted), number(now), Cell::Badge(Badge::new(text_of, tone))])
    };
    Table {
        caption: "目标".into(),
        columns: vec![
            Column::new("指标"),
            Column::new("目标"),
            Column::numeric("现值"),
            Column::new("达标情况"),
        ],
        rows: vec![
            row("两委成员平均年龄", "不高于45.00岁", "43.10岁", "达标", Tone::Good),
            row("两委女性成员占比", "不低于30.00%", "24.87%", "差5.13%", Tone::Bad),
        ],
        empty: "本级没有设定目标。".into(),
        pager: None,
    }
}

/// Lines with a term before, one without, one with parts.
fn lines() -> Vec<TeamLine> {
    vec![
        TeamLine {
            name: link("村（社区）两委成员", "committees.members"),
            now: "1986人".into(),
            before: Some("1960人".into()),
            change: Some(link("+26人", "committees.members.change")),
            relative_change: Some(link("+1.33%", "committees.members.relative_change")),
            ..TeamLine::default()
        },
        TeamLine {
            name: link("交叉任职比例", "committees.cross_appointed.ratio"),
            parts: Some("1360 ÷ 1986".into()),
            now: "68.48%".into(),
            before: Some("52.04%".into()),
            before_parts: Some("1020 ÷ 1960".into()),
            change: Some(link("+16.44个百分点", "committees.cross_appointed.ratio.change")),
            relative_change: Some(link("+31.59%", "committees.cross_appointed.ratio.relative_change")),
            inner: true,
        },
        TeamLine {
            name: link("空缺职位", "committees.vacancies"), now: "0个".into(), ..TeamLine::default()
        },
    ]
}

fn missed() -> Table {
    Table {
        caption: "女性比例 不低于 30%（1个未达标）".into(),
        columns: vec![
            Column::new("组织"),
            Column::numeric("本届"),
            Column::numeric("上届"),
            Column::new("差距"),
        ],
        rows: vec![Row::to(
            "/committees/villages/500237101201",
            vec![
                text("沙坪村"),
                number("20.00%"),
                number("16.67%"),
                Cell::Badge(Badge::new("差10个百分点", Tone::Warning)),
            ],
        )],
        empty: String::new(),
        pager: None,
    }
}

/// See the page of this name.
pub fn picture() -> Team {
    Team {
        frame: frame("auditor", Section::Reports),
        organisation: "巫山县".into(),
        quarter: "2026年第一季度".into(),
        state: Badge::new("未结账", Tone::Waiting),
        facts: vec![Fact::text("季末", "2026-03-31"), Fact::text("对比", "各班子本届任期开始前一日")],
        report: Link::new("季度报告", "/reports/quarterly?organisation=500237&quarter=2026Q1"),
        quarters: vec![Choice::new("2026Q1", "2026年第一季度"), Choice::new("2025Q4", "2025年第四季度")],
        quarter_code: "2026Q1".into(),
        organisations: vec![Choice::new("500237", "巫山县"), Choice::new("500237101", "官渡镇")],
        organisation_code: "500237".into(),
        charts: vec![
            bars(
                "年龄",
                "人",
                &[
                    ("35岁及以下", 402, Some(214)),
                    ("36至45岁", 741, Some(560)),
                    ("46至55岁", 693, Some(816)),
                    ("56岁及以上", 150, Some(370)),
                ],
            ),
            bars("学历", "人", &[("大专及以上", 981, Some(702)), ("初中及以下", 300, Some(520))]),
            bars("来源渠道", "人次", &[("本土人才", 560, None), ("退役军人", 0, None)]),
        ],
        lines: lines(),
        targets: targets(),
        missed: Some(vec![missed()]),
        findings: vec![
            Link::new("没有女性成员", "/committees?within=500237&finding=no_woman"),
            Link::new("职数偏少", "/committees?within=500237&finding=too_few"),
        ],
        all_targets: Link::new("班子目标", "/committees/targets"),
    }
}

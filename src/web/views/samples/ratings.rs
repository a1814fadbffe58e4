//! Invented rounds of star ratings.

use super::pages::{frame, number, text};
use crate::web::views::Section;
use crate::web::views::controls::{Choice, Control, Form, Group, Kind};
use crate::web::views::members::Action;
use crate::web::views::parts::{Badge, Fact, FigureCard, Link, Tone};
use crate::web::views::ratings::{
    Card, Desk, DeskFilter, Dimension, Grid, GridRow, Review, ReviewRow, Rounds, Schemes, Score, Share,
    Threshold, Veto,
};
use crate::web::views::table::{Cell, Column, Row, Table};

/// See the page of this name.
pub fn rounds() -> Rounds {
    Rounds {
        frame: frame("clerk", Section::Ratings),
        table: Table {
            caption: "评定期".into(),
            columns: vec![
                Column::new("评定期"),
                Column::new("方案"),
                Column::new("组织"),
                Column::numeric("已评"),
                Column::numeric("应评"),
                Column::new("状态"),
            ],
            rows: vec![
                Row::to(
                    "/ratings/rounds/1",
                    vec![
                        text("2026年第一季度"),
                        text("五维评定"),
                        text("沙坪村第一党支部"),
                        number("17"),
                        number("18"),
                        Cell::Badge(Badge::new("退回", Tone::Bad)),
                    ],
                ),
                Row::to(
                    "/ratings/rounds/2",
                    vec![
                        text("2025年第四季度"),
                        text("五维评定"),
                        text("沙坪村第一党支部"),
                        number("18"),
                        number("18"),
                        Cell::Badge(Badge::new("已确定", Tone::Good)),
                    ],
                ),
            ],
            empty: "还没有评定期。".into(),
            pager: None,
        },
        open: Some("/ratings/rounds/new".into()),
        tabs: vec![
            (Link::new("全部", "/ratings"), true),
            (Link::new("待审核", "/ratings?shown=review"), false),
        ],
        desk: Some("/ratings/fairness".into()),
    }
}

fn dimensions() -> Vec<Dimension> {
    [
        ("ideology", "思想政治"),
        ("neighbours", "邻里和睦"),
        ("courtyard", "干净庭院"),
        ("family", "良好家风"),
        ("example", "示范带动"),
    ]
    .iter()
    .map(|(code, name)| Dimension {
        code: (*code).into(),
        name: (*name).into(),
        max: "20".into(),
        weight: "1".into(),
        cap: String::new(),
    })
    .collect()
}

/// See the page of this name.
pub fn grid() -> Grid {
    let names = [
        "陈晓明",
        "欧阳淑芬",
        "向杰",
        "买买提·吐尔逊",
        "谭春梅",
        "黄德全",
        "龚家兴",
        "刘素珍",
        "易发平",
        "袁成英",
        "曾令华",
        "杜小琴",
    ];
    Grid {
        frame: frame("clerk", Section::Ratings),
        title: "2026年第一季度五维评定 · 沙坪村第一党支部".into(),
        back: Link::new("星级评定", "/ratings"),
        facts: vec![
            Fact::text("方案", "五维评定（2025 版）"),
            Fact::badge("状态", Badge::new("退回", Tone::Bad)),
            Fact::text("应评", "12 人"),
            Fact::text("截止", "2026-04-10"),
        ],
        procedure: "每个村召开全体党员、村民代表参加的评议会，从五个方面对每名党员评定星级。".into(),
        action: "/ratings/rounds/1/scores".into(),
        version: "4".into(),
        decimals: 2,
        aggregation: "sum",
        missing_part: "refuse",
        vetoes: vec![Veto { code: "punished".into(), name: "受党纪处分".into(), level: "1 星".into() }],
        lowest: "0 星".into(),
        rater: None,
        raters_note: String::new(),
        dimensions: dimensions(),
        thresholds: [("90", 5), ("80", 4), ("70", 3), ("60", 2), ("0", 1)]
            .iter()
            .map(|(from, stars)| Threshold { level: format!("{stars} 星"), from: (*from).into() })
            .collect(),
        rows: names
            .iter()
            .enumerate()
            .map(|(index, name)| GridRow {
                subject: format!("m{index}"),
                name: (*name).into(),
                is_member: true,
                note: if index == 2 { "1989 年生".into() } else { String::new() },
                scores: (0..5)
                    .map(|column| Score {
                        value: if index < 8 {
                            format!("{}", 16 + (index + column) % 5)
                        } else {
                            String::new()
                        },
                        error: (index == 3 && column == 1).then(|| "21 超过满分 20".into()),
                    })
                    .collect(),
                total: String::new(),
                level: String::new(),
                veto: String::new(),
                evidence: if index % 3 == 0 { "抗旱值守 12 次".into() } else { String::new() },
                state: if index == 1 {
                    Badge::new("退回", Tone::Bad)
                } else {
                    Badge::new("填报", Tone::Neutral)
                },
                returned: (index == 1).then(|| "示范带动满分但无依据".into()),
                locked: index == 5,
            })
            .collect(),
        problems: vec![],
        editable: true,
    }
}

/// See the page of this name.
pub fn review() -> Review {
    Review {
        frame: frame("supervisor", Section::Ratings),
        title: "审核 2026年第一季度五维评定 · 官渡镇".into(),
        back: Link::new("星级评定", "/ratings"),
        facts: vec![
            Fact::text("方案", "五维评定（2025 版）"),
            Fact::text("提交", "1,240 / 1,287 人"),
            Fact::text("未评", "47 人"),
            Fact::text("截止", "2026-04-15"),
        ],
        rule: "五项各 20 分，合计 100 分：90 分及以上五星，80 分四星，70 分三星，60 分二星，其余一星。"
            .into(),
        dimensions: dimensions(),
        distribution: [
            ("五星", 402, "32.42%", 380),
            ("四星", 610, "49.19%", 640),
            ("三星", 190, "15.32%", 188),
            ("二星", 30, "2.42%", 22),
            ("一星", 8, "0.65%", 9),
        ]
        .iter()
        .map(|(label, count, percent, before)| Share {
            label: (*label).into(),
            count: *count,
            percent: (*percent).into(),
            before: Some(*before),
        })
        .collect(),
        average: "4.10".into(),
        rows: (0..9)
            .map(|index| ReviewRow {
                id: format!("r{index}"),
                version: "1".to_owned(),
                subject: Link::new(
                    ["陈晓明", "欧阳淑芬", "向杰"].get(index % 3).copied().unwrap_or_default(),
                    format!("/members/{index}"),
                ),
                scores: ["18", "19", "17", "18", "20"].iter().map(|score| (*score).to_owned()).collect(),
                total: "92".into(),
                stars: 5,
                arithmetic: "18 + 19 + 17 + 18 + 20 = 92，92 ≥ 90 → 五星".into(),
                before: Some(3),
                evidence: "抗旱值守 12 次，带动 3 户发展脆李种植".into(),
                state: Badge::new("已提交", Tone::Waiting),
                send_back: Some(format!("/ratings/r{index}/return")),
                level: "五星".into(),
                open: format!("/ratings/r{index}"),
                choosable: index != 4,
                remark: (index == 1).then(|| "较上期升 2 星，示范带动满分".into()),
            })
            .collect(),
        confirm: Some("/ratings/rounds/1/confirm".into()),
        confirm_word: "确定所选".into(),
    }
}

/// A grid for the sheets of several raters.
pub fn sheet() -> Grid {
    Grid {
        rater: Some("张伟".into()), raters_note: "各评分人平均，至少3人评分才计分。".into(), ..grid()
    }
}

/// See the page of this name.
pub fn card() -> Card {
    Card {
        frame: frame("supervisor", Section::Ratings),
        back: Link::new("本期评定", "/ratings/rounds/1/review"),
        name: "陈晓明".into(),
        badge: Badge::new("已公示", Tone::Good),
        facts: vec![Fact::text("合计", "92"), Fact::text("结果", "五星")],
        arithmetic: "18 + 19 + 17 + 18 + 20 = 92，92 ≥ 90 → 五星".into(),
        tables: Vec::new(),
        right: "对评定结果有异议的，请在2026-04-20以前提出。".into(),
        actions: vec![Action { link: Link::new("登记异议", "/ratings/r1/object"), icon: "edit" }],
    }
}

/// See the page of this name.
pub fn schemes() -> Schemes {
    Schemes {
        frame: frame("supervisor", Section::Ratings),
        back: Link::new("星级评定", "/ratings"),
        tables: vec![rounds().table],
    }
}

/// See the page of this name.
pub fn desk() -> Desk {
    Desk {
        frame: frame("supervisor", Section::Ratings),
        title: "评定公平性".into(),
        sub: "巫山县 · 2026Q1".into(),
        back: Link::new("星级评定", "/ratings"),
        links: vec![Link::new("二次评分抽样", "/ratings/samples")],
        filter: Some(DeskFilter {
            action: "/ratings/fairness".into(),
            schemes: vec![Choice::new("member_stars", "五维评定")],
            scheme: "member_stars".into(),
            periods: vec![Choice::new("2026Q1", "2026Q1")],
            period: "2026Q1".into(),
            within: "500237".into(),
        }),
        facts: vec![Fact::text("待我审核", "12人")],
        figures: vec![FigureCard {
            label: "无依据的最高、最低星级".into(),
            value: "7".into(),
            unit: "人".into(),
            change: None,
            href: Some("/ratings/fairness/ratings?unproven=true".into()),
        }],
        notes: vec!["离群：四分位距的1.5倍以外。".into()],
        forms: vec![Form {
            action: "/ratings/samples".into(),
            csrf_token: "token".into(),
            groups: vec![Group::new("", vec![Control::new("purpose", "目的", Kind::Text)])],
            submit: "公布承诺".into(),
            also: Some(Link::new("试算", "/ratings/schemes/what-if")),
            ..Form::default()
        }],
        tables: vec![rounds().table],
        commands: vec![("核对承诺：".into(), "printf '%s' 00 | sha256sum".into())],
    }
}

//! Sample data of the pages of awards.

use super::pages::{frame, number, text};
use crate::web::views::awards::{AwardRow, List, NoticeGroup, NoticeSheet, Scheme, Show};
use crate::web::views::controls::Choice;
use crate::web::views::members::{Action, Event};
use crate::web::views::parts::{Fact, FigureCard, Pager};
use crate::web::views::{Badge, Column, Link, Row, Section, Table, Tone};

fn row(id: &str, village: &str, choosable: bool) -> AwardRow {
    AwardRow {
        id: id.into(),
        version: "4".into(),
        village: Link::new(village, "/ratings/awards/0199"),
        kind: "平安稳定星级村".into(),
        year: 2026,
        streak: "连续3年".into(),
        mark: "88.5".into(),
        on: "2026-11-24".into(),
        until: "2026-12-01".into(),
        badges: vec![Badge::new("公示中", Tone::Waiting), Badge::new("有异议待处理", Tone::Warning)],
        choosable,
    }
}

pub fn list() -> List {
    List {
        frame: frame("supervisor", Section::Ratings),
        tabs: vec![
            (Link::new("全部", "/ratings/awards"), false),
            (Link::new("公示中", "/ratings/awards?state=noticed"), true),
        ],
        figures: vec![FigureCard {
            label: "现有星级村奖项".into(),
            value: "98".into(),
            unit: "个".into(),
            change: None,
            href: Some("/ratings/awards?state=final".into()),
        }],
        state: "noticed".into(),
        kind: "safety".into(),
        kinds: vec![Choice::new("safety", "平安稳定星级村")],
        year: "2026".into(),
        years: vec![Choice::new("2026", "2026年")],
        rows: vec![row("1", "龙井镇白泉村", true), row("2", "龙井镇复兴村", false)],
        empty: String::new(),
        pager: Pager { shown: 2, total: Some(2), first: None, next: None },
        step: Some(("finish", "命名所选".into())),
        today: "2026-12-02".into(),
        recommend: Some("/ratings/awards/new".into()),
    }
}

pub fn nothing() -> List {
    List { rows: Vec::new(), step: None, empty: "没有符合条件的评选。".into(), ..list() }
}

pub fn show() -> Show {
    Show {
        frame: frame("supervisor", Section::Ratings),
        back: Link::new("星级村评选", "/ratings/awards"),
        title: "龙井镇白泉村 · 平安稳定星级村".into(),
        badges: vec![Badge::new("公示中", Tone::Waiting)],
        facts: vec![Fact::text("评选年度", "2026"), Fact::text("评审得分", "88.5")],
        way: vec![("推荐".into(), true), ("公示".into(), false)],
        actions: vec![Action {
            link: Link::new("命名", "/ratings/awards/0199/finish"),
            icon: "circle-check",
        }],
        tables: vec![Table {
            caption: "联合评审（平均分）".into(),
            columns: vec![Column::new("评审人"), Column::numeric("得分")],
            rows: vec![Row::new(vec![text("县委政法委"), number("90")])],
            empty: String::new(),
            pager: None,
        }],
        history: vec![Event {
            on: "2026-11-24".into(),
            title: "公示".into(),
            details: vec!["公示至2026-12-01".into()],
            entered: "supervisor1办理".into(),
            late: false,
        }],
    }
}

pub fn notice() -> NoticeSheet {
    NoticeSheet {
        frame: frame("supervisor", Section::Ratings),
        back: Link::new("星级村评选", "/ratings/awards"),
        title: "星级村评选公示".into(),
        opening: "经推荐、评审、审定，拟命名下列1个村（社区）奖项，现予公示。".into(),
        term: "公示期自2026-11-24起，次日起算，到2026-12-01止。".into(),
        groups: vec![NoticeGroup {
            kind: "平安稳定星级村".into(), villages: vec!["龙井镇白泉村".into()]
        }],
        empty: String::new(),
    }
}

pub fn scheme() -> Scheme {
    Scheme {
        frame: frame("supervisor", Section::Ratings),
        back: Link::new("星级村评选", "/ratings/awards"),
        facts: vec![Fact::text("公示工作日", "5")],
        tables: Vec::new(),
    }
}

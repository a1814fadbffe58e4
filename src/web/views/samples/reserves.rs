//! Sample data of the pages of pools.

use super::pages::{frame, number, text};
use crate::web::views::controls::Choice;
use crate::web::views::members::{Action, Event, FactGroup};
use crate::web::views::parts::{Fact, FigureCard, Pager};
use crate::web::views::reserves::{Filter, List, Map, MapRow, Ready, Show};
use crate::web::views::{Badge, Cell, Column, Link, Row, Section, Table, Tone};

pub fn list() -> List {
    List {
        frame: frame("clerk", Section::Reserves),
        filter: Filter {
            q: "wang".into(),
            silent: true,
            kinds: vec![Choice::new("reserve_cadre", "后备干部"), Choice::new("local_talent", "本土人才")],
            states: vec![Choice::new("seconded", "挂职")],
            sources: vec![Choice::new("veteran", "退役军人")],
            ..Filter::default()
        },
        table: Table {
            caption: "后备人员".into(),
            columns: vec![Column::new("姓名"), Column::numeric("年龄"), Column::new("状态")],
            rows: vec![Row::to(
                "/reserves/0199",
                vec![
                    text("王芳"),
                    number("31"),
                    Cell::Badges(vec![Badge::new("在库", Tone::Good), Badge::new("无帮带人", Tone::Warning)]),
                ],
            )],
            empty: String::new(),
            pager: Some(Pager { shown: 1, total: Some(1), first: None, next: None }),
        },
        enter: Some("/reserves/new".into()),
    }
}

pub fn show() -> Show {
    Show {
        frame: frame("clerk", Section::Reserves),
        name: "王芳".into(),
        badges: vec![Badge::new("后备干部", Tone::Neutral), Badge::new("挂职", Tone::Waiting)],
        village: Link::new("龙井镇白泉村", "/reserves?within=500237101201"),
        groups: vec![FactGroup {
            title: "身份".into(),
            facts: vec![Fact::text("学历", "大学专科毕业"), Fact::text("备注", "")],
        }],
        history: vec![Event {
            on: "2021-06-01".into(),
            title: "挂职：龙井镇龙雾村村主任助理".into(),
            details: vec!["至 2022-06-01".into()],
            entered: "clerk1登记".into(),
            late: false,
        }],
        edit: Some("/reserves/0199/edit".into()),
        actions: vec![Action { link: Link::new("登记帮带记录", "/reserves/0199/note"), icon: "edit" }],
        tables: vec![Table {
            caption: "帮带人".into(), empty: "还没有帮带人。".into(), ..Table::default()
        }],
    }
}

pub fn map() -> Map {
    Map {
        frame: frame("supervisor", Section::Reserves),
        organisation: "巫山县".into(),
        places: vec![
            (Link::new("巫山县", "/reserves/map?within=500237"), true),
            (Link::new("官渡镇", "/reserves/map?within=500237102"), false),
        ],
        tabs: vec![(Link::new("全部 2", "/reserves/map?within=500237"), true)],
        figures: vec![FigureCard {
            label: "后备干部".into(),
            value: "5".into(),
            unit: "人".into(),
            ..FigureCard::default()
        }],
        rule: "每村后备干部不少于2名。".into(),
        rows: vec![
            MapRow {
                village: Link::new("白泉村", "/reserves?within=500237101201"),
                due: "2026-01-10".into(),
                depth: "3/2".into(),
                talents: "1".into(),
                ages: "平均31（24—39）".into(),
                guided: "3/4".into(),
                state: Badge::new("达标", Tone::Good),
                ready: vec![Ready {
                    link: Link::new("王芳（31岁，在库）", "/reserves/0199"),
                    why: "入库满一年、帮带到位、考核优秀".into(),
                }],
                more: 1,
            },
            MapRow {
                village: Link::new("龙雾村", "/reserves?within=500237101202"),
                depth: "1/2".into(),
                talents: "0".into(),
                ages: "28".into(),
                guided: "0/1".into(),
                state: Badge::new("缺1名", Tone::Bad),
                ..MapRow::default()
            },
        ],
    }
}

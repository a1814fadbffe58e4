//! Sample data of the planner of class lists.

use super::pages::{frame, number, text};
use crate::web::views::class_plan::{ClassPlan, Sites};
use crate::web::views::controls::{Choice, Kind};
use crate::web::views::parts::FigureCard;
use crate::web::views::{Badge, Cell, Column, Control, Form, Group, Link, Notice, Row, Section, Table, Tone};

fn card(label: &str, value: &str) -> FigureCard {
    FigureCard { label: label.into(), value: value.into(), unit: "人".into(), ..FigureCard::default() }
}

pub fn plan() -> ClassPlan {
    let reason = Control::new("reason", "取消原因", Kind::Text).required().columns(6);
    ClassPlan {
        frame: frame("supervisor", Section::Training),
        programmes: vec![Choice::new("0199", "万名党员大轮训")],
        programme: "0199".into(),
        farthest: "3".into(),
        without: Some(Choice::new("0200", "2026-07")),
        notices: Vec::new(),
        figures: vec![card("应训党员", "20000"), card("本方案安排", "11875"), card("排不进", "125")],
        proof: Badge::new("已证明最优", Tone::Good),
        arithmetic: "本方案安排11875人；按手工办法为11640人；任何方案至多11875人。".into(),
        tables: vec![
            Table {
                caption: "排不进的人员及原因".into(),
                columns: vec![
                    Column::new("乡镇（街道）"),
                    Column::numeric("人数"),
                    Column::new("原因和办法"),
                ],
                rows: vec![Row::new(vec![
                    text("官渡镇"),
                    number("125"),
                    text("名额不足：可去的6个班次共安排900人，1025人争用，缺125个名额；请增加名额或班次。"),
                ])],
                ..Table::default()
            },
            Table {
                caption: "各班次名单".into(),
                columns: vec![Column::new("班次编号"), Column::numeric("新安排"), Column::new("操作")],
                rows: vec![Row::new(vec![
                    text("2026-08"),
                    number("150"),
                    Cell::Links(vec![Link::new("取消此班并重排", "/training/plan?without=0201")]),
                ])],
                ..Table::default()
            },
        ],
        accept: Some(Form {
            action: "/training/plan".into(),
            csrf_token: "token".into(),
            hidden: vec![("fingerprint".into(), "0c1d".into())],
            groups: vec![Group::new("取消班次", vec![reason])],
            submit: "取消班次并写入变动".into(),
            ..Form::default()
        }),
    }
}

pub fn refused() -> ClassPlan {
    ClassPlan {
        frame: frame("clerk", Section::Training),
        notices: vec![Notice::new(Tone::Bad, "距离上限“0”应为1至20级（组织树上的级数），请改正。")],
        ..ClassPlan::default()
    }
}

pub fn sites() -> Sites {
    let name = Control::new("name", "名称", Kind::Text).required().columns(4);
    Sites {
        frame: frame("supervisor", Section::Training),
        table: Table {
            caption: "培训地点".into(),
            columns: vec![Column::new("名称"), Column::new("所在单位"), Column::numeric("同时可容纳（人）")],
            rows: vec![Row::new(vec![text("县委党校"), text("巫山县"), number("200")])],
            ..Table::default()
        },
        form: Some(Form {
            action: "/training/sites".into(),
            csrf_token: "token".into(),
            groups: vec![Group::new("登记或更改培训地点", vec![name])],
            submit: "保存".into(),
            ..Form::default()
        }),
    }
}

//! Sample data of the pages of candidates.

use super::pages::{frame, number, text};
use crate::web::views::controls::Choice;
use crate::web::views::members::Action;
use crate::web::views::parts::{Fact, Pager};
use crate::web::views::vetting::{Checklist, List, Sheet, SheetPart, SheetRow};
use crate::web::views::{Badge, Cell, Column, Link, Notice, Row, Section, Table, Tone};

pub fn list() -> List {
    List {
        frame: frame("supervisor", Section::Vetting),
        tabs: vec![
            (Link::new("全部", "/vetting"), false),
            (Link::new("逾期", "/vetting?overdue=true"), true),
            (Link::new("待联审", "/vetting?state=proposed"), false),
        ],
        q: "wang".into(),
        state: "proposed".into(),
        overdue: true,
        table: Table {
            caption: "任职资格联审".into(),
            columns: vec![Column::new("姓名"), Column::numeric("已答复"), Column::new("状态")],
            rows: vec![Row::to(
                "/vetting/0199",
                vec![
                    text("王芳"),
                    number("5/16"),
                    Cell::Badges(vec![
                        Badge::new("待联审", Tone::Waiting),
                        Badge::new("逾期", Tone::Warning),
                    ]),
                ],
            )],
            empty: String::new(),
            pager: Some(Pager { shown: 1, total: Some(1), first: None, next: None }),
        },
        propose: "/vetting/new".into(),
    }
}

fn row(number: i32, words: &str, result: &str) -> SheetRow {
    SheetRow {
        number,
        text: words.into(),
        severity: Badge::new("一票否决", Tone::Bad),
        result: result.into(),
        shown: Badge::new("未发现", Tone::Good),
        results: vec![
            Choice::new("clear", "未发现"),
            Choice::new("flag", "须说明"),
            Choice::new("block", "有此情形"),
        ],
        ..SheetRow::default()
    }
}

pub fn sheet() -> Sheet {
    Sheet {
        frame: frame("supervisor", Section::Vetting),
        back: Link::new("任职资格联审", "/vetting"),
        name: "王芳".into(),
        badges: vec![Badge::new("待联审", Tone::Waiting)],
        facts: vec![
            Fact::text("村（社区）", "龙井镇白泉村"),
            Fact::text("拟任职务", "书记"),
            Fact::text("备案文号", ""),
        ],
        list: "巫山县村（社区）干部任职资格负面清单".into(),
        problems: vec![Notice::new(Tone::Bad, "第2项不是“未发现”，请写明依据，不超过1000字。")],
        parts: vec![
            SheetPart {
                code: "court".into(),
                name: "法院".into(),
                answered_by: "王强".into(),
                answered_on: "2026-11-20".into(),
                rows: vec![
                    SheetRow {
                        answered: "王强 2026-11-20".into(),
                        earlier: vec!["更正前：须说明 有一案待结（王强 2026-11-18）".into()],
                        ..row(12, "被人民法院列为失信被执行人", "clear")
                    },
                    row(2, "受过刑事处罚（判处刑罚，含缓刑、社区矫正）", "flag"),
                ],
            },
            SheetPart {
                code: "police".into(),
                name: "公安局".into(),
                rows: vec![row(5, "参加邪教，从事非法宗教活动，或者有黄赌毒行为受过处理", "")],
                ..SheetPart::default()
            },
        ],
        action: Some("/vetting/0199/verdicts".into()),
        version: 3,
        actions: vec![
            Action { link: Link::new("否决", "/vetting/0199/reject"), icon: "circle-x" },
            Action { link: Link::new("撤回", "/vetting/0199/withdraw"), icon: "arrow-back-up" },
        ],
        decision: None,
        paper: Some("/vetting/0199/print".into()),
    }
}

pub fn paper() -> Sheet {
    Sheet {
        action: None,
        paper: None,
        problems: Vec::new(),
        actions: Vec::new(),
        decision: Some("情况已核实，不影响履职".into()),
        ..sheet()
    }
}

/// What whoever only proposes sees.
pub fn progress() -> Sheet {
    Sheet {
        frame: frame("clerk", Section::Vetting),
        parts: Vec::new(),
        action: None,
        problems: Vec::new(),
        ..sheet()
    }
}

pub fn checklist() -> Checklist {
    Checklist {
        frame: frame("supervisor", Section::Vetting),
        facts: vec![Fact::text("清单名称", "负面清单"), Fact::text("答复期限", "提名后15天")],
        tables: vec![Table {
            caption: "清单内容".into(),
            columns: vec![Column::numeric("项"), Column::new("情形")],
            rows: vec![Row::new(vec![number("1"), text("失信被执行人")])],
            empty: String::new(),
            pager: None,
        }],
        sets: true,
    }
}

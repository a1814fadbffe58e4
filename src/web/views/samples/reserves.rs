//! Sample data of the pages of pools.

use super::pages::{frame, number, text};
use crate::web::views::controls::{Choice, Kind};
use crate::web::views::members::{Action, Event, FactGroup};
use crate::web::views::parts::{Fact, FigureCard, Pager};
use crate::web::views::reserves::{
    Demands, Filter, List, Map, MapRow, Ready, Show, SitterRow, Succession, Vacancy,
};
use crate::web::views::{Badge, Cell, Column, Control, Form, Group, Link, Row, Section, Table, Tone};

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
        settings: Link::new("后备力量要求", "/reserves/settings"),
        pager: Pager {
            shown: 2,
            total: Some(52),
            first: None,
            next: Some("/reserves/map?within=500237&after=500237101202".into()),
        },
        rows: vec![
            MapRow {
                village: Link::new("白泉村", "/reserves/map/500237101201"),
                due: "2026-01-10".into(),
                sitting: "5人，平均47（38—59）".into(),
                alone: "2/5".into(),
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
                village: Link::new("龙雾村", "/reserves/map/500237101202"),
                sitting: "—".into(),
                alone: "—".into(),
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

pub fn succession() -> Succession {
    let ready = |name: &str, why: &str| Ready { link: Link::new(name, "/reserves/0199"), why: why.into() };
    Succession {
        frame: frame("clerk", Section::Reserves),
        back: Link::new("接续图", "/reserves/map"),
        name: "龙井镇白泉村".into(),
        links: vec![Link::new("后备人员名单", "/reserves?within=500237101201")],
        facts: vec![
            Fact::text("任期届满", "2026-01-10"),
            Fact::badge("后备厚度", Badge::new("达标", Tone::Good)),
        ],
        sitters: vec![SitterRow {
            name: Link::new("张伟", "/people/0199"),
            posts: vec![
                "村党组织 书记（2021-01-10起）".into(),
                "村（居）民委员会 主任（2021-01-10起）".into(),
            ],
            age: "52".into(),
            bars: vec![
                "张伟在任职日期“2026-01-10”是预备党员，党组织班子成员须为有被选举权的正式党员。".into(),
            ],
            vacancies: vec![
                Vacancy {
                    told: "村党组织 书记空缺1名".into(),
                    is_vacant: true,
                    ready: Vec::new(),
                    refused: vec![ready("王芳", "王芳在任职日期“2025-06-01”不是党员。")],
                },
                Vacancy {
                    told: "村（居）民委员会 主任空缺1名".into(),
                    is_vacant: true,
                    ready: vec![ready("王芳", "入库满一年、帮带到位、考核优秀")],
                    refused: Vec::new(),
                },
            ],
            broken: vec!["村党组织：现有成员2人，须不少于3人，请补选".into()],
        }],
        pool: Table {
            caption: "后备人员".into(),
            columns: vec![Column::new("姓名"), Column::numeric("届满时年龄"), Column::new("接任条件")],
            rows: vec![Row::to(
                "/reserves/0199",
                vec![text("王芳"), number("31"), text("可接任：入库满一年、帮带到位、考核优秀")],
            )],
            ..Table::default()
        },
    }
}

pub fn settings() -> Demands {
    Demands {
        frame: frame("supervisor", Section::Reserves),
        back: Link::new("接续图", "/reserves/map"),
        table: Table {
            caption: "后备力量要求".into(),
            columns: vec![Column::numeric("施行"), Column::numeric("每村最低人数"), Column::new("状态")],
            rows: vec![Row::new(vec![
                number("2000-01-01"),
                number("2"),
                Cell::Badge(Badge::new("现行", Tone::Good)),
            ])],
            ..Table::default()
        },
        form: Some(Form {
            action: "/reserves/settings".into(),
            csrf_token: "token".into(),
            groups: vec![Group::new(
                "本县（区）自某日起的要求",
                vec![Control::new("minimum_per_village", "每村后备干部最低人数", Kind::Number).value("2")],
            )],
            submit: "设定".into(),
            ..Form::default()
        }),
    }
}

//! Sample data of the pages of training.

use super::pages::{frame, number, text};
use crate::web::views::controls::{Choice, Kind};
use crate::web::views::members::{Action, FactGroup};
use crate::web::views::parts::{Fact, FigureCard, Pager};
use crate::web::views::qr_code::QrCode;
use crate::web::views::training::{
    AttendancePage, Candidate, ClassPage, Classes, ClassesFilter, CoverageRow, EnrolPage, MemberTraining,
    OutstandingList, Overview, Pairs, ProgrammePage, Sheet, SheetRow,
};
use crate::web::views::{Badge, Cell, Column, Control, Form, Group, Link, Row, Section, Table, Tone};

pub fn overview() -> Overview {
    let row = |name: &str, coverage: &str, short: &str| CoverageRow {
        organisation: Link::new(name, "/training?within=500237101"),
        members: "820".into(),
        trained: "246".into(),
        coverage: format!("{coverage}%"),
        percent: coverage.into(),
        required: "246".into(),
        shortfall: short.into(),
        state: if short.is_empty() {
            Badge::new("达到下限", Tone::Good)
        } else {
            Badge::new("落后于下限", Tone::Bad)
        },
    };
    Overview {
        frame: frame("supervisor", Section::Training),
        organisation: "巫山县".into(),
        within: "500237".into(),
        as_of: "2021-06-30".into(),
        programmes: vec![Choice::new("0199", "万名党员大轮训")],
        programme: "0199".into(),
        rule:
            "周期2020-01-01至2023-12-31（4年），每年至少新增轮训30%、30%、30%、10%；截至2021-06-30应达30%。"
                .into(),
        above: Some(Link::new("巫山县", "/training?within=500237")),
        figures: vec![FigureCard {
            label: "覆盖率".into(),
            value: "40.00".into(),
            unit: "%".into(),
            ..FigureCard::default()
        }],
        forecast: "2020-07-01至2021-06-30共365天新增轮训5000人；尚余12000人，预计2023-11-21完成，在周期内。"
            .into(),
        is_in_time: true,
        floor: "30".into(),
        rows: vec![row("龙井镇", "40.00", ""), row("官渡镇", "21.30", "71")],
        outstanding: Some("/training/outstanding?programme=0199".into()),
        record: Some("/training/programmes/0199".into()),
        plan: Some("/training/plan?programme=0199".into()),
        set: Some("/training/programmes/new".into()),
    }
}

fn people() -> Table {
    Table {
        caption: "未轮训党员".into(),
        columns: vec![Column::new("姓名"), Column::numeric("年龄"), Column::new("风险")],
        rows: vec![Row::to(
            "/members/0199/training",
            vec![text("王芳"), number("61"), Cell::Badge(Badge::new("未报名且流动或失联", Tone::Bad))],
        )],
        empty: String::new(),
        pager: Some(Pager { shown: 1, total: None, first: None, next: None }),
    }
}

pub fn outstanding() -> OutstandingList {
    OutstandingList {
        frame: frame("clerk", Section::Training),
        back: Link::new("轮训", "/training"),
        sub: "官渡镇　万名党员大轮训　截至2021-06-30".into(),
        tabs: vec![(Link::new("全部", "/training/outstanding"), true)],
        table: people(),
    }
}

pub fn classes() -> Classes {
    Classes {
        frame: frame("clerk", Section::Training),
        filter: ClassesFilter {
            q: "2021".into(),
            programmes: vec![Choice::new("0199", "万名党员大轮训")],
            kinds: vec![Choice::new("class", "培训班")],
            states: vec![Choice::new("open", "报名中")],
            ..ClassesFilter::default()
        },
        table: people(),
        plan: Some("/training/classes/new".into()),
    }
}

fn facts() -> Vec<Fact> {
    vec![
        Fact::text("班次编号", "2021-GD01"),
        Fact::text("学时", "16"),
        Fact::badge("状态", Badge::new("已举办", Tone::Warning)),
    ]
}

pub fn class() -> ClassPage {
    ClassPage {
        frame: frame("clerk", Section::Training),
        name: "村干部轮训第一期".into(),
        badges: vec![Badge::new("培训班", Tone::Neutral), Badge::new("已举办", Tone::Warning)],
        sub: "2021-GD01　官渡镇　2021-03-01至2021-03-02".into(),
        groups: vec![FactGroup { title: "班次".into(), facts: facts() }],
        actions: vec![Action {
            link: Link::new("录入参训情况", "/training/classes/0199/attendance"),
            icon: "edit",
        }],
        edit: Some("/training/classes/0199/edit".into()),
        roll: people(),
    }
}

fn form(action: &str, control: Control) -> Form {
    Form {
        action: action.into(),
        csrf_token: "token".into(),
        groups: vec![Group::new("", vec![control])],
        submit: "录入".into(),
        ..Form::default()
    }
}

pub fn enrol() -> EnrolPage {
    EnrolPage {
        frame: frame("clerk", Section::Training),
        back: Link::new("村干部轮训第一期", "/training/classes/0199"),
        facts: facts(),
        branch: form("/training/classes/0199/enrol", Control::new("branch", "党支部", Kind::Text)),
        action: "/training/classes/0199/enrol".into(),
        candidates: vec![Candidate {
            id: "0199".into(),
            name: "王芳".into(),
            branch: "白泉村党支部".into(),
            age: "61".into(),
            risk: Badge::new("未报名", Tone::Warning),
            is_chosen: true,
        }],
        problems: vec!["名额只剩0个。".into()],
    }
}

pub fn pairs() -> Pairs {
    let columns = ["导师", "帮带对象", "起", "约定", "结果", "办理"];
    Pairs {
        frame: frame("clerk", Section::Training),
        state: String::new(),
        states: vec![Choice::new("running", "结对中"), Choice::new("ended", "已结束")],
        table: Table {
            caption: "师徒结对".into(),
            columns: columns.into_iter().map(Column::new).collect(),
            rows: vec![Row::new(vec![
                Cell::Link(Link::new("李建国", "/people/1")),
                Cell::Link(Link::new("王芳", "/people/2")),
                Cell::Number("2026-03-01".into()),
                text("每月入户带教两次，一年内独立主持主题党日"),
                Cell::Badge(Badge::new("结对中", Tone::Waiting)),
                Cell::Links(vec![Link::new("结束", "/training/pairs/1/end")]),
            ])],
            empty: String::new(),
            pager: None,
        },
        make: Some("/training/pairs/new".into()),
    }
}

pub fn sheet() -> Sheet {
    Sheet {
        frame: frame("clerk", Section::Training),
        back: Link::new("村干部轮训第一期", "/training/classes/0199"),
        name: "村干部轮训第一期".into(),
        facts: facts(),
        rows: vec![SheetRow {
            code: "1-7".into(),
            drawn: QrCode::draw("2026-A1/1-7", "王芳的识别码", 60).expect("a code"),
            name: "王芳".into(),
            sex: "女".into(),
            branch: "白泉村党支部".into(),
        }],
    }
}

pub fn attendance() -> AttendancePage {
    AttendancePage {
        frame: frame("clerk", Section::Training),
        back: Link::new("村干部轮训第一期", "/training/classes/0199"),
        facts: facts(),
        form: form(
            "/training/classes/0199/attendance",
            Control::new("codes", "到课人员的识别码", Kind::Area),
        ),
        roll: people(),
    }
}

pub fn programme() -> ProgrammePage {
    ProgrammePage {
        frame: frame("supervisor", Section::Training),
        back: Link::new("轮训", "/training"),
        name: "万名党员大轮训".into(),
        badges: vec![Badge::new("进行中", Tone::Waiting)],
        facts: vec![Fact::text("周期", "2020-01-01至2023-12-31（4年）")],
        tables: vec![Table { caption: "要求".into(), empty: "没有。".into(), ..Table::default() }],
        revise: Some("/training/programmes/0199/revise".into()),
    }
}

pub fn member() -> MemberTraining {
    MemberTraining {
        frame: frame("clerk", Section::Training),
        back: Link::new("王芳", "/members/0199"),
        tables: vec![Table {
            caption: "年度学时".into(),
            empty: "还没有学时记录。".into(),
            ..Table::default()
        }],
        exempt: Some("/members/0199/exempt".into()),
    }
}

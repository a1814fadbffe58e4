//! Invented pairs that look like one person, and what became of them.

use crate::web::views::doubles::{Beside, Doubled, DoublesPage};
use crate::web::views::merges::{Duplicates, FieldLine, MergePage, MergedPage, Merges, PairLine, Party};
use crate::web::views::parts::{Badge, Fact, Link, Notice, Pager, Tone};
use crate::web::views::table::{Cell, Column, Row, Table};

use super::pages::frame;
use crate::web::views::Section;

fn tabs(open: &str) -> Vec<(Link, bool)> {
    [("待核对", "/people/duplicates"), ("已排除", "/people/distinct"), ("合并记录", "/people/merges")]
        .into_iter()
        .map(|(text, href)| (Link::new(text, href), href == open))
        .collect()
}

fn party(name: &str, told: &str, standing: &str) -> Party {
    Party { record: Link::new(name, "/people/1"), told: told.into(), standing: standing.into() }
}

fn pair(strength: Badge, reasons: &[&str]) -> PairLine {
    PairLine {
        strength,
        reasons: reasons.iter().map(|reason| (*reason).into()).collect(),
        parties: vec![
            party("谭春梅", "500237************，女，1978-03-12生", "党员（红椿社区党支部）"),
            party(
                "谭春枚",
                "500237************，女，1978-03-12生",
                "红椿社区委员；后备干部（红椿社区，在库）",
            ),
        ],
        compare: Some("/people/merge?winner=1&loser=2".into()),
        ids: Some(("1".into(), "2".into())),
    }
}

/// Pairs that wait.
pub fn waiting() -> Duplicates {
    Duplicates {
        frame: frame("clerk", Section::Members),
        settled: false,
        tabs: tabs("/people/duplicates"),
        pairs: vec![
            pair(Badge::new("很可能", Tone::Bad), &["姓名相同", "出生日期相同", "登记在同一组织"]),
            pair(
                Badge::new("待核实", Tone::Neutral),
                &["姓名读音相近", "出生日期恰差一百年（15位号码补成18位时，世纪可能写错）"],
            ),
        ],
        empty: "没有待核对的人员对。".into(),
        pager: Pager {
            shown: 2,
            total: Some(31),
            first: None,
            next: Some("/people/duplicates?after=x".into()),
        },
    }
}

/// Pairs that were told apart; none.
pub fn settled() -> Duplicates {
    let decided =
        pair(Badge::new("不是同一人", Tone::Good), &["clerk.zhang，2026-11-02", "身份证不同，已当面核对"]);
    Duplicates {
        frame: frame("clerk", Section::Members),
        settled: true,
        tabs: tabs("/people/distinct"),
        pairs: vec![PairLine { compare: None, ..decided }],
        empty: "没有排除过的人员对。".into(),
        pager: Pager { shown: 1, ..Pager::default() },
    }
}

fn line(label: &str, winner: &str, loser: &str) -> FieldLine {
    FieldLine {
        name: format!("field-{label}"),
        label: label.into(),
        winner: winner.into(),
        loser: loser.into(),
        choice: (winner != loser).then(|| ("winner".into(), "loser".into())),
        chosen: "winner".into(),
        ..FieldLine::default()
    }
}

/// Two side by side, one choice missing.
pub fn merge() -> MergePage {
    let number = FieldLine {
        chosen: String::new(),
        hint: "两个号码前六位相同，出生日期相同，顺序码不同；可在各自档案中查看完整号码，以身份证为准。"
            .into(),
        error: Some("两份档案的公民身份号码不同，请选择保留哪一份的。".into()),
        ..line(
            "公民身份号码",
            "500237************（女，1978-03-12生）",
            "500237************（女，1978-03-12生） ",
        )
    };
    let twice = FieldLine {
        name: "keep-0".into(),
        chosen: String::new(),
        hint: "两份登记内容不一致。".into(),
        ..line("班子任职", "红椿社区 委员（2021-01-10 至 今）", "红椿社区 委员（2022-03-01 至 今）")
    };
    MergePage {
        frame: frame("clerk", Section::Members),
        winner: party("谭春梅", "500237************，女，1978-03-12生", "党员（红椿社区党支部）"),
        loser: party("谭春枚", "500237************，女，1978-03-12生", "红椿社区委员"),
        swap: "/people/merge?winner=2&loser=1".into(),
        hidden: vec![("winner", "1".into()), ("loser", "2".into())],
        problems: vec![Notice::new(Tone::Bad, "未能合并：下面有1项需要选择。")],
        obstacles: Vec::new(),
        warnings: vec!["不保留的那份党员档案（红椿社区党支部）有正在办理的组织关系转接；请先由转入方接收、退回或由转出方撤回。".into()],
        fields: vec![
            line("姓名", "谭春梅", "谭春枚"),
            number,
            line("民族", "土家族", "土家族"),
            line("学历", "大学专科教育", "大学本科教育"),
            line("籍贯", "", ""),
            line("手机号码", "138****1111", ""),
        ],
        twice: vec![twice],
        moves: vec![Fact::text("班子任职", "1条"), Fact::text("师徒结对", "2条")],
    }
}

/// Facts contradict.
pub fn contradicts() -> MergePage {
    let told = "两人登记为亲属（兄弟姐妹），一个人不能是自己的亲属；如登记有误，请先删除该亲属关系。";
    MergePage { problems: Vec::new(), obstacles: vec![Notice::new(Tone::Bad, told)], ..merge() }
}

/// The merges of an organisation.
pub fn merges() -> Merges {
    let row = |state: Badge| {
        Row::to(
            "/people/merges/1",
            vec![
                Cell::Text("谭春梅".into()),
                Cell::Text("谭春枚".into()),
                Cell::Number("2026-11-02".into()),
                Cell::Text("clerk.zhang".into()),
                Cell::Number("7".into()),
                Cell::Badge(state),
            ],
        )
    };
    Merges {
        frame: frame("supervisor", Section::Members),
        tabs: tabs("/people/merges"),
        table: Table {
            caption: "合并记录".into(),
            columns: ["保留的档案", "并入的档案", "合并日期", "经办人", "转出登记", "状态"]
                .into_iter()
                .map(Column::new)
                .collect(),
            rows: vec![row(Badge::new("已合并", Tone::Good)), row(Badge::new("已撤销", Tone::Neutral))],
            empty: String::new(),
            pager: None,
        },
    }
}

/// One merge, to be taken back.
pub fn merged() -> MergedPage {
    let row = |what: &str, count: &str, fate: Badge| {
        Row::new(vec![Cell::Text(what.into()), Cell::Number(count.into()), Cell::Badge(fate)])
    };
    MergedPage {
        frame: frame("supervisor", Section::Members),
        state: Badge::new("已合并", Tone::Good),
        facts: vec![
            Fact::link("保留的档案", Link::new("谭春梅", "/people/1")),
            Fact::text("并入的档案", "谭春枚"),
            Fact::text("合并", "clerk.zhang，2026-11-02"),
        ],
        table: Table {
            caption: "涉及的登记".into(),
            columns: vec![Column::new("登记"), Column::numeric("条数"), Column::new("处理")],
            rows: vec![
                row("班子任职", "2", Badge::new("转到保留的档案", Tone::Good)),
                row("人员", "1", Badge::new("移出并留底", Tone::Waiting)),
            ],
            empty: String::new(),
            pager: None,
        },
        undo: Some(("/people/merges/1/undo".into(), 1)),
        problem: None,
        reason: String::new(),
    }
}

/// Rows of a plan beside people on record.
pub fn beside_rows() -> DoublesPage {
    let beside = |name: &str, strength: &str, tone, reasons: &str| Beside {
        record: Some("0193f0a2-7c1e-7d52-9f0b-3f1d2c4b5a69".into()),
        href: "/members/1".into(),
        name: name.into(),
        citizen_id: "500237************".into(),
        birth_date: "1992-05-17".into(),
        unit: "紫阳村党支部".into(),
        strength: Badge::new(strength, tone),
        reasons: reasons.into(),
        ..Beside::default()
    };
    let row = |number, name: &str, beside| Doubled {
        number,
        name: name.into(),
        citizen_id: "500237************".into(),
        beside,
        ..Doubled::default()
    };
    DoublesPage {
        frame: frame("clerk", Section::Imports),
        back: "/imports/1".into(),
        file_name: "官渡镇党员名册.xlsx".into(),
        action: Some("/imports/1/choices".into()),
        rows: vec![
            row(
                17,
                "谭春梅",
                vec![beside("谭春梅", "很可能", Tone::Bad, "姓名相同、出生日期相同、登记在同一组织")],
            ),
            Doubled {
                is_new: true,
                ..row(
                    23,
                    "陈晓明",
                    vec![
                        beside(
                            "陈小明",
                            "较可能",
                            Tone::Warning,
                            "姓名读音相近、出生日期相同、登记在同一组织",
                        ),
                        Beside {
                            record: None,
                            unit: String::new(),
                            ..beside("陈小敏", "待核实", Tone::Neutral, "姓名读音相近、出生日期相同")
                        },
                    ],
                )
            },
        ],
        ..DoublesPage::default()
    }
}

//! Invented transfers.

use crate::web::views::Section;
use crate::web::views::members::Transfers;
use crate::web::views::parts::{Badge, Link, Pager, Tone};
use crate::web::views::table::{Cell, Row, Table};

use super::pages::frame;

fn row(who: [&str; 9], overdue: bool) -> Row {
    let [member, way, from, to, letter, proposed_on, by, days, until] = who.map(str::to_owned);
    let state = if way == "转往县外" { "待回执" } else { "待接收" };
    let late = overdue.then(|| Badge::new("超期", Tone::Warning));
    Row::to(
        "/transfers/1",
        vec![
            Cell::Text(member),
            Cell::Text(way),
            Cell::Text(from),
            Cell::Text(to),
            Cell::Text(letter),
            Cell::Number(proposed_on),
            Cell::Text(by),
            Cell::Number(days),
            Cell::Number(until),
            Cell::Badges(late.into_iter().chain([Badge::new(state, Tone::Waiting)]).collect()),
        ],
    )
}

/// See the page of this name.
pub fn waiting() -> Transfers {
    let branch = "沙坪村第一党支部";
    let tab = |text: &str, href: &str, current| (Link::new(text, href), current);
    Transfers {
        frame: frame("clerk", Section::Members),
        tabs: vec![
            tab("待办理", "/transfers", true),
            tab("超期", "/transfers?overdue=true", false),
            tab("全部已办", "/transfers?state=decided", false),
            tab("已接收", "/transfers?state=accepted", false),
            tab("已退回", "/transfers?state=refused", false),
            tab("已撤回", "/transfers?state=withdrawn", false),
            tab("已办结", "/transfers?state=closed", false),
        ],
        table: Table {
            caption: "待办理的组织关系转接".into(),
            columns: Transfers::waiting_columns(),
            rows: vec![
                row(
                    [
                        "欧阳淑芬",
                        "转往县外",
                        branch,
                        "中共成都市武侯区委组织部",
                        "巫组转2026-7",
                        "2026-03-02",
                        "wang.xiuying",
                        "121",
                        "2026-05-31",
                    ],
                    true,
                ),
                row(
                    ["冉红", "转入", "水田村党支部", branch, "", "2026-06-20", "li.na", "11", "2026-09-18"],
                    false,
                ),
            ],
            empty: String::new(),
            pager: Some(Pager { shown: 2, total: Some(2), first: None, next: None }),
        },
    }
}

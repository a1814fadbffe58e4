//! Quarterly assessment in the browser: rounds, opening one, the grid, the review with the notice, objections, the
//! ranking with the flag, a unit's year, draws of visits.

mod draws;
mod grid;
mod notice;
mod objections;
mod ranking;
mod review;
mod rounds;
mod unit;

pub(crate) use rounds::Shown;

use rocket::Route;

use crate::records::assessments::queries::RankLine;
use crate::records::assessments::{AssessmentState, printed};
use crate::web::views::{Badge, Cell, Column, Link, Row, Table, Tone};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    [
        rounds::routes(),
        grid::routes(),
        review::routes(),
        notice::routes(),
        objections::routes(),
        ranking::routes(),
        unit::routes(),
        draws::routes(),
    ]
    .concat()
}

/// A state as a badge; a code that is not known as it is written.
fn badge(code: &str) -> Badge {
    let Ok(state) = AssessmentState::parse(code) else { return Badge::new(code, Tone::Neutral) };
    let tone = match state {
        AssessmentState::Draft => Tone::Neutral,
        AssessmentState::Submitted => Tone::Waiting,
        AssessmentState::Returned => Tone::Warning,
        AssessmentState::Confirmed | AssessmentState::Published => Tone::Good,
    };
    Badge::new(state.name(), tone)
}

/// `连续3季`, or nothing without the flag.
fn streak(line: &RankLine) -> String {
    match (line.has_flag, line.streak) {
        (false, _) => String::new(),
        (true, 1) => "新获得".to_owned(),
        (true, quarters) => format!("连续{quarters}季"),
    }
}

/// `升2名`, `降1名`, `持平`, or a dash where there was no quarter before.
fn moved(line: &RankLine) -> String {
    match line.place_before.map(|before| before - line.place) {
        None => "—".to_owned(),
        Some(0) => "持平".to_owned(),
        Some(up) if up > 0 => format!("升{up}名"),
        Some(down) => format!("降{}名", down.abs()),
    }
}

/// How villages stand: with the town where several are shown.
fn rank_table(caption: &str, lines: &[RankLine], with_town: bool, year: &str) -> Table {
    let mut columns = vec![Column::numeric("名次"), Column::new("村（社区）")];
    if with_town {
        columns.push(Column::new("考核单位"));
    }
    columns.extend([
        Column::numeric("总分"),
        Column::new("较上季名次"),
        Column::numeric("上季总分"),
        Column::new("流动红旗"),
    ]);
    let row = |line: &RankLine| {
        let href = format!("/assessments/units/{}?year={year}", line.village_code);
        let mut cells =
            vec![Cell::Number(line.place.to_string()), Cell::Link(Link::new(&line.village_name, href))];
        if with_town {
            cells.push(Cell::Text(line.town_name.clone()));
        }
        let flag = if line.has_flag {
            Cell::Badge(Badge::new(format!("流动红旗 {}", streak(line)), Tone::Good))
        } else {
            Cell::Text("—".to_owned())
        };
        cells.extend([
            Cell::Number(printed(&line.total)),
            Cell::Text(moved(line)),
            Cell::Number(line.total_before.as_ref().map_or_else(|| "—".to_owned(), printed)),
            flag,
        ]);
        Row::new(cells)
    };
    Table {
        caption: caption.to_owned(),
        columns,
        rows: lines.iter().map(row).collect(),
        empty: "没有已确认的考核；考核组提交、审核员确认后，这里显示排名。".to_owned(),
        pager: None,
    }
}

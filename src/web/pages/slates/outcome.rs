//! What a slate would look like, as tables and notices.

use crate::across::reports::figures::{Amount, Unit};
use crate::across::reports::{MissedTarget, OrganisationName, Outcome, PictureLine, Remark, TargetLine};
use crate::base::error::FieldError;
use crate::records::committees::CommitteeKind;
use crate::records::slates::Bound;
use crate::web::pages::reports::{printed, signed, unit_name};
use crate::web::views::parts::Notice;
use crate::web::views::slates::Outcome as View;
use crate::web::views::{Badge, Cell, Column, Row, Table, Tone};

/// An amount with its unit.
pub(super) fn with_unit(amount: Option<Amount>, unit: &'static str) -> String {
    match amount {
        Some(amount) => format!("{amount}{}", unit_name(unit)),
        None => printed(None),
    }
}

fn wanted(line: &TargetLine) -> String {
    let direction = Bound::parse(line.comparison).map(Bound::name).unwrap_or_default();
    format!("{direction}{}{}", line.wanted, unit_name(line.unit))
}

/// Whether a target is met, or how much is missing; said so where the team before stood otherwise.
pub(super) fn verdict(line: &TargetLine) -> Badge {
    // What is missing of a percentage are points.
    let unit = if line.unit == Unit::Percent.code() { Unit::Points.code() } else { line.unit };
    let missing = line.missing.map(|missing| format!("差{missing}{}", unit_name(unit))).unwrap_or_default();
    match (line.is_met, line.was_met) {
        (Some(true), Some(false)) => Badge::new("新达标", Tone::Good),
        (Some(true), _) => Badge::new("达标", Tone::Good),
        (Some(false), Some(true)) => Badge::new(format!("不再达标，{missing}"), Tone::Bad),
        (Some(false), _) => Badge::new(missing, Tone::Bad),
        (None, _) => Badge::new("无数据", Tone::Neutral),
    }
}

/// Targets with the figures of a team and of the one before, by their names.
fn targets_of(lines: &[TargetLine], now: &str, before: &str, with_basis: bool) -> Table {
    let row = |line: &TargetLine| {
        let mut cells = vec![
            Cell::Text(line.label.clone()),
            Cell::Text(wanted(line)),
            Cell::Number(with_unit(line.value, line.unit)),
            Cell::Number(with_unit(line.before, line.unit)),
            Cell::Badge(verdict(line)),
        ];
        if with_basis {
            cells.push(Cell::Text(format!("{}（{}起）", line.source, line.from_day)));
        }
        Row::new(cells)
    };
    let mut columns = vec![
        Column::new("指标"),
        Column::new("目标"),
        Column::numeric(now),
        Column::numeric(before),
        Column::new("达标情况"),
    ];
    if with_basis {
        columns.push(Column::new("依据"));
    }
    Table {
        caption: "目标".to_owned(),
        columns,
        rows: lines.iter().map(row).collect(),
        empty: "县里没有为这一层级设定班子目标。".to_owned(),
        pager: None,
    }
}

/// The targets of a team picture.
#[must_use]
pub fn target_table(lines: &[TargetLine]) -> Table {
    targets_of(lines, "本届", "上届", true)
}

/// Who misses a target, each with the way to his committees: one table for each target.
#[must_use]
pub fn missed_tables(missed: &[MissedTarget], place: impl Fn(&OrganisationName) -> String) -> Vec<Table> {
    let same = |one: &MissedTarget, other: &MissedTarget| {
        let key = |missed: &MissedTarget| {
            let line = &missed.target;
            (line.figure.clone(), line.comparison, line.wanted, line.from_day)
        };
        key(one) == key(other)
    };
    let row = |missed: &MissedTarget| {
        let line = &missed.target;
        Row::to(
            place(&missed.organisation),
            vec![
                Cell::Text(missed.organisation.name.clone()),
                Cell::Number(with_unit(line.value, line.unit)),
                Cell::Number(with_unit(line.before, line.unit)),
                Cell::Badge(verdict(line)),
            ],
        )
    };
    let table = |missed: &[MissedTarget]| Table {
        caption: missed.first().map_or_else(String::new, |first| {
            format!("{} {}（{}个未达标）", first.target.label, wanted(&first.target), missed.len())
        }),
        columns: vec![
            Column::new("组织"),
            Column::numeric("本届"),
            Column::numeric("上届"),
            Column::new("差距"),
        ],
        rows: missed.iter().map(row).collect(),
        empty: String::new(),
        pager: None,
    };
    missed.chunk_by(same).map(table).collect()
}

/// The targets of several teams beside each other, by name.
pub(super) fn targets_beside(teams: &[(&str, &[TargetLine])]) -> Table {
    let mut columns = vec![Column::new("指标"), Column::new("目标")];
    for (name, _) in teams {
        columns.extend([Column::numeric(*name), Column::new("达标情况")]);
    }
    let first = teams.first().map(|(_, lines)| *lines).unwrap_or_default();
    let row = |(place, line): (usize, &TargetLine)| {
        let mut cells = vec![Cell::Text(line.label.clone()), Cell::Text(wanted(line))];
        for (_, lines) in teams {
            let same =
                |other: &&TargetLine| other.figure == line.figure && other.comparison == line.comparison;
            match lines.get(place).filter(same).or_else(|| lines.iter().find(same)) {
                Some(line) => {
                    cells.extend([Cell::Number(with_unit(line.value, line.unit)), Cell::Badge(verdict(line))])
                }
                None => cells.extend([Cell::Number(printed(None)), Cell::Text(String::new())]),
            }
        }
        Row::new(cells)
    };
    Table {
        caption: "目标".to_owned(),
        columns,
        rows: first.iter().enumerate().map(row).collect(),
        empty: "县里没有为村（社区）设定班子目标。".to_owned(),
        pager: None,
    }
}

/// Whether a figure is another one than that of the team before.
fn moved(line: &PictureLine) -> bool {
    line.change.is_some_and(|change| !matches!(change.to_string().as_str(), "0" | "0.00"))
}

/// Each figure beside that of the team that sits; those that moved come first.
fn figures(lines: &[PictureLine]) -> Table {
    let row = |line: &PictureLine| {
        let figure = &line.figure;
        let change = line.change.map(|change| format!("{}{}", signed(change), unit_name(line.change_unit)));
        let change = match change {
            Some(change) if moved(line) => Cell::Badge(Badge::new(change, Tone::Waiting)),
            Some(_) => Cell::Number("不变".to_owned()),
            None => Cell::Number(printed(None)),
        };
        Row::new(vec![
            Cell::Text(figure.label.clone()),
            Cell::Number(with_unit(figure.value, figure.unit)),
            Cell::Number(
                line.before.map_or_else(|| printed(None), |then| with_unit(then.value, figure.unit)),
            ),
            change,
        ])
    };
    Table {
        caption: "方案与现任班子".to_owned(),
        columns: vec![
            Column::new("指标"),
            Column::numeric("方案"),
            Column::numeric("现任"),
            Column::numeric("增减"),
        ],
        rows: lines
            .iter()
            .filter(|line| moved(line))
            .chain(lines.iter().filter(|line| !moved(line)))
            .map(row)
            .collect(),
        empty: "没有可以统计的指标。".to_owned(),
        pager: None,
    }
}

/// What the rules say, what would be refused in red.
pub(super) fn remarks(remarks: &[Remark]) -> Vec<Notice> {
    let notice = |remark: &Remark| {
        let committee = CommitteeKind::parse(remark.committee).map(CommitteeKind::name).unwrap_or_default();
        let seat = remark.seat.map(|seat| format!("职务{seat}，")).unwrap_or_default();
        let source = remark.source.as_deref().map(|source| format!("（{source}）")).unwrap_or_default();
        let tone = if remark.is_refused { Tone::Bad } else { Tone::Warning };
        Notice::new(tone, format!("{committee}：{seat}{}{source}", remark.message))
    };
    remarks.iter().map(notice).collect()
}

/// The part of the page that moves with every change.
pub(super) fn view(outcome: &Outcome) -> View {
    View {
        remarks: remarks(&outcome.remarks),
        targets: targets_of(&outcome.targets, "方案", "现任", false),
        figures: figures(&outcome.lines),
    }
}

/// The same part where what was typed could not be read.
pub(super) fn unreadable(errors: &[FieldError]) -> View {
    let told = errors.iter().map(|error| Notice::new(Tone::Bad, error.message.clone()));
    View {
        remarks: told.collect(),
        targets: targets_of(&[], "方案", "现任", false),
        figures: Table { empty: "请先更正填写的内容。".to_owned(), ..figures(&[]) },
    }
}

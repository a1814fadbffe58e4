//! Why a figure changed between two quarters or revisions: the causes, and the people and records behind each.

use rocket::http::RawStr;
use rocket::{Route, State, get, routes};

use super::{printed, signed, unit_name};
use crate::across::reports::figures::{self, Amount};
use crate::across::reports::{self, ChangeEnd, ChangeLine, FigureChange, PartChange};
use crate::base::db;
use crate::base::error::OrMissing;
use crate::base::policy::{self, Action};
use crate::records::words;
use crate::web::api::changes::{ChangeWanted, ChangesAsked, changes, rows};
use crate::web::guards::{Db, Listing, Page as Rows, SignedIn};
use crate::web::pages::reports::quarter_choice;
use crate::web::respond::{Answer, Page};
use crate::web::views::changes::{Changes, PartLines};
use crate::web::views::parts::{Fact, Pager};
use crate::web::views::{Cell, Column, Link, Row, Section, Table};
use crate::web::{self, reading};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![show]
}

/// An address with what a change is asked for.
fn address(code: &str, wanted: &ChangeWanted, more: &[(&str, &str)]) -> String {
    let mut address = format!(
        "/figures/{code}/changes?organisation={}&from={}&to={}",
        RawStr::new(&wanted.organisation).percent_encode(),
        wanted.from.0,
        wanted.to.0
    );
    let revisions = [("from_revision", wanted.from.1), ("to_revision", wanted.to.1)];
    for (name, revision) in revisions.into_iter().filter_map(|(name, number)| Some((name, number?))) {
        address.push_str(&format!("&{name}={revision}"));
    }
    for (name, value) in more {
        address.push_str(&format!("&{name}={}", RawStr::new(value).percent_encode()));
    }
    address
}

#[get("/figures/<code>/changes?<asked..>")]
async fn show(
    who: SignedIn,
    mut db: Db,
    state: &State<web::State>,
    code: &str,
    asked: ChangesAsked<'_>,
    listing: Listing,
) -> Answer<Page<Changes>> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let wanted = asked.read(&who.actor)?;
    let change = changes(state, &who.actor, code, &wanted).await?;
    let lines = rows(state, &who.actor, code, &wanted, &listing).await?;
    reading::note(state, &who.known.identity, &who.actor, lines.items.len()).await?;
    let statuses = reports::statuses(&mut db.0, &who.actor, Some(wanted.to.0)).await?;
    let scope = who.scope();
    let words = db::read(&mut db.0, scope, async |conn| Ok(words::book(conn, scope.county).await?)).await?;
    let definition = figures::find(code, &words).or_missing("该指标")?;
    let several = change.parts.len() > 1;
    let number = |revision: Option<i32>| revision.map(|number| number.to_string()).unwrap_or_default();
    let back = format!(
        "/figures/{code}?organisation={}&quarter={}",
        RawStr::new(&wanted.organisation).percent_encode(),
        wanted.to.0
    );
    Ok(Page(Changes {
        frame: who.frame(Section::Reports),
        label: change.label.clone(),
        change: summary(&change),
        back: Link::new(change.label.clone(), back),
        action: format!("/figures/{code}/changes"),
        organisation: wanted.organisation.clone(),
        quarters: statuses.iter().map(quarter_choice).collect(),
        from: wanted.from.0.to_string(),
        to: wanted.to.0.to_string(),
        from_revision: number(wanted.from.1),
        to_revision: number(wanted.to.1),
        facts: vec![
            Fact::text("组织代码", &wanted.organisation),
            Fact::text("起始", end(&change.from)),
            Fact::text("截止", end(&change.to)),
            Fact::text("口径", &definition.definition),
        ],
        parts: change.parts.iter().map(|part| part_lines(code, &wanted, part, several)).collect(),
        table: table(&caption(&wanted, several), &lines.items),
        pager: pager(code, &wanted, &lines, &listing),
        all: wanted
            .cause
            .is_some()
            .then(|| Link::new("全部原因", address(code, &wanted, &[("part", &wanted.part)]))),
    }))
}

/// `9 人 → 10 人（+1）`.
fn summary(change: &FigureChange) -> String {
    let unit = unit_name(change.unit);
    let difference = change.change.map(|amount| format!("（{}）", signed(amount))).unwrap_or_default();
    format!("{} {unit} → {} {unit}{difference}", printed(change.from.value), printed(change.to.value))
}

fn end(end: &ChangeEnd) -> String {
    let revision = match end.revision {
        None => "现有记录".to_owned(),
        Some(0) => "下一季结账时冻结的数据".to_owned(),
        Some(number) => format!("第{number}版"),
    };
    format!("{}（{revision}）", end.quarter.title())
}

fn part_name(part: &str) -> &'static str {
    match part {
        "denominator" => "分母",
        "before_numerator" => "上届分子",
        "before_denominator" => "上届分母",
        _ => "分子",
    }
}

fn part_lines(code: &str, wanted: &ChangeWanted, part: &PartChange, several: bool) -> PartLines {
    let terms: String =
        part.groups.iter().map(|group| format!(" {} {}", plus(group.amount), group.label)).collect();
    let row = |group: &reports::CauseGroup| {
        Row::to(
            address(code, wanted, &[("part", part.part), ("cause", &group.cause)]),
            vec![
                Cell::Text(group.label.to_owned()),
                Cell::Number(group.rows.to_string()),
                Cell::Number(signed(Amount::Whole(group.amount))),
            ],
        )
    };
    let mut rows: Vec<Row> = part.groups.iter().map(row).collect();
    if !rows.is_empty() {
        rows.push(Row::new(vec![
            Cell::Text("合计".to_owned()),
            Cell::Number(part.groups.iter().map(|group| group.rows).sum::<i64>().to_string()),
            Cell::Number(signed(Amount::Whole(part.difference))),
        ]));
    }
    PartLines {
        title: if several { part_name(part.part).to_owned() } else { String::new() },
        arithmetic: format!("{}{terms} = {}", part.from, part.to),
        groups: Table {
            caption: "原因".to_owned(),
            columns: vec![Column::new("原因"), Column::numeric("条数"), Column::numeric("增减")],
            rows,
            empty: "没有变化。".to_owned(),
            pager: None,
        },
    }
}

/// `+ 2` or `− 1`.
fn plus(amount: i64) -> String {
    let sign = if amount < 0 { '−' } else { '+' };
    format!("{sign} {}", amount.unsigned_abs())
}

fn caption(wanted: &ChangeWanted, several: bool) -> String {
    let part = if several { part_name(&wanted.part) } else { "" };
    match &wanted.cause {
        Some(cause) => format!("{part}变化明细：{}", reports::cause_name(cause)),
        None => format!("{part}变化明细"),
    }
}

fn pager(code: &str, wanted: &ChangeWanted, lines: &Rows<ChangeLine>, listing: &Listing) -> Pager {
    let here = |after: Option<&str>| {
        let cause = wanted.cause.as_deref().map(|cause| ("cause", cause));
        let more: Vec<(&str, &str)> = std::iter::once(("part", wanted.part.as_str()))
            .chain(cause)
            .chain(after.map(|after| ("after", after)))
            .collect();
        address(code, wanted, &more)
    };
    Pager {
        shown: lines.items.len(),
        total: lines.total.and_then(|total| u64::try_from(total).ok()),
        first: listing.after.is_some().then(|| here(None)),
        next: lines.next.as_deref().map(|next| here(Some(next))),
    }
}

fn table(caption: &str, lines: &[ChangeLine]) -> Table {
    let moved = lines.iter().any(|line| line.from_name.is_some());
    let dated = lines.iter().any(|line| line.day.is_some());
    let mut columns = vec![Column::new("名称"), Column::new("原因")];
    columns.push(Column::new(if moved { "现在或转入组织" } else { "所在组织" }));
    if moved {
        columns.push(Column::new("原组织"));
    }
    if dated {
        columns.push(Column::new("日期"));
    }
    columns.extend([Column::numeric("起始计数"), Column::numeric("截止计数"), Column::numeric("增减")]);
    let line = |line: &ChangeLine| {
        let text = |value: &Option<String>| Cell::Text(value.clone().unwrap_or_else(|| "—".to_owned()));
        let mut cells = vec![Cell::Text(name(line)), Cell::Text(line.label.clone()), text(&line.branch_name)];
        if moved {
            cells.push(text(&line.from_name));
        }
        if dated {
            cells.push(text(&line.day.map(|day| day.to_string())));
        }
        cells.push(Cell::Number(line.before.to_string()));
        cells.push(Cell::Number(line.after.to_string()));
        cells.push(Cell::Number(signed(Amount::Whole(line.after - line.before))));
        Row { href: href(line), cells }
    };
    Table {
        caption: caption.to_owned(),
        rows: lines.iter().map(line).collect(),
        columns,
        empty: "没有变化的记录。".to_owned(),
        pager: None,
    }
}

fn name(line: &ChangeLine) -> String {
    match (&line.name, line.subject.as_str()) {
        (Some(name), _) => name.clone(),
        (None, "entry") => format!("第{}号记录", line.id),
        (None, _) => "（记录已撤销）".to_owned(),
    }
}

fn href(line: &ChangeLine) -> Option<String> {
    match line.subject.as_str() {
        "member" | "rating" => line.member.map(|id| format!("/members/{id}")),
        "person" => Some(format!("/people/{}", line.id)),
        "reserve" => Some(format!("/reserves/{}", line.id)),
        "award" => Some(format!("/ratings/awards/{}", line.id)),
        "organisation" => Some(format!("/members?within={}", line.id)),
        "assessment" => Some(format!("/assessments/{}", line.id)),
        "training_class" => Some(format!("/training/classes/{}", line.id)),
        _ => None,
    }
}

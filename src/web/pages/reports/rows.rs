//! The rows behind a figure.

use rocket::{Route, State, get, routes};

use super::{address, arithmetic, printed, signed, unit, why};
use crate::across::reports::{self, RowLine, figures, quality};
use crate::base::codes;
use crate::base::db;
use crate::base::error::{Error, OrMissing};
use crate::base::policy::{self, Action};
use crate::records::words::{self, WordBook};
use crate::web::api::reports::{ReportQuery, rows};
use crate::web::guards::{Listing, SignedIn};
use crate::web::respond::{Answer, Page};
use crate::web::views::parts::{Fact, Pager};
use crate::web::views::reports::{FigureLine, FigureRows};
use crate::web::views::{Cell, Column, Link, Row, Section, Table};
use crate::web::{self, reading};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![show]
}

#[get("/figures/<code>?<part>&<query..>")]
async fn show(
    who: SignedIn,
    state: &State<web::State>,
    code: &str,
    part: Option<&str>,
    query: ReportQuery<'_>,
    listing: Listing,
) -> Answer<Page<FigureRows>> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let wanted = query.read(&who.actor)?;
    let (definition, words, value) = {
        let mut conn = state.database.report().await?;
        let scope = who.scope();
        let words =
            db::read(&mut conn, scope, async |conn| Ok(words::book(conn, scope.county).await?)).await?;
        let definition = figures::find(code, &words).or_missing("该指标")?;
        let (organisation, quarter) = (&wanted.organisation, wanted.quarter);
        let value =
            reports::figure(&mut conn, &who.actor, code, organisation, quarter, wanted.revision).await?;
        (definition, words, value)
    };
    let page = match rows(state, &who.actor, code, &wanted, part, &listing).await {
        Err(Error::Forbidden) => None, // the number may be seen, the entries of others may not
        other => Some(other?),
    };
    let shown = page.as_ref().map_or(0, |page| page.items.len());
    reading::note(state, &who.known.identity, &who.actor, shown).await?;
    let here =
        |more: &[(&str, &str)]| address(&format!("/figures/{code}"), &wanted, &wanted.organisation, more);
    let asked = part.unwrap_or("numerator");
    let tab = |name: &'static str, text: &str| (Link::new(text, here(&[("part", name)])), asked == name);
    let pager = Pager {
        shown,
        total: None,
        first: listing.after.is_some().then(|| here(&[("part", asked)])),
        next: page
            .as_ref()
            .and_then(|page| page.next.as_deref())
            .map(|next| here(&[("part", asked), ("after", next)])),
    };
    let parts = value.denominator.map(|whole| (value.numerator.to_string(), whole.to_string()));
    let mut facts = vec![
        Fact::text("组织代码", &wanted.organisation),
        Fact::text("季度", wanted.quarter.title()),
        Fact::text("截至日期", value.as_of.to_string()),
    ];
    if definition.comparison.is_some() {
        let before = value.before;
        facts.push(Fact::text("本届", arithmetic(value.numerator, value.denominator)));
        let text = before.map(|term| arithmetic(term.numerator, term.denominator));
        facts.push(Fact::text("上届", text.unwrap_or_else(|| "没有上届记录".to_owned())));
    }
    Ok(Page(FigureRows {
        frame: who.frame(Section::Reports),
        figure: FigureLine {
            code: code.to_owned(),
            label: value.label.clone(),
            value: printed(value.value),
            unit: unit(&value),
            parts: parts.filter(|_| definition.comparison.is_none()),
            previous: value.previous.map(|previous| previous.to_string()),
            change: value.change.map(signed),
            last_year: None,
            why: value.change.is_some().then(|| why(code, &wanted)),
            term: None,
            href: None,
            inner: false,
        },
        definition: definition.definition.clone(),
        facts,
        back: Link::new("季度报告", address("/reports/quarterly", &wanted, &wanted.organisation, &[])),
        parts: tabs(&definition, tab),
        table: table(&value.label, page.map(|page| page.items), &words),
        pager,
        export: None,
    }))
}

/// The ways to the parts of a figure that has more than one.
fn tabs(figure: &figures::Figure, tab: impl Fn(&'static str, &str) -> (Link, bool)) -> Vec<(Link, bool)> {
    let ratio = figure.denominator.is_some();
    match (figure.comparison.is_some(), ratio) {
        (false, false) => Vec::new(),
        (false, true) => vec![tab("numerator", "分子"), tab("denominator", "分母")],
        (true, false) => vec![tab("numerator", "本届"), tab("before_numerator", "上届")],
        (true, true) => vec![
            tab("numerator", "本届分子"),
            tab("denominator", "本届分母"),
            tab("before_numerator", "上届分子"),
            tab("before_denominator", "上届分母"),
        ],
    }
}

fn table(caption: &str, rows: Option<Vec<RowLine>>, words: &WordBook) -> Table {
    let empty = match &rows {
        None => "您可以看到这个数字，但没有查看他人审计记录的权限。",
        Some(_) => "这个指标没有对应的记录。",
    };
    let rows = rows.unwrap_or_default();
    let moved = rows.iter().any(|row| row.from_name.is_some());
    let dated = rows.iter().any(|row| row.day.is_some());
    let seated = rows.iter().any(|row| row.subject == "person");
    let found = rows.iter().any(is_finding);
    let weighed = rows.iter().any(|row| row.amount != 1);
    let mut columns =
        vec![Column::new("名称"), Column::new(if moved { "转入或所在组织" } else { "所在组织" })];
    if moved {
        columns.push(Column::new("转出或原组织"));
    }
    if found {
        columns.push(Column::new("问题"));
    }
    if seated {
        columns.push(Column::new("职务"));
    }
    if dated {
        columns.push(Column::new("事项"));
        columns.push(Column::new("日期"));
    }
    if weighed {
        columns.push(Column::numeric("计数"));
    }
    let line = |row: &RowLine| {
        let text = |value: &Option<String>| Cell::Text(value.clone().unwrap_or_else(|| "—".to_owned()));
        let mut cells = vec![Cell::Text(name(row)), text(&row.branch_name)];
        if moved {
            cells.push(text(&row.from_name));
        }
        if found {
            cells.push(Cell::Text(kind(row)));
        }
        if seated {
            cells.push(Cell::Text(posts(row, words)));
        }
        if dated {
            cells.push(Cell::Text(kind(row)));
            cells.push(Cell::Text(row.day.map_or_else(|| "—".to_owned(), |day| day.to_string())));
        }
        if weighed {
            cells.push(Cell::Number(row.amount.to_string()));
        }
        Row { href: href(row), cells }
    };
    Table {
        caption: caption.to_owned(),
        rows: rows.iter().map(line).collect(),
        columns,
        empty: empty.to_owned(),
        pager: None,
    }
}

/// Whether a row is a finding of data quality.
fn is_finding(row: &RowLine) -> bool {
    row.kind.as_deref().is_some_and(|code| quality::rule(code).is_some())
}

fn name(row: &RowLine) -> String {
    match (&row.name, row.subject.as_str()) {
        (Some(name), _) => name.clone(),
        (None, "entry") => format!("第{}号记录", row.id),
        (None, _) => "（记录已撤销）".to_owned(),
    }
}

/// What happened, in Chinese; an action of the trail as it is written there.
fn kind(row: &RowLine) -> String {
    let code = row.kind.as_deref().unwrap_or_default();
    let known = match code {
        "admitted" => "发展入党",
        "reinstated" => "恢复党籍",
        "transferred" => "组织关系转接",
        "removed" => "出党",
        "stopped" => "停止党籍",
        "deceased" => "死亡",
        "became_full" => "转正",
        "recorded_late" => "补录",
        "trained" => "轮训合格",
        "attended" => "到课",
        _ if quality::rule(code).is_some() => quality::rule(code).map_or(code, |rule| rule.title),
        _ if row.subject == "reserve" => named("reserve_state", code),
        _ if row.subject == "award" => named("award_kind", code),
        _ if row.subject == "committee" => named("committee_kind", code),
        _ if row.subject == "training_class" => named("training_kind", code),
        _ => named("organisation_kind", code),
    };
    known.to_owned()
}

fn named<'a>(list: &str, code: &'a str) -> &'a str {
    codes::vocabulary(list).map_or(code, |table| table.name_of(code))
}

/// The posts of whoever sits, in Chinese.
fn posts(row: &RowLine, words: &WordBook) -> String {
    let codes = row.kind.as_deref().unwrap_or_default().split(' ');
    codes.map(|code| words.post_name(code)).collect::<Vec<_>>().join("、")
}

fn href(row: &RowLine) -> Option<String> {
    match row.subject.as_str() {
        "person" => Some(format!("/people/{}", row.id)),
        "member" | "rating" => row.member.map(|id| format!("/members/{id}")),
        "reserve" => Some(format!("/reserves/{}", row.id)),
        "award" => Some(format!("/ratings/awards/{}", row.id)),
        "organisation" => Some(format!("/members?within={}", row.id)),
        "seat" | "committee" if is_finding(row) => {
            row.branch_code.as_ref().map(|code| format!("/committees/villages/{code}"))
        }
        "assessment" => Some(format!("/assessments/{}", row.id)),
        _ => None,
    }
}

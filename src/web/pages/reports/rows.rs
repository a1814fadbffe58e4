//! The rows behind a figure.

use rocket::{Route, State, get, routes};

use super::{address, arithmetic, printed, signed, unit, why};
use crate::across::reports::{self, RowLine, figures};
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
        export: policy::may(&who.actor, Action::Export, &who.scope().path).then(|| {
            address(&format!("/figures/{code}/export"), &wanted, &wanted.organisation, &[("part", asked)])
        }),
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
    let found = rows.iter().any(RowLine::is_finding);
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
        let mut cells = vec![Cell::Text(row.title()), text(&row.branch_name)];
        if moved {
            cells.push(text(&row.from_name));
        }
        if found {
            cells.push(Cell::Text(row.event()));
        }
        if seated {
            cells.push(Cell::Text(row.matter(words)));
        }
        if dated {
            cells.push(Cell::Text(row.event()));
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

fn href(row: &RowLine) -> Option<String> {
    match row.subject.as_str() {
        "person" => Some(format!("/people/{}", row.id)),
        "member" | "rating" => row.member.map(|id| format!("/members/{id}")),
        "reserve" => Some(format!("/reserves/{}", row.id)),
        "award" => Some(format!("/ratings/awards/{}", row.id)),
        "organisation" => Some(format!("/members?within={}", row.id)),
        "seat" | "committee" if row.is_finding() => {
            row.branch_code.as_ref().map(|code| format!("/committees/villages/{code}"))
        }
        "assessment" => Some(format!("/assessments/{}", row.id)),
        _ => None,
    }
}

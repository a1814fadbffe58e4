//! The page of a quarterly report: the balance first, then the sections, then the organisations below.

use rocket::request::FlashMessage;
use rocket::{Route, State, get, routes};

use super::{address, printed, signed, unit, why};
use crate::across::reports::figures::{self, FigureValue};
use crate::across::reports::{
    self, ExportLine, OrganisationReport, QuarterStatus, QuarterlyReport, ReportTable, RevealLine,
    SectionReport, TableRow, TableValue,
};
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, OrMissing};
use crate::base::policy::{self, Action};
use crate::records::audit::names;
use crate::records::organisations::{self, Organisation};
use crate::records::quarters::QuarterState;
use crate::web;
use crate::web::api::reports::{ReportQuery, Wanted, read};
use crate::web::guards::{Db, SignedIn};
use crate::web::pages::amendments;
use crate::web::pages::quarters::county;
use crate::web::respond::{Answer, Page};
use crate::web::views::controls::Choice;
use crate::web::views::parts::Fact;
use crate::web::views::reports::{Balance, Chart, FigureLine, Quarterly, ReportSection};
use crate::web::views::{Badge, Cell, Column, Link, Row, Section, Table, Tone};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![show]
}

#[get("/reports/quarterly?<last_year>&<query..>")]
async fn show(
    who: SignedIn,
    mut db: Db,
    state: &State<web::State>,
    last_year: Option<bool>,
    query: ReportQuery<'_>,
    flash: Option<FlashMessage<'_>>,
) -> Answer<Page<Quarterly>> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let wanted = query.read(&who.actor)?;
    let report = read(state, &who.actor, &wanted, last_year == Some(true)).await?;
    let statuses = reports::statuses(&mut db.0, &who.actor, Some(wanted.quarter)).await?;
    let (above, below) = neighbours(&who, &mut db, &wanted).await?;
    let status = statuses.iter().find(|status| status.quarter == wanted.quarter);
    let closes = policy::may(&who.actor, Action::CloseQuarter, &who.scope().path);
    Ok(Page(Quarterly {
        frame: who.frame(Section::Reports).telling(flash),
        organisation: report.organisation.name.clone(),
        quarter: report.quarter.title(),
        state: badge(&report, status),
        facts: facts(&report),
        quarters: statuses.iter().map(quarter_choice).collect(),
        quarter_code: wanted.quarter.to_string(),
        organisations: above.iter().chain(&below).map(choice).collect(),
        organisation_code: wanted.organisation.clone(),
        balance: balance(&report),
        sections: report.sections.iter().map(|section| section_view(section, &wanted)).collect(),
        below: below_view(&report, &wanted),
        appendices: appendices(&report, &wanted),
        downloads: downloads(&report, &wanted, &who),
        articles_page: address("/articles", &wanted, &wanted.organisation, &[]),
        team_page: address("/reports/team", &wanted, &wanted.organisation, &[]),
        amend_page: (report.revision.is_some() && county(&who.actor).is_some())
            .then(|| format!("/quarters/{}/amend", wanted.quarter)),
        quarters_page: closes.then(|| "/quarters".to_owned()),
        cockpit_page: address("/cockpit", &wanted, &wanted.organisation, &[]),
        last_year_page: (!shows_last_year(&report))
            .then(|| address("/reports/quarterly", &wanted, &wanted.organisation, &[("last_year", "true")])),
    }))
}

fn shows_last_year(report: &QuarterlyReport) -> bool {
    report.sections.iter().flat_map(|section| &section.figures).any(|figure| figure.last_year.is_some())
}

/// The report as files; with everything that proves it, where it is closed and he reads the trail of everything shown.
fn downloads(report: &QuarterlyReport, wanted: &Wanted, who: &SignedIn) -> Vec<Link> {
    let link = |name, page| Link::new(name, address(page, wanted, &wanted.organisation, &[]));
    let proves = report.revision.is_some() && policy::may(&who.actor, Action::ReadTrail, &who.scope().path);
    let files = [("PDF", "/api/v1/reports/quarterly.pdf"), ("XLSX", "/api/v1/reports/quarterly.xlsx")]
        .map(|(name, page)| link(name, page));
    files.into_iter().chain(proves.then(|| link("证明包", "/audit/bundle"))).collect()
}

/// The organisations to choose from: those above the one shown that the caller may see, itself, and those below it.
pub(in crate::web::pages) async fn neighbours(
    who: &SignedIn,
    db: &mut Db,
    wanted: &Wanted,
) -> Result<(Vec<Organisation>, Vec<Organisation>), Error> {
    let scope = who.scope();
    db::read(&mut db.0, scope, async |conn| {
        let shown =
            organisations::queries::by_code(conn, scope, &wanted.organisation).await.or_missing("组织")?;
        let codes: Vec<String> =
            shown.path.split('/').filter(|code| !code.is_empty()).map(str::to_owned).collect();
        let mut above = organisations::queries::by_codes(conn, scope, &codes).await?;
        above.sort_by(|left, right| left.path.cmp(&right.path));
        let below = organisations::queries::children(conn, scope.county, shown.id).await?;
        Ok((above, below))
    })
    .await
}

pub(in crate::web::pages) fn choice(organisation: &Organisation) -> Choice {
    Choice::new(&organisation.code, &organisation.name)
}

pub(in crate::web::pages) fn quarter_choice(status: &QuarterStatus) -> Choice {
    let name = format!("{}（{}）", status.quarter.title(), status.state.name());
    Choice::new(status.quarter.to_string(), name)
}

fn badge(report: &QuarterlyReport, status: Option<&QuarterStatus>) -> Badge {
    match report.revision {
        Some(number) => Badge::new(format!("已结账 第{number}版"), Tone::Good),
        None if status.is_some_and(|status| status.state == QuarterState::Proposed) => {
            Badge::new("待复核，按现有记录计算", Tone::Waiting)
        }
        None => Badge::new("未结账，按现有记录计算", Tone::Neutral),
    }
}

fn facts(report: &QuarterlyReport) -> Vec<Fact> {
    let mut facts = vec![Fact::text("截至日期", report.quarter.last_day().to_string())];
    if let Some(at) = report.closed_at {
        facts.push(Fact::text("结账日期", clock::date_in_china(at).to_string()));
        let by = |name: &Option<String>| name.clone().unwrap_or_default();
        facts.push(Fact::text("编制人", by(&report.prepared_by)));
        facts.push(Fact::text("复核人", by(&report.reviewed_by)));
    }
    if let Some(checkpoint) = &report.checkpoint {
        facts.push(Fact::text("检查点", checkpoint));
    }
    if let Some(digest) = &report.digest {
        facts.push(Fact::text("数据摘要", digest.chars().take(16).collect::<String>()));
    }
    facts
}

fn balance(report: &QuarterlyReport) -> Balance {
    let members = report.findings.iter().flat_map(|finding| &finding.members);
    Balance {
        balanced: report.balanced,
        arithmetic: report.balance.clone(),
        breaking: members
            .map(|member| {
                let name = member.name.clone().unwrap_or_else(|| "（记录已撤销）".to_owned());
                Link::new(name, format!("/members/{}", member.id))
            })
            .collect(),
    }
}

fn figure_line(figure: &FigureValue, wanted: &Wanted) -> FigureLine {
    let parts = figure.denominator.map(|whole| (figure.numerator.to_string(), whole.to_string()));
    FigureLine {
        code: figure.code.clone(),
        label: figure.label.clone(),
        value: printed(figure.value),
        unit: unit(figure),
        parts,
        previous: figure.previous.map(|previous| previous.to_string()),
        change: figure.change.map(signed),
        last_year: figure.last_year.map(|last_year| {
            (last_year.to_string(), figure.change_on_last_year.map_or_else(|| "—".to_owned(), signed))
        }),
        why: figure.change.is_some().then(|| why(&figure.code, wanted)),
        term: None,
        href: Some(address(&format!("/figures/{}", figure.code), wanted, &wanted.organisation, &[])),
        inner: figure.denominator.is_some() || figure.code.starts_with("members.age."),
    }
}

fn section_view(section: &SectionReport, wanted: &Wanted) -> ReportSection {
    // What stands against the term before is said in the line of the figure itself, or it would be three times as long.
    let own = section.figures.iter().filter(|figure| !figures::is_against_term(&figure.code));
    let figures: Vec<FigureLine> = own
        .map(|figure| FigureLine { term: term(section, figure, wanted), ..figure_line(figure, wanted) })
        .collect();
    ReportSection {
        code: section.code.to_owned(),
        title: section.title.to_owned(),
        has_terms: figures.iter().any(|figure| figure.term.is_some()),
        has_years: figures.iter().any(|figure| figure.last_year.is_some()),
        figures,
        chart: chart(section),
        tables: section.tables.iter().filter(|table| table.code == RANKING).map(ranking).collect(),
    }
}

/// The table that is shown as it is.
const RANKING: &str = "ranking";

fn ranking(table: &ReportTable) -> Table {
    let mut columns = vec![Column::new("村（社区）")];
    columns.extend(table.columns.iter().enumerate().map(|(at, label)| {
        if matches!(at, 1 | 2 | 3 | 5) { Column::numeric(*label) } else { Column::new(*label) }
    }));
    let cell = |(value, column): (&TableValue, &Column)| {
        if column.numeric { Cell::Number(value.to_string()) } else { Cell::Text(value.to_string()) }
    };
    let row = |row: &TableRow| {
        let values = row.values.iter().zip(columns.iter().skip(1)).map(cell);
        Row::new(std::iter::once(Cell::Text(row.label.clone())).chain(values).collect())
    };
    Table {
        caption: table.title.to_owned(),
        rows: table.rows.iter().map(row).collect(),
        empty: "本季没有已确认的考核。".to_owned(),
        pager: None,
        columns,
    }
}

/// The change of a figure against the term before, where one is on record.
fn term(section: &SectionReport, figure: &FigureValue, wanted: &Wanted) -> Option<Link> {
    let code = format!("{}.change", figure.code);
    let change = section.figures.iter().find(|other| other.code == code)?;
    let href = address(&format!("/figures/{code}"), wanted, &wanted.organisation, &[]);
    Some(Link::new(format!("{} {}", signed(change.value?), unit(change)), href))
}

/// The flow as a bridge from opening to closing, the ages as a pyramid of men and women, the stars as bars.
fn chart(section: &SectionReport) -> Option<Chart> {
    if let Some(table) = section.tables.iter().find(|table| table.code != RANKING) {
        return Some(pyramid(table));
    }
    let (kind, title, figures): (_, _, Vec<&FigureValue>) = match section.code {
        "flow" => ("bridge", "党员增减", section.figures.iter().take(10).collect()),
        "committees" => {
            let source = |figure: &&FigureValue| {
                figure.code.starts_with("committees.source.") && !figures::is_against_term(&figure.code)
            };
            ("bar", "两委来源渠道", section.figures.iter().filter(source).collect())
        }
        "ratings" => {
            let stars = |figure: &&FigureValue| figure.code.starts_with("ratings.members.stars.");
            ("bar", "星级分布", section.figures.iter().filter(stars).collect())
        }
        _ => return None,
    };
    let point = |figure: &&FigureValue| {
        let sign = if LEAVING.contains(&figure.code.as_str()) && figure.numerator > 0 { "-" } else { "" };
        (figure.label.clone(), vec![format!("{sign}{}", printed(figure.value))])
    };
    let points: Vec<_> = figures.iter().map(point).collect();
    let (title, unit) = (title.to_owned(), "人".to_owned());
    Some(Chart { kind, title, unit, series: vec!["人数".to_owned()], points })
        .filter(|chart| !chart.points.is_empty())
}

/// The lines of the flow that lead down.
const LEAVING: [&str; 4] =
    ["members.transferred_out", "members.removed", "members.stopped", "members.deceased"];

fn pyramid(table: &ReportTable) -> Chart {
    Chart {
        kind: "pyramid",
        title: table.title.to_owned(),
        unit: "人".to_owned(),
        series: table.columns.iter().map(|column| (*column).to_owned()).collect(),
        points: table
            .rows
            .iter()
            .map(|row| (row.label.clone(), row.values.iter().map(ToString::to_string).collect()))
            .collect(),
    }
}

/// The figures of the table of organisations below: the whole row is in the workbook and the API.
const COLUMNS: [&str; 10] = [
    "members.total",
    "members.full",
    "members.women",
    "members.average_age",
    "members.opening",
    "members.admitted",
    "members.transferred_in",
    "members.transferred_out",
    "members.closing",
    "ratings.members.rated",
];

fn below_view(report: &QuarterlyReport, wanted: &Wanted) -> Option<Table> {
    let first = report.by_organisation.first()?;
    let shown = |figure: &&FigureValue| COLUMNS.contains(&figure.code.as_str());
    let mut columns = vec![Column::new("组织"), Column::new("增减")];
    columns.extend(first.figures.iter().filter(shown).map(|figure| Column::numeric(&figure.label)));
    let row = |child: &OrganisationReport| {
        let verdict = if child.balanced {
            Badge::new("平衡", Tone::Good)
        } else {
            Badge::new("不平衡", Tone::Bad)
        };
        let mut cells = vec![Cell::Text(child.organisation.name.clone()), Cell::Badge(verdict)];
        cells.extend(child.figures.iter().filter(shown).map(|figure| Cell::Number(printed(figure.value))));
        Row::to(address("/reports/quarterly", wanted, &child.organisation.code, &[]), cells)
    };
    Some(Table {
        caption: "下级组织".to_owned(),
        columns,
        rows: report.by_organisation.iter().map(row).collect(),
        ..Table::default()
    })
}

fn appendices(report: &QuarterlyReport, wanted: &Wanted) -> Vec<Table> {
    let mut tables = Vec::new();
    if !report.recorded_late.is_empty() {
        let rows = report.recorded_late.iter().map(|entry| {
            let name = entry.name.clone().unwrap_or_else(|| "（记录已撤销）".to_owned());
            let amount = if entry.amount < 0 { "−1" } else { "+1" };
            Row::to(
                format!("/members/{}", entry.id),
                vec![Cell::Text(name), Cell::Number(amount.to_owned()), Cell::Text(entry.day.to_string())],
            )
        });
        tables.push(Table {
            caption: "补录：上季结账后才录入的变动".to_owned(),
            columns: vec![Column::new("姓名"), Column::numeric("增减"), Column::new("所属日期")],
            rows: rows.collect(),
            ..Table::default()
        });
    }
    if !report.amendments.is_empty() {
        tables.push(amended(report, wanted));
        let told = report.amendments.iter().filter(|amendment| !amendment.differences.is_empty());
        tables.extend(told.map(|amendment| {
            let shown = amendment.differences.len();
            let rest = if i64::try_from(shown).unwrap_or(i64::MAX) < amendment.rows {
                format!("，这里列出前{shown}条")
            } else {
                String::new()
            };
            let caption = format!(
                "第{}版修订明细：与第{}版相差{}条{rest}",
                amendment.revision,
                amendment.revision - 1,
                amendment.rows
            );
            amendments::table(&caption, &amendment.differences, "")
        }));
    }
    tables.extend(outgoing(report));
    tables
}

/// The lists that left the house and the identifiers that were shown, where there are any.
fn outgoing(report: &QuarterlyReport) -> Vec<Table> {
    let text = |value: &Option<String>| Cell::Text(value.clone().unwrap_or_else(|| "—".to_owned()));
    let export = |line: &ExportLine| {
        let digest = line.sha256.as_deref().unwrap_or_default().chars().take(16).collect::<String>();
        Row::new(vec![
            Cell::Text(clock::minute_in_china(line.at)),
            Cell::Text(line.actor.clone()),
            Cell::Text(line.kind_name().to_owned()),
            text(&line.organisation),
            Cell::Text(conditions(&line.filter)),
            Cell::Number(line.rows.to_string()),
            Cell::Text(if line.unmasked { "含完整号码" } else { "已遮盖" }.to_owned()),
            text(&line.reason),
            Cell::Text(digest),
        ])
    };
    let reveal = |line: &RevealLine| {
        Row::new(vec![
            Cell::Text(clock::minute_in_china(line.at)),
            Cell::Text(line.actor.clone()),
            text(&line.name),
            Cell::Text(names::field(line.field.as_deref().unwrap_or_default()).to_owned()),
            text(&line.purpose),
        ])
    };
    let titles = ["时间", "经办", "内容", "组织", "条件", "行数", "号码", "理由", "文件摘要"];
    let numeric =
        |title: &&str| if *title == "行数" { Column::numeric(*title) } else { Column::new(*title) };
    let exports = Table {
        caption: "本季导出".to_owned(),
        columns: titles.iter().map(numeric).collect(),
        rows: report.exports.iter().map(export).collect(),
        ..Table::default()
    };
    let reveals = Table {
        caption: "本季查看完整号码".to_owned(),
        columns: ["时间", "经办", "姓名", "内容", "用途"].map(Column::new).to_vec(),
        rows: report.reveals.iter().map(reveal).collect(),
        ..Table::default()
    };
    [exports, reveals].into_iter().filter(|table| !table.rows.is_empty()).collect()
}

/// A filter as it was asked for, without its marks; `全部` where nothing was left out.
fn conditions(filter: &str) -> String {
    let plain: String = filter.chars().filter(|sign| !matches!(sign, '{' | '}' | '"')).collect();
    if plain.is_empty() || plain == "null" { "全部".to_owned() } else { plain }
}

/// The revisions that amended the quarter: each leads to all that it changed.
fn amended(report: &QuarterlyReport, wanted: &Wanted) -> Table {
    let rows = report.amendments.iter().map(|amendment| {
        Row::to(
            format!(
                "/quarters/{}/differences?organisation={}&to_revision={}",
                wanted.quarter, wanted.organisation, amendment.revision
            ),
            vec![
                Cell::Text(format!("第{}版", amendment.revision)),
                Cell::Text(clock::date_in_china(amendment.at).to_string()),
                Cell::Text(amendment.preparer.clone()),
                Cell::Text(amendment.confirmer.clone()),
                Cell::Number(amendment.rows.to_string()),
                Cell::Text(amendment.reason.clone()),
            ],
        )
    });
    Table {
        caption: "修订".to_owned(),
        columns: vec![
            Column::new("版本"),
            Column::new("日期"),
            Column::new("提出"),
            Column::new("复核"),
            Column::numeric("相差条数"),
            Column::new("原因"),
        ],
        rows: rows.collect(),
        ..Table::default()
    }
}

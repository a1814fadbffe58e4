//! The list of committees, and the people whom pickers offer.

use rocket::http::RawStr;
use rocket::serde::json::Json;
use rocket::{Route, State, get, routes};

use crate::base::error::OrMissing;
use crate::base::policy::{self, Action};
use crate::base::{clock, db};
use crate::records::committees::queries::{self, Attention, CommitteeLine, Filter, FoundIn};
use crate::records::committees::{CommitteeKind, Finding, Unusual};
use crate::records::organisations::{self, Organisation};
use crate::web;
use crate::web::api::committees::{
    Asked, CommitteeQuery, committee_count, committee_page, committee_sight, committees_after,
};
use crate::web::guards::{Db, Listing, SignedIn};
use crate::web::pages::pickers::Offer;
use crate::web::reading;
use crate::web::respond::{Answer, Page};
use crate::web::views::committees::Committees;
use crate::web::views::controls::Choice;
use crate::web::views::parts::Pager;
use crate::web::views::{Badge, Cell, Column, Link, Row, Section, Table, Tone};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![list, people]
}

/// The address of the list, narrowed.
fn address(within: &str, asked: &Asked, after: Option<&str>) -> String {
    let beside = [("finding", asked.finding.map(Unusual::code)), ("after", after)];
    let beside = beside.into_iter().filter_map(|(name, value)| Some((name, value?.to_owned())));
    let given: Vec<String> = narrowed(within, asked)
        .into_iter()
        .chain(beside)
        .map(|(name, value)| format!("{name}={}", RawStr::new(&value).percent_encode()))
        .collect();
    if given.is_empty() { "/committees".to_owned() } else { format!("/committees?{}", given.join("&")) }
}

#[get("/committees?<query..>")]
async fn list(
    who: SignedIn,
    mut db: Db,
    query: CommitteeQuery<'_>,
    listing: Listing,
) -> Answer<Page<Committees>> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let (asked, after) = (query.parse()?, committees_after(&listing)?);
    let (scope, today) = (who.scope(), clock::today());
    let code = query.within.map(str::trim).unwrap_or_default();
    let (place, found, next, total) = db::read(&mut db.0, scope, async |conn| {
        let place = match code {
            "" => None,
            code => Some(organisations::queries::by_code(conn, scope, code).await.or_missing("组织")?),
        };
        let within = place.as_ref().map_or_else(|| scope.clone(), Organisation::scope);
        let sight = committee_sight(conn, &who.actor, &asked).await?;
        let (found, next) =
            committee_page(conn, &within, &asked, &sight, after.as_ref(), listing.limit).await?;
        // To count what is unusual takes looking at every committee.
        let total = match asked.finding {
            Some(_) => None,
            None => Some(committee_count(conn, &within, &asked, &sight).await?),
        };
        Ok((place, found, next, total))
    })
    .await?;
    let pager = Pager {
        shown: found.len(),
        total: total.and_then(|total| u64::try_from(total).ok()),
        first: listing.after.is_some().then(|| address(code, &asked, None)),
        next: next.map(|cursor| address(code, &asked, Some(&cursor))),
    };
    let enters = policy::require(&who.actor, Action::EnterRecords, &scope.path).is_ok();
    let frame = who.frame(Section::Committees);
    Ok(Page(Committees {
        place: place.map_or_else(|| frame.organisation.clone(), |place| place.name),
        frame,
        table: match asked.finding {
            Some(what) => findings(&found, what, pager),
            None => table(&found, pager, today),
        },
        tabs: tabs(code, &asked),
        kinds: kinds(code, &asked),
        findings: unusual(),
        finding: asked.finding.map(Unusual::code).unwrap_or_default().to_owned(),
        narrowed: narrowed(code, &asked),
        open: enters.then(|| "/committees/new".to_owned()),
        downloads: downloads(code),
        departures: departures(code),
    }))
}

/// Why people left, in the organisation that the list is narrowed to.
fn departures(within: &str) -> String {
    let code = RawStr::new(within).percent_encode();
    if within.is_empty() {
        "/committees/departures".to_owned()
    } else {
        format!("/committees/departures?within={code}")
    }
}

/// Both workbooks, of the organisation that the list is narrowed to.
fn downloads(within: &str) -> Vec<Link> {
    let code = RawStr::new(within).percent_encode();
    let organisation = if within.is_empty() { String::new() } else { format!("&organisation={code}") };
    [("committees", "导出班子"), ("elections", "导出选举")]
        .map(|(kind, text)| Link::new(text, format!("/exports/new?kind={kind}{organisation}")))
        .to_vec()
}

fn tabs(within: &str, asked: &Asked) -> Vec<(Link, bool)> {
    let every = std::iter::once(None).chain(Attention::ALL.iter().copied().map(Some));
    every
        .map(|attention| {
            let text = attention.map_or("全部", Attention::name);
            let other = Asked { filter: Filter { attention, ..asked.filter.clone() }, ..asked.clone() };
            (Link::new(text, address(within, &other, None)), attention == asked.filter.attention)
        })
        .collect()
}

fn kinds(within: &str, asked: &Asked) -> Vec<(Link, bool)> {
    let every = std::iter::once(None).chain(CommitteeKind::ALL.iter().copied().map(Some));
    every
        .map(|kind| {
            let text = kind.map_or("全部组织", CommitteeKind::name);
            let other = Asked { filter: Filter { kind, ..asked.filter.clone() }, ..asked.clone() };
            (Link::new(text, address(within, &other, None)), kind == asked.filter.kind)
        })
        .collect()
}

/// Every way in which something may be unusual.
fn unusual() -> Vec<Choice> {
    Unusual::ALL.iter().map(|what| Choice::new(what.code(), what.name())).collect()
}

/// What a list is narrowed by, but for what is unusual.
fn narrowed(within: &str, asked: &Asked) -> Vec<(&'static str, String)> {
    let pairs = [
        ("within", Some(within).filter(|code| !code.is_empty())),
        ("kind", asked.filter.kind.map(CommitteeKind::code)),
        ("attention", asked.filter.attention.map(Attention::code)),
    ];
    pairs.into_iter().filter_map(|(name, value)| Some((name, value?.to_owned()))).collect()
}

fn table(found: &[FoundIn], pager: Pager, today: chrono::NaiveDate) -> Table {
    Table {
        caption: "村（社区）班子".to_owned(),
        columns: vec![
            Column::new("村（社区）"),
            Column::new("组织"),
            Column::numeric("届次"),
            Column::new("负责人"),
            Column::numeric("在任"),
            Column::numeric("空缺"),
            Column::numeric("届满"),
            Column::new("状态"),
        ],
        rows: found.iter().map(|found| row(&found.line, today)).collect(),
        empty: "没有符合条件的班子。可以减少条件，或点“登记班子”。".to_owned(),
        pager: Some(pager),
    }
}

/// The committees in which something is unusual, each finding in a row of its own.
fn findings(found: &[FoundIn], what: Unusual, pager: Pager) -> Table {
    let rows = found
        .iter()
        .flat_map(|found| found.findings.iter().map(move |finding| finding_row(&found.line, finding)));
    Table {
        caption: format!("村（社区）班子：{}", what.name()),
        columns: vec![
            Column::new("村（社区）"),
            Column::new("组织"),
            Column::numeric("届次"),
            Column::new("提示"),
            Column::new("依据"),
            Column::new("说明"),
        ],
        rows: rows.collect(),
        empty: format!("没有“{}”的班子。", what.name()),
        pager: Some(pager),
    }
}

/// What is unusual, the rule that it is held against, and why it is so where somebody said.
fn finding_row(line: &CommitteeLine, finding: &Finding) -> Row {
    let said = match &finding.explanation {
        Some(said) => {
            let day = clock::date_in_china(said.at);
            Cell::Text(format!("{}（{}，{day}）", said.reason, said.by))
        }
        None => Cell::Badge(Badge::new("未说明", Tone::Warning)),
    };
    Row::to(
        place_of(line),
        vec![
            Cell::Text(line.village.clone()),
            Cell::Text(kind_name(line).to_owned()),
            Cell::Number(line.ordinal.map(|ordinal| ordinal.to_string()).unwrap_or_default()),
            Cell::Text(finding.message.clone()),
            Cell::Text(finding.source.clone().unwrap_or_default()),
            said,
        ],
    )
}

/// Where a committee stands on the page of its village.
fn place_of(line: &CommitteeLine) -> String {
    format!("/committees/villages/{}#{}", line.village_code, line.kind)
}

fn kind_name(line: &CommitteeLine) -> &'static str {
    CommitteeKind::parse(&line.kind).map(CommitteeKind::name).unwrap_or_default()
}

fn row(line: &CommitteeLine, today: chrono::NaiveDate) -> Row {
    let number = |text: String| Cell::Number(text);
    Row::to(
        place_of(line),
        vec![
            Cell::Text(line.village.clone()),
            Cell::Text(kind_name(line).to_owned()),
            number(line.ordinal.map(|ordinal| ordinal.to_string()).unwrap_or_default()),
            Cell::Text(line.head.clone().unwrap_or_default()),
            number(line.members.to_string()),
            number(line.vacancies.to_string()),
            number(line.due_day.map(|day| day.to_string()).unwrap_or_default()),
            Cell::Badges(badges(line, today)),
        ],
    )
}

fn badges(line: &CommitteeLine, today: chrono::NaiveDate) -> Vec<Badge> {
    let Some(due) = line.due_day else { return vec![Badge::new("无在任班子", Tone::Warning)] };
    let soon = today.checked_add_months(chrono::Months::new(6)).is_some_and(|end| due <= end);
    let mut badges = Vec::new();
    if due < today {
        badges.push(Badge::new("逾期", Tone::Bad));
    } else if soon {
        badges.push(Badge::new("即将届满", Tone::Warning));
    } else {
        badges.push(Badge::new("在任", Tone::Good));
    }
    if line.vacancies > 0 {
        badges.push(Badge::new("空缺", Tone::Warning));
    }
    badges
}

/// The people whom a picker offers while somebody types a name.
#[get("/committees/people?<q>")]
async fn people(
    who: SignedIn,
    mut db: Db,
    q: Option<&str>,
    state: &State<web::State>,
) -> Answer<Json<Vec<Offer>>> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let (scope, typed) = (who.scope(), q.unwrap_or_default().trim());
    if typed.is_empty() {
        return Ok(Json(Vec::new()));
    }
    let found =
        db::read(&mut db.0, scope, async |conn| Ok(queries::people_like(conn, scope, typed).await?)).await?;
    reading::note(state, &who.known.identity, &who.actor, found.len()).await?;
    let offer = |person: queries::PersonChoice| Offer {
        code: person.id.to_string(),
        note: format!("{}出生", person.birth_date.format("%Y年%-m月")),
        name: person.name,
    };
    Ok(Json(found.into_iter().map(offer).collect()))
}

//! The list of committees, and the people whom pickers offer.

use rocket::serde::json::Json;
use rocket::{Route, State, get, routes};

use crate::base::policy::{self, Action};
use crate::base::{clock, db};
use crate::records::committees::CommitteeKind;
use crate::records::committees::queries::{self, Attention, CommitteeLine, Filter};
use crate::web;
use crate::web::api::committees::{CommitteeQuery, committees_after};
use crate::web::api::organisations::narrowed;
use crate::web::guards::{Db, Listing, SignedIn};
use crate::web::pages::pickers::Offer;
use crate::web::reading;
use crate::web::respond::{Answer, Page};
use crate::web::views::committees::Committees;
use crate::web::views::parts::Pager;
use crate::web::views::{Badge, Cell, Column, Link, Row, Section, Table, Tone};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![list, people]
}

/// The address of the list, narrowed.
fn address(kind: Option<CommitteeKind>, attention: Option<Attention>, more: Option<(&str, &str)>) -> String {
    let mut pairs = Vec::new();
    pairs.extend(kind.map(|kind| format!("kind={}", kind.code())));
    pairs.extend(attention.map(|attention| format!("attention={}", attention.code())));
    pairs.extend(more.map(|(name, value)| format!("{name}={value}")));
    if pairs.is_empty() { "/committees".to_owned() } else { format!("/committees?{}", pairs.join("&")) }
}

#[get("/committees?<query..>")]
async fn list(
    who: SignedIn,
    mut db: Db,
    query: CommitteeQuery<'_>,
    listing: Listing,
) -> Answer<Page<Committees>> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let (filter, after) = (query.parse()?, committees_after(&listing)?);
    let (scope, today) = (who.scope(), clock::today());
    let (mut lines, total) = db::read(&mut db.0, scope, async |conn| {
        let within = narrowed(conn, scope, query.within.map(str::trim)).await?;
        let size = i64::from(listing.limit) + 1;
        let lines = queries::list(conn, &within, today, &filter, after.as_ref(), size).await?;
        Ok((lines, queries::count(conn, &within, today, &filter).await?))
    })
    .await?;
    let more = lines.len() > usize::from(listing.limit);
    lines.truncate(usize::from(listing.limit));
    let next = lines.last().filter(|_| more).map(|line| {
        let cursor = Listing::cursor(&[&line.path, &line.kind]);
        address(filter.kind, filter.attention, Some(("after", &cursor)))
    });
    let first = listing.after.is_some().then(|| address(filter.kind, filter.attention, None));
    let pager = Pager { shown: lines.len(), total: u64::try_from(total).ok(), first, next };
    let enters = policy::require(&who.actor, Action::EnterRecords, &scope.path).is_ok();
    Ok(Page(Committees {
        frame: who.frame(Section::Committees),
        table: table(&lines, pager, today),
        tabs: tabs(&filter),
        kinds: kinds(&filter),
        open: enters.then(|| "/committees/new".to_owned()),
        downloads: downloads(query.within.map(str::trim).unwrap_or_default()),
        departures: departures(query.within.map(str::trim).unwrap_or_default()),
    }))
}

/// Why people left, in the organisation that the list is narrowed to.
fn departures(within: &str) -> String {
    let code = rocket::http::RawStr::new(within).percent_encode();
    if within.is_empty() {
        "/committees/departures".to_owned()
    } else {
        format!("/committees/departures?within={code}")
    }
}

/// Both workbooks, of the organisation that the list is narrowed to.
fn downloads(within: &str) -> Vec<Link> {
    let code = rocket::http::RawStr::new(within).percent_encode();
    let organisation = if within.is_empty() { String::new() } else { format!("&organisation={code}") };
    [("committees", "导出班子"), ("elections", "导出选举")]
        .map(|(kind, text)| Link::new(text, format!("/exports/new?kind={kind}{organisation}")))
        .to_vec()
}

fn tabs(filter: &Filter) -> Vec<(Link, bool)> {
    let every = std::iter::once(None).chain(Attention::ALL.iter().copied().map(Some));
    every
        .map(|attention| {
            let text = attention.map_or("全部", Attention::name);
            (Link::new(text, address(filter.kind, attention, None)), attention == filter.attention)
        })
        .collect()
}

fn kinds(filter: &Filter) -> Vec<(Link, bool)> {
    let every = std::iter::once(None).chain(CommitteeKind::ALL.iter().copied().map(Some));
    every
        .map(|kind| {
            let text = kind.map_or("全部组织", CommitteeKind::name);
            (Link::new(text, address(kind, filter.attention, None)), kind == filter.kind)
        })
        .collect()
}

fn table(lines: &[CommitteeLine], pager: Pager, today: chrono::NaiveDate) -> Table {
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
        rows: lines.iter().map(|line| row(line, today)).collect(),
        empty: "没有符合条件的班子。可以减少条件，或点“登记班子”。".to_owned(),
        pager: Some(pager),
    }
}

fn row(line: &CommitteeLine, today: chrono::NaiveDate) -> Row {
    let number = |text: String| Cell::Number(text);
    let kind = CommitteeKind::parse(&line.kind).map(CommitteeKind::name).unwrap_or_default();
    Row::to(
        format!("/committees/villages/{}#{}", line.village_code, line.kind),
        vec![
            Cell::Text(line.village.clone()),
            Cell::Text(kind.to_owned()),
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

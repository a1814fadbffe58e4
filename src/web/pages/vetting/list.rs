//! The list of checks, by state.

use rocket::{Route, get, routes};

use super::{badges, enters, kind_name};
use crate::base::{clock, db};
use crate::records::vetting::Progress;
use crate::records::vetting::queries::{self, Card};
use crate::records::vetting::sight::{self, Sight};
use crate::records::words::{self, WordBook};
use crate::web::api::organisations::narrowed;
use crate::web::api::vetting::{CheckQuery, check_page, check_place};
use crate::web::guards::{Db, Listing, SignedIn};
use crate::web::respond::{Answer, Page};
use crate::web::views::parts::Pager;
use crate::web::views::vetting::List;
use crate::web::views::{Cell, Column, Link, Row, Section, Table};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![list]
}

/// The address of the list, narrowed otherwise.
fn address(query: &CheckQuery<'_>, state: Option<&str>, overdue: bool, after: &str) -> String {
    let pairs = [
        ("within", query.within),
        ("q", query.q),
        ("state", state),
        ("overdue", overdue.then_some("true")),
        ("after", Some(after)),
    ];
    let parts: Vec<String> = pairs
        .into_iter()
        .filter_map(|(name, value)| Some((name, value.filter(|value| !value.is_empty())?)))
        .map(|(name, value)| format!("{name}={}", rocket::http::RawStr::new(value).percent_encode()))
        .collect();
    if parts.is_empty() { "/vetting".to_owned() } else { format!("/vetting?{}", parts.join("&")) }
}

#[get("/vetting?<query..>")]
async fn list(who: SignedIn, mut db: Db, query: CheckQuery<'_>, listing: Listing) -> Answer<Page<List>> {
    enters(&who)?;
    let (asked, after, scope) = (query.parse()?, check_place(&listing)?, who.scope());
    let (cards, next, total, filter, sight, words) = db::read(&mut db.0, scope, async |conn| {
        let sight = sight::of(conn, &who.actor).await?;
        let filter = asked.seen_by(&sight);
        // Row-level security then counts the answers that the reader may see.
        sight::open(conn, &who.actor, &sight).await?;
        let within =
            narrowed(conn, scope, query.within.map(str::trim).filter(|code| !code.is_empty())).await?;
        let (cards, next) = check_page(conn, &within, &filter, after.as_ref(), listing.limit, &sight).await?;
        let total = queries::count(conn, &within, clock::today(), &filter).await?;
        Ok((cards, next, total, filter, sight, words::book(conn, scope.county).await?))
    })
    .await?;
    let state = filter.state.map(Progress::code);
    let pager = Pager {
        shown: cards.len(),
        total: u64::try_from(total).ok(),
        first: after.is_some().then(|| address(&query, state, filter.is_overdue, "")),
        next: next.map(|next| address(&query, state, filter.is_overdue, &next)),
    };
    Ok(Page(List {
        frame: who.frame(Section::Vetting),
        tabs: tabs(&query, filter.state, filter.is_overdue, &sight),
        q: query.q.unwrap_or_default().to_owned(),
        state: state.unwrap_or_default().to_owned(),
        overdue: filter.is_overdue,
        table: table(&cards, (&sight, &words), pager),
        propose: "/vetting/new".to_owned(),
    }))
}

fn tabs(query: &CheckQuery<'_>, state: Option<Progress>, overdue: bool, sight: &Sight) -> Vec<(Link, bool)> {
    let tab = |text: &str, own: Option<Progress>, late: bool| {
        let link = Link::new(text, address(query, own.map(Progress::code), late, ""));
        (link, own == state && late == overdue)
    };
    let mut tabs = vec![tab("全部", None, false), tab("逾期", None, true)];
    tabs.extend(Progress::told(sight).into_iter().map(|state| tab(state.name(), Some(state), false)));
    tabs
}

fn table(cards: &[Card], (sight, words): (&Sight, &WordBook), pager: Pager) -> Table {
    let mut columns = vec![
        Column::new("姓名"),
        Column::new("村（社区）"),
        Column::new("拟任组织"),
        Column::numeric("届次"),
        Column::new("拟任职务"),
        Column::numeric("提名日期"),
        Column::numeric("答复期限"),
        Column::numeric("有效期至"),
    ];
    if *sight == Sight::County {
        columns.push(Column::numeric("已答复"));
    }
    columns.push(Column::new("状态"));
    Table {
        caption: "任职资格联审".to_owned(),
        columns,
        rows: cards.iter().map(|card| row(card, sight, words)).collect(),
        empty: "没有符合条件的人选。可以看其他状态，或点“提名联审”。".to_owned(),
        pager: Some(pager),
    }
}

fn row(card: &Card, sight: &Sight, words: &WordBook) -> Row {
    let check = &card.check;
    let mut cells = vec![
        Cell::Text(card.person.name.clone()),
        Cell::Text(card.village.name.clone()),
        Cell::Text(kind_name(&check.committee_kind).to_owned()),
        Cell::Number(check.term_ordinal.to_string()),
        Cell::Text(words.post_name(&check.post).to_owned()),
        Cell::Number(check.proposed_on.to_string()),
        Cell::Number(check.due_on.to_string()),
        Cell::Number(check.valid_until.map(|day| day.to_string()).unwrap_or_default()),
    ];
    if *sight == Sight::County {
        cells.push(Cell::Number(format!("{}/{}", card.answered, card.items)));
    }
    cells.push(Cell::Badges(badges(check)));
    Row::to(format!("/vetting/{}", check.id), cells)
}

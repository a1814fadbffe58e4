//! The list of the pool.

use std::collections::HashMap;

use rocket::{Route, State, get, routes};

use super::{kind_name, may_enter, sources, state_badge};
use crate::base::clock;
use crate::base::codes;
use crate::base::db;
use crate::base::ids::{MentorId, ReserveId};
use crate::base::policy::{self, Action};
use crate::base::values::{Sex, completed_years};
use crate::records::reserves::queries::{self, Card, Departure};
use crate::records::reserves::{ReserveKind, ReserveSource, ReserveState, settings};
use crate::records::words::{self, WordBook, WordList};
use crate::web::api::organisations::narrowed;
use crate::web::api::reserves::{ReserveQuery, page, place};
use crate::web::guards::{Db, Listing, SignedIn};
use crate::web::respond::{Answer, Page};
use crate::web::views::controls::Choice;
use crate::web::views::parts::Pager;
use crate::web::views::reserves::{Filter, List};
use crate::web::views::{Badge, Cell, Column, Row, Section, Table, Tone};
use crate::web::{self, reading};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![list]
}

/// What the desk sends somebody to the list for.
#[derive(Clone, Copy)]
struct Wanting {
    /// Only those of whom no mentor wrote for long.
    silent: bool,
    /// Only those with a mentor who left.
    mentor_left: bool,
}

/// The address of the same list with another place.
fn address(query: &ReserveQuery<'_>, wanting: Wanting, after: &str) -> String {
    let pairs = [
        ("within", query.within),
        ("q", query.q),
        ("kind", query.kind),
        ("state", query.state),
        ("source", query.source),
        ("eligible_on", query.eligible_on),
        ("silent", wanting.silent.then_some("true")),
        ("mentor_left", wanting.mentor_left.then_some("true")),
        ("after", Some(after)),
    ];
    let parts: Vec<String> = pairs
        .into_iter()
        .filter_map(|(name, value)| Some((name, value.filter(|value| !value.is_empty())?)))
        .map(|(name, value)| format!("{name}={}", rocket::http::RawStr::new(value).percent_encode()))
        .collect();
    if parts.is_empty() { "/reserves".to_owned() } else { format!("/reserves?{}", parts.join("&")) }
}

#[get("/reserves?<silent>&<mentor_left>&<query..>")]
async fn list(
    who: SignedIn,
    mut db: Db,
    query: ReserveQuery<'_>,
    silent: Option<bool>,
    mentor_left: Option<bool>,
    listing: Listing,
    state: &State<web::State>,
) -> Answer<Page<List>> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let (mut filter, after, scope) = (query.parse()?, place(&listing)?, who.scope());
    let today = clock::today();
    let wanting = Wanting { silent: silent.unwrap_or(false), mentor_left: mentor_left.unwrap_or(false) };
    filter.mentor_left_by = wanting.mentor_left.then_some(today);
    let (cards, next, total, left, words) = db::read(&mut db.0, scope, async |conn| {
        if wanting.silent {
            let book = settings::book(conn, scope.county).await?;
            let days = book.on(today).map_or(0, |settings| settings.days_between_notes);
            let days = chrono::Days::new(u64::try_from(days).unwrap_or_default());
            filter.silent_since = today.checked_sub_days(days);
        }
        let within = narrowed(conn, scope, query.within).await?;
        let (cards, next) = page(conn, &within, state, &filter, after.as_ref(), listing.limit).await?;
        let total = queries::count(conn, &within, &filter).await?;
        let ids: Vec<ReserveId> = cards.iter().map(|card| card.reserve.id).collect();
        let left = queries::mentors_who_left(conn, &within, &ids, today).await?;
        Ok((cards, next, total, left, words::book(conn, scope.county).await?))
    })
    .await?;
    reading::note(state, &who.known.identity, &who.actor, cards.len()).await?;
    let pager = Pager {
        shown: cards.len(),
        total: u64::try_from(total).ok(),
        first: after.is_some().then(|| address(&query, wanting, "")),
        next: next.map(|next| address(&query, wanting, &next)),
    };
    Ok(Page(List {
        frame: who.frame(Section::Reserves),
        filter: shown_filter(&query, wanting, &words),
        table: table(&cards, &words, &left, pager),
        enter: may_enter(&who.actor).then(|| "/reserves/new".to_owned()),
    }))
}

fn shown_filter(query: &ReserveQuery<'_>, wanting: Wanting, words: &WordBook) -> Filter {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let states = std::iter::once(Choice::new("any", "全部（含已任用、退出）"))
        .chain(ReserveState::ALL.iter().map(|state| Choice::new(state.code(), state.name())));
    let own = words.words(WordList::ReserveSource).iter().map(|word| ReserveSource::Added(*word));
    let sources = ReserveSource::ALL.iter().copied().chain(own);
    Filter {
        q: text(query.q),
        kind: text(query.kind),
        state: text(query.state),
        source: text(query.source),
        eligible_on: text(query.eligible_on),
        silent: wanting.silent,
        mentor_left: wanting.mentor_left,
        kinds: ReserveKind::ALL.iter().map(|kind| Choice::new(kind.code(), kind.name())).collect(),
        states: states.collect(),
        sources: sources.map(|source| Choice::new(source.code(), source.name())).collect(),
    }
}

fn table(cards: &[Card], words: &WordBook, left: &HashMap<MentorId, Departure>, pager: Pager) -> Table {
    Table {
        caption: "后备人员".to_owned(),
        columns: vec![
            Column::new("姓名"),
            Column::new("性别"),
            Column::numeric("年龄"),
            Column::new("学历"),
            Column::new("村（社区）"),
            Column::new("类别"),
            Column::new("来源"),
            Column::numeric("入库日期"),
            Column::numeric("现任帮带人"),
            Column::new("状态"),
        ],
        rows: cards.iter().map(|card| row(card, words, guides(card, left))).collect(),
        empty: "没有符合条件的后备人员。可以减少条件，或点“入库”登记第一人。".to_owned(),
        pager: Some(pager),
    }
}

/// How many guide somebody today and have not left.
fn guides(card: &Card, left: &HashMap<MentorId, Departure>) -> usize {
    let today = clock::today();
    let mentors = card.mentors.iter().filter(|mentor| mentor.guides_on(today));
    mentors.filter(|mentor| !left.contains_key(&mentor.id)).count()
}

fn row(card: &Card, words: &WordBook, guides: usize) -> Row {
    let text = |value: &str| Cell::Text(value.to_owned());
    let today = clock::today();
    let age = completed_years(card.person.birth_date, today).unwrap_or_default();
    Row::to(
        format!("/reserves/{}", card.reserve.id),
        vec![
            text(&card.person.name),
            text(Sex::parse(&card.person.sex).map(Sex::name).unwrap_or_default()),
            Cell::Number(age.to_string()),
            text(codes::education().name_of(&card.person.education)),
            text(&card.village.name),
            Cell::Text(kind_name(card)),
            Cell::Text(sources(card, words)),
            Cell::Number(card.reserve.entered_on.to_string()),
            Cell::Number(guides.to_string()),
            Cell::Badges(badges(card, guides)),
        ],
    )
}

/// The state, and where no mentor is left, that.
fn badges(card: &Card, guides: usize) -> Vec<Badge> {
    let mut badges = vec![state_badge(&card.reserve.state)];
    if card.reserve.left_on.is_none() && guides == 0 {
        badges.push(Badge::new("无帮带人", Tone::Warning));
    }
    badges
}

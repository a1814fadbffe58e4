//! The list of people. A whole citizen ID or telephone number is sent by POST and never stands in an address (PRV-03).

use rocket::response::Redirect;
use rocket::{Route, State, get, post, routes};

use super::told;
use crate::across::people::{OnRecord, kinds_seen};
use crate::base::codes;
use crate::base::db;
use crate::base::policy::{self, Action};
use crate::base::values::{Sex, is_whole_number, looks_like_number};
use crate::records::words::{self, WordBook};
use crate::web::api::people::{NO_MEMBERSHIP, PeopleQuery, page};
use crate::web::guards::{self, Db, Fields, Listing, SignedIn};
use crate::web::respond::{Answer, Page};
use crate::web::views::controls::Choice;
use crate::web::views::members::People;
use crate::web::views::parts::Pager;
use crate::web::views::{Cell, Column, Row, Section, Table};
use crate::web::{self, reading};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![list, search]
}

/// The address of the same list with another place.
fn address(query: &PeopleQuery<'_>, after: &str) -> String {
    let q = query.q.filter(|_| !by_number(query));
    let pairs = [("within", query.within), ("q", q), ("relation", query.relation), ("after", Some(after))];
    let parts: Vec<String> = pairs
        .into_iter()
        .filter_map(|(name, value)| Some((name, value.filter(|value| !value.is_empty())?)))
        .map(|(name, value)| format!("{name}={}", rocket::http::RawStr::new(value).percent_encode()))
        .collect();
    if parts.is_empty() { "/people".to_owned() } else { format!("/people?{}", parts.join("&")) }
}

/// Whether a number of a person is searched for.
fn by_number(query: &PeopleQuery<'_>) -> bool {
    looks_like_number(query.q.unwrap_or_default())
}

#[get("/people?<query..>")]
async fn list(
    who: SignedIn,
    mut db: Db,
    query: PeopleQuery<'_>,
    listing: Listing,
    state: &State<web::State>,
) -> Answer<Page<People>> {
    Ok(Page(view(&who, &mut db, &query, listing, state).await?))
}

#[post("/people/search", data = "<fields>")]
async fn search(
    who: SignedIn,
    mut db: Db,
    fields: Fields,
    state: &State<web::State>,
) -> Answer<Result<Page<People>, Redirect>> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let text = fields.get("q").trim();
    let query = PeopleQuery { within: None, q: Some(text), relation: fields.given("relation") };
    // Anything that looks like a number of a person stays out of the address, right or wrong.
    if looks_like_number(text) {
        let listing = Listing { limit: 50, after: None, count: false };
        return Ok(Ok(Page(view(&who, &mut db, &query, listing, state).await?)));
    }
    Ok(Err(Redirect::to(address(&query, ""))))
}

async fn view(
    who: &SignedIn,
    db: &mut Db,
    query: &PeopleQuery<'_>,
    listing: Listing,
    state: &web::State,
) -> Answer<People> {
    let listing = Listing { count: true, ..listing };
    let found = page(db, &who.actor, state, query, &listing).await?;
    let scope = who.scope();
    let words = db::read(&mut db.0, scope, async |conn| Ok(words::book(conn, scope.county).await?)).await?;
    reading::note(state, &who.known.identity, &who.actor, found.items.len()).await?;
    let typed = query.q.unwrap_or_default();
    let seen = kinds_seen(&who.actor).into_iter().map(|kind| Choice::new(kind.code(), kind.name()));
    Ok(People {
        frame: who.frame(Section::Members),
        // An identifier that was searched for is not printed again.
        q: if is_whole_number(typed) { String::new() } else { typed.to_owned() },
        relation: query.relation.unwrap_or_default().to_owned(),
        relations: std::iter::once(Choice::new(NO_MEMBERSHIP, "非党员")).chain(seen).collect(),
        table: table(query, &found, listing.after.is_some(), &words),
    })
}

fn table(query: &PeopleQuery<'_>, found: &guards::Page<OnRecord>, later: bool, words: &WordBook) -> Table {
    Table {
        caption: "人员".to_owned(),
        columns: vec![
            Column::new("姓名"),
            Column::new("公民身份号码"),
            Column::new("性别"),
            Column::numeric("出生日期"),
            Column::new("学历"),
            Column::new("登记事由"),
        ],
        rows: found.items.iter().map(|record| row(record, words)).collect(),
        empty: "没有符合条件的人员。可以减少条件、核对拼音，或在班子、后备力量中登记。".to_owned(),
        pager: Some(Pager {
            shown: found.items.len(),
            total: found.total.and_then(|total| u64::try_from(total).ok()),
            first: later.then(|| address(query, "")),
            // Who share a number are few, and a second page of them has no address.
            next: found.next.as_deref().filter(|_| !by_number(query)).map(|next| address(query, next)),
        }),
    }
}

fn row(record: &OnRecord, words: &WordBook) -> Row {
    let person = &record.card.person;
    let text = |value: &str| Cell::Text(value.to_owned());
    Row::to(
        format!("/people/{}", person.id),
        vec![
            text(&person.name),
            text(&record.card.masks.citizen_id),
            text(Sex::parse(&person.sex).map(Sex::name).unwrap_or_default()),
            Cell::Number(person.birth_date.to_string()),
            text(codes::education().name_of(&person.education)),
            Cell::Text(told(record, words)),
        ],
    )
}

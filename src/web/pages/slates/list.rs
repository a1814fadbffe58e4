//! The list of slates, and the people whom their editor offers.

use rocket::request::FlashMessage;
use rocket::serde::json::Json;
use rocket::{Route, State, get, routes};

use super::{may_enter, state_badge};
use crate::base::error::OrMissing;
use crate::base::ids::{OrganisationId, PersonId};
use crate::base::policy::{self, Action};
use crate::base::{clock, db};
use crate::records::committees;
use crate::records::organisations;
use crate::records::slates::SlateState;
use crate::records::slates::queries::{self, Card, Offer};
use crate::web;
use crate::web::api::slates::{slate_state, slates_page};
use crate::web::guards::{self, Db, Listing, SignedIn};
use crate::web::reading;
use crate::web::respond::{Answer, Page};
use crate::web::views::parts::Pager;
use crate::web::views::slates::Slates;
use crate::web::views::{Cell, Column, Link, Row, Section, Table};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![list, people]
}

fn address(within: Option<&str>, state: Option<SlateState>, after: Option<&str>) -> String {
    let pairs: Vec<String> = [("within", within), ("state", state.map(SlateState::code)), ("after", after)]
        .into_iter()
        .filter_map(|(name, value)| Some(format!("{name}={}", value?)))
        .collect();
    if pairs.is_empty() { "/slates".to_owned() } else { format!("/slates?{}", pairs.join("&")) }
}

#[get("/slates?<within>&<state>")]
async fn list(
    who: SignedIn,
    mut db: Db,
    within: Option<&str>,
    state: Option<&str>,
    listing: Listing,
    flash: Option<FlashMessage<'_>>,
) -> Answer<Page<Slates>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let state = slate_state(state)?;
    // Only a code goes into the links of the page.
    let within = within.filter(|code| code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'));
    let guards::Page { items: cards, next, .. } =
        slates_page(&mut db, &who.actor, within, state, &listing).await?;
    let pager = Pager {
        shown: cards.len(),
        total: None,
        first: listing.after.is_some().then(|| address(within, state, None)),
        next: next.map(|next| address(within, state, Some(&next))),
    };
    let every = std::iter::once(None).chain(SlateState::ALL.iter().copied().map(Some));
    let tab = |one: Option<SlateState>| {
        (
            Link::new(one.map_or("全部（不含作废）", SlateState::name), address(within, one, None)),
            one == state,
        )
    };
    Ok(Page(Slates {
        frame: who.frame(Section::Committees).telling(flash),
        table: table(&cards, pager),
        tabs: every.map(tab).collect(),
        make: may_enter(&who.actor).then(|| "/slates/new".to_owned()),
    }))
}

fn table(cards: &[Card], pager: Pager) -> Table {
    let row = |card: &Card| {
        Row::to(
            format!("/slates/{}", card.slate.id),
            vec![
                Cell::Text(card.village.clone()),
                Cell::Text(card.slate.name.clone()),
                Cell::Number(format!("第{}届", card.slate.ordinal)),
                Cell::Number(card.slate.from_day.to_string()),
                Cell::Number(card.seats.len().to_string()),
                Cell::Text(card.slate.created_by.clone()),
                Cell::Badge(state_badge(&card.slate.state)),
            ],
        )
    };
    Table {
        caption: "班子方案".to_owned(),
        columns: vec![
            Column::new("村（社区）"),
            Column::new("方案"),
            Column::numeric("届次"),
            Column::numeric("任期开始"),
            Column::numeric("职位"),
            Column::new("拟定人"),
            Column::new("状态"),
        ],
        rows: cards.iter().map(row).collect(),
        empty: "还没有班子方案。点“拟定方案”，可以从现任班子开始。".to_owned(),
        pager: Some(pager),
    }
}

/// What a picker offers.
#[derive(serde::Serialize)]
struct Offered {
    code: String,
    name: String,
    note: String,
}

/// The people whom the editor offers: who sits in the village and who stands in its pool, or whose name begins as typed.
#[get("/slates/people?<village>&<q>")]
async fn people(
    who: SignedIn,
    mut db: Db,
    village: Option<&str>,
    q: Option<&str>,
    state: &State<web::State>,
) -> Answer<Json<Vec<Offered>>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let (scope, typed) = (who.scope(), q.unwrap_or_default().trim());
    let found = db::read(&mut db.0, scope, async |conn| {
        let village = match village {
            Some(code) => {
                organisations::queries::by_code(conn, scope, code).await.or_missing("村（社区）")?.id
            }
            None => OrganisationId(uuid::Uuid::nil()),
        };
        let named: Option<Vec<PersonId>> = if typed.is_empty() {
            None
        } else {
            let found = committees::queries::people_like(conn, scope, typed).await?;
            Some(found.into_iter().map(|person| person.id).collect())
        };
        Ok(queries::offers(conn, scope, village, clock::today(), named).await?)
    })
    .await?;
    reading::note(state, &who.known.identity, &who.actor, found.len()).await?;
    let offered = |offer: Offer| {
        let role = match (offer.is_sitting, offer.is_reserve) {
            (true, _) => "现任，",
            (_, true) => "后备，",
            _ => "",
        };
        Offered {
            code: offer.id.to_string(),
            note: format!("{role}{}出生", offer.birth_date.format("%Y年%-m月")),
            name: offer.name,
        }
    };
    Ok(Json(found.into_iter().map(offered).collect()))
}

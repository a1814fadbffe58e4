//! Who was never trained, those first who are most at risk of never being.

use rocket::{Route, State, get, routes};

use super::overview::chosen;
use super::{address, risk_badge};
use crate::base::db;
use crate::base::error::Error;
use crate::base::policy::{self, Action};
use crate::records::organisations;
use crate::records::training::{Outstanding, Risk, queries};
use crate::web::api::training::{CoverageQuery, OutstandingQuery, outstanding_page};
use crate::web::guards::{self, Db, Listing, SignedIn};
use crate::web::respond::{Answer, Page};
use crate::web::views::parts::Pager;
use crate::web::views::training::OutstandingList;
use crate::web::views::{Cell, Column, Link, Row, Section, Table};
use crate::web::{self, reading};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![list]
}

#[get("/training/outstanding?<programme>&<query..>")]
async fn list(
    who: SignedIn,
    mut db: Db,
    programme: Option<&str>,
    query: OutstandingQuery<'_>,
    listing: Listing,
    state: &State<web::State>,
) -> Answer<Page<OutstandingList>> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let place = CoverageQuery { within: query.within, as_of: query.as_of };
    let (code, day) = place.parse(&who.actor)?;
    let filter = query.parse()?;
    let scope = who.scope();
    let (programmes, organisation) = db::read(&mut db.0, scope, async |conn| {
        let here = organisations::queries::by_code(conn, scope, &code).await?;
        Ok((queries::programmes(conn, scope.county).await?, here.map(|here| here.name).unwrap_or_default()))
    })
    .await?;
    let id = chosen(&programmes, programme).ok_or(Error::Missing { what: "轮训计划" })?;
    let name = programmes.iter().find(|one| one.id == id).map(|one| one.name.clone()).unwrap_or_default();
    let guards::Page { items: found, next, .. } =
        outstanding_page(&who.actor, state, id, (&code, day), &filter, &listing).await?;
    reading::note(state, &who.known.identity, &who.actor, found.len()).await?;
    let (id, day) = (id.to_string(), day.to_string());
    let to = |risk: &str, after: &str| {
        let pairs = [
            ("programme", id.as_str()),
            ("within", &code),
            ("as_of", &day),
            ("risk", risk),
            ("after", after),
        ];
        address("/training/outstanding", &pairs)
    };
    let risk = query.risk.unwrap_or_default();
    let all = std::iter::once((Link::new("全部", to("", "")), risk.is_empty()));
    let tabs = all.chain(
        Risk::ALL.into_iter().map(|one| (Link::new(one.name(), to(one.code(), "")), risk == one.code())),
    );
    let pager = Pager {
        shown: found.len(),
        total: None,
        first: listing.after.is_some().then(|| to(risk, "")),
        next: next.map(|next| to(risk, &next)),
    };
    Ok(Page(OutstandingList {
        frame: who.frame(Section::Training),
        back: Link::new(
            "轮训",
            address("/training", &[("programme", id.as_str()), ("within", &code), ("as_of", &day)]),
        ),
        sub: format!("{organisation}　{name}　截至{day}"),
        tabs: tabs.collect(),
        table: table(&found, pager),
    }))
}

fn table(found: &[Outstanding], pager: Pager) -> Table {
    Table {
        caption: "未轮训党员".to_owned(),
        columns: vec![
            Column::new("姓名"),
            Column::numeric("年龄"),
            Column::new("所在党支部"),
            Column::new("手机号码"),
            Column::numeric("应训起始"),
            Column::new("已报班次"),
            Column::new("风险"),
        ],
        rows: found.iter().map(row).collect(),
        empty: "没有符合条件的党员：应训的都已轮训，或请换一个条件。".to_owned(),
        pager: Some(pager),
    }
}

fn row(one: &Outstanding) -> Row {
    let coming = one.coming.as_ref().map(|(code, day)| format!("{code}（{day}）")).unwrap_or_default();
    let card = &one.card;
    Row::to(
        format!("/members/{}/training", card.membership.id),
        vec![
            Cell::Text(card.person.name.clone()),
            Cell::Number(one.age.to_string()),
            Cell::Text(card.branch.name.clone()),
            Cell::Text(card.mobile.clone().unwrap_or_default()),
            Cell::Number(one.since.to_string()),
            Cell::Text(coming),
            Cell::Badge(risk_badge(one.risk)),
        ],
    )
}

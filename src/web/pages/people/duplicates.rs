//! The pairs of people who look like one, and those found to be two.

use rocket::response::{Flash, Redirect};
use rocket::{Route, State, get, post, routes};

use super::{told, told_identity};
use crate::across::people::OnRecord;
use crate::base::clock;
use crate::base::db;
use crate::base::error::Error;
use crate::base::policy::{self, Action};
use crate::records::merges::{self, Distinguish, Strength};
use crate::records::words::{self, WordBook};
use crate::web::api::duplicates::{PairQuery, pairs, person, settled};
use crate::web::guards::{Db, Fields, Listing, SignedIn};
use crate::web::pages::members::list::may_enter;
use crate::web::respond::{Answer, Page};
use crate::web::views::merges::{Duplicates, PairLine, Party};
use crate::web::views::parts::Pager;
use crate::web::views::{Badge, Link, Section, Tone};
use crate::web::{self, reading};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![list, list_settled, settle, reopen]
}

/// At most so many pairs stand on a page.
const PAIRS: u16 = 20;

/// The tabs of these pages; the address tells which is open.
pub(super) fn tabs(open: &str) -> Vec<(Link, bool)> {
    [("待核对", "/people/duplicates"), ("已排除", "/people/distinct"), ("合并记录", "/people/merges")]
        .into_iter()
        .map(|(text, href)| (Link::new(text, href), href == open))
        .collect()
}

/// Somebody in a pair.
pub(super) fn party(record: &OnRecord, words: &WordBook) -> Party {
    let person = &record.card.person;
    Party {
        record: Link::new(&person.name, format!("/people/{}", person.id)),
        told: told_identity(&record.card),
        standing: told(record, words),
    }
}

const fn tone(strength: Strength) -> Tone {
    match strength {
        Strength::Strong => Tone::Bad,
        Strength::Likely => Tone::Warning,
        Strength::Weak => Tone::Neutral,
    }
}

#[get("/people/duplicates")]
async fn list(
    who: SignedIn,
    mut db: Db,
    listing: Listing,
    state: &State<web::State>,
) -> Answer<Page<Duplicates>> {
    let listing = Listing { limit: PAIRS, count: true, ..listing };
    let page = pairs(&mut db, &who.actor, state, &PairQuery::default(), &listing).await?;
    reading::note(state, &who.known.identity, &who.actor, page.items.len().saturating_mul(2)).await?;
    let words = book(&who, &mut db).await?;
    let enters = may_enter(&who.actor);
    let line = |found: &crate::web::api::duplicates::Found| {
        let (one, other) = (found.one.card.person.id, found.other.card.person.id);
        let strength = found.pair.signs.strength();
        PairLine {
            strength: Badge::new(strength.name(), tone(strength)),
            reasons: found.pair.signs.reasons().into_iter().map(str::to_owned).collect(),
            parties: vec![party(&found.one, &words), party(&found.other, &words)],
            compare: enters.then(|| format!("/people/merge?winner={one}&loser={other}")),
            ids: enters.then(|| (one.to_string(), other.to_string())),
        }
    };
    Ok(Page(Duplicates {
        frame: who.frame(Section::Members),
        settled: false,
        tabs: tabs("/people/duplicates"),
        pairs: page.items.iter().map(line).collect(),
        empty: "没有待核对的人员对。录入和导入时，公民身份号码相同的（含15位和18位）已直接认作同一人。"
            .to_owned(),
        pager: Pager {
            shown: page.items.len(),
            total: page.total.and_then(|total| u64::try_from(total).ok()),
            first: listing.after.is_some().then(|| "/people/duplicates".to_owned()),
            next: page.next.map(|next| format!("/people/duplicates?after={next}")),
        },
    }))
}

#[get("/people/distinct")]
async fn list_settled(
    who: SignedIn,
    mut db: Db,
    listing: Listing,
    state: &State<web::State>,
) -> Answer<Page<Duplicates>> {
    let listing = Listing { limit: PAIRS, count: true, ..listing };
    let page = settled(&mut db, &who.actor, state, &listing).await?;
    reading::note(state, &who.known.identity, &who.actor, page.items.len().saturating_mul(2)).await?;
    let words = book(&who, &mut db).await?;
    let enters = may_enter(&who.actor);
    let line = |(row, one, other): &(merges::queries::Settled, OnRecord, OnRecord)| {
        let decided = format!("{}，{}", row.decided_by, clock::date_in_china(row.decided_at));
        PairLine {
            strength: Badge::new("不是同一人", Tone::Good),
            reasons: std::iter::once(decided).chain(row.reason.clone()).collect(),
            parties: vec![party(one, &words), party(other, &words)],
            compare: None,
            ids: enters.then(|| (row.person_id.to_string(), row.other_id.to_string())),
        }
    };
    Ok(Page(Duplicates {
        frame: who.frame(Section::Members),
        settled: true,
        tabs: tabs("/people/distinct"),
        pairs: page.items.iter().map(line).collect(),
        empty: "没有排除过的人员对。在“待核对”中点“不是同一人”的，列在这里，可以撤回。".to_owned(),
        pager: Pager {
            shown: page.items.len(),
            total: page.total.and_then(|total| u64::try_from(total).ok()),
            first: listing.after.is_some().then(|| "/people/distinct".to_owned()),
            next: page.next.map(|next| format!("/people/distinct?after={next}")),
        },
    }))
}

pub(super) async fn book(who: &SignedIn, db: &mut Db) -> Result<WordBook, Error> {
    let scope = who.scope();
    db::read(&mut db.0, scope, async |conn| Ok(words::book(conn, scope.county).await?)).await
}

fn pair(fields: &Fields) -> Result<Distinguish, Error> {
    let (one, other) = (person("one", fields.get("one"))?, person("other", fields.get("other"))?);
    Ok(Distinguish { one, other, reason: fields.given("reason").map(str::to_owned) })
}

#[post("/people/distinct", data = "<fields>")]
async fn settle(
    who: SignedIn,
    mut db: Db,
    fields: Fields,
    state: &State<web::State>,
) -> Answer<Flash<Redirect>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    merges::distinguish(&mut db.0, &who.actor, &[pair(&fields)?]).await?;
    state.pairs.forget(who.scope().county);
    let said = "已认定不是同一人，不再列出；可以在“已排除”中撤回。";
    Ok(Flash::success(Redirect::to("/people/duplicates"), said))
}

#[post("/people/distinct/reopen", data = "<fields>")]
async fn reopen(
    who: SignedIn,
    mut db: Db,
    fields: Fields,
    state: &State<web::State>,
) -> Answer<Flash<Redirect>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    merges::reconsider(&mut db.0, &who.actor, &[pair(&fields)?]).await?;
    state.pairs.forget(who.scope().county);
    Ok(Flash::success(Redirect::to("/people/distinct"), "已撤回认定，仍疑似的重新列入“待核对”。"))
}

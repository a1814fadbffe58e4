//! Somebody's record, and revealing an identifier.

use rocket::http::Status;
use rocket::request::FlashMessage;
use rocket::response::Redirect;
use rocket::{Route, State, get, post, routes};

use super::{pool_kind, pool_state, seat, status};
use crate::across::people::OnRecord;
use crate::base::db;
use crate::base::ids::PersonId;
use crate::base::policy::{self, Action};
use crate::records::audit;
use crate::records::committees::CommitteeKind;
use crate::records::people::{self, RelationKind, Reveal};
use crate::records::reserves::{Reserve, queries::VillageName};
use crate::records::training::queries::pairs::{self, PairFilter};
use crate::records::words::{self, WordBook};
use crate::web;
use crate::web::api::merges::led_person;
use crate::web::api::people::read;
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::pages::members::list::may_enter;
use crate::web::pages::members::show::{Own, posts, told, trail};
use crate::web::pages::training::pairs::table as pair_table;
use crate::web::reading;
use crate::web::respond::{Answer, Page};
use crate::web::views::members::{Action as Offered, Event, FactGroup, Show};
use crate::web::views::parts::Fact;
use crate::web::views::{Badge, Cell, Column, Link, Row, Section, Table, Tone};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![show, reveal]
}

#[get("/people/<id>", rank = 3)]
async fn show(
    who: SignedIn,
    mut db: Db,
    id: PersonId,
    flash: Option<FlashMessage<'_>>,
    state: &State<web::State>,
) -> Answer<Result<Page<Show>, Redirect>> {
    let record = match read(&mut db, &who.actor, state, id).await {
        Ok(record) => record,
        Err(missing) => {
            let to = led_person(&mut db, &who.actor, state, id, missing).await?;
            return Ok(Err(Redirect::to(format!("/people/{to}"))));
        }
    };
    reading::note(state, &who.known.identity, &who.actor, 1).await?;
    let scope = who.scope();
    let (entries, pairs, words) = db::read(&mut db.0, scope, async |conn| {
        let entries = audit::queries::about(conn, scope, id.0, 20).await?;
        let of_him = PairFilter { person: Some(id), runs: None };
        let pairs = pairs::list(conn, scope, of_him, None, 50).await?;
        Ok((entries, pairs, words::book(conn, scope.county).await?))
    })
    .await?;
    let may_reveal = policy::may(&who.actor, Action::RevealIdentifier, &scope.path);
    // A member's own facts are corrected, and his identifiers shown, where his membership is.
    let home = record.memberships.as_slice().first().map(|member| format!("/members/{}", member.id));
    let home = home.unwrap_or_else(|| format!("/people/{id}"));
    let reveal = may_reveal.then(|| format!("{home}/reveal"));
    let history = history(&record, &words);
    let badge = |kind: &RelationKind| Badge::new(kind.name(), Tone::Neutral);
    let (badges, groups) = (record.kinds.iter().map(badge).collect(), groups(&record, reveal.as_deref()));
    let (seats, reserves) = (record.seats, record.reserves);
    let seats = (!seats.is_empty()).then(|| posts(seats, &words));
    let reserves = (!reserves.is_empty()).then(|| pools(&reserves));
    let enters = may_enter(&who.actor);
    let pairs = (!pairs.is_empty()).then(|| pair_table(&pairs, enters));
    let guide = Link::new("师徒结对", format!("/training/pairs/new?apprentice={id}"));
    let merge = Link::new("合并重复档案", format!("/people/{id}/merge"));
    let actions =
        vec![Offered { link: guide, icon: "user-plus" }, Offered { link: merge, icon: "arrows-exchange" }];
    Ok(Ok(Page(Show {
        frame: who.frame(Section::Members).telling(flash),
        kind: "人员档案",
        back: Link::new("人员库", "/people"),
        name: record.card.person.name,
        badges,
        branch: Link::default(),
        groups,
        history,
        edit: enters.then(|| format!("{home}/edit")),
        actions: if enters { actions } else { Vec::new() },
        tables: seats.into_iter().chain(reserves).chain(pairs).chain([trail(entries)]).collect(),
    })))
}

fn groups(record: &OnRecord, reveal: Option<&str>) -> Vec<FactGroup> {
    let own = Own { person: &record.card.person, masks: &record.card.masks, reveal };
    let mut groups = vec![("身份", own.identity()), ("联系", own.reached())];
    let members = record.memberships.iter().map(|member| {
        let told = format!("{}（{}）", member.branch, status(member));
        Fact::link("党员档案", Link::new(told, format!("/members/{}", member.id)))
    });
    let members: Vec<Fact> = members.collect();
    if !members.is_empty() {
        groups.push(("党籍", members));
    }
    groups.into_iter().map(|(title, facts)| FactGroup { title: title.to_owned(), facts }).collect()
}

/// Seats, pools and admission in one line of time, the latest first.
fn history(record: &OnRecord, words: &WordBook) -> Vec<Event> {
    let event = |on: chrono::NaiveDate, title: String, details: Vec<String>| Event {
        on: on.to_string(),
        title,
        details,
        entered: String::new(),
        late: false,
    };
    let mut events = Vec::new();
    for held in &record.seats {
        let kind = CommitteeKind::parse(&held.kind).map_or("", CommitteeKind::name);
        let told = seat(held, words);
        events.push(event(
            held.seat.from_day,
            format!("任{told}"),
            vec![format!("{kind}第{}届", held.ordinal)],
        ));
        if let Some(day) = held.seat.to_day {
            let reason = held.seat.leaving().map(|reason| format!("原因：{reason}")).into_iter().collect();
            events.push(event(day, format!("离任{told}"), reason));
        }
    }
    for (reserve, village) in &record.reserves {
        let told = format!("{}{}", village.name, pool_kind(reserve));
        events.push(event(reserve.entered_on, format!("入库：{told}"), Vec::new()));
        if let Some(day) = reserve.left_on {
            events.push(event(day, format!("出库：{told}"), vec![pool_state(reserve).to_owned()]));
        }
    }
    for member in &record.memberships {
        events.push(event(member.joined_on, "加入党组织".to_owned(), vec![member.branch.clone()]));
    }
    events.sort_by(|one, other| other.on.cmp(&one.on));
    events
}

fn pools(reserves: &[(Reserve, VillageName)]) -> Table {
    let row = |(reserve, village): &(Reserve, VillageName)| {
        Row::to(
            format!("/reserves/{}", reserve.id),
            vec![
                Cell::Text(village.name.clone()),
                Cell::Text(pool_kind(reserve).to_owned()),
                Cell::Text(pool_state(reserve).to_owned()),
                Cell::Number(reserve.entered_on.to_string()),
                Cell::Number(reserve.left_on.map(|day| day.to_string()).unwrap_or_default()),
            ],
        )
    };
    Table {
        caption: "后备力量".to_owned(),
        columns: vec![
            Column::new("村（社区）"),
            Column::new("类别"),
            Column::new("状态"),
            Column::numeric("入库"),
            Column::numeric("出库"),
        ],
        rows: reserves.iter().map(row).collect(),
        empty: String::new(),
        pager: None,
    }
}

#[post("/people/<id>/reveal", data = "<fields>", rank = 1)]
async fn reveal(
    who: SignedIn,
    mut db: Db,
    id: PersonId,
    fields: Fields,
    state: &State<web::State>,
) -> Answer<(Status, String)> {
    let seen = read(&mut db, &who.actor, state, id).await;
    let (field, purpose) = (fields.get("field").to_owned(), fields.get("purpose").to_owned());
    let command = Reveal { person: id, field, purpose };
    // Whoever is not seen on the page is not revealed by it.
    let shown = match seen {
        Ok(_) => people::reveal(&mut db.0, &who.actor, &state.keys, &command).await,
        Err(error) => Err(error),
    };
    told(shown, &who)
}

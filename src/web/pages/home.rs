//! The desk: what waits, and the figures of the own organisation.

use rocket::{Route, State, get, routes};

use crate::base::clock;
use crate::base::db;
use crate::base::policy::{self, Action};
use crate::records::members::listing::{self, Filter};
use crate::records::members::queries;
use crate::web;
use crate::web::guards::{Db, SignedIn};
use crate::web::respond::{Answer, Page};
use crate::web::views::home::{Home, Task};
use crate::web::views::parts::FigureCard;
use crate::web::views::{Badge, Link, Section, Tone};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![show]
}

#[get("/")]
async fn show(who: SignedIn, mut db: Db, state: &State<web::State>) -> Answer<Page<Home>> {
    let mut home =
        Home { frame: who.frame(Section::Home), as_of: clock::today().to_string(), ..Home::default() };
    if policy::require(&who.actor, Action::SeeRecords, &who.scope().path).is_ok() {
        let (figures, tasks) = desk(&who, &mut db, state).await?;
        home.figures = figures;
        home.tasks = tasks;
    }
    if policy::require(&who.actor, Action::EnterRecords, &who.scope().path).is_ok() {
        home.shortcuts = vec![
            Link::new("录入党员", "/members/new"),
            Link::new("导入党员名册", "/imports"),
            Link::new("星级评定", "/ratings"),
        ];
    }
    Ok(Page(home))
}

async fn desk(
    who: &SignedIn,
    db: &mut Db,
    state: &State<web::State>,
) -> Answer<(Vec<FigureCard>, Vec<Task>)> {
    let scope = who.scope();
    let everybody = Filter::default();
    let probationary = Filter { full: Some(false), ..Filter::default() };
    let women = Filter { sex: Some("2".to_owned()), ..Filter::default() };
    let (counts, pending) = db::read(&mut db.0, scope, async |conn| {
        let mut counts = Vec::new();
        for filter in [&everybody, &probationary, &women] {
            counts.push(listing::count(conn, scope, &state.keys, filter).await?);
        }
        let pending = queries::pending_transfers(conn, scope, 200).await?;
        Ok((counts, pending))
    })
    .await?;
    let labels = [
        ("在册党员", "/members"),
        ("预备党员", "/members?category=probationary"),
        ("女党员", "/members?sex=2"),
    ];
    let figures = labels
        .into_iter()
        .zip(counts)
        .map(|((label, href), count)| FigureCard {
            label: label.to_owned(),
            value: count.to_string(),
            unit: "人".to_owned(),
            change: None,
            href: Some(href.to_owned()),
        })
        .collect();
    let inside = |path: &str| path >= scope.path.as_str() && path < scope.path.end().as_str();
    let incoming = pending.iter().filter(|transfer| inside(&transfer.to_path)).count();
    let outgoing = pending.len() - pending.iter().filter(|transfer| !inside(&transfer.from_path)).count();
    let task = |text: &str, count: usize, tone: Tone, note: &str| Task {
        link: Link::new(text, "/transfers"),
        count: u64::try_from(count).unwrap_or(u64::MAX),
        due: Badge::new("待办理", tone),
        note: note.to_owned(),
    };
    let mut tasks = Vec::new();
    if incoming > 0 {
        tasks.push(task("接收转入党员", incoming, Tone::Warning, "接收前，党员仍属于原党支部。"));
    }
    if outgoing > 0 {
        tasks.push(task("转出待对方接收", outgoing, Tone::Waiting, "对方接收或退回前，请继续管理。"));
    }
    Ok((figures, tasks))
}

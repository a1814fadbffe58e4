//! The trail.

mod told;

use rocket::{Route, State, get, routes};

use crate::base::clock;
use crate::base::db;
use crate::records::audit::names;
use crate::records::audit::queries::{self, Checkpoint, EntryLine};
use crate::web;
use crate::web::api::audit::{Taken, TrailQuery, page, taken};
use crate::web::api::reports::ReportQuery;
use crate::web::guards::{Db, Listing, SignedIn};
use crate::web::respond::{Answer, Page};
use crate::web::views::audit::{Day, Entry, Trail};
use crate::web::views::parts::{Link, Pager, Tone};
use crate::web::views::{Badge, Choice, Section};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![list, bundle]
}

#[get("/audit?<query..>")]
async fn list(who: SignedIn, mut db: Db, query: TrailQuery<'_>, listing: Listing) -> Answer<Page<Trail>> {
    let filter = query.parse()?;
    let entries = page(&mut db, &who.actor, &filter, &listing).await?;
    let scope = &who.actor.scope;
    let checkpoint =
        db::read(&mut db.0, scope, async |conn| Ok(queries::newest_checkpoint(conn, scope).await?)).await?;
    let text = |value: Option<&str>| value.unwrap_or_default().trim().to_owned();
    let next = entries.next.as_deref().map(|cursor| address("/audit", &query, Some(cursor)));
    Ok(Page(Trail {
        frame: who.frame(Section::Audit),
        from: text(query.from),
        to: text(query.to),
        actor: text(query.actor),
        subject: text(query.subject),
        action: text(query.action),
        actions: names::actions().iter().map(|(code, name)| Choice::new(*code, *name)).collect(),
        door: text(query.door),
        doors: names::DOORS.iter().map(|(door, name)| Choice::new(door.code(), *name)).collect(),
        days: days(&entries.items),
        pager: (!entries.items.is_empty()).then(|| Pager {
            shown: entries.items.len(),
            first: listing.after.is_some().then(|| address("/audit", &query, None)),
            next,
            ..Pager::default()
        }),
        chain: checkpoint.as_ref().map(badge),
        root: checkpoint.map(|checkpoint| hex::encode(checkpoint.root)),
        downloads: vec![Link::new("导出可核验文件", address("/audit/bundle", &query, None))],
    }))
}

/// The entries of a filter, or the proof bundle of a report, as a file that can be verified.
#[get("/audit/bundle?<organisation>&<quarter>&<revision>&<query..>")]
async fn bundle(
    who: SignedIn,
    db: Db,
    organisation: Option<&str>,
    quarter: Option<&str>,
    revision: Option<&str>,
    query: TrailQuery<'_>,
    state: &State<web::State>,
) -> Answer<Taken> {
    taken(db, &who.actor, ReportQuery { organisation, quarter, revision }, &query, state).await
}

fn badge(checkpoint: &Checkpoint) -> Badge {
    let at = china(checkpoint.signed_at);
    Badge::new(format!("检查点：第{}条，{}", checkpoint.size, at.format("%Y-%m-%d %H:%M")), Tone::Good)
}

fn china(at: chrono::DateTime<chrono::Utc>) -> chrono::NaiveDateTime {
    (at + chrono::TimeDelta::hours(8)).naive_utc()
}

fn days(lines: &[EntryLine]) -> Vec<Day> {
    let mut days: Vec<Day> = Vec::new();
    for line in lines {
        let date = clock::date_in_china(line.at).format("%Y年%-m月%-d日").to_string();
        match days.last_mut() {
            Some(day) if day.date == date => day.entries.push(entry(line)),
            _ => days.push(Day { date, entries: vec![entry(line)] }),
        }
    }
    days
}

fn entry(line: &EntryLine) -> Entry {
    let lines = told::told(&line.details);
    Entry {
        sequence: line.sequence,
        time: china(line.at).format("%H:%M:%S").to_string(),
        actor: line.actor.clone(),
        role: names::role(&line.role),
        door: names::door(&line.door).to_owned(),
        source: line.source.clone(),
        action: names::action(&line.action).to_owned(),
        subject: subject(line),
        history: line.subject_id.map(|id| format!("/audit?subject={id}")),
        open: lines.len() <= 4,
        told: lines,
    }
}

fn subject(line: &EntryLine) -> String {
    let kind = names::subject(&line.subject_kind);
    if line.subject_count == 1 { kind.to_owned() } else { format!("{kind} {} 项", line.subject_count) }
}

fn address(page: &str, query: &TrailQuery<'_>, cursor: Option<&str>) -> String {
    let pairs = [
        ("after", cursor),
        ("from", query.from),
        ("to", query.to),
        ("actor", query.actor),
        ("action", query.action),
        ("door", query.door),
        ("subject", query.subject),
    ];
    let given = pairs.into_iter().filter_map(|(name, value)| {
        let value = value.filter(|value| !value.is_empty())?;
        Some(format!("{name}={}", rocket::http::RawStr::new(value).percent_encode()))
    });
    let given: Vec<String> = given.collect();
    if given.is_empty() { page.to_owned() } else { format!("{page}?{}", given.join("&")) }
}

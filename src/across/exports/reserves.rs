//! 「后备干部」 going out: every stay in the pool, also those that ended.

use diesel_async::AsyncPgConnection;

use crate::across::exports::sink::Sink;
use crate::across::exports::{Job, day, optional, text};
use crate::across::sheets::Cell;
use crate::base::codes;
use crate::base::error::{Error, Result};
use crate::records::reserves::queries::{self, Card, Filter, Place};
use crate::records::reserves::{Mentor, MentorKind, ReserveSource, ReserveState, Route};
use crate::records::words::WordList;

/// Entries read at a time.
const PAGE: i64 = 1_000;

/// Writes every stay, by name.
pub async fn write(conn: &mut AsyncPgConnection, job: &Job<'_>, sink: &mut Sink<'_>) -> Result<()> {
    if job.request.as_of.is_some() {
        let message = "后备干部名单按现状导出，含已退出的；各状态的起止日期见“状态日期”。请不填截止日期。";
        return Err(Error::invalid("as_of", message));
    }
    let filter = Filter { states: ReserveState::ALL.to_vec(), ..Filter::default() };
    let mut after: Option<Place> = None;
    loop {
        let page = queries::list(conn, job.scope, job.keys, &filter, after.as_ref(), PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(Place { sort_key: last.reserve.sort_key.clone(), id: last.reserve.id });
        for card in page {
            sink.row(row(job, &card)?)?;
        }
    }
}

fn row(job: &Job<'_>, card: &Card) -> Result<Vec<Cell>> {
    let entry = &card.reserve;
    let (kind, state) = (entry.kind()?, entry.state()?);
    let citizen_id = match &job.request.unmasked {
        Some(_) => card.person.unseal(job.keys)?.citizen_id.as_str().to_owned(),
        None => card.citizen_id.clone(),
    };
    let own = job.words.words(WordList::ReserveSource);
    let sources: Vec<&str> = card
        .sources
        .iter()
        .map(|code| ReserveSource::parse_with(code, own).map_or(code.as_str(), |source| source.name()))
        .collect();
    let guides = |kind: MentorKind, at: usize| {
        let mut current = card.mentors.iter().filter(|mentor| guides_as(mentor, kind));
        optional(current.nth(at).map(|mentor| mentor.name.as_str()))
    };
    let route = entry.route.as_deref().and_then(|code| Route::parse(code).ok());
    let waits_since_entry = state == ReserveState::InPool && entry.state_from == entry.entered_on;
    let post = card.present.as_ref().and_then(|(spell, _)| spell.post.as_deref());
    Ok(job.row(|field| match field {
        "id" => text(entry.id.to_string()),
        "village" => text(&card.village.code),
        "name" => text(&card.person.name),
        "citizen_id" => text(&citizen_id),
        "kind" => text(kind.name()),
        "sources" => text(sources.join("；")),
        "ethnicity" => text(codes::ethnicity().name_of(&card.person.ethnicity)),
        "education" => text(codes::education().name_of(&entry.education_at_entry)),
        "political_status" => text(codes::political_status().name_of(&entry.political_status)),
        "entered_on" => day(Some(entry.entered_on)),
        "route" => optional(route.map(Route::name)),
        "leader_1" => guides(MentorKind::TownshipLeader, 0),
        "leader_2" => guides(MentorKind::TownshipLeader, 1),
        "secretary" => guides(MentorKind::VillageSecretary, 0),
        "state" => text(state.name()),
        "state_from" => day(Some(entry.state_from).filter(|_| !waits_since_entry)),
        "post" => optional(post),
        _ => optional(entry.note.as_deref()),
    }))
}

fn guides_as(mentor: &Mentor, kind: MentorKind) -> bool {
    mentor.kind == kind.code() && mentor.to_day.is_none()
}

//! Pages of people, whatever they are on record for: list, record, correction, two records of one person. What a member's pages have, these share.

mod duplicates;
mod edit;
mod list;
mod merge;
mod merges;
mod show;

use rocket::Route;

use crate::across::people::OnRecord;
use crate::base::clock;
use crate::base::db;
use crate::base::error::Error;
use crate::base::values::{MembershipStatus, Sex};
use crate::records::committees::queries::PersonSeat;
use crate::records::members::PersonMembership;
use crate::records::merges::queries::count_alike;
use crate::records::people::{PersonCard, RelationKind};
use crate::records::reserves::{Reserve, ReserveKind, ReserveState};
use crate::records::words::WordBook;
use crate::web::guards::{Db, SignedIn};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    [list::routes(), show::routes(), edit::routes(), duplicates::routes(), merge::routes(), merges::routes()]
        .concat()
}

/// What is said once somebody was entered: and that he may be on record already, under another number.
pub(in crate::web::pages) async fn entered(
    db: &mut Db,
    who: &SignedIn,
    relation: uuid::Uuid,
    said: &str,
) -> Result<String, Error> {
    let scope = who.scope();
    let alike = db::read(&mut db.0, scope, async |conn| Ok(count_alike(conn, scope, relation).await?));
    Ok(match alike.await? {
        0 => said.to_owned(),
        count => format!(
            "{said}另有{count}份档案与此人姓名读音相同或相近、出生日期相同，可能是同一人，请在“人员库—疑似重复”中核对。"
        ),
    })
}

fn status(membership: &PersonMembership) -> &str {
    MembershipStatus::parse(&membership.status).map_or(membership.status.as_str(), |status| status.name())
}

fn member(membership: &PersonMembership) -> String {
    let in_register = MembershipStatus::parse(&membership.status).is_ok_and(MembershipStatus::in_register);
    let state = if in_register { String::new() } else { format!("，{}", status(membership)) };
    format!("党员（{}{state}）", membership.branch)
}

/// A seat in words: 沙坪村支部书记.
fn seat(held: &PersonSeat, words: &WordBook) -> String {
    format!("{}{}", held.village, words.post_name(&held.seat.post))
}

fn pool_kind(reserve: &Reserve) -> &str {
    ReserveKind::parse(&reserve.kind).map_or(reserve.kind.as_str(), |kind| kind.name())
}

fn pool_state(reserve: &Reserve) -> &str {
    ReserveState::parse(&reserve.state).map_or(reserve.state.as_str(), |state| state.name())
}

/// Who somebody is, in one line: masked citizen ID, sex, birth date.
fn told_identity(card: &PersonCard) -> String {
    let person = &card.person;
    let sex = Sex::parse(&person.sex).map(Sex::name).unwrap_or_default();
    format!("{}，{sex}，{}生", card.masks.citizen_id, person.birth_date)
}

/// What somebody is on record for, in words: what he is now; where that is nothing, what he was.
fn told(record: &OnRecord, words: &WordBook) -> String {
    let today = clock::today();
    let mut told: Vec<String> = record.memberships.iter().take(1).map(member).collect();
    let sits = |held: &&PersonSeat| held.seat.to_day.is_none_or(|day| today < day);
    told.extend(record.seats.iter().filter(sits).map(|held| seat(held, words)));
    if !record.seats.iter().any(|held| sits(&held)) {
        told.extend(record.seats.iter().take(1).map(|held| format!("曾任{}", seat(held, words))));
    }
    told.extend(record.reserves.iter().take(1).map(|(reserve, village)| {
        format!("{}（{}，{}）", pool_kind(reserve), village.name, pool_state(reserve))
    }));
    for (kind, says) in [(RelationKind::Check, true), (RelationKind::Ballot, record.seats.is_empty())] {
        if says && record.kinds.contains(&kind) {
            told.push(kind.name().to_owned());
        }
    }
    told.join("；")
}

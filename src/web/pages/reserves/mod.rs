//! Pages of the pools: list, record, form, what happens to people, succession map, what the county demands.

mod actions;
mod edit;
mod list;
mod map;
mod settings;
mod show;
mod village;

use rocket::Route;

use crate::base::actor::Actor;
use crate::base::codes;
use crate::base::db;
use crate::base::error::Result;
use crate::base::ids::PersonId;
use crate::base::policy::{self, Action};
use crate::records::people;
use crate::records::reserves::queries::{Card, VillageDepth};
use crate::records::reserves::{ReserveKind, ReserveSource, ReserveState};
use crate::records::words::{WordBook, WordList};
use crate::web::forms::reserve::MentorInput;
use crate::web::guards::{Db, SignedIn};
use crate::web::views::controls::{Kind, Source};
use crate::web::views::{Badge, Tone};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    [
        list::routes(),
        map::routes(),
        village::routes(),
        settings::routes(),
        show::routes(),
        edit::routes(),
        actions::routes(),
    ]
    .concat()
}

/// Whether somebody may change records here.
fn may_enter(actor: &Actor) -> bool {
    policy::require(actor, Action::EnterRecords, &actor.scope.path).is_ok()
}

/// A state as a badge.
fn state_badge(code: &str) -> Badge {
    let Ok(state) = ReserveState::parse(code) else { return Badge::new(code, Tone::Neutral) };
    let tone = match state {
        ReserveState::InPool => Tone::Good,
        ReserveState::Seconded | ReserveState::CrossVillage => Tone::Waiting,
        ReserveState::Appointed => Tone::Neutral,
        ReserveState::Left => Tone::Bad,
    };
    Badge::new(state.name(), tone)
}

/// How deep the reserve of a village is, as a badge.
fn depth_badge(depth: &VillageDepth) -> Badge {
    if depth.is_below() {
        let lacking = depth.minimum.saturating_sub(depth.depth());
        Badge::new(format!("缺{lacking}名"), Tone::Bad)
    } else if depth.hangs_on_one() {
        Badge::new("走1人即不足", Tone::Warning)
    } else {
        Badge::new("达标", Tone::Good)
    }
}

fn kind_name(card: &Card) -> String {
    ReserveKind::parse(&card.reserve.kind)
        .map_or_else(|_| card.reserve.kind.clone(), |kind| kind.name().to_owned())
}

/// The name of a code of a list of the vocabulary.
fn named(list: &str, code: &str) -> String {
    codes::vocabulary(list).map_or(code, |table| table.name_of(code)).to_owned()
}

/// The names of sources, in their order.
fn sources(card: &Card, words: &WordBook) -> String {
    let own = words.words(WordList::ReserveSource);
    let name =
        |code: &'_ String| ReserveSource::parse_with(code, own).map_or(code.clone(), |one| one.to_string());
    card.sources.iter().map(name).collect::<Vec<_>>().join("、")
}

/// A control in which somebody on record is chosen.
fn people_picker() -> Kind {
    Kind::Picker(Source::Search("/committees/people".to_owned()))
}

/// Gives mentors who were chosen among the people on record their names, whatever was typed beside.
async fn name_chosen(db: &mut Db, who: &SignedIn, mentors: &mut [MentorInput]) -> Result<()> {
    let chosen = |mentor: &MentorInput| mentor.person.as_deref()?.trim().parse::<PersonId>().ok();
    let ids: Vec<PersonId> = mentors.iter().filter_map(chosen).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let scope = who.scope();
    let found =
        db::read(&mut db.0, scope, async |conn| Ok(people::queries::by_ids(conn, scope, &ids).await?))
            .await?;
    for mentor in mentors {
        let id = chosen(mentor);
        if let Some(person) = found.iter().find(|person| Some(person.id) == id) {
            person.name.clone_into(&mut mentor.name);
        }
    }
    Ok(())
}

//! Pages of the training rotation: coverage, those never trained, classes with roll and attendance, programmes.

mod attendance;
mod classes;
mod edit;
mod enrol;
mod member;
mod outstanding;
mod overview;
pub(super) mod pairs;
mod plan;
mod programmes;
mod sheet;
mod sites;
mod steps;

use rocket::Route;

use crate::base::actor::Actor;
use crate::base::policy::{self, Action};
use crate::records::training::queries::ClassCard;
use crate::records::training::{ClassKind, ClassState, Programme, Risk};
use crate::web::views::controls::Choice;
use crate::web::views::parts::Fact;
use crate::web::views::{Badge, Tone};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    [
        overview::routes(),
        outstanding::routes(),
        classes::routes(),
        edit::routes(),
        steps::routes(),
        enrol::routes(),
        attendance::routes(),
        sheet::routes(),
        programmes::routes(),
        plan::routes(),
        sites::routes(),
        pairs::routes(),
        member::routes(),
    ]
    .concat()
}

/// Whether somebody may change records here.
fn may_enter(actor: &Actor) -> bool {
    policy::require(actor, Action::EnterRecords, &actor.scope.path).is_ok()
}

/// Whether somebody sets programmes: for the whole county only.
fn may_set(actor: &Actor) -> bool {
    policy::require(actor, Action::SetSchemes, &actor.scope.whole_county().path).is_ok()
}

/// A state as a badge.
fn state_badge(code: &str) -> Badge {
    let Ok(state) = ClassState::parse(code) else { return Badge::new(code, Tone::Neutral) };
    let tone = match state {
        ClassState::Planned => Tone::Neutral,
        ClassState::Open => Tone::Waiting,
        ClassState::Held => Tone::Warning,
        ClassState::Closed => Tone::Good,
        ClassState::Cancelled => Tone::Bad,
    };
    Badge::new(state.name(), tone)
}

fn kind_name(code: &str) -> String {
    ClassKind::parse(code).map_or_else(|_| code.to_owned(), |kind| kind.name().to_owned())
}

fn risk_badge(risk: Risk) -> Badge {
    let tone = match risk {
        Risk::OutOfReach => Tone::Bad,
        Risk::Unplanned | Risk::MayMiss => Tone::Warning,
        Risk::Planned => Tone::Waiting,
    };
    Badge::new(risk.name(), tone)
}

/// Its days: one, or from one to another.
fn days(card: &ClassCard) -> String {
    let class = &card.class;
    if class.first_day == class.last_day {
        class.first_day.to_string()
    } else {
        format!("{}至{}", class.first_day, class.last_day)
    }
}

/// What stands above a form about a class.
fn class_facts(card: &ClassCard) -> Vec<Fact> {
    let places = card.class.places.map_or_else(|| "不限".to_owned(), |places| places.to_string());
    vec![
        Fact::text("班次编号", &card.class.code),
        Fact::text("班次名称", &card.class.name),
        Fact::text("日期", days(card)),
        Fact::text("学时", card.class.hours.normalized().to_plain_string()),
        Fact::text("名额", places),
        Fact::text("已报名", card.enrolled.to_string()),
        Fact::badge("状态", state_badge(&card.class.state)),
    ]
}

fn programme_choices(programmes: &[Programme]) -> Vec<Choice> {
    programmes.iter().map(|one| Choice::new(one.id.to_string(), one.name.clone())).collect()
}

/// An address with the parts that are not empty.
fn address(path: &str, pairs: &[(&str, &str)]) -> String {
    let parts: Vec<String> = pairs
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={}", rocket::http::RawStr::new(value).percent_encode()))
        .collect();
    if parts.is_empty() { path.to_owned() } else { format!("{path}?{}", parts.join("&")) }
}

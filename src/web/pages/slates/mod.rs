//! Pages of targets and slates: list, one being put together, two side by side, the sheet to be printed, the county's
//! targets.

mod compare;
mod edit;
mod list;
mod make;
mod outcome;
mod targets;

use rocket::Route;

use crate::base::actor::Actor;
use crate::base::policy::{self, Action};
use crate::records::slates::SlateState;
use crate::records::slates::queries::Card;
use crate::web::views::parts::Fact;
use crate::web::views::{Badge, Tone};

pub use outcome::{missed_tables, target_table};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    [list::routes(), make::routes(), edit::routes(), compare::routes(), targets::routes()].concat()
}

/// Whether somebody may change records here.
fn may_enter(actor: &Actor) -> bool {
    policy::require(actor, Action::EnterRecords, &actor.scope.path).is_ok()
}

fn state_badge(code: &str) -> Badge {
    let Ok(state) = SlateState::parse(code) else { return Badge::new(code, Tone::Neutral) };
    let tone = match state {
        SlateState::Draft => Tone::Waiting,
        SlateState::Settled => Tone::Good,
        SlateState::Dropped => Tone::Neutral,
    };
    Badge::new(state.name(), tone)
}

fn title(card: &Card) -> String {
    format!("{} {}", card.village, card.slate.name)
}

fn facts(card: &Card) -> Vec<Fact> {
    vec![
        Fact::link(
            "村（社区）",
            crate::web::views::Link::new(
                &card.village,
                format!("/committees/villages/{}", card.village_code),
            ),
        ),
        Fact::text("届次", format!("第{}届", card.slate.ordinal)),
        Fact::text("任期开始", card.slate.from_day.to_string()),
        Fact::text("拟定人", format!("{}（{}）", card.slate.created_by, card.maker)),
        Fact::text("可见范围", format!("{}及上级", card.maker)),
    ]
}

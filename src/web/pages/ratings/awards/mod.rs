//! Awards of villages in the browser: list, putting forward, one award, its steps, the public notice, the scheme.

mod actions;
mod list;
mod paper;
mod recommend;
mod show;

use rocket::Route;

use crate::base::policy::{self, Action};
use crate::records::ratings::awards::queries::AwardCard;
use crate::records::ratings::awards::{AwardScheme, AwardState, AwardStep};
use crate::web::guards::SignedIn;
use crate::web::views::{Badge, Tone};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    [list::routes(), recommend::routes(), paper::routes(), show::routes(), actions::routes()].concat()
}

fn state_badge(state: AwardState) -> Badge {
    let tone = match state {
        AwardState::Recommended | AwardState::Scored | AwardState::Decided | AwardState::Noticed => {
            Tone::Waiting
        }
        AwardState::Final => Tone::Good,
        AwardState::Returned => Tone::Warning,
        AwardState::Rejected => Tone::Neutral,
        AwardState::Revoked => Tone::Bad,
    };
    Badge::new(state.name(), tone)
}

/// The state, and whether an objection waits.
fn badges(card: &AwardCard) -> Vec<Badge> {
    let mut badges = vec![state_badge(card.award.state())];
    if card.open_objections > 0 {
        badges.push(Badge::new("有异议待处理", Tone::Warning));
    }
    badges
}

/// Whether somebody may take a step of a scheme somewhere in his scope.
fn may_take(who: &SignedIn, scheme: Option<&AwardScheme>, step: AwardStep) -> bool {
    let is_of_county = scheme.is_none_or(|scheme| scheme.is_of_county(step));
    let county = who.scope().whole_county().path;
    let path = if is_of_county { &county } else { &who.scope().path };
    policy::require(&who.actor, Action::DecideRatings, path).is_ok()
}

fn may_enter(who: &SignedIn) -> bool {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path).is_ok()
}

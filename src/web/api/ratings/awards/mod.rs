//! `/ratings/awards`: villages put forward for awards, step after step; `/ratings/award-schemes`: how a county honours them.

mod json;
mod nominations;
mod schemes;

use rocket::{Route, routes};

pub use json::{AwardJson, AwardSchemeJson};
pub use nominations::*;
pub use schemes::*;

/// The routes.
#[must_use]
pub(super) fn routes() -> Vec<Route> {
    routes![
        list_awards,
        show_award,
        recommend_awards,
        act_on_award,
        act_on_awards,
        list_award_schemes,
        set_award_scheme
    ]
}

//! `/reserve-cadres`: the pools of reserve cadres and local talent.

mod follow_up;
mod json;
mod pool;
mod settings;
mod steps;
mod succession;

use rocket::{Route, routes};

pub use follow_up::*;
pub use json::{MentorJson, ReserveJson, VillageJson};
pub use pool::*;
pub use settings::*;
pub use steps::*;
pub use succession::*;

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![
        list_reserves,
        list_succession,
        show_reserve,
        reserve_history,
        enter_reserve,
        change_reserve,
        step_reserve,
        add_mentor,
        end_mentor,
        write_note,
        review_reserve,
        list_reserve_settings,
        set_reserve_settings,
    ]
}

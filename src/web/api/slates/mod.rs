//! `/committee-targets` and `/slates`: what a county wants of its teams, and teams that are tried out.

mod slate;
mod targets;

use rocket::{Route, routes};

pub use slate::*;
pub use targets::*;

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![
        list_committee_targets,
        set_committee_target,
        list_slates,
        make_slate,
        show_slate,
        change_slate,
        show_slate_outcome,
        try_slate,
    ]
}

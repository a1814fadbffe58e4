//! `/training`: the rotation of members through classes.

mod plan;

use rocket::{Route, routes};

pub use plan::*;

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![plan_class_lists, accept_class_lists]
}

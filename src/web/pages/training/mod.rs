//! Pages of the rotation of members through classes.

mod plan;

use rocket::Route;

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    plan::routes()
}

//! Members in the browser: list and search, entering, changing, the record, events, transfers.

mod actions;
pub(super) mod edit;
pub(super) mod form;
pub(super) mod list;
pub(super) mod show;
pub(super) mod stale;
mod transfers;

use rocket::Route;

pub(super) use stale::moment;

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    [list::routes(), edit::routes(), show::routes(), actions::routes(), transfers::routes()].concat()
}

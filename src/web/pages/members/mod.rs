//! Members in the browser: list and search, entering, changing, the record, events, transfers.

mod actions;
mod edit;
mod form;
mod list;
mod show;
mod stale;
mod transfers;

use rocket::Route;

pub(super) use stale::moment;

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    [list::routes(), edit::routes(), show::routes(), actions::routes(), transfers::routes()].concat()
}

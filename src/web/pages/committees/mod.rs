//! Committees in the browser: the list, a village, the forms, a vote and its results sheet, the rules,
//! the words that the county adds.

mod ask;
mod correct;
mod departures;
mod explain;
mod extend;
mod leave;
mod list;
mod results;
mod rules;
mod village;
mod vote;
mod words;

use rocket::Route;

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    [
        list::routes(),
        village::routes(),
        ask::routes(),
        leave::routes(),
        departures::routes(),
        correct::routes(),
        explain::routes(),
        extend::routes(),
        vote::routes(),
        results::routes(),
        rules::routes(),
        words::routes(),
    ]
    .concat()
}

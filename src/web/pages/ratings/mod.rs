//! Star ratings in the browser: rounds, opening one, the grid, the review; the desk of fairness; awards of
//! villages.

mod awards;
mod card;
mod fairness;
mod grid;
mod review;
mod rounds;
mod schemes;
mod what_if;

pub(crate) use rounds::Shown;

use rocket::Route;

use crate::records::ratings::RatingState;
use crate::web::views::{Badge, Tone};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    [
        rounds::routes(),
        grid::routes(),
        review::routes(),
        awards::routes(),
        card::routes(),
        schemes::routes(),
        what_if::routes(),
        fairness::routes(),
    ]
    .concat()
}

fn badge(state: RatingState) -> Badge {
    let tone = match state {
        RatingState::Draft => Tone::Neutral,
        RatingState::Submitted | RatingState::Reviewed => Tone::Waiting,
        RatingState::Returned | RatingState::Objected => Tone::Warning,
        RatingState::Revoked => Tone::Bad,
        RatingState::Confirmed | RatingState::Published => Tone::Good,
    };
    Badge::new(state.name(), tone)
}

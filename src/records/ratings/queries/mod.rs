//! Every read of schemes, rounds and ratings.

mod grid;
mod review;
mod rounds;
mod schemes;
mod sheets;
mod subjects;

pub use grid::{Grid, GridRow, Objection, RatingCard, grid, ids_of_rounds, rating};
pub(super) use grid::{lock_ratings, rounds_of, scores_of};
pub use review::{Past, Review, ReviewRow, Share, of_member, review};
pub(super) use rounds::lock_rounds;
pub use rounds::{
    Cursor, Filter, Progress, RoundCard, RoundLine, Waiting, count, list, of_periods, round, waiting,
};
pub(super) use schemes::{by_ids, newest_versions, versions};
pub use schemes::{in_force, primary, schemes};
pub use sheets::{Mark, Sheet};
pub use subjects::{Subject, people_of, subjects};

//! Every read of schemes, rounds, assessments, objections, checks and draws.

mod draws;
mod grid;
mod objections;
mod picture;
mod ranking;
mod rounds;
mod schemes;

pub use draws::{DrawCard, DrawUnit, Pick, count_draws, draw, draws};
pub(super) use draws::{draw_units, lock_draws, picked, villages};
pub use grid::{
    Card, Filter, Grid, GridRow, Place, Unit, card, count_listed, grid, ids_of_rounds, list, units_on,
};
pub(super) use grid::{by_assessment, of_rounds, scores_of, units};
pub(super) use objections::objections;
pub use objections::{Correction, ObjectionCard, objection, of_round};
pub(super) use picture::lock_inspections;
pub use picture::{
    InspectionCard, InspectionFilter, Picture, QuarterLine, count_inspections, inspection, inspections,
    picture,
};
pub use ranking::{RankLine, ranking, ranking_of_round};
pub(super) use rounds::lock_rounds;
pub use rounds::{
    Cursor, Progress, RoundCard, RoundFilter, RoundLine, Waiting, count, of_quarter, round, rounds, waiting,
};
pub(super) use schemes::newest_versions;
pub use schemes::{assesses, by_ids, scheme_for, schemes};

//! `/candidate-checks`: candidates, what departments say of them, and what becomes of it; `/vetting-checklists` and
//! `/vetting-departments`: what a county asks, and whom.

mod checks;
mod json;
mod lists;

use rocket::{Route, routes};

pub use checks::*;
pub use json::{CandidateCheckJson, CandidateJson, VerdictItemJson};
pub use lists::*;

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![
        list_candidate_checks,
        show_candidate_check,
        propose_candidate,
        record_verdicts,
        decide_candidate,
        list_checklists,
        set_checklist,
        list_departments,
        set_departments,
    ]
}

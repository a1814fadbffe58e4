//! Quarterly assessment of villages by their town, the rotating flag, the checks beside it, and the draw of unannounced
//! visits.
//!
//! Owns `assessment_schemes`, `assessment_indicators`, `assessment_rounds`, `assessments`, `assessment_scores`,
//! `assessment_objections`, `assessment_corrections`, `inspections`, `visit_draws`, `visit_draw_units`,
//! `visit_draw_picks`.
//!
//! Verbs, each over a slice of commands, one transaction, one audit entry:
//! - [`set_scheme()`]: a supervisor sets how his county, or his town for itself, assesses from a quarter on;
//!   [`scheme_of_pack`] reads one from a practice pack (`assessments.json`).
//! - [`open_round()`]: a town begins a quarter; [`enter_scores()`]: scores or deductions as typed, refused by village,
//!   indicator and rule.
//! - [`submit`], [`confirm`], [`publish`], [`return_`]: the way of a round is draft → submitted → confirmed →
//!   published, with returned ⇄ submitted beside it. Nobody decides on what he submitted himself.
//! - [`object()`], [`resolve()`]: within the notice anybody may have an objection entered; whoever decides gives the
//!   reason, and an upheld one corrects scores in the open.
//! - [`record_inspection()`], [`change_inspection()`]: the other checks of a unit.
//! - [`promise_draw()`], [`fix_draw()`], [`reveal_draw()`]: a draw of units that anybody can draw again.
//!
//! Invariants: a total stands exactly where every indicator has a score; ranks, the holder of the flag and his streak are
//! computed ([`ranking`]) and stored nowhere but in the facts of closed quarters; a draw is never changed.

mod decide;
mod draws;
mod enter_scores;
mod inspections;
mod lock;
pub mod model;
mod object;
mod open_round;
pub mod queries;
pub mod ranking;
mod resolve;
pub mod rules;
mod set_scheme;

pub use decide::{Decide, Decided, SendBack, confirm, publish, return_, submit};
pub use draws::{FixDraw, PromiseDraw, RevealDraw, fix_draw, promise_draw, reveal_draw};
pub use enter_scores::{EnterScores, Entered, Mark, ScoreRow, enter_scores};
pub use inspections::{ChangeInspection, RecordInspection, Report, change_inspection, record_inspection};
pub use model::{
    Assessment, AssessmentState, Draw, DrawState, Entry, FlagRule, Indicator, Inspection, InspectionKind,
    Objection, ObjectionState, Round, Scheme,
};
pub use object::{Object, object};
pub use open_round::{OpenRound, open_round};
pub use resolve::{Resolve, resolve};
pub use rules::{Step, printed};
pub use set_scheme::{SetIndicator, SetScheme, scheme_of_pack, set_scheme};

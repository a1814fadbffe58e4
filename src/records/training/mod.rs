//! Training rotation (轮训): programmes by which every member is trained once in a cycle, their classes, who came, and how
//! far an organisation has come.
//!
//! Owns `training_settings`, `training_sites`, `training_programmes`, `training_demands`, `training_floors`, `training_fields`,
//! `training_exemptions`, `training_classes`, `training_enrolments`, `training_attendances`, `training_completions`,
//! `training_pairs`.
//!
//! Verbs, each over a slice of commands, one transaction, one audit entry:
//! - [`set_settings()`]: hours to reach and the planning period of the county, by date ([`settings`]).
//! - [`set_programmes`], [`revise_demands`]: programmes with whom they train, yearly floors and fields; supervisors of the
//!   county. What a programme demands is a version by date.
//! - [`exempt()`], [`end_exemptions`]: who need not be trained.
//! - [`plan_classes`] ([`examine_classes`] says what it would refuse), [`change_classes`] ([`examine_changes`]),
//!   [`step_classes`]: planned → open → held → closed (→ reopened), or cancelled out of the first two ([`rules::next_state`]). A class stands where its
//!   audience stands: whoever acts for that organisation keeps it; towns enrol their own members in classes of the county.
//! - [`enrol()`], [`withdraw`]: the roll, by list or by branch, while the class is open.
//! - [`pair()`], [`correct_pairs`], [`end_pairs`]: who guides whom, what was agreed, what came of it; people who need not
//!   be members. An organisation keeps the pairs that it made.
//! - [`set_sites()`]: where sites stand and how many people they take; supervisors of the county.
//! - [`place()`]: class lists that a supervisor accepted, [`basis()`] reads what they are planned from
//!   (`across/planning`).
//! - [`attend()`] ([`examine_attendances`] says what it would refuse), [`correct_attendances`] ([`examine_corrections`]),
//!   [`remove_attendances`]: who came, while the class is held. A class that takes walk-ins enrols whoever came without being on the roll.
//!
//! Reads: [`coverage()`] and [`outstanding()`] take an actor and the code of an organisation; the others are in
//! [`queries`] and take a scope.
//!
//! Invariants: nobody is on the rolls of two classes at one time (an exclusion constraint; micro-lessons and lectures are
//! let pass); nobody came to a class twice, longer than it took, or after he left the register; a member is trained in a
//! programme from the last day of the first class (not micro-lesson or lecture) of it that he passed, which
//! `training_completions` says and only the verbs of attendance write.

mod attend;
mod basis;
mod change;
mod coverage;
mod enrol;
mod exempt;
pub mod model;
mod outstanding;
mod pair;
mod place;
mod plan;
mod programme;
pub mod queries;
mod roll;
pub mod rules;
mod set_settings;
mod set_sites;
pub mod settings;
mod step;
mod write;

pub use attend::{
    Attend, CorrectAttendance, RemoveAttendance, WalkIns, attend, correct_attendances, examine_attendances,
    examine_corrections, remove_attendances,
};
pub use basis::{Basis, ComingClass, Seeker, Sitting, basis};
pub use change::{ChangeClass, Edits, change_classes, examine_changes};
pub use coverage::{Coverage, CoverageLine, coverage};
pub use enrol::{Enrol, Enrolled, Whom, Withdraw, enrol, withdraw};
pub use exempt::{EndExemption, Exempt, end_exemptions, exempt};
pub use model::{
    Attendance, Class, ClassKind, ClassState, DemandRow, Exemption, ExemptionKind, Field, PairOutcome,
    PairRow, Programme, TrainingResult,
};
pub use outstanding::{
    Outstanding, OutstandingFilter, OutstandingPlace, Risk, count_outstanding, outstanding,
};
pub use pair::{CorrectPair, EndPair, Pair, correct_pairs, end_pairs, pair};
pub use place::{PlaceMember, place};
pub use plan::{Items, PlanClass, examine_classes, plan_classes};
pub use programme::{Demand, NewField, ReviseDemand, SetProgramme, revise_demands, set_programmes};
pub use roll::Refusal;
pub use rules::{ClassStep, Forecast, next_state, read_row_code, row_code, scan_code};
pub use set_settings::{SetSettings, set_settings};
pub use set_sites::{SetSite, set_sites};
pub use settings::{Settings, SettingsBook};
pub use step::{StepClass, step_classes};

//! Whether somebody may stand: the negative list of a county, put to its departments item by item before he is filed and
//! takes a seat (任职资格联审).
//!
//! Owns `vetting_departments`, `vetting_members`, `vetting_checklists`, `vetting_items`, `candidate_checks`,
//! `candidate_verdicts`.
//!
//! A check is of one person for one term of one committee; the term need not have begun, so it is named by village, kind
//! and ordinal. It goes from proposed to vetted (every item answered) to filed to in post, or is rejected or withdrawn;
//! past its last valid day it is expired, whether or not that was written down ([`CheckState::on`]).
//!
//! **Few may read what departments say.** Verdicts and the reasons of decisions are encrypted. Row-level security shows
//! `candidate_verdicts` to nobody but a transaction that says for whom it looks ([`sight`]): a supervisor of the whole
//! county, or an account that the county named for a department, which sees that department's items alone. Clerks propose
//! and withdraw, and see how far a check has come until it is with the county: whether it still waits there or was
//! rejected ([`Progress`]) is told to those who vet alone, here as in findings and refusals of committees. The trail says
//! who answered which item, never what.
//!
//! Whether a county demands a filed check of everybody who is appointed stands in its checklist, valid from a date; a
//! county without one demands nothing (`clearance`).

mod clearance;
mod decide;
pub mod model;
mod progress;
mod propose;
pub mod queries;
mod record_verdicts;
pub mod rules;
pub mod sample_list;
mod set_checklist;
mod set_departments;
pub mod sight;
mod write;

pub(in crate::records) use clearance::{Ask, Cause, Clearance, Cleared, clearances, take_office, vacate};
pub use decide::{Decision, End, FileCheck, file, reject, withdraw};
pub use model::{
    CandidateCheck, CheckState, Checklist, Department, Finding, Item, Severity, Verdict, VerdictResult,
};
pub use progress::Progress;
pub use propose::{Propose, propose};
pub use record_verdicts::{Answer, RecordVerdicts, record_verdicts};
pub use set_checklist::{NewItem, SetChecklist, set_checklist};
pub use set_departments::{SetDepartment, set_departments};

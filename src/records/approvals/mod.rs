//! What takes two people: a request of one, decided by another. Owns `approvals`.
//!
//! The area knows who may decide what and when, and nothing of what is decided: the verb of a subject files a request
//! ([`file()`]) and, when somebody else approves, carries its content out in the transaction that concludes it ([`lock`],
//! [`conclude`]). Granting a role works so, and changing what a county demands at sign-in. The subject's verb leaves the entry
//! in the trail.

mod decide;
mod file;
mod model;
pub mod queries;

pub use decide::{Conclusion, conclude, lock};
pub use file::{Filing, file};
pub use model::{Approval, Kind, State};

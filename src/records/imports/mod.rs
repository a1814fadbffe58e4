//! Uploaded workbooks and their plans. Knows no subject: what a row says is an encrypted text here.
//!
//! Owns `imports` and `import_rows`. Invariants: states go reading → planned → committing → committed (→ undone), back
//! from committing to planned where nothing was written, and to failed from reading; in every state after reading the
//! five buckets sum to the rows read; the file itself is never kept.
mod advance;
pub mod model;
pub mod queries;
mod receive;
mod stage;

pub use advance::{beat, begin_commit, bury, commit, fail, given_back, plan, return_to_plan};
pub use model::{Bucket, Counts, Import, Kind, State, StoredRow};
pub use receive::{Receive, receive};
pub use stage::{Became, link, restage, stage};

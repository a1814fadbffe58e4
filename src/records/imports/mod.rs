//! Uploaded workbooks and their plans. Knows no subject: what a row says is an encrypted text here.
//!
//! Owns `imports`, `import_rows`, `import_traces`, `import_undos`, `import_mappings`, `import_drafts` and
//! `import_draft_rows`. Invariants: states go reading → planned → committing → committed (→ undone), back
//! from committing to planned where nothing was written, to failed from reading, and back to reading where a person said
//! what the columns are; in every state after reading the
//! five buckets sum to the rows read; the file itself is never kept.
mod advance;
mod drafts;
mod forget;
mod match_columns;
pub mod model;
pub mod queries;
mod receive;
mod stage;
mod undo;
mod undo_words;

pub use advance::{
    beat, begin_commit, bury, commit, fail, given_back, hold_plan, plan, rechoose, return_to_plan,
};
pub use drafts::{
    Draft, DraftRow, HoldDraft, MOST_ROWS, close_up, draft, draft_rows, hold_draft, keep_rows, mark_planned,
    plan_of,
};
pub use forget::{forget, matched_too_late};
pub use match_columns::{propose, read_again};
pub use model::{Bucket, Counts, DAYS_TO_UNDO, Import, Kind, MINUTES_TO_MATCH, State, StoredRow};
pub use receive::{Receive, receive};
pub use stage::{Became, link, restage, stage};
pub use undo::{can_undo, trace, undo};

//! Who did what, through which door. One entry per action, appended in the action's transaction as its last statement:
//! the function behind `append` takes a lock that orders the entries, so the lock stays short.
//!
//! Each entry is hashed with the one before it (`docs/audit-format.md`). `chain` checks that, over the rows of `reader`
//! or the lines of `bundle`; `checkpoints` signs how long a chain is and keeps that outside the database.

mod append;
pub mod bundle;
pub mod chain;
mod changes;
pub mod checkpoints;
pub mod format;
pub mod names;
pub mod queries;
pub mod reader;
pub mod reconcile;

pub mod verify;

pub use append::{Entry, IMPORT, Outsider, append, append_at_machine, append_outside, digest, hold};
pub use changes::changes;

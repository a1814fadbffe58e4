//! Who did what, through which door. One entry per action, appended in the action's transaction as its last statement:
//! the function behind `append` takes a lock that orders the entries, so the lock stays short.

mod append;
pub mod queries;

pub use append::{Entry, IMPORT, Outsider, append, append_outside, digest};

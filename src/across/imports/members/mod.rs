//! The kind `members`: 「党员名册」.
mod admit;
pub mod branches;
pub mod classify;
pub mod columns;
pub mod compare;
pub mod parse;

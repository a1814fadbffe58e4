//! cadre: the records of a county's grassroots Party organisations, and the figures made from them.
//!
//! The floors, from top to bottom; a floor imports only floors below it:
//! `cli` and `web` (doors) → `across` (work over several areas) → `records` (one folder per area)
//! → `base` (knows nothing of our subject) and `schema` (generated).
// One step for each table in `base/db/together.rs`.
#![recursion_limit = "256"]

pub mod across;
pub mod base;
pub mod cli;
pub mod records;
#[expect(missing_docs, reason = "generated; the documented parts come from the comments in the database")]
pub mod schema;
pub mod web;

//! The one integration binary: one link, all tests in parallel, each with a schema of its own.
//!
//! A test that needs PostgreSQL lives here; one that does not lives in the file that it tests. The tree mirrors `src/`:
//! `records/<area>` for verbs and queries, `across`, `pages/<area>`, `api/<area>`, `cli`; beside them stand the walls:
//! `house` (floors, owners, sizes), `schema` (the live catalogue), `coverage` (what may only shrink).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::as_conversions,
    clippy::allow_attributes,
    missing_docs,
    reason = "tests may stop at the first surprise; the in-tests switches of clippy.toml do not reach helpers"
)]

mod across;
mod api;
mod cli;
mod cluster;
mod coverage;
mod hostile;
mod house;
mod planted;
mod records;
mod schema;
#[allow(dead_code, reason = "builders stand ready for the tests of every area")]
mod support;

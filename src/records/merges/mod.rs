//! Two records of one person: found all over a county, told apart or merged by somebody who looked at both, and taken
//! apart again by a supervisor.
//!
//! Owns `distinct_people`, `person_merges`, `person_merge_rows` and `merged_ids`. Which rows a merge touches follows from the
//! keys of the catalogue (`merge_keys` in `base/db/merge.sql`): they stand in tables of many areas, so what moves them is
//! one function of the database, as with taking an import back (`docs/decisions/0013`).

mod alike;
mod choose;
mod compare;
mod distinguish;
mod find;
mod merge;
mod model;
pub mod queries;
mod rules;
mod twice;
mod undo;

pub use alike::{Alike, Newcomer, alike};
pub use choose::{FieldPair, Side, fields_of};
pub use compare::{Comparison, compare};
pub use distinguish::{Distinguish, distinguish, reconsider};
pub use find::{Cursor, Looked, Pair, Pairs, Signs, Strength, count, list};
pub use merge::{Half, Merge, merge};
pub use model::{Merged, MergedRow, noun};
pub use twice::Twice;
pub use undo::{Undone, can_undo, undo};

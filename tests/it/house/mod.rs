//! The walls of the house, read from the sources: what a workspace of crates would give.

mod floors;
mod owners;
mod sizes;
mod sources;
mod sql;

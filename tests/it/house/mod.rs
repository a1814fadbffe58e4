//! The walls of the house, read from the sources: what a workspace of crates would give.

mod asvs;
mod commands;
mod floors;
mod owners;
mod scopes;
mod sizes;
pub mod sources;
mod sql;
mod trail_names;

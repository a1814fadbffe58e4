//! The program as people start it.

mod accounts;
mod audit;
mod away;
mod demo;
mod help;
pub mod interruption;
mod keys;
pub mod program;
mod statuses;

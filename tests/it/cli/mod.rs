//! The program as people start it.

mod accounts;
mod audit;
mod demo;
mod help;
mod interruption;
pub mod program;
mod statuses;

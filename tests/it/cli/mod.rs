//! The program as people start it.

mod accounts;
mod audit;
mod away;
mod backing_up;
mod demo;
mod help;
pub mod interruption;
mod keys;
mod named;
pub mod program;
mod scripts;
mod statuses;
mod time_zones;

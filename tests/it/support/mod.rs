//! What tests stand on: a database of their own, builders that write straight to it, clients that go through the doors.
//!
//! A builder makes what a test needs to exist; a client does what the test is about.

pub mod app;
pub mod builders;
pub mod database;
pub mod pdf;
mod server;
pub mod template;

pub use database::TestDb;

//! Verbs and queries against PostgreSQL, one folder per area.

mod members;
mod organisations;
mod ratings;

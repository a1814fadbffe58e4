//! Verbs and queries against PostgreSQL, one folder per area.

mod accounts;
mod assessments;
mod audited;
mod committees;
mod members;
mod merges;
mod organisations;
mod people;
pub mod ratings;
mod reserves;
mod slates;
mod trail;
mod training;
mod vetting;
mod words;

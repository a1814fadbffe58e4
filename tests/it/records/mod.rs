//! Verbs and queries against PostgreSQL, one folder per area.

mod accounts;
mod audited;
mod committees;
mod members;
mod organisations;
mod ratings;
mod reserves;
mod slates;
mod training;
mod vetting;

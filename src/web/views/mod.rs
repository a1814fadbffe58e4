//! What each page shows, as plain structs that a handler fills and a template prints.
//!
//! No query, no rule, no HTTP: a view knows texts and addresses only. Templates lie in `web/templates`, one folder
//! per area; `web/templates/README.md` lists them with their fields. Parts that several pages share (`Control`,
//! `Form`, `Table`, `Badge` …) are templates of their own and may be printed into another template as they are.
//!
//! The house rules of every page: no inline script, no `style` attribute (the content security policy forbids both),
//! each control has a label, no identifier of a person in an address.

pub mod accounts;
pub mod amendments;
pub mod articles;
pub mod assessments;
pub mod audit;
pub mod awards;
pub mod changes;
pub mod class_plan;
pub mod cockpit;
pub mod committees;
pub mod controls;
pub mod doubles;
pub mod form_page;
pub mod frame;
pub mod grid;
pub mod home;
pub mod imports;
pub mod members;
pub mod merges;
pub mod parts;
pub mod problem;
pub mod qr_code;
pub mod quarters;
pub mod ratings;
pub mod reports;
pub mod reserves;
pub mod sign_in;
pub mod slates;
pub mod table;
pub mod team;
pub mod training;
pub mod vetting;

#[cfg(test)]
mod samples;

pub use controls::{Choice, Control, Form, Group, Problem};
pub use form_page::FormPage;
pub use frame::{Frame, Section};
pub use parts::{Badge, Link, Notice, Tone};
pub use table::{Cell, Column, Row, Table};

//! The JSON API below `/api/v1`, one file per area; whatever a page does, the API does.
pub mod accounts;
pub mod audit;
pub mod committees;
pub mod document;
pub mod exports;
pub mod imports;
pub mod kinships;
pub mod member_events;
pub mod members;
pub mod organisations;
pub mod ratings;
pub mod reports;
pub mod reserves;
pub mod session;
pub mod slates;
pub mod training;
pub mod vetting;

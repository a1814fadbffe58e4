//! Pages for people, one file or folder per area.
pub mod accounts;
pub mod assessments;
pub mod audit;
pub mod committees;
pub mod health;
pub mod home;
pub mod imports;
pub mod members;
pub mod pickers;
pub mod quarters;
pub mod ratings;
pub mod reports;
pub mod reserves;
pub mod session;
pub mod slates;
pub mod training;
pub mod vetting;

//! The JSON API through the whole server: who may come in, what it answers, what it refuses.

mod articles;
mod assessments;
mod audit;
mod bad_input;
mod cockpit;
mod committees;
mod document;
mod drafts;
mod exports;
mod home;
mod imports;
mod members;
mod merges;
mod papers;
mod people;
mod proofs;
mod ratings;
mod reports;
mod reserves;
mod session;
mod slates;
mod training;
mod training_plan;
mod transfers;
mod vetting;
mod words;

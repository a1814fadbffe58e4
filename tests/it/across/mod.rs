//! Work over several areas against PostgreSQL.

mod appointment;
mod demo;
mod exports;
mod imports;
mod planning;
mod print;
mod proof;
mod published;
mod recomputed;
mod reports;
mod sample;
mod sheets;
mod training;

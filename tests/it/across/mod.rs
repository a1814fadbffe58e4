//! Work over several areas against PostgreSQL.

mod imports;
mod reports;
mod sample;
mod sheets;

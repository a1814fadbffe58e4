//! Work over several areas against PostgreSQL.

mod imports;
mod sample;
mod sheets;

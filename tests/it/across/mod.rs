//! Work over several areas against PostgreSQL.

mod sample;

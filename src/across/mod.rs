//! Work that needs more than one area of the records: no HTTP and no terminal here.
pub mod appointment;
pub mod articles;
pub mod demo;
pub mod divisions;
pub mod exports;
pub mod imports;
pub mod papers;
pub mod people;
pub mod planning;
pub mod print;
pub mod reports;
pub mod rotation;
pub mod sample;
pub mod sheets;
pub mod trail;

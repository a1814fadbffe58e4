//! Workbooks coming in: read, parsed row by row, compared with what is on record, shown as a plan, carried out.
//!
//! [`columns`], [`headings`] and [`cells`] know workbooks and no subject; each kind of workbook has a folder that
//! knows its columns and turns a row into what it says of the record.
mod asides;
pub mod assessments;
pub mod cells;
pub mod choose;
pub mod columns;
pub mod commit;
pub mod committees;
pub mod content;
pub mod context;
pub mod differences;
pub mod drafts;
pub mod elections;
pub mod examples;
pub mod fields;
pub mod grid;
pub mod header;
pub mod headings;
pub mod mapping;
pub mod members;
pub mod objections;
pub mod organisations;
pub mod places;
pub mod progress;
pub mod proposal;
pub mod ratings;
pub mod read;
pub mod receipt;
pub mod refused;
pub mod reserves;
pub mod settle;
pub mod subject;
pub mod summary;
pub mod synonyms;
pub mod template;
pub mod terms;
pub mod training_attendance;
pub mod training_classes;
pub mod upload;
pub mod villages;

//! `cadre read-sheet`: the confined process that reads a workbook (decision D12). Not for people.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::across::sheets;

/// Which sheet of which file.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The workbook
    path: PathBuf,
    /// Name of the sheet
    sheet: String,
}

/// Reads the sheet to standard output.
pub fn run(options: &Options) -> ExitCode {
    ExitCode::from(sheets::child::run(&options.path, &options.sheet))
}

//! How much of a file is read before it is refused (requirement REL-10).

use std::time::Duration;

/// The bounds of one file. [`Limits::default`] is what users meet; tests draw them closer.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Size of the file, in bytes.
    pub file: u64,
    /// Size of all parts of a workbook when unpacked, and of all texts handed on, in bytes.
    pub inflated: u64,
    /// Number of files inside a workbook.
    pub parts: usize,
    /// Cells that stand in the sheet, empty ones included.
    pub cells: u64,
    /// Rows with a value, the heading included.
    pub rows: u64,
    /// Columns of a sheet.
    pub columns: u32,
    /// Characters of one cell (the spreadsheet programs' own bound).
    pub text: usize,
    /// Bytes of one row, encoded.
    pub row: usize,
    /// Processor time of the reading process, and the time that anyone waits for it.
    pub time: Duration,
    /// Memory that the reading process may ask for, in bytes.
    pub memory: u64,
}

impl Limits {
    pub(super) const MEBIBYTE: u64 = 1024 * 1024;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file: 20 * Self::MEBIBYTE,
            inflated: 200 * Self::MEBIBYTE,
            parts: 5_000,
            cells: 5_000_000,
            rows: 100_000,
            columns: 16_384,
            text: 32_767,
            row: 4 * 1024 * 1024,
            time: Duration::from_secs(60),
            memory: 512 * Self::MEBIBYTE,
        }
    }
}

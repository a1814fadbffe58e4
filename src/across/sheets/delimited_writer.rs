//! Writes csv: UTF-8 with the mark that Excel and WPS need to see Chinese, and no text that runs as a formula.

use std::io::Write;

use super::cell::Cell;
use super::error::WriteError;
use super::formula;

/// Writes rows as they come. Text cells are guarded ([`formula::guard`]); numbers, dates and flags are not texts
/// and stay as they are.
pub struct DelimitedWriter<W: Write> {
    out: csv::Writer<W>,
}

impl<W: Write> DelimitedWriter<W> {
    /// Begins with the mark and the headings.
    ///
    /// # Errors
    /// When `out` refuses the bytes.
    pub fn new<'a>(mut out: W, headings: impl IntoIterator<Item = &'a str>) -> Result<Self, WriteError> {
        out.write_all("\u{FEFF}".as_bytes())?;
        let mut writer =
            Self { out: csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out) };
        let headings: Vec<Cell> =
            headings.into_iter().map(|heading| Cell::Text(heading.to_owned())).collect();
        writer.row(&headings)?;
        Ok(writer)
    }

    /// Writes one row.
    ///
    /// # Errors
    /// When the output refuses the bytes, or the row has another length than the headings.
    pub fn row(&mut self, cells: &[Cell]) -> Result<(), WriteError> {
        for cell in cells {
            match cell {
                Cell::Text(text) | Cell::Error(text) => {
                    self.field(&formula::guard(text))?;
                }
                other => self.field(&other.shown())?,
            }
        }
        self.out.write_record(None::<&[u8]>).map_err(std::io::Error::from)?;
        Ok(())
    }

    fn field(&mut self, text: &str) -> Result<(), WriteError> {
        self.out.write_field(text).map_err(std::io::Error::from)?;
        Ok(())
    }

    /// Writes what is left and gives the output back.
    ///
    /// # Errors
    /// When the output refuses the bytes.
    pub fn finish(self) -> Result<W, WriteError> {
        self.out.into_inner().map_err(|error| WriteError::Io(error.into_error()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_guarded_and_numbers_are_not() {
        let mut writer = DelimitedWriter::new(Vec::new(), ["姓名", "得分"]).unwrap();
        writer.row(&[Cell::Text("=HYPERLINK(\"x\")".to_owned()), Cell::Number(-2.5)]).unwrap();
        let bytes = writer.finish().unwrap();
        assert_eq!(
            String::from_utf8(bytes).unwrap(),
            "\u{FEFF}姓名,得分\r\n\"'=HYPERLINK(\"\"x\"\")\",-2.5\r\n"
        );
    }
}

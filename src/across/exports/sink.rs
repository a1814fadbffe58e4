//! Where the rows of a list go: a workbook or a csv, counted and hashed on the way.

use std::io::Write;

use sha2::{Digest, Sha256};

use crate::across::exports::{Format, Request};
use crate::across::imports::columns::Heading;
use crate::across::sheets::{
    Book, Cell, Column, ColumnKind, DelimitedWriter, Field, Properties, SheetWriter,
};
use crate::base::clock;
use crate::base::error::{Error, Result};
use crate::records::words::WordBook;

/// An output that knows the hash of what went through it.
pub struct Sealed<W> {
    out: W,
    digest: Sha256,
}

impl<W: Write> Sealed<W> {
    /// Nothing went through yet.
    pub fn new(out: W) -> Self {
        Self { out, digest: Sha256::new() }
    }

    /// The hash of everything, when all of it has arrived.
    ///
    /// # Errors
    /// When `out` refuses the last bytes.
    pub fn finish(mut self) -> Result<[u8; 32]> {
        self.out.flush().map_err(Error::broken)?;
        Ok(self.digest.finalize().into())
    }
}

impl<W: Write> Write for Sealed<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.digest.update(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}

/// Takes rows.
pub struct Sink<'a> {
    writer: Writer<'a>,
    rows: usize,
}

enum Writer<'a> {
    Xlsx(SheetWriter<'a>),
    Csv(Box<DelimitedWriter<&'a mut (dyn Write + Send)>>),
}

impl Sink<'_> {
    /// Writes everything that `rows` gives; answers how many rows that were.
    ///
    /// # Errors
    /// Those of `rows` and of the output.
    pub async fn write<W: Write + Send>(
        request: &Request,
        title: &str,
        (columns, further): (&[&'static Heading], &[String]),
        words: &WordBook,
        out: &mut Sealed<W>,
        rows: impl AsyncFnOnce(&mut Sink<'_>) -> Result<()>,
    ) -> Result<usize> {
        match request.format {
            Format::Xlsx => {
                let created = clock::now();
                let day = clock::date_in_china(created);
                let properties = Properties { title: title.to_owned(), created };
                let mut book = Book::new(&properties);
                let further = further.iter().map(|name| Column::new(name.clone(), ColumnKind::Number));
                let columns =
                    columns.iter().map(|heading| heading.column(words, day)).chain(further).collect();
                let sheet = book.sheet(request.kind.name(), columns).map_err(Error::broken)?;
                let mut sink = Sink { writer: Writer::Xlsx(sheet), rows: 0 };
                rows(&mut sink).await?;
                let count = sink.finish()?;
                book.finish(out).map_err(Error::broken)?;
                Ok(count)
            }
            Format::Pdf | Format::Register => Err(Error::broken("a register is no sheet of rows")),
            Format::Csv => {
                let out: &mut (dyn Write + Send) = out;
                let further = further.iter().map(String::as_str);
                let headings = columns.iter().map(|heading| heading.title).chain(further);
                let writer = DelimitedWriter::new(out, headings).map_err(Error::broken)?;
                let mut sink = Sink { writer: Writer::Csv(Box::new(writer)), rows: 0 };
                rows(&mut sink).await?;
                sink.finish()
            }
        }
    }

    /// Writes a row.
    ///
    /// # Errors
    /// When the output refuses it.
    pub fn row(&mut self, cells: Vec<Cell>) -> Result<()> {
        self.rows += 1;
        match &mut self.writer {
            Writer::Xlsx(sheet) => {
                let fields: Vec<Field> = cells.into_iter().map(Field::from).collect();
                sheet.row(&fields).map_err(Error::broken)
            }
            Writer::Csv(writer) => writer.row(&cells).map_err(Error::broken),
        }
    }

    fn finish(self) -> Result<usize> {
        match self.writer {
            Writer::Xlsx(sheet) => sheet.finish().map_err(Error::broken)?,
            Writer::Csv(writer) => drop(writer.finish().map_err(Error::broken)?),
        }
        Ok(self.rows)
    }
}

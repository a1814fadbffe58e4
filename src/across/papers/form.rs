//! A form that is being written, for paper or for a spreadsheet: the same calls make both.

use crate::across::print::{Align, Cell, Document, Face, Fonts, Grid, Paragraph, Row, Setup, Style, Table};
use crate::across::sheets::{FormCell, FormSheet, Look, Place, Properties};
use crate::base::clock;
use crate::base::error::{Error, Result};

/// A form on its way.
pub enum Form<'f> {
    /// To paper.
    Paper {
        /// The pages.
        document: Box<Document<'f>>,
        /// The table that is being written.
        table: Option<Box<Table>>,
    },
    /// To a spreadsheet.
    Sheet(Box<FormSheet>),
}

/// What a form looks like before anything stands in it.
#[derive(Debug, Clone, Copy)]
pub struct Blank<'a> {
    /// What it is called.
    pub title: &'a str,
    /// The columns of its tables, as shares of the width.
    pub columns: &'a [f32],
    /// Whether the long edge lies.
    pub landscape: bool,
    /// Whether it may go on for thousands of rows.
    pub long: bool,
}

/// The size of tables, in points.
const SIZE: f32 = 10.5;
/// The size of long tables.
const SMALL: f32 = 9.0;
/// Characters across a sheet that prints well on A4.
const ACROSS: [f64; 2] = [88.0, 132.0];

impl<'f> Form<'f> {
    /// A form for paper.
    #[must_use]
    pub fn on_paper(fonts: &'f Fonts, blank: &Blank<'_>) -> Self {
        let setup = Setup { numbered: blank.long, ..Setup::form(blank.title, blank.landscape) };
        Self::Paper { document: Box::new(Document::new(fonts, setup)), table: None }
    }

    /// A form for a spreadsheet.
    ///
    /// # Errors
    /// `Broken` when the disk fails.
    pub fn on_sheet(blank: &Blank<'_>) -> Result<Self> {
        let [upright, lying] = ACROSS;
        let across = if blank.landscape { lying } else { upright };
        let whole: f32 = blank.columns.iter().sum();
        let widths = blank.columns.iter().map(|share| f64::from(share / whole) * across).collect();
        let properties = Properties { title: blank.title.to_owned(), created: clock::now() };
        let shape = (blank.landscape, blank.long);
        let sheet = FormSheet::new(&properties, blank.title, widths, shape).map_err(Error::broken)?;
        Ok(Self::Sheet(Box::new(sheet)))
    }

    /// Writes the title.
    pub fn title(&mut self, title: &str) -> Result<()> {
        match self {
            Self::Paper { document, .. } => {
                let how = Paragraph::new(Style::new(Face::Title, 20.0)).align(Align::Centre);
                document.paragraph(&how.room(0.0, 6.0), title);
                Ok(())
            }
            Self::Sheet(sheet) => {
                let text = whole(sheet, title, look(16.0, Place::Centre, true));
                sheet.row(&[text], 30.0).map_err(Error::broken)
            }
        }
    }

    /// Writes a line with a text at each end.
    pub fn line(&mut self, left: &str, right: &str) -> Result<()> {
        match self {
            Self::Paper { document, .. } => {
                let style = Style::new(Face::Fang, SIZE);
                let x = document.width() - document.measure(&style, right);
                document.need(style.leading);
                document.at(&style, left, 0.0);
                document.at(&style, right, x);
                document.space(style.leading);
                Ok(())
            }
            Self::Sheet(sheet) => {
                let half = sheet.columns() / 2;
                let cell = |text: &str, across, place| FormCell {
                    text: text.to_owned(),
                    span: (across, 1),
                    look: look(10.5, place, false),
                };
                let (left, right) = if right.is_empty() {
                    (cell(left, sheet.columns(), Place::Left), None)
                } else {
                    let rest = sheet.columns() - half;
                    (cell(left, half, Place::Left), Some(cell(right, rest, Place::Right)))
                };
                let cells: Vec<FormCell> = std::iter::once(left).chain(right).collect();
                sheet.row(&cells, 18.0).map_err(Error::broken)
            }
        }
    }

    /// Writes a paragraph, with the first line indented where it is said.
    pub fn text(&mut self, text: &str, indent: bool, align: Align) -> Result<()> {
        match self {
            Self::Paper { document, .. } => {
                let style = Style { leading: 24.0, ..Style::new(Face::Fang, 14.0) };
                let how = Paragraph::new(style).indent(if indent { 2.0 } else { 0.0 });
                document.paragraph(&how.align(align), text);
                Ok(())
            }
            Self::Sheet(sheet) => {
                let text = if indent { format!("　　{text}") } else { text.to_owned() };
                let cell = whole(sheet, &text, look(12.0, place(align), false));
                sheet.row(&[cell], 0.0).map_err(Error::broken)
            }
        }
    }

    /// Draws a line to cut along.
    pub fn cut(&mut self) -> Result<()> {
        match self {
            Self::Paper { document, .. } => {
                document.space(12.0);
                document.rule(0.8, true);
                document.space(14.0);
                Ok(())
            }
            Self::Sheet(sheet) => {
                let text = "-".repeat(80);
                let cell = whole(sheet, &text, look(10.5, Place::Centre, false));
                sheet.row(&[cell], 18.0).map_err(Error::broken)
            }
        }
    }

    /// Begins a table with these headings, on the columns of the form.
    pub fn begin(&mut self, blank: &Blank<'_>, head: Vec<Row>) -> Result<()> {
        match self {
            Self::Paper { document, table } => {
                let size = if blank.long { SMALL } else { SIZE };
                let grid = Grid {
                    columns: blank.columns.to_vec(),
                    head,
                    style: Style { leading: size * 1.35, ..Style::new(Face::Song, size) },
                    head_style: Style { leading: size * 1.35, ..Style::new(Face::Hei, size) },
                };
                *table = Some(Box::new(Table::new(document, grid)));
                Ok(())
            }
            Self::Sheet(sheet) => {
                let count = u32::try_from(head.len()).map_err(Error::broken)?;
                sheet.repeat(count).map_err(Error::broken)?;
                for row in &head {
                    sheet_row(sheet, row, true)?;
                }
                Ok(())
            }
        }
    }

    /// Writes a row of the table.
    pub fn row(&mut self, row: &Row) -> Result<()> {
        match self {
            Self::Paper { document, table } => {
                if let Some(table) = table {
                    table.row(document, row);
                }
                Ok(())
            }
            Self::Sheet(sheet) => sheet_row(sheet, row, false),
        }
    }

    /// Ends the table.
    pub fn end(&mut self) {
        if let Self::Paper { document, table } = self
            && let Some(table) = table.take()
        {
            table.finish(document);
        }
    }

    /// The file.
    pub fn finish(self) -> Result<Vec<u8>> {
        match self {
            Self::Paper { document, .. } => document.finish().map_err(Error::broken),
            Self::Sheet(sheet) => {
                let mut bytes = Vec::new();
                sheet.finish(&mut bytes).map_err(Error::broken)?;
                Ok(bytes)
            }
        }
    }
}

fn look(size: f64, place: Place, bold: bool) -> Look {
    Look { size, bold, boxed: false, place, high: false }
}

fn place(align: Align) -> Place {
    match align {
        Align::Left => Place::Left,
        Align::Centre => Place::Centre,
        Align::Right => Place::Right,
    }
}

/// A cell over the whole width of a sheet.
fn whole(sheet: &FormSheet, text: &str, look: Look) -> FormCell {
    FormCell { text: text.to_owned(), span: (sheet.columns(), 1), look }
}

fn sheet_row(sheet: &mut FormSheet, row: &Row, bold: bool) -> Result<()> {
    let cell = |cell: &Cell| {
        let (align, high) = cell.alignment();
        let look = Look { size: 10.5, bold, boxed: true, place: place(align), high };
        FormCell { text: cell.text().to_owned(), span: cell.span(), look }
    };
    let cells: Vec<FormCell> = row.cells.iter().map(cell).collect();
    sheet.row(&cells, f64::from(row.least)).map_err(Error::broken)
}

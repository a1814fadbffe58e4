//! A sheet laid out as a form to be printed: a title, lines, cells over several columns and rows.

use std::io::Write;

use rust_xlsxwriter::{DocProperties, Format, FormatAlign, FormatBorder, Workbook, Worksheet};

use super::book::Properties;
use super::error::WriteError;
use super::style;

/// Where a text stands in its cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// At the left.
    Left,
    /// In the middle.
    Centre,
    /// At the right.
    Right,
}

/// How a text looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// In points.
    pub size: f64,
    /// Whether it is heavy.
    pub bold: bool,
    /// Whether its cell has lines around it.
    pub boxed: bool,
    /// Where it stands.
    pub place: Place,
    /// Whether it stands at the top.
    pub high: bool,
}

/// A cell of a form.
#[derive(Debug, Clone, PartialEq)]
pub struct FormCell {
    /// What it says; never a formula.
    pub text: String,
    /// Over how many columns and rows.
    pub span: (usize, usize),
    /// How it looks.
    pub look: Look,
}

/// A sheet that is being written, from top to bottom.
pub struct FormSheet {
    workbook: Workbook,
    widths: Vec<f64>,
    row: u32,
    /// For each column how many rows further a cell reaches down.
    reach: Vec<usize>,
}

/// How high a line of a size is, in points.
const LINE: f64 = 1.5;

impl FormSheet {
    /// Begins a form on A4 with columns so wide in characters. Where it is `long`, rows go to the disk as they come, and
    /// no cell may reach down into the next.
    ///
    /// # Errors
    /// A name that a spreadsheet does not allow, a failing disk.
    pub fn new(
        properties: &Properties,
        name: &str,
        widths: Vec<f64>,
        (landscape, long): (bool, bool),
    ) -> Result<Self, WriteError> {
        const A4: u8 = 9;
        let mut workbook = Workbook::new();
        workbook.set_properties(
            &DocProperties::new().set_title(&properties.title).set_creation_datetime(&properties.created),
        );
        let sheet =
            if long { workbook.add_worksheet_with_constant_memory()? } else { workbook.add_worksheet() };
        sheet.set_name(name)?;
        sheet.set_paper_size(A4).set_print_fit_to_pages(1, 0);
        if landscape {
            sheet.set_landscape();
        }
        sheet.set_footer("&C第 &P 页，共 &N 页");
        for (at, width) in (0..).zip(&widths) {
            sheet.set_column_width(at, *width)?;
        }
        let reach = vec![0; widths.len()];
        Ok(Self { workbook, widths, row: 0, reach })
    }

    fn sheet(&mut self) -> Result<&mut Worksheet, WriteError> {
        Ok(self.workbook.worksheet_from_index(0)?)
    }

    /// Repeats the next `rows` rows at the top of each printed page.
    ///
    /// # Errors
    /// None in practice.
    pub fn repeat(&mut self, rows: u32) -> Result<(), WriteError> {
        let first = self.row;
        if rows > 0 {
            self.sheet()?.set_repeat_rows(first, first + rows - 1)?;
        }
        Ok(())
    }

    /// Writes a row, at least so high in points; columns that a cell above reaches down into are left out.
    ///
    /// # Errors
    /// More rows than a sheet holds, or a text of more than 32,767 characters.
    pub fn row(&mut self, cells: &[FormCell], least: f64) -> Result<(), WriteError> {
        let row = self.row;
        let mut height = least;
        let mut column = 0;
        for cell in cells {
            while self.reach.get(column).is_some_and(|rows| *rows > 0) {
                column += 1;
            }
            let end = (column + cell.span.0).min(self.widths.len());
            let wide: f64 = self.widths.iter().take(end).skip(column).sum();
            if cell.span.1 <= 1 {
                height = height.max(needed(cell, wide));
            }
            let first = u16::try_from(column).map_err(|_| WriteError::TooWide)?;
            let last = u16::try_from(end.saturating_sub(1)).map_err(|_| WriteError::TooWide)?;
            let down = u32::try_from(cell.span.1.saturating_sub(1)).map_err(|_| WriteError::TooWide)?;
            let format = format(&cell.look);
            let sheet = self.sheet()?;
            if last > first || down > 0 {
                sheet.merge_range(row, first, row + down, last, &cell.text, &format)?;
            } else {
                sheet.write_string_with_format(row, first, &cell.text, &format)?;
            }
            for reach in self.reach.iter_mut().take(end).skip(column) {
                *reach = cell.span.1;
            }
            column = end;
        }
        for reach in &mut self.reach {
            *reach = reach.saturating_sub(1);
        }
        self.sheet()?.set_row_height(row, height.min(409.0))?;
        self.row += 1;
        Ok(())
    }

    /// How many columns there are.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.widths.len()
    }

    /// Writes the workbook out.
    ///
    /// # Errors
    /// An output that refuses the bytes.
    pub fn finish<W: Write + Send>(mut self, out: W) -> Result<(), WriteError> {
        self.workbook.save_to_writer(out)?;
        Ok(())
    }
}

/// How high a row must be for a text over some columns.
fn needed(cell: &FormCell, wide: f64) -> f64 {
    // A column's width is counted in characters of 11 points.
    let across = (wide * 11.0 / cell.look.size).max(2.0);
    let lines: u32 = cell.text.split('\n').map(|line| lines(style::width(line), across)).sum();
    f64::from(lines) * cell.look.size * LINE + 4.0
}

/// How many lines so many characters take.
fn lines(width: u32, across: f64) -> u32 {
    let mut lines = 1;
    while f64::from(lines) * across < f64::from(width) && lines < 400 {
        lines += 1;
    }
    lines
}

fn format(look: &Look) -> Format {
    let mut format = Format::new().set_font_size(look.size).set_text_wrap().set_num_format("@");
    format = format.set_align(match look.place {
        Place::Left => FormatAlign::Left,
        Place::Centre => FormatAlign::Center,
        Place::Right => FormatAlign::Right,
    });
    format = format.set_align(if look.high { FormatAlign::Top } else { FormatAlign::VerticalCenter });
    if look.bold {
        format = format.set_bold();
    }
    if look.boxed { format.set_border(FormatBorder::Thin) } else { format }
}

//! How the cells of our workbooks look.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder};

use super::book::ColumnKind;
use super::cell::Cell;

const HEADING: Color = Color::RGB(0xE7EEF7);
const REQUIRED: Color = Color::RGB(0xB42318);
const REFUSED: Color = Color::RGB(0xFBD5D5);
const REFUSED_TEXT: Color = Color::RGB(0x9B1C1C);
const PALE: Color = Color::RGB(0x7A8699);
const LINE: Color = Color::RGB(0x9DB2CE);

/// A heading; those that must be filled are red.
pub(super) fn heading(required: bool) -> Format {
    let format = Format::new()
        .set_bold()
        .set_background_color(HEADING)
        .set_border_bottom(FormatBorder::Thin)
        .set_border_bottom_color(LINE)
        .set_align(FormatAlign::VerticalCenter);
    if required { format.set_font_color(REQUIRED) } else { format }
}

/// The format of a whole column, so that what is typed into an empty row gets it too.
pub(super) fn column(kind: ColumnKind) -> Format {
    match kind {
        ColumnKind::Text | ColumnKind::Number => Format::new(),
        ColumnKind::Identifier => Format::new().set_num_format("@"),
        ColumnKind::Date => Format::new().set_num_format("yyyy-mm-dd"),
    }
}

/// The format of one cell of a column so wide: its column's, its own where it is a date, in lines where the text is
/// longer, and red when it was refused.
pub(super) fn cell(kind: ColumnKind, across: u32, cell: &Cell, refused: bool) -> Format {
    let format = match cell {
        Cell::Date(_) => Format::new().set_num_format("yyyy-mm-dd"),
        Cell::DateTime(_) => Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
        Cell::Number(_) if kind == ColumnKind::Identifier => Format::new(),
        _ => column(kind),
    }
    .set_align(FormatAlign::Top);
    let format = match cell {
        Cell::Text(text) if kind == ColumnKind::Text && (text.contains('\n') || width(text) > across) => {
            format.set_text_wrap()
        }
        _ => format,
    };
    if refused { format.set_background_color(REFUSED).set_font_color(REFUSED_TEXT) } else { format }
}

/// The format of a cell in an example: nobody takes it for somebody's.
pub(super) fn pale(format: Format) -> Format {
    format.set_italic().set_font_color(PALE)
}

/// The width that a text needs, in the units of a column: a Chinese character takes two.
pub(super) fn width(text: &str) -> u32 {
    text.chars().map(|character| if character.is_ascii() { 1 } else { 2 }).sum()
}

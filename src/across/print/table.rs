//! Tables: rows over as many pages as they take, the headings on each; cells may span columns and rows, as in forms.

use super::document::Document;
use super::paragraph::Align;
use super::setter::{Line, Style};

/// Room between a line of a table and the letters, in points.
const PADDING: (f32, f32) = (3.5, 2.5);
/// Room below a table, in points.
const AFTER: f32 = 8.0;
/// Lengths are sums of fractions: so much does not matter.
const HAIR: f32 = 0.1;

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    text: String,
    across: usize,
    down: usize,
    align: Align,
    style: Option<Style>,
    is_high: bool,
}

impl Cell {
    /// A text in the middle of its cell.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), across: 1, down: 1, align: Align::Centre, style: None, is_high: false }
    }

    /// A text at the left.
    #[must_use]
    pub fn left(text: impl Into<String>) -> Self {
        Self { align: Align::Left, ..Self::new(text) }
    }

    /// A number, or what is put under numbers: at the right.
    #[must_use]
    pub fn right(text: impl Into<String>) -> Self {
        Self { align: Align::Right, ..Self::new(text) }
    }

    /// The same over some columns.
    #[must_use]
    pub fn across(self, columns: usize) -> Self {
        Self { across: columns, ..self }
    }

    /// The same over some rows.
    #[must_use]
    pub fn down(self, rows: usize) -> Self {
        Self { down: rows, ..self }
    }

    /// The same in a look of its own.
    #[must_use]
    pub fn style(self, style: Style) -> Self {
        Self { style: Some(style), ..self }
    }

    /// The same with the text at the top of the cell.
    #[must_use]
    pub fn high(self) -> Self {
        Self { is_high: true, ..self }
    }

    /// What it says.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Over how many columns and rows.
    #[must_use]
    pub fn span(&self) -> (usize, usize) {
        (self.across, self.down)
    }

    /// Where the text stands.
    #[must_use]
    pub fn alignment(&self) -> (Align, bool) {
        (self.align, self.is_high)
    }
}

/// A row; columns that a cell above reaches down into are left out.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Row {
    /// Its cells.
    pub cells: Vec<Cell>,
    /// How high it is at least, in points.
    pub least: f32,
}

impl Row {
    /// A row as high as its texts need.
    #[must_use]
    pub fn new(cells: Vec<Cell>) -> Self {
        Self { cells, least: 0.0 }
    }

    /// The same, at least so high in points.
    #[must_use]
    pub fn least(self, least: f32) -> Self {
        Self { least, ..self }
    }
}

/// The columns of a table and the rows that are repeated on each page.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// The columns' shares of the width.
    pub columns: Vec<f32>,
    /// The headings.
    pub head: Vec<Row>,
    /// The look of the cells.
    pub style: Style,
    /// The look of the headings.
    pub head_style: Style,
}

/// A cell that knows its place.
#[derive(Debug, Clone)]
struct Laid {
    x: f32,
    width: f32,
    lines: Vec<Line>,
    style: Style,
    align: Align,
    is_high: bool,
    down: usize,
}

impl Laid {
    fn height(&self) -> f32 {
        let lines = f32::from(u16::try_from(self.lines.len()).unwrap_or(u16::MAX));
        lines * self.style.leading + 2.0 * PADDING.1
    }
}

/// A row that knows its height.
#[derive(Debug, Clone)]
struct LaidRow {
    cells: Vec<Laid>,
    height: f32,
}

/// A table that is being written: takes its rows one after the other.
pub struct Table {
    grid: Grid,
    /// Where each column begins, from the left edge; and where the last ends.
    edges: Vec<f32>,
    head: Vec<LaidRow>,
    /// Rows that a cell ties together and that wait for the last of them.
    tied: Vec<LaidRow>,
    /// For each column how many rows further a cell reaches down.
    reach: Vec<usize>,
    begun: bool,
}

impl Table {
    /// A table over the width of a document.
    #[must_use]
    pub fn new(document: &mut Document<'_>, grid: Grid) -> Self {
        let whole: f32 = grid.columns.iter().sum();
        let mut edges = vec![0.0];
        let mut x = 0.0;
        for share in &grid.columns {
            x += document.width() * share / whole;
            edges.push(x);
        }
        let reach = vec![0; grid.columns.len()];
        let rows = grid.head.clone();
        let mut table = Self { grid, edges, head: Vec::new(), tied: Vec::new(), reach, begun: false };
        let style = table.grid.head_style;
        table.head = rows.iter().map(|row| table.laid(document, row, style)).collect();
        table.reach.fill(0);
        settle(&mut table.head);
        table
    }

    /// Writes a row.
    pub fn row(&mut self, document: &mut Document<'_>, row: &Row) {
        let laid = self.laid(document, row, self.grid.style);
        self.tied.push(laid);
        if self.reach.iter().all(|rows| *rows == 0) {
            self.flush(document);
        }
    }

    /// Ends the table, with its head alone where there was no row.
    pub fn finish(mut self, document: &mut Document<'_>) {
        self.flush(document);
        if !self.begun {
            document.need(heights(&self.head));
            self.draw_head(document);
        }
        document.space(AFTER);
    }

    /// Finds the places of a row's cells.
    fn laid(&mut self, document: &mut Document<'_>, row: &Row, style: Style) -> LaidRow {
        let mut cells = Vec::with_capacity(row.cells.len());
        let mut column = 0;
        for cell in &row.cells {
            while self.reach.get(column).is_some_and(|rows| *rows > 0) {
                column += 1;
            }
            let end = (column + cell.across).min(self.grid.columns.len());
            let (Some(x), Some(right)) = (self.edges.get(column), self.edges.get(end)) else { continue };
            let (x, width) = (*x, right - x);
            let style = cell.style.unwrap_or(style);
            let lines = document.setter.lines(&style, &cell.text, width - 2.0 * PADDING.0, 0.0);
            let (align, is_high, down) = (cell.align, cell.is_high, cell.down);
            cells.push(Laid { x, width, lines, style, align, is_high, down });
            for reach in self.reach.iter_mut().take(end).skip(column) {
                *reach = cell.down;
            }
            column = end;
        }
        for reach in &mut self.reach {
            *reach = reach.saturating_sub(1);
        }
        LaidRow { cells, height: row.least }
    }

    /// Writes the rows that waited.
    fn flush(&mut self, document: &mut Document<'_>) {
        let mut rows = std::mem::take(&mut self.tied);
        self.reach.fill(0);
        if rows.is_empty() {
            return;
        }
        settle(&mut rows);
        let (height, head) = (heights(&rows), heights(&self.head));
        if !self.begun {
            document.need(head + height.min(document.whole() - head));
            self.draw_head(document);
        } else if height > document.remaining() + HAIR && height <= document.whole() - head {
            self.turn(document);
        }
        if rows.len() > 1 {
            draw_tied(document, &rows);
            return;
        }
        for row in rows {
            self.draw_in_parts(document, row);
        }
    }

    fn turn(&mut self, document: &mut Document<'_>) {
        document.turn();
        self.draw_head(document);
    }

    fn draw_head(&mut self, document: &mut Document<'_>) {
        self.begun = true;
        if !self.head.is_empty() {
            let (left, top) = (document.left(), document.paper().1 - document.y);
            let (width, height) = (document.width(), heights(&self.head));
            document.content.save_state().set_fill_gray(0.93).rect(left, top - height, width, height);
            document.content.fill_nonzero().restore_state();
        }
        draw_tied(document, &self.head);
    }

    /// Writes a row, and what of it does not fit on the next pages.
    fn draw_in_parts(&mut self, document: &mut Document<'_>, mut row: LaidRow) {
        while row.height > document.remaining() + HAIR {
            let Some(rest) = split(&mut row, document.remaining()) else { break };
            draw(document, &row, &[]);
            self.turn(document);
            row = rest;
        }
        draw(document, &row, &[]);
    }
}

fn draw_tied(document: &mut Document<'_>, rows: &[LaidRow]) {
    for (at, row) in rows.iter().enumerate() {
        draw(document, row, rows.get(at + 1..).unwrap_or_default());
    }
}

/// Draws a row; `below` are the rows that its cells may reach down into.
fn draw(document: &mut Document<'_>, row: &LaidRow, below: &[LaidRow]) {
    let (left, top) = (document.left(), document.paper().1 - document.y);
    let further =
        |cell: &Laid| below.iter().take(cell.down.saturating_sub(1)).map(|row| row.height).sum::<f32>();
    document.content.set_line_width(0.5);
    for cell in &row.cells {
        let height = row.height + further(cell);
        document.content.rect(left + cell.x, top - height, cell.width, height);
    }
    document.content.stroke();
    for cell in &row.cells {
        let spare = row.height + further(cell) - cell.height();
        let mut y = top - PADDING.1 - if cell.is_high { 0.0 } else { spare.max(0.0) / 2.0 };
        for line in &cell.lines {
            let room = cell.width - 2.0 * PADDING.0;
            let x = match cell.align {
                Align::Left => 0.0,
                Align::Centre => (room - line.width) / 2.0,
                Align::Right => room - line.width,
            };
            let at = (left + cell.x + PADDING.0 + x, y - cell.style.baseline());
            document.setter.show(&mut document.content, &cell.style, &line.text, at, 0.0);
            y -= cell.style.leading;
        }
    }
    document.space(row.height);
}

fn heights(rows: &[LaidRow]) -> f32 {
    rows.iter().map(|row| row.height).sum()
}

/// Makes rows as high as their cells need; a cell over several rows adds what it lacks to its last.
fn settle(rows: &mut [LaidRow]) {
    for row in &mut *rows {
        let own = row.cells.iter().filter(|cell| cell.down <= 1).map(Laid::height);
        row.height = own.fold(row.height, f32::max);
    }
    for at in 0..rows.len() {
        let Some(row) = rows.get(at) else { continue };
        let tall: Vec<(usize, f32)> =
            row.cells.iter().filter(|cell| cell.down > 1).map(|cell| (cell.down, cell.height())).collect();
        for (down, height) in tall {
            let covered = rows.get_mut(at..).unwrap_or_default();
            let has: f32 = covered.iter().take(down).map(|row| row.height).sum();
            let last = down.min(covered.len()).saturating_sub(1);
            if let Some(last) = covered.get_mut(last).filter(|_| height > has) {
                last.height += height - has;
            }
        }
    }
}

/// Leaves of a row what fits into `room` and answers the rest; nothing where not a line of it fits or all does.
fn split(row: &mut LaidRow, room: f32) -> Option<LaidRow> {
    let mut rest = row.clone();
    let mut moved = false;
    let mut kept = false;
    for (cell, later) in row.cells.iter_mut().zip(&mut rest.cells) {
        let mut fits = 0;
        let mut height = 2.0 * PADDING.1 + cell.style.leading;
        while height <= room && fits < cell.lines.len() {
            fits += 1;
            height += cell.style.leading;
        }
        later.lines = cell.lines.split_off(fits);
        moved |= !later.lines.is_empty();
        kept |= fits > 0;
    }
    if !moved || !kept {
        for (cell, later) in row.cells.iter_mut().zip(&mut rest.cells) {
            cell.lines.append(&mut later.lines);
        }
        return None;
    }
    for part in [&mut *row, &mut rest] {
        part.height = part.cells.iter().map(Laid::height).fold(0.0, f32::max);
    }
    Some(rest)
}

//! Tables: columns that fit their content, rows that stay whole, a header repeated on every page.

use super::style::Align;

mod draw;
mod fit;

/// How wide a column is, padding included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Width {
    Fixed(f32),
    /// As wide as its widest cell, and at least this.
    Content(f32),
    /// What the others leave; shared where several ask for it.
    Rest,
    /// A share of what the others leave, in proportion to this; [`Width::Rest`] counts as one.
    Share(f32),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    pub header: String,
    pub width: Width,
    pub align: Align,
}

impl Column {
    pub fn new(header: impl Into<String>, width: Width, align: Align) -> Column {
        Column { header: header.into(), width, align }
    }
}

/// How a paragraph of a cell looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tone {
    Plain,
    Strong,
    /// Smaller, muted: what qualifies the line above it.
    Detail,
}

/// A cell: paragraphs, and how many columns it covers.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    paragraphs: Vec<(Tone, String)>,
    columns: usize,
    header: bool,
    align: Option<Align>,
    /// How many steps further in than the column's other cells.
    level: u8,
}

impl Cell {
    pub fn new(text: impl Into<String>) -> Cell {
        Cell { paragraphs: vec![(Tone::Plain, text.into())], columns: 1, header: false, align: None, level: 0 }
    }

    pub fn strong(text: impl Into<String>) -> Cell {
        Cell { paragraphs: vec![(Tone::Strong, text.into())], ..Cell::new("") }
    }

    /// Adds a smaller paragraph below.
    pub fn detail(mut self, text: impl Into<String>) -> Cell {
        self.paragraphs.push((Tone::Detail, text.into()));
        self
    }

    /// Covers `columns` columns.
    pub fn spanning(mut self, columns: usize) -> Cell {
        self.columns = columns;
        self
    }

    /// Heads its row.
    pub fn heading_row(mut self) -> Cell {
        self.header = true;
        self
    }

    /// All its lines `level` steps further in: a part of what stands above.
    pub fn at_level(mut self, level: u8) -> Cell {
        self.level = level;
        self
    }

    pub fn aligned(mut self, align: Align) -> Cell {
        self.align = Some(align);
        self
    }
}

/// How a row is set apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowLook {
    /// A hairline below.
    Plain,
    /// On a tinted ground: what follows belongs together.
    Group,
    /// On the accent colour, in white: the figure that matters.
    Highlight,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub cells: Vec<Cell>,
    pub look: RowLook,
    /// Not to be parted from the next row by a page end.
    pub keep_with_next: bool,
    /// What a page begins with on which the rows below go on.
    continued: Option<Vec<Cell>>,
    measured: bool,
}

impl Row {
    pub fn new(cells: Vec<Cell>) -> Row {
        Row { cells, look: RowLook::Plain, keep_with_next: false, continued: None, measured: false }
    }

    pub fn looking(mut self, look: RowLook) -> Row {
        self.look = look;
        self
    }

    pub fn kept_with_next(mut self) -> Row {
        self.keep_with_next = true;
        self
    }

    /// Heads the rows down to the next of its look, on every further page in these words.
    pub fn continued_as(mut self, cells: Vec<Cell>) -> Row {
        self.continued = Some(cells);
        self
    }

    /// Columns are as wide as what stands in this row too, although another of its cells covers several.
    pub fn measured(mut self) -> Row {
        self.measured = true;
        self
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
    /// Size of plain text, in points; header and details follow.
    pub size: f32,
    /// Without header where every row is headed by its first cell.
    pub with_header: bool,
}

impl Table {
    /// The paragraphs of a column, leaving out rows with cells that cover several unless they are measured.
    fn column_texts(&self, index: usize) -> impl Iterator<Item = &(Tone, String)> {
        let rows = self.rows.iter().filter(|row| row.measured || row.is_regular());
        rows.filter_map(move |row| row.cell_of(index)).flat_map(|cell| &cell.paragraphs)
    }
}

impl Row {
    /// No cell covers more than its own column.
    fn is_regular(&self) -> bool {
        self.cells.iter().all(|cell| cell.columns == 1)
    }

    /// The cell that stands in this column and in no other.
    fn cell_of(&self, column: usize) -> Option<&Cell> {
        let mut begins = 0;
        self.cells.iter().find(|cell| {
            let here = begins == column && cell.columns == 1;
            begins += cell.columns;
            here
        })
    }
}

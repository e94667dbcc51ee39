//! Tables: columns that fit their content, rows that stay whole, a header repeated on every page.

use super::composer::Composer;
use super::count;
use super::page::{Area, Brush};
use super::style::{Align, Palette, Style};
use super::tags::{NodeId, Role};

/// How wide a column is, padding included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Width {
    Fixed(f32),
    /// As wide as its widest cell.
    Content,
    /// What the others leave; shared where several ask for it.
    Rest,
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
}

impl Cell {
    pub fn new(text: impl Into<String>) -> Cell {
        Cell { paragraphs: vec![(Tone::Plain, text.into())], columns: 1, header: false, align: None }
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
}

impl Row {
    pub fn new(cells: Vec<Cell>) -> Row {
        Row { cells, look: RowLook::Plain, keep_with_next: false }
    }

    pub fn looking(mut self, look: RowLook) -> Row {
        self.look = look;
        self
    }

    pub fn kept_with_next(mut self) -> Row {
        self.keep_with_next = true;
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

/// Free space left and right of a cell's text.
const PADDING_X: f32 = 4.0;

/// Text styles and spacing of one table.
#[derive(Clone, Copy)]
struct Look {
    plain: Style,
    strong: Style,
    detail: Style,
    header: Style,
    padding_y: f32,
    palette: Palette,
}

impl Look {
    fn new(size: f32, palette: Palette) -> Look {
        let leading = size * 1.36;
        Look {
            plain: Style::regular(size, leading, palette.ink),
            strong: Style::bold(size, leading, palette.ink),
            detail: Style::regular(size * 0.87, size * 1.2, palette.muted),
            header: Style::bold(size * 0.9, size * 1.2, palette.accent),
            padding_y: size * 0.34,
            palette,
        }
    }

    fn of(self, tone: Tone) -> Style {
        match tone {
            Tone::Plain => self.plain,
            Tone::Strong => self.strong,
            Tone::Detail => self.detail,
        }
    }
}

/// A cell broken into lines.
struct FittedCell {
    lines: Vec<(Style, String)>,
    x: f32,
    width: f32,
    align: Align,
    columns: usize,
    header: bool,
}

impl FittedCell {
    fn height(&self) -> f32 {
        self.lines.iter().map(|(style, _)| style.leading).sum()
    }
}

struct FittedRow {
    cells: Vec<FittedCell>,
    look: RowLook,
    height: f32,
    keep_with_next: bool,
}

/// A table with its columns measured and its cells broken into lines; x counts from the table's left edge.
struct Fitted {
    look: Look,
    width: f32,
    header: Option<FittedRow>,
    rows: Vec<FittedRow>,
}

impl Composer {
    /// A table `width` wide from `x` on, at the current height; moves below it.
    pub fn table(&mut self, x: f32, width: f32, table: &Table) {
        let fitted = self.fit(table, width);
        self.element(Role::Table, |c| {
            c.ensure(fitted.header_height() + fitted.kept_height(0));
            if let Some(header) = &fitted.header {
                c.element(Role::TableHead, |c| c.header_row(&fitted, header, x));
            }
            c.element(Role::TableBody, |c| {
                for (index, row) in fitted.rows.iter().enumerate() {
                    if fitted.kept_height(index) > c.remaining() && c.y > c.paper.top + fitted.header_height() {
                        c.new_page();
                        c.repeat_header(&fitted, x);
                    }
                    c.row(&fitted, row, x);
                }
            });
        });
    }

    /// A table whose rows run down `blocks` blocks set side by side, read as one table. It does not break over pages.
    pub fn table_in_blocks(&mut self, x: f32, width: f32, gutter: f32, blocks: usize, table: &Table) {
        let block_width = (width - gutter * count(blocks.saturating_sub(1))) / count(blocks);
        let fitted = self.fit(table, block_width);
        let rows_each = table.rows.len().div_ceil(blocks.max(1)).max(1);
        let tallest = fitted.rows.chunks(rows_each).map(|rows| rows.iter().map(|row| row.height).sum::<f32>());
        let height = fitted.header_height() + tallest.fold(0.0, f32::max);
        self.ensure(height);
        let top = self.y;
        self.element(Role::Table, |c| {
            if let Some(header) = &fitted.header {
                c.element(Role::TableHead, |c| c.header_row(&fitted, header, x));
            }
            c.element(Role::TableBody, |c| {
                for (block, rows) in fitted.rows.chunks(rows_each).enumerate() {
                    let left = x + (block_width + gutter) * count(block);
                    c.y = top;
                    if block == 0 {
                        c.y += fitted.header_height();
                    } else {
                        c.repeat_header(&fitted, left);
                    }
                    for row in rows {
                        c.row(&fitted, row, left);
                    }
                }
            });
        });
        self.y = top + height;
    }

    /// The height `table` would take on an endless page.
    pub fn table_height(&self, table: &Table, width: f32) -> f32 {
        let fitted = self.fit(table, width);
        fitted.header_height() + fitted.rows.iter().map(|row| row.height).sum::<f32>()
    }

    fn header_row(&mut self, fitted: &Fitted, header: &FittedRow, x: f32) {
        let y = self.y;
        self.element(Role::TableRow, |c| {
            for cell in &header.cells {
                c.element(Role::ColumnHeader, |c| c.content(|brush| cell.draw(brush, x, y, fitted.look.padding_y)));
            }
        });
        self.artifact(|brush| fitted.header_rule(brush, x, y + header.height));
        self.y += header.height;
    }

    /// The header once more, as decoration: a screen reader has met it already.
    fn repeat_header(&mut self, fitted: &Fitted, x: f32) {
        let Some(header) = &fitted.header else { return };
        let y = self.y;
        self.artifact(|brush| {
            header.cells.iter().for_each(|cell| cell.draw(brush, x, y, fitted.look.padding_y));
            fitted.header_rule(brush, x, y + header.height);
        });
        self.y += header.height;
    }

    fn row(&mut self, fitted: &Fitted, row: &FittedRow, x: f32) {
        self.element(Role::TableRow, |c| {
            let owners: Vec<NodeId> = row.cells.iter().map(|cell| c.add_element(cell.role())).collect();
            let mut skipped = 0;
            loop {
                let lines = c.lines_that_fit(fitted, row, skipped);
                c.row_part(fitted, row, x, &owners, skipped, lines);
                skipped += lines;
                if skipped >= row.line_count() {
                    break;
                }
                c.new_page();
                c.repeat_header(fitted, x);
            }
        });
    }

    /// All remaining lines of the row, or as many as this page still takes where a row is taller than a page.
    fn lines_that_fit(&self, fitted: &Fitted, row: &FittedRow, skipped: usize) -> usize {
        let left = row.line_count().saturating_sub(skipped);
        let leading = fitted.look.plain.leading.max(fitted.look.header.leading);
        let mut lines = left;
        while lines > 1 && fitted.look.padding_y * 2.0 + leading * count(lines) > self.remaining() + leading {
            lines -= 1;
        }
        lines.max(1)
    }

    fn row_part(&mut self, fitted: &Fitted, row: &FittedRow, x: f32, owners: &[NodeId], skipped: usize, lines: usize) {
        let y = self.y;
        let height = row.height_of(skipped, lines, fitted.look.padding_y);
        self.artifact(|brush| fitted.ground(brush, row, Area { x, y, width: fitted.width, height }));
        for (cell, owner) in row.cells.iter().zip(owners) {
            let part = cell.lines.iter().skip(skipped).take(lines);
            if skipped > 0 && part.clone().next().is_none() {
                continue;
            }
            self.within(*owner, |c| {
                c.content(|brush| draw_lines(brush, cell, part, x, y + fitted.look.padding_y));
            });
        }
        self.y += height;
    }

    fn fit(&self, table: &Table, width: f32) -> Fitted {
        let look = Look::new(table.size, self.palette);
        let widths = self.column_widths(table, look, width);
        let header = table.with_header.then(|| {
            let cells = table.columns.iter().map(|column| Cell::new(column.header.clone())).collect();
            self.fit_row(table, &Row::new(cells), &widths, Look { plain: look.header, ..look })
        });
        let rows = table.rows.iter().map(|row| self.fit_row(table, row, &widths, look)).collect();
        Fitted { look, width, header, rows }
    }

    fn fit_row(&self, table: &Table, row: &Row, widths: &[f32], look: Look) -> FittedRow {
        let mut cells: Vec<FittedCell> = Vec::with_capacity(row.cells.len());
        let mut column = 0;
        for cell in &row.cells {
            let x = widths.iter().take(column).sum();
            let width: f32 = widths.iter().skip(column).take(cell.columns).sum();
            let align = cell.align.or(table.columns.get(column).map(|column| column.align)).unwrap_or(Align::Left);
            let lines = self.cell_lines(cell, row.look, look, width - 2.0 * PADDING_X);
            cells.push(FittedCell { lines, x, width, align, columns: cell.columns, header: cell.header });
            column += cell.columns;
        }
        let tallest = cells.iter().map(FittedCell::height).fold(0.0, f32::max);
        FittedRow { cells, look: row.look, height: tallest + 2.0 * look.padding_y, keep_with_next: row.keep_with_next }
    }

    fn cell_lines(&self, cell: &Cell, row: RowLook, look: Look, width: f32) -> Vec<(Style, String)> {
        let mut lines = Vec::new();
        for (tone, text) in &cell.paragraphs {
            let mut style = look.of(*tone);
            style.colour = match row {
                RowLook::Plain => style.colour,
                RowLook::Group => look.palette.accent,
                RowLook::Highlight => super::Colour::WHITE,
            };
            lines.extend(self.wrap(text, style, width).into_iter().map(|line| (style, line)));
        }
        lines
    }

    fn column_widths(&self, table: &Table, look: Look, width: f32) -> Vec<f32> {
        let fixed: Vec<Option<f32>> =
            table.columns.iter().enumerate().map(|(index, column)| self.known_width(table, look, index, column)).collect();
        let sharing = fixed.iter().filter(|width| width.is_none()).count();
        let taken: f32 = fixed.iter().flatten().sum();
        let rest = (width - taken).max(0.0) / count(sharing.max(1));
        fixed.into_iter().map(|width| width.unwrap_or(rest)).collect()
    }

    fn known_width(&self, table: &Table, look: Look, index: usize, column: &Column) -> Option<f32> {
        match column.width {
            Width::Fixed(width) => Some(width),
            Width::Rest => None,
            Width::Content => {
                let cells = table.rows.iter().filter_map(|row| row.cells.get(index).filter(|_| row.is_regular()));
                let texts = cells.flat_map(|cell| &cell.paragraphs);
                let widest = texts.map(|(tone, text)| self.text_width(text, look.of(*tone))).fold(0.0, f32::max);
                let header = column.header.split(' ').map(|word| self.text_width(word, look.header));
                let header = if table.with_header { header.fold(0.0, f32::max) } else { 0.0 };
                Some(widest.max(header) + 2.0 * PADDING_X + 0.5)
            }
        }
    }
}

impl Row {
    /// No cell covers more than its own column.
    fn is_regular(&self) -> bool {
        self.cells.iter().all(|cell| cell.columns == 1)
    }
}

impl Fitted {
    fn header_height(&self) -> f32 {
        self.header.as_ref().map_or(0.0, |header| header.height)
    }

    /// The height of row `first` and those it must not be parted from.
    fn kept_height(&self, first: usize) -> f32 {
        let mut height = 0.0;
        for row in self.rows.iter().skip(first) {
            height += row.height;
            if !row.keep_with_next {
                break;
            }
        }
        height
    }

    fn header_rule(&self, brush: &mut Brush, x: f32, bottom: f32) {
        brush.rule(x, bottom - 0.9, self.width, 0.9, self.look.palette.accent);
    }

    fn ground(&self, brush: &mut Brush, row: &FittedRow, area: Area) {
        match row.look {
            RowLook::Plain => {
                brush.rule(area.x, area.y + area.height - 0.4, area.width, 0.4, self.look.palette.rule);
            }
            RowLook::Group => brush.fill(area, self.look.palette.tint),
            RowLook::Highlight => brush.fill(area, self.look.palette.accent),
        }
    }
}

impl FittedRow {
    fn line_count(&self) -> usize {
        self.cells.iter().map(|cell| cell.lines.len()).max().unwrap_or(0)
    }

    fn height_of(&self, skipped: usize, lines: usize, padding_y: f32) -> f32 {
        if skipped == 0 && lines >= self.line_count() {
            return self.height;
        }
        let part = |cell: &FittedCell| -> f32 {
            cell.lines.iter().skip(skipped).take(lines).map(|(style, _)| style.leading).sum()
        };
        self.cells.iter().map(part).fold(0.0, f32::max) + 2.0 * padding_y
    }
}

impl FittedCell {
    fn role(&self) -> Role {
        if self.header { Role::RowHeader { columns: self.columns } } else { Role::Data { columns: self.columns } }
    }

    fn draw(&self, brush: &mut Brush, x: f32, y: f32, padding_y: f32) {
        draw_lines(brush, self, self.lines.iter(), x, y + padding_y);
    }
}

fn draw_lines<'a>(
    brush: &mut Brush,
    cell: &FittedCell,
    lines: impl Iterator<Item = &'a (Style, String)>,
    table_x: f32,
    top: f32,
) {
    let left = table_x + cell.x;
    let x = match cell.align {
        Align::Left => left + PADDING_X,
        Align::Right => left + cell.width - PADDING_X,
        Align::Centre => left + cell.width / 2.0,
    };
    let mut y = top;
    let mut lines = lines.peekable();
    while let Some((style, line)) = lines.next() {
        let baseline = y + style.ascent();
        if cell.align == Align::Left && lines.peek().is_some() {
            brush.text(x, baseline, *style, cell.align, &format!("{line} "));
        } else {
            brush.text(x, baseline, *style, cell.align, line);
        }
        y += style.leading;
    }
}

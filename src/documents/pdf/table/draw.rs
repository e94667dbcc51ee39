//! Drawing a table: rows stay whole, and every page begins with the header and the title of the group that goes on.

use super::fit::{Fitted, FittedCell, FittedLine, FittedRow, PADDING_X};
use super::{RowLook, Table};
use crate::documents::pdf::composer::Composer;
use crate::documents::pdf::count;
use crate::documents::pdf::page::{Area, Brush};
use crate::documents::pdf::style::Align;
use crate::documents::pdf::tags::{NodeId, Role};

impl Composer {
    /// A table `width` wide from `x` on, at the current height; moves below it.
    pub fn table(&mut self, x: f32, width: f32, table: &Table) {
        let fitted = self.fit(table, width);
        self.element(Role::Table, |c| {
            c.ensure(fitted.header_height() + fitted.height_needed(0, c.page_height()));
            if let Some(header) = &fitted.header {
                c.element(Role::TableHead, |c| c.header_row(&fitted, header, x));
            }
            c.element(Role::TableBody, |c| {
                let mut group = None;
                for (index, row) in fitted.rows.iter().enumerate() {
                    let needed = fitted.height_needed(index, c.page_height());
                    let ends = group.filter(|_| row.look != RowLook::Group);
                    if needed > c.remaining() && c.y > c.paper.top + fitted.header_height() {
                        c.new_page();
                        c.repeat_head(&fitted, ends, x);
                    }
                    c.row(&fitted, row, ends, x);
                    group = row.continued.as_deref().or(ends);
                }
            });
        });
    }

    /// A table whose rows run down `blocks` blocks set side by side, read as one table. It does not break over pages.
    pub fn table_in_blocks(&mut self, x: f32, width: f32, blocks: usize, table: &Table) {
        let block_width = block_width(width, blocks);
        let fitted = self.fit(table, block_width);
        let rows_each = rows_each(table, blocks);
        let height = fitted.height_in_blocks(rows_each);
        self.ensure(height);
        let top = self.y;
        self.element(Role::Table, |c| {
            if let Some(header) = &fitted.header {
                c.element(Role::TableHead, |c| c.header_row(&fitted, header, x));
            }
            c.element(Role::TableBody, |c| {
                for (block, rows) in fitted.rows.chunks(rows_each).enumerate() {
                    let left = x + (block_width + GUTTER) * count(block);
                    c.y = top;
                    if block == 0 {
                        c.y += fitted.header_height();
                    } else {
                        c.repeat_head(&fitted, None, left);
                    }
                    for row in rows {
                        c.row(&fitted, row, None, left);
                    }
                }
            });
        });
        self.y = top + height;
    }

    /// The height `table` would take on an endless page.
    pub fn table_height(&self, table: &Table, width: f32) -> f32 {
        self.table_start_height(table, width, usize::MAX)
    }

    /// The height of its header and its first `rows` rows.
    pub fn table_start_height(&self, table: &Table, width: f32, rows: usize) -> f32 {
        let fitted = self.fit(table, width);
        fitted.header_height() + fitted.rows.iter().take(rows).map(|row| row.height).sum::<f32>()
    }

    /// The height of [`Composer::table_in_blocks`].
    pub fn blocks_height(&self, table: &Table, width: f32, blocks: usize) -> f32 {
        self.fit(table, block_width(width, blocks)).height_in_blocks(rows_each(table, blocks))
    }

    fn page_height(&self) -> f32 {
        self.paper.bottom - self.paper.top
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

    /// The header once more and the title of the group that goes on, as decoration: a screen reader has met them already.
    fn repeat_head(&mut self, fitted: &Fitted, group: Option<&FittedRow>, x: f32) {
        if let Some(header) = &fitted.header {
            let y = self.y;
            self.artifact(|brush| {
                header.draw(brush, x, y, fitted.look.padding_y);
                fitted.header_rule(brush, x, y + header.height);
            });
            self.y += header.height;
        }
        if let Some(title) = group {
            let y = self.y;
            self.artifact(|brush| {
                fitted.ground(brush, title, Area { x, y, width: fitted.width, height: title.height });
                title.draw(brush, x, y, fitted.look.padding_y);
            });
            self.y += title.height;
        }
    }

    fn row(&mut self, fitted: &Fitted, row: &FittedRow, group: Option<&FittedRow>, x: f32) {
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
                c.repeat_head(fitted, group, x);
            }
        });
    }

    /// All remaining lines of the row, or as many as this page still takes where a row is taller than a page.
    fn lines_that_fit(&self, fitted: &Fitted, row: &FittedRow, skipped: usize) -> usize {
        let mut lines = row.line_count().saturating_sub(skipped).max(1);
        while lines > 1 && row.height_of(skipped, lines, fitted.look.padding_y) > self.remaining() {
            lines -= 1;
        }
        lines
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
}

impl Fitted {
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
    fn draw(&self, brush: &mut Brush, x: f32, y: f32, padding_y: f32) {
        self.cells.iter().for_each(|cell| cell.draw(brush, x, y, padding_y));
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

/// Space between blocks set side by side.
const GUTTER: f32 = 14.0;

fn block_width(width: f32, blocks: usize) -> f32 {
    (width - GUTTER * count(blocks.saturating_sub(1))) / count(blocks.max(1))
}

fn rows_each(table: &Table, blocks: usize) -> usize {
    table.rows.len().div_ceil(blocks.max(1)).max(1)
}

fn draw_lines<'a>(
    brush: &mut Brush,
    cell: &FittedCell,
    lines: impl Iterator<Item = &'a FittedLine>,
    table_x: f32,
    top: f32,
) {
    let left = table_x + cell.x;
    let mut y = top;
    let mut lines = lines.peekable();
    while let Some(FittedLine { style, text, indent }) = lines.next() {
        let x = match cell.align {
            Align::Left => left + PADDING_X,
            Align::Right | Align::Decimal(_) => left + cell.width - PADDING_X - indent,
            Align::Centre => left + cell.width / 2.0,
        };
        let baseline = y + style.ascent();
        if cell.align == Align::Left && lines.peek().is_some() {
            brush.text(x, baseline, *style, cell.align, &format!("{text} "));
        } else {
            brush.text(x, baseline, *style, cell.align, text);
        }
        y += style.leading;
    }
}

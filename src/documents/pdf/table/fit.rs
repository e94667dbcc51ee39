//! Measuring a table: column widths, and cells broken into lines.

use super::{Cell, Column, Row, RowLook, Table, Tone, Width};
use crate::documents::pdf::composer::Composer;
use crate::documents::pdf::style::{Align, Colour, Palette, Style};

/// Free space left and right of a cell's text.
pub const PADDING_X: f32 = 4.0;
/// How much further in each level of a cell stands.
const LEVEL_STEP: f32 = 9.0;

/// Text styles and spacing of one table.
#[derive(Clone, Copy)]
pub struct Look {
    pub plain: Style,
    strong: Style,
    detail: Style,
    header: Style,
    pub padding_y: f32,
    pub palette: Palette,
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

/// A line of a cell.
pub struct FittedLine {
    pub style: Style,
    pub text: String,
    /// How far a decimal number keeps from the right edge, for longer fractions in its column.
    pub indent: f32,
}

/// A cell broken into lines.
pub struct FittedCell {
    pub lines: Vec<FittedLine>,
    pub x: f32,
    pub width: f32,
    pub align: Align,
    pub columns: usize,
    pub header: bool,
}

impl FittedCell {
    fn height(&self) -> f32 {
        self.lines.iter().map(|line| line.style.leading).sum()
    }
}

pub struct FittedRow {
    pub cells: Vec<FittedCell>,
    pub look: RowLook,
    pub height: f32,
    pub keep_with_next: bool,
    /// What stands for it at the head of a page on which its rows go on.
    pub continued: Option<Box<FittedRow>>,
}

/// A table with its columns measured and its cells broken into lines; x counts from the table's left edge.
pub struct Fitted {
    pub look: Look,
    pub width: f32,
    pub header: Option<FittedRow>,
    pub rows: Vec<FittedRow>,
}

/// What is known of a column before its cells are broken into lines.
#[derive(Clone, Copy)]
pub struct Measured {
    width: f32,
    /// The width of the longest fraction, separator included; zero where numbers are not aligned by it.
    fraction: f32,
}

impl Composer {
    /// Measures `table` for a width.
    pub(super) fn fit(&self, table: &Table, width: f32) -> Fitted {
        let look = Look::new(table.size, self.palette);
        let columns = self.measured_columns(table, look, width);
        let header = table.with_header.then(|| {
            let cells = table.columns.iter().map(|column| Cell::new(column.header.clone())).collect();
            self.fit_row(table, &Row::new(cells), &columns, Look { plain: look.header, ..look })
        });
        let rows = table.rows.iter().map(|row| self.fit_row(table, row, &columns, look)).collect();
        Fitted { look, width, header, rows }
    }

    fn fit_row(&self, table: &Table, row: &Row, columns: &[Measured], look: Look) -> FittedRow {
        let mut cells: Vec<FittedCell> = Vec::with_capacity(row.cells.len());
        let mut column = 0;
        for cell in &row.cells {
            let shift = f32::from(cell.level) * LEVEL_STEP;
            let x = columns.iter().take(column).map(|measured| measured.width).sum::<f32>() + shift;
            let covered = columns.iter().skip(column).take(cell.columns);
            let width = covered.clone().map(|measured| measured.width).sum::<f32>() - shift;
            let align = cell.align.or(table.columns.get(column).map(|column| column.align)).unwrap_or(Align::Left);
            let longest = covered.map(|measured| measured.fraction).fold(0.0, f32::max);
            let lines = self.cell_lines(cell, row.look, look, width - 2.0 * PADDING_X).into_iter();
            let lines = lines.map(|(style, text)| {
                let indent = self.decimal_indent(&text, style, align, longest);
                FittedLine { style, text, indent }
            });
            let lines = lines.collect();
            cells.push(FittedCell { lines, x, width, align, columns: cell.columns, header: cell.header });
            column += cell.columns;
        }
        let tallest = cells.iter().map(FittedCell::height).fold(0.0, f32::max);
        let continued = row.continued.as_ref().map(|cells| {
            let row = Row::new(cells.clone()).looking(row.look);
            Box::new(self.fit_row(table, &row, columns, look))
        });
        let (look, height) = (row.look, tallest + 2.0 * look.padding_y);
        FittedRow { cells, look, height, keep_with_next: row.keep_with_next, continued }
    }

    fn cell_lines(&self, cell: &Cell, row: RowLook, look: Look, width: f32) -> Vec<(Style, String)> {
        let mut lines = Vec::new();
        for (tone, text) in &cell.paragraphs {
            let mut style = look.of(*tone);
            style.colour = match row {
                RowLook::Plain => style.colour,
                RowLook::Group => look.palette.accent,
                RowLook::Highlight => Colour::WHITE,
            };
            lines.extend(self.wrap(text, style, width).into_iter().map(|line| (style, line)));
        }
        lines
    }

    fn measured_columns(&self, table: &Table, look: Look, width: f32) -> Vec<Measured> {
        let fractions: Vec<f32> =
            (0..table.columns.len()).map(|index| self.longest_fraction(table, look, index)).collect();
        let known: Vec<Option<f32>> = table
            .columns
            .iter()
            .zip(&fractions)
            .enumerate()
            .map(|(index, (column, fraction))| self.known_width(table, look, index, column, *fraction))
            .collect();
        let share = |column: &Column| if let Width::Share(share) = column.width { share } else { 1.0 };
        let sharing = table.columns.iter().zip(&known).filter(|(_, width)| width.is_none());
        let shares: f32 = sharing.map(|(column, _)| share(column)).sum();
        let taken: f32 = known.iter().flatten().sum();
        let rest = (width - taken).max(0.0) / shares.max(f32::MIN_POSITIVE);
        let widths = table.columns.iter().zip(known);
        let widths = widths.map(|(column, width)| width.unwrap_or(rest * share(column)));
        widths.zip(fractions).map(|(width, fraction)| Measured { width, fraction }).collect()
    }

    /// Zero where the column is not aligned by its decimal separator.
    fn longest_fraction(&self, table: &Table, look: Look, index: usize) -> f32 {
        let Some(Align::Decimal(separator)) = table.columns.get(index).map(|column| column.align) else { return 0.0 };
        let fraction = |text: &str, style| self.text_width(fraction_of(text, separator), style);
        table.column_texts(index).map(|(tone, text)| fraction(text, look.of(*tone))).fold(0.0, f32::max)
    }

    fn decimal_indent(&self, line: &str, style: Style, align: Align, longest: f32) -> f32 {
        match align {
            // Words among numbers, such as a header, stay at the edge.
            Align::Decimal(separator) if line.ends_with(|c: char| c.is_ascii_digit()) => {
                (longest - self.text_width(fraction_of(line, separator), style)).max(0.0)
            }
            _ => 0.0,
        }
    }

    fn known_width(&self, table: &Table, look: Look, index: usize, column: &Column, fraction: f32) -> Option<f32> {
        match column.width {
            Width::Fixed(width) => Some(width),
            Width::Rest | Width::Share(_) => None,
            Width::Content(least) => {
                let width = |(tone, text): &(Tone, String)| {
                    let style = look.of(*tone);
                    self.text_width(text, style) + self.decimal_indent(text, style, column.align, fraction)
                };
                let widest = table.column_texts(index).map(width).fold(0.0, f32::max);
                let header = column.header.split(' ').map(|word| self.text_width(word, look.header));
                let header = if table.with_header { header.fold(0.0, f32::max) } else { 0.0 };
                Some((widest.max(header) + 2.0 * PADDING_X + 0.5).max(least))
            }
        }
    }
}

impl Fitted {
    pub fn header_height(&self) -> f32 {
        self.header.as_ref().map_or(0.0, |header| header.height)
    }

    /// What must fit below for row `first` to begin here: it and the rows it must not be parted from; of what is taller
    /// than a page, enough to see that it has begun.
    pub fn height_needed(&self, first: usize, page_height: f32) -> f32 {
        let kept = self.kept_height(first);
        if kept + self.header_height() > page_height { self.look.plain.leading * 6.0 } else { kept }
    }

    pub fn height_in_blocks(&self, rows_each: usize) -> f32 {
        let block = |rows: &[FittedRow]| rows.iter().map(|row| row.height).sum::<f32>();
        self.header_height() + self.rows.chunks(rows_each).map(block).fold(0.0, f32::max)
    }

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
}

impl FittedRow {
    pub fn line_count(&self) -> usize {
        self.cells.iter().map(|cell| cell.lines.len()).max().unwrap_or(0)
    }

    /// The height of `lines` lines after the first `skipped`.
    pub fn height_of(&self, skipped: usize, lines: usize, padding_y: f32) -> f32 {
        if skipped == 0 && lines >= self.line_count() {
            return self.height;
        }
        let part = |cell: &FittedCell| -> f32 {
            cell.lines.iter().skip(skipped).take(lines).map(|line| line.style.leading).sum()
        };
        self.cells.iter().map(part).fold(0.0, f32::max) + 2.0 * padding_y
    }
}

/// A number's separator and what follows it.
fn fraction_of(text: &str, separator: char) -> &str {
    text.rfind(separator).and_then(|at| text.get(at..)).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::pdf::Paper;

    fn composer() -> Composer {
        let ink = Colour { red: 0, green: 0, blue: 0 };
        let palette =
            Palette { accent: ink, accent_light: ink, tint: Colour::WHITE, ink, muted: ink, rule: Colour::WHITE };
        Composer::new(Paper::A4, palette).unwrap()
    }

    #[test]
    fn decimals_stand_below_one_another_and_what_qualifies_them_at_the_edge() {
        let cell = |number: &str| Cell::new(number).detail("01/10/2025 00:00 (UTC+02:00)");
        let table = Table {
            columns: vec![Column::new("Index", Width::Content(0.0), Align::Decimal(','))],
            rows: ["732,461", "721,8", "12"].map(|number| Row::new(vec![cell(number)])).into(),
            size: 8.0,
            with_header: true,
        };
        let c = composer();
        let fitted = c.fit(&table, 400.0);
        let plain = Look::new(8.0, c.palette).plain;
        for (row, lacking) in fitted.rows.iter().zip(["", "61", ",461"]) {
            let indents: Vec<f32> = row.cells[0].lines.iter().map(|line| line.indent).collect();
            assert!((indents[0] - c.text_width(lacking, plain)).abs() < 0.05, "{lacking}: {indents:?}");
            assert_eq!(indents[1], 0.0);
        }
    }

    #[test]
    fn a_measured_row_widens_its_columns_and_a_spanning_one_does_not() {
        let table = |sum: Row| Table {
            columns: vec![
                Column::new("", Width::Rest, Align::Left),
                Column::new("", Width::Rest, Align::Left),
                Column::new("", Width::Content(0.0), Align::Right),
            ],
            rows: vec![Row::new(["a", "b", "1,00"].map(Cell::new).into()), sum],
            size: 8.0,
            with_header: false,
        };
        let sum = || Row::new(vec![Cell::strong("Somme").spanning(2), Cell::strong("1\u{202f}000\u{202f}000,00")]);
        let lines = |table: &Table| composer().fit(table, 300.0).rows[1].cells[1].lines.len();
        assert_eq!(lines(&table(sum().measured())), 1);
        assert!(lines(&table(sum())) > 1);
    }
}

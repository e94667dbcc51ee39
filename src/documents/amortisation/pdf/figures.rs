//! The table of figures by period, which totals, assets, components and subsidies share.

use super::Sheet;
use crate::documents::pdf::{Align, Cell, Column, Composer, Palette, Role, Row, RowLook, Style, Table, Width, count};
use crate::domain::amortisation::report::{Plan, PlanRow};
use crate::domain::money::Money;

/// What a table of figures tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Track {
    Depreciation,
    Subsidy,
}

/// Amounts of a period. A subsidy is never impaired: its column of impairment stays empty, and so is never shown.
const AMOUNTS: usize = 10;

/// Which amounts are shown only where some row has one: what left, what is impaired, and what differs.
const IS_RARE: [bool; AMOUNTS] = [false, false, true, false, true, false, false, false, false, true];

/// Headers of the amounts of each track, in order.
const DEPRECIATION: [&str; AMOUNTS] = [
    "amortisation-gross-value",
    "amortisation-charge",
    "amortisation-exits",
    "amortisation-cumulative",
    "amortisation-impairment",
    "amortisation-net-book-value",
    "amortisation-posted",
    "amortisation-due",
    "amortisation-to-come",
    "amortisation-difference",
];
const SUBSIDY: [&str; AMOUNTS] = [
    "amortisation-subsidy-received",
    "amortisation-income",
    "amortisation-income-exits",
    "amortisation-income-cumulative",
    "amortisation-impairment",
    "amortisation-subsidy-remaining",
    "amortisation-posted",
    "amortisation-due",
    "amortisation-to-come",
    "amortisation-difference",
];

/// Which amounts happen during a period, and so may be summed over periods; the others stand at its end.
const IS_FLOW: [bool; AMOUNTS] = [false, true, true, false, false, false, true, true, true, true];

/// Holds `12/2026` and `Total`.
const PERIOD_WIDTH: f32 = 37.0;
/// What a cell keeps free left and right of its text, and a hair more.
const PADDING: f32 = 8.2;
/// Sizes of text, largest first.
const SIZES: [f32; 6] = [7.6, 7.2, 6.8, 6.4, 6.0, 5.4];

/// A row of a table of figures.
pub(super) struct Line {
    period: String,
    /// Nothing where a sum over periods would say nothing.
    amounts: [Option<Money>; AMOUNTS],
    /// Sums other lines, or heads them.
    is_group: bool,
    keep_with_next: bool,
}

impl Line {
    pub(super) fn new<P>(period: String, row: &PlanRow<P>, track: Track) -> Line {
        let subsidy = &row.subsidy;
        let amounts = match track {
            Track::Depreciation => [
                row.gross_value,
                row.charge,
                row.exits,
                row.cumulative,
                row.impairment,
                row.net_book_value,
                row.posted,
                row.due,
                row.to_come,
                row.difference,
            ],
            Track::Subsidy => [
                subsidy.received,
                subsidy.income,
                subsidy.exits,
                subsidy.cumulative,
                Money::ZERO,
                subsidy.remaining,
                subsidy.posted,
                subsidy.due,
                subsidy.to_come,
                subsidy.difference,
            ],
        };
        Line { period, amounts: amounts.map(Some), is_group: false, keep_with_next: false }
    }

    /// Heads the lines that follow, and stays with the first of them.
    pub(super) fn heading_group(mut self) -> Line {
        self.is_group = true;
        self.keep_with_next = true;
        self
    }

    /// The sum of `lines`, kept on the page of the last.
    fn push_sum(lines: &mut Vec<Line>, label: String) {
        let mut amounts = IS_FLOW.map(|is_flow| is_flow.then_some(Money::ZERO));
        for line in lines.iter() {
            for (sum, amount) in amounts.iter_mut().zip(line.amounts) {
                *sum = sum.zip(amount).map(|(sum, amount)| sum + amount);
            }
        }
        if let Some(last) = lines.last_mut() {
            last.keep_with_next = true;
        }
        lines.push(Line { period: label, amounts, is_group: true, keep_with_next: false });
    }
}

impl Sheet<'_> {
    /// Depreciation by year and, where there is a subsidy, its income by year.
    pub(super) fn years(&self, c: &mut Composer, plan: &Plan) {
        self.year_table(c, plan, Track::Depreciation);
        let is_subsidised = |row: &PlanRow<i32>| !row.subsidy.received.is_zero() || !row.subsidy.posted.is_zero();
        if plan.years.iter().any(is_subsidised) {
            c.skip(12.0);
            c.ensure(80.0);
            let style = Style::bold(8.4, 11.8, c.palette.accent);
            c.paragraph(Role::Paragraph, style, &self.text("amortisation-subsidy-years"));
            c.skip(1.0);
            self.year_table(c, plan, Track::Subsidy);
        }
    }

    pub(super) fn year_table(&self, c: &mut Composer, plan: &Plan, track: Track) {
        let mut lines: Vec<Line> = plan.years.iter().map(|row| Line::new(row.period.to_string(), row, track)).collect();
        if lines.len() > 1 {
            Line::push_sum(&mut lines, self.text("amortisation-total"));
        }
        self.figures(c, &lines, track);
    }

    /// The table of `lines`, over the width of the page, in the largest size its amounts leave room for.
    pub(super) fn figures(&self, c: &mut Composer, lines: &[Line], track: Track) {
        let shown = shown(lines);
        let headers = match track {
            Track::Depreciation => DEPRECIATION,
            Track::Subsidy => SUBSIDY,
        };
        let mut columns = vec![Column::new(self.words.period, Width::Fixed(PERIOD_WIDTH), Align::Left)];
        let amounts = headers.iter().zip(shown).filter(|(_, is_shown)| *is_shown);
        columns.extend(amounts.map(|(id, _)| Column::new(self.text(id), Width::Rest, Align::Right)));
        let rows: Vec<Vec<String>> = lines.iter().map(|line| self.amount_texts(line, shown)).collect();
        let width = (c.paper.text_width() - PERIOD_WIDTH) / count(columns.len() - 1) - PADDING;
        let size = largest_fitting(c, &rows, width);
        let rows = lines.iter().zip(rows).map(|(line, texts)| figures_row(line, texts)).collect();
        c.table(c.paper.left, c.paper.text_width(), &Table { columns, rows, size, with_header: true });
    }

    /// Nothing during a period is a dash, so that what moves stands out; nothing left at its end is a figure.
    fn amount_texts(&self, line: &Line, shown: [bool; AMOUNTS]) -> Vec<String> {
        let text = |(amount, is_flow): (Option<Money>, bool)| match amount {
            None => String::new(),
            Some(amount) if is_flow && amount.is_zero() => "–".to_owned(),
            Some(amount) => self.format.amount(amount),
        };
        let amounts = line.amounts.into_iter().zip(IS_FLOW).zip(shown);
        amounts.filter(|(_, is_shown)| *is_shown).map(|(amount, _)| text(amount)).collect()
    }
}

/// The columns of a table of `lines`: without the rare ones in which nothing stands.
fn shown(lines: &[Line]) -> [bool; AMOUNTS] {
    let mut shown = IS_RARE.map(|is_rare| !is_rare);
    for line in lines {
        for (is_shown, amount) in shown.iter_mut().zip(line.amounts) {
            *is_shown |= amount.is_some_and(|amount| !amount.is_zero());
        }
    }
    shown
}

fn largest_fitting(c: &Composer, rows: &[Vec<String>], width: f32) -> f32 {
    let Palette { ink, .. } = c.palette;
    // Bold is the wider cut: what fits in it fits.
    let fits = |size: &f32| {
        let style = Style::bold(*size, *size, ink);
        rows.iter().flatten().all(|text| c.text_width(text, style) <= width)
    };
    let [.., smallest] = SIZES;
    SIZES.into_iter().find(fits).unwrap_or(smallest)
}

fn figures_row(line: &Line, texts: Vec<String>) -> Row {
    let cell = if line.is_group { Cell::strong } else { Cell::new };
    let mut cells = vec![cell(line.period.clone()).heading_row()];
    cells.extend(texts.into_iter().map(cell));
    let look = if line.is_group { RowLook::Group } else { RowLook::Plain };
    let row = Row::new(cells).looking(look);
    if line.keep_with_next { row.kept_with_next() } else { row }
}

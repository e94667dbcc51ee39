//! The plan by year and by month: total, assets, components, one below the other.
//!
//! A total or an asset is summed over the component rows of its period. Components stand last and each asset's are one
//! block, so that no formula's range contains the formula itself.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::Range;

use rust_xlsxwriter::utility::{column_number_to_name, row_col_to_cell};
use rust_xlsxwriter::{ColNum, RowNum};

use super::super::RenderError;
use super::super::lines::{KINDS, Kind, Level, Line, lines};
use super::super::words::{self, Words};
use super::sheet::{Column, FIRST_ROW, SUM_ROW, Sheet};
use crate::domain::amortisation::AmortisationReport;
use crate::domain::calendar::BillingMonth;
use crate::domain::money::Money;

const PERIOD: ColNum = 4;
const STATE: ColNum = 5;
/// First column of figures.
const FIGURE: ColNum = 6;

pub(super) fn years(sheet: Sheet<'_>, report: &AmortisationReport) -> Result<(), RenderError> {
    let lines: Vec<Line<'_, i32>> = lines(report, |plan| &plan.years).collect();
    let period = Column::text(sheet.words.period, 10);
    write(sheet, period, &lines, |sheet, row, line| sheet.whole(row, PERIOD, line.period, line.level))
}

pub(super) fn months(sheet: Sheet<'_>, report: &AmortisationReport) -> Result<(), RenderError> {
    let lines: Vec<Line<'_, BillingMonth>> = lines(report, |plan| &plan.months).collect();
    let period = Column::date(sheet.words.period, sheet.words.month_format);
    write(sheet, period, &lines, |sheet, row, line| sheet.month(row, PERIOD, line.period, line.level))
}

type WritePeriod<P> = fn(&mut Sheet<'_>, RowNum, &Line<'_, P>) -> Result<(), RenderError>;

fn write<P: Copy + Display>(
    mut sheet: Sheet<'_>,
    period: Column,
    lines: &[Line<'_, P>],
    write_period: WritePeriod<P>,
) -> Result<(), RenderError> {
    sheet.head(&columns(sheet.words, period), STATE, u32::try_from(lines.len())?)?;
    let blocks = Blocks::of(lines);
    sum_row(&mut sheet, lines, &blocks.totals)?;

    let after = FIGURE + ColNum::try_from(KINDS.len())?;
    let mut before: Option<&Line<'_, P>> = None;
    for (row, line) in (FIRST_ROW..).zip(lines) {
        let summed = match line.level {
            Level::Total => Some(&blocks.components),
            Level::Asset => blocks.components_of.get(line.asset),
            Level::Group | Level::Component | Level::Unknown => None,
        };
        sheet.level(row, line.level)?;
        for (column, text) in (1..).zip([line.asset, line.component, line.name]) {
            sheet.text(row, column, text, line.level)?;
        }
        write_period(&mut sheet, row, line)?;
        sheet.text(row, STATE, words::state(line.state, sheet.language), line.level)?;
        let predecessor = before.filter(|before| (before.level, before.asset) == (line.level, line.asset));
        figures(&mut sheet, row, line, summed, predecessor)?;
        // After the figures, whose formulas name their columns.
        sheet.amount(row, after, line.base, line.level)?;
        before = Some(line);
    }
    Ok(())
}

/// Where the lines stand on the sheet.
#[derive(Default)]
struct Blocks<'a> {
    totals: Range<RowNum>,
    components: Range<RowNum>,
    components_of: BTreeMap<&'a str, Range<RowNum>>,
}

impl<'a> Blocks<'a> {
    fn of<P>(lines: &[Line<'a, P>]) -> Blocks<'a> {
        let mut blocks = Blocks::default();
        for (row, line) in (FIRST_ROW..).zip(lines) {
            match line.level {
                Level::Total => extend(&mut blocks.totals, row),
                Level::Component => {
                    extend(&mut blocks.components, row);
                    extend(blocks.components_of.entry(line.asset).or_default(), row);
                }
                Level::Asset | Level::Group | Level::Unknown => {}
            }
        }
        blocks
    }
}

fn extend(block: &mut Range<RowNum>, row: RowNum) {
    let start = if block.start == block.end { row } else { block.start };
    *block = start..row + 1;
}

/// Sums over all periods, above the headings.
fn sum_row<P>(sheet: &mut Sheet<'_>, lines: &[Line<'_, P>], total_rows: &Range<RowNum>) -> Result<(), RenderError> {
    if lines.is_empty() {
        return Ok(());
    }
    sheet.level(SUM_ROW, Level::Total)?;
    for ((index, kind), column) in KINDS.iter().enumerate().zip(FIGURE..) {
        if *kind == Kind::Flow {
            let totals = lines.iter().filter(|line| line.level == Level::Total);
            let sum: Money = totals.filter_map(|line| line.figures.get(index)).sum();
            sheet.formula(SUM_ROW, column, &format!("=SUM({})", range(column, total_rows)), sum, Level::Total)?;
        }
    }
    Ok(())
}

/// A line's figures: formulas where it sums others, numbers where it is summed.
fn figures<P>(
    sheet: &mut Sheet<'_>,
    row: RowNum,
    line: &Line<'_, P>,
    summed: Option<&Range<RowNum>>,
    predecessor: Option<&Line<'_, P>>,
) -> Result<(), RenderError> {
    for ((amount, kind), column) in line.figures.into_iter().zip(KINDS).zip(FIGURE..) {
        let Some(summed) = summed.filter(|_| kind != Kind::Stock) else {
            sheet.amount(row, column, amount, line.level)?;
            continue;
        };
        let cell = |columns_back: ColNum, row| row_col_to_cell(row, column.saturating_sub(columns_back));
        let formula = match kind {
            Kind::Running => {
                let before = if predecessor.is_some() { format!("{}+", cell(0, row - 1)) } else { String::new() };
                format!("={before}{}-{}", cell(2, row), cell(1, row))
            }
            Kind::Remainder => format!("={}-{}", cell(4, row), cell(1, row)),
            Kind::NetBookValue => format!("={}-{}-{}", cell(5, row), cell(2, row), cell(1, row)),
            Kind::Flow | Kind::Stock => {
                let periods = range(PERIOD, summed);
                let period = row_col_to_cell(row, PERIOD);
                format!("=SUMIFS({},{periods},{period})", range(column, summed))
            }
        };
        sheet.formula(row, column, &formula, amount, line.level)?;
    }
    Ok(())
}

/// `H$20:H$99`.
fn range(column: ColNum, rows: &Range<RowNum>) -> String {
    let name = column_number_to_name(column);
    format!("{name}${}:{name}${}", rows.start + 1, rows.end)
}

fn columns(words: &Words, period: Column) -> Vec<Column> {
    let mut columns = vec![
        Column::text(words.level, 15),
        Column::text(words.asset, 15),
        Column::text(words.component, 15),
        Column::text(words.name, 32),
        period,
        Column::text(words.state, 15),
    ];
    columns.extend(words.figures.map(Column::amount));
    columns.push(Column::amount(words.base));
    columns
}

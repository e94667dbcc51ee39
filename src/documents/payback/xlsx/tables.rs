//! The sheets beside years and months.

use rust_xlsxwriter::utility::row_col_to_cell;
use rust_xlsxwriter::{ColNum, RowNum, Workbook};

use super::super::RenderError;
use super::super::words::Words;
use super::{FIRST_ROW, Sheet, break_even};
use crate::domain::money::{Money, UnitPrice};
use crate::domain::payback::{PaybackReport, SourceKind, TenantRow};

const RATE: &str = "0.00";
/// A rate the report works out, as its other formats show it.
const WORKED_OUT: &str = "0.0";
const QUANTITY: &str = "#,##0.00";
const PRICE: &str = "#,##0.00";

/// The scenarios' results, below them their assumptions and what the report remarks.
pub fn scenarios(workbook: &mut Workbook, words: &Words, report: &PaybackReport) -> Result<(), RenderError> {
    let mut heads = vec![
        (words.text("payback-scenario"), 34),
        (words.text("payback-break-even"), 22),
        (words.text("payback-break-even-discounted"), 22),
        (words.text("payback-vs-target"), 18),
        (words.text("payback-at-target"), 18),
    ];
    for horizon in report.scenarios.first().into_iter().flat_map(|result| &result.horizons) {
        let years = horizon.years.to_string();
        for id in ["payback-cumulative-years", "payback-npv", "payback-irr"] {
            heads.push((words.with(id, &[("years", &years)]), 18));
        }
    }
    let name = words.text("payback-scenarios");
    let mut sheet = Sheet::new(workbook, words, report, &name, &heads)?;
    sheet.strong(1, 0, &words.headline(report))?;
    for (row, result) in (FIRST_ROW..).zip(&report.scenarios) {
        sheet.text(row, 0, &result.name)?;
        sheet.text(row, 1, &break_even(words, report, result.break_even))?;
        sheet.text(row, 2, &break_even(words, report, result.break_even_discounted))?;
        if let Some(months) = result.months_after_target {
            sheet.whole(row, 3, months)?;
        }
        sheet.amount(row, 4, result.at_target)?;
        for (column, horizon) in (5..).step_by(3).zip(&result.horizons) {
            sheet.amount(row, column, horizon.cumulative)?;
            sheet.amount(row, column + 1, horizon.npv)?;
            sheet.optional(row, column + 2, horizon.irr_percent, WORKED_OUT)?;
        }
    }
    let mut row = FIRST_ROW + RowNum::try_from(report.scenarios.len())? + 1;
    sheet.strong(row, 0, &words.text("payback-assumptions"))?;
    for (column, result) in (1..).zip(&report.scenarios) {
        sheet.strong(row, column, &result.name)?;
    }
    for (key, _) in report.scenario.assumptions() {
        row += 1;
        sheet.text(row, 0, &format!("{} ({})", words.assumption(key), words.assumption_unit(key)))?;
        for (column, result) in (1..).zip(&report.scenarios) {
            let value = result.scenario.assumptions().into_iter().find(|(other, _)| *other == key);
            sheet.optional(row, column, value.map(|(_, value)| value), RATE)?;
        }
    }
    row += 2;
    for remark in &report.remarks {
        sheet.text(row, 0, &words.remark(remark))?;
        row += 1;
    }
    sheet.text(row, 0, &words.npv_note(report))
}

pub fn tenants(workbook: &mut Workbook, words: &Words, report: &PaybackReport) -> Result<(), RenderError> {
    let heads = [
        ("payback-tenant", 44),
        ("payback-service", 20),
        ("payback-invoiced", 18),
        ("payback-earlier", 18),
        ("payback-total", 18),
        ("payback-documents", 10),
        ("payback-source", 34),
    ];
    let heads = heads.map(|(id, width)| (words.text(id), width));
    let name = words.text("payback-tenant");
    let mut sheet = Sheet::new(workbook, words, report, &name, &heads)?;
    let (counted, internal): (Vec<&TenantRow>, Vec<&TenantRow>) = report.tenants.iter().partition(|row| row.counts);
    let row = tenant_group(&mut sheet, words, FIRST_ROW, &counted, "payback-total-counted")?;
    if !internal.is_empty() {
        sheet.strong(row + 1, 0, &words.text("payback-internal-tenants"))?;
        tenant_group(&mut sheet, words, row + 2, &internal, "payback-total-internal")?;
    }
    Ok(())
}

/// Rows from `first` on and their sums below them; the row after those.
fn tenant_group(
    sheet: &mut Sheet<'_>,
    words: &Words,
    first: RowNum,
    rows: &[&TenantRow],
    total: &str,
) -> Result<RowNum, RenderError> {
    for (row, tenant) in (first..).zip(rows) {
        sheet.text(row, 0, &tenant.name)?;
        sheet.text(row, 1, &words.service(tenant.service))?;
        sheet.amount(row, 2, tenant.invoiced)?;
        sheet.amount(row, 3, tenant.earlier)?;
        let formula = format!("={}+{}", row_col_to_cell(row, 2), row_col_to_cell(row, 3));
        sheet.formula(row, 4, &formula, tenant.total, false)?;
        sheet.whole(row, 5, i32::try_from(tenant.documents)?)?;
        sheet.text(row, 6, &tenant.source)?;
    }
    let (count, sum) = (rows.len(), |of: fn(&TenantRow) -> Money| rows.iter().map(|row| of(row)).sum());
    sheet.sum_from(first, 2, count, sum(|row| row.invoiced))?;
    sheet.sum_from(first, 3, count, sum(|row| row.earlier))?;
    sheet.sum_from(first, 4, count, sum(|row| row.total))?;
    let last = first + RowNum::try_from(count)?;
    sheet.strong(last, 0, &words.text(total))?;
    Ok(last + 1)
}

pub fn units(workbook: &mut Workbook, words: &Words, report: &PaybackReport) -> Result<(), RenderError> {
    let heads = [
        ("payback-unit", 12),
        ("payback-full-cost", 18),
        ("payback-let", 14),
        ("payback-capacity", 14),
        ("payback-cost-let", 16),
        ("payback-cost-capacity", 16),
        ("payback-price", 14),
        ("payback-market-price", 14),
        ("payback-discount", 14),
    ];
    let head = |id: &str| if id == "payback-full-cost" { words.full_cost(report) } else { words.text(id) };
    let heads = heads.map(|(id, width)| (head(id), width));
    let mut sheet = Sheet::new(workbook, words, report, &words.text("payback-full-cost"), &heads)?;
    let price = |price: Option<UnitPrice>| price.map(UnitPrice::to_decimal);
    for (row, unit) in (FIRST_ROW..).zip(&report.unit_costs) {
        sheet.text(row, 0, &words.cost_unit(unit.unit))?;
        sheet.amount(row, 1, unit.full_cost)?;
        sheet.optional(row, 2, unit.let_units, QUANTITY)?;
        sheet.optional(row, 3, unit.capacity_units, QUANTITY)?;
        sheet.optional(row, 4, price(unit.cost_per_let_unit), PRICE)?;
        sheet.optional(row, 5, price(unit.cost_per_capacity_unit), PRICE)?;
        sheet.optional(row, 6, price(unit.price_per_unit), PRICE)?;
        sheet.optional(row, 7, price(unit.market_price), PRICE)?;
        sheet.optional(row, 8, unit.discount_percent, "0.0")?;
    }
    sheet.sum(1, report.unit_costs.len(), report.unit_costs.iter().map(|unit| unit.full_cost).sum())?;
    if let Some(market) = &report.market {
        let (source, date) = (market.source.as_str(), words.format.date(market.date));
        let note = words.with("payback-market-note", &[("source", source), ("date", &date)]);
        sheet.text(FIRST_ROW + RowNum::try_from(report.unit_costs.len())? + 2, 0, &note)?;
    }
    Ok(())
}

pub fn lettings(workbook: &mut Workbook, words: &Words, report: &PaybackReport) -> Result<(), RenderError> {
    let heads = [
        ("payback-contract", 36),
        ("payback-tenant", 20),
        ("payback-service", 18),
        ("payback-until", 14),
        ("payback-quantity", 16),
        ("payback-state", 24),
        ("payback-month-price", 18),
    ];
    let heads = heads.map(|(id, width)| (words.text(id), width));
    let mut sheet = Sheet::new(workbook, words, report, &words.text("payback-contract"), &heads)?;
    for (row, letting) in (FIRST_ROW..).zip(&report.lettings) {
        sheet.text(row, 0, &format!("{} · {}", letting.contract, letting.line))?;
        sheet.text(row, 1, letting.tenant.as_str())?;
        sheet.text(row, 2, &words.service(letting.service))?;
        match letting.in_force.to {
            Some(end) => sheet.date(row, 3, end)?,
            None => sheet.text(row, 3, &words.text("payback-open"))?,
        }
        sheet.number(row, 4, letting.quantity, "#,##0.####")?;
        let basis = match letting.is_agreed {
            true => words.text("payback-agreed"),
            false => words.with("payback-mean", &[("months", &letting.months_of_mean.to_string())]),
        };
        sheet.text(row, 5, &format!("{} ({basis})", words.format.unit(letting.unit)))?;
        if let Some(step) = letting.prices.first() {
            sheet.amount(row, 6, step.month)?;
        }
    }
    let mut row = FIRST_ROW + RowNum::try_from(report.lettings.len())? + 1;
    sheet.strong(row, 0, &words.text("payback-means"))?;
    for mean in &report.means {
        row += 1;
        sheet.text(row, 0, &words.kind(mean.kind))?;
        sheet.text(row, 5, &words.with("payback-mean-of", &[("months", &mean.months.to_string())]))?;
        sheet.amount(row, 6, mean.mean_month)?;
    }
    Ok(())
}

pub fn outlays(workbook: &mut Workbook, words: &Words, report: &PaybackReport) -> Result<(), RenderError> {
    let heads = [
        ("payback-component", 30),
        ("payback-what", 50),
        ("payback-commissioned", 16),
        ("payback-cost", 18),
        ("payback-life", 16),
    ];
    let heads = heads.map(|(id, width)| (words.text(id), width));
    let mut sheet = Sheet::new(workbook, words, report, &words.text("payback-outlays"), &heads)?;
    for (row, outlay) in (FIRST_ROW..).zip(&report.investment) {
        sheet.text(row, 0, &format!("{}/{}", outlay.asset, outlay.component))?;
        sheet.text(row, 1, &outlay.name)?;
        sheet.date(row, 2, outlay.commissioned_on)?;
        sheet.amount(row, 3, outlay.cost)?;
        match outlay.life_years {
            Some(years) => sheet.text(row, 4, &words.with("payback-life-years", &[("years", &years.to_string())]))?,
            None => sheet.text(row, 4, &words.text("payback-life-none"))?,
        }
    }
    let (sum, through) = report.outlaid();
    sheet.sum(3, report.investment.len(), sum)?;
    let mut row = FIRST_ROW + RowNum::try_from(report.investment.len())?;
    sheet.strong(row, 1, &words.invested_through(through))?;
    row += 2;
    sheet.strong(row, 0, &words.text("payback-next"))?;
    for renewal in &report.renewals {
        row += 1;
        sheet.text(row, 0, &format!("{}/{}", renewal.asset, renewal.component))?;
        sheet.text(row, 1, &renewal.name)?;
        sheet.month(row, 2, renewal.month)?;
        sheet.amount(row, 3, renewal.cost)?;
    }
    Ok(())
}

/// Every source by its id, figures and assumptions included.
pub fn sources(workbook: &mut Workbook, words: &Words, report: &PaybackReport) -> Result<(), RenderError> {
    let heads = [("payback-source", 40), ("payback-what", 50), ("payback-from", 90), ("payback-amount", 18)];
    let heads = heads.map(|(id, width)| (words.text(id), width));
    let mut sheet = Sheet::new(workbook, words, report, &words.text("payback-source"), &heads)?;
    let mut row = FIRST_ROW;
    for source in &report.sources {
        let (what, from, amount) = words.source(report, source);
        let texts: [(ColNum, &str); 3] = [(0, &source.id), (1, &what), (2, &from)];
        for (column, text) in texts {
            sheet.text(row, column, text)?;
        }
        if let Some(amount) = amount {
            sheet.amount(row, 3, amount)?;
        }
        row += 1;
        let SourceKind::Assumptions { values, .. } = &source.what else { continue };
        for value in values {
            sheet.text(row, 1, &words.assumption(value.key))?;
            sheet.text(row, 2, &format!("{} {}", value.key, words.assumption_unit(value.key)))?;
            sheet.number(row, 3, value.value, RATE)?;
            row += 1;
        }
    }
    Ok(())
}

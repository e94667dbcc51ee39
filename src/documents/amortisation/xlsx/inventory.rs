//! Assets and components with their terms and position; and postings nothing in the book explains.

use std::ops::Range;

use rust_xlsxwriter::utility::column_number_to_name;
use rust_xlsxwriter::{ColNum, RowNum};

use super::super::RenderError;
use super::super::lines::Level;
use super::super::words::{self, Words};
use super::sheet::{Column, FIRST_ROW, SUM_ROW, Sheet};
use crate::domain::amortisation::report::{AssetReport, ComponentReport, Position};
use crate::domain::amortisation::{AmortisationReport, ComponentGroup, TreePart, TreeRow};
use crate::domain::money::Money;

/// First column of amounts.
const AMOUNT: ColNum = 10;
/// Amounts of a position.
const AMOUNTS: usize = 18;

pub(super) fn assets(mut sheet: Sheet<'_>, report: &AmortisationReport) -> Result<(), RenderError> {
    let trees: Vec<Vec<TreeRow<'_>>> = report.assets.iter().map(AssetReport::tree).collect();
    let row_count: usize = trees.iter().map(|tree| 1 + tree.len()).sum();
    sheet.head(&columns(sheet.words), 4, u32::try_from(row_count)?)?;
    let mut row = FIRST_ROW;
    for (asset, tree) in report.assets.iter().zip(&trees) {
        let parts = row + 1..row + 1 + u32::try_from(tree.len())?;
        asset_row(&mut sheet, row, asset, &parts)?;
        for ((row, place), part) in parts.clone().zip(0..).zip(tree) {
            match part.part {
                TreePart::Component(component) => component_row(&mut sheet, row, asset, component)?,
                TreePart::Group { group, total } => {
                    let below = tree.iter().skip(place + 1).take_while(|below| below.depth > part.depth).count();
                    group_row(&mut sheet, row, (asset, group), &total, &(row + 1..row + 1 + u32::try_from(below)?))?;
                }
            }
        }
        row = parts.end;
    }
    if row > FIRST_ROW {
        sheet.level(SUM_ROW, Level::Total)?;
        sum_of_components(&mut sheet, SUM_ROW, &report.total.position, &(FIRST_ROW..row), Level::Total)?;
    }
    Ok(())
}

/// The amounts of a total as formulas over the components among `rows`: groups and assets there are sums themselves.
fn sum_of_components(
    sheet: &mut Sheet<'_>,
    row: RowNum,
    total: &Position,
    rows: &Range<RowNum>,
    level: Level,
) -> Result<(), RenderError> {
    let levels = range("$A", rows);
    let component = words::level(Level::Component, sheet.language);
    for (amount, column) in amounts(total).into_iter().zip(AMOUNT..) {
        let summed = range(&column_number_to_name(column), rows);
        let formula = format!("=SUMIFS({summed},{levels},\"{component}\")");
        sheet.formula(row, column, &formula, amount, level)?;
    }
    Ok(())
}

/// A group with the total of what it holds.
fn group_row(
    sheet: &mut Sheet<'_>,
    row: RowNum,
    (asset, group): (&AssetReport, &ComponentGroup),
    total: &Position,
    parts: &Range<RowNum>,
) -> Result<(), RenderError> {
    sheet.level(row, Level::Group)?;
    for (column, text) in (1..).zip([asset.code.as_str(), group.code.as_str(), &group.name]) {
        sheet.text(row, column, text, Level::Group)?;
    }
    sum_of_components(sheet, row, total, parts, Level::Group)
}

fn asset_row(
    sheet: &mut Sheet<'_>,
    row: RowNum,
    asset: &AssetReport,
    parts: &Range<RowNum>,
) -> Result<(), RenderError> {
    sheet.level(row, Level::Asset)?;
    for (column, text) in [(1, asset.code.as_str()), (3, &asset.name), (4, &asset.account)] {
        sheet.text(row, column, text, Level::Asset)?;
    }
    if let Some(day) = asset.commissioned_on {
        sheet.date(row, 5, day, Level::Asset)?;
    }
    if let Some(spent) = asset.cost_to_date {
        sheet.text(row, 7, &words::cost_to_date(spent, sheet.language), Level::Asset)?;
    }
    for (column, text) in [(8, &asset.commissioning_evidence), (9, &asset.duration_decision)] {
        sheet.text(row, column, text.as_deref().unwrap_or_default(), Level::Asset)?;
    }
    sum_of_components(sheet, row, &asset.plan.position, parts, Level::Asset)
}

fn component_row(
    sheet: &mut Sheet<'_>,
    row: RowNum,
    asset: &AssetReport,
    component: &ComponentReport,
) -> Result<(), RenderError> {
    let level = Level::Component;
    sheet.level(row, level)?;
    for (column, text) in (1..).zip([asset.code.as_str(), component.code.as_str(), &component.name, &component.account])
    {
        sheet.text(row, column, text, level)?;
    }
    sheet.date(row, 5, component.commissioned_on, level)?;
    sheet.whole(row, 6, i32::try_from(component.duration_years)?, level)?;
    sheet.text(row, 7, &words::method(component.method, sheet.language), level)?;
    for (amount, column) in amounts(&component.plan.position).into_iter().zip(AMOUNT..) {
        sheet.amount(row, column, amount, level)?;
    }
    Ok(())
}

fn amounts(position: &Position) -> [Money; AMOUNTS] {
    let subsidy = &position.subsidy;
    [
        position.cost,
        position.residual_value,
        position.base,
        position.gross_value,
        position.cumulative,
        position.impairment,
        position.net_book_value,
        position.posted,
        position.due,
        position.to_come,
        position.difference,
        subsidy.received,
        subsidy.cumulative,
        subsidy.remaining,
        subsidy.posted,
        subsidy.due,
        subsidy.to_come,
        subsidy.difference,
    ]
}

fn columns(words: &Words) -> Vec<Column> {
    let mut columns = vec![
        Column::text(words.level, 15),
        Column::text(words.asset, 15),
        Column::text(words.component, 15),
        Column::text(words.name, 32),
        Column::text(words.account, 10),
        Column::date(words.commissioned_on, words.date_format),
        Column::text(words.duration_years, 10),
        Column::text(words.method, 30),
        Column::text(words.evidence, 32),
        Column::text(words.decision, 32),
    ];
    let [gross, _, _, depreciation @ .., _, _, _, _, _, _, _, _, _] = words.figures;
    let [.., received, _, _, taken, left, posted, due, to_come, difference] = words.figures;
    let subsidy = [received, taken, left, posted, due, to_come, difference];
    let position = [words.cost, words.residual_value, words.base, gross].into_iter().chain(depreciation);
    columns.extend(position.chain(subsidy).map(Column::amount));
    columns
}

/// `H$20:H$99`.
fn range(column: &str, rows: &Range<RowNum>) -> String {
    format!("{column}${}:{column}${}", rows.start + 1, rows.end)
}

/// What happened to the assets.
pub(super) fn events(mut sheet: Sheet<'_>, report: &AmortisationReport) -> Result<(), RenderError> {
    let words = sheet.words;
    let [event, effective, known, by, reason, amount] = words.event_columns;
    let columns = [
        Column::text(words.level, 15),
        Column::text(words.asset, 15),
        Column::text(words.component, 15),
        Column::text(event, 30),
        Column::date(effective, words.date_format),
        Column::date(known, words.date_format),
        Column::text(by, 24),
        Column::text(reason, 40),
        Column::text(words.decision, 32),
        Column::amount(amount),
    ];
    let count: usize = report.assets.iter().map(|asset| asset.events.len()).sum();
    sheet.head(&columns, 3, u32::try_from(count)?)?;
    let level = Level::Component;
    let all = report.assets.iter().flat_map(|asset| asset.events.iter().map(move |event| (asset, event)));
    for (row, (asset, report)) in (FIRST_ROW..).zip(all) {
        let event = &report.event;
        let component = event.change.named().unwrap_or_default();
        let word = words::event(&event.change, sheet.language);
        let part = words::part(&event.change, sheet.language);
        let word = part.map_or_else(|| word.clone(), |part| format!("{word} ({part})"));
        let word = match report.withdrawn_by {
            Some(by) => format!("{word} ({})", words::withdrawn(by, sheet.language)),
            None => word,
        };
        sheet.level(row, Level::Asset)?;
        for (column, text) in (1..).zip([asset.code.as_str(), component.as_str(), &word]) {
            sheet.text(row, column, text, level)?;
        }
        sheet.date(row, 4, event.effective_on, level)?;
        sheet.date(row, 5, event.recorded_on, level)?;
        let decision = event.decision.as_deref().unwrap_or_default();
        for (column, text) in (6..).zip([event.recorded_by.as_str(), &event.reason, decision]) {
            sheet.text(row, column, text, level)?;
        }
        if let Some(amount) = event.change.amount() {
            sheet.amount(row, 9, amount, level)?;
        }
    }
    Ok(())
}

/// Amounts in the journal for components the book does not know.
pub(super) fn unknown(mut sheet: Sheet<'_>, report: &AmortisationReport) -> Result<(), RenderError> {
    let words = sheet.words;
    let [_, _, _, _, _, _, posted, _, _, _, _, _, _, _, _, income_posted, ..] = words.figures;
    let columns = [
        Column::text(words.level, 15),
        Column::text(words.asset, 15),
        Column::text(words.component, 15),
        Column::date(words.period, words.month_format),
        Column::amount(posted),
        Column::amount(income_posted),
    ];
    sheet.head(&columns, 0, u32::try_from(report.unknown_postings.len())?)?;
    let level = Level::Unknown;
    for (row, posting) in (FIRST_ROW..).zip(&report.unknown_postings) {
        sheet.level(row, level)?;
        sheet.text(row, 1, posting.asset.as_str(), level)?;
        sheet.text(row, 2, posting.component.as_str(), level)?;
        sheet.month(row, 3, posting.month, level)?;
        sheet.amount(row, 4, posting.charge, level)?;
        sheet.amount(row, 5, posting.subsidy_income, level)?;
    }
    Ok(())
}

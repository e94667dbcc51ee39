//! A workbook: assets and components with their position, the plan by year, the plan by month; then, where there are some,
//! what happened to assets and the amounts of the journal that no component explains.
//!
//! Component figures are numbers; totals and assets are formulas over them, with their results stored, so that a reader
//! can follow each sum and a program need not compute it.

use chrono::NaiveDate;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook};

use super::RenderError;
use super::words::Words;
use crate::domain::amortisation::AmortisationReport;
use crate::domain::party::Language;

mod inventory;
mod periods;
mod sheet;

use sheet::Sheet;

/// The report as XLSX. Its creation time is the report's day, so that the same report gives the same bytes.
pub fn xlsx(report: &AmortisationReport, language: Language) -> Result<Vec<u8>, RenderError> {
    let words = Words::of(language);
    let mut workbook = Workbook::new();
    let properties = DocProperties::new().set_title(words.title).set_creation_datetime(&excel_date(report.as_of)?);
    workbook.set_properties(&properties);

    inventory::assets(Sheet::new(workbook.add_worksheet(), words.assets_sheet, report, language)?, report)?;
    periods::years(Sheet::new(workbook.add_worksheet(), words.years_sheet, report, language)?, report)?;
    periods::months(Sheet::new(workbook.add_worksheet(), words.months_sheet, report, language)?, report)?;
    if report.assets.iter().any(|asset| !asset.events.is_empty()) {
        inventory::events(Sheet::new(workbook.add_worksheet(), words.events_sheet, report, language)?, report)?;
    }
    if !report.unknown_postings.is_empty() {
        inventory::unknown(Sheet::new(workbook.add_worksheet(), words.unknown_sheet, report, language)?, report)?;
    }
    Ok(workbook.save_to_buffer()?)
}

fn excel_date(day: NaiveDate) -> Result<ExcelDateTime, RenderError> {
    Ok(ExcelDateTime::parse_from_str(&day.to_string())?)
}

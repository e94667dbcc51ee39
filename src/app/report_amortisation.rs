//! The amortisation report: plan against journal, as of a day, in the format asked for.

use chrono::NaiveDate;

use super::{AppError, Store, export_book};
use crate::documents::amortisation;
use crate::domain::amortisation::{AmortisationReport, PostedDepreciation, report as report_on};
use crate::domain::party::Language;
use crate::storage::journal;

/// What the report is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportFormat {
    Pdf,
    Csv,
    Xlsx,
    Json,
}

impl ReportFormat {
    /// Also the ending of its file.
    pub const fn name(self) -> &'static str {
        match self {
            ReportFormat::Pdf => "pdf",
            ReportFormat::Csv => "csv",
            ReportFormat::Xlsx => "xlsx",
            ReportFormat::Json => "json",
        }
    }
}

/// The figures of the report.
pub fn figures(store: &Store, as_of: NaiveDate) -> Result<AmortisationReport, AppError> {
    let book = export_book::load(store)?;
    let entries = journal::posted_depreciation(&mut *store.connection()?)?;
    let posted = PostedDepreciation::from_entries(&entries, &book.accounting.chart);
    Ok(report_on(&book.assets, as_of, &posted))
}

/// The bytes of the report; the same as long as plan, journal and day are the same.
pub fn report(store: &Store, as_of: NaiveDate, format: ReportFormat, language: Language) -> Result<Vec<u8>, AppError> {
    let figures = figures(store, as_of)?;
    Ok(match format {
        ReportFormat::Pdf => amortisation::pdf(&figures, language)?,
        ReportFormat::Csv => amortisation::csv(&figures, language)?,
        ReportFormat::Xlsx => amortisation::xlsx(&figures, language)?,
        ReportFormat::Json => amortisation::json(&figures)?,
    })
}

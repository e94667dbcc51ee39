//! The amortisation report: plan against journal, as of a day, in the format asked for.

use chrono::NaiveDate;

use crate::app::{AppError, Store, asset_versions, reports};
use crate::documents::{self, Edition, amortisation};
use crate::domain::amortisation::{AmortisationReport, PostedDepreciation, report as report_on};
use crate::domain::calendar::Timestamp;
use crate::domain::ledger::JournalEntry;
use crate::domain::party::Language;
use crate::storage::{AnyConnection, book, journal};

pub use crate::documents::ReportFormat;

/// The figures of the report.
pub fn figures(store: &Store, as_of: NaiveDate) -> Result<AmortisationReport, AppError> {
    figures_known_on(store, as_of, None)
}

/// The figures as they were known at the end of a day: events recorded later, and entries posted later, are left out.
pub fn figures_known_on(
    store: &Store,
    as_of: NaiveDate,
    known_on: Option<NaiveDate>,
) -> Result<AmortisationReport, AppError> {
    store.read(|connection| figures_of(connection, as_of, known_on))
}

/// The same, read with `connection`.
pub(in crate::app) fn figures_of(
    connection: &mut AnyConnection,
    as_of: NaiveDate,
    known_on: Option<NaiveDate>,
) -> Result<AmortisationReport, AppError> {
    let book = book::load_book(connection)?.ok_or(AppError::NoBook)?;
    let zone = book.facility.zone;
    let entries: Vec<JournalEntry> = journal::posted_assets(connection)?
        .into_iter()
        .filter(|posted| known_on.is_none_or(|day| Timestamp::from(posted.posted_at).date_in(zone) <= day))
        .map(|posted| posted.entry)
        .collect();
    let posted = PostedDepreciation::from_entries(&entries, &book.accounting.chart);
    let assets = match known_on {
        Some(day) => asset_versions::known(connection, &book.assets, day)?,
        None => book.assets,
    };
    Ok(report_on(&assets, as_of, &posted))
}

/// The bytes of the report; the same as long as plan, journal and day are the same.
pub fn report(store: &Store, as_of: NaiveDate, format: ReportFormat, language: Language) -> Result<Vec<u8>, AppError> {
    report_known_on(store, as_of, None, format, language)
}

/// The bytes of the report as it was known at the end of a day.
pub fn report_known_on(
    store: &Store,
    as_of: NaiveDate,
    known_on: Option<NaiveDate>,
    format: ReportFormat,
    language: Language,
) -> Result<Vec<u8>, AppError> {
    let issuer = store.read(reports::issuer)?;
    written(&figures_known_on(store, as_of, known_on)?, format, Edition::of(language, &issuer))
}

/// The bytes of `figures`.
pub(in crate::app) fn written(
    figures: &AmortisationReport,
    format: ReportFormat,
    edition: Edition<'_>,
) -> Result<Vec<u8>, AppError> {
    Ok(match format {
        ReportFormat::Pdf => amortisation::pdf(figures, edition)?,
        ReportFormat::Csv => amortisation::csv(figures, edition.language)?,
        ReportFormat::Xlsx => amortisation::xlsx(figures, edition.language)?,
        ReportFormat::Json => documents::json(figures)?,
    })
}

//! The yearly reports of fixed assets: movements, and funding.

use chrono::NaiveDate;

use super::report_amortisation::ReportFormat;
use super::{AppError, Store, export_book};
use crate::documents::amortisation::{funding_file, movements_file};
use crate::domain::amortisation::funding::{FundingReport, funding};
use crate::domain::amortisation::movements::{MovementsReport, movements};
use crate::domain::ledger::AccountRole;
use crate::domain::party::Language;
use crate::storage::journal;

/// The movements of `year`, beside the ledger at its end.
pub fn movements_of(store: &Store, year: i32) -> Result<MovementsReport, AppError> {
    let book = export_book::load(store)?;
    let chart = &book.accounting.chart;
    let last_day = NaiveDate::from_ymd_opt(year, 12, 31)
        .filter(|_| (2000..=2199).contains(&year))
        .ok_or_else(|| AppError::input(format!("{year} is not a year between 2000 and 2199")))?;
    let prefixes = ["2", chart.account(AccountRole::SubsidyReceived), chart.account(AccountRole::SubsidyTransferred)];
    let ledger = journal::balances(&mut *store.connection()?, &prefixes, last_day)?;
    Ok(movements(&book.assets, year, chart, &ledger))
}

/// The bytes of the movements in the format asked for.
pub fn movements_report(
    store: &Store,
    year: i32,
    format: ReportFormat,
    language: Language,
) -> Result<Vec<u8>, AppError> {
    Ok(movements_file(&movements_of(store, year)?, format, language)?)
}

/// Who paid for the assets, at the end of `year`.
pub fn funding_of(store: &Store, year: i32) -> Result<FundingReport, AppError> {
    if !(2000..=2199).contains(&year) {
        return Err(AppError::input(format!("{year} is not a year between 2000 and 2199")));
    }
    Ok(funding(&export_book::load(store)?.assets, year))
}

/// The bytes of the funding report in the format asked for.
pub fn funding_report(store: &Store, year: i32, format: ReportFormat, language: Language) -> Result<Vec<u8>, AppError> {
    Ok(funding_file(&funding_of(store, year)?, format, language)?)
}

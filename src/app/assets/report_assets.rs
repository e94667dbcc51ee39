//! The yearly reports of fixed assets: movements, and funding.

use chrono::NaiveDate;

use crate::app::asset_ledger::AssetLedger;
use crate::app::report_amortisation::{self, ReportFormat};
use crate::app::{AppError, Store, reports};
use crate::documents::Edition;
use crate::documents::amortisation::{funding_file, movements_file};
use crate::domain::amortisation::funding::{FundingReport, funding};
use crate::domain::amortisation::movements::{MovementsReport, movements};
use crate::domain::ledger::AccountRole;
use crate::domain::party::Language;
use crate::domain::told::Told;
use crate::storage::{AnyConnection, book, journal};

/// The movements of `year`, beside the ledger at its end.
pub fn movements_of(store: &Store, year: i32) -> Result<MovementsReport, AppError> {
    store.read(|connection| movements_in(connection, year))
}

pub(in crate::app) fn movements_in(connection: &mut AnyConnection, year: i32) -> Result<MovementsReport, AppError> {
    let book = book::load_book(connection)?.ok_or(AppError::NoBook)?;
    let chart = &book.accounting.chart;
    let last_day = last_day(year)?;
    let prefixes = ["2", chart.account(AccountRole::SubsidyReceived), chart.account(AccountRole::SubsidyTransferred)];
    let ledger = journal::balances(connection, &prefixes, last_day)?;
    let due = report_amortisation::figures_of(connection, last_day, None)?;
    let unposted = AssetLedger::load(connection)?.unposted_movements(&book.assets, last_day, chart)?;
    Ok(movements(&book.assets, year, chart, &ledger).with_unposted(&due, &unposted, chart))
}

/// The bytes of the movements in the format asked for.
pub fn movements_report(
    store: &Store,
    year: i32,
    format: ReportFormat,
    language: Language,
) -> Result<Vec<u8>, AppError> {
    let issuer = store.read(reports::issuer)?;
    Ok(movements_file(&movements_of(store, year)?, format, Edition::of(language, &issuer))?)
}

/// Who paid for the assets, at the end of `year`.
pub fn funding_of(store: &Store, year: i32) -> Result<FundingReport, AppError> {
    store.read(|connection| funding_in(connection, year))
}

pub(in crate::app) fn funding_in(connection: &mut AnyConnection, year: i32) -> Result<FundingReport, AppError> {
    let last_day = last_day(year)?;
    let book = book::load_book(connection)?.ok_or(AppError::NoBook)?;
    let owed =
        journal::balances(connection, &[book.accounting.chart.account(AccountRole::SubsidyReceivable)], last_day)?;
    Ok(FundingReport { subsidies_to_receive: owed.into_values().sum(), ..funding(&book.assets, year) })
}

/// The last day of a year assets can be told of.
pub(in crate::app) fn last_day(year: i32) -> Result<NaiveDate, AppError> {
    NaiveDate::from_ymd_opt(year, 12, 31).filter(|_| (2000..=2199).contains(&year)).ok_or_else(|| {
        let told = Told::new("year-beyond", format!("{year} is not a year between 2000 and 2199"));
        AppError::misasked(told.with("year", year.to_string()))
    })
}

/// The bytes of the funding report in the format asked for.
pub fn funding_report(store: &Store, year: i32, format: ReportFormat, language: Language) -> Result<Vec<u8>, AppError> {
    let issuer = store.read(reports::issuer)?;
    Ok(funding_file(&funding_of(store, year)?, format, Edition::of(language, &issuer))?)
}

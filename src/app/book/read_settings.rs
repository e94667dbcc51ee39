//! What an installation is, beside its configuration.

use chrono::{DateTime, Datelike, Utc};
use chrono_tz::Tz;

use crate::app::{AppError, Store, export_book, read_tenants};
use crate::domain::book::Book;
use crate::domain::calendar::day_in;
use crate::storage::{AnyConnection, invoices, on_account};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Its address, without a password.
    pub database: String,
    pub zone: Tz,
    /// Name and address of whoever issues the invoices; none before the first book.
    pub seller: Option<(String, String)>,
    pub series: Vec<SeriesState>,
}

/// A series of numbers and what it gives next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesState {
    /// As the table has it.
    pub name: String,
    pub kind: SeriesKind,
    /// None where it goes on from year to year.
    pub year: Option<i32>,
    pub next: i64,
}

/// What is numbered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SeriesKind {
    /// Invoices and credit notes, by their prefix.
    Invoices(String),
    Payments,
    Refunds,
    /// What was owed on one invoice and set against another.
    Transfers,
    /// What was kept on account of tenants and sent back from it.
    OnAccount,
    /// What joins invoices and their payments in the ledger.
    Letters,
}

/// The table numbers whatever needs it: those that are not of documents have names of their own, and year 0 stands for
/// none.
fn series((name, year, next): (String, i32, i64)) -> SeriesState {
    let kind = match name.as_str() {
        "payments" => SeriesKind::Payments,
        "refunds" => SeriesKind::Refunds,
        "transfers" => SeriesKind::Transfers,
        on_account::SERIES => SeriesKind::OnAccount,
        "letters" => SeriesKind::Letters,
        _ => SeriesKind::Invoices(name.clone()),
    };
    SeriesState { name, kind, year: (year != 0).then_some(year), next }
}

pub fn read(store: &Store) -> Result<Settings, AppError> {
    let seller = match export_book::shared(store) {
        Err(AppError::NoBook) => None,
        book => book.map(|book| Some((book.seller.name.clone(), book.seller.email.clone())))?,
    };
    let connection = &mut *store.connection()?;
    let database = store.database().url().to_string();
    let series = invoices::number_series(connection)?.into_iter().map(series).collect();
    Ok(Settings { database, zone: read_tenants::zone(store)?, seller, series })
}

/// The series documents are numbered in now, where one of this year has a number already: it goes on without a gap to the
/// year's end, so that its prefix is kept until then. None where another can be chosen.
pub fn series_in_use(store: &Store, now: DateTime<Utc>) -> Result<Option<SeriesState>, AppError> {
    let book = export_book::shared(store)?;
    in_use(&mut *store.connection()?, &book, now)
}

pub(in crate::app) fn in_use(
    connection: &mut AnyConnection,
    book: &Book,
    now: DateTime<Utc>,
) -> Result<Option<SeriesState>, AppError> {
    let (prefix, year) = (&book.seller.number_prefix, day_in(now, book.facility.zone).year());
    let begun = |(name, of, next): &(String, i32, i64)| name == prefix && *of >= year && *next > 1;
    Ok(invoices::number_series(connection)?.into_iter().find(begun).map(series))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_that_has_no_year_shows_none() {
        let of = |name: &str, year| {
            let state = series((name.into(), year, 44));
            (state.kind, state.year)
        };
        assert_eq!(of("DC", 2026), (SeriesKind::Invoices("DC".to_owned()), Some(2026)));
        assert_eq!(of("on-account", 2026), (SeriesKind::OnAccount, Some(2026)));
        assert_eq!(of("letters", 0), (SeriesKind::Letters, None));
    }
}

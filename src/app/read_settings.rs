//! What an installation is, beside its configuration.

use chrono_tz::Tz;

use super::{AppError, Store, export_book, read_tenants};
use crate::storage::invoices;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Its address, without a password.
    pub database: String,
    pub zone: Tz,
    /// Name and address of whoever issues the invoices; none before the first book.
    pub seller: Option<(String, String)>,
    /// Each series of numbers with its year and the next number.
    pub series: Vec<(String, i32, i64)>,
}

pub fn read(store: &Store) -> Result<Settings, AppError> {
    let seller = match export_book::load(store) {
        Err(AppError::NoBook) => None,
        book => Some(book?.seller).map(|seller| (seller.name, seller.email)),
    };
    let connection = &mut *store.connection()?;
    let database = store.database().url().to_string();
    Ok(Settings { database, zone: read_tenants::zone(store)?, seller, series: invoices::number_series(connection)? })
}

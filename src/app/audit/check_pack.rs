//! What no evidence pack is made of: a year to come, a year of nothing, documents that are not what was archived.

use std::fs;

use chrono::{DateTime, Datelike, NaiveDate, Utc};

use crate::app::read_trail::TrailFilter;
use crate::app::{AppError, Store, archive_invoice, read_tenants};
use crate::domain::ids::InvoiceId;
use crate::domain::told::Told;
use crate::storage::{AnyConnection, audit, evidence, journal, seals};

/// The last day of a year that packs can be of: spreadsheets know none before 1900, and no other year has four digits.
pub(in crate::app) fn closing(year: i32) -> Result<NaiveDate, AppError> {
    let closing = NaiveDate::from_ymd_opt(year, 12, 31).filter(|_| (1900..=9999).contains(&year));
    closing.ok_or_else(|| {
        let told = Told::new("no-year", format!("{year} is not a year such as 2026"));
        AppError::misasked(told.with("year", year.to_string()))
    })
}

/// Refuses a year there can be no evidence of, before anything is made: one to come, one in which nothing happened, and
/// one whose archived documents are not as they were archived.
pub fn check(store: &Store, year: i32, now: DateTime<Utc>) -> Result<(), AppError> {
    check_year(store, year, now)?;
    store.read(|connection| {
        let invoices = evidence::issued_in(connection, year)?;
        refuse_damaged(store, connection, &invoices)
    })
}

/// The same without the documents, which [`write`](crate::app::audit_pack::write) looks at itself.
pub fn check_year(store: &Store, year: i32, now: DateTime<Utc>) -> Result<(), AppError> {
    closing(year)?;
    let today = read_tenants::today(store, now)?;
    if year > today.year() {
        let english = format!("{year} is still to come: there is evidence of years through {}", today.year());
        let told = Told::new("pack-year-to-come", english).with("last", today.year().to_string());
        return Err(refused(told.with("year", year.to_string())));
    }
    if store.read(|connection| is_empty(connection, year))? {
        let english = format!("nothing happened in {year}: no document, entry, reading or event of the trail is of it");
        return Err(refused(Told::new("pack-year-empty", english).with("year", year.to_string())));
    }
    Ok(())
}

fn refused(told: Told) -> AppError {
    AppError::Refused(Box::new(told))
}

fn is_empty(connection: &mut AnyConnection, year: i32) -> Result<bool, AppError> {
    let first = NaiveDate::from_ymd_opt(year, 1, 1);
    let midnight = |day: NaiveDate| day.and_time(chrono::NaiveTime::MIN).and_utc();
    let next = NaiveDate::from_ymd_opt(year + 1, 1, 1).map(midnight);
    let of_year = TrailFilter { from: first.map(midnight), to: next, ..TrailFilter::default() };
    let has_readings = match first {
        Some(first) => seals::next_day_with_readings(connection, first)?.is_some_and(|day| day.year() == year),
        None => false,
    };
    Ok(!has_readings
        && evidence::issued_in(connection, year)?.is_empty()
        && !journal::years(connection)?.contains(&year)
        && audit::latest(connection, &of_year, 1)?.is_empty())
}

/// Named in a refusal; the count says how many more there are.
const NAMED: usize = 10;

/// A pack with a document that is not the archived one would be no evidence of it. All are told at once.
pub(in crate::app) fn refuse_damaged(
    store: &Store,
    connection: &mut AnyConnection,
    invoices: &[InvoiceId],
) -> Result<(), AppError> {
    let mut damaged = Vec::new();
    for id in invoices {
        let files = evidence::files(connection, *id)?;
        damaged
            .extend(files.into_iter().filter(|file| !is_sound(store, &file.path, &file.sha256)).map(|file| file.path));
    }
    if damaged.is_empty() {
        return Ok(());
    }
    let mut files = damaged.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    if damaged.len() > NAMED {
        files.push_str(", …");
    }
    let english = format!(
        "{} archived documents are gone or not as they were archived: {files}; move what is damaged away (keep it, it is evidence too) and run `chapelle invoices archive`, which makes them again from the frozen invoices to the same bytes",
        damaged.len()
    );
    let told = Told::new("pack-archive-damaged", english).with("count", damaged.len().to_string());
    Err(refused(told.with("files", files)))
}

pub(in crate::app) fn is_sound(store: &Store, path: &str, sha256: &str) -> bool {
    fs::read(store.data_dir().join(path)).is_ok_and(|bytes| archive_invoice::sha256(&bytes) == sha256)
}

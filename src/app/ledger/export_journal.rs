//! The books as files for others: the tax office's, plain text for hledger, CSV and JSON.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

use crate::app::close_year::days_of;
use crate::app::{AppError, Store};
use crate::documents::ledger::{self, Books, FecFile, FecHead};
use crate::domain::book::Book;
use crate::domain::ledger::{Letters, PostedEntry};
use crate::domain::party::Language;
use crate::domain::told::Told;
use crate::storage::journal::JournalFilter;
use crate::storage::{AnyConnection, book, journal, lettering};

/// What the journal is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JournalFormat {
    Hledger,
    Json,
    Csv,
}

/// Entries with their letters and the book that names what they mention, read at one instant.
pub(in crate::app) struct Ledger {
    pub book: Book,
    pub entries: Vec<PostedEntry>,
    pub letters: Letters,
    pub auxiliaries: BTreeMap<String, String>,
}

impl Ledger {
    pub fn books(&self) -> Books<'_> {
        Books {
            entries: &self.entries,
            letters: &self.letters,
            chart: &self.book.accounting.chart,
            auxiliaries: &self.auxiliaries,
        }
    }
}

/// The entries of `filter`, with the letters given through `through`.
pub(in crate::app) fn read(
    connection: &mut AnyConnection,
    filter: JournalFilter,
    through: NaiveDate,
) -> Result<Ledger, AppError> {
    let book = book::load_book(connection)?.ok_or(AppError::NoBook)?;
    let auxiliaries = auxiliaries(&book);
    let letters = lettering::all(connection, through)?;
    Ok(Ledger { entries: journal::list(connection, filter)?, letters, auxiliaries, book })
}

/// Tenants by code, components by `asset/component`.
fn auxiliaries(book: &Book) -> BTreeMap<String, String> {
    let tenants = book.tenants.iter().map(|tenant| (tenant.code.to_string(), tenant.name.clone()));
    let components = book.assets.iter().flat_map(|asset| {
        let name = |component: &crate::domain::amortisation::Component| format!("{}, {}", asset.name, component.name);
        let key = |component: &crate::domain::amortisation::Component| format!("{}/{}", asset.code, component.code);
        asset.components.iter().map(move |component| (key(component), name(component)))
    });
    tenants.chain(components).collect()
}

/// The file of a year and its description. Refused where the year's entries do not balance, which the database rules
/// out: the tax office's own tool does not look.
pub fn fec(store: &Store, year: i32) -> Result<[FecFile; 2], AppError> {
    let files = store.read(|connection| fec_in(connection, year))?;
    files.ok_or_else(|| empty(year))
}

/// The same, read with `connection`; none where the year has no entries.
pub(in crate::app) fn fec_in(connection: &mut AnyConnection, year: i32) -> Result<Option<[FecFile; 2]>, AppError> {
    let (first, last) = days_of(year)?;
    let filter = JournalFilter { from: Some(first), through: Some(last), ..JournalFilter::default() };
    let ledger = read(connection, filter, last)?;
    if ledger.entries.is_empty() {
        return Ok(None);
    }
    let lines = || ledger.entries.iter().flat_map(|entry| entry.entry.lines());
    let debit: crate::domain::money::Money = lines().map(|line| line.debit).sum();
    let credit: crate::domain::money::Money = lines().map(|line| line.credit).sum();
    if debit != credit {
        return Err(AppError::Corrupt(format!("{year}: debits {debit} − credits {credit} = {}", debit - credit)));
    }
    let siren = ledger.book.seller.siret.siren().to_string();
    let head = FecHead { siren: &siren, closing_date: last, zone: ledger.book.facility.zone };
    let books = ledger.books();
    Ok(Some([ledger::fec(&books, head), ledger::fec_description(&books, head)]))
}

/// The journal between two days, in the order of posting.
pub fn export(
    store: &Store,
    filter: JournalFilter,
    format: JournalFormat,
    language: Language,
) -> Result<Vec<u8>, AppError> {
    let through = filter.through.unwrap_or(NaiveDate::MAX);
    let through = if through.year() > 9999 { days_of(9999)?.1 } else { through };
    let ledger = store.read(|connection| read(connection, filter, through))?;
    let books = ledger.books();
    Ok(match format {
        JournalFormat::Hledger => ledger::hledger(&books).into_bytes(),
        JournalFormat::Json => ledger::entries_json(&books, language)?,
        JournalFormat::Csv => ledger::entries_csv(&books, language)?,
    })
}

/// That nothing is posted in a year.
pub(in crate::app) fn empty(year: i32) -> AppError {
    let english = format!("{year} has no entries: there is nothing to write");
    AppError::misasked(Told::new("year-without-entries", english).with("year", year.to_string()))
}

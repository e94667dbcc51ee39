//! From a file to a book, one file per kind of thing.
//!
//! Each reader asks for all its keys first and only then gives up on a missing one, so that every mistake is told.

use super::BookMistake;
use super::cursor::{Notes, Table};
use super::field::Field;
use super::source::Source;
use super::syntax;
use crate::domain::book::{Book, BookParts, BookPath, BookProblem};

mod accounting;
mod asset_events;
pub(super) mod assets;
pub(super) mod contracts;
mod meters;
pub(super) mod parties;
pub(super) mod payback;
mod places;
pub(super) mod prices;

pub use contracts::{DEFAULT_VAT_PERCENT, DEFAULT_WINDOW_MINUTES};

/// Reads a book. Nothing of a file with a mistake is taken; all its mistakes are told, in the order of the file.
pub fn read(text: &str, file_name: &str) -> Result<Book, Vec<BookMistake>> {
    read_bytes(text.as_bytes(), file_name)
}

/// Reads a book from the bytes of a file: UTF-8, with or without byte order mark, at most 64 MiB.
pub fn read_bytes(bytes: &[u8], file_name: &str) -> Result<Book, Vec<BookMistake>> {
    let source = Source::decode(bytes, file_name).map_err(|mistake| vec![mistake])?;
    let parsed = syntax::parse(&source).map_err(|mistake| vec![mistake])?;
    let notes = Notes::new(&source, parsed.refused);
    let book = read_document(parsed.document.as_table(), &notes);
    let mistakes = notes.into_mistakes();
    match book {
        Some(book) if mistakes.is_empty() => Ok(book.ordered()),
        _ if mistakes.is_empty() => Err(vec![BookMistake::at(&source, 0, &BookPath::root(), "is not a book")]),
        _ => Err(mistakes),
    }
}

/// Where in the file of a sound book what was found wrong with it stands, in the order of the file.
pub fn place(bytes: &[u8], file_name: &str, problems: Vec<BookProblem>) -> Vec<BookMistake> {
    let source = match Source::decode(bytes, file_name) {
        Ok(source) => source,
        Err(mistake) => return vec![mistake],
    };
    let parsed = match syntax::parse(&source) {
        Ok(parsed) => parsed,
        Err(mistake) => return vec![mistake],
    };
    let notes = Notes::new(&source, parsed.refused);
    read_document(parsed.document.as_table(), &notes);
    problems.into_iter().for_each(|problem| notes.problem(problem));
    notes.into_mistakes()
}

pub(super) fn read_document<'a>(root: &'a toml_edit::Table, notes: &'a Notes<'a>) -> Option<Book> {
    Table::read(notes, root, ("the book", BookPath::root(), 0), |t| read_book(t, notes))
}

/// The key that says how many edits the file knows of.
const REVISION: &str = "revision";

/// How many edits made outside the file it knows of: none where it does not say.
pub fn revision(bytes: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)).ok()?;
    let document: toml_edit::Document<String> = toml_edit::Document::parse(text.to_owned()).ok()?;
    document.get(REVISION)?.as_integer()
}

fn read_book(t: &mut Table, notes: &Notes) -> Option<Book> {
    let revision = t.optional(REVISION, Field::whole::<i64>);
    let facility = t.table("facility", "[facility]", places::facility);
    let seller = t.table("seller", "[seller]", parties::seller);
    let accounting = t.optional_table("accounting", "[accounting]", accounting::accounting);
    let rooms = t.coded("room", "[[room]]", places::room);
    let meters = t.coded("meter", "[[meter]]", meters::meter);
    let tenants = t.coded("tenant", "[[tenant]]", parties::tenant);
    let price_indices = t.coded("price_index", "[[price_index]]", prices::price_index);
    let tariffs = t.coded("tariff", "[[tariff]]", prices::tariff);
    let contracts = t.coded("contract", "[[contract]]", contracts::contract);
    let assets = t.coded("asset", "[[asset]]", assets::asset);
    let accounting = accounting.map(Option::unwrap_or_default);
    let payback = t.optional_table("payback", "[payback]", payback::terms);
    let parts = BookParts {
        facility: facility.as_ref(),
        seller: seller.as_ref(),
        accounting: accounting.as_ref(),
        rooms: &rooms,
        meters: &meters,
        tenants: &tenants,
        price_indices: &price_indices,
        tariffs: &tariffs,
        contracts: &contracts,
        assets: &assets,
        payback: payback.as_ref().and_then(Option::as_ref),
    };
    for problem in parts.check() {
        notes.problem(problem);
    }
    revision?;
    let (facility, seller, accounting, payback) = (facility?, seller?, accounting?, payback?);
    Some(Book {
        facility,
        seller,
        accounting,
        rooms,
        meters,
        tenants,
        price_indices,
        tariffs,
        contracts,
        assets,
        payback,
    })
}

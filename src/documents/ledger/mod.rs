//! The books of account as files: the tax office's file, plain text for hledger, and the reports of the ledger.
//!
//! Owns: columns, headings, number and text forms of each. Does not own: any figure (domain), how a PDF is made.
//! Invariants: the same books give the same bytes; an amount is a number wherever the format has numbers, and exact to
//! the cent; text that a spreadsheet would take for a formula stays text.

mod entries;
mod fec;
mod hledger;
mod listed;
mod reports;
mod statement;
mod statement_csv;
mod statement_pdf;
mod statement_xlsx;
mod words;

use std::collections::BTreeMap;

pub use entries::{entries_csv, entries_json};
pub use fec::{COLUMNS as FEC_COLUMNS, FecFile, FecHead, fec, fec_description};
pub use hledger::hledger;
pub(super) use listed::listed_pdf;
pub use reports::{
    ComparisonKind, GeneralLedger, comparisons, comparisons_sheet, general_ledger, journal, trial_balance,
};

use super::ReportFormat;
use super::amortisation::{RenderError, looks_like_formula};
use crate::domain::ledger::{Chart, Letters, PostedEntry};
use crate::domain::money::Money;
use crate::domain::party::Language;

/// Entries with what is needed to write them.
#[derive(Debug, Clone, Copy)]
pub struct Books<'a> {
    pub entries: &'a [PostedEntry],
    pub letters: &'a Letters,
    pub chart: &'a Chart,
    /// What auxiliaries are called: tenants, assets and their components.
    pub auxiliaries: &'a BTreeMap<String, String>,
}

impl Books<'_> {
    /// Its name; itself where it has none.
    fn auxiliary_name<'a>(&'a self, auxiliary: &'a str) -> &'a str {
        self.auxiliaries.get(auxiliary).map_or(auxiliary, String::as_str)
    }
}

/// CSV as a spreadsheet of the language opens it: RFC 4180 quoting, CRLF, in French with a byte order mark.
fn table_bytes(rows: &[Vec<String>], language: Language) -> Result<Vec<u8>, RenderError> {
    let (delimiter, mark) = match language {
        Language::French => (b';', "\u{feff}".as_bytes()),
        Language::English => (b',', [].as_slice()),
    };
    let mut bytes = mark.to_vec();
    let mut writer = ::csv::WriterBuilder::new()
        .delimiter(delimiter)
        .terminator(::csv::Terminator::CRLF)
        .flexible(true)
        .from_writer(&mut bytes);
    for row in rows {
        writer.write_record(row)?;
    }
    writer.flush().map_err(::csv::Error::from)?;
    drop(writer);
    Ok(bytes)
}

fn amount_text(amount: Money, language: Language) -> String {
    match language {
        Language::French => amount.to_string().replace('.', ","),
        Language::English => amount.to_string(),
    }
}

/// An apostrophe first keeps a spreadsheet from running the text as a formula.
fn guarded(text: &str) -> String {
    if looks_like_formula(text) { format!("'{text}") } else { text.to_owned() }
}

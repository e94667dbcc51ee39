//! Invoices, the journal, kept reports and papers against what the trail says of them.

use std::collections::{BTreeMap, BTreeSet};

use super::numbered::{self, Taken};
use super::received::{self, Receipts};
use super::{Verification, billed, posted};
use crate::app::AppError;
use crate::domain::audit::sha256_hex;
use crate::domain::money::Money;
use crate::storage::audit::ChainedEvent;
use crate::storage::{AnyConnection, book, evidence, report_archive};

const ENTRIES_AT_A_TIME: i64 = 1_000;

/// What the trail says.
#[derive(Default)]
pub struct Said {
    /// By invoice number: the SHA-256 of its frozen content, and of its files where they are archived.
    invoices: BTreeMap<String, BTreeMap<String, String>>,
    /// SHA-256 by path.
    reports: BTreeMap<String, String>,
    papers: BTreeMap<String, String>,
}

impl Said {
    pub fn note(&mut self, chained: &ChainedEvent) {
        let event = &chained.event;
        match event.action.as_str() {
            "invoice.issued" | "invoice.archived" => {
                let hashes = self.invoices.entry(event.subject.clone()).or_default();
                for (key, value) in event.detail.as_object().into_iter().flatten() {
                    if let Some(hash) = value.as_str().filter(|_| key.ends_with("_sha256")) {
                        hashes.entry(key.clone()).or_insert_with(|| hash.to_owned());
                    }
                }
            }
            "report.archived" => keep(&mut self.reports, Some(event.subject.as_str()), &event.detail),
            "asset.file_attached" => {
                keep(&mut self.papers, event.detail.get("path").and_then(|path| path.as_str()), &event.detail);
            }
            _ => {}
        }
    }
}

fn keep(kept: &mut BTreeMap<String, String>, path: Option<&str>, detail: &serde_json::Value) {
    let sha256 = detail.get("sha256").and_then(|hash| hash.as_str());
    if let (Some(path), Some(sha256)) = (path, sha256) {
        kept.insert(path.to_owned(), sha256.to_owned());
    }
}

/// The entries of money received come back, for payments to be held against; numbers of invoices are noted as `taken`.
pub fn verify(
    connection: &mut AnyConnection,
    said: &Said,
    posted: &posted::Said,
    taken: &mut Taken,
    found: &mut Verification,
) -> Result<Receipts, AppError> {
    invoices(connection, said, taken, found)?;
    let receipts = journal(connection, posted, found)?;
    let rows = report_archive::list(connection, None)?;
    kept("report", &said.reports, rows.into_iter().map(|row| (row.path, row.sha256)).collect(), found);
    let rows = book::attached_files(connection)?;
    kept("paper", &said.papers, rows.into_iter().map(|(_, file)| (file.path, file.sha256)).collect(), found);
    Ok(receipts)
}

/// What is noted as kept against what the trail says was kept, both ways.
fn kept(part: &'static str, said: &BTreeMap<String, String>, rows: BTreeMap<String, String>, found: &mut Verification) {
    for (path, sha256) in &rows {
        match said.get(path) {
            None => found.find(part, path, "the trail does not say that it was kept"),
            Some(known) if known != sha256 => {
                found.find(part, path, format!("noted with the SHA-256 {sha256}, the trail says {known}"));
            }
            Some(_) => {}
        }
    }
    for path in said.keys().filter(|path| !rows.contains_key(*path)) {
        found.find(part, path, "the trail says it was kept, and it is not noted");
    }
}

fn invoices(
    connection: &mut AnyConnection,
    said: &Said,
    taken: &mut Taken,
    found: &mut Verification,
) -> Result<(), AppError> {
    let numbers = evidence::numbers(connection)?;
    found.invoices = numbers.len();
    for number in &numbers {
        taken.document((number.year, &number.series, number.position));
        invoice(connection, number, said, found)?;
    }
    let there: BTreeSet<&str> = numbers.iter().map(|taken| taken.number.as_str()).collect();
    for number in said.invoices.keys().filter(|number| !there.contains(number.as_str())) {
        found.find("invoice", number, "the trail says it was issued, and it is not there");
    }
    Ok(())
}

fn invoice(
    connection: &mut AnyConnection,
    taken: &evidence::NumberTaken,
    said: &Said,
    found: &mut Verification,
) -> Result<(), AppError> {
    let frozen = evidence::frozen(connection, taken.id)?;
    let content = sha256_hex(frozen.content.as_bytes());
    if content != frozen.content_sha256 {
        found.find(
            "invoice",
            &taken.number,
            format!("its content gives {content}, frozen was {}", frozen.content_sha256),
        );
    }
    billed::hold(connection, (taken.id, &taken.number), &frozen.content, found)?;
    let Some(hashes) = said.invoices.get(&taken.number) else {
        found.find("invoice", &taken.number, "the trail does not say that it was issued");
        return Ok(());
    };
    if hashes.get("content_sha256").is_some_and(|said| *said != content) {
        found.find("invoice", &taken.number, format!("its content gives {content}, the trail says otherwise"));
    }
    for file in evidence::files(connection, taken.id)? {
        let said = hashes.get(&format!("{}_sha256", file.kind.name()));
        if said.is_some_and(|said| *said != file.sha256) {
            found.find(
                "invoice",
                &taken.number,
                format!("{} was archived with another hash than the trail says", file.path),
            );
        }
    }
    Ok(())
}

/// Each entry against its event and the seal of its stretch; their numbers against each other and their counters.
fn journal(
    connection: &mut AnyConnection,
    said: &posted::Said,
    found: &mut Verification,
) -> Result<Receipts, AppError> {
    let mut receipts = Receipts::new();
    let (mut held, mut numbers) = (posted::Held::new(said), Taken::default());
    let mut after = i64::MIN;
    loop {
        let entries = evidence::journal_lines(connection, after, ENTRIES_AT_A_TIME)?;
        let Some(last) = entries.last() else { break };
        after = last.id;
        found.journal_entries += entries.len();
        for entry in entries {
            received::note_entry(&mut receipts, &entry);
            let place = || format!("{} {}", entry.journal, entry.document);
            if entry.sides == 0 {
                found.find("journal", place(), "it has no line");
            }
            if entry.debit_cents != entry.credit_cents {
                let (debit, credit) = (Money::from_cents(entry.debit_cents), Money::from_cents(entry.credit_cents));
                found.find("journal", place(), format!("debits {debit} − credits {credit} = {}", debit - credit));
            }
            numbers.entry(&entry, found);
            held.hold(entry, found);
        }
    }
    held.finish(found);
    numbered::entries(connection, &numbers, found)?;
    Ok(receipts)
}

//! One invoice from its PDF to its readings: what stands on an auditor's sheet.

use chrono::NaiveDate;

use crate::app::{AppError, Store, read_evidence};
use crate::domain::audit::{SignedRoot, sha256_hex};
use crate::domain::calendar::Timestamp;
use crate::domain::ids::MeterCode;
use crate::domain::invoice::{InvoiceNumber, IssuedInvoice};
use crate::domain::ledger::{Journal, JournalEntry};
use crate::domain::metering::{MeterUsage, Reading};
use crate::storage::audit::{ChainedEvent, TrailFilter};
use crate::storage::journal::JournalFilter;
use crate::storage::{AnyConnection, audit, book, evidence, invoices, journal, readings, roots, seals};

pub use crate::storage::archive::ArchivedFile;

pub const READINGS_PER_PAGE: usize = 100;
const EVENTS_MAX: i64 = 500;

/// Which readings of the invoice are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The line, from 1; the first with meters otherwise.
    pub line: Option<usize>,
    /// The meter among the line's, from 1.
    pub meter: usize,
    /// The meter by its code, which counts before its number.
    pub code: Option<String>,
    /// From 1.
    pub page: usize,
    /// Show the page that holds this instant.
    pub at: Option<Timestamp>,
}

/// Everything about one invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    pub invoice: IssuedInvoice,
    /// What was frozen when it was issued, byte for byte.
    pub content: String,
    pub content_sha256: String,
    /// Whether the frozen content still gives its hash.
    pub content_is_sound: bool,
    pub files: Vec<ArchivedFile>,
    pub entry: Option<JournalEntry>,
    pub events: Vec<ChainedEvent>,
    /// The first signed root that covers the last event.
    pub root: Option<SignedRoot>,
    pub readings: Option<ReadingsShown>,
}

/// A page of the readings behind one meter of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadingsShown {
    pub line: usize,
    pub meter: usize,
    pub code: MeterCode,
    pub readings: Vec<Reading>,
    pub page: usize,
    pub pages: usize,
    pub total: usize,
    /// The seals of the days on this page, with the event that made each.
    pub seals: Vec<(NaiveDate, i64)>,
}

/// The sheet of the invoice with this number; none where there is no such invoice.
pub fn sheet(store: &Store, number: &str, wanted: &Wanted) -> Result<Option<Sheet>, AppError> {
    use crate::domain::access::TenantScope;
    let number = InvoiceNumber::from_stored(number);
    store.read(|connection| {
        let Some((id, invoice)) = invoices::by_number(connection, &TenantScope::Everyone, &number)? else {
            return Ok(None);
        };
        let frozen = evidence::frozen(connection, id)?;
        let filter = TrailFilter { subject: Some(number.to_string()), ..TrailFilter::default() };
        let events = audit::search(connection, &filter, 0, EVENTS_MAX)?;
        let root = match events.last() {
            Some(last) => roots::covering(connection, last.sequence)?,
            None => None,
        };
        Ok(Some(Sheet {
            content_is_sound: sha256_hex(frozen.content.as_bytes()) == frozen.content_sha256,
            content: frozen.content,
            content_sha256: frozen.content_sha256,
            files: evidence::files(connection, id)?,
            entry: entry_of(connection, &invoice)?,
            events,
            root,
            readings: readings_shown(connection, &invoice, wanted)?,
            invoice,
        }))
    })
}

fn entry_of(connection: &mut AnyConnection, invoice: &IssuedInvoice) -> Result<Option<JournalEntry>, AppError> {
    let document = Some(invoice.number.to_string());
    let filter = JournalFilter { journal: Some(Journal::Sales), document, ..JournalFilter::default() };
    Ok(journal::list(connection, filter)?.pop().map(|posted| posted.entry))
}

fn readings_shown(
    connection: &mut AnyConnection,
    invoice: &IssuedInvoice,
    wanted: &Wanted,
) -> Result<Option<ReadingsShown>, AppError> {
    let meters_of = |line: usize| -> &[MeterUsage] {
        let charge = read_evidence::line(&invoice.charges, line);
        charge.and_then(|charge| charge.provenance.usage.as_ref()).map_or(&[], |usage| usage.meters.as_slice())
    };
    let metered = || (1..=invoice.charges.len()).find(|line| !meters_of(*line).is_empty());
    let Some(line) = wanted.line.filter(|line| !meters_of(*line).is_empty()).or_else(metered) else { return Ok(None) };
    let meters = meters_of(line);
    let named = meters.iter().position(|meter| Some(meter.meter.as_str()) == wanted.code.as_deref());
    let meter = named.map_or(wanted.meter, |position| position + 1).clamp(1, meters.len());
    let Some(usage) = meters.get(meter - 1) else { return Ok(None) };
    let Some(id) = book::meter_ids(connection)?.get(&usage.meter).copied() else { return Ok(None) };
    let all = readings::series(connection, id, usage.period)?;
    let total = all.len();
    let pages = total.div_ceil(READINGS_PER_PAGE).max(1);
    let holding = wanted.at.and_then(|at| all.iter().position(|reading| reading.at >= at));
    let page = holding.map_or(wanted.page, |position| position / READINGS_PER_PAGE + 1).clamp(1, pages);
    let readings: Vec<Reading> = all.into_iter().skip((page - 1) * READINGS_PER_PAGE).take(READINGS_PER_PAGE).collect();
    let mut days: Vec<NaiveDate> = readings.iter().map(|reading| reading.at.to_utc().date_naive()).collect();
    days.dedup();
    let mut sealed = Vec::new();
    for day in days {
        if let Some(seal) = seals::of_day(connection, day)? {
            sealed.push((day, seal.sequence));
        }
    }
    let code = usage.meter.clone();
    Ok(Some(ReadingsShown { line, meter, code, readings, page, pages, total, seals: sealed }))
}

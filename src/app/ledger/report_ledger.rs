//! The reports of the ledger: trial balance, general ledger, reconciliation, tie-out; as figures and as files.

use chrono::NaiveDate;
use chrono_tz::Tz;

use crate::app::close_year::days_of;
use crate::app::export_journal::{self, Ledger};
use crate::app::{AppError, Store, reports};
use crate::documents::{Edition, ledger};
use crate::domain::access::TenantScope;
use crate::domain::amortisation::{PostedDepreciation, report as amortisation_report};
use crate::domain::audit::AuditEvent;
use crate::domain::calendar::day_in;
use crate::domain::invoice::IssuedInvoice;
use crate::domain::ledger::{Journal, LedgerFilter, TrialBalance, general_ledger, trial_balance};
use crate::domain::money::Money;
use crate::domain::party::Language;
use crate::domain::receivables::Payment;
use crate::domain::reconciliation::{Reconciliation, Sources, TrailAmount, reconcile, tie_out};
use crate::domain::told::Told;
use crate::storage::audit::TrailFilter;
use crate::storage::invoices::{InvoiceFilter, InvoiceStatus, Page};
use crate::storage::journal::JournalFilter;
use crate::storage::{AnyConnection, audit, invoices, on_account, payments};

pub use crate::documents::ReportFormat;
pub use crate::documents::ledger::{ComparisonKind, GeneralLedger};

/// The span a report covers; both days are included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub from: NaiveDate,
    pub through: NaiveDate,
}

impl Span {
    pub fn new(from: NaiveDate, through: NaiveDate) -> Result<Span, AppError> {
        if through < from {
            let told = Told::new("days-reversed", format!("{through} is before {from}; write the first day first"));
            return Err(AppError::misasked(told.with("from", from).with("through", through)));
        }
        Ok(Span { from, through })
    }

    pub fn year(year: i32) -> Result<Span, AppError> {
        days_of(year).map(|(from, through)| Span { from, through })
    }
}

pub fn balance(store: &Store, span: Span) -> Result<TrialBalance, AppError> {
    store.read(|connection| balance_in(connection, span))
}

pub(in crate::app) fn balance_in(connection: &mut AnyConnection, span: Span) -> Result<TrialBalance, AppError> {
    let ledger = through(connection, span.through)?;
    Ok(trial_balance(&ledger.entries, span.from, span.through, &ledger.book.accounting.chart))
}

/// The lines of accounts whose number begins with `account`.
pub fn general(store: &Store, account: &str, auxiliary: Option<&str>, span: Span) -> Result<GeneralLedger, AppError> {
    store.read(|connection| general_in(connection, account, auxiliary, span))
}

pub(in crate::app) fn general_in(
    connection: &mut AnyConnection,
    account: &str,
    auxiliary: Option<&str>,
    span: Span,
) -> Result<GeneralLedger, AppError> {
    let ledger = through(connection, span.through)?;
    let filter = LedgerFilter {
        account: account.to_owned(),
        auxiliary: auxiliary.map(str::to_owned),
        from: span.from,
        through: span.through,
    };
    let accounts = general_ledger(&ledger.entries, &ledger.letters, &filter, &ledger.book.accounting.chart);
    Ok(GeneralLedger { from: span.from, through: span.through, accounts })
}

/// Entries that pass `filter` as a file; where it leaves its days open, those of the entries are told.
pub fn journal_file(
    store: &Store,
    filter: JournalFilter,
    format: ReportFormat,
    language: Language,
) -> Result<(String, Vec<u8>), AppError> {
    let code = filter.journal.map(|journal| format!("-{}", journal.code().to_lowercase())).unwrap_or_default();
    let account = filter.account.as_ref().map(|account| format!("-{}", account.to_lowercase())).unwrap_or_default();
    let (Span { from, through }, bytes) = store.read(|connection| journal_in(connection, filter, format, language))?;
    Ok((format!("journal{code}{account}-{from}-{through}"), bytes))
}

/// The entries a filter holds, and the span they are over: the filter's, as far as it has one, else that of the entries.
pub(in crate::app) fn journal_in(
    connection: &mut AnyConnection,
    filter: JournalFilter,
    format: ReportFormat,
    language: Language,
) -> Result<(Span, Vec<u8>), AppError> {
    let (from, through) = (filter.from, filter.through);
    let end = match through {
        Some(day) => day,
        None => days_of(9999)?.1,
    };
    let ledger = export_journal::read(connection, filter, end)?;
    let dates = || ledger.entries.iter().map(|posted| posted.entry.date);
    let first = from.or_else(|| dates().min()).unwrap_or_default();
    let last = through.or_else(|| dates().max()).unwrap_or(first);
    let issuer = reports::issuer(connection)?;
    let bytes = ledger::journal(&ledger.books(), (first, last), format, Edition::of(language, &issuer))?;
    Ok((Span { from: first, through: last }, bytes))
}

/// The comparisons of a day (reconciliation) or of a span (tie-out).
pub fn comparisons(store: &Store, kind: ComparisonKind, span: Span) -> Result<Reconciliation, AppError> {
    store.read(|connection| comparisons_in(connection, kind, span))
}

pub(in crate::app) fn comparisons_in(
    connection: &mut AnyConnection,
    kind: ComparisonKind,
    span: Span,
) -> Result<Reconciliation, AppError> {
    let ledger = through(connection, span.through)?;
    let documents = documents(connection)?;
    let recorded = payments::list(connection, None, Some(span.through))?;
    let payments: Vec<Payment> = recorded.into_iter().map(|recorded| recorded.payment).collect();
    let on_account: Vec<TrailAmount> = on_account::all(connection)?
        .into_iter()
        .map(|(_, moved)| TrailAmount { on: moved.on, total: moved.amount })
        .collect();
    let chart = &ledger.book.accounting.chart;
    let depreciation = ledger.entries.iter().map(|posted| &posted.entry);
    let depreciation = depreciation.filter(|entry| entry.journal == Journal::Depreciation);
    let posted = PostedDepreciation::from_entries(depreciation, chart);
    let plans = amortisation_report(&ledger.book.assets, span.through, &posted);
    let sources = Sources {
        entries: &ledger.entries,
        documents: &documents,
        payments: &payments,
        on_account: &on_account,
        plans: &plans,
        assets: &ledger.book.assets,
        claims: &claims(connection, ledger.book.facility.zone)?,
        moved_within: &moved_within(connection)?,
        chart,
    };
    Ok(match kind {
        ComparisonKind::Reconciliation => reconcile(&sources, span.through),
        ComparisonKind::TieOut => tie_out(&sources, span.from, span.through),
    })
}

/// The interest claimed by the trail, each on the day of its entry.
fn claims(connection: &mut AnyConnection, zone: Tz) -> Result<Vec<TrailAmount>, AppError> {
    let filter = TrailFilter { action: Some("interest.claimed".to_owned()), ..TrailFilter::default() };
    let events = audit::search(connection, &filter, 0, i64::MAX)?;
    let claim = |event: &AuditEvent| {
        let amount = |key: &str| event.detail.get(key).and_then(|amount| amount.as_str()?.parse::<Money>().ok());
        let total = amount("interest").zip(amount("indemnity")).map(|(interest, indemnity)| interest + indemnity);
        let total = total.ok_or_else(|| AppError::Corrupt(format!("the claim {} has no amounts", event.subject)))?;
        Ok(TrailAmount { on: day_in(event.at, zone), total })
    };
    events.iter().map(|chained| claim(&chained.event)).collect()
}

/// Transfers between invoices, what was kept on account, settled or sent back from it, and allocated results, by the trail,
/// each on the day of its entry.
fn moved_within(connection: &mut AnyConnection) -> Result<Vec<TrailAmount>, AppError> {
    let mut found = vec![];
    for (action, day, amount) in [
        ("payment.transferred", "transferred_on", "amount"),
        ("payment.kept", "kept_on", "amount"),
        ("payment.corrected", "corrected_on", "amount"),
        ("payment.repaid", "repaid_on", "amount"),
        ("payment.settled", "settled_on", "amount"),
        ("result.allocated", "date", "result"),
    ] {
        let filter = TrailFilter { action: Some(action.to_owned()), ..TrailFilter::default() };
        for chained in audit::search(connection, &filter, 0, i64::MAX)? {
            let event = &chained.event;
            let text = |key: &str| event.detail.get(key).and_then(serde_json::Value::as_str);
            let told = text(day).and_then(|day| day.parse().ok()).zip(text(amount).and_then(|text| text.parse().ok()));
            let (on, total) =
                told.ok_or_else(|| AppError::Corrupt(format!("{action} of {} has no amount", event.subject)))?;
            found.push(TrailAmount { on, total });
        }
    }
    Ok(found)
}

/// A report as a file; the same bytes as long as the books are the same.
pub fn balance_file(
    store: &Store,
    report: &TrialBalance,
    format: ReportFormat,
    language: Language,
) -> Result<Vec<u8>, AppError> {
    let issuer = store.read(reports::issuer)?;
    Ok(ledger::trial_balance(report, format, Edition::of(language, &issuer))?)
}

pub fn general_file(
    store: &Store,
    report: &GeneralLedger,
    format: ReportFormat,
    language: Language,
) -> Result<Vec<u8>, AppError> {
    let issuer = store.read(reports::issuer)?;
    Ok(ledger::general_ledger(report, format, Edition::of(language, &issuer))?)
}

pub fn comparisons_file(
    store: &Store,
    report: &Reconciliation,
    kind: ComparisonKind,
    format: ReportFormat,
    language: Language,
) -> Result<Vec<u8>, AppError> {
    let issuer = store.read(reports::issuer)?;
    Ok(ledger::comparisons(report, kind, format, Edition::of(language, &issuer))?)
}

/// Every entry through a day.
fn through(connection: &mut AnyConnection, day: NaiveDate) -> Result<Ledger, AppError> {
    let filter = JournalFilter { through: Some(day), ..JournalFilter::default() };
    export_journal::read(connection, filter, day)
}

/// Every issued document with its lines.
fn documents(connection: &mut AnyConnection) -> Result<Vec<IssuedInvoice>, AppError> {
    let filter = InvoiceFilter { status: Some(InvoiceStatus::Issued), ..InvoiceFilter::default() };
    let (summaries, _) = invoices::list(connection, &TenantScope::Everyone, &filter, Page::ALL)?;
    let mut documents = Vec::with_capacity(summaries.len());
    for summary in summaries {
        let found = invoices::issued_by_id(connection, &TenantScope::Everyone, summary.id)?;
        documents.extend(found.map(|(_, document)| document));
    }
    Ok(documents)
}

//! Years of a centre: its readings and invoices, made by the program's own rules and written through its storage.
//!
//! Six large tenants rent racks with meters; the others a place each. Every month is rated and issued as it would have
//! been, without its PDF (which would take as much disk again) and with its notices already sent.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Instant;

use chapelle::app::{Store, keep_series};
use chapelle::domain::access::TenantScope;
use chapelle::domain::audit::{Actor, AuditEvent};
use chapelle::domain::billing_run::{self, Snapshot};
use chapelle::domain::calendar::{BillingMonth, Period, Timestamp};
use chapelle::domain::contract::Contract;
use chapelle::domain::ids::{InvoiceId, MeterId};
use chapelle::domain::invoice::{Draft, InvoiceNumber, IssueContext, IssuedInvoice, journal_entry};
use chapelle::domain::rating::Samples;
use chapelle::domain::receivables::{InvoiceAccount, Payment};
use chapelle::storage::invoices::{InvoiceFilter, Page};
use chapelle::storage::outbox::NewMessage;
use chapelle::storage::{
    AnyConnection, Database, StorageError, audit, balances, invoices, journal, outbox, payments, readings,
};
use chrono::{DateTime, Datelike, NaiveDate, Utc};

use crate::common::Centre;
use crate::common::centre::{ZONE, month, now, sqlite_file, sqlite_url};
use crate::common::scale;

/// At full scale: 1,000 contracts in 100 months, and 228 meters read every ten minutes.
const CONTRACTS: f64 = 1_000.0;
const MONTHS: f64 = 100.0;
const METERS: f64 = 228.0;
const STEP_SECONDS: i64 = 600;
/// Of the invoices that are due, so many wait for their payment.
const UNPAID_ONE_IN: i64 = 100;
/// Nobody needs more of a disk than this.
const BYTES_MAX: u64 = 8 << 30;

/// What is made, and where.
pub struct History {
    pub directory: PathBuf,
    /// From the first to the last billed.
    pub months: Vec<BillingMonth>,
    centre: Centre,
    metered: usize,
}

impl History {
    /// As large as `CHAPELLE_BENCH_SCALE` says: readings and invoices in proportion, so each of their two factors by
    /// its root.
    pub fn of_scale() -> History {
        let share = |whole: f64| (whole * scale().sqrt()).round().max(1.0) as usize;
        let mut centre = Centre::of_meters(share(METERS));
        let metered = centre.book.contracts.len();
        let small = metered..share(CONTRACTS).max(metered);
        centre.add_small_contracts(small);
        let mut months: Vec<BillingMonth> =
            std::iter::successors(Some(month()), |month| Some(month.previous())).take(share(MONTHS)).collect();
        months.reverse();
        let named = std::env::var_os("CHAPELLE_BENCH_DIR").map(PathBuf::from);
        let usual = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("target/bench-pages-{}", scale()));
        History { directory: named.unwrap_or_else(usual), months, centre, metered }
    }

    pub fn describe(&self) -> String {
        let store = self.store();
        let connection = &mut *store.connection().unwrap();
        let (_, invoices) =
            invoices::list(connection, &TenantScope::Everyone, &InvoiceFilter::default(), Page { limit: 1, offset: 0 })
                .unwrap();
        let readings = readings::count(connection).unwrap();
        let bytes = std::fs::metadata(sqlite_file(&self.directory)).unwrap().len();
        format!("{invoices} invoices, {readings} readings, {} MiB", bytes >> 20)
    }

    pub fn tenant(&self, request: usize) -> String {
        self.centre.book.tenants[request % self.centre.book.tenants.len()].code.to_string()
    }

    /// One who has meters.
    pub fn metered_tenant(&self, request: usize) -> String {
        self.centre.book.contracts[request % self.metered].tenant.to_string()
    }

    /// The numbers of all invoices.
    pub fn numbers(&self) -> Vec<String> {
        let store = self.store();
        let connection = &mut *store.connection().unwrap();
        let (all, _) =
            invoices::list(connection, &TenantScope::Everyone, &InvoiceFilter::default(), Page::ALL).unwrap();
        all.into_iter().filter_map(|one| Some(one.number?.to_string())).collect()
    }

    fn store(&self) -> Store {
        Store::open(&sqlite_url(&self.directory), &self.directory).unwrap()
    }

    /// Makes what is not there yet.
    pub fn build(&self) {
        std::fs::create_dir_all(&self.directory).unwrap();
        let begin = Instant::now();
        let (database, ids) = self.centre.database(&sqlite_url(&self.directory));
        for (done, month) in self.months.iter().enumerate() {
            self.read(&database, &ids, *month);
            self.bill(&database, *month);
            let bytes = std::fs::metadata(sqlite_file(&self.directory)).unwrap().len();
            assert!(bytes < BYTES_MAX, "the database has grown beyond {BYTES_MAX} bytes");
            if (done + 1) % 10 == 0 {
                let seconds = begin.elapsed().as_secs();
                println!("{} of {} months, {} MiB, {seconds} s", done + 1, self.months.len(), bytes >> 20);
            }
        }
        let packed = keep_series::all(&self.store(), now().to_utc()).unwrap();
        println!("built in {} s, {packed} days packed", begin.elapsed().as_secs());
    }

    /// The month's readings, from the last that is there on.
    fn read(&self, database: &Database, ids: &[MeterId], month: BillingMonth) {
        let period = month.period(ZONE);
        let last = readings::span(&mut database.connection().unwrap()).unwrap().map(|(_, last)| last);
        // The month ends with the instant the next begins with. One that was cut off is sent again as a whole.
        let from = last.filter(|last| *last > period.from).unwrap_or(period.from);
        if from < period.to {
            self.centre.fill(database, ids, Period { from, to: period.to }, STEP_SECONDS);
        }
    }

    /// The month's invoices, in one transaction.
    fn bill(&self, database: &Database, month: BillingMonth) {
        let billed =
            invoices::billed_contracts(&mut database.connection().unwrap(), &TenantScope::Everyone, month).unwrap();
        if !billed.is_empty() {
            return;
        }
        let issued_at = month.period(ZONE).to.plus_seconds(2 * 86_400);
        let samples = self.samples(month.period(ZONE));
        let plan = billing_run::plan(&Snapshot {
            book: &self.centre.book,
            month,
            samples: &samples,
            billed: Vec::new(),
            late: Vec::new(),
            manual: Vec::new(),
            credits: Vec::new(),
            unreported: Vec::new(),
            now: issued_at,
        });
        assert_eq!(plan.drafts.len(), self.centre.book.contracts.len(), "{:?}", plan.problems);
        let contracts: HashMap<_, _> = self.centre.book.contracts.iter().map(|one| (&one.code, one)).collect();
        database
            .write::<_, StorageError>(|connection| {
                plan.drafts
                    .iter()
                    .try_for_each(|draft| self.issue(connection, draft, contracts[&draft.contract], issued_at.to_utc()))
            })
            .unwrap();
    }

    fn samples(&self, period: Period) -> Samples {
        let meters = self.centre.book.meters.iter().enumerate();
        meters.map(|(place, meter)| (meter.code.clone(), self.centre.samples(place, period, STEP_SECONDS))).collect()
    }

    /// Everything an issue writes.
    fn issue(
        &self,
        connection: &mut AnyConnection,
        draft: &Draft,
        contract: &Contract,
        now: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        let book = &self.centre.book;
        let issue_date = Timestamp::from(now).date_in(ZONE);
        let place = invoices::take_number(connection, &book.seller.number_prefix, issue_date.year())?;
        let context = IssueContext {
            number: InvoiceNumber::new(&place.series, place.year, place.position).unwrap(),
            issued_at: now,
            issue_date,
            facility: &book.facility,
            seller: &book.seller,
            tenant: book.tenants.iter().find(|tenant| tenant.code == contract.tenant).unwrap(),
            contract,
        };
        let invoice = draft.clone().issue(&context);
        let id = invoices::insert_issued(connection, &invoice, None, &place)?;
        if let Some(entry) = journal_entry(&invoice, &book.accounting.chart).unwrap() {
            let _ = journal::insert(connection, &entry, now)?;
        }
        let detail = serde_json::json!({ "contract": contract.code, "gross": invoice.totals.gross });
        let by = Actor::new("bench", None);
        audit::append(connection, &AuditEvent::new(now, &by, "invoice.issued", invoice.number.as_str(), detail))?;
        if invoice.due_date < now_date() && place.position % UNPAID_ONE_IN != 0 {
            pay(connection, id, &invoice)?;
        }
        let message = NewMessage {
            kind: "invoice-available".to_owned(),
            invoice: Some(id),
            recipient: context.tenant.contacts[0].email.clone(),
            language: context.tenant.language,
            message_id: format!("invoice.{}.1@example.org", invoice.number),
        };
        let message = outbox::enqueue(connection, &message, now)?;
        outbox::mark_sent(connection, message, now).map(drop)
    }
}

fn now_date() -> NaiveDate {
    now().date_in(ZONE)
}

/// Paid in full on the day it was due.
fn pay(connection: &mut AnyConnection, id: InvoiceId, invoice: &IssuedInvoice) -> Result<(), StorageError> {
    let payment = Payment {
        number: format!("P-{}", invoice.number),
        received_on: invoice.due_date,
        amount: invoice.totals.gross,
        reference: None,
        transferred_from: None,
        settled_on: None,
    };
    payments::insert(connection, id, &payment, None, now().to_utc())?;
    let account = InvoiceAccount { payments: vec![payment], ..InvoiceAccount::of(invoice) };
    balances::put(connection, id, &account.balance(&[]))
}

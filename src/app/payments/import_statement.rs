//! Record the payments of a bank statement: each receipt that names one invoice is one payment; a statement read twice
//! counts once; what cannot be told is left for a person, with the reason.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use crate::app::record_payment::{NewPayment, PaymentReport, Source, record_within};
use crate::app::{AppError, Store, export_book, match_receipts, read_tenants};
use crate::collect::statement::{self, Receipt};
use crate::domain::access::TenantScope;
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::invoice::{InvoiceKind, InvoiceNumber, creditor_reference};
use crate::domain::money::Money;
use crate::domain::told::{Tell, Told};
use crate::storage::invoices::{self, InvoiceFilter, InvoiceStatus, Page};
use crate::storage::{AnyConnection, audit, bank, payments};

/// What a statement brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImportReport {
    pub recorded: Vec<PaymentReport>,
    /// Receipts recorded from an earlier reading.
    pub known_before: usize,
    pub unmatched: Vec<Unmatched>,
    /// The statement's own number, under which its receipts are kept.
    pub statement: i64,
}

/// A receipt that a person must look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unmatched {
    pub booked_on: NaiveDate,
    /// What was sent.
    pub amount: Money,
    /// What the bank kept of it.
    pub charge: Money,
    pub text: String,
    pub why: String,
}

/// A report in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    pub receipts: usize,
    pub recorded: usize,
    pub known: usize,
}

impl ImportReport {
    pub fn totals(&self) -> Totals {
        let (recorded, known) = (self.recorded.len(), self.known_before);
        Totals { receipts: recorded + known + self.unmatched.len(), recorded, known }
    }
}

/// Records what can be told, each receipt in a transaction of its own.
pub fn import(store: &Store, bytes: &[u8], by: &Actor, now: DateTime<Utc>) -> Result<ImportReport, AppError> {
    let receipts = statement::read(bytes).map_err(|error| AppError::refused(&error))?;
    let own = export_book::shared(store)?.seller.iban.to_string();
    if let Some(other) = receipts.iter().find(|receipt| !is_account(&own, &receipt.account)) {
        let english =
            format!("the statement is of account {}, but the book's is {own}; nothing was recorded", other.account);
        let told = Told::new("statement-other-account", english).with("account", other.account.as_str());
        return Err(AppError::Refused(Box::new(told.with("own", own.as_str()))));
    }
    let numbers = numbers(store)?;
    let count = i64::try_from(receipts.len()).unwrap_or(i64::MAX);
    let statement = store.write(|connection| {
        let statement = bank::begin(connection, &by.name, now, count)?;
        let detail = serde_json::json!({ "receipts": count });
        audit::append(connection, &AuditEvent::new(now, by, "statement.read", &statement.to_string(), detail))?;
        Ok::<_, AppError>(statement)
    })?;
    let mut report = ImportReport { recorded: vec![], known_before: 0, unmatched: vec![], statement };
    let today = read_tenants::today(store, now)?;
    for receipt in receipts {
        match take(store, statement, &receipt, &numbers, (today, by, now))? {
            Taken::Known => report.known_before += 1,
            Taken::Recorded(recorded) => report.recorded.push(recorded),
            Taken::Left(why) => report.unmatched.push(left(receipt, why.english)),
        }
    }
    let known = i64::try_from(report.known_before).unwrap_or(i64::MAX);
    store.write(|connection| Ok::<_, AppError>(bank::end(connection, statement, known)?))?;
    Ok(report)
}

/// What became of a receipt.
enum Taken {
    Known,
    Recorded(PaymentReport),
    Left(Told),
}

/// Takes a receipt in: ONE transaction, which other payments wait for, looks whether it is known, records what it pays,
/// and keeps what became of it. Of two readings of a statement at once, one records it and the other finds it known.
fn take(
    store: &Store,
    statement: i64,
    receipt: &Receipt,
    numbers: &[InvoiceNumber],
    (today, by, now): (NaiveDate, &Actor, DateTime<Utc>),
) -> Result<Taken, AppError> {
    store.write(|connection| {
        payments::hold(connection)?;
        for key in std::iter::once(&receipt.key).chain(&receipt.parts) {
            if match_receipts::is_known(connection, key)? {
                return Ok(Taken::Known);
            }
        }
        let became = attempt(connection, receipt, numbers, (today, by, now))?;
        match_receipts::keep(connection, statement, receipt, became.as_ref().map(|recorded| &recorded.number))?;
        bank::supersede(connection, &receipt.parts, statement)?;
        Ok(match became {
            Ok(recorded) => Taken::Recorded(recorded),
            Err(why) => Taken::Left(why),
        })
    })
}

/// Records what the receipt pays, or says why a person has to look at it: nothing of it is then recorded, no number taken.
fn attempt(
    connection: &mut AnyConnection,
    receipt: &Receipt,
    numbers: &[InvoiceNumber],
    (today, by, now): (NaiveDate, &Actor, DateTime<Utc>),
) -> Result<Result<PaymentReport, Told>, AppError> {
    let invoice = match named(receipt, numbers) {
        Ok(invoice) => invoice,
        Err(why) => return Ok(Err(why)),
    };
    let payment = payment(receipt, invoice);
    let record = |connection: &mut AnyConnection| {
        record_within(connection, &payment, Source::Bank { kept: receipt.charge }, None, (today, by, now))
    };
    match connection.write_transaction(record) {
        Ok(recorded) => Ok(Ok(recorded)),
        // Too much, too early, a closed month: a person decides.
        Err(error) if error.amiss().is_some() => Ok(Err(error.told())),
        Err(error) => Err(error),
    }
}

fn payment(receipt: &Receipt, invoice: InvoiceNumber) -> NewPayment {
    NewPayment {
        invoice,
        received_on: receipt.booked_on,
        amount: receipt.amount,
        reference: Some(receipt.text.clone()),
        statement_key: Some(receipt.key.clone()),
    }
}

fn left(receipt: Receipt, why: String) -> Unmatched {
    let Receipt { booked_on, amount, charge, text, .. } = receipt;
    Unmatched { booked_on, amount, charge, text, why }
}

/// An IBAN holds the 21 characters CFONB tells: bank, branch, account.
fn is_account(own: &str, told: &str) -> bool {
    let own: String = own.split_whitespace().collect();
    own == told || own.get(4..25) == Some(told)
}

/// The invoices that can be paid.
fn numbers(store: &Store) -> Result<Vec<InvoiceNumber>, AppError> {
    let filter = InvoiceFilter { status: Some(InvoiceStatus::Issued), ..InvoiceFilter::default() };
    let (found, _) = invoices::list(&mut *store.connection()?, &TenantScope::Everyone, &filter, Page::ALL)?;
    let payable = found.into_iter().filter(|one| one.kind != InvoiceKind::CreditNote);
    Ok(payable.filter_map(|one| one.number).collect())
}

/// The one invoice the receipt's text names by its creditor reference, else by its number.
fn named(receipt: &Receipt, numbers: &[InvoiceNumber]) -> Result<InvoiceNumber, Told> {
    let text: String = receipt.text.split_whitespace().collect::<String>().to_ascii_uppercase();
    let by_reference: Vec<&InvoiceNumber> =
        numbers.iter().filter(|number| text.contains(&creditor_reference(number))).collect();
    let by_number = || numbers.iter().filter(|number| text.contains(&number.as_str().to_ascii_uppercase())).collect();
    let found: Vec<&InvoiceNumber> = if by_reference.is_empty() { by_number() } else { by_reference };
    match found.as_slice() {
        [one] => Ok((*one).clone()),
        [] => Err(Told::new(
            "receipt-names-none",
            "it names no invoice: match it, or keep it on account of its tenant, where receipts wait",
        )),
        several => {
            let named: Vec<&str> = several.iter().map(|number| number.as_str()).collect();
            let named = named.join(", ");
            let english = format!("it names several invoices, {named}: record each part by itself");
            Err(Told::new("receipt-names-several", english).with("invoices", named.as_str()))
        }
    }
}

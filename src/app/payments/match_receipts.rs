//! Receipts of bank statements that name no invoice, or not one: a person matches them by hand, part by part, keeps
//! what is left on account of who sent it, or says that they pay none.

use chrono::{DateTime, NaiveDate, Utc};

use crate::app::on_account::{self, KeptReport, Received};
use crate::app::record_payment::{self, NewPayment, PaymentPlan, PaymentReport, Source, record_within};
use crate::app::{AppError, Store, read_tenants, settle};
use crate::collect::statement::Receipt;
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::freetext::Text;
use crate::domain::ids::TenantCode;
use crate::domain::invoice::InvoiceNumber;
use crate::domain::money::Money;
use crate::domain::receivables::Movement;
use crate::domain::told::Told;
use crate::storage::bank::{self, ReceiptOutcome};
use crate::storage::{AnyConnection, audit, on_account as stored, payments};

pub use crate::storage::bank::{BankReceipt, BankStatement};

/// The receipts a person has to look at, oldest first.
pub fn left(store: &Store) -> Result<Vec<BankReceipt>, AppError> {
    Ok(bank::left(&mut *store.connection()?)?)
}

/// A receipt with this key.
pub fn one(store: &Store, key: &str) -> Result<Option<BankReceipt>, AppError> {
    Ok(bank::find(&mut *store.connection()?, key)?)
}

/// A statement with its receipts.
pub fn statement(store: &Store, id: i64) -> Result<Option<(BankStatement, Vec<BankReceipt>)>, AppError> {
    Ok(bank::statement(&mut *store.connection()?, id)?)
}

/// The statements read last, newest first, `limit` at most.
pub fn statements(store: &Store, limit: i64) -> Result<Vec<BankStatement>, AppError> {
    Ok(bank::statements(&mut *store.connection()?, 0, limit)?)
}

/// `limit` of them after `skipped`, the latest first, and how many there are.
pub fn statements_part(store: &Store, skipped: usize, limit: usize) -> Result<(Vec<BankStatement>, usize), AppError> {
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    store.read(|connection| {
        let found = bank::statements(connection, number(skipped), number(limit))?;
        Ok((found, usize::try_from(bank::statement_count(connection)?).unwrap_or(usize::MAX)))
    })
}

/// Why a receipt was left, in words pages can say.
pub fn why(receipt: &BankReceipt) -> Option<Told> {
    let text = receipt.why.as_deref()?;
    Some(serde_json::from_str(text).unwrap_or_else(|_| Told::plain(text)))
}

/// Whether a receipt needs nothing more: it was recorded, in part at least, or dismissed.
pub(in crate::app) fn is_known(connection: &mut AnyConnection, key: &str) -> Result<bool, AppError> {
    let known = bank::find(connection, key)?;
    let is_settled = |receipt: BankReceipt| receipt.outcome != ReceiptOutcome::Left || receipt.recorded > Money::ZERO;
    Ok(known.is_some_and(is_settled) || payments::is_recorded(connection, key)? || stored::is_kept(connection, key)?)
}

/// Keeps what became of a receipt of `statement`: the number of its payment, or why it is left.
pub(in crate::app) fn keep(
    connection: &mut AnyConnection,
    statement: i64,
    receipt: &Receipt,
    became: Result<&String, &Told>,
) -> Result<(), AppError> {
    let (outcome, recorded, charge) = match became {
        Ok(_) => (ReceiptOutcome::Recorded, receipt.amount, Money::ZERO),
        Err(_) => (ReceiptOutcome::Left, Money::ZERO, receipt.charge),
    };
    let kept = BankReceipt {
        key: receipt.key.clone(),
        statement,
        booked_on: receipt.booked_on,
        amount: receipt.amount,
        charge,
        text: receipt.text.clone(),
        outcome,
        why: became.err().and_then(|told| serde_json::to_string(told).ok()),
        payment: became.ok().cloned(),
        recorded,
    };
    Ok(bank::put(connection, &kept)?)
}

/// Records `amount` of a receipt as a payment of `invoice`, if what is open there is still what was `seen`; what is left of
/// the receipt still waits.
pub fn assign(
    store: &Store,
    key: &str,
    invoice: &InvoiceNumber,
    amount: Money,
    seen: Option<Money>,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<PaymentReport, AppError> {
    let today = read_tenants::today(store, now)?;
    store.write(|connection| {
        payments::hold(connection)?;
        let mut receipt = waiting(bank::find(connection, key)?, key)?;
        let new = part(&receipt, invoice, amount)?;
        // Each part carries as much as it can of what the bank kept of the whole: what came in is left for the last.
        let kept = receipt.charge.min(amount);
        let report = record_within(connection, &new, Source::Bank { kept }, seen, (today, by, now))?;
        note(&mut receipt, amount, kept, &report.number);
        bank::put(connection, &receipt)?;
        Ok(report)
    })
}

/// What [`assign`] would meet, and the day the receipt was booked; writes nothing.
pub fn plan(
    store: &Store,
    key: &str,
    invoice: &InvoiceNumber,
    amount: Money,
    now: DateTime<Utc>,
) -> Result<(PaymentPlan, NaiveDate), AppError> {
    let receipt = waiting(one(store, key)?, key)?;
    let plan = record_payment::plan(store, &part(&receipt, invoice, amount)?, now)?;
    Ok((plan, receipt.booked_on))
}

/// `amount` of a receipt as a payment of `invoice`, if so much of it is left.
fn part(receipt: &BankReceipt, invoice: &InvoiceNumber, amount: Money) -> Result<NewPayment, AppError> {
    if amount > receipt.open() {
        let english = format!("the receipt has {} left to record; {amount} is more", receipt.open());
        let told = Told::new("receipt-too-much", english).with("left", receipt.open()).with("amount", amount);
        return Err(AppError::Refused(Box::new(told)));
    }
    Ok(NewPayment {
        invoice: invoice.clone(),
        received_on: receipt.booked_on,
        amount,
        reference: Some(receipt.text.clone()),
        statement_key: Some(part_key(receipt)),
    })
}

/// What tells the next part of a receipt from every other. The first carries the receipt's own key, so that the statement's
/// receipt is known for ever.
fn part_key(receipt: &BankReceipt) -> String {
    match receipt.payment.as_ref().map_or(0, |numbers| numbers.split(", ").count()) {
        0 => receipt.key.clone(),
        parts => format!("{}/{}", receipt.key, parts + 1),
    }
}

/// Notes that `amount` of a receipt, of which the bank kept `charge`, became what is called `number`.
fn note(receipt: &mut BankReceipt, amount: Money, charge: Money, number: &str) {
    receipt.recorded += amount;
    receipt.charge -= charge;
    receipt.payment = Some(match receipt.payment.take() {
        Some(numbers) => format!("{numbers}, {number}"),
        None => number.to_owned(),
    });
    if receipt.recorded == receipt.amount {
        (receipt.outcome, receipt.why) = (ReceiptOutcome::Recorded, None);
    }
}

/// Keeps what is left of a receipt on account of the tenant it comes from, if that is still what was `seen`.
pub fn keep_on_account(
    store: &Store,
    key: &str,
    tenant: &TenantCode,
    seen: Option<Money>,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<KeptReport, AppError> {
    let today = read_tenants::today(store, now)?;
    store.write(|connection| {
        payments::hold(connection)?;
        let mut receipt = waiting(bank::find(connection, key)?, key)?;
        let (amount, charge) = (receipt.open(), receipt.charge);
        settle::must_be_as_seen(amount, seen)?;
        let (reference, statement_key) = (Some(receipt.text.clone()), Some(part_key(&receipt)));
        let on = receipt.booked_on;
        let received = Received { on, amount, charge, reference, statement_key, recorded_with: None };
        let report = on_account::keep(connection, tenant, received, (today, by, now))?;
        note(&mut receipt, amount, charge, &report.number);
        bank::put(connection, &receipt)?;
        Ok(report)
    })
}

/// The receipt that `kept` was, or was a part of; none where it came by no statement.
pub(in crate::app) fn receipt_of(
    connection: &mut AnyConnection,
    kept: &Movement,
) -> Result<Option<BankReceipt>, AppError> {
    let Some(key) = kept.statement_key.as_deref() else { return Ok(None) };
    if let Some(receipt) = bank::find(connection, key)? {
        return Ok(Some(receipt));
    }
    let whole = key.rsplit_once('/').map(|(whole, _)| whole);
    Ok(whole.map(|whole| bank::find(connection, whole)).transpose()?.flatten())
}

/// Notes that `kept`, of which the bank kept `charge`, was taken back by `number`: its receipt, if it was one, waits again.
pub(in crate::app) fn give_back(
    connection: &mut AnyConnection,
    kept: &Movement,
    charge: Money,
    number: &str,
) -> Result<(), AppError> {
    let Some(mut receipt) = receipt_of(connection, kept)? else { return Ok(()) };
    note(&mut receipt, -kept.amount, -charge, number);
    receipt.outcome = ReceiptOutcome::Left;
    Ok(bank::put(connection, &receipt)?)
}

/// Notes that `kept` was moved to another account by `number`, and tells the key under which it is kept there: by that its
/// receipt is found again, should it be taken back once more.
pub(in crate::app) fn move_on(
    connection: &mut AnyConnection,
    kept: &Movement,
    number: &str,
) -> Result<Option<String>, AppError> {
    let Some(mut receipt) = receipt_of(connection, kept)? else { return Ok(None) };
    note(&mut receipt, Money::ZERO, Money::ZERO, number);
    bank::put(connection, &receipt)?;
    Ok(Some(part_key(&receipt)))
}

/// Says that what is left of a receipt pays no invoice, and why.
pub fn dismiss(store: &Store, key: &str, reason: &str, by: &Actor, now: DateTime<Utc>) -> Result<(), AppError> {
    if reason.trim().is_empty() {
        let told = Told::new("receipt-no-reason", "say why the receipt pays no invoice");
        return Err(AppError::Refused(Box::new(told)));
    }
    Text::Reason.check(reason)?;
    store.write(|connection| {
        payments::hold(connection)?;
        let mut receipt = waiting(bank::find(connection, key)?, key)?;
        receipt.outcome = ReceiptOutcome::Dismissed;
        bank::put(connection, &receipt)?;
        let detail =
            serde_json::json!({ "amount": receipt.open(), "booked_on": receipt.booked_on, "text": receipt.text });
        audit::append(connection, &AuditEvent::new(now, by, "receipt.dismissed", key, detail).because(reason))?;
        Ok(())
    })
}

fn waiting(found: Option<BankReceipt>, key: &str) -> Result<BankReceipt, AppError> {
    let waits = found.filter(|receipt| receipt.outcome == ReceiptOutcome::Left);
    waits.ok_or_else(|| AppError::NotFound(format!("receipt {key}")))
}

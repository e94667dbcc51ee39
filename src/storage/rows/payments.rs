//! Payments: recorded once, never changed.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use crate::domain::ids::{InvoiceId, TenantCode};
use crate::domain::invoice::InvoiceNumber;
use crate::domain::money::Money;
use crate::domain::receivables::{Payment, payment_number};
use crate::storage::codec::{date_from, date_text};
use crate::storage::db::AnyConnection;
use crate::storage::dialect;
use crate::storage::error::StorageResult;
use crate::storage::rows::invoices;
use crate::storage::schema::{invoice, payment, tenant};

/// A payment with the invoice it pays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedPayment {
    pub invoice: InvoiceNumber,
    pub tenant: TenantCode,
    pub payment: Payment,
}

/// The counter of payments among the series of numbers; longer than a series of invoices can be called.
const SERIES: &str = "payments";

/// The next payment number of a year. Payments are recorded one after the other, so that each sees what the one before
/// left open.
pub fn take_number(connection: &mut AnyConnection, year: i32) -> StorageResult<String> {
    hold(connection)?;
    let place = invoices::take_number(connection, SERIES, year)?;
    Ok(payment_number(year, place.position))
}

/// Keeps others from recording payments until the transaction ends, without taking a number.
pub fn hold(connection: &mut AnyConnection) -> StorageResult<()> {
    Ok(dialect::lock_payments(connection)?)
}

pub fn insert(
    connection: &mut AnyConnection,
    paid: InvoiceId,
    value: &Payment,
    statement_key: Option<&str>,
    now: DateTime<Utc>,
) -> StorageResult<()> {
    diesel::insert_into(payment::table)
        .values((
            payment::number.eq(&value.number),
            payment::invoice_id.eq(paid.0),
            payment::received_on.eq(date_text(value.received_on)),
            payment::amount_cents.eq(value.amount.cents()),
            payment::reference.eq(&value.reference),
            payment::statement_key.eq(statement_key),
            payment::recorded_at.eq(now.timestamp()),
        ))
        .execute(connection)?;
    Ok(())
}

/// Whether a transaction of a bank statement was recorded before.
pub fn is_recorded(connection: &mut AnyConnection, statement_key: &str) -> StorageResult<bool> {
    let found = payment::table.filter(payment::statement_key.eq(statement_key));
    Ok(diesel::select(diesel::dsl::exists(found)).get_result(connection)?)
}

/// What was paid on an invoice, oldest first.
pub fn of_invoice(connection: &mut AnyConnection, paid: InvoiceId) -> StorageResult<Vec<Payment>> {
    let rows: Vec<Row> = payment::table
        .filter(payment::invoice_id.eq(paid.0))
        .order((payment::received_on, payment::id))
        .select((payment::number, payment::received_on, payment::amount_cents, payment::reference))
        .load(connection)?;
    rows.into_iter().map(payment_from).collect()
}

/// Every payment received in [from, through], in the order they were recorded.
pub fn list(
    connection: &mut AnyConnection,
    from: Option<NaiveDate>,
    through: Option<NaiveDate>,
) -> StorageResult<Vec<RecordedPayment>> {
    let mut query = payment::table
        .inner_join(invoice::table.inner_join(tenant::table))
        .order(payment::id)
        .select((
            invoice::number,
            tenant::code,
            (payment::number, payment::received_on, payment::amount_cents, payment::reference),
        ))
        .into_boxed();
    if let Some(from) = from {
        query = query.filter(payment::received_on.ge(date_text(from)));
    }
    if let Some(through) = through {
        query = query.filter(payment::received_on.le(date_text(through)));
    }
    let rows: Vec<(Option<String>, String, Row)> = query.load(connection)?;
    rows.into_iter()
        .map(|(number, tenant, row)| {
            Ok(RecordedPayment {
                invoice: InvoiceNumber::from_stored(number.unwrap_or_default()),
                tenant: TenantCode(tenant),
                payment: payment_from(row)?,
            })
        })
        .collect()
}

type Row = (String, String, i64, Option<String>);

fn payment_from((number, received_on, amount, reference): Row) -> StorageResult<Payment> {
    let received_on = date_from("a payment's day", &received_on)?;
    Ok(Payment { number, received_on, amount: Money::from_cents(amount), reference })
}

//! What was owed to tenants and went back: recorded once, never changed.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::payments;
use crate::domain::ids::InvoiceId;
use crate::domain::invoice::InvoiceNumber;
use crate::domain::money::Money;
use crate::domain::receivables::{PaidBack, Payment, refund_number, transfer_number};
use crate::storage::codec::{date_from, date_text};
use crate::storage::db::AnyConnection;
use crate::storage::error::StorageResult;
use crate::storage::rows::invoices;
use crate::storage::schema::{invoice, paid_back};

/// The counters among the series of numbers; longer than a series of invoices can be called.
pub const REFUNDS: &str = "refunds";
pub const TRANSFERS: &str = "transfers";

/// The next number of a refund of a year. It waits for whoever changes what is open, as that of a payment does.
pub fn take_refund_number(connection: &mut AnyConnection, year: i32) -> StorageResult<String> {
    payments::hold(connection)?;
    Ok(refund_number(year, invoices::take_number(connection, REFUNDS, year)?.position))
}

/// The same of a transfer.
pub fn take_transfer_number(connection: &mut AnyConnection, year: i32) -> StorageResult<String> {
    payments::hold(connection)?;
    Ok(transfer_number(year, invoices::take_number(connection, TRANSFERS, year)?.position))
}

/// Keeps what left the invoice `from`; `to` is the row of the invoice it pays, where it pays one.
pub fn insert(
    connection: &mut AnyConnection,
    from: InvoiceId,
    to: Option<InvoiceId>,
    value: &PaidBack,
    now: DateTime<Utc>,
) -> StorageResult<()> {
    diesel::insert_into(paid_back::table)
        .values((
            paid_back::number.eq(&value.number),
            paid_back::invoice_id.eq(from.0),
            paid_back::to_invoice_id.eq(to.map(|to| to.0)),
            paid_back::paid_on.eq(date_text(value.on)),
            paid_back::amount_cents.eq(value.amount.cents()),
            paid_back::reference.eq(&value.reference),
            paid_back::recorded_at.eq(now.timestamp()),
        ))
        .execute(connection)?;
    Ok(())
}

/// A row with the number of the invoice at its other end, and when it was recorded.
type Row = (String, String, i64, Option<String>, i64, Option<String>);

macro_rules! columns {
    () => {
        (
            paid_back::number,
            paid_back::paid_on,
            paid_back::amount_cents,
            paid_back::reference,
            paid_back::recorded_at,
            invoice::number.nullable(),
        )
    };
}

/// What went back from an invoice, oldest first.
pub fn of_invoice(connection: &mut AnyConnection, from: InvoiceId) -> StorageResult<Vec<PaidBack>> {
    let rows: Vec<Row> = paid_back::table
        .left_join(invoice::table.on(paid_back::to_invoice_id.eq(invoice::id.nullable())))
        .filter(paid_back::invoice_id.eq(from.0))
        .order((paid_back::paid_on, paid_back::id))
        .select(columns!())
        .load(connection)?;
    rows.into_iter().map(|row| paid_back_from(&row)).collect()
}

/// All that ever went back, with the number of the invoice it left.
pub fn all(connection: &mut AnyConnection) -> StorageResult<Vec<(InvoiceNumber, PaidBack)>> {
    let owing: Vec<(i64, Option<String>)> = paid_back::table
        .inner_join(invoice::table.on(paid_back::invoice_id.eq(invoice::id)))
        .select((paid_back::invoice_id, invoice::number))
        .distinct()
        .order(paid_back::invoice_id)
        .load(connection)?;
    let mut all = Vec::new();
    for (id, number) in owing {
        let number = InvoiceNumber::from_stored(number.unwrap_or_default());
        all.extend(of_invoice(connection, InvoiceId(id))?.into_iter().map(|back| (number.clone(), back)));
    }
    Ok(all)
}

/// What was set against an invoice, as payments of it, each with the second it was recorded in.
pub(super) fn transferred_to(connection: &mut AnyConnection, to: InvoiceId) -> StorageResult<Vec<(i64, Payment)>> {
    let rows: Vec<Row> = paid_back::table
        .inner_join(invoice::table.on(paid_back::invoice_id.eq(invoice::id)))
        .filter(paid_back::to_invoice_id.eq(to.0))
        .order((paid_back::paid_on, paid_back::id))
        .select(columns!())
        .load(connection)?;
    let payment = |row: Row| {
        let from = InvoiceNumber::from_stored(row.5.clone().unwrap_or_default());
        Ok((row.4, paid_back_from(&row)?.as_payment(&from)))
    };
    rows.into_iter().map(payment).collect()
}

fn paid_back_from((number, on, amount, reference, _, other): &Row) -> StorageResult<PaidBack> {
    Ok(PaidBack {
        number: number.clone(),
        on: date_from("a day of paying back", on)?,
        amount: Money::from_cents(*amount),
        to: other.clone().map(InvoiceNumber::from_stored),
        reference: reference.clone(),
    })
}

//! Payments: recorded once, never changed; and what moved on the bank account, refunds among it.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::domain::ids::{InvoiceId, TenantCode};
use crate::domain::invoice::InvoiceNumber;
use crate::domain::money::Money;
use crate::domain::receivables::{Payment, payment_number};
use crate::storage::codec::{date_from, date_text};
use crate::storage::db::AnyConnection;
use crate::storage::dialect;
use crate::storage::error::StorageResult;
use crate::storage::rows::invoices::{self, Page, searched::like};
use crate::storage::rows::paid_back;
use crate::storage::schema::{invoice, money_moved, on_account, payment, tenant};

/// Money that moved, with the invoice it belongs to: a payment, or a refund with an amount below zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedPayment {
    pub invoice: InvoiceNumber,
    pub tenant: TenantCode,
    pub payment: Payment,
}

/// The counter of payments among the series of numbers; longer than a series of invoices can be called.
pub const SERIES: &str = "payments";

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

/// What was paid on an invoice, what was set against it included, oldest first and then as it was recorded.
pub fn of_invoice(connection: &mut AnyConnection, paid: InvoiceId) -> StorageResult<Vec<Payment>> {
    let rows: Vec<(i64, Row)> = payment::table
        .left_join(on_account::table.on(on_account::number.eq(payment::number)))
        .filter(payment::invoice_id.eq(paid.0))
        .order((payment::received_on, payment::id))
        .select((
            payment::recorded_at,
            (
                payment::number,
                payment::received_on,
                payment::amount_cents,
                payment::reference,
                on_account::moved_on.nullable(),
            ),
        ))
        .load(connection)?;
    let received = rows.into_iter().map(|(recorded_at, row)| Ok((recorded_at, payment_from(row)?)));
    let mut all = received.collect::<StorageResult<Vec<_>>>()?;
    let transferred = paid_back::transferred_to(connection, paid)?;
    if !transferred.is_empty() {
        all.extend(transferred);
        all.sort_by_key(|(recorded_at, payment)| (payment.received_on, *recorded_at));
    }
    Ok(all.into_iter().map(|(_, payment)| payment).collect())
}

/// What moved in [from, through], in the order it was recorded.
pub fn list(
    connection: &mut AnyConnection,
    from: Option<NaiveDate>,
    through: Option<NaiveDate>,
) -> StorageResult<Vec<RecordedPayment>> {
    let mut query = money_moved::table
        .inner_join(invoice::table.inner_join(tenant::table))
        .left_join(on_account::table.on(on_account::number.eq(money_moved::number)))
        .order((money_moved::recorded_at, money_moved::id, money_moved::number))
        .select((
            invoice::number,
            tenant::code,
            (
                money_moved::number,
                money_moved::received_on,
                money_moved::amount_cents,
                money_moved::reference,
                on_account::moved_on.nullable(),
            ),
        ))
        .into_boxed();
    if let Some(from) = from {
        query = query.filter(money_moved::received_on.ge(date_text(from)));
    }
    if let Some(through) = through {
        query = query.filter(money_moved::received_on.le(date_text(through)));
    }
    let rows: Vec<(Option<String>, String, Row)> = query.load(connection)?;
    rows.into_iter().map(recorded_from).collect()
}

/// Which payments a list holds; what is `None` or empty does not restrict it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PaymentFilter {
    pub from: Option<NaiveDate>,
    pub through: Option<NaiveDate>,
    pub tenant: Option<TenantCode>,
    /// Part of the number of the payment or refund, its reference or the invoice's number.
    pub text: String,
}

macro_rules! filtered {
    ($query:expr, $filter:expr) => {{
        let filter: &PaymentFilter = $filter;
        let mut query = $query.into_boxed();
        if let Some(from) = filter.from {
            query = query.filter(money_moved::received_on.ge(date_text(from)));
        }
        if let Some(through) = filter.through {
            query = query.filter(money_moved::received_on.le(date_text(through)));
        }
        if let Some(code) = &filter.tenant {
            query = query.filter(tenant::code.eq(code.0.clone()));
        }
        if !filter.text.is_empty() {
            let part = like(&filter.text);
            let upper = like(&filter.text.to_uppercase());
            query = query.filter(
                money_moved::number
                    .like(upper.clone())
                    .escape('\\')
                    .or(invoice::number.like(upper.clone()).escape('\\').assume_not_null())
                    // PostgreSQL tells capitals from small letters, and SQLite knows no capitals beyond ASCII.
                    .or(diesel::dsl::sql::<Text>("UPPER(COALESCE(money_moved.reference, ''))").like(upper).escape('\\'))
                    .or(money_moved::reference
                        .is_not_null()
                        .and(money_moved::reference.like(part).escape('\\').assume_not_null())),
            );
        }
        query
    }};
}

macro_rules! columns {
    () => {
        (
            invoice::number,
            tenant::code,
            (
                money_moved::number,
                money_moved::received_on,
                money_moved::amount_cents,
                money_moved::reference,
                on_account::moved_on.nullable(),
            ),
        )
    };
}

macro_rules! latest_first {
    ($query:expr) => {
        $query.order((money_moved::received_on.desc(), money_moved::id.desc(), money_moved::number.desc()))
    };
}

/// A page of what moved, the latest first.
pub fn page(connection: &mut AnyConnection, filter: &PaymentFilter, page: Page) -> StorageResult<Vec<RecordedPayment>> {
    let joined = money_moved::table
        .inner_join(invoice::table.inner_join(tenant::table))
        .left_join(on_account::table.on(on_account::number.eq(money_moved::number)))
        .select(columns!());
    let rows: Vec<(Option<String>, String, Row)> =
        latest_first!(filtered!(joined, filter)).limit(page.limit).offset(page.offset).load(connection)?;
    rows.into_iter().map(recorded_from).collect()
}

/// What comes after the one numbered `last` in that order, `limit` of it; nothing where no such number is known. What is
/// recorded meanwhile moves none of it.
pub fn after(
    connection: &mut AnyConnection,
    filter: &PaymentFilter,
    last: &str,
    limit: i64,
) -> StorageResult<Option<Vec<RecordedPayment>>> {
    let place = money_moved::table.filter(money_moved::number.eq(last));
    let place = place.select((money_moved::received_on, money_moved::id)).first(connection).optional()?;
    let Some((day, id)): Option<(String, i64)> = place else { return Ok(None) };
    let joined = money_moved::table
        .inner_join(invoice::table.inner_join(tenant::table))
        .left_join(on_account::table.on(on_account::number.eq(money_moved::number)))
        .select(columns!());
    let later = (money_moved::received_on.lt(day.clone())).or(money_moved::received_on
        .eq(day)
        .and(money_moved::id.lt(id).or(money_moved::id.eq(id).and(money_moved::number.lt(last.to_owned())))));
    let rows: Vec<(Option<String>, String, Row)> =
        latest_first!(filtered!(joined, filter).filter(later)).limit(limit).load(connection)?;
    rows.into_iter().map(recorded_from).collect::<StorageResult<_>>().map(Some)
}

/// How often money moved, and what it comes to: payments less refunds.
pub fn sums(connection: &mut AnyConnection, filter: &PaymentFilter) -> StorageResult<(i64, Money)> {
    let sum = diesel::dsl::sql::<BigInt>("CAST(COALESCE(SUM(money_moved.amount_cents), 0) AS BIGINT)");
    let count = diesel::dsl::sql::<BigInt>("COUNT(*)");
    let joined = money_moved::table.inner_join(invoice::table.inner_join(tenant::table)).select((count, sum));
    let (count, cents): (i64, i64) = filtered!(joined, filter).first(connection)?;
    Ok((count, Money::from_cents(cents)))
}

fn recorded_from((number, tenant, row): (Option<String>, String, Row)) -> StorageResult<RecordedPayment> {
    Ok(RecordedPayment {
        invoice: InvoiceNumber::from_stored(number.unwrap_or_default()),
        tenant: TenantCode(tenant),
        payment: payment_from(row)?,
    })
}

/// Last the day on which it was taken from the tenant's account, where it was.
type Row = (String, String, i64, Option<String>, Option<String>);

fn payment_from((number, received_on, cents, reference, settled_on): Row) -> StorageResult<Payment> {
    let received_on = date_from("a payment's day", &received_on)?;
    let settled_on = settled_on.map(|day| date_from("the day a payment left an account", &day)).transpose()?;
    let amount = Money::from_cents(cents);
    Ok(Payment { number, received_on, amount, reference, transferred_from: None, settled_on })
}

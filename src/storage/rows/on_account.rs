//! Money kept on account of tenants, and what left it: recorded once, never changed.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};

use super::payments;
use crate::domain::ids::TenantCode;
use crate::domain::invoice::InvoiceNumber;
use crate::domain::money::Money;
use crate::domain::receivables::{Movement, OnAccount, Taking, account_number};
use crate::storage::codec::{date_from, date_text};
use crate::storage::db::AnyConnection;
use crate::storage::error::StorageResult;
use crate::storage::rows::invoices;
use crate::storage::schema::{invoice, on_account, on_account_taken, payment, tenant};

/// The counter among the series of numbers; longer than a series of invoices can be called.
pub const SERIES: &str = "on-account";

/// What its movements come to.
const BALANCE: &str = "CAST(COALESCE(SUM(on_account.amount_cents), 0) AS BIGINT)";

/// The next number of a year. It waits for whoever changes what is open or kept, as that of a payment does.
pub fn take_number(connection: &mut AnyConnection, year: i32) -> StorageResult<String> {
    payments::hold(connection)?;
    Ok(account_number(year, invoices::take_number(connection, SERIES, year)?.position))
}

/// The row and the name of a tenant.
pub fn tenant(connection: &mut AnyConnection, code: &TenantCode) -> StorageResult<Option<(i64, String)>> {
    let own = tenant::table.filter(tenant::code.eq(&code.0)).select((tenant::id, tenant::name));
    Ok(own.first(connection).optional()?)
}

/// Keeps what moved on the account of the tenant whose row is `of`, and of which receipts it was taken where it left.
pub fn insert(
    connection: &mut AnyConnection,
    of: i64,
    value: &Movement,
    takes: &[Taking],
    now: DateTime<Utc>,
) -> StorageResult<()> {
    diesel::insert_into(on_account::table)
        .values((
            on_account::number.eq(&value.number),
            on_account::tenant_id.eq(of),
            on_account::moved_on.eq(date_text(value.on)),
            on_account::amount_cents.eq(value.amount.cents()),
            on_account::reference.eq(&value.reference),
            on_account::statement_key.eq(&value.statement_key),
            on_account::recorded_with.eq(&value.recorded_with),
            on_account::recorded_at.eq(now.timestamp()),
        ))
        .execute(connection)?;
    for taking in takes {
        diesel::insert_into(on_account_taken::table)
            .values((
                on_account_taken::number.eq(&value.number),
                on_account_taken::taken_from.eq(&taking.from),
                on_account_taken::amount_cents.eq(taking.amount.cents()),
            ))
            .execute(connection)?;
    }
    Ok(())
}

/// What was kept beside the payment with this number, as the rest of the same money.
pub fn rest_of(connection: &mut AnyConnection, payment: &str) -> StorageResult<Money> {
    let kept = on_account::table.filter(on_account::recorded_with.eq(payment).and(on_account::amount_cents.gt(0)));
    Ok(Money::from_cents(kept.select(diesel::dsl::sql::<BigInt>(BALANCE)).first(connection)?))
}

/// Whether a transaction of a bank statement was kept before.
pub fn is_kept(connection: &mut AnyConnection, statement_key: &str) -> StorageResult<bool> {
    let found = on_account::table.filter(on_account::statement_key.eq(statement_key));
    Ok(diesel::select(diesel::dsl::exists(found)).get_result(connection)?)
}

/// A tenant's account, oldest first.
pub fn of_tenant(connection: &mut AnyConnection, code: &TenantCode) -> StorageResult<OnAccount> {
    let own = rows(connection, Some(code))?.into_iter().map(|(_, movement)| movement);
    let movements = own.collect();
    let mut taken: BTreeMap<String, Money> = BTreeMap::new();
    for (_, from, amount) in takings(connection, Some(code))? {
        *taken.entry(from).or_default() += amount;
    }
    Ok(OnAccount { tenant: code.clone(), movements, taken })
}

/// What is on account now: of one tenant, or of all.
pub fn balance(connection: &mut AnyConnection, code: Option<&TenantCode>) -> StorageResult<Money> {
    let sum = diesel::dsl::sql::<BigInt>(BALANCE);
    let mut query = on_account::table.inner_join(tenant::table).select(sum).into_boxed();
    if let Some(code) = code {
        query = query.filter(tenant::code.eq(code.0.clone()));
    }
    Ok(Money::from_cents(query.first(connection)?))
}

/// What is on account now, by tenant; accounts with nothing on them left out.
pub fn balances(connection: &mut AnyConnection) -> StorageResult<Vec<(TenantCode, Money)>> {
    let rows: Vec<(String, i64)> = on_account::table
        .inner_join(tenant::table)
        .group_by(tenant::code)
        .having(diesel::dsl::sql::<Bool>("SUM(on_account.amount_cents) <> 0"))
        .order(tenant::code)
        .select((tenant::code, diesel::dsl::sql::<BigInt>(BALANCE)))
        .load(connection)?;
    Ok(rows.into_iter().map(|(code, cents)| (TenantCode(code), Money::from_cents(cents))).collect())
}

/// All that ever moved, oldest first, with whose it is.
pub fn all(connection: &mut AnyConnection) -> StorageResult<Vec<(TenantCode, Movement)>> {
    rows(connection, None)
}

/// The invoices settled from a tenant's account, by the number of the payment.
pub fn settled(connection: &mut AnyConnection, code: &TenantCode) -> StorageResult<BTreeMap<String, InvoiceNumber>> {
    let rows: Vec<(String, String)> = on_account::table
        .inner_join(tenant::table)
        .inner_join(payment::table.on(payment::number.eq(on_account::number)))
        .inner_join(invoice::table.on(invoice::id.eq(payment::invoice_id)))
        .filter(tenant::code.eq(&code.0))
        .select((payment::number, invoice::number.assume_not_null()))
        .load(connection)?;
    Ok(rows.into_iter().map(|(payment, invoice)| (payment, InvoiceNumber::from_stored(invoice))).collect())
}

/// What left, the receipt it was taken from, and how much: of one tenant, or of all.
pub fn takings(
    connection: &mut AnyConnection,
    code: Option<&TenantCode>,
) -> StorageResult<Vec<(String, String, Money)>> {
    let mut query = on_account_taken::table
        .inner_join(on_account::table.on(on_account::number.eq(on_account_taken::taken_from)))
        .inner_join(tenant::table.on(tenant::id.eq(on_account::tenant_id)))
        .order((on_account_taken::number, on_account_taken::taken_from))
        .select((on_account_taken::number, on_account_taken::taken_from, on_account_taken::amount_cents))
        .into_boxed();
    if let Some(code) = code {
        query = query.filter(tenant::code.eq(code.0.clone()));
    }
    let rows: Vec<(String, String, i64)> = query.load(connection)?;
    Ok(rows.into_iter().map(|(number, from, cents)| (number, from, Money::from_cents(cents))).collect())
}

type Row = (String, String, String, i64, Option<String>, Option<String>, Option<String>);

fn rows(connection: &mut AnyConnection, code: Option<&TenantCode>) -> StorageResult<Vec<(TenantCode, Movement)>> {
    let mut query = on_account::table
        .inner_join(tenant::table)
        .order((on_account::moved_on, on_account::id))
        .select((
            tenant::code,
            on_account::number,
            on_account::moved_on,
            on_account::amount_cents,
            on_account::reference,
            on_account::statement_key,
            on_account::recorded_with,
        ))
        .into_boxed();
    if let Some(code) = code {
        query = query.filter(tenant::code.eq(code.0.clone()));
    }
    let rows: Vec<Row> = query.load(connection)?;
    let movement = |(code, number, on, cents, reference, statement_key, recorded_with): Row| {
        let on = date_from("a day on account", &on)?;
        let amount = Money::from_cents(cents);
        Ok((TenantCode(code), Movement { number, on, amount, reference, statement_key, recorded_with }))
    };
    rows.into_iter().map(movement).collect()
}

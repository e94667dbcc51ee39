//! Money kept on account of tenants, and what left it: recorded once, never changed.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};

use super::payments;
use crate::domain::ids::TenantCode;
use crate::domain::money::Money;
use crate::domain::receivables::{Movement, OnAccount, account_number};
use crate::storage::codec::{date_from, date_text};
use crate::storage::db::AnyConnection;
use crate::storage::error::StorageResult;
use crate::storage::rows::invoices;
use crate::storage::schema::{on_account, tenant};

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

/// Keeps what moved on the account of the tenant whose row is `of`.
pub fn insert(
    connection: &mut AnyConnection,
    of: i64,
    value: &Movement,
    statement_key: Option<&str>,
    now: DateTime<Utc>,
) -> StorageResult<()> {
    diesel::insert_into(on_account::table)
        .values((
            on_account::number.eq(&value.number),
            on_account::tenant_id.eq(of),
            on_account::moved_on.eq(date_text(value.on)),
            on_account::amount_cents.eq(value.amount.cents()),
            on_account::reference.eq(&value.reference),
            on_account::statement_key.eq(statement_key),
            on_account::recorded_at.eq(now.timestamp()),
        ))
        .execute(connection)?;
    Ok(())
}

/// Whether a transaction of a bank statement was kept before.
pub fn is_kept(connection: &mut AnyConnection, statement_key: &str) -> StorageResult<bool> {
    let found = on_account::table.filter(on_account::statement_key.eq(statement_key));
    Ok(diesel::select(diesel::dsl::exists(found)).get_result(connection)?)
}

/// A tenant's account, oldest first.
pub fn of_tenant(connection: &mut AnyConnection, code: &TenantCode) -> StorageResult<OnAccount> {
    let own = rows(connection, Some(code))?.into_iter().map(|(_, movement)| movement);
    Ok(OnAccount { tenant: code.clone(), movements: own.collect() })
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
        ))
        .into_boxed();
    if let Some(code) = code {
        query = query.filter(tenant::code.eq(code.0.clone()));
    }
    let rows: Vec<(String, String, String, i64, Option<String>)> = query.load(connection)?;
    let movement = |(code, number, on, cents, reference): (String, String, String, i64, Option<String>)| {
        let on = date_from("a day on account", &on)?;
        Ok((TenantCode(code), Movement { number, on, amount: Money::from_cents(cents), reference }))
    };
    rows.into_iter().map(movement).collect()
}

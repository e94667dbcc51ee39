//! What is open on each issued document: one row beside the frozen invoice, so that what is late is found without
//! reading what was ever paid. Whoever changes what is open writes it in the same transaction.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::domain::access::TenantScope;
use crate::domain::ids::InvoiceId;
use crate::domain::money::Money;
use crate::domain::receivables::{Balance, Settlement};
use crate::storage::codec::{date_from, date_text, from_word};
use crate::storage::db::AnyConnection;
use crate::storage::error::StorageResult;
use crate::storage::schema::{invoice, invoice_balance, tenant};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = invoice_balance)]
struct Row {
    invoice_id: i64,
    due_date: String,
    credited_cents: i64,
    paid_cents: i64,
    interest_cents: i64,
    open_cents: i64,
    state: String,
    claimable: i64,
    paid_back_cents: i64,
}

/// Writes what is open on `invoice`, in place of what was written before.
pub fn put(connection: &mut AnyConnection, invoice: InvoiceId, balance: &Balance) -> StorageResult<()> {
    let row = Row {
        invoice_id: invoice.0,
        due_date: date_text(balance.due_date),
        credited_cents: balance.credited.cents(),
        paid_cents: balance.paid.cents(),
        interest_cents: balance.interest.cents(),
        open_cents: balance.open.cents(),
        state: balance.settlement.name().to_owned(),
        claimable: i64::from(balance.is_claimable),
        paid_back_cents: balance.paid_back.cents(),
    };
    diesel::delete(invoice_balance::table.find(invoice.0)).execute(connection)?;
    diesel::insert_into(invoice_balance::table).values(&row).execute(connection)?;
    Ok(())
}

/// What is written of `invoice`.
pub fn of(connection: &mut AnyConnection, invoice: InvoiceId) -> StorageResult<Option<Balance>> {
    let row: Option<Row> =
        invoice_balance::table.find(invoice.0).select(Row::as_select()).first(connection).optional()?;
    row.map(balance).transpose()
}

/// The documents in this state, by due date; only those due before `before` where it is given.
pub fn in_state(
    connection: &mut AnyConnection,
    state: Settlement,
    before: Option<NaiveDate>,
) -> StorageResult<Vec<InvoiceId>> {
    let mut query = invoice_balance::table
        .filter(invoice_balance::state.eq(state.name()))
        .order((invoice_balance::due_date, invoice_balance::invoice_id))
        .select(invoice_balance::invoice_id)
        .into_boxed();
    if let Some(day) = before {
        query = query.filter(invoice_balance::due_date.lt(date_text(day)));
    }
    Ok(query.load::<i64>(connection)?.into_iter().map(InvoiceId).collect())
}

/// The documents of tenants within `scope` in a state, oldest due first.
pub fn in_state_within(
    connection: &mut AnyConnection,
    scope: &TenantScope,
    state: Settlement,
) -> StorageResult<Vec<InvoiceId>> {
    let mut query = invoice_balance::table
        .inner_join(invoice::table.inner_join(tenant::table))
        .filter(invoice_balance::state.eq(state.name()))
        .order((invoice_balance::due_date, invoice_balance::invoice_id))
        .select(invoice_balance::invoice_id)
        .into_boxed();
    if let TenantScope::Only(code) = scope {
        query = query.filter(tenant::code.eq(code.0.clone()));
    }
    Ok(query.load::<i64>(connection)?.into_iter().map(InvoiceId).collect())
}

/// The documents with a late payment whose interest is not claimed, oldest first.
pub fn claimable(connection: &mut AnyConnection) -> StorageResult<Vec<InvoiceId>> {
    let found = invoice_balance::table
        .filter(invoice_balance::claimable.eq(1))
        .order(invoice_balance::invoice_id)
        .select(invoice_balance::invoice_id);
    Ok(found.load::<i64>(connection)?.into_iter().map(InvoiceId).collect())
}

fn balance(row: Row) -> StorageResult<Balance> {
    Ok(Balance {
        due_date: date_from("a balance's due date", &row.due_date)?,
        credited: Money::from_cents(row.credited_cents),
        paid: Money::from_cents(row.paid_cents),
        paid_back: Money::from_cents(row.paid_back_cents),
        interest: Money::from_cents(row.interest_cents),
        open: Money::from_cents(row.open_cents),
        settlement: from_word("a balance's state", row.state)?,
        is_claimable: row.claimable == 1,
    })
}

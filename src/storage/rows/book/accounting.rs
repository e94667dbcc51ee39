//! The chart of accounts and the rates of late interest.

use diesel::prelude::*;

use super::{BookChanges, BookItem, save_single};
use crate::domain::ledger::{Accounting, Chart};
use crate::storage::codec::{from_json, from_word, to_json, to_word};
use crate::storage::db::AnyConnection;
use crate::storage::error::StorageResult;
use crate::storage::schema::accounting;

#[derive(PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = accounting)]
struct AccountingRow {
    id: i64,
    chart: String,
    accounts: String,
    names: String,
    reference_rates: String,
}

/// A body that decided nothing has no row.
pub fn save(connection: &mut AnyConnection, value: &Accounting, changes: &mut BookChanges) -> StorageResult<()> {
    let stored = accounting::table.select(AccountingRow::as_select()).first(connection).optional()?;
    if stored.is_none() && *value == Accounting::default() {
        return Ok(());
    }
    let row = AccountingRow {
        id: 1,
        chart: to_word("the chart", &value.chart.kind())?,
        accounts: to_json("the chart's accounts", value.chart.replaced())?,
        names: to_json("the accounts' names", value.chart.named())?,
        reference_rates: to_json("the reference rates", &value.reference_rates)?,
    };
    let item = BookItem { kind: "accounting", code: row.chart.clone() };
    save_single(changes, item, stored, &row, |exists, row| {
        if exists {
            diesel::update(accounting::table).set(row).execute(connection)?;
        } else {
            diesel::insert_into(accounting::table).values(row).execute(connection)?;
        }
        Ok(())
    })
}

pub fn load(connection: &mut AnyConnection) -> StorageResult<Option<Accounting>> {
    let row = accounting::table.select(AccountingRow::as_select()).first(connection).optional()?;
    row.map(|row: AccountingRow| {
        let accounts: std::collections::BTreeMap<_, String> = from_json("the chart's accounts", &row.accounts)?;
        let names: std::collections::BTreeMap<String, String> = from_json("the accounts' names", &row.names)?;
        let mut chart = Chart::of(from_word("the chart", row.chart)?);
        for (role, account) in accounts {
            chart = chart.with_account(role, account);
        }
        for (account, name) in names {
            chart = chart.with_name(account, name);
        }
        Ok(Accounting { chart, reference_rates: from_json("the reference rates", &row.reference_rates)? })
    })
    .transpose()
}

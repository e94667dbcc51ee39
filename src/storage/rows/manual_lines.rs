//! Lines people added to a contract's month: kept until they are removed, or used up by the invoice that carries them.

use diesel::prelude::*;

use crate::domain::calendar::BillingMonth;
use crate::domain::ids::{ContractCode, InvoiceId};
use crate::domain::money::UnitPrice;
use crate::domain::quantity::Quantity;
use crate::domain::rating::{ManualLine, NewManualLine};
use crate::storage::codec::{corrupt, from_json, from_word, to_json};
use crate::storage::db::AnyConnection;
use crate::storage::error::{StorageError, StorageResult};
use crate::storage::schema::{contract, manual_line};

#[derive(Queryable, Selectable)]
#[diesel(table_name = manual_line)]
struct Row {
    id: i64,
    month: String,
    service: String,
    designation: String,
    quantity_ten_thousandths: i64,
    unit: String,
    unit_price_micro: i64,
    vat: String,
    reason: String,
    added_by: String,
    added_at: i64,
}

/// Keeps `line` and returns its id.
pub fn insert(
    connection: &mut AnyConnection,
    line: &NewManualLine,
    by: &str,
    at: chrono::DateTime<chrono::Utc>,
) -> StorageResult<i64> {
    let contract_id: i64 = contract::table
        .filter(contract::code.eq(line.contract.as_str()))
        .select(contract::id)
        .first(connection)
        .optional()?
        .ok_or_else(|| StorageError::NotFound { what: "contract", key: line.contract.to_string() })?;
    let row = (
        manual_line::contract_id.eq(contract_id),
        manual_line::month.eq(line.month.to_string()),
        manual_line::service.eq(line.service.name()),
        manual_line::designation.eq(to_json("a manual line's designation", &line.designation)?),
        manual_line::quantity_ten_thousandths.eq(line.quantity.ten_thousandths()),
        manual_line::unit.eq(line.unit.name()),
        manual_line::unit_price_micro.eq(line.unit_price.micros()),
        manual_line::vat.eq(to_json("a manual line's VAT", &line.vat)?),
        manual_line::reason.eq(&line.reason),
        manual_line::added_by.eq(by),
        manual_line::added_at.eq(at.timestamp()),
    );
    Ok(diesel::insert_into(manual_line::table).values(row).returning(manual_line::id).get_result(connection)?)
}

/// The lines of `month` that no invoice carries yet, in the order they were added; of one contract where it is given.
pub fn waiting(
    connection: &mut AnyConnection,
    month: BillingMonth,
    of: Option<&ContractCode>,
) -> StorageResult<Vec<ManualLine>> {
    let mut query = manual_line::table
        .inner_join(contract::table)
        .filter(manual_line::month.eq(month.to_string()).and(manual_line::invoice_id.is_null()))
        .order(manual_line::id)
        .select((Row::as_select(), contract::code))
        .into_boxed();
    if let Some(code) = of {
        query = query.filter(contract::code.eq(code.as_str()));
    }
    let rows: Vec<(Row, String)> = query.load(connection)?;
    rows.into_iter().map(|(row, code)| line(row, code)).collect()
}

/// Every line, carried or waiting, in the order they were added.
pub fn all(connection: &mut AnyConnection) -> StorageResult<Vec<ManualLine>> {
    let rows: Vec<(Row, String)> = manual_line::table
        .inner_join(contract::table)
        .order(manual_line::id)
        .select((Row::as_select(), contract::code))
        .load(connection)?;
    rows.into_iter().map(|(row, code)| line(row, code)).collect()
}

/// Takes a line away that no invoice carries; false where there is none.
pub fn remove(connection: &mut AnyConnection, id: i64) -> StorageResult<bool> {
    let waiting = manual_line::table.find(id).filter(manual_line::invoice_id.is_null());
    Ok(diesel::delete(waiting).execute(connection)? > 0)
}

/// Marks lines as carried by `invoice`; a line is carried once.
pub fn use_up(connection: &mut AnyConnection, ids: &[i64], invoice: InvoiceId) -> StorageResult<()> {
    for id in ids {
        let waiting = manual_line::table.find(*id).filter(manual_line::invoice_id.is_null());
        if diesel::update(waiting).set(manual_line::invoice_id.eq(Some(invoice.0))).execute(connection)? == 0 {
            return Err(StorageError::NotFound { what: "manual line", key: id.to_string() });
        }
    }
    Ok(())
}

fn line(row: Row, contract: String) -> StorageResult<ManualLine> {
    let at = chrono::DateTime::from_timestamp(row.added_at, 0);
    Ok(ManualLine {
        id: row.id,
        line: NewManualLine {
            contract: ContractCode(contract),
            month: from_word("a manual line's month", row.month)?,
            service: from_word("a manual line's service", row.service)?,
            designation: from_json("a manual line's designation", &row.designation)?,
            quantity: Quantity::from_ten_thousandths(row.quantity_ten_thousandths),
            unit: from_word("a manual line's unit", row.unit)?,
            unit_price: UnitPrice::from_micros(row.unit_price_micro),
            vat: from_json("a manual line's VAT", &row.vat)?,
            reason: row.reason,
        },
        by: row.added_by,
        at: at.ok_or_else(|| corrupt("a manual line's time", row.added_at.to_string()))?,
    })
}

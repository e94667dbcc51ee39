//! How available contract lines were: figures by month, replaced until an invoice carries what they allow.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::Serialize;

use crate::domain::calendar::BillingMonth;
use crate::domain::ids::{ContractCode, InvoiceId, LineCode};
use crate::domain::rating::{Availability, NewAvailability};
use crate::storage::codec::{corrupt, from_word};
use crate::storage::db::AnyConnection;
use crate::storage::error::{StorageError, StorageResult};
use crate::storage::schema::{availability, contract, invoice};

#[derive(Queryable, Selectable)]
#[diesel(table_name = availability)]
struct Row {
    id: i64,
    line_code: String,
    month: String,
    percent_thousandths: i64,
    committed_thousandths: i64,
    credit_thousandths: i64,
    reason: String,
    recorded_by: String,
    recorded_at: i64,
}

/// A figure with the number of the invoice that carries what it allows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeptAvailability {
    #[serde(flatten)]
    pub availability: Availability,
    pub invoice: Option<String>,
}

/// The contract's figures, the newest month first.
pub fn of_contract(connection: &mut AnyConnection, code: &ContractCode) -> StorageResult<Vec<KeptAvailability>> {
    let rows: Vec<(Row, String, Option<String>)> = availability::table
        .inner_join(contract::table)
        .left_join(invoice::table)
        .filter(contract::code.eq(code.as_str()))
        .order((availability::month.desc(), availability::line_code))
        .select((Row::as_select(), contract::code, invoice::number.nullable()))
        .load(connection)?;
    rows.into_iter()
        .map(|(row, code, invoice)| Ok(KeptAvailability { availability: figure(row, code)?, invoice }))
        .collect()
}

/// Every figure, in the order they were recorded.
pub fn all(connection: &mut AnyConnection) -> StorageResult<Vec<Availability>> {
    let rows: Vec<(Row, String)> = availability::table
        .inner_join(contract::table)
        .order(availability::id)
        .select((Row::as_select(), contract::code))
        .load(connection)?;
    rows.into_iter().map(|(row, code)| figure(row, code)).collect()
}

/// What earlier months than `month` allow and no invoice carries yet, the oldest first.
pub fn due_before(connection: &mut AnyConnection, month: BillingMonth) -> StorageResult<Vec<Availability>> {
    let rows: Vec<(Row, String)> = availability::table
        .inner_join(contract::table)
        .filter(availability::invoice_id.is_null().and(availability::credit_thousandths.gt(0)))
        .filter(availability::month.lt(month.to_string()))
        .order((availability::month, availability::id))
        .select((Row::as_select(), contract::code))
        .load(connection)?;
    rows.into_iter().map(|(row, code)| figure(row, code)).collect()
}

/// The lines whose availability in `month` is known.
pub fn known(connection: &mut AnyConnection, month: BillingMonth) -> StorageResult<Vec<(ContractCode, LineCode)>> {
    let rows: Vec<(String, String)> = availability::table
        .inner_join(contract::table)
        .filter(availability::month.eq(month.to_string()))
        .select((contract::code, availability::line_code))
        .load(connection)?;
    Ok(rows.into_iter().map(|(contract, line)| (ContractCode(contract), LineCode(line))).collect())
}

/// Keeps a figure and gives its id. One of the same line and month that no invoice carries gives way to it.
///
/// [`StorageError::Frozen`] where an invoice carries what the former figure allows.
pub fn replace(
    connection: &mut AnyConnection,
    figure: &NewAvailability,
    (committed_percent, credit_percent): (Decimal, Decimal),
    by: &str,
    at: DateTime<Utc>,
) -> StorageResult<i64> {
    let contract_id: i64 = contract::table
        .filter(contract::code.eq(figure.contract.as_str()))
        .select(contract::id)
        .first(connection)
        .optional()?
        .ok_or_else(|| StorageError::NotFound { what: "contract", key: figure.contract.to_string() })?;
    let former = availability::table
        .filter(availability::contract_id.eq(contract_id).and(availability::line_code.eq(figure.line.as_str())))
        .filter(availability::month.eq(figure.month.to_string()));
    diesel::delete(former).execute(connection)?;
    let row = (
        availability::contract_id.eq(contract_id),
        availability::line_code.eq(figure.line.as_str()),
        availability::month.eq(figure.month.to_string()),
        availability::percent_thousandths.eq(thousandths(figure.percent)?),
        availability::committed_thousandths.eq(thousandths(committed_percent)?),
        availability::credit_thousandths.eq(thousandths(credit_percent)?),
        availability::reason.eq(&figure.reason),
        availability::recorded_by.eq(by),
        availability::recorded_at.eq(at.timestamp()),
    );
    Ok(diesel::insert_into(availability::table).values(row).returning(availability::id).get_result(connection)?)
}

/// What a draft says of a figure. A row that is removed may leave its id to the next one, so the id alone names none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Carried {
    pub id: i64,
    pub percent: Decimal,
    pub committed_percent: Decimal,
    pub credit_percent: Decimal,
}

/// Marks figures as carried by `invoice`; what each allows is carried once, and as it is known.
pub fn use_up(connection: &mut AnyConnection, carried: &[Carried], invoice: InvoiceId) -> StorageResult<()> {
    for Carried { id, percent, committed_percent, credit_percent } in carried {
        let due = availability::table
            .find(*id)
            .filter(availability::invoice_id.is_null())
            .filter(availability::percent_thousandths.eq(thousandths(*percent)?))
            .filter(availability::committed_thousandths.eq(thousandths(*committed_percent)?))
            .filter(availability::credit_thousandths.eq(thousandths(*credit_percent)?));
        if diesel::update(due).set(availability::invoice_id.eq(Some(invoice.0))).execute(connection)? == 0 {
            return Err(StorageError::Conflict(format!(
                "availability {id} was replaced or allowed while the invoice was issued: issue it again"
            )));
        }
    }
    Ok(())
}

fn thousandths(percent: Decimal) -> StorageResult<i64> {
    let exact = percent.checked_mul(Decimal::ONE_THOUSAND).and_then(|scaled| scaled.to_i64());
    exact.ok_or_else(|| StorageError::Refused(format!("{percent} % is no percentage")))
}

fn figure(row: Row, contract: String) -> StorageResult<Availability> {
    let percent = |thousandths: i64| Decimal::new(thousandths, 3).normalize();
    let at = DateTime::from_timestamp(row.recorded_at, 0);
    Ok(Availability {
        id: row.id,
        figure: NewAvailability {
            contract: ContractCode(contract),
            line: LineCode(row.line_code),
            month: from_word("an availability's month", row.month)?,
            percent: percent(row.percent_thousandths),
            reason: row.reason,
        },
        committed_percent: percent(row.committed_thousandths),
        credit_percent: percent(row.credit_thousandths),
        by: row.recorded_by,
        at: at.ok_or_else(|| corrupt("an availability's time", row.recorded_at.to_string()))?,
    })
}

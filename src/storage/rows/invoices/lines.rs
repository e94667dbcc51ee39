//! Invoice lines as rows: what was billed of which contract line and month.

use diesel::prelude::*;

use crate::domain::access::TenantScope;
use crate::domain::billing_run::IssuedLine;
use crate::domain::calendar::BillingMonth;
use crate::domain::ids::{ContractCode, LineCode, TenantCode};
use crate::domain::invoice::InvoiceNumber;
use crate::domain::money::{Money, UnitPrice};
use crate::domain::quantity::Quantity;
use crate::domain::rating::Charge;
use crate::storage::codec::{corrupt, date_from, date_text, from_word, to_json};
use crate::storage::db::AnyConnection;
use crate::storage::error::StorageResult;
use crate::storage::schema::{contract, invoice, invoice_line, tenant};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = invoice_line)]
pub(super) struct LineRow {
    invoice_id: i64,
    position: i64,
    line_code: String,
    service: String,
    kind: String,
    regards_month: String,
    period_from: String,
    period_to: Option<String>,
    quantity_ten_thousandths: i64,
    unit: String,
    unit_price_micro: i64,
    net_cents: i64,
}

/// Everything billed to `contract` about `month`: its invoice's lines, regularisations on later invoices, and credits.
pub fn billed_lines(
    connection: &mut AnyConnection,
    scope: &TenantScope,
    contract: &ContractCode,
    month: BillingMonth,
) -> StorageResult<Vec<IssuedLine>> {
    type Row = (String, Option<String>, String, String, LineRow);
    let rows: Vec<Row> = invoice_line::table
        .inner_join(invoice::table.inner_join(tenant::table).inner_join(contract::table))
        .filter(contract::code.eq(contract.as_str()))
        .filter(invoice::status.eq("issued").and(invoice_line::regards_month.eq(month.to_string())))
        .order((invoice::id, invoice_line::position))
        .select((tenant::code, invoice::number, invoice::kind, invoice::month, LineRow::as_select()))
        .load(connection)?;
    rows.into_iter()
        .filter(|(owner, ..)| scope.admits(&TenantCode(owner.clone())))
        .map(|(_, number, kind, billed_in, row)| {
            let number = number.ok_or_else(|| corrupt("an issued invoice", "it has no number".to_owned()))?;
            Ok(IssuedLine {
                number: InvoiceNumber::from_stored(number),
                kind: from_word("an invoice's kind", kind)?,
                billed_in: from_word("an invoice's month", billed_in)?,
                line: LineCode(row.line_code),
                from: date_from("a line's first day", &row.period_from)?,
                quantity: Quantity::from_ten_thousandths(row.quantity_ten_thousandths),
                unit: from_word("a line's unit", row.unit)?,
                net: Money::from_cents(row.net_cents),
            })
        })
        .collect()
}

/// Writes the lines of a draft of `month`.
pub(super) fn insert(
    connection: &mut AnyConnection,
    invoice_id: i64,
    month: BillingMonth,
    charges: &[Charge],
) -> StorageResult<()> {
    for row in rows(invoice_id, month, charges)? {
        diesel::insert_into(invoice_line::table).values(&row).execute(connection)?;
    }
    Ok(())
}

/// The rows of a document's charges, in their order.
pub(super) fn rows(invoice_id: i64, month: BillingMonth, charges: &[Charge]) -> StorageResult<Vec<LineRow>> {
    let row = |(position, charge): (i64, &Charge)| {
        Ok(LineRow {
            invoice_id,
            position,
            line_code: charge.provenance.line.0.clone(),
            service: charge.service.name().to_owned(),
            kind: to_json("a line's kind", &charge.kind)?,
            regards_month: charge.regards(month).to_string(),
            period_from: date_text(charge.period.from),
            period_to: charge.period.to.map(date_text),
            quantity_ten_thousandths: charge.quantity.ten_thousandths(),
            unit: charge.unit.name().to_owned(),
            unit_price_micro: charge.unit_price.micros(),
            net_cents: charge.net.cents(),
        })
    };
    (1_i64..).zip(charges).map(row).collect()
}

/// The rows that are stored of a document, in their order.
pub(super) fn stored(connection: &mut AnyConnection, invoice_id: i64) -> StorageResult<Vec<LineRow>> {
    Ok(invoice_line::table
        .filter(invoice_line::invoice_id.eq(invoice_id))
        .order(invoice_line::position)
        .select(LineRow::as_select())
        .load(connection)?)
}

impl LineRow {
    /// What a line says, each with the name of its column.
    pub(super) fn named(&self) -> Vec<(&'static str, String)> {
        vec![
            ("position", self.position.to_string()),
            ("line_code", self.line_code.clone()),
            ("service", self.service.clone()),
            ("kind", self.kind.clone()),
            ("regards_month", self.regards_month.clone()),
            ("period_from", self.period_from.clone()),
            ("period_to", self.period_to.clone().unwrap_or_default()),
            ("quantity", Quantity::from_ten_thousandths(self.quantity_ten_thousandths).to_string()),
            ("unit", self.unit.clone()),
            ("unit_price", UnitPrice::from_micros(self.unit_price_micro).to_string()),
            ("net", Money::from_cents(self.net_cents).to_string()),
        ]
    }
}

/// Removes the lines of a draft.
pub(super) fn delete(connection: &mut AnyConnection, invoice_id: i64) -> StorageResult<()> {
    diesel::delete(invoice_line::table.filter(invoice_line::invoice_id.eq(invoice_id))).execute(connection)?;
    Ok(())
}

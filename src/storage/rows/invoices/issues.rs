//! When the months of contracts were billed.

use diesel::prelude::*;

use crate::domain::calendar::{BillingMonth, Timestamp};
use crate::domain::ids::ContractCode;
use crate::domain::invoice::{InvoiceKind, InvoiceNumber};
use crate::storage::codec::{corrupt, from_word};
use crate::storage::db::AnyConnection;
use crate::storage::error::StorageResult;
use crate::storage::schema::{contract, invoice};

/// An issued invoice of a contract's month, or the corrected one in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    pub contract: ContractCode,
    pub month: BillingMonth,
    pub kind: InvoiceKind,
    pub number: InvoiceNumber,
    /// The instant its run began, before it read anything.
    pub issued_at: Timestamp,
}

/// What was issued to `contracts` of months from `from` on, credit notes apart, in the order of issue.
pub fn issues(
    connection: &mut AnyConnection,
    contracts: &[ContractCode],
    from: BillingMonth,
) -> StorageResult<Vec<Issue>> {
    type Row = (String, String, String, Option<String>, Option<i64>);
    let codes = contracts.iter().map(ContractCode::as_str);
    let rows: Vec<Row> = invoice::table
        .inner_join(contract::table)
        .filter(contract::code.eq_any(codes).and(invoice::month.ge(from.to_string())))
        .filter(invoice::status.eq("issued").and(invoice::kind.ne(InvoiceKind::CreditNote.name())))
        .order(invoice::id)
        .select((contract::code, invoice::month, invoice::kind, invoice::number, invoice::issued_at))
        .load(connection)?;
    rows.into_iter()
        .map(|(contract, month, kind, number, issued_at)| {
            let (Some(number), Some(issued_at)) = (number, issued_at) else {
                return Err(corrupt("an issued invoice", "it has no number or instant".to_owned()));
            };
            Ok(Issue {
                contract: ContractCode(contract),
                month: from_word("an invoice's month", month)?,
                kind: from_word("an invoice's kind", kind)?,
                number: InvoiceNumber::from_stored(number),
                issued_at: Timestamp::from_seconds(issued_at),
            })
        })
        .collect()
}

//! When the months of contracts were billed.

use diesel::prelude::*;

use crate::domain::calendar::{BillingMonth, Timestamp};
use crate::domain::ids::ContractCode;
use crate::domain::invoice::{InvoiceKind, InvoiceNumber};
use crate::storage::codec::{corrupt, from_word};
use crate::storage::db::AnyConnection;
use crate::storage::error::StorageResult;
use crate::storage::rows::billing_runs;
use crate::storage::schema::{contract, invoice};

/// An issued invoice of a contract's month, or the corrected one in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    pub contract: ContractCode,
    pub month: BillingMonth,
    pub kind: InvoiceKind,
    pub number: InvoiceNumber,
    /// The instant its run began: what changed before, the run has read. A run that takes long issues much later.
    pub run_began_at: Timestamp,
    /// It is outside the scope of VAT, as a whole: such an invoice carries nothing else.
    pub is_out_of_scope: bool,
}

/// How the frozen content of an invoice outside the scope of VAT says so. Within a text its quotes would be escaped.
const OUT_OF_SCOPE: &str = "%\"category\":\"out-of-scope\"%";

/// What was issued to `contracts` of the months `from`, through `through` or all later ones, credit notes apart, in the
/// order of issue.
pub fn issues(
    connection: &mut AnyConnection,
    contracts: &[ContractCode],
    from: BillingMonth,
    through: Option<BillingMonth>,
) -> StorageResult<Vec<Issue>> {
    let began = billing_runs::began(connection, contracts, from)?;
    type Row = (String, String, String, Option<String>, Option<i64>, bool);
    let codes = contracts.iter().map(ContractCode::as_str);
    // Months are written so that they sort as they follow each other.
    let last = through.map_or_else(|| "9999-12".to_owned(), |month| month.to_string());
    let rows: Vec<Row> = invoice::table
        .inner_join(contract::table)
        .filter(contract::code.eq_any(codes).and(invoice::month.between(from.to_string(), last)))
        .filter(invoice::status.eq("issued").and(invoice::kind.ne(InvoiceKind::CreditNote.name())))
        .order(invoice::id)
        .select((
            contract::code,
            invoice::month,
            invoice::kind,
            invoice::number,
            invoice::issued_at,
            invoice::content.like(OUT_OF_SCOPE),
        ))
        .load(connection)?;
    rows.into_iter()
        .map(|(contract, month, kind, number, issued_at, is_out_of_scope)| {
            let (Some(number), Some(issued_at)) = (number, issued_at) else {
                return Err(corrupt("an issued invoice", "it has no number or instant".to_owned()));
            };
            // The command line's runs are not kept: they issue at the instant they began.
            let run_began_at = began.get(&number).copied().unwrap_or(Timestamp::from_seconds(issued_at));
            Ok(Issue {
                contract: ContractCode(contract),
                month: from_word("an invoice's month", month)?,
                kind: from_word("an invoice's kind", kind)?,
                number: InvoiceNumber::from_stored(number),
                run_began_at,
                is_out_of_scope,
            })
        })
        .collect()
}

/// So many months are looked at together.
const MONTHS_AT_A_TIME: usize = 24;

/// The first month from `from` on of which no invoice of the contract is issued. It costs what lies between the two,
/// however much was billed before and after.
pub fn first_unbilled(
    connection: &mut AnyConnection,
    contract_code: &ContractCode,
    from: BillingMonth,
) -> StorageResult<BillingMonth> {
    let own = contract::table.filter(contract::code.eq(contract_code.as_str())).select(contract::id);
    let Some(id) = own.first::<i64>(connection).optional()? else { return Ok(from) };
    let mut open = from;
    loop {
        let billed: Vec<String> = invoice::table
            .filter(invoice::contract_id.eq(id).and(invoice::month.ge(open.to_string())))
            .filter(invoice::kind.eq(InvoiceKind::Invoice.name()).and(invoice::status.eq("issued")))
            .order(invoice::month)
            .limit(i64::try_from(MONTHS_AT_A_TIME).unwrap_or(i64::MAX))
            .select(invoice::month)
            .load(connection)?;
        for month in &billed {
            if *month != open.to_string() {
                return Ok(open);
            }
            open = open.next();
        }
        if billed.len() < MONTHS_AT_A_TIME {
            return Ok(open);
        }
    }
}

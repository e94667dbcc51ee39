//! What issued documents bill, summed by month and contract line.

use std::collections::BTreeMap;

use crate::domain::ids::{ContractCode, LineCode, TenantCode};
use crate::domain::invoice::InvoiceKind;
use crate::domain::money::Money;
use crate::domain::payback::BilledRevenue;
use crate::domain::quantity::Quantity;
use crate::storage::codec::from_word;
use crate::storage::db::AnyConnection;
use crate::storage::dialect::{self, RevenueSum};
use crate::storage::error::StorageResult;

/// Every tenant's revenue net of VAT on issued documents, by document month and contract line, credit
/// notes deducted; quantities as billed.
pub fn billed(connection: &mut AnyConnection) -> StorageResult<Vec<BilledRevenue>> {
    let mut sums: BTreeMap<(String, String, String, String, String, String), BilledRevenue> = BTreeMap::new();
    for row in dialect::revenue_sums(connection)? {
        let kind: InvoiceKind = from_word("an invoice's kind", row.kind.clone())?;
        let sign = if kind == InvoiceKind::CreditNote { -1 } else { 1 };
        let RevenueSum { tenant, contract, line_code, service, unit, month, .. } = row;
        let key = (month.clone(), contract.clone(), line_code.clone(), service.clone(), unit.clone(), tenant.clone());
        let (first, last) = (row.first_number.unwrap_or_default(), row.last_number.unwrap_or_default());
        let sum = match sums.entry(key) {
            std::collections::btree_map::Entry::Occupied(held) => held.into_mut(),
            std::collections::btree_map::Entry::Vacant(free) => free.insert(BilledRevenue {
                tenant: TenantCode(tenant),
                contract: ContractCode(contract),
                line: LineCode(line_code),
                service: from_word("a line's service", service)?,
                unit: from_word("a line's unit", unit)?,
                month: from_word("an invoice's month", month)?,
                net: Money::ZERO,
                quantity: Quantity::ZERO,
                documents: 0,
                first_number: first.clone(),
                last_number: last.clone(),
            }),
        };
        sum.net += Money::from_cents(sign * row.net_cents);
        let quantity = sum.quantity.ten_thousandths() + sign * row.quantity_ten_thousandths;
        sum.quantity = Quantity::from_ten_thousandths(quantity);
        sum.documents = row.documents;
        sum.first_number = sum.first_number.clone().min(first);
        sum.last_number = sum.last_number.clone().max(last);
    }
    Ok(sums.into_values().collect())
}

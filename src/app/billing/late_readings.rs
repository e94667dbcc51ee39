//! Readings that came in, or were corrected, after their month was billed: which invoices they are about, until an
//! invoice takes them into account.
//!
//! The writer notes such months by meter, and a billing run forgets them once they are billed. So this costs what
//! waits to be regularised, however much was ever billed. What a file or a request brought of billed months is told from
//! what the writer counted behind the horizon, in the same way.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use crate::app::gather::contracts_billing;
use crate::app::{AppError, Store};
use crate::domain::book::Book;
use crate::domain::calendar::BillingMonth;
use crate::domain::ids::{ContractCode, MeterCode, MeterId};
use crate::domain::invoice::{InvoiceKind, InvoiceNumber};
use crate::storage::billing::{self, LateChange};
use crate::storage::invoices::{self, Issue};
use crate::storage::{AnyConnection, LateReadings, book as stored};

/// An invoice of whose month readings changed since it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LateInvoice {
    /// The one in force.
    pub invoice: InvoiceNumber,
    pub contract: ContractCode,
    pub month: BillingMonth,
    /// The meters whose readings changed, by code.
    pub meters: Vec<MeterCode>,
    /// The contract's next month to bill: its plan says what the difference comes to.
    pub next: BillingMonth,
}

/// Readings taken in of a month their contracts were already billed for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BilledMonth {
    pub month: BillingMonth,
    pub readings: u64,
    /// The invoices in force that the readings came too late for.
    pub invoices: Vec<InvoiceNumber>,
}

/// What of `late` is of months its contracts were billed for, by month. Behind the horizon there are other readings, too:
/// of months before the first invoice, or of meters nobody pays for.
pub fn of_billed_months(store: &Store, late: &[LateReadings]) -> Result<Vec<BilledMonth>, AppError> {
    let months = late.iter().map(|one| one.month);
    let Some((first, last)) = months.clone().min().zip(months.max()) else { return Ok(vec![]) };
    store.read(|connection| {
        let book = store.book(connection)?;
        let codes = codes(connection)?;
        let contracts_of = |one: &LateReadings| -> BTreeSet<ContractCode> {
            codes.get(&one.meter).into_iter().flat_map(|meter| contracts_billing(&book, meter, one.month)).collect()
        };
        let touched: Vec<(&LateReadings, BTreeSet<ContractCode>)> =
            late.iter().map(|one| (one, contracts_of(one))).collect();
        let contracts: BTreeSet<ContractCode> = touched.iter().flat_map(|(_, contracts)| contracts).cloned().collect();
        let contracts: Vec<ContractCode> = contracts.into_iter().collect();
        let issues = invoices::issues(connection, &contracts, first, Some(last))?;
        let in_force: HashMap<(&ContractCode, BillingMonth), &InvoiceNumber> =
            issues.iter().map(|issue| ((&issue.contract, issue.month), &issue.number)).collect();
        let mut found: BTreeMap<BillingMonth, (u64, BTreeSet<&InvoiceNumber>)> = BTreeMap::new();
        for (one, contracts) in &touched {
            let numbers: Vec<&InvoiceNumber> =
                contracts.iter().filter_map(|contract| in_force.get(&(contract, one.month)).copied()).collect();
            if !numbers.is_empty() {
                let (readings, invoices) = found.entry(one.month).or_default();
                *readings = readings.saturating_add(one.readings);
                invoices.extend(numbers);
            }
        }
        let told = |(month, (readings, invoices)): (BillingMonth, (u64, BTreeSet<&InvoiceNumber>))| BilledMonth {
            month,
            readings,
            invoices: invoices.into_iter().cloned().collect(),
        };
        Ok(found.into_iter().map(told).collect())
    })
}

fn codes(connection: &mut AnyConnection) -> Result<HashMap<MeterId, MeterCode>, AppError> {
    Ok(stored::meter_ids(connection)?.into_iter().map(|(code, id)| (id, code)).collect())
}

/// Everything that waits to be regularised, by month.
pub fn waiting(store: &Store) -> Result<Vec<LateInvoice>, AppError> {
    store.read(|connection| {
        let book = store.book(connection)?;
        all(&book, connection)
    })
}

/// The same within what is read already.
pub(in crate::app) fn all(book: &Book, connection: &mut AnyConnection) -> Result<Vec<LateInvoice>, AppError> {
    let changes = billing::late_changes(connection)?;
    concerned(book, connection, &changes)
}

/// The billed months each meter's readings changed in since, in order.
pub(in crate::app) fn by_meter(
    book: &Book,
    connection: &mut AnyConnection,
) -> Result<HashMap<MeterCode, BTreeSet<BillingMonth>>, AppError> {
    let mut months: HashMap<MeterCode, BTreeSet<BillingMonth>> = HashMap::new();
    for late in all(book, connection)? {
        for meter in late.meters {
            months.entry(meter).or_default().insert(late.month);
        }
    }
    Ok(months)
}

/// What waits of an invoice of `month`; none for one that another stands for.
pub fn of_invoice(
    store: &Store,
    invoice: &InvoiceNumber,
    month: BillingMonth,
) -> Result<Option<LateInvoice>, AppError> {
    store.read(|connection| {
        let (book, mut changes) = (store.book(connection)?, billing::late_changes(connection)?);
        changes.retain(|change| change.month == month);
        Ok(concerned(&book, connection, &changes)?.into_iter().find(|late| late.invoice == *invoice))
    })
}

fn concerned(
    book: &Book,
    connection: &mut AnyConnection,
    changes: &[LateChange],
) -> Result<Vec<LateInvoice>, AppError> {
    let Some(first) = changes.iter().map(|change| change.month).min() else { return Ok(vec![]) };
    let codes = codes(connection)?;
    let touched = touched(book, &codes, changes);
    let contracts: BTreeSet<&ContractCode> = touched.keys().map(|(_, contract)| contract).collect();
    let contracts: Vec<ContractCode> = contracts.into_iter().cloned().collect();
    let issues = invoices::issues(connection, &contracts, first, None)?;
    let late = touched.into_iter().filter_map(|((month, contract), changes)| {
        let of_contract: Vec<&Issue> = issues.iter().filter(|issue| issue.contract == contract).collect();
        late_invoice(month, contract, &changes, &of_contract)
    });
    Ok(late.collect())
}

type Changed<'c> = Vec<(&'c MeterCode, &'c LateChange)>;

/// The changes by month and contract they may concern.
fn touched<'c>(
    book: &Book,
    codes: &'c HashMap<MeterId, MeterCode>,
    changes: &'c [LateChange],
) -> BTreeMap<(BillingMonth, ContractCode), Changed<'c>> {
    let mut touched: BTreeMap<(BillingMonth, ContractCode), Changed<'c>> = BTreeMap::new();
    for change in changes {
        let Some(meter) = codes.get(&change.meter) else { continue };
        for contract in contracts_billing(book, meter, change.month) {
            touched.entry((change.month, contract)).or_default().push((meter, change));
        }
    }
    touched
}

/// The invoice the changes of its month are late for; none where nothing was billed, where its own run read them, or
/// where a later invoice of the contract did that could carry the difference: one on the same side of the scope of VAT. `issues` are the contract's, in the order of issue.
fn late_invoice(
    month: BillingMonth,
    contract: ContractCode,
    changes: &Changed<'_>,
    issues: &[&Issue],
) -> Option<LateInvoice> {
    let of_month = || issues.iter().filter(|issue| issue.month == month);
    // A corrected invoice states the month again and reads nothing anew.
    let (first, in_force) = (of_month().next()?, of_month().next_back()?);
    let regularised = |change: &LateChange| {
        issues.iter().any(|issue| {
            let has_read = issue.kind == InvoiceKind::Invoice && issue.run_began_at > change.changed_at;
            issue.month > month && has_read && issue.is_out_of_scope == first.is_out_of_scope
        })
    };
    let is_late = |change: &LateChange| change.changed_at >= first.run_began_at && !regularised(change);
    let mut meters: Vec<MeterCode> =
        changes.iter().filter(|(_, change)| is_late(change)).map(|(meter, _)| (*meter).clone()).collect();
    meters.sort();
    let next = issues.iter().map(|issue| issue.month).max()?.next();
    (!meters.is_empty()).then(|| LateInvoice { invoice: in_force.number.clone(), contract, month, meters, next })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::Timestamp;

    fn issue(month: &str, kind: InvoiceKind, number: &str, at: i64) -> Issue {
        Issue {
            contract: "C1".into(),
            month: month.parse().unwrap(),
            kind,
            number: InvoiceNumber::from_stored(number),
            run_began_at: Timestamp::from_seconds(at),
            is_out_of_scope: false,
        }
    }

    /// What a change of September at `changed_at` is late for.
    fn late(issues: &[Issue], changed_at: i64) -> Option<(String, String)> {
        let (meter, september) = (MeterCode::from("A"), "2026-09".parse().unwrap());
        let changed_at = Timestamp::from_seconds(changed_at);
        let change = LateChange { meter: MeterId(1), month: september, revision: 1, changed_at };
        let issues: Vec<&Issue> = issues.iter().collect();
        let found = late_invoice(september, "C1".into(), &vec![(&meter, &change)], &issues)?;
        assert_eq!(found.meters, [meter]);
        Some((found.invoice.to_string(), found.next.to_string()))
    }

    #[test]
    fn a_change_is_late_from_the_invoice_on_until_a_later_one_has_read_it() {
        let september = issue("2026-09", InvoiceKind::Invoice, "DC1", 100);
        let october = issue("2026-10", InvoiceKind::Invoice, "DC2", 200);
        let told = |number: &str, next: &str| Some((number.to_owned(), next.to_owned()));
        assert_eq!(late(&[], 150), None, "nothing was billed");
        assert_eq!(late(std::slice::from_ref(&october), 250), None, "another month was");
        assert_eq!(late(std::slice::from_ref(&september), 99), None, "its run has read it");
        assert_eq!(late(std::slice::from_ref(&september), 150), told("DC1", "2026-10"));
        assert_eq!(late(&[september.clone(), october.clone()], 150), None, "October has read it");
        assert_eq!(late(&[september, october], 250), told("DC1", "2026-11"));
    }

    #[test]
    fn an_invoice_on_the_other_side_of_the_scope_of_vat_regularises_nothing() {
        let september = issue("2026-09", InvoiceKind::Invoice, "DC1", 100);
        let outside = |one: Issue| Issue { is_out_of_scope: true, ..one };
        let october = issue("2026-10", InvoiceKind::Invoice, "DC2", 200);
        let november = issue("2026-11", InvoiceKind::Invoice, "DC3", 300);
        let waits = Some(("DC1".to_owned(), "2026-11".to_owned()));
        assert_eq!(late(&[september.clone(), outside(october.clone())], 150), waits, "October could not carry it");
        assert_eq!(late(&[outside(september.clone()), october.clone()], 150), waits, "nor the reverse");
        assert_eq!(late(&[outside(september.clone()), outside(october.clone())], 150), None);
        assert_eq!(late(&[september, outside(october), november], 150), None, "November has carried it");
    }

    #[test]
    fn the_invoice_in_force_is_named_and_a_corrected_one_regularises_nothing() {
        let issues = [
            issue("2026-09", InvoiceKind::Invoice, "DC1", 100),
            issue("2026-09", InvoiceKind::Corrected, "DC4", 300),
            issue("2026-10", InvoiceKind::Corrected, "DC6", 400),
        ];
        assert_eq!(late(&issues, 150), Some(("DC4".to_owned(), "2026-11".to_owned())));
    }
}

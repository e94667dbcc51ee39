//! An issued document as a journal entry.

use serde::{Deserialize, Serialize};

use super::{InvoiceKind, IssuedInvoice};
use crate::domain::contract::Service;
use crate::domain::ledger::{Journal, JournalEntry, JournalLine, LedgerError};
use crate::domain::money::Money;

/// The accounts sales are posted to; configurable, since charts differ between bodies (handbook, Amortisation).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SalesAccounts {
    /// Customers; the tenant's code is the auxiliary account.
    pub customers: String,
    pub space: String,
    pub power: String,
    pub storage: String,
    pub other: String,
    /// VAT collected.
    pub vat: String,
}

impl Default for SalesAccounts {
    fn default() -> SalesAccounts {
        let services = || "7083".to_owned();
        SalesAccounts {
            customers: "411".to_owned(),
            space: services(),
            power: services(),
            storage: services(),
            other: services(),
            vat: "44571".to_owned(),
        }
    }
}

impl SalesAccounts {
    fn revenue(&self, service: Service) -> &str {
        match service {
            Service::Space => &self.space,
            Service::Power => &self.power,
            Service::Storage => &self.storage,
            Service::Other => &self.other,
        }
    }
}

/// Gross to the customer's debit, net per service and VAT per rate to the credit; a credit note the other way round.
/// None for a document of zero throughout: there is nothing to post.
pub fn journal_entry(invoice: &IssuedInvoice, accounts: &SalesAccounts) -> Result<Option<JournalEntry>, LedgerError> {
    let label = format!("{} {} {}", document_name(invoice.kind), invoice.number, invoice.buyer.name);
    let tenant = invoice.buyer.code.as_str();
    let sign = |amount: Money| if invoice.kind == InvoiceKind::CreditNote { -amount } else { amount };

    let mut lines = Vec::new();
    lines.extend(on(&accounts.customers, Some(tenant), &label, sign(invoice.totals.gross)));
    for (service, net) in net_by_service(invoice) {
        lines.extend(on(accounts.revenue(service), None, &label, sign(-net)));
    }
    for group in &invoice.vat {
        lines.extend(on(&accounts.vat, None, &label, sign(-group.tax)));
    }
    if lines.is_empty() {
        return Ok(None);
    }
    JournalEntry::new(Journal::Sales, invoice.issue_date, invoice.number.to_string(), label, lines).map(Some)
}

/// A debit for what is above zero, a credit for what is below, nothing for zero.
fn on(account: &str, auxiliary: Option<&str>, label: &str, amount: Money) -> Option<JournalLine> {
    match amount.cents() {
        0 => None,
        1.. => Some(JournalLine::debit(account, auxiliary, label, amount)),
        _ => Some(JournalLine::credit(account, auxiliary, label, -amount)),
    }
}

/// The journal is kept in French whatever language the tenant reads.
const fn document_name(kind: InvoiceKind) -> &'static str {
    match kind {
        InvoiceKind::Invoice => "Facture",
        InvoiceKind::CreditNote => "Avoir",
        InvoiceKind::Corrected => "Facture rectificative",
    }
}

fn net_by_service(invoice: &IssuedInvoice) -> Vec<(Service, Money)> {
    let mut services: Vec<(Service, Money)> = Vec::new();
    for charge in &invoice.charges {
        match services.iter_mut().find(|(service, _)| *service == charge.service) {
            Some((_, net)) => *net += charge.net,
            None => services.push((charge.service, charge.net)),
        }
    }
    services
}

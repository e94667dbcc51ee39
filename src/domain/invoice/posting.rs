//! An issued document as a journal entry.

use super::{InvoiceKind, IssuedInvoice};
use crate::domain::contract::Service;
use crate::domain::ledger::{AccountRole, Chart, Journal, JournalEntry, JournalLine, LedgerError};
use crate::domain::money::Money;

/// Gross to the customer's debit, net per service and VAT per rate to the credit; a credit note the other way round.
/// None for a document of zero throughout: there is nothing to post.
pub fn journal_entry(invoice: &IssuedInvoice, chart: &Chart) -> Result<Option<JournalEntry>, LedgerError> {
    let label = match invoice.corrects.first() {
        None => format!("{} {} {}", document_name(invoice.kind), invoice.number, invoice.buyer.name),
        Some((corrected, _)) => {
            format!("{} {} sur {corrected} {}", document_name(invoice.kind), invoice.number, invoice.buyer.name)
        }
    };
    let tenant = invoice.buyer.code.as_str();
    let sign = |amount: Money| if invoice.kind == InvoiceKind::CreditNote { -amount } else { amount };

    let mut lines = Vec::new();
    lines.extend(JournalLine::signed(
        chart.account(AccountRole::Customers),
        Some(tenant),
        &label,
        sign(invoice.totals.gross),
    ));
    for (service, net) in net_by_service(invoice) {
        lines.extend(JournalLine::signed(chart.account(revenue(service)), None, &label, sign(-net)));
    }
    for group in &invoice.vat {
        lines.extend(JournalLine::signed(chart.account(AccountRole::VatCollected), None, &label, sign(-group.tax)));
    }
    if lines.is_empty() {
        return Ok(None);
    }
    JournalEntry::new(Journal::Sales, invoice.issue_date, invoice.number.to_string(), label, lines).map(Some)
}

/// Revenue is posted by service.
const fn revenue(service: Service) -> AccountRole {
    match service {
        Service::Space => AccountRole::Space,
        Service::Power => AccountRole::Power,
        Service::Storage => AccountRole::Storage,
        Service::Other => AccountRole::OtherServices,
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

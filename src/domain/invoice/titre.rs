//! The data set of an enforceable title (titre de recettes) for an issued document.
//!
//! A city collects by a title its public accountant takes charge of; the accounting software makes it of these data and
//! sends the invoice along as its attachment (handbook, Invoices). Owns: what a title says of one document. Does not own:
//! the title's own number, which the accounting software gives.

use chrono::{Datelike, NaiveDate};
use serde::Serialize;

use super::{InvoiceBuyer, InvoiceKind, InvoiceNumber, IssuedInvoice, VatBreakdown, rate_percent};
use crate::domain::calendar::BillingMonth;
use crate::domain::ledger::JournalEntry;
use crate::domain::money::{Money, UnitPrice};
use crate::domain::party::Language;
use crate::domain::quantity::Quantity;
use crate::domain::typography;

/// Whether the title claims a debt or reduces one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TitreKind {
    /// Titre de recettes.
    Recette,
    /// Titre de réduction or d’annulation, of what earlier documents claimed.
    Reduction,
}

/// Everything the title of one document needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Titre {
    pub kind: TitreKind,
    /// The budget year: that of the issue.
    pub year: i32,
    /// The annual number of the document.
    pub number: InvoiceNumber,
    pub issue_date: NaiveDate,
    pub due_date: NaiveDate,
    /// Nature of the debt, in one sentence.
    pub nature: String,
    /// What the debt rests on.
    pub legal_basis: LegalBasis,
    /// Bases de liquidation: how each amount came about.
    pub liquidation: Vec<LiquidationLine>,
    pub vat: Vec<TitreVat>,
    pub net: Money,
    pub tax: Money,
    pub gross: Money,
    /// The accounts the revenue and the tax were posted to, which add up to the gross amount.
    pub imputation: Vec<Imputation>,
    pub debtor: InvoiceBuyer,
    pub chorus: ChorusRouting,
    /// ISO 11649, by which a payment is recognised.
    pub payment_reference: String,
    /// The documents a reduction or a corrected invoice refers to.
    pub refers_to: Vec<InvoiceNumber>,
    pub attachment: Option<Attachment>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LegalBasis {
    pub contract: String,
    pub title: String,
    pub market: Option<String>,
    pub month: BillingMonth,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LiquidationLine {
    pub line: String,
    pub designation: String,
    pub from: NaiveDate,
    /// The first day no longer included.
    pub to: Option<NaiveDate>,
    pub quantity: Quantity,
    pub unit: &'static str,
    pub unit_price: UnitPrice,
    pub net: Money,
    /// None where the line is exempt or outside the scope of VAT.
    pub vat_rate_percent: Option<String>,
    /// The arithmetic with its numbers.
    pub formula: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TitreVat {
    pub rate_percent: Option<String>,
    pub taxable: Money,
    pub tax: Money,
}

/// An account and what stands on it; negative where it takes back more than it claims.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Imputation {
    pub account: String,
    pub amount: Money,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChorusRouting {
    pub service_code: Option<String>,
    pub engagement: Option<String>,
}

/// The invoice's own file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Attachment {
    pub file_name: String,
    pub media_type: &'static str,
    pub size_bytes: u64,
    pub sha256: String,
}

impl Titre {
    /// The title of `document`, posted by `entry` (none where it comes to zero throughout).
    pub fn of(document: &IssuedInvoice, entry: Option<&JournalEntry>, attachment: Option<Attachment>) -> Titre {
        let kind = match document.kind {
            InvoiceKind::Invoice | InvoiceKind::Corrected => TitreKind::Recette,
            InvoiceKind::CreditNote => TitreKind::Reduction,
        };
        let references = &document.references;
        Titre {
            kind,
            year: document.issue_date.year(),
            number: document.number.clone(),
            issue_date: document.issue_date,
            due_date: document.due_date,
            nature: nature(document),
            legal_basis: LegalBasis {
                contract: references.contract.to_string(),
                title: references.contract_title.clone(),
                market: references.market.clone(),
                month: document.month,
            },
            liquidation: liquidation(document),
            vat: document.vat.iter().map(vat).collect(),
            net: document.totals.net,
            tax: document.totals.tax,
            gross: document.totals.gross,
            imputation: entry.map(|entry| imputation(entry, kind)).unwrap_or_default(),
            debtor: document.buyer.clone(),
            chorus: ChorusRouting {
                service_code: references.service_code.clone(),
                engagement: references.engagement.clone(),
            },
            payment_reference: document.payment.reference.clone(),
            refers_to: document.corrects.iter().map(|(number, _)| number.clone()).collect(),
            attachment,
        }
    }
}

/// In French: it goes to a French public accountant.
fn nature(document: &IssuedInvoice) -> String {
    let what = match document.kind {
        InvoiceKind::Invoice => "Hébergement en centre de données",
        InvoiceKind::CreditNote => "Réduction de l’hébergement en centre de données",
        InvoiceKind::Corrected => "Hébergement en centre de données, facture rectificative",
    };
    let month = typography::month(document.month, Language::French);
    format!("{what}, {}, {month}", document.references.contract_title)
}

fn liquidation(document: &IssuedInvoice) -> Vec<LiquidationLine> {
    let line = |charge: &crate::domain::rating::Charge| LiquidationLine {
        line: charge.provenance.line.to_string(),
        designation: charge.designation.fr.clone(),
        from: charge.period.from,
        to: charge.period.to,
        quantity: charge.quantity,
        unit: charge.unit.name(),
        unit_price: charge.unit_price,
        net: charge.net,
        vat_rate_percent: rate_percent(&charge.vat).map(|rate| rate.normalize().to_string()),
        formula: charge.provenance.formula.clone(),
    };
    document.charges.iter().map(line).collect()
}

fn vat(group: &VatBreakdown) -> TitreVat {
    TitreVat {
        rate_percent: rate_percent(&group.treatment).map(|rate| rate.normalize().to_string()),
        taxable: group.taxable,
        tax: group.tax,
    }
}

/// Every line of the entry but the debtor's own, in the direction of the title.
fn imputation(entry: &JournalEntry, kind: TitreKind) -> Vec<Imputation> {
    let counterparts = entry.lines().iter().filter(|line| line.auxiliary.is_none());
    counterparts
        .map(|line| {
            let credit = line.credit - line.debit;
            let amount = if kind == TitreKind::Recette { credit } else { -credit };
            Imputation { account: line.account.clone(), amount }
        })
        .collect()
}

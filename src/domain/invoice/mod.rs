//! Invoices: drafts, issued documents, numbers, VAT.
//!
//! Owns: the draft of a contract's month, the frozen content of an issued document, its number, its VAT and totals.
//! Does not own: rating, its look as PDF or XML (documents), payments (receivables). Invariants: totals are the sum of
//! the lines; VAT is rounded once per rate; a document outside the scope of VAT carries nothing else; an issued
//! document never changes.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::calendar::{BillingMonth, DatePeriod};
use super::contract::VatTreatment;
use super::ids::{ContractCode, TenantCode};
use super::money::Money;
use super::party::{Address, Language, LegalTextSet};
use super::rating::Charge;

mod corrected;
mod credit_note;
mod draft;
mod due_date;
#[cfg(test)]
pub(in crate::domain) mod example;
mod issue;
mod number;
mod posting;
mod reference;
mod state;
mod titre;
mod vat;

#[cfg(test)]
mod tests;

pub use corrected::{Restated, corrected_invoice_of, restated};
pub use credit_note::{
    Credit, CreditNoteError, CreditNoteHead, CreditedLine, CreditedLines, credit_note_of, credit_of, credited_lines,
};
pub use draft::DraftError;
pub use due_date::due_date;
pub use issue::IssueContext;
pub use number::{InvoiceNumber, NumberError};
pub use posting::journal_entry;
pub use reference::{creditor_reference, is_creditor_reference};
pub use state::InvoiceStatus;
pub use titre::{Attachment, ChorusRouting, Imputation, LegalBasis, LiquidationLine, Titre, TitreKind, TitreVat};
pub use vat::{VatError, breakdown, totals};

/// UNCL 1001 document types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InvoiceKind {
    /// 380
    Invoice,
    /// 381: amounts are positive, and it refers to the invoice it corrects.
    CreditNote,
    /// 384
    Corrected,
}

impl InvoiceKind {
    /// Its word in JSON and in the database.
    pub const fn name(self) -> &'static str {
        match self {
            InvoiceKind::Invoice => "invoice",
            InvoiceKind::CreditNote => "credit-note",
            InvoiceKind::Corrected => "corrected",
        }
    }

    pub const fn type_code(self) -> &'static str {
        match self {
            InvoiceKind::Invoice => "380",
            InvoiceKind::CreditNote => "381",
            InvoiceKind::Corrected => "384",
        }
    }
}

/// What would be billed to one contract for one month, before it has a number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    pub tenant: TenantCode,
    pub contract: ContractCode,
    pub month: BillingMonth,
    /// The charges in the order of the document: by service, then as the contract lists its lines.
    pub charges: Vec<Charge>,
    pub vat: Vec<VatBreakdown>,
    pub totals: Totals,
}

/// The taxable amount and the tax of one VAT rate or category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VatBreakdown {
    pub treatment: VatTreatment,
    pub taxable: Money,
    /// `taxable × rate`, rounded half-up once.
    pub tax: Money,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    pub net: Money,
    pub tax: Money,
    pub gross: Money,
}

/// How a document issued now is laid out: 1 says of each kind of quantity what its days show, and its credit notes do not
/// ask for payment; 2 says of an amount on its line how it was worked out, threatens no service of the seller's own with
/// the cost of paying late, and fills its pages; 3 counts the units of its lines, writes English days as the pages do,
/// says what of an estimated usage was estimated, of a service outside the scope of VAT names no VAT number, and asks nobody
/// to pay nothing; 4 says a calculation once, and of an annex without readings no word about meters; 5 says of a revised
/// price on its line how it was revised.
/// Documents of an earlier layout keep theirs, so that a lost file is made again byte for byte.
pub const LAYOUT: u32 = 5;

/// The frozen content of an issued document: everything its PDF and XML say, so that they can be made again byte for
/// byte whatever becomes of the tenant, the tariff or the seller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuedInvoice {
    pub number: InvoiceNumber,
    pub kind: InvoiceKind,
    pub language: Language,
    pub issued_at: DateTime<Utc>,
    pub issue_date: NaiveDate,
    pub due_date: NaiveDate,
    pub payment_days: u64,
    pub month: BillingMonth,
    /// The service period.
    pub period: DatePeriod,
    pub seller: InvoiceSeller,
    pub buyer: InvoiceBuyer,
    pub references: References,
    pub charges: Vec<Charge>,
    pub vat: Vec<VatBreakdown>,
    pub totals: Totals,
    pub payment: PaymentDetails,
    pub legal: LegalTextSet,
    pub vat_on_debits: bool,
    /// IANA name of the facility's zone, for the times in the annex.
    pub zone: String,
    /// Where the service is rendered.
    pub facility: String,
    /// The documents this one corrects: number and date. At least one for a credit note, exactly one for a 384.
    pub corrects: Vec<(InvoiceNumber, NaiveDate)>,
    /// [`LAYOUT`] when it was issued; 0 before that was kept.
    #[serde(default)]
    pub layout: u32,
}

impl IssuedInvoice {
    /// Whether people are told to pay it. That of a credit note of any layout is what its amount is for.
    pub fn is_to_be_paid(&self) -> bool {
        self.kind != InvoiceKind::CreditNote && self.asks_for_payment()
    }

    /// Whether the document says when and whereto it is paid. Nothing is paid on a credit note, or where nothing is owed;
    /// those of an earlier layout said so all the same.
    pub fn asks_for_payment(&self) -> bool {
        match self.layout {
            0 => true,
            1 | 2 => self.kind != InvoiceKind::CreditNote,
            _ => self.kind != InvoiceKind::CreditNote && !self.totals.gross.is_zero(),
        }
    }

    /// Whether a service of the seller's own is billed: one legal person, which has one SIREN.
    pub fn is_internal(&self) -> bool {
        self.seller.siren == self.buyer.siren
    }

    /// Whether VAT is charged or exempted at all. Outside its scope neither party's VAT number stands in the data
    /// (BR-O-02), nor, since layout 3, on the paper.
    pub fn is_within_vat_scope(&self) -> bool {
        !self.vat.iter().any(|vat| matches!(vat.treatment, VatTreatment::OutOfScope { .. }))
    }

    /// Whether the document says what follows from paying late. Nobody owes interest or an indemnity to themselves;
    /// internal documents of an earlier layout said so all the same.
    pub fn warns_of_late_payment(&self) -> bool {
        !self.is_internal() || self.layout < 2
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceSeller {
    pub name: String,
    pub address: Address,
    pub siret: String,
    pub siren: String,
    pub vat_number: String,
    pub email: String,
    pub phone: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceBuyer {
    pub code: TenantCode,
    pub name: String,
    pub address: Address,
    pub siret: String,
    pub siren: String,
    pub vat_number: Option<String>,
}

/// What the buyer's accounting needs to accept the invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct References {
    pub contract: ContractCode,
    pub contract_title: String,
    /// BT-10
    pub service_code: Option<String>,
    /// BT-13
    pub engagement: Option<String>,
    /// BT-12
    pub market: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentDetails {
    pub account_holder: String,
    pub iban: String,
    pub bic: String,
    /// ISO 11649 creditor reference made of the invoice number: `RF85DC2026000123`.
    pub reference: String,
}

/// A percentage for print: 20, 5.5.
pub fn rate_percent(treatment: &VatTreatment) -> Option<Decimal> {
    match treatment {
        VatTreatment::Standard { rate_percent } => Some(*rate_percent),
        _ => None,
    }
}

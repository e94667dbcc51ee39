//! The titre de recettes of a document.

use serde::Serialize;
use utoipa::ToSchema;

use super::values::{Amount, Day, Month, Number, UnitPrice};
use super::words::Unit;

/// Everything the title of one document needs.
#[derive(Serialize, ToSchema)]
pub struct Titre {
    pub kind: TitreKind,
    /// The budget year: that of the issue.
    pub year: i32,
    /// The annual number of the document.
    pub number: String,
    pub issue_date: Day,
    pub due_date: Day,
    /// Nature of the debt, in one sentence.
    pub nature: String,
    /// What the debt rests on.
    pub legal_basis: TitreBasis,
    /// Bases de liquidation: how each amount came about.
    pub liquidation: Vec<TitreLine>,
    pub vat: Vec<TitreVat>,
    pub net: Amount,
    pub tax: Amount,
    pub gross: Amount,
    /// The accounts the revenue and the tax were posted to, which add up to the gross amount.
    pub imputation: Vec<TitreImputation>,
    pub debtor: TitreDebtor,
    pub chorus: TitreRouting,
    /// ISO 11649, by which a payment is recognised.
    pub payment_reference: String,
    /// The documents a reduction or a corrected invoice refers to.
    pub refers_to: Vec<String>,
    pub attachment: Option<TitreAttachment>,
}

/// Whether the title claims a debt or reduces one.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TitreKind {
    /// Titre de recettes.
    Recette,
    /// Titre de réduction or d’annulation, of what earlier documents claimed.
    Reduction,
}

#[derive(Serialize, ToSchema)]
pub struct TitreBasis {
    pub contract: String,
    pub title: String,
    pub market: Option<String>,
    pub month: Month,
}

#[derive(Serialize, ToSchema)]
pub struct TitreLine {
    pub line: String,
    pub designation: String,
    pub from: Day,
    /// The first day no longer included.
    pub to: Option<Day>,
    pub quantity: Number,
    pub unit: Unit,
    pub unit_price: UnitPrice,
    pub net: Amount,
    /// None where the line is exempt or outside the scope of VAT.
    pub vat_rate_percent: Option<Number>,
    /// The arithmetic with its numbers.
    pub formula: String,
}

#[derive(Serialize, ToSchema)]
pub struct TitreVat {
    pub rate_percent: Option<Number>,
    pub taxable: Amount,
    pub tax: Amount,
}

/// An account and what stands on it; negative where it takes back more than it claims.
#[derive(Serialize, ToSchema)]
pub struct TitreImputation {
    pub account: String,
    pub amount: Amount,
}

#[derive(Serialize, ToSchema)]
pub struct TitreRouting {
    pub service_code: Option<String>,
    pub engagement: Option<String>,
}

/// The invoice's own file.
#[derive(Serialize, ToSchema)]
pub struct TitreAttachment {
    pub file_name: String,
    pub media_type: String,
    pub size_bytes: u64,
    pub sha256: String,
}

#[derive(Serialize, ToSchema)]
pub struct TitreDebtor {
    pub code: String,
    pub name: String,
    pub address: PostalAddress,
    pub siret: String,
    pub siren: String,
    pub vat_number: Option<String>,
}

/// A postal address in France.
#[derive(Serialize, ToSchema)]
pub struct PostalAddress {
    /// Street and number; further lines (building, service) follow.
    pub lines: Vec<String>,
    pub postcode: String,
    pub city: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
}

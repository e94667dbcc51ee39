//! Tenants, contracts, tariffs and the seller as documents, in the keys of the facility book.

use serde::Serialize;
use utoipa::ToSchema;

use super::asset_book::AssetEntryDocument;
use super::payback_book::PaybackTermsDocument;
use super::values::{Amount, Day, Month, Number, UnitPrice, Whole};
use super::words::{Service, Unit};

/// One of the documents.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum BookDocument {
    Tenant(TenantDocument),
    Contract(ContractDocument),
    Tariff(TariffDocument),
    Seller(SellerDocument),
    Asset(AssetEntryDocument),
    Payback(PaybackTermsDocument),
}

/// A postal address.
#[derive(Serialize, ToSchema)]
pub struct AddressDocument {
    /// Street and number, then further lines; at least one.
    pub lines: Vec<String>,
    /// Five digits in France.
    #[schema(example = "75018")]
    pub postcode: String,
    pub city: String,
    /// ISO 3166-1 alpha-2; `FR` where it is left out.
    pub country: Option<String>,
}

/// As `[[tenant]]` of the book.
#[derive(Serialize, ToSchema)]
pub struct TenantDocument {
    /// Kept for good: documents and readings name it.
    #[schema(example = "aphp")]
    pub code: String,
    pub name: String,
    #[schema(example = "26750045200011")]
    pub siret: String,
    /// Its SIREN must be the SIRET's.
    pub vat_number: Option<String>,
    pub payment_term_class: PaymentTerms,
    /// Of its documents and mails; French where it is left out.
    pub language: Option<LanguageCode>,
    /// A service of the seller itself, billed for transparency.
    pub internal: Option<bool>,
    /// Chorus Pro “code service”.
    pub service_code: Option<String>,
    /// None where it is left out.
    pub chorus_requires: Option<ChorusCodes>,
    pub address: AddressDocument,
    /// Who receives the invoices.
    #[serde(default)]
    pub contact: Vec<ContactDocument>,
}

/// Who receives invoices.
#[derive(Serialize, ToSchema)]
pub struct ContactDocument {
    pub name: String,
    pub email: String,
}

/// How long it may take to pay: 30, 50 or 60 days.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PaymentTerms {
    LocalAuthority,
    HealthEstablishment,
    PublicUndertaking,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum LanguageCode {
    Fr,
    En,
}

/// Which codes its structure requires on Chorus Pro.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChorusCodes {
    None,
    Service,
    Engagement,
    Either,
    Both,
}

/// As `[seller]` of the book.
#[derive(Serialize, ToSchema)]
pub struct SellerDocument {
    pub name: String,
    pub siret: String,
    pub vat_number: String,
    /// On documents, and the sender of mails.
    pub email: String,
    pub phone: Option<String>,
    pub iban: String,
    pub bic: String,
    /// Where the account is held under another name.
    pub account_holder: Option<String>,
    /// `DC` gives invoice DC2026000123.
    pub number_prefix: String,
    pub address: AddressDocument,
    pub legal: LegalDocument,
}

/// The mentions the law asks for.
#[derive(Serialize, ToSchema)]
pub struct LegalDocument {
    /// The option for paying VAT on debits; false where it is left out.
    pub vat_on_debits: Option<bool>,
    pub fr: LegalMentions,
    pub en: LegalMentions,
}

#[derive(Serialize, ToSchema)]
pub struct LegalMentions {
    /// The fixed indemnity of 40 € for recovery costs.
    pub recovery_indemnity: String,
    pub late_penalty: String,
    /// Of early payment, or that there is none.
    pub discount: String,
    /// At the foot of each page.
    pub footer: String,
}

/// As `[[tariff]]` of the book.
#[derive(Serialize, ToSchema)]
pub struct TariffDocument {
    #[schema(example = "energie")]
    pub code: String,
    pub name: String,
    /// What one unit of the price is.
    pub unit: Unit,
    /// Dated prices, oldest first; at least one.
    pub version: Vec<TariffVersion>,
}

/// The price from a day on, until the next version's.
#[derive(Serialize, ToSchema)]
pub struct TariffVersion {
    pub from: Day,
    #[serde(flatten)]
    pub price: TariffPrice,
}

/// What a month costs; its `shape` says which keys stand beside it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case", tag = "shape")]
pub enum TariffPrice {
    /// An amount, whatever is used.
    Flat { amount_eur: Amount },
    /// An amount, once, in the month the line begins.
    OneOff { amount_eur: Amount },
    /// Quantity × price.
    PerUnit { unit_price_eur: UnitPrice },
    /// Each part of the quantity at its tier's price.
    Graduated { tiers: Vec<TariffTier> },
    /// The whole quantity at the price of the tier it reaches.
    Volume { tiers: Vec<TariffTier> },
    /// The committed quantity, and what exceeds it at the overage price.
    Commitment { committed: Number, unit_price_eur: UnitPrice, overage_unit_price_eur: UnitPrice },
    /// What `of` costs, at least the amount.
    Minimum {
        amount_eur: Amount,
        #[schema(no_recursion)]
        of: Box<TariffPrice>,
    },
    /// What `of` costs, at most the amount.
    Cap {
        amount_eur: Amount,
        #[schema(no_recursion)]
        of: Box<TariffPrice>,
    },
}

#[derive(Serialize, ToSchema)]
pub struct TariffTier {
    /// The first quantity of the next tier; left out in the last one only.
    pub to: Option<Number>,
    pub unit_price_eur: UnitPrice,
}

/// As `[[contract]]` of the book.
#[derive(Serialize, ToSchema)]
pub struct ContractDocument {
    #[schema(example = "AP-2026")]
    pub code: String,
    /// The tenant's code.
    pub tenant: String,
    pub title: String,
    pub from: Day,
    /// The first day no longer in force; open-ended where it is left out.
    pub to: Option<Day>,
    pub signed_on: Option<Day>,
    /// Chorus Pro engagement number.
    pub engagement: Option<String>,
    pub market: Option<String>,
    /// How many months before its end notice must be given, 0 to 60.
    pub notice_months: Option<Whole>,
    /// How a part of a month is counted; calendar days where it is left out.
    pub proration: Option<ProrationWord>,
    pub indexation: Option<IndexationDocument>,
    /// What is billed; at least one.
    pub line: Vec<LineDocument>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ProrationWord {
    CalendarDays,
    Thirtieths,
}

/// Price revision: P = P0 × (a + b × S1/S0), with b = 1 − a.
#[derive(Serialize, ToSchema)]
pub struct IndexationDocument {
    /// The published index's code.
    pub index: String,
    /// The month of S0.
    pub base_month: Month,
    /// a, the part that never moves: 0 to 1.
    pub fixed_part: Number,
    /// Of the coefficient; unrounded where it is left out.
    pub rounding: Option<CoefficientRoundingWord>,
    #[serde(default)]
    pub revision: Vec<RevisionDocument>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CoefficientRoundingWord {
    Unrounded,
    FourDecimals,
    UpToThousandth,
}

#[derive(Serialize, ToSchema)]
pub struct RevisionDocument {
    /// The first day of the revised prices.
    pub from: Day,
    /// The month of S1.
    pub index_month: Month,
}

/// What is billed: a `quantity` agreed, or what meters say by a `measure`.
#[derive(Serialize, ToSchema)]
pub struct LineDocument {
    pub code: String,
    pub service: Service,
    pub designation: DesignationDocument,
    /// The contract's where it is left out.
    pub from: Option<Day>,
    pub to: Option<Day>,
    /// The tariff's code.
    pub tariff: String,
    /// Codes of racks, where the line stands; not used in pricing.
    #[serde(default)]
    pub racks: Vec<String>,
    /// Standard where it is left out.
    pub vat: Option<VatWord>,
    /// Of `standard`: 20 (where it is left out), 10, 5.5 or 2.1.
    pub vat_rate_percent: Option<Number>,
    /// What the invoice must state; required of `exempt` and `out-of-scope`.
    pub vat_reason: Option<VatReasonDocument>,
    pub quantity: Option<Number>,
    pub measure: Option<MeasureWord>,
    /// Of `demand` and `percentile95`: 10 where it is left out.
    pub window_minutes: Option<Whole>,
    /// Of `energy`: none where it is left out.
    pub pue: Option<PueWord>,
    /// Of a fixed PUE, from 1 to 10.
    pub pue_factor: Option<Number>,
    /// What a silence does that is longer than the meter's tolerance; it blocks where it is left out.
    pub gap_policy: Option<GapWord>,
    /// The availability promised, in percent of a month.
    pub committed_percent: Option<Number>,
    /// What is allowed below it.
    #[serde(default)]
    pub credit_band: Vec<CreditBandDocument>,
    /// Of `measure`: which meters.
    #[serde(default)]
    pub assignment: Vec<AssignmentDocument>,
}

#[derive(Serialize, ToSchema)]
pub struct DesignationDocument {
    pub fr: String,
    pub en: String,
}

/// One text for both languages, or a text for each: an invoice states its own language's.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum VatReasonDocument {
    Plain(String),
    Each(DesignationDocument),
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum VatWord {
    Standard,
    Exempt,
    OutOfScope,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MeasureWord {
    Energy,
    Demand,
    Percentile95,
    StorageMonth,
    OccupancyDays,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PueWord {
    None,
    Measured,
    Fixed,
}

/// Stop the invoice, or be bridged and marked estimated.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GapWord {
    Block,
    Estimate,
}

#[derive(Serialize, ToSchema)]
pub struct CreditBandDocument {
    /// Below this availability of a month.
    pub below_percent: Number,
    /// The part of the line's price allowed on the next invoice.
    pub credit_percent: Number,
}

/// A meter from a day to another: the line's days where they are left out.
#[derive(Serialize, ToSchema)]
pub struct AssignmentDocument {
    pub meter: String,
    pub from: Option<Day>,
    pub to: Option<Day>,
}

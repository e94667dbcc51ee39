//! Who sells and who rents.
//!
//! Owns: the seller, tenants, their addresses, identifiers and payment-term classes. Does not own: what was agreed
//! (contract). Identifiers hold their check digits: see [`identifiers`].

pub mod identifiers;
pub mod mail_address;

use serde::{Deserialize, Serialize};

use super::ids::TenantCode;
use identifiers::{Bic, Iban, Siret, VatNumber};

/// A postal address in France.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// Street and number; further lines (building, service) follow.
    pub lines: Vec<String>,
    pub postcode: String,
    pub city: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
}

/// The body that owns the facility and issues the invoices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seller {
    pub name: String,
    pub address: Address,
    pub siret: Siret,
    pub vat_number: VatNumber,
    /// Shown on documents and set as the sender of mails.
    pub email: String,
    pub phone: Option<String>,
    pub iban: Iban,
    pub bic: Bic,
    /// The name the account is held under, where it differs (a public accountant's account).
    pub account_holder: Option<String>,
    /// Prefix of invoice numbers: `DC` gives `DC2026000123`.
    pub number_prefix: String,
    pub legal: LegalTexts,
}

/// Mentions the law asks for, configurable because their references move (handbook, Invoices).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegalTexts {
    pub fr: LegalTextSet,
    pub en: LegalTextSet,
    /// "Option pour le paiement de la taxe d'après les débits".
    pub vat_on_debits: bool,
}

impl LegalTexts {
    pub fn in_language(&self, language: Language) -> &LegalTextSet {
        match language {
            Language::French => &self.fr,
            Language::English => &self.en,
        }
    }
}

/// The three notes every French invoice carries exactly once, and the footer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegalTextSet {
    /// PMT: the 40 € fixed indemnity.
    pub recovery_indemnity: String,
    /// PMD: late-payment penalties.
    pub late_penalty: String,
    /// AAB: discount for early payment.
    pub discount: String,
    /// A line at the foot of each page.
    pub footer: String,
}

/// The language a tenant's documents and mails are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum Language {
    #[default]
    #[serde(rename = "fr")]
    French,
    #[serde(rename = "en")]
    English,
}

impl Language {
    /// `fr` or `en`.
    pub const fn code(self) -> &'static str {
        match self {
            Language::French => "fr",
            Language::English => "en",
        }
    }
}

/// How long a buyer may take to pay, by law (code de la commande publique R2192-10 and -11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PaymentTermClass {
    /// The State, local authorities and their public establishments: 30 days.
    LocalAuthority,
    /// Public health establishments: 50 days.
    HealthEstablishment,
    /// Other public undertakings: 60 days.
    PublicUndertaking,
}

impl PaymentTermClass {
    pub const fn days(self) -> u64 {
        match self {
            PaymentTermClass::LocalAuthority => 30,
            PaymentTermClass::HealthEstablishment => 50,
            PaymentTermClass::PublicUndertaking => 60,
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            PaymentTermClass::LocalAuthority => "local-authority",
            PaymentTermClass::HealthEstablishment => "health-establishment",
            PaymentTermClass::PublicUndertaking => "public-undertaking",
        }
    }

    pub const ALL: [PaymentTermClass; 3] =
        [PaymentTermClass::LocalAuthority, PaymentTermClass::HealthEstablishment, PaymentTermClass::PublicUndertaking];
}

/// Which codes a structure requires on Chorus Pro (handbook, Invoices): an invoice without them is refused there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChorusRequirement {
    #[default]
    None,
    /// The service code.
    Service,
    /// The number of the engagement.
    Engagement,
    /// One of the two.
    Either,
    Both,
}

impl ChorusRequirement {
    /// What is still required where these codes are stated; none where the structure is content.
    pub const fn missing(self, has_service: bool, has_engagement: bool) -> Option<ChorusRequirement> {
        match (self, has_service, has_engagement) {
            (ChorusRequirement::Service, false, _) | (ChorusRequirement::Both, false, true) => {
                Some(ChorusRequirement::Service)
            }
            (ChorusRequirement::Engagement, _, false) | (ChorusRequirement::Both, true, false) => {
                Some(ChorusRequirement::Engagement)
            }
            (ChorusRequirement::Either | ChorusRequirement::Both, false, false) => Some(self),
            _ => None,
        }
    }
}

/// A public body that rents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    pub code: TenantCode,
    pub name: String,
    pub address: Address,
    pub siret: Siret,
    pub vat_number: Option<VatNumber>,
    pub payment_term_class: PaymentTermClass,
    pub language: Language,
    /// The city's own services: billed for transparency, outside the scope of VAT.
    pub internal: bool,
    /// Chorus Pro "code service" (BT-10), where the tenant requires it.
    pub service_code: Option<String>,
    /// What it requires of the codes on an invoice.
    pub chorus_requires: ChorusRequirement,
    pub contacts: Vec<Contact>,
}

/// Someone who receives invoices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    pub name: String,
    pub email: String,
}

#[cfg(test)]
mod tests {
    use super::ChorusRequirement::{Both, Either, Engagement, None as Nothing, Service};

    #[test]
    fn a_structure_is_content_with_what_it_requires() {
        // For each requirement: is it met by nothing, a service code, an engagement, both?
        for (required, met) in [
            (Nothing, [true, true, true, true]),
            (Service, [false, true, false, true]),
            (Engagement, [false, false, true, true]),
            (Either, [false, true, true, true]),
            (Both, [false, false, false, true]),
        ] {
            let stated = [(false, false), (true, false), (false, true), (true, true)];
            let found = stated.map(|(service, engagement)| required.missing(service, engagement).is_none());
            assert_eq!(found, met, "{required:?}");
        }
    }
}

//! What public accounting keeps beside an asset's figures: its papers, its invoices, what paid for it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::ComponentGroup;
use crate::domain::money::Money;

/// The papers of an asset and how its entries are made. The default is an asset bought ready for use, without papers,
/// posted monthly.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AssetRecord {
    /// How often its charges are posted.
    pub posting: PostingPeriod,
    /// Where its costs gather while it is built (23x); an event then puts it into service on its own accounts.
    pub construction_account: Option<String>,
    /// True where acquisition and subsidies stand in the books already, as opening balances: no entry is made of them.
    pub in_opening_balance: bool,
    /// Components gathered, and gathered again; without any, components stand under the asset itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<ComponentGroup>,
    pub documents: Vec<AssetDocument>,
    /// Where there are any, they add up to the cost.
    pub invoices: Vec<SupplierInvoice>,
    /// Where subsidies are listed, they add up to the asset's subsidy.
    pub funding: Vec<Funding>,
}

/// How many months one entry of depreciation covers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PostingPeriod {
    #[default]
    Month,
    Quarter,
    Year,
}

/// A paper: a deed of purchase, a report of acceptance, a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssetDocument {
    pub name: String,
    pub date: NaiveDate,
    /// Of its file, in lower-case hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<PaperKind>,
    /// What of the asset it proves, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proves: Option<String>,
}

/// What sort of paper it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PaperKind {
    /// A deed or a contract it was bought by.
    Acquisition,
    SupplierInvoice,
    /// That it was put into service: a report of acceptance.
    Commissioning,
    /// Of the body: on durations, subsidies, a sale.
    Decision,
    Other,
}

impl PaperKind {
    /// As the book, addresses and forms say it.
    pub const ALL: [(&str, PaperKind); 5] = [
        ("acquisition", PaperKind::Acquisition),
        ("supplier-invoice", PaperKind::SupplierInvoice),
        ("commissioning", PaperKind::Commissioning),
        ("decision", PaperKind::Decision),
        ("other", PaperKind::Other),
    ];

    pub fn name(self) -> &'static str {
        PaperKind::ALL.into_iter().find(|(_, known)| *known == self).map_or("", |(name, _)| name)
    }
}

impl std::str::FromStr for PaperKind {
    type Err = String;

    fn from_str(text: &str) -> Result<PaperKind, String> {
        let known = || PaperKind::ALL.map(|(name, _)| name).join(", ");
        let found = PaperKind::ALL.into_iter().find(|(name, _)| *name == text);
        found.map(|(_, kind)| kind).ok_or_else(|| format!("`{text}` is no kind of paper; write one of {}", known()))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupplierInvoice {
    pub supplier: String,
    pub number: String,
    pub date: NaiveDate,
    /// What of it is part of the cost.
    pub amount: Money,
}

/// Who paid for the asset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "kind")]
pub enum Funding {
    /// Taken to income over the asset's life.
    Subsidy { grantor: String, reference: Option<String>, date: NaiveDate, amount: Money },
    /// Noted, never posted: the debt is kept elsewhere.
    Loan { lender: String, reference: Option<String>, date: NaiveDate, amount: Money },
}

impl PostingPeriod {
    /// As the book says it.
    pub const fn name(self) -> &'static str {
        match self {
            PostingPeriod::Month => "month",
            PostingPeriod::Quarter => "quarter",
            PostingPeriod::Year => "year",
        }
    }

    /// The months of the period that ends with a month of this number (1 to 12), or 0 where none ends with it.
    pub const fn months_ending(self, month: u32) -> u32 {
        match self {
            PostingPeriod::Month => 1,
            PostingPeriod::Quarter if month.is_multiple_of(3) => 3,
            PostingPeriod::Year if month == 12 => 12,
            PostingPeriod::Quarter | PostingPeriod::Year => 0,
        }
    }
}

impl AssetRecord {
    pub fn invoiced(&self) -> Money {
        self.invoices.iter().map(|invoice| invoice.amount).sum()
    }

    /// Subsidies listed, in their order: grantor, date and amount.
    pub fn subsidies(&self) -> impl Iterator<Item = (&str, NaiveDate, Money)> {
        self.funding.iter().filter_map(|funding| match funding {
            Funding::Subsidy { grantor, date, amount, .. } => Some((grantor.as_str(), *date, *amount)),
            Funding::Loan { .. } => None,
        })
    }
}

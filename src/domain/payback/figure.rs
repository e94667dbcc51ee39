//! What management knows beside the invoices, a month at a time.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::calendar::BillingMonth;
use crate::domain::contract::Service;
use crate::domain::ids::TenantCode;
use crate::domain::money::Money;

/// What a figure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FigureKind {
    /// Tenants' revenue billed before this system, so that history is whole.
    EarlierRevenue,
    /// What hosting bought elsewhere would have cost, forced moves included.
    HostingAvoided,
    HeatSold,
    /// The energy bill.
    Energy,
    Maintenance,
    Staff,
    /// Running costs that are none of the others.
    Other,
}

impl FigureKind {
    pub const ALL: [FigureKind; 7] = [
        FigureKind::EarlierRevenue,
        FigureKind::HostingAvoided,
        FigureKind::HeatSold,
        FigureKind::Energy,
        FigureKind::Maintenance,
        FigureKind::Staff,
        FigureKind::Other,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            FigureKind::EarlierRevenue => "earlier-revenue",
            FigureKind::HostingAvoided => "hosting-avoided",
            FigureKind::HeatSold => "heat-sold",
            FigureKind::Energy => "energy",
            FigureKind::Maintenance => "maintenance",
            FigureKind::Staff => "staff",
            FigureKind::Other => "other",
        }
    }

    /// True where the amount is spent, not gained.
    pub const fn is_cost(self) -> bool {
        matches!(self, FigureKind::Energy | FigureKind::Maintenance | FigureKind::Staff | FigureKind::Other)
    }
}

impl FromStr for FigureKind {
    type Err = String;
    fn from_str(name: &str) -> Result<FigureKind, String> {
        FigureKind::ALL.into_iter().find(|kind| kind.name() == name).ok_or_else(|| {
            let known = FigureKind::ALL.map(FigureKind::name).join(", ");
            format!("`{name}` is not a kind of figure; write one of {known}")
        })
    }
}

/// What makes two figures the same one, the later being a correction of the earlier.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FigureKey {
    pub month: BillingMonth,
    pub kind: FigureKind,
    /// What it is, in the words of who keeps it: `Électricité, voie A`.
    pub label: String,
    /// Whose revenue and of which service: of earlier revenue, and of no other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant: Option<TenantCode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<Service>,
}

/// A figure as it was recorded. Costs are positive, as are gains: the kind says which way it counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ManagementFigure {
    pub id: i64,
    #[serde(flatten)]
    pub key: FigureKey,
    /// From 1; a higher one replaces the one before.
    pub revision: i64,
    pub amount: Money,
    /// What it was taken from: a bill's number, a letter.
    pub source: String,
    /// Why it replaces the one before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    pub recorded_by: String,
    pub recorded_at: DateTime<Utc>,
}

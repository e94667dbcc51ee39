//! What moved in one month or year.

use std::ops::AddAssign;

use serde::Serialize;

use super::figure::FigureKind;
use crate::domain::money::Money;

/// Gains and costs of a period; each counted positive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Flow {
    /// From tenants, net of VAT, credit notes deducted.
    pub revenue: Money,
    pub hosting_avoided: Money,
    pub heat_sold: Money,
    pub energy: Money,
    pub maintenance: Money,
    pub staff: Money,
    pub other: Money,
    /// Assets put into service.
    pub investment: Money,
    /// Components renewed at the end of their lives.
    pub renewal: Money,
}

impl Flow {
    pub fn gains(&self) -> Money {
        self.revenue + self.hosting_avoided + self.heat_sold
    }

    pub fn running_cost(&self) -> Money {
        self.energy + self.maintenance + self.staff + self.other
    }

    /// Gains less running costs.
    pub fn net_gain(&self) -> Money {
        self.gains() - self.running_cost()
    }

    /// The net gain less what was invested: what the cumulative position moves by.
    pub fn total(&self) -> Money {
        self.net_gain() - self.investment - self.renewal
    }

    pub fn of_kind(&self, kind: FigureKind) -> Money {
        match kind {
            FigureKind::EarlierRevenue => self.revenue,
            FigureKind::HostingAvoided => self.hosting_avoided,
            FigureKind::HeatSold => self.heat_sold,
            FigureKind::Energy => self.energy,
            FigureKind::Maintenance => self.maintenance,
            FigureKind::Staff => self.staff,
            FigureKind::Other => self.other,
        }
    }

    pub fn add(&mut self, kind: FigureKind, amount: Money) {
        match kind {
            FigureKind::EarlierRevenue => self.revenue += amount,
            FigureKind::HostingAvoided => self.hosting_avoided += amount,
            FigureKind::HeatSold => self.heat_sold += amount,
            FigureKind::Energy => self.energy += amount,
            FigureKind::Maintenance => self.maintenance += amount,
            FigureKind::Staff => self.staff += amount,
            FigureKind::Other => self.other += amount,
        }
    }
}

impl AddAssign for Flow {
    fn add_assign(&mut self, other: Flow) {
        for kind in FigureKind::ALL {
            self.add(kind, other.of_kind(kind));
        }
        self.investment += other.investment;
        self.renewal += other.renewal;
    }
}

//! What stands on the accounts of fixed assets at the end of a day, once everything of it is posted.
//!
//! What enters, changes or leaves is posted at its day, what is charged at the end of the period its month lies in: of an
//! asset posted by year, an exit stands in the accounts before the charges of its year do.

use chrono::NaiveDate;

use super::funding::listed;
use super::movement::Movement;
use super::plan::{AssetPlan, ComponentPlan};
use super::schedule::Schedule;
use crate::domain::money::Money;

/// The balances of a component, each with the sign of its kind: what was written off is a positive amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Balances {
    /// On the component's account.
    pub gross: Money,
    /// On 28.
    pub depreciation: Money,
    /// On 29.
    pub impairment: Money,
}

impl ComponentPlan<'_> {
    pub fn balances_on(&self, day: NaiveDate) -> Balances {
        let charged = Balances { depreciation: self.charged_by(&self.depreciation, day), ..Balances::default() };
        self.moved_by(day).fold(charged, |sum, movement| Balances {
            gross: sum.gross + movement.gross,
            depreciation: sum.depreciation + movement.depreciation,
            impairment: sum.impairment + movement.impairment,
        })
    }

    /// What moved by the end of `day`.
    pub fn moved_by(&self, day: NaiveDate) -> impl Iterator<Item = &Movement> {
        self.movements.iter().filter(move |movement| movement.on <= day)
    }

    /// Charges of the periods that are over at the end of `day`; forecasts are none.
    fn charged_by(&self, schedule: &Schedule, day: NaiveDate) -> Money {
        let months = schedule.months.iter().map(|row| row.month).take_while(|month| self.due_on(*month) <= day);
        months.map(|month| self.certain_in(schedule, month)).sum()
    }
}

impl AssetPlan<'_> {
    /// Subsidies received, and taken to income, of what is still there: 131 and 139.
    pub fn subsidies_on(&self, day: NaiveDate) -> (Money, Money) {
        let mut received: Money = listed(self, day).iter().map(|line| line.figures.received).sum();
        let mut taken = Money::ZERO;
        for component in &self.components {
            taken += component.charged_by(&component.subsidy, day);
            for exit in component.moved_by(day).filter(|movement| movement.is_exit()) {
                received += exit.subsidy_received;
                taken += exit.subsidy_taken;
            }
        }
        (received, taken)
    }
}

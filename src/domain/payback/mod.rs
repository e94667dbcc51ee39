//! Payback: what the investment has brought back so far, and when it will have brought back all of it.
//!
//! Management, not accounting: nothing here is posted. Owns: management figures, the assumptions of scenarios, the
//! cumulative gain against the investment, its projection, its discounting, the cost of a unit. Does not own: plans and
//! charges (amortisation), what was billed (invoice), file formats (documents). Invariants: a month's gain is the sum
//! of its parts, the cumulative gain the sum of its months; a month is actual or projected, never both; no figure is
//! without its source.
//!
//! Rounding: a projected amount is rounded half-up to the cent once a month and kind, revenue once
//! a month for each contract and for what is still to let; growth and discount factors carry
//! 28 digits and come from repeated multiplication. An internal rate of return is found by bisection.

mod actual;
mod figure;
mod flow;
mod investment;
mod letting;
mod projection;
mod rate;
mod report;
mod terms;
mod unit_cost;

#[cfg(test)]
mod investment_tests;
#[cfg(test)]
mod tests;

pub use actual::BilledRevenue;
pub use figure::{FigureKey, FigureKind, ManagementFigure};
pub use flow::Flow;
pub use investment::Outlay;
pub use letting::{Letting, LettingRow, PriceStep};
pub use rate::{growth, irr_percent, monthly_factor, npv};
pub use report::{
    Horizon, HorizonResult, Inputs, MeanRow, MonthRow, Occupancy, PaybackReport, Position, Remark, RenewalRow,
    RequestedView, ScenarioResult, Source, SourceKind, TenantRow, YearRow, report,
};
pub use terms::{Capacity, CostKey, Market, PaybackTerms, Scenario, TechnicalLife};
pub use unit_cost::{CostUnit, UnitCost};

use crate::domain::money::AmountError;
use crate::domain::told::{Tell, Told};

/// Why a report cannot be worked out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PaybackError {
    #[error("no asset is in the book: add the investment under [[asset]], payback is held against it")]
    NoInvestment,
    #[error("there is no scenario `{0}`; the book has {1}")]
    UnknownScenario(String, String),
    #[error("{0} is before {1}, when the investment begins: ask for a later day")]
    BeforeInvestment(chrono::NaiveDate, chrono::NaiveDate),
    #[error("the projection grows beyond what an amount can hold: {0}; lower the growth of the scenario")]
    Amount(#[from] AmountError),
    #[error("the price of {line} cannot be projected: {reason}")]
    Price { line: String, reason: String },
}

impl Tell for PaybackError {
    fn told(&self) -> Told {
        match self {
            PaybackError::NoInvestment => Told::new("payback-no-investment", self),
            PaybackError::UnknownScenario(code, known) => {
                Told::new("payback-no-scenario", self).with("code", code.as_str()).with("known", known.as_str())
            }
            PaybackError::BeforeInvestment(day, begins) => {
                Told::new("payback-before", self).with("day", *day).with("begins", *begins)
            }
            PaybackError::Amount(_) => Told::new("payback-too-large", self),
            PaybackError::Price { line, .. } => Told::new("payback-price", self).with("line", line.as_str()),
        }
    }
}

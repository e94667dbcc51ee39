//! Linear: the same charge for the same time.
//!
//! Where a plan begins and how its days are counted is the convention's (see [`Service`]); the charge of a year is the
//! base in proportion to its days in service.

use super::service::Service;
use crate::domain::money::Money;

/// `base × days in service ÷ (days of a year × duration)`, rounded half-up to the cent, once.
pub(super) fn year_charge(base: Money, service: &Service, duration_years: u32, year: i32) -> Money {
    base.fraction(service.days_in_year(year), service.year_days() * i64::from(duration_years))
}

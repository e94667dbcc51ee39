//! Linear: the same charge for the same time.
//!
//! Where a plan begins and how its days are counted is the convention's (see [`Service`]); the charge of a year is the
//! base in proportion to its days in service.

use super::service::Service;
use crate::domain::money::Money;

/// `base × days in service ÷ days of the whole service`, rounded half-up to the cent, once. The whole service of a new
/// plan is the days of a year × its duration.
pub(super) fn year_charge(base: Money, service: &Service, year: i32) -> Money {
    base.fraction(service.days_in_year(year), service.whole())
}

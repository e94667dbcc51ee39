//! Raising billed energy by the facility's PUE, exactly: only the quantity that comes of it is rounded.

use rust_decimal::{Decimal, RoundingStrategy};

use super::evidence::MeasuredPue;

/// Decimals of a PUE as people write it; one with more is told by the energies it rests on.
const FACTOR_DECIMALS: u32 = 4;

/// What energy is multiplied with: `above` ÷ `below`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Uplift {
    above: Decimal,
    below: Decimal,
    factor: Decimal,
}

impl Uplift {
    /// A PUE the contract fixes.
    pub fn agreed(factor: Decimal) -> Uplift {
        Uplift { above: factor, below: Decimal::ONE, factor }
    }

    /// The month's: facility energy ÷ IT energy (handbook, Metering).
    pub fn measured(pue: &MeasuredPue) -> Uplift {
        Uplift { above: pue.facility_kwh, below: pue.it_kwh, factor: pue.factor }
    }

    /// None where the result has too many digits.
    pub fn raise(&self, quantity: Decimal) -> Option<Decimal> {
        quantity.checked_mul(self.above)?.checked_div(self.below)
    }

    /// How the factor comes about: `PUE 131250 kWh / 100000 kWh = 1.3125`, or `= 1.3124…` where it goes on.
    pub fn derivation(&self) -> String {
        let cut = self.factor.round_dp_with_strategy(FACTOR_DECIMALS, RoundingStrategy::ToZero);
        let rest = if self.is_short() { "" } else { "…" };
        format!("PUE {} kWh / {} kWh = {}{rest}", self.above.normalize(), self.below.normalize(), cut.normalize())
    }

    /// As a calculation has it: `1.3125`, or `131249/100003` where no short number says it.
    pub fn factor(&self) -> String {
        match self.is_short() {
            true => self.factor.normalize().to_string(),
            false => format!("{}/{}", self.above.normalize(), self.below.normalize()),
        }
    }

    fn is_short(&self) -> bool {
        self.factor.normalize().scale() <= FACTOR_DECIMALS
            && self.factor.checked_mul(self.below).is_some_and(|above| above == self.above)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(facility: &str, it: &str) -> Uplift {
        let (facility_kwh, it_kwh): (Decimal, Decimal) = (facility.parse().unwrap(), it.parse().unwrap());
        Uplift::measured(&MeasuredPue { factor: facility_kwh / it_kwh, facility_kwh, it_kwh })
    }

    #[test]
    fn a_pue_that_goes_on_is_never_rounded_before_it_raises() {
        let uplift = measured("106641.202", "85316.099");
        assert_eq!(uplift.derivation(), "PUE 106641.202 kWh / 85316.099 kWh = 1.2499…");
        assert_eq!(uplift.factor(), "106641.202/85316.099");
        // 15052.63 × 106641.202 ÷ 85316.099, worked out by hand; × 1.25 would be 18815.7875.
        let raised = uplift.raise("15052.63".parse().unwrap()).unwrap().round_dp(4);
        assert_eq!(raised.to_string(), "18815.0956");
    }

    #[test]
    fn a_short_one_is_written_out() {
        let uplift = measured("131250", "100000.0");
        assert_eq!(uplift.derivation(), "PUE 131250 kWh / 100000 kWh = 1.3125");
        assert_eq!(uplift.factor(), "1.3125");
        assert_eq!(Uplift::agreed("1.25".parse().unwrap()).factor(), "1.25");
    }
}

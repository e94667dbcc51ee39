//! What the meters and the days of a line come to: the rows that lead to the quantity it bills.

use rust_decimal::Decimal;

use super::{Daily, DaysTotal, MetersTotal, measure_key};
use crate::domain::metering::{Measure, Usage};
use crate::domain::rating::Charge;
use crate::domain::typography;
use crate::http::pages::Frame;
use crate::http::pages::lines::with_decimals;

/// Days show at most so many decimals.
const DAY_DECIMALS_MAX: u32 = 3;

/// The measured quantity, and what the line bills of it where that is something else.
pub(super) fn of_meters(frame: &Frame, usage: &Usage, charge: &Charge) -> MetersTotal {
    let billed = charge.quantity.to_decimal();
    let readings: u64 = usage.meters.iter().map(|meter| meter.readings).sum();
    MetersTotal {
        label: frame.t(measure_key(usage.measure)),
        quantity: with_decimals(frame, usage.quantity, meter_decimals(usage)),
        readings: typography::decimal(Decimal::from(readings), frame.language),
        billed: (billed != usage.quantity.round_dp(4))
            .then(|| typography::quantity(charge.quantity, charge.unit, frame.language)),
    }
}

/// The sum of the days where they add up, else what the line says of them all: their mean, or the peak.
pub(super) fn of_days(frame: &Frame, daily: &Daily<'_>) -> DaysTotal {
    let (usage, decimals) = (daily.usage, day_decimals(daily));
    let adds_up = matches!(usage.measure, Measure::Energy | Measure::OccupancyDays);
    let feeds = [0, 1].map(|feed| daily.days.values().filter_map(|values| values.get(feed)).sum::<Decimal>());
    DaysTotal {
        label: if adds_up { frame.t("total") } else { frame.t(measure_key(usage.measure)) },
        values: feeds
            .into_iter()
            .filter(|_| daily.has_two_feeds)
            .map(|sum| if adds_up { with_decimals(frame, sum, decimals) } else { "–".to_owned() })
            .collect(),
        quantity: with_decimals(frame, usage.quantity, decimals),
    }
}

/// As many as the most exact day has.
pub(super) fn day_decimals(daily: &Daily<'_>) -> u32 {
    let values = daily.days.values().flatten();
    values.map(|value| value.normalize().scale()).max().unwrap_or_default().min(DAY_DECIMALS_MAX)
}

fn meter_decimals(usage: &Usage) -> u32 {
    let shown = usage.meters.iter().map(|meter| meter.quantity.round_dp(4).normalize().scale());
    shown.max().unwrap_or_default()
}

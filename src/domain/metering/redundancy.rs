//! Whether one feed of a rack could carry what both carry: an alarm, never a price (handbook, Metering).

use chrono_tz::Tz;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::domain::calendar::Period;

use super::assigned::{Assigned, mean, parts};
use super::windows::{grid, summed};
use super::{Measure, MeteringProblem};

/// The share of its rated power a feed may carry for long: 0.8.
pub const FEED_LOAD_LIMIT: Decimal = Decimal::from_parts(8, 0, 0, false, 1);

/// A window in which the loss of one feed would have overloaded the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overload {
    pub window: Period,
    /// A + B.
    pub mean_kw: Decimal,
    /// What one feed can carry: its rated power × 0.8.
    pub limit_kw: Decimal,
}

impl Overload {
    /// The overload of a window in which both feeds together drew `mean_kw`, if one feed alone could not carry that.
    pub fn of(window: Period, mean_kw: Decimal, feed_rated_kw: Decimal) -> Option<Overload> {
        let limit_kw = feed_rated_kw * FEED_LOAD_LIMIT;
        (mean_kw > limit_kw).then_some(Overload { window, mean_kw, limit_kw })
    }
}

/// Overloaded windows without a pause between them: one alarm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Episode {
    pub period: Period,
    /// The highest mean of its windows.
    pub peak_kw: Decimal,
    pub limit_kw: Decimal,
}

/// The alarms that overloaded windows, oldest first, make up.
pub fn episodes(overloads: &[Overload]) -> Vec<Episode> {
    let mut episodes: Vec<Episode> = Vec::new();
    for overload in overloads {
        match episodes.last_mut().filter(|last| last.period.to == overload.window.from) {
            Some(last) => {
                last.period.to = overload.window.to;
                last.peak_kw = last.peak_kw.max(overload.mean_kw);
            }
            None => episodes.push(Episode {
                period: overload.window,
                peak_kw: overload.mean_kw,
                limit_kw: overload.limit_kw,
            }),
        }
    }
    episodes
}

/// The windows of `period` in which the mean power of a rack's feeds A + B exceeds `feed_rated_kw` × 0.8, in order.
/// Windows in which both feeds were silent are left out.
pub fn redundancy_lost(
    feeds: &[Assigned<'_>],
    feed_rated_kw: Decimal,
    window_minutes: u32,
    period: Period,
    zone: Tz,
) -> Result<Vec<Overload>, Vec<MeteringProblem>> {
    let parts = parts(Measure::Demand { window_minutes }, feeds, period)?;
    let mut overloads = Vec::new();
    for window in summed(&parts, grid(period, window_minutes, zone)?)? {
        let mean_kw = mean(window.integral, window.seconds()).map_err(|problem| vec![problem])?;
        overloads.extend(Overload::of(window.period(), mean_kw, feed_rated_kw));
    }
    Ok(overloads)
}

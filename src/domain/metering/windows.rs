//! Means over windows aligned to the clock: demand and percentile.
//!
//! Windows are multiples of their length from each local midnight; the change of the clocks makes a day of 138 or 150
//! ten-minute windows. A window that the end of the day or of the period cuts short is averaged over what is left of
//! it. The meters are summed per window first, so two feeds whose peaks fall apart do not make one peak.
//!
//! Gaps: a silent meter's value holds (and marks the usage estimated), so that a window still sums both feeds. A window
//! counts only if at least one meter measured something in it; one in which all were silent is no evidence, neither of a
//! peak nor for the percentile.

use chrono::NaiveDate;
use chrono_tz::Tz;
use rust_decimal::Decimal;

use crate::domain::calendar::Period;

use super::assigned::{Measured, Part, collect, mean};
use super::daily::days;
use super::gauge::{DaySlots, Filler, Gauge, Slot};
use super::{MeteringProblem, Windows};

const MINUTES_PER_DAY: u32 = 24 * 60;

/// The empty windows of `period`; refuses a length that does not divide the day.
pub(super) fn grid(period: Period, window_minutes: u32, zone: Tz) -> Result<Vec<Slot>, Vec<MeteringProblem>> {
    if MINUTES_PER_DAY.checked_rem(window_minutes) != Some(0) {
        return Err(vec![MeteringProblem::UnusableWindow { window_minutes }]);
    }
    let length = i64::from(window_minutes) * 60;
    let windows = days(period, zone).flat_map(|day| {
        std::iter::successors(Some(day.whole.from), move |from| Some(from.plus_seconds(length)))
            .take_while(move |from| *from < day.within.to)
            .filter_map(move |from| Period { from, to: from.plus_seconds(length) }.intersection(day.within))
    });
    Ok(windows.map(Slot::over).collect())
}

/// The window with the highest mean, the earliest of equals.
pub(super) fn highest(windows: Vec<Slot>) -> Option<Slot> {
    windows.into_iter().rev().max_by(by_mean)
}

/// The window at the nearest rank of the 95th percentile: of n windows in ascending order, number ⌈0.95 n⌉.
pub(super) fn percentile_95(mut windows: Vec<Slot>) -> Option<Slot> {
    let rank = (windows.len() * 95).div_ceil(100);
    let index = rank.checked_sub(1)?;
    let (_, found, _) = windows.select_nth_unstable_by(index, |a, b| by_mean(a, b).then(a.from.cmp(&b.from)));
    Some(*found)
}

/// Compares means without dividing: a ÷ la < b ÷ lb exactly when a × lb < b × la.
fn by_mean(a: &Slot, b: &Slot) -> std::cmp::Ordering {
    (a.integral * i128::from(b.seconds())).cmp(&(b.integral * i128::from(a.seconds())))
}

/// The mean kW of all meters in the window `choose` picks among the measured ones, each meter's own mean in that
/// window beside it, and the windows it is told by.
pub(super) fn billed(
    parts: &[Part<'_>],
    mut windows: Vec<Slot>,
    choose: fn(Vec<Slot>) -> Option<Slot>,
    period: Period,
    zone: Tz,
) -> Result<(Measured, Windows), Vec<MeteringProblem>> {
    let gauges = gauges(parts)?;
    let days: Vec<DaySlots> = parts
        .iter()
        .zip(&gauges)
        .map(|(part, gauge)| {
            let mut days = DaySlots::of(part.span, zone);
            let (mut by_day, mut by_window) = (Filler::new(&mut days.slots), Filler::new(&mut windows));
            gauge.each_hold(|hold| {
                by_day.pour(hold);
                by_window.pour(hold);
            });
            days
        })
        .collect();
    windows.retain(|window| window.measured);
    let daily_peaks = daily_peaks(&windows, zone).map_err(|problem| vec![problem])?;
    let deciding = choose(windows).ok_or_else(|| vec![MeteringProblem::NoWindowMeasured { period }])?;

    let shares = collect(gauges.iter().zip(&days).map(|(gauge, days)| {
        let mut share = gauge.share();
        let finish = mean(gauge.integral_within(deciding.period()), deciding.seconds())
            .map(|own| share.usage.quantity = own)
            .and_then(|()| days.write(&mut share.usage));
        finish.map(|()| share).map_err(|problem| vec![problem])
    }))?;
    let quantity = mean(deciding.integral, deciding.seconds()).map_err(|problem| vec![problem])?;
    Ok(((quantity, shares), Windows { deciding: deciding.period(), daily_peaks }))
}

/// The highest mean of each day; `windows` ascend, and none reaches over midnight.
fn daily_peaks(windows: &[Slot], zone: Tz) -> Result<Vec<(NaiveDate, Decimal)>, MeteringProblem> {
    let mut peaks: Vec<(NaiveDate, Slot)> = Vec::new();
    for window in windows {
        let date = window.period().from.date_in(zone);
        match peaks.last_mut() {
            Some((known, peak)) if *known == date => {
                if by_mean(peak, window).is_lt() {
                    *peak = *window;
                }
            }
            _ => peaks.push((date, *window)),
        }
    }
    peaks.into_iter().map(|(date, peak)| Ok((date, mean(peak.integral, peak.seconds())?))).collect()
}

/// Every window some meter measured in, all meters summed.
pub(super) fn summed(parts: &[Part<'_>], mut windows: Vec<Slot>) -> Result<Vec<Slot>, Vec<MeteringProblem>> {
    for gauge in gauges(parts)? {
        let mut filler = Filler::new(&mut windows);
        gauge.each_hold(|hold| filler.pour(hold));
    }
    windows.retain(|window| window.measured);
    Ok(windows)
}

fn gauges<'a>(parts: &[Part<'a>]) -> Result<Vec<Gauge<'a>>, Vec<MeteringProblem>> {
    collect(parts.iter().map(|part| Gauge::new(part).map_err(|problem| vec![problem])))
}

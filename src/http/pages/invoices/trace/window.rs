//! The window a demand or percentile is billed by: what each meter said in it, and what that comes to.

use super::*;
use crate::app::read_evidence::WindowMeter;

/// Told by a window of time, not by all of it.
pub const fn is_by_window(measure: Measure) -> bool {
    matches!(measure, Measure::Demand { .. } | Measure::Percentile95 { .. })
}

pub fn window_view(
    frame: &Frame,
    traced: &Traced,
    usage: &Usage,
    evidence: &WindowEvidence,
    address: &str,
) -> WindowView {
    let unit = typography::unit_symbol(usage.measure.unit(), frame.language);
    let shown = |value: Decimal| frame.number(&value.round_dp(4));
    let day = evidence.window.from.date_in(traced.zone);
    let (from, to) = (frame.instant(evidence.window.from, traced.zone), frame.instant(evidence.window.to, traced.zone));
    let is_highest = matches!(usage.measure, Measure::Demand { .. });
    let key = if is_highest { "trace-window-highest" } else { "trace-window-percentile" };
    let is_same = evidence.total.round_dp(6) == usage.quantity.round_dp(6);
    let (billed, now) =
        (format!("{}\u{a0}{unit}", shown(usage.quantity)), format!("{}\u{a0}{unit}", shown(evidence.total)));
    let verdict = match is_same {
        true => frame.with("trace-window-same", "quantity", &billed),
        false => frame.texts("trace-window-differs", &[("billed", &billed), ("now", &now)]),
    };
    WindowView {
        title: frame.texts("from-to", &[("first", &from), ("last", &to)]),
        text: frame.t(key),
        rows: evidence.meters.iter().map(|meter| row(frame, traced, usage, meter, day, address)).collect(),
        total: shown(evidence.total),
        same: (is_same, verdict),
    }
}

fn row(frame: &Frame, traced: &Traced, usage: &Usage, meter: &WindowMeter, day: NaiveDate, address: &str) -> WindowRow {
    let number = |value: Decimal| frame.number(&value);
    let held = meter.before.map(|before| {
        let at = frame.instant(before.at, traced.zone);
        (frame.with("trace-window-held", "at", &at), number(before.value.to_decimal()))
    });
    let read = meter
        .readings
        .iter()
        .map(|reading| (frame.instant(reading.at, traced.zone), number(reading.value.to_decimal())));
    let part = usage.meters.iter().find(|one| one.meter == meter.meter);
    let rack = part.and_then(|part| part.rack.as_ref()).map(ToString::to_string);
    let feed = part.and_then(|part| part.feed).map(|feed| frame.with("feed", "feed", feed.name()));
    WindowRow {
        meter: meter.meter.to_string(),
        address: Address::new(format!("{address}/readings")).set("meter", &meter.meter).set("day", day).href(),
        place: [rack, feed].into_iter().flatten().collect::<Vec<_>>().join(", "),
        readings: held.into_iter().chain(read).collect(),
        mean: meter.mean.map_or_else(|| "–".to_owned(), |mean| number(mean.round_dp(4))),
    }
}

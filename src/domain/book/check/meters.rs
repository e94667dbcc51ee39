//! Meters, their registers and resets.

use rust_decimal::Decimal;

use super::Findings;
use crate::domain::book::{BookFault, BookParts, BookPath};
use crate::domain::facility::Feed;
use crate::domain::metering::{Meter, RegisterKind, Reset};
use crate::domain::quantity::Micro;

pub fn check(parts: &BookParts, findings: &mut Findings) {
    let racks = parts.rooms.iter().flat_map(|room| &room.aisles).flat_map(|aisle| &aisle.racks);
    let meters = findings.each(&BookPath::root(), "meter", parts.meters, |meter| meter.code.as_str());
    findings.unique("meter", meters.iter().map(|(path, meter)| (path, meter.code.as_str())));
    for (path, meter) in meters {
        if let Some(rack) = &meter.rack {
            findings.known(path.key("rack"), "rack", rack.as_str(), racks.clone().map(|rack| rack.code.as_str()));
        }
        check_meter(&path, meter, findings);
    }
}

fn check_meter(path: &BookPath, meter: &Meter, findings: &mut Findings) {
    if let (Some(feed), None) = (meter.feed, &meter.rack) {
        let feed = if feed == Feed::A { 'A' } else { 'B' };
        findings.add(path.key("feed"), BookFault::FeedWithoutRack { feed });
    }
    let month_seconds = Decimal::from(31 * 24 * 3600);
    let tolerance = Decimal::from(meter.tolerance_seconds);
    let instead = "the longest silence that is no gap, in seconds, such as 7200";
    findings.within(path.key("tolerance_seconds"), tolerance, (Decimal::ONE, month_seconds), instead);
    if let Some(removed_at) = meter.removed_at.filter(|at| *at <= meter.installed_at) {
        let fault = BookFault::RemovedBeforeInstalled { installed_at: meter.installed_at, removed_at };
        findings.add(path.key("removed_at"), fault);
    }
    let counter = meter.register.kind() == RegisterKind::Counter;
    if let Some(modulus) = meter.modulus {
        let instead = "the count at which the register returns to zero, such as 1000000";
        findings.positive(path.key("modulus"), modulus.to_decimal(), instead);
        if !counter {
            findings.add(path.key("modulus"), only_counters("modulus", meter));
        }
    }
    if !counter && !meter.resets.is_empty() {
        findings.add(path.item("reset", 1), only_counters("reset", meter));
    } else {
        check_resets(path, meter, findings);
    }
}

fn only_counters(what: &'static str, meter: &Meter) -> BookFault {
    BookFault::OnlyCounters { what, register: meter.register.name() }
}

fn check_resets(path: &BookPath, meter: &Meter, findings: &mut Findings) {
    let mut previous: Option<&Reset> = None;
    for (position, reset) in meter.resets.iter().enumerate() {
        let path = path.item("reset", position + 1);
        if let Some(previous) = previous.filter(|previous| reset.at <= previous.at) {
            let fault = BookFault::ResetsOutOfOrder { previous: previous.at, at: reset.at };
            findings.add(path.key("at"), fault);
        }
        if !meter.in_service().contains(reset.at) {
            let fault = BookFault::ResetOutsideService { at: reset.at, service: service_of(meter) };
            findings.add(path.key("at"), fault);
        }
        for (key, index) in [("final_index", reset.final_index), ("new_index", Some(reset.new_index))] {
            check_index(path.key(key), index, meter.modulus, findings);
        }
        previous = Some(reset);
    }
}

fn check_index(path: BookPath, index: Option<Micro>, modulus: Option<Micro>, findings: &mut Findings) {
    let Some(index) = index else { return };
    findings.not_negative(path.clone(), index.to_decimal(), "the index the register showed");
    if let Some(modulus) = modulus.filter(|modulus| index >= *modulus) {
        let (index, modulus) = (index.to_decimal().normalize(), modulus.to_decimal().normalize());
        findings.add(path, BookFault::IndexBeyondModulus { index, modulus });
    }
}

/// `runs from 2025-01-01T00:00:00Z to 2026-03-01T10:00:00Z`.
pub fn service_of(meter: &Meter) -> String {
    match meter.removed_at {
        Some(removed_at) => format!("runs from {} to {removed_at}", meter.installed_at),
        None => format!("begins at {}", meter.installed_at),
    }
}

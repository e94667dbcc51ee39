//! Which meter bills on which line when: the rule that no kWh is billed twice.

use std::collections::BTreeMap;

use super::contracts::check_inside;
use super::meters::service_of;
use super::{Findings, labelled};
use crate::domain::book::{BookFault, BookParts, BookPath, measure_name};
use crate::domain::calendar::DatePeriod;
use crate::domain::contract::{Contract, ContractLine, LineQuantity, MeterAssignment};
use crate::domain::metering::{Measure, Meter, Register};

/// An assignment, where it stands, and the days it is in effect: its own within its line's within its contract's.
struct Effective<'a> {
    path: BookPath,
    line: BookPath,
    assignment: &'a MeterAssignment,
    days: DatePeriod,
}

pub fn check(parts: &BookParts, findings: &mut Findings) {
    let mut by_meter_and_measure: BTreeMap<_, Vec<Effective>> = BTreeMap::new();
    for contract in labelled(&BookPath::root(), "contract", parts.contracts, |contract| contract.code.as_str()) {
        for line in labelled(&contract.0, "line", &contract.1.lines, |line| line.code.as_str()) {
            let LineQuantity::Metered { measure, meters, .. } = &line.1.quantity else { continue };
            for (position, assignment) in meters.iter().enumerate() {
                let path = line.0.item("assignment", position + 1);
                check_meter(&path, assignment, *measure, parts, findings);
                if let Some(days) = effective_days(&path, assignment, line.1, contract.1, findings) {
                    check_service(&path, assignment, days, parts, findings);
                    let key = (assignment.meter.clone(), measure_name(*measure));
                    let effective = Effective { path, line: line.0.clone(), assignment, days };
                    by_meter_and_measure.entry(key).or_default().push(effective);
                }
            }
        }
    }
    for ((_, measure), assignments) in by_meter_and_measure {
        check_overlaps(measure, assignments, findings);
    }
}

fn check_meter(
    path: &BookPath,
    assignment: &MeterAssignment,
    measure: Measure,
    parts: &BookParts,
    findings: &mut Findings,
) {
    let path = path.key("meter");
    let codes = parts.meters.iter().map(|meter| meter.code.as_str());
    findings.known(path.clone(), "meter", assignment.meter.as_str(), codes);
    let (register, needed) = needed_register(measure);
    if let Some(meter) = meter_of(assignment, parts).filter(|meter| meter.register != register) {
        let (meter, register) = (meter.code.to_string(), meter.register.name());
        findings.add(path, BookFault::WrongRegister { meter, register, needed });
    }
}

fn meter_of<'a>(assignment: &MeterAssignment, parts: &BookParts<'a>) -> Option<&'a Meter> {
    parts.meters.iter().find(|meter| meter.code == assignment.meter)
}

const fn needed_register(measure: Measure) -> (Register, &'static str) {
    match measure {
        Measure::Energy => (Register::Energy, "the line's measure, energy, needs a meter of energy"),
        Measure::Demand { .. } => (Register::Power, "the line's measure, demand, needs a meter of power"),
        Measure::Percentile95 { .. } => (Register::Power, "the line's measure, percentile95, needs a meter of power"),
        Measure::StorageMonth => (Register::Storage, "the line's measure, storage-month, needs a meter of storage"),
        Measure::OccupancyDays => {
            (Register::Occupancy, "the line's measure, occupancy-days, needs a meter of occupancy")
        }
    }
}

fn effective_days(
    path: &BookPath,
    assignment: &MeterAssignment,
    line: &ContractLine,
    contract: &Contract,
    findings: &mut Findings,
) -> Option<DatePeriod> {
    let sound = check_inside(path, assignment.period, "line", line.in_force, findings);
    let days = assignment.period.intersection(line.in_force)?.intersection(contract.in_force)?;
    sound.then_some(days)
}

/// A meter is assigned only for days it stands there: from the day it was installed to the day it was removed, both
/// included.
fn check_service(
    path: &BookPath,
    assignment: &MeterAssignment,
    days: DatePeriod,
    parts: &BookParts,
    findings: &mut Findings,
) {
    let (Some(meter), Some(facility)) = (meter_of(assignment, parts), parts.facility) else { return };
    let early = days.from < meter.installed_at.date_in(facility.zone);
    let late = meter.removed_at.is_some_and(|removed_at| {
        let removed_on = removed_at.date_in(facility.zone);
        days.last_day().is_none_or(|last| last > removed_on)
    });
    if early || late {
        let key = path.key(if early { "from" } else { "to" });
        let (meter, service) = (meter.code.to_string(), service_of(meter));
        findings.add(key, BookFault::AssignedOutsideService { meter, assigned: days, service });
    }
}

/// Reports each assignment that shares days with one that began before it.
fn check_overlaps(measure: &'static str, mut assignments: Vec<Effective>, findings: &mut Findings) {
    assignments.sort_by_key(|assignment| assignment.days.from);
    let mut longest: Option<Effective> = None;
    for this in assignments {
        let shared = longest.as_ref().and_then(|longest| longest.days.intersection(this.days));
        if let (Some(shared), Some(earlier)) = (shared, &longest) {
            let (meter, other) = (this.assignment.meter.to_string(), earlier.line.clone());
            findings.add(this.path.key("meter"), BookFault::AssignmentsOverlap { meter, measure, other, shared });
        }
        let outlasts = longest.as_ref().is_none_or(|longest| ends_later(this.days, longest.days));
        longest = if outlasts { Some(this) } else { longest };
    }
}

fn ends_later(this: DatePeriod, other: DatePeriod) -> bool {
    match (this.to, other.to) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(this), Some(other)) => this > other,
    }
}

//! Contracts and their lines.

use rust_decimal::Decimal;

use super::Findings;
use crate::domain::book::{BookFault, BookParts, BookPath, measure_name};
use crate::domain::calendar::{BillingMonth, DatePeriod};
use crate::domain::contract::indexation::Indexation;
use crate::domain::contract::service_level::{CreditBand, ServiceLevel};
use crate::domain::contract::{Contract, ContractLine, LineQuantity, PueTerm, VatTreatment};
use crate::domain::metering::Measure;

const MINUTES_PER_DAY: u32 = 24 * 60;
/// Five years.
const NOTICE_MONTHS_MAX: u32 = 60;

pub fn check(parts: &BookParts, findings: &mut Findings) {
    for (path, contract) in walk(parts, findings) {
        check_period(&path, contract.in_force, findings);
        let tenants = parts.tenants.iter().map(|tenant| tenant.code.as_str());
        findings.known(path.key("tenant"), "tenant", contract.tenant.as_str(), tenants);
        if let Some(indexation) = &contract.indexation {
            check_indexation(&path.key("indexation"), indexation, parts, findings);
        }
        if contract.lines.is_empty() {
            findings.add(path.clone(), BookFault::NoLines);
        }
        if let Some(months) = contract.notice_months {
            let limits = (Decimal::ZERO, Decimal::from(NOTICE_MONTHS_MAX));
            findings.within(path.key("notice_months"), months.into(), limits, "months before the end, such as 6");
        }
        let lines = findings.each(&path, "line", &contract.lines, |line| line.code.as_str());
        for (path, line) in &lines {
            check_line(path, line, contract, parts, findings);
        }
        check_line_overlaps(&lines, findings);
        check_one_vat_scope(&lines, findings);
    }
}

fn walk<'a>(parts: &BookParts<'a>, findings: &mut Findings) -> Vec<(BookPath, &'a Contract)> {
    let contracts = findings.each(&BookPath::root(), "contract", parts.contracts, |contract| contract.code.as_str());
    findings.unique("contract", contracts.iter().map(|(path, contract)| (path, contract.code.as_str())));
    contracts
}

/// Says whether the period is a period at all; nothing else is checked of one that is not.
fn check_period(path: &BookPath, period: DatePeriod, findings: &mut Findings) -> bool {
    let empty = period.to.filter(|to| *to <= period.from);
    if let Some(to) = empty {
        findings.add(path.key("to"), BookFault::EmptyPeriod { from: period.from, to });
    }
    empty.is_none()
}

/// Says whether `inner` is a period inside `outer`. Its open end means "as long as the outer one".
pub fn check_inside(
    path: &BookPath,
    inner: DatePeriod,
    of: &'static str,
    outer: DatePeriod,
    findings: &mut Findings,
) -> bool {
    if outer.to.is_some_and(|to| to <= outer.from) {
        // Told where the outer period stands; nothing can lie inside it.
        return false;
    }
    let sound = check_period(path, inner, findings);
    let begins_early = inner.from < outer.from;
    let begins_late = outer.to.is_some_and(|to| inner.from >= to);
    let ends_late = inner.to.zip(outer.to).is_some_and(|(inner, outer)| inner > outer);
    let inside = !begins_early && !begins_late && !ends_late;
    if sound && !inside {
        let key = if begins_early || begins_late { "from" } else { "to" };
        findings.add(path.key(key), BookFault::OutsideOf { of, inner, outer });
    }
    sound && inside
}

fn check_line(path: &BookPath, line: &ContractLine, contract: &Contract, parts: &BookParts, findings: &mut Findings) {
    check_inside(path, line.in_force, "contract", contract.in_force, findings);
    let racks = parts.rooms.iter().flat_map(|room| &room.aisles).flat_map(|aisle| &aisle.racks);
    for rack in &line.racks {
        findings.known(path.key("racks"), "rack", rack.as_str(), racks.clone().map(|rack| rack.code.as_str()));
    }
    check_tariff(path, line, parts, findings);
    check_vat(path, &line.vat, findings);
    if let Some(level) = &line.service_level {
        check_service_level(path, level, findings);
    }
    match &line.quantity {
        LineQuantity::Fixed(quantity) => {
            findings.quantity(path.key("quantity"), *quantity, 4, "the number of units rented, for example 4");
        }
        LineQuantity::Metered { measure, pue, meters, .. } => {
            if meters.is_empty() {
                let instead = "at least one assignment of a meter";
                findings.add(path.key("assignment"), BookFault::Empty { instead });
            }
            check_window(path, *measure, findings);
            check_pue(path, *measure, *pue, parts, findings);
        }
    }
}

fn check_tariff(path: &BookPath, line: &ContractLine, parts: &BookParts, findings: &mut Findings) {
    let path = path.key("tariff");
    let codes = parts.tariffs.iter().map(|tariff| tariff.code.as_str());
    findings.known(path.clone(), "tariff", line.tariff.as_str(), codes);
    let Some(tariff) = parts.tariffs.iter().find(|tariff| tariff.code == line.tariff) else { return };
    let name = tariff.code.to_string();
    if let LineQuantity::Metered { measure, .. } = &line.quantity
        && measure.unit() != tariff.unit
    {
        let fault = BookFault::WrongUnit { line_unit: measure.unit(), tariff: name.clone(), tariff_unit: tariff.unit };
        findings.add(path.clone(), fault);
    }
    if tariff.version_on(line.in_force.from).is_none() {
        let first_version = tariff.versions.first().map(|version| version.from);
        findings.add(path, BookFault::NoPriceYet { tariff: name, on: line.in_force.from, first_version });
    }
}

fn check_window(path: &BookPath, measure: Measure, findings: &mut Findings) {
    if let Measure::Demand { window_minutes: minutes } | Measure::Percentile95 { window_minutes: minutes } = measure
        && MINUTES_PER_DAY.checked_rem(minutes) != Some(0)
    {
        findings.add(path.key("window_minutes"), BookFault::UnusableWindow { minutes });
    }
}

fn check_pue(path: &BookPath, measure: Measure, pue: PueTerm, parts: &BookParts, findings: &mut Findings) {
    if pue != PueTerm::None && measure != Measure::Energy {
        findings.add(path.key("pue"), BookFault::PueOnOtherMeasure { measure: measure_name(measure) });
    }
    let unmetered = |facility: &crate::domain::facility::Facility| {
        facility.facility_energy_meters.is_empty() || facility.it_energy_meters.is_empty()
    };
    match pue {
        PueTerm::Measured if parts.facility.is_some_and(unmetered) => {
            findings.add(path.key("pue"), BookFault::PueWithoutMeters);
        }
        PueTerm::Fixed { factor } => {
            let instead = "the facility's energy over its IT energy, such as 1.25";
            findings.within(path.key("pue_factor"), factor, (Decimal::ONE, Decimal::TEN), instead);
            findings.quantity(path.key("pue_factor"), factor, 4, instead);
        }
        PueTerm::Measured | PueTerm::None => {}
    }
}

fn check_vat(path: &BookPath, vat: &VatTreatment, findings: &mut Findings) {
    // Handbook, Invoices: the rates of metropolitan France.
    let rates = [Decimal::new(20, 0), Decimal::new(10, 0), Decimal::new(55, 1), Decimal::new(21, 1)];
    match vat {
        VatTreatment::Standard { rate_percent } if !rates.contains(rate_percent) => {
            findings.add(path.key("vat_rate_percent"), BookFault::UnknownVatRate { rate_percent: *rate_percent });
        }
        VatTreatment::Standard { .. } => {}
        VatTreatment::Exempt { reason } | VatTreatment::OutOfScope { reason } => {
            let path = path.key("vat_reason");
            let instead = "the reason the document must state";
            match reason.plain() {
                Some(text) => findings.not_blank(path, text, instead),
                None => {
                    findings.not_blank(path.key("fr"), &reason.fr, instead);
                    findings.not_blank(path.key("en"), &reason.en, instead);
                }
            }
        }
    }
}

/// Bands lie below what is promised, from the highest down, and each allows more than the one before.
fn check_service_level(path: &BookPath, level: &ServiceLevel, findings: &mut Findings) {
    // One finding for one slip: what lies outside is not held against its neighbours as well.
    let percent = |findings: &mut Findings, path: BookPath, value, high, instead| {
        let is_within = value >= Decimal::ZERO && value <= high;
        match is_within {
            true => findings.quantity(path, value, 3, instead),
            false => findings.within(path, value, (Decimal::ZERO, high), instead),
        }
        is_within
    };
    let instead = "the availability promised in percent of a month, such as 99.95";
    percent(findings, path.key("committed_percent"), level.committed_percent, Decimal::ONE_HUNDRED, instead);
    if level.bands.is_empty() {
        let instead = "at least one band: below which availability which part of the price is allowed";
        findings.add(path.key("credit_band"), BookFault::Empty { instead });
    }
    let mut before: Option<&CreditBand> = None;
    for (position, band) in (1..).zip(&level.bands) {
        let path = path.item("credit_band", position);
        let instead = "an availability of what is promised at most, such as 99.5";
        let below = percent(findings, path.key("below_percent"), band.below_percent, level.committed_percent, instead);
        let instead = "the part of the month's price that is allowed, above 0 to 100, such as 10";
        let credit = percent(findings, path.key("credit_percent"), band.credit_percent, Decimal::ONE_HUNDRED, instead);
        if band.credit_percent.is_zero() {
            findings.add(path.key("credit_percent"), BookFault::NotPositive { value: band.credit_percent, instead });
        }
        if !(below && credit) {
            continue;
        }
        if let Some(before) = before
            && (band.below_percent >= before.below_percent || band.credit_percent <= before.credit_percent)
        {
            findings.add(
                path.key("below_percent"),
                BookFault::BandsOutOfOrder { below: before.below_percent, credit: before.credit_percent },
            );
        }
        before = Some(band);
    }
}

/// An amendment may end a line and begin another with its code, but they never share a day.
fn check_line_overlaps(lines: &[(BookPath, &ContractLine)], findings: &mut Findings) {
    for (position, (path, line)) in lines.iter().enumerate() {
        let earlier = lines.iter().take(position).map(|(_, earlier)| earlier);
        let clash = earlier.filter(|earlier| earlier.code == line.code).find(|e| e.in_force.overlaps(line.in_force));
        if let Some(first) = clash {
            let fault = BookFault::LinesOverlap { code: line.code.to_string(), first: first.in_force };
            findings.add(path.key("from"), fault);
        }
    }
}

/// One contract's month is one invoice, and a document outside the scope of VAT carries nothing else.
fn check_one_vat_scope(lines: &[(BookPath, &ContractLine)], findings: &mut Findings) {
    let outside = |line: &ContractLine| matches!(line.vat, VatTreatment::OutOfScope { .. });
    let clash = lines.iter().filter(|(_, line)| outside(line)).find_map(|(path, line)| {
        let shares_month = |(_, other): &&(BookPath, &ContractLine)| {
            !outside(other) && whole_months(other.in_force).overlaps(whole_months(line.in_force))
        };
        lines.iter().find(shares_month).map(|(_, other)| (path, other.code.to_string()))
    });
    if let Some((path, other)) = clash {
        findings.add(path.key("vat"), BookFault::MixedVat { other });
    }
}

/// The months a period touches, as days.
fn whole_months(period: DatePeriod) -> DatePeriod {
    let to = period.last_day().map(|last| BillingMonth::of(last).next().first_day());
    DatePeriod { from: BillingMonth::of(period.from).first_day(), to }
}

fn check_indexation(path: &BookPath, indexation: &Indexation, parts: &BookParts, findings: &mut Findings) {
    let codes = parts.price_indices.iter().map(|index| index.code.as_str());
    findings.known(path.key("index"), "price index", indexation.index.as_str(), codes);
    let index = parts.price_indices.iter().find(|index| index.code == indexation.index);
    if index.is_some_and(|index| index.values.iter().all(|(month, _)| *month != indexation.base_month)) {
        let (index, month) = (indexation.index.to_string(), indexation.base_month.to_string());
        findings.add(path.key("base_month"), BookFault::NoIndexValue { index, month });
    }
    let shares = (Decimal::ZERO, Decimal::ONE);
    findings.within(path.key("fixed_part"), indexation.fixed_part, shares, "the part that never moves, such as 0.15");
    let mut previous = None;
    for (position, revision) in indexation.revisions.iter().enumerate() {
        if let Some(previous) = previous.filter(|previous| revision.from <= *previous) {
            let fault = BookFault::NotAscending { previous, from: revision.from };
            findings.add(path.item("revision", position + 1).key("from"), fault);
        }
        previous = Some(revision.from);
    }
}

//! What stands in the way of billing, as rows: problems of one contract with one cause are one thing to do.

use std::collections::{BTreeSet, HashSet};

use super::super::parts::{Address, Badge, Link, Tone};
use super::super::{Frame, encoded};
use crate::domain::access::Action;
use crate::domain::billing_run::{Problem, ProblemKind, Severity};
use crate::domain::calendar::BillingMonth;

/// What is told of a meter that says nothing now, and of one that was silent before.
const SILENT: &str = "meter-silent";
const GAPS: &str = "meter-gaps";

pub struct ProblemRow {
    pub severity: Badge,
    pub what: String,
    pub where_to: String,
    /// Where it is, part by part.
    pub places: Vec<Link>,
    /// The contract's line.
    pub line: Option<String>,
    /// The meters it concerns, where there are several, and how many.
    pub meters: Vec<Link>,
    pub meters_text: String,
    pub message: String,
    /// Where all of it is mended at once, for who may.
    pub remedy: Option<Link>,
}

/// Problems with one remedy.
pub type Group<'p> = Vec<&'p Problem>;

/// Problems that block first; those of one contract's meters that lack the same together, where the first of them stands.
pub fn grouped<'p>(problems: impl Iterator<Item = &'p Problem>) -> Vec<Group<'p>> {
    let mut groups: Vec<Group<'p>> = Vec::new();
    for problem in problems {
        let same = |group: &&mut Group<'p>| group.first().is_some_and(|first| is_one_cause(first, problem));
        match groups.iter_mut().find(same) {
            Some(group) => group.push(problem),
            None => groups.push(vec![problem]),
        }
    }
    groups.sort_by_key(|group| std::cmp::Reverse(group.first().map(|problem| problem.severity)));
    groups
}

/// Readings that are missing come together, whichever meters they are of; anything else is decided one by one.
fn is_one_cause(one: &Problem, other: &Problem) -> bool {
    let is_silence = |problem: &Problem| matches!(problem.message.key.as_str(), SILENT | GAPS);
    let of_readings = |problem: &Problem| {
        problem.meter.is_some() && (problem.what == ProblemKind::MissingReadings || is_silence(problem))
    };
    of_readings(one)
        && of_readings(other)
        && (one.severity, &one.contract, &one.message.key) == (other.severity, &other.contract, &other.message.key)
}

/// The same, the silences of a contract's meters together whichever of its lines they are on, and no meter twice: of one
/// that says nothing now, that it was silent before as well is left out; of one that a contract bills, that it is silent
/// beside all contracts.
pub fn silent_once<'p>(groups: Vec<Group<'p>>) -> Vec<Group<'p>> {
    let all = groups.iter().flatten();
    let silent: HashSet<_> = all.filter(|one| is_silent(one)).map(|one| (&one.contract, &one.meter)).collect();
    let billed: HashSet<_> =
        groups.iter().flatten().filter(|one| one.contract.is_some() && is_gap(one)).map(|one| &one.meter).collect();
    let is_told = |one: &&Problem| match &one.contract {
        None => is_gap(one) && billed.contains(&one.meter),
        Some(_) => one.message.key == GAPS && silent.contains(&(&one.contract, &one.meter)),
    };
    let kind = |one: &Problem| (is_gap(one), one.severity, one.contract.clone(), is_silent(one));
    let mut once: Vec<Group<'p>> = Vec::new();
    for group in groups {
        let group: Group<'p> = group.into_iter().filter(|one| !is_told(one)).collect();
        let Some(first) = group.first() else { continue };
        let same = |known: &&mut Group<'p>| is_gap(first) && known.first().is_some_and(|one| kind(one) == kind(first));
        match once.iter_mut().find(same) {
            Some(known) => known.extend(group),
            None => once.push(group),
        }
    }
    once
}

/// How many meters of a contract say nothing, or have silences in `month`, and where they are listed; none of any other
/// group.
pub fn silence(frame: &Frame, month: BillingMonth, group: &Group<'_>) -> Option<Link> {
    let first = group.first()?;
    let key = match (is_gap(first), is_silent(first)) {
        (false, _) => return None,
        (true, true) => "home-meters-silent",
        (true, false) => "home-meters-gaps",
    };
    let meters: BTreeSet<&str> = group.iter().filter_map(|one| Some(one.meter.as_ref()?.as_str())).collect();
    let contract = first.contract.as_ref().map(ToString::to_string).unwrap_or_default();
    let only = if meters.len() == 1 { meters.first().copied() } else { None };
    let list = Address::new("/meters").set("month", month).set("q", &contract).set("attention", "1").href();
    let places = [Some(contract.as_str()), only].into_iter().flatten().filter(|place| !place.is_empty());
    let place = places.collect::<Vec<_>>().join(" · ");
    let place = if place.is_empty() { place } else { format!(" ({place})") };
    let values = [("count", meters.len().to_string()), ("place", place)];
    Some(Link {
        label: frame.texts(key, &values.each_ref().map(|(name, value)| (*name, value.as_str()))),
        address: only.map_or(list, |meter| format!("/meters/{}?month={month}", encoded(meter))),
    })
}

fn is_gap(problem: &Problem) -> bool {
    problem.what == ProblemKind::Gap && problem.meter.is_some()
}

fn is_silent(problem: &Problem) -> bool {
    problem.message.key == SILENT
}

pub fn rows(frame: &Frame, groups: &[Group<'_>]) -> Vec<ProblemRow> {
    groups.iter().filter_map(|group| row(frame, group)).collect()
}

fn row(frame: &Frame, group: &Group<'_>) -> Option<ProblemRow> {
    let (first, others) = group.split_first()?;
    let single = problem_row(frame, first);
    if others.is_empty() {
        return Some(single);
    }
    let mut meters: Vec<Link> = group.iter().filter_map(|problem| meter(problem)).collect();
    meters.sort_by(|a, b| a.label.cmp(&b.label));
    meters.dedup_by(|a, b| a.label == b.label);
    let count = meters.len().to_string();
    let remedy = || Link { label: frame.t("problem-send-readings"), address: "/readings/import".to_owned() };
    Some(ProblemRow {
        places: contract(first).into_iter().collect(),
        where_to: first.contract.as_ref().map(ToString::to_string).unwrap_or_default(),
        line: None,
        meters_text: frame.with("problem-meters", "count", &count),
        meters,
        message: match first.message.key.as_str() {
            "no-readings" => frame.with("problem-no-readings", "count", &count),
            _ => frame.with("problem-first", "message", &single.message),
        },
        remedy: frame.may(Action::SendReadings).then(remedy),
        ..single
    })
}

fn problem_row(frame: &Frame, problem: &Problem) -> ProblemRow {
    let (tone, key) = match problem.severity {
        Severity::Blocking => (Tone::Error, "problem-blocking"),
        Severity::Warning => (Tone::Warn, "problem-warning"),
    };
    let named = [
        problem.contract.as_ref().map(ToString::to_string),
        problem.line.as_ref().map(ToString::to_string),
        problem.meter.as_ref().map(ToString::to_string),
    ];
    ProblemRow {
        severity: Badge { tone, text: frame.t(key) },
        what: frame.t(problem_key(problem.what)),
        where_to: named.into_iter().flatten().collect::<Vec<_>>().join(" · "),
        places: contract(problem).into_iter().chain(meter(problem)).collect(),
        line: problem.line.as_ref().map(ToString::to_string),
        meters: vec![],
        meters_text: String::new(),
        message: frame.said(&problem.message),
        remedy: None,
    }
}

/// The page of the contract a problem is about.
fn contract(problem: &Problem) -> Option<Link> {
    // Where a figure is recorded, for those that are about one.
    let part = match problem.what {
        ProblemKind::AvailabilityUnknown | ProblemKind::CreditWaits => "/availability",
        _ => "",
    };
    let link = |code: &str| Link { label: code.to_owned(), address: format!("/contracts/{}{part}", encoded(code)) };
    problem.contract.as_ref().map(|code| link(code.as_str()))
}

fn meter(problem: &Problem) -> Option<Link> {
    let link = |code: &str| Link { label: code.to_owned(), address: format!("/meters/{}", encoded(code)) };
    problem.meter.as_ref().map(|code| link(code.as_str()))
}

const fn problem_key(what: ProblemKind) -> &'static str {
    match what {
        ProblemKind::MonthNotFinished => "problem-month-not-finished",
        ProblemKind::MissingReadings => "problem-missing-readings",
        ProblemKind::UndeclaredDecrease => "problem-undeclared-decrease",
        ProblemKind::Gap => "problem-gap",
        ProblemKind::UnusableAssignment => "problem-unusable-assignment",
        ProblemKind::UnassignedMeter => "problem-unassigned-meter",
        ProblemKind::NoTariff => "problem-no-tariff",
        ProblemKind::UnitMismatch => "problem-unit-mismatch",
        ProblemKind::IndexValueMissing => "problem-index-value-missing",
        ProblemKind::PueNotComputable => "problem-pue",
        ProblemKind::NeverBilled => "problem-never-billed",
        ProblemKind::Unpriceable => "problem-unpriceable",
        ProblemKind::NegativeTotal => "problem-negative-total",
        ProblemKind::VatMix => "problem-vat-mix",
        ProblemKind::MissingRouting => "problem-missing-routing",
        ProblemKind::NoRecipient => "problem-no-recipient",
        ProblemKind::AvailabilityUnknown => "problem-availability-unknown",
        ProblemKind::CreditWaits => "problem-credit-waits",
        ProblemKind::LateChange => "problem-late-change",
        ProblemKind::CreditTakenBack => "problem-credit-taken-back",
        ProblemKind::RegularisationWaits => "problem-regularisation-waits",
        ProblemKind::AboveRating => "problem-above-rating",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::told::Told;

    fn problem(severity: Severity, what: ProblemKind, contract: &str, meter: &str) -> Problem {
        Problem {
            severity,
            what,
            tenant: None,
            contract: Some(contract.into()),
            line: None,
            meter: Some(meter.into()),
            message: Told::new("no-readings", meter),
        }
    }

    #[test]
    fn missing_readings_of_a_contract_are_one_thing_to_do() {
        use ProblemKind::{MissingReadings, UndeclaredDecrease};
        let all = [
            problem(Severity::Warning, MissingReadings, "A", "m0"),
            problem(Severity::Blocking, MissingReadings, "A", "m1"),
            problem(Severity::Blocking, MissingReadings, "B", "m2"),
            problem(Severity::Blocking, MissingReadings, "A", "m3"),
            problem(Severity::Blocking, UndeclaredDecrease, "A", "m1"),
            problem(Severity::Blocking, UndeclaredDecrease, "A", "m3"),
        ];
        let groups = grouped(all.iter());
        let meters = |group: &Group<'_>| {
            group.iter().filter_map(|one| one.meter.as_ref()).map(ToString::to_string).collect::<Vec<_>>().join(" ")
        };
        let told: Vec<String> = groups.iter().map(meters).collect();
        assert_eq!(told, ["m1 m3", "m2", "m1", "m3", "m0"], "each decrease is decided by itself, warnings come last");
    }

    /// m1 says nothing and was silent before: it is counted among those that say nothing, and nowhere else.
    #[test]
    fn a_silent_meter_is_told_once() {
        let told = |key: &str, meter: &str| Problem {
            message: Told::new(key, meter),
            ..problem(Severity::Warning, ProblemKind::Gap, "A", meter)
        };
        let all = [told(SILENT, "m1"), told(GAPS, "m1"), told(GAPS, "m2"), told(SILENT, "m3")];
        let meters = |group: &Group<'_>| {
            let meters = group.iter().filter_map(|one| one.meter.as_ref()).map(ToString::to_string);
            meters.collect::<Vec<_>>().join(" ")
        };
        let rows = |all: &[Problem]| silent_once(grouped(all.iter())).iter().map(meters).collect::<Vec<_>>();
        assert_eq!(rows(&all), ["m1 m3", "m2"]);
        assert_eq!(rows(&all[..2]), ["m1"], "an empty row is none");
        let unbilled = |meter: &str| Problem { contract: None, ..told(SILENT, meter) };
        assert_eq!(rows(&[unbilled("m1"), unbilled("m9"), told(SILENT, "m1")]), ["m9", "m1"], "m1 is its contract's");
        // What a line does not bill for its silences is one thing to look at, whichever line it is.
        let blocking = |meter: &str| Problem { severity: Severity::Blocking, ..told("gap", meter) };
        assert_eq!(rows(&[blocking("m1"), told(SILENT, "m2"), blocking("m3")]), ["m1 m3", "m2"]);
    }
}

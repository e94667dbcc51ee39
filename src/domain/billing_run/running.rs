//! A month that goes on: what each contract in force comes to so far and may come to, and what would stand in the way of
//! its invoice if the month ended as it went.
//!
//! Owns: the look at a running month. Does not own: its readings and what they were carried on with (app). Invariants: it
//! finds what the plan of the month would find of the same readings, and what meters leave to be wished for; nothing of it
//! is a draft.

use std::collections::{BTreeSet, HashMap};

use super::estimate::Estimator;
use super::problem::{Found, meter_problem, unfinished};
use super::{Estimate, KnownSpan, Problem, ProblemKind, Run, Severity, Snapshot, not_over};
use crate::domain::calendar::{BillingMonth, Timestamp};
use crate::domain::contract::{Contract, LineQuantity, PueTerm};
use crate::domain::ids::{ContractCode, MeterCode};
use crate::domain::metering::{Anomaly, Coverage, Gap};
use crate::domain::told::Told;

/// Before so much of a month is over, what it lacks is not told: readings are on their way.
const YOUNG_SECONDS: i64 = 86_400;

/// What a meter shows in the part of the month that is over.
#[derive(Debug, Clone)]
pub struct Watched {
    pub coverage: Coverage,
    /// Since when it has said nothing, where that is longer than its tolerance.
    pub silent_since: Option<Timestamp>,
}

/// A contract in force in the running month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    pub contract: ContractCode,
    pub estimate: Estimate,
    pub problems: Vec<Problem>,
}

/// The running month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunningPlan {
    /// Every contract in force, in the order of the book.
    pub contracts: Vec<Running>,
    /// Of no contract by itself: that the month goes on, and what the facility's own meters show, which raise the energy of
    /// every contract with a measured PUE.
    pub shared: Vec<Problem>,
}

/// What `snapshot.month` shows as of `snapshot.now`. The samples reach the end of the month: readings, then what they were
/// carried on with; `known` says where the readings end.
pub fn running(snapshot: &Snapshot<'_>, known: &KnownSpan, watched: &HashMap<MeterCode, Watched>) -> RunningPlan {
    let (book, month) = (snapshot.book, snapshot.month);
    let run = Run::new(snapshot);
    let evidence = run.evidence(month, snapshot.samples);
    let mut estimator = Estimator::new(book, month, &run.meters, snapshot.samples, known);
    let is_young = snapshot.now.seconds() - month.period(book.facility.zone).from.seconds() < YOUNG_SECONDS;
    let contract = |contract: &Contract| {
        let (_, mut problems) = run.draft(contract, &evidence);
        problems.retain(|problem| !(is_young && is_on_its_way(problem, watched)));
        let mut found = Found::new(contract);
        found.problems = problems;
        for (meter, seen) in metered(contract, month).into_iter().filter_map(|code| watched.get_key_value(code)) {
            found.watched(meter, seen);
        }
        Running { contract: contract.code.clone(), estimate: estimator.of(contract), problems: found.problems }
    };
    let in_force = book.contracts.iter().filter(|contract| contract.in_force.overlaps(month.days()));
    let contracts: Vec<Running> = in_force.clone().map(contract).collect();
    let shares = in_force.flat_map(|contract| &contract.lines).any(|line| {
        let is_raised = matches!(line.quantity, LineQuantity::Metered { pue: PueTerm::Measured, .. });
        is_raised && line.in_force.overlaps(month.days())
    });
    let facility = book.facility.facility_energy_meters.iter().chain(&book.facility.it_energy_meters);
    let facility: BTreeSet<&MeterCode> = facility.filter(|_| shares).collect();
    let seen = facility.into_iter().filter_map(|code| watched.get_key_value(code));
    let shared = seen
        .flat_map(|(meter, seen)| notices(meter, seen))
        .map(|(meter, what, message)| meter_problem(Severity::Warning, what, meter, message));
    let unfinished = not_over(month, book.facility.zone, snapshot.now).map(unfinished);
    RunningPlan { contracts, shared: unfinished.into_iter().chain(shared).collect() }
}

/// Whether what is missing may come yet: its meter says something as often as it must.
fn is_on_its_way(problem: &Problem, watched: &HashMap<MeterCode, Watched>) -> bool {
    let is_silent = |meter: &MeterCode| watched.get(meter).is_some_and(|seen| seen.silent_since.is_some());
    matches!(problem.what, ProblemKind::MissingReadings | ProblemKind::PueNotComputable)
        && !problem.meter.as_ref().is_some_and(is_silent)
}

/// The meters that feed the contract's lines in `month`, each once.
fn metered(contract: &Contract, month: BillingMonth) -> BTreeSet<&MeterCode> {
    let days = month.days();
    let lines = contract.lines.iter().filter(|line| line.in_force.overlaps(days));
    let assigned = lines.flat_map(|line| match &line.quantity {
        LineQuantity::Metered { meters, .. } => meters.as_slice(),
        LineQuantity::Fixed(_) => &[],
    });
    assigned.filter(|one| one.period.overlaps(days)).map(|one| &one.meter).collect()
}

impl Found<'_> {
    /// What the meter leaves to be wished for, but for what keeps the contract from being rated and is told with it.
    fn watched(&mut self, meter: &MeterCode, seen: &Watched) {
        for (meter, what, message) in notices(meter, seen) {
            let is_told = |problem: &Problem| {
                let same = problem.what == what || problem.what == ProblemKind::MissingReadings;
                same && problem.meter.as_ref() == Some(&meter)
            };
            if !self.problems.iter().any(|problem| problem.severity == Severity::Blocking && is_told(problem)) {
                self.add(Severity::Warning, what, None, Some(meter), message);
            }
        }
    }
}

/// A silence that lasts, those that are over, and power beyond the rating; an index that fell is told by who rates it.
fn notices(meter: &MeterCode, seen: &Watched) -> Vec<(MeterCode, ProblemKind, Told)> {
    let mut notices = Vec::new();
    if let Some(since) = seen.silent_since {
        let english = format!(
            "meter {meter} has said nothing since {since}, longer than its tolerance: look at it, or send its readings"
        );
        let told = Told::new("meter-silent", english).with("meter", meter.as_str()).with("since", since);
        notices.push((ProblemKind::Gap, told));
    }
    let end = seen.coverage.period.map(|period| period.to);
    let is_over = |gap: &&Gap| seen.silent_since.is_none() || end.is_none_or(|end| gap.to < end);
    let over: Vec<&Gap> = seen.coverage.gaps.iter().filter(is_over).collect();
    if let Some(longest) = over.iter().max_by_key(|gap| gap.to.seconds() - gap.from.seconds()) {
        let english = format!(
            "meter {meter} was silent {} times this month, the longest from {} to {}: send the missing readings, or \
             accept an estimate",
            over.len(),
            longest.from,
            longest.to
        );
        let told = Told::new("meter-gaps", english)
            .with("meter", meter.as_str())
            .with("count", over.len())
            .with("from", longest.from)
            .with("to", longest.to);
        notices.push((ProblemKind::Gap, told));
    }
    let above = seen.coverage.anomalies.iter().filter_map(|anomaly| match anomaly {
        Anomaly::AboveRating { from, to, mean_kw, rated_kw } => Some((*from, *to, *mean_kw, *rated_kw)),
        Anomaly::UndeclaredDecrease { .. } | Anomaly::Rollover { .. } | Anomaly::Reset { .. } => None,
    });
    if let Some((from, to, mean_kw, rated_kw)) = above.max_by_key(|(_, _, mean_kw, _)| *mean_kw) {
        let english = format!(
            "meter {meter} shows {mean_kw} kW from {from} to {to} on a feed rated at {rated_kw} kW: correct a wrong \
             reading, or look at the rack"
        );
        let told = Told::new("meter-above-rating", english)
            .with("meter", meter.as_str())
            .with("mean", mean_kw.round_dp(2))
            .with("rated", rated_kw.normalize())
            .with("from", from)
            .with("to", to);
        notices.push((ProblemKind::AboveRating, told));
    }
    notices.into_iter().map(|(what, told)| (meter.clone(), what, told)).collect()
}

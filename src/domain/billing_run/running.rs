//! A month that goes on: what each contract in force comes to so far and may come to, and what would stand in the way of
//! its invoice if the month ended as it went.
//!
//! Owns: the look at a running month. Does not own: its readings and what they were carried on with (app). Invariants: it
//! finds what the plan of the month would find of the same readings, and what meters leave to be wished for; nothing of it
//! is a draft.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono_tz::Tz;

use super::estimate::Estimator;
use super::problem::{Found, meter_problem, unfinished};
use super::{KnownSpan, Problem, ProblemKind, Run, Severity, Snapshot, not_over};
use crate::domain::calendar::{DatePeriod, Timestamp, midnight};
use crate::domain::contract::{Contract, LineQuantity, PueTerm};
use crate::domain::ids::{ContractCode, MeterCode};
use crate::domain::invoice::Totals;
use crate::domain::metering::{Anomaly, Coverage, Gap};
use crate::domain::money::Money;
use crate::domain::told::Told;

/// Before a meter has billed for so long, what it lacks is not told: readings are on their way.
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
    /// What is known, manual lines and what earlier months allow with it.
    pub known_net: Money,
    /// What the whole month may come to; none where a line of it cannot be told.
    pub whole: Option<Totals>,
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
    let clock = Clock { zone: book.facility.zone, now: snapshot.now, month: month.days() };
    let contract = |contract: &Contract| {
        let (draft, mut problems) = run.draft(contract, &evidence);
        let metered = contract.metered(month.days());
        problems.retain(|problem| !clock.is_on_its_way(problem, &metered, watched));
        let mut found = Found::new(contract);
        found.problems = problems;
        for (meter, days) in &metered {
            if let Some(seen) = watched.get(*meter) {
                found.watched(meter, &clock.within(days, seen));
            }
        }
        let estimate = estimator.of(contract);
        // What the draft has beside the lines is known: manual lines, and what earlier months allow.
        let beside = draft.as_ref().map_or(Money::ZERO, |draft| draft.totals.net - estimate.projected_net);
        let lines = estimate.projected.filter(|_| estimate.problems.is_empty());
        Running {
            contract: contract.code.clone(),
            known_net: estimate.known_net + beside,
            whole: draft.map(|draft| draft.totals).or(lines),
            problems: found.problems,
        }
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

/// Where the running month stands.
struct Clock {
    zone: Tz,
    now: Timestamp,
    month: DatePeriod,
}

impl Clock {
    /// Whether what is missing may come yet: its meter bills later, or since a short while only and says something as often
    /// as it must.
    fn is_on_its_way(
        &self,
        problem: &Problem,
        metered: &BTreeMap<&MeterCode, Vec<DatePeriod>>,
        watched: &HashMap<MeterCode, Watched>,
    ) -> bool {
        if !matches!(problem.what, ProblemKind::MissingReadings | ProblemKind::PueNotComputable) {
            return false;
        }
        let days = problem.meter.as_ref().and_then(|meter| metered.get(meter));
        let first = days.and_then(|days| days.iter().map(|days| days.from).min()).unwrap_or(self.month.from);
        let billed_seconds = self.now.seconds() - midnight(first, self.zone).seconds();
        let is_silent = |meter: &MeterCode| watched.get(meter).is_some_and(|seen| seen.silent_since.is_some());
        billed_seconds <= 0 || (billed_seconds < YOUNG_SECONDS && !problem.meter.as_ref().is_some_and(is_silent))
    }

    /// What was seen of a meter while it billed: a silence before or after spoils nobody's invoice.
    fn within(&self, days: &[DatePeriod], seen: &Watched) -> Watched {
        let is_within = |from: Timestamp, to: Timestamp| {
            let mut spans = days.iter().map(|days| days.instants(self.zone));
            spans.any(|span| span.from < to && from < span.to)
        };
        let mut seen = seen.clone();
        seen.silent_since = seen.silent_since.filter(|since| is_within(*since, self.now));
        seen.coverage.gaps.retain(|gap| is_within(gap.from, gap.to));
        seen.coverage.anomalies.retain(|anomaly| match anomaly {
            Anomaly::AboveRating { from, to, .. } => is_within(*from, *to),
            Anomaly::UndeclaredDecrease { .. } | Anomaly::Rollover { .. } | Anomaly::Reset { .. } => true,
        });
        seen
    }
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

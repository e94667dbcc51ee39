//! A month that goes on: what each contract in force comes to so far and may come to, and what would stand in the way of
//! its invoice if the month ended as it went.
//!
//! Owns: the look at a running month. Does not own: its readings and what they were carried on with (app). Invariants: of a
//! contract it finds what the plan of the month would find of the same readings, and what its meters leave to be wished
//! for; meters nobody is billed for are left to that plan. Nothing of it is a draft.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono_tz::Tz;

use super::estimate::Estimator;
use super::problem::{Found, meter_problem, unfinished};
use super::{Drafted, KnownSpan, Problem, ProblemKind, Run, Severity, Snapshot, not_over};
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

/// A contract in force in the running month, or one that is over and has something left to bill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    pub contract: ContractCode,
    /// What is known, with it manual lines, what earlier months allow, and what their late readings change.
    pub known_net: Money,
    /// What the whole month may come to, without the lines that cannot be told; none where nothing can.
    pub whole: Option<Totals>,
    /// Some line cannot be told, or not yet.
    pub is_partial: bool,
    pub problems: Vec<Problem>,
}

/// The running month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunningPlan {
    /// In the order of the book.
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
    let mut estimator = Estimator::new(book, month, &run.meters, (snapshot.samples, &evidence), known);
    let clock = Clock { zone: book.facility.zone, now: snapshot.now, month: month.days() };
    let mut running = |contract: &Contract| {
        let metered = contract.metered(month.days());
        let is_to_come = |problem: &Problem| clock.is_on_its_way(problem, &metered, watched);
        let Drafted { totals, untold, beside, problems, .. } = run.draft(contract, &evidence, is_to_come);
        let mut found = Found::new(contract);
        found.problems = problems;
        for (meter, days) in &metered {
            if let Some(seen) = watched.get(*meter) {
                found.watched(meter, &clock.within(days, seen));
            }
        }
        Running {
            contract: contract.code.clone(),
            known_net: estimator.known_net(contract, &untold) + beside,
            whole: totals,
            is_partial: !untold.is_empty(),
            problems: found.problems,
        }
    };
    let is_in_force = |contract: &Contract| contract.in_force.overlaps(month.days());
    let listed = book.contracts.iter().filter(|one| is_in_force(one) || has_left(snapshot, &one.code));
    let seen = listed.map(|contract| (contract, running(contract)));
    let contracts = seen.filter(|(contract, seen)| is_in_force(contract) || !seen.is_nothing()).map(|(_, seen)| seen);
    RunningPlan { contracts: contracts.collect(), shared: shared(snapshot, watched) }
}

impl Running {
    /// Nothing would be billed, and nothing stands in the way.
    fn is_nothing(&self) -> bool {
        self.whole.is_none() && self.problems.is_empty()
    }
}

/// That the month goes on, and what the facility's own meters leave to be wished for where a contract rests on them.
fn shared(snapshot: &Snapshot<'_>, watched: &HashMap<MeterCode, Watched>) -> Vec<Problem> {
    let (book, month) = (snapshot.book, snapshot.month);
    let in_force = book.contracts.iter().filter(|contract| contract.in_force.overlaps(month.days()));
    let shares = in_force.flat_map(|contract| &contract.lines).any(|line| {
        let is_raised = matches!(line.quantity, LineQuantity::Metered { pue: PueTerm::Measured, .. });
        is_raised && line.in_force.overlaps(month.days())
    });
    let facility = book.facility.facility_energy_meters.iter().chain(&book.facility.it_energy_meters);
    let facility: BTreeSet<&MeterCode> = facility.filter(|_| shares).collect();
    let seen = facility.into_iter().filter_map(|code| watched.get_key_value(code));
    let told = seen
        .flat_map(|(meter, seen)| notices(meter, seen))
        .map(|(meter, what, message)| meter_problem(Severity::Warning, what, meter, message));
    let unfinished = not_over(month, book.facility.zone, snapshot.now).map(unfinished);
    unfinished.into_iter().chain(told).collect()
}

/// Whether the next invoice of `contract` carries something whether it is in force or not.
fn has_left(snapshot: &Snapshot<'_>, contract: &ContractCode) -> bool {
    snapshot.late.iter().any(|late| late.contract == *contract)
        || snapshot.manual.iter().any(|manual| manual.line.contract == *contract)
        || snapshot.credits.iter().any(|due| due.availability.figure.contract == *contract)
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
        // Of a month that was billed nothing is on its way.
        let is_missing = matches!(problem.what, ProblemKind::MissingReadings | ProblemKind::PueNotComputable);
        if !is_missing || problem.is_of_billed_month() {
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
            "meter {meter} was silent this month (silences: {}), the longest from {} to {}: send the missing readings, or \
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
        let (mean_kw, rated_kw) = (mean_kw.round_dp(2), rated_kw.normalize());
        let english = format!(
            "meter {meter} shows up to {mean_kw} kW from {from} to {to} on a feed rated at {rated_kw} kW: correct a wrong \
             reading, or look at the rack"
        );
        let told = Told::new("meter-above-rating", english)
            .with("meter", meter.as_str())
            .with("mean", mean_kw)
            .with("rated", rated_kw)
            .with("from", from)
            .with("to", to);
        notices.push((ProblemKind::AboveRating, told));
    }
    notices.into_iter().map(|(what, told)| (meter.clone(), what, told)).collect()
}

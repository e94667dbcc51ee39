//! The month that goes on beside what the month before came to: each contract's estimate, and what would stand in the way
//! of its invoice.
//!
//! Every meter that some contract bills is read once, as far as the month is over; nothing is asked contract by contract.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};

use crate::app::compare_billing::{Before, Compared, Comparison, State, billed_before, in_order};
use crate::app::estimate_month::is_awaited;
use crate::app::read_meters::{billed_on, last_readings, rated_kw, silent_seconds};
use crate::app::read_series::Around;
use crate::app::{AppError, Store, gather, late_readings, read_months, record_availability};
use crate::domain::billing_run::{
    self, DueCredit, KnownSpan, LateMonth, Running, RunningPlan, Severity, Snapshot, Watched,
};
use crate::domain::book::Book;
use crate::domain::calendar::{BillingMonth, Period, Timestamp};
use crate::domain::contract::Contract;
use crate::domain::ids::{ContractCode, MeterCode, MeterId};
use crate::domain::metering::{Coverage, Meter, Reading, Sample, projected};
use crate::domain::rating::Samples;
use crate::storage::{AnyConnection, book as stored, invoices, manual_lines};

/// What the running `month` shows as of `now`.
pub(super) fn work_out(store: &Store, month: BillingMonth, now: DateTime<Utc>) -> Result<Comparison, AppError> {
    store.read(|connection| {
        let book = store.book(connection)?;
        let read = read(connection, &book, month, now.into())?;
        let (credits, late) = carried(connection, &book, month)?;
        let plan = billing_run::running(
            &Snapshot {
                book: &book,
                month,
                samples: &read.samples,
                billed: vec![],
                late,
                manual: manual_lines::waiting(connection, month, None)?,
                credits,
                unreported: record_availability::unreported(connection, &book, month.previous())?,
                now: now.into(),
            },
            &read.known,
            &read.watched,
        );
        let before = billed_before(connection, month)?;
        Ok(comparison(&book, (month, now), plan, &before))
    })
}

/// What the invoices of `month` carry of earlier months: what these allow, and what late readings change of them. What an
/// earlier month carries that is still to be billed is told with that month.
fn carried(
    connection: &mut AnyConnection,
    book: &Book,
    month: BillingMonth,
) -> Result<(Vec<DueCredit>, Vec<LateMonth>), AppError> {
    let mut credits = record_availability::due(connection, month)?;
    let mut late = late_readings::all(book, connection)?;
    let of_credits =
        credits.iter().map(|due| (&due.availability.figure.contract, due.availability.figure.month.next()));
    let asked = of_credits.chain(late.iter().map(|late| (&late.contract, late.next)));
    let earlier = Earlier::of(connection, book, month, asked.collect())?;
    let is_next = |code: &ContractCode, from: BillingMonth| from <= month && !earlier.carries(book, code, from);
    credits.retain(|due| is_next(&due.availability.figure.contract, due.availability.figure.month.next()));
    late.retain(|late| is_next(&late.contract, late.next));
    let late: HashSet<(BillingMonth, ContractCode)> =
        late.into_iter().map(|late| (late.month, late.contract)).collect();
    if late.is_empty() {
        return Ok((credits, vec![]));
    }
    let mut changes = gather::touching_changes(connection, book, month)?;
    for one in &mut changes {
        one.contracts.retain(|contract| late.contains(&(one.change.month, contract.clone())));
    }
    Ok((credits, gather::late_months(connection, book, &changes)?))
}

/// What was billed of the months before the running one.
struct Earlier {
    month: BillingMonth,
    billed: HashSet<(ContractCode, BillingMonth)>,
    /// The month that is over has invoices to come: with them its plan drafts what is left of contracts that bill nothing.
    is_to_come: bool,
}

impl Earlier {
    /// Of the contracts asked about, each from a month on.
    fn of(
        connection: &mut AnyConnection,
        book: &Book,
        month: BillingMonth,
        asked: Vec<(&ContractCode, BillingMonth)>,
    ) -> Result<Earlier, AppError> {
        let contracts: BTreeSet<ContractCode> = asked.iter().map(|(code, _)| (*code).clone()).collect();
        let contracts: Vec<ContractCode> = contracts.into_iter().collect();
        let issues = match asked.iter().map(|(_, from)| *from).min() {
            Some(from) if from < month => invoices::issues(connection, &contracts, from, Some(month.previous()))?,
            _ => vec![],
        };
        Ok(Earlier {
            month,
            billed: issues.into_iter().map(|issue| (issue.contract, issue.month)).collect(),
            is_to_come: !contracts.is_empty() && read_months::unbilled(connection, book, month.previous())? > 0,
        })
    }

    /// Whether an invoice still to come of a month from `from` on carries what is left of the contract.
    fn carries(&self, book: &Book, code: &ContractCode, from: BillingMonth) -> bool {
        let Some(contract) = book.contracts.iter().find(|contract| contract.code == *code) else { return true };
        let is_over = |one: &BillingMonth| *one < self.month;
        std::iter::successors(Some(from), |one| Some(one.next())).take_while(is_over).any(|one| {
            let drafts = one == self.month.previous() && self.is_to_come;
            !self.billed.contains(&(code.clone(), one)) && (drafts || billing_run::may_bill(book, contract, one))
        })
    }
}

fn comparison(
    book: &Book,
    (month, now): (BillingMonth, DateTime<Utc>),
    plan: RunningPlan,
    before: &HashMap<ContractCode, Before>,
) -> Comparison {
    let running: HashMap<&ContractCode, &Running> = plan.contracts.iter().map(|one| (&one.contract, one)).collect();
    let names: HashMap<_, _> = book.tenants.iter().map(|tenant| (&tenant.code, tenant.name.as_str())).collect();
    let compared = |contract: &Contract| {
        let (running, before) = (running.get(&contract.code).copied(), before.get(&contract.code));
        let whole = running.and_then(|one| one.whole);
        let blocks = |one: &Running| one.problems.iter().any(|problem| problem.severity == Severity::Blocking);
        let state = match running {
            None if before.is_none() => return None,
            // Billed the month before and over since.
            None => State::Nothing,
            Some(one) if blocks(one) => State::Blocked,
            Some(_) => State::Running,
        };
        Some(Compared {
            contract: contract.code.clone(),
            title: contract.title.clone(),
            tenant: contract.tenant.clone(),
            tenant_name: names.get(&contract.tenant).copied().unwrap_or(contract.tenant.as_str()).to_owned(),
            state,
            cancelled: vec![],
            known: running.map(|one| one.known_net),
            net: whole.map(|totals| totals.net),
            is_partial: running.is_some_and(|one| one.is_partial),
            gross: whole.map(|totals| totals.gross),
            net_before: before.map(|before| before.net),
            cancelled_before: before.and_then(|before| before.cancelled.clone()),
            is_in_force: contract.in_force.overlaps(month.days()),
        })
    };
    let mut contracts: Vec<Compared> = book.contracts.iter().filter_map(compared).collect();
    in_order(&mut contracts);
    let found = plan.contracts.into_iter().flat_map(|one| one.problems);
    Comparison { month, as_of: Some(now), contracts, problems: plan.shared.into_iter().chain(found).collect() }
}

/// The readings of the month so far.
struct Read {
    samples: Samples,
    known: KnownSpan,
    watched: HashMap<MeterCode, Watched>,
}

/// What every meter that a contract bills says so far, the facility's own among them.
fn read(connection: &mut AnyConnection, book: &Book, month: BillingMonth, now: Timestamp) -> Result<Read, AppError> {
    let zone = book.facility.zone;
    let period = month.period(zone);
    let ids = stored::meter_ids(connection)?;
    let billed = billed_on(book, month);
    let facility = book.facility.facility_energy_meters.iter().chain(&book.facility.it_energy_meters);
    let facility: Vec<&MeterCode> = facility.collect();
    let asked = book.meters.iter().filter(|meter| billed.contains_key(&meter.code) || facility.contains(&&meter.code));
    let asked: Vec<(MeterId, &Meter)> = asked.filter_map(|meter| Some((*ids.get(&meter.code)?, meter))).collect();
    let last = last_readings(connection, &asked, now)?;
    let all: Vec<MeterId> = asked.iter().map(|(id, _)| *id).collect();
    let mut around = Around::open(connection, &all, Period { from: period.from, to: now.min(period.to) })?;
    let mut read_to = HashMap::new();
    let (mut samples, mut watched) = (HashMap::with_capacity(asked.len()), HashMap::with_capacity(asked.len()));
    for (id, meter) in asked {
        let readings = around.so_far(connection, id)?;
        let said: Vec<Sample> = readings.iter().map(Reading::sample).collect();
        if let Some(at) = said.last().map(|sample| sample.at).filter(|_| is_awaited(meter, period)) {
            read_to.insert(meter.code.clone(), at.date_in(zone));
        }
        let silent = silent_seconds(meter, last.get(&id).copied(), now);
        let seen = Watched {
            coverage: Coverage::of(meter, &readings, period, now, rated_kw(book, meter)),
            silent_since: silent.map(|seconds| now.plus_seconds(-seconds)),
        };
        watched.insert(meter.code.clone(), seen);
        samples.insert(meter.code.clone(), projected(meter, &said, period));
    }
    let until = now.date_in(zone).clamp(month.first_day(), month.next().first_day());
    Ok(Read { samples, known: KnownSpan { until, read_to }, watched })
}

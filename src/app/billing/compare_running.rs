//! The month that goes on beside what the month before came to: each contract's estimate, and what would stand in the way
//! of its invoice.
//!
//! Every meter that some contract bills is read once, as far as the month is over; nothing is asked contract by contract.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use crate::app::compare_billing::{Compared, Comparison, State, billed_before, in_order};
use crate::app::estimate_month::is_awaited;
use crate::app::read_meters::{billed_on, last_readings, rated_kw, silent_seconds};
use crate::app::read_series::Around;
use crate::app::{AppError, Store, record_availability};
use crate::domain::billing_run::{self, KnownSpan, Running, RunningPlan, Severity, Snapshot, Watched};
use crate::domain::book::Book;
use crate::domain::calendar::{BillingMonth, Period, Timestamp};
use crate::domain::contract::Contract;
use crate::domain::ids::{ContractCode, MeterCode, MeterId};
use crate::domain::metering::{Coverage, Meter, Reading, Sample, projected};
use crate::domain::money::Money;
use crate::domain::rating::Samples;
use crate::storage::{AnyConnection, book as stored, manual_lines};

/// What the running `month` shows as of `now`.
pub(super) fn work_out(store: &Store, month: BillingMonth, now: DateTime<Utc>) -> Result<Comparison, AppError> {
    store.read(|connection| {
        let book = store.book(connection)?;
        let read = read(connection, &book, month, now.into())?;
        let plan = billing_run::running(
            &Snapshot {
                book: &book,
                month,
                samples: &read.samples,
                billed: vec![],
                // What changed of billed months is told by itself, whatever the running month shows.
                late: vec![],
                manual: manual_lines::waiting(connection, month, None)?,
                credits: record_availability::due(connection, month)?,
                unreported: record_availability::unreported(connection, &book, month.previous())?,
                now: now.into(),
            },
            &read.known,
            &read.watched,
        );
        let before = billed_before(connection, month)?;
        Ok(comparison(&book, month, plan, &before))
    })
}

fn comparison(
    book: &Book,
    month: BillingMonth,
    plan: RunningPlan,
    before: &HashMap<ContractCode, Money>,
) -> Comparison {
    let running: HashMap<&ContractCode, &Running> = plan.contracts.iter().map(|one| (&one.contract, one)).collect();
    let names: HashMap<_, _> = book.tenants.iter().map(|tenant| (&tenant.code, tenant.name.as_str())).collect();
    let compared = |contract: &Contract| {
        let (running, net_before) = (running.get(&contract.code).copied(), before.get(&contract.code).copied());
        let whole = running.and_then(|one| one.whole);
        let blocks = |one: &Running| one.problems.iter().any(|problem| problem.severity == Severity::Blocking);
        let state = match running {
            None if net_before.is_none() => return None,
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
            gross: whole.map(|totals| totals.gross),
            net_before,
        })
    };
    let mut contracts: Vec<Compared> = book.contracts.iter().filter_map(compared).collect();
    in_order(&mut contracts);
    let found = plan.contracts.into_iter().flat_map(|one| one.problems);
    Comparison { month, contracts, problems: plan.shared.into_iter().chain(found).collect() }
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

//! Estimate what a running month may cost a tenant, beside what the last month cost. Nothing is stored.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, NaiveDate, Utc};

use crate::app::read_series::Around;
use crate::app::read_tenants::TenantNames;
use crate::app::read_usage::{assigned, choose};
use crate::app::{AppError, Store, cancelled};
use crate::domain::access::TenantScope;
use crate::domain::billing_run::{self, Estimate, KnownSpan};
use crate::domain::book::Book;
use crate::domain::calendar::{BillingMonth, Period, Timestamp};
use crate::domain::contract::{Contract, LineQuantity, PueTerm};
use crate::domain::ids::{MeterCode, MeterId, TenantCode};
use crate::domain::invoice::{InvoiceKind, InvoiceNumber, Totals};
use crate::domain::metering::{Meter, Reading, RegisterKind, Sample, projected};
use crate::domain::party::Tenant;
use crate::domain::rating::{ManualLine, Samples};
use crate::storage::invoices::{self, InvoiceFilter, InvoiceStatus, Page};
use crate::storage::{AnyConnection, book as stored, manual_lines};

/// The estimates of a tenant's contracts for one month.
#[derive(Debug)]
pub struct TenantEstimate {
    pub tenant: Tenant,
    pub choices: TenantNames,
    pub month: BillingMonth,
    /// The month is over: there is an invoice, or there will be one.
    pub is_over: bool,
    /// The month has not begun: nothing of it is measured, only what is agreed is known.
    pub is_to_come: bool,
    /// Whether a meter that says something regularly bills in the month: its silence then means that not all is known.
    pub is_awaited: bool,
    /// The latest reading of such meters before the month ends; of a month nothing was read of it is earlier than the
    /// month.
    pub last_reading: Option<Timestamp>,
    pub contracts: Vec<ContractEstimate>,
}

/// One contract's estimate.
#[derive(Debug)]
pub struct ContractEstimate {
    pub contract: Contract,
    pub estimate: Estimate,
    /// The invoice of the month before.
    pub before: Option<(InvoiceNumber, Totals)>,
    /// The lines added by hand that wait for the month's invoice, which no estimate holds; none for a tenant, who sees what
    /// is issued.
    pub waiting: Vec<ManualLine>,
}

/// The estimate of `month`, of the running one by the facility's clock where none is named; none where `scope` does not
/// admit who is asked for.
pub fn read(
    store: &Store,
    scope: &TenantScope,
    tenant: Option<&TenantCode>,
    month: Option<BillingMonth>,
    now: DateTime<Utc>,
) -> Result<Option<TenantEstimate>, AppError> {
    store.read(|connection| {
        let book = store.book(connection)?;
        let Some((tenant, choices)) = choose(&book, scope, tenant) else { return Ok(None) };
        let running = || BillingMonth::of(Timestamp::from(now).date_in(book.facility.zone));
        let month = month.unwrap_or_else(running);
        let period = month.period(book.facility.zone);
        let contracts: Vec<&Contract> = book
            .contracts
            .iter()
            .filter(|contract| contract.tenant == tenant.code && contract.in_force.overlaps(month.days()))
            .collect();
        let CarriedOn { samples, is_awaited, last: last_reading, read_to } =
            carried_on(connection, &book, &contracts, tenant, month)?;
        let read_until = known_until(&book, month, last_reading, now);
        // Of a line nobody waits for readings of, all is known by the clock.
        let known = KnownSpan { until: known_until(&book, month, None, now), read_to };
        let waiting = waiting(connection, scope, month)?;
        let before = invoices_before(connection, &tenant.code, month)?;
        let estimates = contracts.into_iter().map(|contract| ContractEstimate {
            contract: contract.clone(),
            estimate: Estimate {
                known_until: read_until,
                ..billing_run::estimate(&book, contract, month, &samples, &known)
            },
            waiting: waiting.iter().filter(|manual| manual.line.contract == contract.code).cloned().collect(),
            before: before.get(contract.code.as_str()).cloned(),
        });
        Ok(Some(TenantEstimate {
            tenant: tenant.clone(),
            choices,
            month,
            is_over: period.to <= Timestamp::from(now),
            is_to_come: period.from > Timestamp::from(now),
            is_awaited,
            last_reading,
            contracts: estimates.collect(),
        }))
    })
}

/// The lines added by hand to `month`, for who sees everyone's.
fn waiting(
    connection: &mut AnyConnection,
    scope: &TenantScope,
    month: BillingMonth,
) -> Result<Vec<ManualLine>, AppError> {
    match scope {
        TenantScope::Everyone => Ok(manual_lines::waiting(connection, month, None)?),
        TenantScope::Only(_) => Ok(vec![]),
    }
}

/// The day that is not over yet, by the clock or by the readings.
fn known_until(book: &Book, month: BillingMonth, last: Option<Timestamp>, now: DateTime<Utc>) -> NaiveDate {
    let now = Timestamp::from(now);
    let known = last.map_or(now, |last| last.min(now)).date_in(book.facility.zone);
    known.clamp(month.first_day(), month.next().first_day())
}

/// The readings of a month and what they were carried on with.
struct CarriedOn {
    samples: Samples,
    /// Whether a reading of the tenant's own meters is waited for.
    is_awaited: bool,
    /// The latest reading of those that are.
    last: Option<Timestamp>,
    /// By meter, the day of its latest reading.
    read_to: HashMap<MeterCode, NaiveDate>,
}

/// The readings of every meter the contracts' lines ask about, carried on to the end of the month.
fn carried_on(
    connection: &mut AnyConnection,
    book: &Book,
    contracts: &[&Contract],
    tenant: &Tenant,
    month: BillingMonth,
) -> Result<CarriedOn, AppError> {
    let period = month.period(book.facility.zone);
    let ids = stored::meter_ids(connection)?;
    let own = assigned(connection, book, &tenant.code, month.days())?;
    let mut asked: BTreeMap<&MeterCode, (MeterId, &Meter)> =
        own.iter().map(|one| (&one.meter.code, (one.id, one.meter))).collect();
    let facility = &book.facility;
    if contracts.iter().any(|contract| asks_for_pue(contract)) {
        for code in facility.facility_energy_meters.iter().chain(&facility.it_energy_meters) {
            let meter = book.meters.iter().find(|meter| meter.code == *code);
            asked.extend(meter.zip(ids.get(code)).map(|(meter, id)| (code, (*id, meter))));
        }
    }
    let all: Vec<MeterId> = asked.values().map(|(id, _)| *id).collect();
    let mut around = Around::open(connection, &all, period)?;
    let (mut samples, mut read_to) = (HashMap::with_capacity(asked.len()), HashMap::new());
    let (mut any_awaited, mut last) = (false, None);
    for (code, (id, meter)) in asked {
        let readings: Vec<Sample> = around.of(connection, id)?.iter().map(Reading::sample).collect();
        let within = readings.iter().rev().find(|sample| sample.at <= period.to).map(|sample| sample.at);
        let awaited = is_awaited(meter, period);
        if awaited && own.iter().any(|one| one.id == id) {
            (last, any_awaited) = (last.max(within), true);
        }
        if let Some(at) = within.filter(|_| awaited) {
            read_to.insert(code.clone(), at.date_in(facility.zone));
        }
        samples.insert(code.clone(), projected(meter, &readings, period));
    }
    Ok(CarriedOn { samples, is_awaited: any_awaited, last, read_to })
}

/// Whether a silence of the meter means that something is not known yet. Events of an occupancy come when something
/// moves, and a meter that was taken out has said all it will.
pub(in crate::app) fn is_awaited(meter: &Meter, period: Period) -> bool {
    meter.register.kind() != RegisterKind::Occupancy && meter.removed_at.is_none_or(|removed| removed > period.to)
}

fn asks_for_pue(contract: &Contract) -> bool {
    contract.lines.iter().any(|line| matches!(line.quantity, LineQuantity::Metered { pue: PueTerm::Measured, .. }))
}

/// By contract, the invoice in force for the month before: a corrected one where the first was taken back; none where
/// nothing is left of it.
fn invoices_before(
    connection: &mut AnyConnection,
    tenant: &TenantCode,
    month: BillingMonth,
) -> Result<HashMap<String, (InvoiceNumber, Totals)>, AppError> {
    let filter = InvoiceFilter {
        month: Some(month.previous()),
        status: Some(InvoiceStatus::Issued),
        ..InvoiceFilter::default()
    };
    let (found, _) = invoices::list(connection, &TenantScope::Only(tenant.clone()), &filter, Page::ALL)?;
    let cancelled = cancelled::in_month(connection, month.previous())?;
    let is_in_force = |number: &InvoiceNumber| !cancelled.iter().any(|one| one.invoice == *number);
    let invoices = found.into_iter().filter(|invoice| invoice.kind != InvoiceKind::CreditNote);
    let in_force = invoices.filter_map(|one| Some((one.contract.to_string(), (one.number?, one.totals))));
    Ok(in_force.filter(|(_, (number, _))| is_in_force(number)).collect())
}

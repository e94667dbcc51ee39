//! Gather what a billing plan looks at: the book, a month's readings, what was billed, what came late.
//!
//! The month's readings are streamed once. A neighbour on either side comes from the same scan, which reaches
//! [`MARGIN_SECONDS`] beyond the month; only meters silent there cost a look-up of their own.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use crate::app::read_series::Around;
use crate::app::{AppError, record_availability};
use crate::domain::access::TenantScope;
use crate::domain::billing_run::{AlreadyBilled, DueCredit, IssuedLine, LateMonth, billed_for, credited_for};
use crate::domain::book::Book;
use crate::domain::calendar::{BillingMonth, Period};
use crate::domain::contract::{Contract, ContractLine, LineQuantity, PueTerm};
use crate::domain::ids::{ContractCode, LineCode, MeterCode, MeterId};
use crate::domain::invoice::InvoiceKind;
use crate::domain::metering::{Reading, Sample};
use crate::domain::party::Tenant;
use crate::domain::rating::{ManualLine, Samples};
use crate::storage::billing::{self, LateChange};
use crate::storage::{AnyConnection, book as stored, invoices, manual_lines, readings};

/// Two hours: the default tolerance of a meter.
const MARGIN_SECONDS: i64 = 2 * 3600;

/// What a plan is made from.
pub struct Gathered {
    pub book: Book,
    pub month: BillingMonth,
    pub samples: Samples,
    /// Contracts that have an issued invoice of the month.
    pub billed: Vec<AlreadyBilled>,
    pub late: Vec<LateMonth>,
    /// The changes behind `late`, to be forgotten once they are billed.
    pub late_changes: Vec<TouchingChange>,
    /// Lines people added to the month.
    pub manual: Vec<ManualLine>,
    /// What earlier months allow.
    pub credits: Vec<DueCredit>,
    /// Lines of the month before without a figure of their availability.
    pub unreported: Vec<(ContractCode, LineCode)>,
}

/// A change after its month was billed, with the contracts its meter bills or raises the energy of.
pub struct TouchingChange {
    pub change: LateChange,
    pub contracts: Vec<ContractCode>,
}

pub fn gather(connection: &mut AnyConnection, month: BillingMonth) -> Result<Gathered, AppError> {
    let book = stored::load_book(connection)?.ok_or(AppError::NoBook)?;
    gathered(connection, (book, month), None, month_samples)
}

/// The same of one contract: what only the plans of others are made of is not read.
pub fn gather_of(
    connection: &mut AnyConnection,
    book: &Book,
    month: BillingMonth,
    contract: &ContractCode,
) -> Result<Gathered, AppError> {
    gathered(connection, (narrowed(book, contract), month), Some(contract), samples_by_meter)
}

/// Reads the samples of every meter of a book.
type Read = fn(&mut AnyConnection, &Book, Period) -> Result<Samples, AppError>;

fn gathered(
    connection: &mut AnyConnection,
    (book, month): (Book, BillingMonth),
    of: Option<&ContractCode>,
    read: Read,
) -> Result<Gathered, AppError> {
    let period = month.period(book.facility.zone);
    let samples = read(connection, &book, period)?;
    let billed = billed_contracts(connection, month)?;
    let late_changes = touching_changes(connection, &book, month)?;
    let late = late_months_by(connection, &book, &late_changes, read)?;
    let manual = manual_lines::waiting(connection, month, of)?;
    let credits = record_availability::due_of(connection, month, of)?;
    let unreported = record_availability::unreported(connection, &book, month.previous())?;
    Ok(Gathered { book, month, samples, billed, late, late_changes, manual, credits, unreported })
}

/// The book as one contract sees it: its tenant, the meters its lines name, and the facility's own where one is raised by a
/// measured PUE. Its plan rests on nothing else.
fn narrowed(book: &Book, contract: &ContractCode) -> Book {
    let contracts: Vec<Contract> = book.contracts.iter().filter(|one| one.code == *contract).cloned().collect();
    let mut asked: HashSet<&MeterCode> = HashSet::new();
    for line in contracts.iter().flat_map(|one| &one.lines) {
        let LineQuantity::Metered { meters, pue, .. } = &line.quantity else { continue };
        asked.extend(meters.iter().map(|assigned| &assigned.meter));
        if *pue == PueTerm::Measured {
            asked.extend(book.facility.facility_energy_meters.iter().chain(&book.facility.it_energy_meters));
        }
    }
    let is_theirs = |tenant: &&Tenant| contracts.iter().any(|one| one.tenant == tenant.code);
    Book {
        facility: book.facility.clone(),
        seller: book.seller.clone(),
        accounting: book.accounting.clone(),
        rooms: vec![],
        meters: book.meters.iter().filter(|meter| asked.contains(&meter.code)).cloned().collect(),
        tenants: book.tenants.iter().filter(is_theirs).cloned().collect(),
        price_indices: book.price_indices.clone(),
        tariffs: book.tariffs.clone(),
        contracts,
        assets: vec![],
        payback: None,
    }
}

/// The same samples as [`month_samples`] gives, meter by meter: of a few of many this reads less than all of the month.
fn samples_by_meter(connection: &mut AnyConnection, book: &Book, period: Period) -> Result<Samples, AppError> {
    let ids = stored::meter_ids(connection)?;
    let known: Vec<(MeterId, &MeterCode)> =
        book.meters.iter().filter_map(|meter| ids.get(&meter.code).map(|id| (*id, &meter.code))).collect();
    let asked: Vec<MeterId> = known.iter().map(|(id, _)| *id).collect();
    let mut around = Around::open(connection, &asked, period)?;
    let mut samples = HashMap::with_capacity(known.len());
    for (id, code) in known {
        samples.insert(code.clone(), around.of(connection, id)?.iter().map(Reading::sample).collect());
    }
    Ok(samples)
}

pub(super) fn billed_contracts(
    connection: &mut AnyConnection,
    month: BillingMonth,
) -> Result<Vec<AlreadyBilled>, AppError> {
    let billed = invoices::billed_contracts(connection, &TenantScope::Everyone, month)?;
    // A draft has no number.
    let issued = |one: invoices::BilledContract| Some(AlreadyBilled { contract: one.contract, invoice: one.number? });
    Ok(billed.into_iter().filter_map(issued).collect())
}

/// The samples of every meter of the book over `period`.
pub fn month_samples(connection: &mut AnyConnection, book: &Book, period: Period) -> Result<Samples, AppError> {
    let ids = stored::meter_ids(connection)?;
    let known: Vec<(MeterId, &MeterCode)> =
        book.meters.iter().filter_map(|meter| ids.get(&meter.code).map(|id| (*id, &meter.code))).collect();
    // Ids are given in sequence: an index is found in a fraction of the time a hash takes, and a month has millions.
    let place = |id: MeterId| usize::try_from(id.0).unwrap_or(usize::MAX);
    let places = known.iter().map(|(id, _)| place(*id) + 1).max().unwrap_or(0);
    let mut by_place: Vec<Vec<Sample>> = vec![Vec::new(); places];
    let scan = Period { from: period.from.plus_seconds(-MARGIN_SECONDS), to: period.to.plus_seconds(MARGIN_SECONDS) };
    readings::stream(connection, scan, |meter, sample| {
        if let Some(samples) = by_place.get_mut(place(meter)) {
            samples.push(sample);
        }
    })?;
    let mut samples = HashMap::with_capacity(known.len());
    for (id, code) in known {
        let mut own = by_place.get_mut(place(id)).map(std::mem::take).unwrap_or_default();
        add_neighbours(connection, id, period, &mut own)?;
        samples.insert(code.clone(), own);
    }
    Ok(samples)
}

/// Fetches the readings just before and just after, where the scan's margin did not hold them.
fn add_neighbours(
    connection: &mut AnyConnection,
    meter: MeterId,
    period: Period,
    samples: &mut Vec<Sample>,
) -> Result<(), AppError> {
    if samples.first().is_none_or(|first| first.at > period.from)
        && let Some(before) = readings::last_before(connection, meter, period.from)?
    {
        samples.insert(0, before);
    }
    if samples.last().is_none_or(|last| last.at < period.to) {
        samples.extend(readings::first_at_or_after(connection, meter, period.to)?);
    }
    Ok(())
}

/// What changed of the months before `month` since they were billed.
pub(super) fn touching_changes(
    connection: &mut AnyConnection,
    book: &Book,
    month: BillingMonth,
) -> Result<Vec<TouchingChange>, AppError> {
    let codes: HashMap<MeterId, MeterCode> =
        stored::meter_ids(connection)?.into_iter().map(|(code, id)| (id, code)).collect();
    let earlier = billing::late_changes(connection)?.into_iter().filter(|change| change.month < month);
    let touching = earlier.map(|change| {
        let meter = codes.get(&change.meter);
        let contracts = meter.into_iter().flat_map(|meter| contracts_billing(book, meter, change.month)).collect();
        TouchingChange { change, contracts }
    });
    Ok(touching.collect())
}

/// Earlier billed months whose readings changed after they were billed, with what is known of them now.
pub(super) fn late_months(
    connection: &mut AnyConnection,
    book: &Book,
    changes: &[TouchingChange],
) -> Result<Vec<LateMonth>, AppError> {
    late_months_by(connection, book, changes, month_samples)
}

fn late_months_by(
    connection: &mut AnyConnection,
    book: &Book,
    changes: &[TouchingChange],
    read: Read,
) -> Result<Vec<LateMonth>, AppError> {
    let pairs = |one: &TouchingChange| {
        let month = one.change.month;
        one.contracts.clone().into_iter().map(move |contract| (month, contract))
    };
    let touched: BTreeSet<(BillingMonth, ContractCode)> = changes.iter().flat_map(pairs).collect();
    let mut samples_of: HashMap<BillingMonth, Arc<Samples>> = HashMap::new();
    let mut late = Vec::new();
    for (month, contract) in touched {
        let issued = invoices::billed_lines(connection, &TenantScope::Everyone, &contract, month)?;
        // The month's own invoice in force is what a regularisation names; without one there is nothing to correct.
        let own = |line: &&IssuedLine| line.billed_in == month && line.kind != InvoiceKind::CreditNote;
        let Some(invoice) = issued.iter().rfind(own).map(|line| line.number.clone()) else { continue };
        let (billed, credited) = (billed_for(&issued), credited_for(&issued, month, &invoice));
        let samples = match samples_of.entry(month) {
            Entry::Occupied(known) => Arc::clone(known.get()),
            Entry::Vacant(unknown) => {
                let samples = read(connection, book, month.period(book.facility.zone))?;
                Arc::clone(unknown.insert(Arc::new(samples)))
            }
        };
        late.push(LateMonth { contract, month, invoice, billed, credited, samples });
    }
    Ok(late)
}

/// The contracts with a line this meter feeds in `month`, or whose energy it raises: a measured PUE rests on the
/// facility's own meters.
pub(in crate::app) fn contracts_billing<'a>(
    book: &'a Book,
    meter: &'a MeterCode,
    month: BillingMonth,
) -> impl Iterator<Item = ContractCode> + 'a {
    let facility = &book.facility;
    let raises = facility.facility_energy_meters.iter().chain(&facility.it_energy_meters).any(|code| code == meter);
    let feeds = move |line: &ContractLine| match &line.quantity {
        LineQuantity::Metered { meters, pue, .. } => {
            let raised = raises && *pue == PueTerm::Measured && line.in_force.overlaps(month.days());
            raised || meters.iter().any(|assigned| assigned.meter == *meter && assigned.period.overlaps(month.days()))
        }
        LineQuantity::Fixed(_) => false,
    };
    let billing = move |contract: &&Contract| contract.lines.iter().any(feeds);
    book.contracts.iter().filter(billing).map(|contract| contract.code.clone())
}

//! Draw a sample of a year's invoices, or of the readings behind them, that an auditor can draw again.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::app::{AppError, Store};
use crate::domain::calendar::{BillingMonth, Period, Timestamp};
use crate::domain::ids::{ContractCode, MeterCode};
use crate::domain::invoice::{InvoiceKind, IssuedInvoice};
use crate::domain::metering::{MeterUsage, Reading};
use crate::domain::money::Money;
use crate::domain::quantity::Micro;
use crate::domain::sampling::{self, Generator};
use crate::domain::told::Told;
use crate::storage::{AnyConnection, book, evidence, readings};

/// Larger samples are no samples.
pub const SIZE_MAX: u64 = 500;

/// What is sampled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Invoices,
    /// The readings behind the year's invoice lines.
    Readings,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Each as likely as the others.
    Random,
    /// Each euro as likely as the others: invoices by their total, readings by the invoice line they are behind.
    MonetaryUnit,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub kind: Kind,
    pub method: Method,
    pub size: u64,
    pub seed: String,
    pub year: i32,
}

/// What was drawn, and out of what.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Sample {
    /// Invoices, readings or invoice lines, by kind and method.
    pub population: u64,
    pub total: Money,
    /// By monetary unit: between two hits, and the first.
    pub interval: Option<Money>,
    pub start: Option<Money>,
    pub items: Vec<Item>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Item {
    /// Its place in the population, from 1.
    pub position: u64,
    pub invoice: String,
    pub tenant: String,
    pub month: BillingMonth,
    /// Of the invoice, or of the line.
    pub amount: Money,
    /// How many hits fell on it; 1 in a random sample.
    pub hits: u64,
    /// The line, from 1, where a line or a reading was drawn.
    pub line: Option<usize>,
    pub designation: Option<String>,
    /// None for a line that rests on no meter.
    pub reading: Option<DrawnReading>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DrawnReading {
    pub meter: MeterCode,
    pub at: Timestamp,
    pub value: Micro,
}

/// The latest year with invoices: what is drawn from where no year is said.
pub fn latest_year(store: &Store) -> Result<Option<i32>, AppError> {
    Ok(evidence::years(&mut *store.connection()?)?.into_iter().next())
}

/// Draws. The same year, kind, method, size and seed give the same sample as long as no invoice is added to the year.
pub fn draw(store: &Store, request: &Request) -> Result<Sample, AppError> {
    if !(1..=SIZE_MAX).contains(&request.size) {
        let english = format!("a sample holds 1 to {SIZE_MAX} items, not {}", request.size);
        return Err(AppError::misasked(
            Told::new("sample-size", english).with("max", SIZE_MAX.to_string()).with("size", request.size.to_string()),
        ));
    }
    store.read(|connection| {
        let invoices = issued(connection, request.year)?;
        match (request.kind, request.method) {
            (Kind::Invoices, Method::Random) => Ok(random_invoices(&invoices, request)),
            (Kind::Invoices, Method::MonetaryUnit) => Ok(monetary_invoices(&invoices, request)),
            (Kind::Readings, Method::Random) => random_readings(connection, &invoices, request),
            (Kind::Readings, Method::MonetaryUnit) => monetary_readings(connection, &invoices, request),
        }
    })
}

/// The documents of the year in the order of their numbers.
fn issued(connection: &mut AnyConnection, year: i32) -> Result<Vec<IssuedInvoice>, AppError> {
    let mut invoices = Vec::new();
    for id in evidence::issued_in(connection, year)? {
        let frozen = evidence::frozen(connection, id)?;
        let invoice = serde_json::from_str(&frozen.content)
            .map_err(|error| AppError::Corrupt(format!("invoice {}: {error}", frozen.number)))?;
        invoices.push(invoice);
    }
    Ok(invoices)
}

fn signed(invoice: &IssuedInvoice, amount: Money) -> Money {
    if invoice.kind == InvoiceKind::CreditNote { -amount } else { amount }
}

fn invoice_item(invoices: &[IssuedInvoice], position: usize, hits: u64) -> Option<Item> {
    let invoice = invoices.get(position)?;
    Some(Item {
        position: u64::try_from(position).ok()? + 1,
        invoice: invoice.number.to_string(),
        tenant: invoice.buyer.name.clone(),
        month: invoice.month,
        amount: signed(invoice, invoice.totals.gross),
        hits,
        line: None,
        designation: None,
        reading: None,
    })
}

fn random_invoices(invoices: &[IssuedInvoice], request: &Request) -> Sample {
    let population = u64::try_from(invoices.len()).unwrap_or(u64::MAX);
    let chosen = sampling::random(population, request.size, &request.seed);
    let items = chosen.iter().filter_map(|position| invoice_item(invoices, usize::try_from(*position).ok()?, 1));
    let total = invoices.iter().map(|invoice| signed(invoice, invoice.totals.gross)).sum();
    Sample { population, total, items: items.collect(), ..Sample::default() }
}

fn monetary_invoices(invoices: &[IssuedInvoice], request: &Request) -> Sample {
    let amounts: Vec<i64> = invoices.iter().map(|invoice| invoice.totals.gross.cents()).collect();
    let drawn = sampling::monetary(&amounts, request.size, &request.seed);
    let items = drawn.hits.iter().filter_map(|(position, hits)| invoice_item(invoices, *position, *hits));
    Sample { population: u64::try_from(invoices.len()).unwrap_or(u64::MAX), items: items.collect(), ..of(&drawn) }
}

fn of(drawn: &sampling::MonetarySample) -> Sample {
    let money = |cents: u64| Money::from_cents(i64::try_from(cents).unwrap_or(i64::MAX));
    Sample {
        total: money(drawn.total),
        interval: (drawn.interval > 0).then(|| money(drawn.interval)),
        start: (drawn.interval > 0).then(|| money(drawn.start)),
        ..Sample::default()
    }
}

/// A line of the year with its invoice and its place in it, from 1.
struct Line<'a> {
    invoice: &'a IssuedInvoice,
    number: usize,
}

impl Line<'_> {
    fn meters(&self) -> &[MeterUsage] {
        let charge = self.invoice.charges.get(self.number - 1);
        charge.and_then(|charge| charge.provenance.usage.as_ref()).map_or(&[], |usage| usage.meters.as_slice())
    }

    fn contract(&self) -> Option<&ContractCode> {
        self.invoice.charges.get(self.number - 1).map(|charge| &charge.provenance.contract)
    }

    fn net(&self) -> Money {
        let charge = self.invoice.charges.get(self.number - 1);
        signed(self.invoice, charge.map_or(Money::ZERO, |charge| charge.net))
    }

    fn item(&self, position: u64, hits: u64, reading: Option<DrawnReading>) -> Item {
        let charge = self.invoice.charges.get(self.number - 1);
        Item {
            position: position + 1,
            invoice: self.invoice.number.to_string(),
            tenant: self.invoice.buyer.name.clone(),
            month: self.invoice.month,
            amount: self.net(),
            hits,
            line: Some(self.number),
            designation: charge.map(|charge| charge.designation.fr.clone()),
            reading,
        }
    }
}

fn lines(invoices: &[IssuedInvoice]) -> Vec<Line<'_>> {
    let numbered = |invoice: &IssuedInvoice| 1..=invoice.charges.len();
    invoices.iter().flat_map(|invoice| numbered(invoice).map(move |number| Line { invoice, number })).collect()
}

/// Readings of a meter, with the line they are shown with.
struct Behind<'a> {
    line: &'a Line<'a>,
    meter: &'a MeterCode,
    period: Period,
    readings: u64,
}

/// Every reading of a contract's meters once, however many lines, credit notes and later documents rest on it: with the
/// first of them.
fn behind<'a>(connection: &mut AnyConnection, lines: &'a [Line<'a>]) -> Result<Vec<Behind<'a>>, AppError> {
    let ids: BTreeMap<_, _> = book::meter_ids(connection)?.into_iter().collect();
    let mut counted: BTreeMap<(&ContractCode, &MeterCode), Vec<Period>> = BTreeMap::new();
    let mut behind = Vec::new();
    for line in lines {
        let Some(contract) = line.contract() else { continue };
        for usage in line.meters() {
            let held = counted.entry((contract, &usage.meter)).or_default();
            for period in usage.period.without(held) {
                let readings = match ids.get(&usage.meter) {
                    Some(id) if period != usage.period => count(&readings::series(connection, *id, period)?),
                    _ => usage.readings,
                };
                held.push(period);
                behind.push(Behind { line, meter: &usage.meter, period, readings });
            }
        }
    }
    Ok(behind)
}

/// The population is every reading behind the lines, in their order.
fn random_readings(
    connection: &mut AnyConnection,
    invoices: &[IssuedInvoice],
    request: &Request,
) -> Result<Sample, AppError> {
    let lines = lines(invoices);
    let behind = behind(connection, &lines)?;
    let population = behind.iter().map(|behind| behind.readings).sum();
    let mut chosen = sampling::random(population, request.size, &request.seed).into_iter().peekable();
    let (mut passed, mut items) = (0, Vec::new());
    for Behind { line, meter, period, readings } in behind {
        while let Some(position) = chosen.next_if(|position| *position < passed + readings) {
            let reading = nth_reading(connection, meter, period, position - passed)?;
            items.push(line.item(position, 1, reading));
        }
        passed += readings;
    }
    let total = lines.iter().map(Line::net).sum();
    Ok(Sample { population, total, items, ..Sample::default() })
}

/// Lines are hit by their amounts; behind each line that is hit, one of its readings is drawn.
fn monetary_readings(
    connection: &mut AnyConnection,
    invoices: &[IssuedInvoice],
    request: &Request,
) -> Result<Sample, AppError> {
    let lines = lines(invoices);
    let amounts: Vec<i64> = lines.iter().map(|line| line.net().cents()).collect();
    let drawn = sampling::monetary(&amounts, request.size, &request.seed);
    let mut items = Vec::new();
    for (position, hits) in &drawn.hits {
        let Some(line) = lines.get(*position) else { continue };
        let mut generator = Generator::new(&format!("{}:{}:{}", request.seed, line.invoice.number, line.number));
        let among: u64 = line.meters().iter().map(|meter| meter.readings).sum();
        let mut rank = generator.below(among);
        let mut reading = None;
        for meter in line.meters() {
            if rank < meter.readings {
                reading = nth_reading(connection, &meter.meter, meter.period, rank)?;
                break;
            }
            rank -= meter.readings;
        }
        items.push(line.item(u64::try_from(*position).unwrap_or(u64::MAX), *hits, reading));
    }
    Ok(Sample { population: u64::try_from(lines.len()).unwrap_or(u64::MAX), items, ..of(&drawn) })
}

fn count(series: &[Reading]) -> u64 {
    u64::try_from(series.len()).unwrap_or(u64::MAX)
}

/// The reading at `rank`, from 0, of a meter's in `period`; none where it is no longer known.
fn nth_reading(
    connection: &mut AnyConnection,
    meter: &MeterCode,
    period: Period,
    rank: u64,
) -> Result<Option<DrawnReading>, AppError> {
    let ids: BTreeMap<_, _> = book::meter_ids(connection)?.into_iter().collect();
    let Some(id) = ids.get(meter) else { return Ok(None) };
    let series: Vec<Reading> = readings::series(connection, *id, period)?;
    let reading = usize::try_from(rank).ok().and_then(|rank| series.get(rank).or(series.last()));
    Ok(reading.map(|reading| DrawnReading { meter: meter.clone(), at: reading.at, value: reading.value }))
}

//! Resolve what is odd about a meter, with a reason: correct a reading, accept an estimate for a silence, declare a
//! reset.
//!
//! Each is a plan first, which says what would be written, and is then executed; the reading, its history and the audit
//! event stand or fall together. A month that is billed stays as it was issued: its difference is billed next.

use chrono::{DateTime, Utc};
use serde_json::json;

use crate::app::gather::contracts_billing;
use crate::app::ingest_readings::{MeterDirectory, ReadingInput};
use crate::app::{AppError, Store};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::book::{Book, BookFault, BookProblem};
use crate::domain::calendar::{BillingMonth, Period, Timestamp};
use crate::domain::freetext::{Text, TextError};
use crate::domain::ids::MeterCode;
use crate::domain::ids::MeterId;
use crate::domain::metering::{Coverage, Meter, Quality, Reset, Sample, bridge};
use crate::domain::quantity::Micro;
use crate::domain::told::Told;
use crate::storage::{
    AnyConnection, IncomingBatch, IncomingReading, audit, billing, book as stored, note_change, readings,
    write_readings,
};

/// More estimates than a month of ten-minute readings mean that something else is wrong.
const ESTIMATES_MAX: usize = 4_464;

/// What a person decides about a meter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution {
    /// The value at this instant is another, or one is supplied that is missing.
    Correct { at: Timestamp, value: Micro },
    /// The silence between two readings is filled with estimates.
    Estimate { from: Timestamp, to: Timestamp },
    /// The counter began again.
    DeclareReset { at: Timestamp, final_index: Option<Micro>, new_index: Micro },
}

/// What would be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolutionPlan {
    pub resolution: Resolution,
    /// What the register shows at the instant now, where a reading is replaced.
    pub stored: Option<Micro>,
    /// How many readings would be written.
    pub readings: usize,
    /// Invoiced months that may change: their difference is billed on the next invoice.
    pub billed: Vec<BillingMonth>,
}

/// Plans `resolution`; writes nothing. Refused with the remedy where it cannot be.
pub fn plan(
    store: &Store,
    meter: &str,
    resolution: &Resolution,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<ResolutionPlan, AppError> {
    check_reason(reason)?;
    let directory = MeterDirectory::load(store)?;
    store.read(|connection| {
        prepare(connection, &directory, meter, resolution, reason, now).map(|prepared| prepared.plan)
    })
}

/// Does it, in one transaction with its audit event.
pub fn resolve(
    store: &Store,
    meter: &str,
    resolution: &Resolution,
    reason: &str,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<ResolutionPlan, AppError> {
    check_reason(reason)?;
    let directory = MeterDirectory::load(store)?;
    store.write(|connection| {
        // Before the book is read: what comes of it is the whole book, and nobody's edit may fall in between.
        stored::lock(connection)?;
        let prepared = prepare(connection, &directory, meter, resolution, reason, now)?;
        let event = match prepared.change {
            Change::Readings(readings) => {
                let batch = IncomingBatch {
                    readings,
                    source: format!("resolution:{}", by.name),
                    by: by.clone(),
                    idempotency: None,
                    received_at: now.into(),
                };
                let outcome = write_readings(connection, batch)?;
                if !outcome.conflicts.is_empty() || outcome.accepted == 0 {
                    let english = "readings came in meanwhile where these would have stood: look at the meter again";
                    return Err(AppError::Refused(Box::new(Told::new("readings-meanwhile", english))));
                }
                match resolution {
                    Resolution::Correct { at, value } => {
                        let detail = json!({ "at": at, "value": value });
                        let event = AuditEvent::new(now, by, "readings.corrected", meter, detail);
                        match prepared.plan.stored {
                            Some(stored) => event.before(json!({ "value": stored })),
                            None => event,
                        }
                    }
                    Resolution::Estimate { from, to } => {
                        let detail = json!({ "from": from, "to": to, "readings": outcome.accepted });
                        AuditEvent::new(now, by, "gap.estimated", meter, detail)
                    }
                    Resolution::DeclareReset { .. } => return Err(AppError::input("a reset writes no readings")),
                }
            }
            Change::Book { book, id, before, reset } => {
                stored::save_book(connection, &book)?;
                stored::note_edit(connection, ("meter", meter), &by.name, now.into())?;
                note_change(connection, id, reset.at, now.into())?;
                AuditEvent::new(now, by, "meter.reset-declared", meter, json!({ "reset": reset }))
                    .before(json!({ "resets": before }))
            }
        };
        audit::append(connection, &event.because(reason.trim()))?;
        Ok(prepared.plan)
    })
}

struct Prepared {
    plan: ResolutionPlan,
    change: Change,
}

enum Change {
    Readings(Vec<IncomingReading>),
    Book { book: Box<Book>, id: MeterId, before: Vec<Reset>, reset: Reset },
}

fn check_reason(reason: &str) -> Result<(), AppError> {
    if reason.trim().is_empty() {
        return Err(AppError::refused(&TextError::TooShort { text: Text::Reason, found: 0 }));
    }
    Ok(Text::Reason.check(reason)?)
}

fn prepare(
    connection: &mut AnyConnection,
    directory: &MeterDirectory,
    code: &str,
    resolution: &Resolution,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<Prepared, AppError> {
    let book = stored::load_book(connection)?.ok_or(AppError::NoBook)?;
    let meter = book.meters.iter().find(|meter| meter.code.as_str() == code);
    let (Some(meter), Some(id)) = (meter.cloned(), directory.id(code)) else {
        return Err(AppError::NotFound(format!("meter {code}")));
    };
    match *resolution {
        Resolution::Correct { at, value } => {
            correct(connection, directory, &book, &meter, id, (at, value), reason, now)
        }
        Resolution::Estimate { from, to } => {
            estimate(connection, directory, &book, &meter, id, Period { from, to }, now)
        }
        Resolution::DeclareReset { at, final_index, new_index } => {
            declare_reset(connection, book, &meter, id, Reset { at, final_index, new_index })
        }
    }
}

#[allow(clippy::too_many_arguments, reason = "a private step of one plan")]
fn correct(
    connection: &mut AnyConnection,
    directory: &MeterDirectory,
    book: &Book,
    meter: &Meter,
    id: MeterId,
    (at, value): (Timestamp, Micro),
    reason: &str,
    now: DateTime<Utc>,
) -> Result<Prepared, AppError> {
    let input = ReadingInput {
        meter: meter.code.as_str(),
        at,
        value,
        unit: None,
        quality: Quality::Corrected,
        correction: Some(reason.trim()),
    };
    let reading = directory.admit(&input, now).map_err(|why| AppError::refused(&why))?;
    let stored = value_at(connection, id, at)?;
    if stored == Some(value) {
        let english = format!("meter {} shows {value} at {at} already: nothing to correct", meter.code);
        let told = Told::new("correction-same", english).with("meter", meter.code.as_str()).with("at", at);
        return Err(AppError::Refused(Box::new(told.with("value", value.to_decimal()))));
    }
    let plan = ResolutionPlan {
        resolution: Resolution::Correct { at, value },
        stored,
        readings: 1,
        billed: billed_months(connection, book, &meter.code, (at, at))?,
    };
    Ok(Prepared { plan, change: Change::Readings(vec![reading]) })
}

fn estimate(
    connection: &mut AnyConnection,
    directory: &MeterDirectory,
    book: &Book,
    meter: &Meter,
    id: MeterId,
    Period { from, to }: Period,
    now: DateTime<Utc>,
) -> Result<Prepared, AppError> {
    let ends = value_at(connection, id, from)?.zip(value_at(connection, id, to)?);
    let Some((before, after)) = ends else {
        let english = format!(
            "an estimate stands between two readings, and meter {} has none at {from} or at {to}: supply the missing \
             reading first",
            meter.code
        );
        return Err(refused(Told::new("estimate-no-ends", english).with("from", from).with("to", to), meter));
    };
    let inside = Period { from: from.plus_seconds(1), to };
    if from >= to || !readings::series(connection, id, inside)?.is_empty() {
        let english = format!("meter {} is not silent from {from} to {to}: look at its gaps again", meter.code);
        return Err(refused(Told::new("estimate-not-silent", english).with("from", from).with("to", to), meter));
    }
    let spacing = spacing_seconds(connection, meter, id, from)?;
    let ends = [(from, before), (to, after)].map(|(at, value)| Sample { at, value });
    let [before, after] = ends;
    let filled = bridge(meter, before, after, spacing).map_err(|problem| AppError::refused(&problem))?;
    if filled.is_empty() || filled.len() > ESTIMATES_MAX {
        let count = filled.len();
        let english =
            format!("{count} estimates would fill the silence; between 1 and {ESTIMATES_MAX} can be accepted at once");
        let told = Told::new("estimate-too-many", english).with("count", count).with("max", ESTIMATES_MAX);
        return Err(refused(told, meter));
    }
    let admit = |sample: &Sample| {
        let input = ReadingInput {
            meter: meter.code.as_str(),
            at: sample.at,
            value: sample.value,
            unit: None,
            quality: Quality::Estimated,
            correction: None,
        };
        directory.admit(&input, now).map_err(|why| AppError::refused(&why))
    };
    let incoming = filled.iter().map(admit).collect::<Result<Vec<_>, _>>()?;
    let plan = ResolutionPlan {
        resolution: Resolution::Estimate { from, to },
        stored: None,
        readings: incoming.len(),
        billed: billed_months(connection, book, &meter.code, (from, to))?,
    };
    Ok(Prepared { plan, change: Change::Readings(incoming) })
}

fn declare_reset(
    connection: &mut AnyConnection,
    book: Book,
    meter: &Meter,
    id: MeterId,
    reset: Reset,
) -> Result<Prepared, AppError> {
    let mut changed = book.clone();
    for one in changed.meters.iter_mut().filter(|one| one.code == meter.code) {
        let position = one.resets.partition_point(|known| known.at < reset.at);
        one.resets.insert(position, reset);
    }
    // What the stored book breaks already, by a rule that came later, is none of the reset's.
    let known = book.check();
    if let Some(problem) = changed.check().iter().find(|problem| !known.contains(problem)) {
        return Err(refused(reset_told(problem), meter));
    }
    let plan = ResolutionPlan {
        resolution: Resolution::DeclareReset {
            at: reset.at,
            final_index: reset.final_index,
            new_index: reset.new_index,
        },
        stored: None,
        readings: 0,
        billed: billed_months(connection, &book, &meter.code, (reset.at, reset.at))?,
    };
    let before = meter.resets.clone();
    Ok(Prepared { plan, change: Change::Book { book: Box::new(changed), id, before, reset } })
}

/// A refusal that names its meter.
fn refused(told: Told, meter: &Meter) -> AppError {
    AppError::Refused(Box::new(told.with("meter", meter.code.as_str())))
}

/// What the book holds against a reset.
fn reset_told(problem: &BookProblem) -> Told {
    match &problem.fault {
        BookFault::ResetsOutOfOrder { previous, .. } => Told::new("reset-known", problem).with("at", *previous),
        BookFault::ResetOutsideService { at, .. } => Told::new("reset-outside-service", problem).with("at", *at),
        BookFault::Negative { .. } => Told::new("reset-negative", problem),
        BookFault::IndexBeyondModulus { index, modulus } => {
            Told::new("reset-beyond-modulus", problem).with("index", *index).with("modulus", *modulus)
        }
        _ => Told::new("reset-unsound", problem),
    }
}

fn value_at(connection: &mut AnyConnection, id: MeterId, at: Timestamp) -> Result<Option<Micro>, AppError> {
    let instant = Period { from: at, to: at.plus_seconds(1) };
    Ok(readings::series(connection, id, instant)?.pop().map(|reading| reading.value))
}

/// The meter's own cadence before the silence, so that the month then has as many readings as it should; never longer
/// than its tolerance.
fn spacing_seconds(
    connection: &mut AnyConnection,
    meter: &Meter,
    id: MeterId,
    from: Timestamp,
) -> Result<i64, AppError> {
    let day = Period { from: from.plus_seconds(-86_400), to: from.plus_seconds(1) };
    let before = readings::series(connection, id, day)?;
    let cadence = Coverage::of(meter, &before, day, day.to, None).cadence_seconds;
    Ok(cadence.unwrap_or(meter.tolerance_seconds).min(meter.tolerance_seconds))
}

/// The invoiced months between two instants, of which the meter is part of what was billed.
fn billed_months(
    connection: &mut AnyConnection,
    book: &Book,
    meter: &MeterCode,
    (from, to): (Timestamp, Timestamp),
) -> Result<Vec<BillingMonth>, AppError> {
    let Some(horizon) = billing::horizon(connection)? else { return Ok(Vec::new()) };
    let zone = book.facility.zone;
    let first = BillingMonth::of(from.date_in(zone));
    let last = BillingMonth::of(to.date_in(zone)).min(horizon.through);
    if last < first {
        return Ok(Vec::new());
    }
    // What no line bills is not regularised either.
    Ok(first.through(last).filter(|month| contracts_billing(book, meter, *month).next().is_some()).collect())
}

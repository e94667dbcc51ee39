//! One transaction over the batches that waited together.
//!
//! Nearly always every reading is new: then all go in at once, and the count of inserted rows proves it. Otherwise each
//! batch is compared with what is stored, reading by reading, in a savepoint of its own.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use super::arrivals::{Arrivals, Corrected};
use super::known::{Known, Learned, Touched};
use super::late::Lateness;
use super::{BatchOutcome, IncomingBatch, IncomingReading};
use crate::domain::metering::Quality;
use crate::domain::quantity::Micro;
use crate::storage::codec::to_json;
use crate::storage::db::AnyConnection;
use crate::storage::dialect::{self, ReadingRow};
use crate::storage::error::{StorageError, StorageResult};
use crate::storage::rows::{batches, billing};
use crate::storage::schema::reading_correction;

/// How often a batch is compared again because another writer stored one of its readings in between.
const ATTEMPTS_MAX: usize = 5;

/// Writes `batches`, each from the source of the same position, and returns one outcome each. An error concerns the
/// whole transaction, which is then undone.
pub fn write(
    connection: &mut AnyConnection,
    batches: &[IncomingBatch],
    sources: &[i32],
    known: &Known,
) -> StorageResult<(Vec<StorageResult<BatchOutcome>>, Learned)> {
    let Some(now) = batches.iter().map(|batch| batch.received_at.seconds()).max() else {
        return Err(StorageError::Refused("a group without batches".to_owned()));
    };
    connection.write_transaction(|connection| {
        dialect::share_horizon(connection)?;
        let horizon = billing::horizon(connection)?;
        let mut written = Written::behind(horizon);
        let outcomes = match write_all_new(connection, batches, sources, &mut written)? {
            Some(outcomes) => outcomes,
            None => write_each(connection, batches, sources, &mut written)?,
        };
        let learned = known.record(connection, horizon, &written.touched, now)?;
        written.arrivals.record(connection)?;
        Ok((outcomes, learned))
    })
}

/// What a transaction wrote: for what is remembered of meters, for the trail, and for the senders.
struct Written {
    touched: Touched,
    arrivals: Arrivals,
    lateness: Lateness,
}

impl Written {
    fn behind(horizon: Option<billing::Horizon>) -> Written {
        Written { touched: Touched::default(), arrivals: Arrivals::default(), lateness: Lateness::behind(horizon) }
    }
}

/// Inserts every reading of every batch; `None`, with nothing written, where one is not new or not plain.
fn write_all_new(
    connection: &mut AnyConnection,
    batches: &[IncomingBatch],
    sources: &[i32],
    written: &mut Written,
) -> StorageResult<Option<Vec<StorageResult<BatchOutcome>>>> {
    let mut keys = HashSet::new();
    for batch in batches {
        let keyed_anew = match &batch.idempotency {
            Some((key, body)) => keys.insert(key) && matches!(batches::answered(connection, key, body), Ok(None)),
            None => true,
        };
        if !keyed_anew || batch.readings.iter().any(|reading| reading.correction.is_some()) {
            return Ok(None);
        }
    }
    let mut rows: Vec<ReadingRow> = Vec::with_capacity(batches.iter().map(|batch| batch.readings.len()).sum());
    for (batch, source_id) in batches.iter().zip(sources) {
        rows.extend(batch.readings.iter().map(|reading| row(reading, *source_id)));
    }
    sort(&mut rows);
    let mut outcomes = Vec::with_capacity(batches.len());
    for batch in batches {
        let touches = batch.readings.iter().map(|reading| (reading.meter.0, reading.at.seconds()));
        let late = written.lateness.among(connection, touches)?;
        outcomes.push(BatchOutcome { accepted: batch.readings.len(), late, ..BatchOutcome::default() });
    }
    let inserted = connection.write_transaction(|connection| {
        insert_exactly(connection, &rows)?;
        batches.iter().zip(&outcomes).try_for_each(|(batch, outcome)| keep(connection, batch, outcome))
    });
    match inserted {
        Ok(()) => {
            rows.iter().for_each(|row| written.touched.note(row.meter_id, row.ts));
            for (batch, outcome) in batches.iter().zip(&outcomes) {
                let rows = batch.readings.iter();
                let rows = rows.map(|reading| (reading.at.seconds(), reading.meter.0, reading.value.micros()));
                written.arrivals.note(batch, outcome, rows, std::iter::empty());
            }
            Ok(Some(outcomes.into_iter().map(Ok).collect()))
        }
        Err(error @ StorageError::Unavailable(_)) => Err(error),
        // Whatever it is, the batch at fault will meet it again alone.
        Err(_) => Ok(None),
    }
}

fn write_each(
    connection: &mut AnyConnection,
    batches: &[IncomingBatch],
    sources: &[i32],
    written: &mut Written,
) -> StorageResult<Vec<StorageResult<BatchOutcome>>> {
    let mut outcomes = Vec::with_capacity(batches.len());
    for (batch, source_id) in batches.iter().zip(sources) {
        match write_compared(connection, batch, *source_id, written) {
            Err(error @ StorageError::Unavailable(_)) => return Err(error),
            outcome => outcomes.push(outcome),
        }
    }
    Ok(outcomes)
}

/// Compares a batch with what is stored and writes what is new.
fn write_compared(
    connection: &mut AnyConnection,
    batch: &IncomingBatch,
    source_id: i32,
    written: &mut Written,
) -> StorageResult<BatchOutcome> {
    for _ in 0..ATTEMPTS_MAX {
        if let Some((key, body)) = &batch.idempotency
            && let Some(outcome) = batches::answered(connection, key, body)?
        {
            return Ok(outcome);
        }
        let mut plan = plan(connection, batch, source_id)?;
        plan.outcome.late = written.lateness.among(connection, plan.accepted())?;
        match connection.write_transaction(|connection| execute(connection, batch, &plan)) {
            Ok(()) => {
                plan.touches().for_each(|(meter_id, ts)| written.touched.note(meter_id, ts));
                let rows = plan.rows.iter().map(|row| (row.ts, row.meter_id, row.value_micro));
                written.arrivals.note(batch, &plan.outcome, rows, plan.corrections.iter().map(corrected));
                return Ok(plan.outcome);
            }
            // Another writer was quicker with one of them: look again.
            Err(StorageError::Conflict(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Err(StorageError::Busy(batch.readings.len()))
}

/// What is to be written of a batch, and what its sender is told.
struct Plan {
    rows: Vec<ReadingRow>,
    corrections: Vec<CorrectionRow>,
    outcome: BatchOutcome,
}

impl Plan {
    /// Each accepted reading once: one that comes as a correction of nothing is a new row as well.
    fn accepted(&self) -> impl Iterator<Item = (i64, i64)> {
        let new = self.rows.iter().map(|row| (row.meter_id, row.ts));
        let replaced = self.corrections.iter().filter(|row| row.old_value_micro.is_some());
        new.chain(replaced.map(|row| (row.meter_id, row.ts)))
    }

    fn touches(&self) -> impl Iterator<Item = (i64, i64)> {
        let new = self.rows.iter().map(|row| (row.meter_id, row.ts));
        new.chain(self.corrections.iter().map(|row| (row.meter_id, row.ts)))
    }
}

#[derive(Insertable)]
#[diesel(table_name = reading_correction)]
struct CorrectionRow {
    meter_id: i64,
    ts: i64,
    old_value_micro: Option<i64>,
    value_micro: i64,
    reason: String,
    recorded_at: i64,
}

fn corrected(row: &CorrectionRow) -> Corrected {
    Corrected {
        meter_id: row.meter_id,
        ts: row.ts,
        old_value_micro: row.old_value_micro,
        value_micro: row.value_micro,
        reason: row.reason.clone(),
    }
}

/// A reading as first stored and as it stands now.
#[derive(Clone, Copy)]
struct Stored {
    first: i64,
    current: i64,
}

/// Sorts a batch into new readings, corrections, duplicates and conflicts (handbook, Metering). A value equal to the
/// one first stored is a duplicate even after a correction: the same file read twice changes nothing.
fn plan(connection: &mut AnyConnection, batch: &IncomingBatch, source_id: i32) -> StorageResult<Plan> {
    let mut stored = stored(connection, batch)?;
    let mut plan = Plan { rows: Vec::new(), corrections: Vec::new(), outcome: BatchOutcome::default() };
    for (index, reading) in batch.readings.iter().enumerate() {
        let (key, value) = ((reading.at.seconds(), reading.meter.0), reading.value.micros());
        let correction = |old_value_micro: Option<i64>, reason: &String| CorrectionRow {
            meter_id: key.1,
            ts: key.0,
            old_value_micro,
            value_micro: value,
            reason: reason.clone(),
            recorded_at: batch.received_at.seconds(),
        };
        match (stored.get(&key).copied(), &reading.correction) {
            (None, reason) => {
                plan.corrections.extend(reason.iter().map(|reason| correction(None, reason)));
                plan.rows.push(row(reading, source_id));
                plan.outcome.accepted += 1;
                stored.insert(key, Stored { first: value, current: value });
            }
            (Some(old), _) if old.current == value => plan.outcome.duplicates += 1,
            (Some(old), Some(reason)) => {
                plan.corrections.push(correction(Some(old.current), reason));
                plan.outcome.accepted += 1;
                stored.insert(key, Stored { current: value, ..old });
            }
            (Some(old), None) if old.first == value => plan.outcome.duplicates += 1,
            (Some(old), None) => plan.outcome.conflicts.push((index, Micro::from_micros(old.current))),
        }
    }
    sort(&mut plan.rows);
    Ok(plan)
}

fn stored(connection: &mut AnyConnection, batch: &IncomingBatch) -> StorageResult<HashMap<(i64, i64), Stored>> {
    let mut keys: Vec<(i64, i64)> =
        batch.readings.iter().map(|reading| (reading.at.seconds(), reading.meter.0)).collect();
    keys.sort_unstable();
    keys.dedup();
    let rows = dialect::stored_readings(connection, &keys)?;
    let current = |row: &dialect::StoredReading| row.corrected_micro.unwrap_or(row.value_micro);
    Ok(rows
        .iter()
        .map(|row| ((row.ts, row.meter_id), Stored { first: row.value_micro, current: current(row) }))
        .collect())
}

fn execute(connection: &mut AnyConnection, batch: &IncomingBatch, plan: &Plan) -> StorageResult<()> {
    insert_exactly(connection, &plan.rows)?;
    for row in &plan.corrections {
        diesel::insert_into(reading_correction::table).values(row).execute(connection)?;
    }
    keep(connection, batch, &plan.outcome)
}

/// Inserts the rows, or fails with a conflict where the key of one is taken.
fn insert_exactly(connection: &mut AnyConnection, rows: &[ReadingRow]) -> StorageResult<()> {
    let inserted = if rows.is_empty() { 0 } else { dialect::insert_readings(connection, rows)? };
    if inserted == rows.len() {
        Ok(())
    } else {
        Err(StorageError::Conflict(format!("{} of {} readings", rows.len() - inserted, rows.len())))
    }
}

/// Keeps the answer of a batch that has an idempotency key.
fn keep(connection: &mut AnyConnection, batch: &IncomingBatch, outcome: &BatchOutcome) -> StorageResult<()> {
    let Some((key, body)) = &batch.idempotency else { return Ok(()) };
    let response = to_json("a batch's answer", outcome)?;
    match dialect::keep_batch(connection, key, body, &response, batch.received_at.seconds())? {
        0 => Err(StorageError::Conflict(format!("idempotency key {key}"))),
        _ => Ok(()),
    }
}

fn row(reading: &IncomingReading, source_id: i32) -> ReadingRow {
    let quality = if reading.correction.is_some() { Quality::Corrected } else { reading.quality };
    ReadingRow {
        ts: reading.at.seconds(),
        meter_id: reading.meter.0,
        value_micro: reading.value.micros(),
        source_id,
        quality: quality.code(),
    }
}

/// In the order of the key: appends where the table ends, and two writers lock in the same order.
fn sort(rows: &mut [ReadingRow]) {
    rows.sort_by_key(|row| (row.ts, row.meter_id));
}

//! Take readings in: check each against its meter, write the good ones durably, say why of the others.
//!
//! The same readings may be sent again: what is stored already counts as a duplicate. Memory does not grow with the
//! stream: a few batches are on their way at a time, and refusals beyond the first are counted.

mod check;
mod file;
mod refusals;

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, Utc};
use tokio::sync::oneshot;

pub use check::{MeterDirectory, ReadingInput, Refusal};
pub use file::{FileOutcome, FileReport, import_file, take_in};
pub use refusals::{REFUSALS_KEPT, Refusals};

use crate::app::late_readings::{self, BilledMonth};
use crate::app::{AppError, Store};
use crate::domain::audit::Actor;
use crate::domain::calendar::{BillingMonth, Timestamp};
use crate::domain::freetext::Text;
use crate::domain::ids::{MeterCode, MeterId};
use crate::domain::told::{Tell, Told};
use crate::storage::{
    BatchOutcome, IncomingBatch, IncomingReading, LateReadings, ReadingWriter, StorageResult, readings,
};

/// Readings sent to the writer at once.
const BATCH_READINGS: usize = 10_000;
/// Batches that may wait for the disk while the next is prepared.
const BATCHES_WAITING_MAX: usize = 4;

/// What became of the readings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IntakeReport {
    pub accepted: u64,
    pub duplicates: u64,
    pub refusals: Refusals,
    /// Of what was accepted, what is of months their contracts were billed for.
    pub billed: Vec<BilledMonth>,
}

/// The instant of the meter's last reading.
pub fn latest(store: &Store, meter: &MeterCode) -> Result<Option<Timestamp>, AppError> {
    let end_of_time = Timestamp::from_seconds(i64::MAX);
    match MeterDirectory::load(store)?.id(meter.as_str()) {
        None => Ok(None),
        Some(id) => Ok(readings::last_before(&mut *store.connection()?, id, end_of_time)?.map(|sample| sample.at)),
    }
}

/// A long stream of readings on its way in, batch after batch.
pub struct Intake {
    store: Store,
    writer: ReadingWriter,
    directory: MeterDirectory,
    source: String,
    by: Actor,
    batch: Batch,
    waiting: VecDeque<Waiting>,
    report: IntakeReport,
    /// By meter and month: no more than the book has, however long the stream.
    late: BTreeMap<(MeterId, BillingMonth), u64>,
}

/// Readings admitted and not yet settled, each with its place.
#[derive(Default)]
struct Batch {
    readings: Vec<IncomingReading>,
    places: Vec<u64>,
}

struct Waiting {
    receiver: oneshot::Receiver<StorageResult<BatchOutcome>>,
    batch: Batch,
}

impl Intake {
    pub fn open(store: &Store, source: &str) -> Result<Intake, AppError> {
        Text::Ground.check(source)?;
        Ok(Intake {
            store: store.clone(),
            writer: ReadingWriter::start(store.database())?,
            directory: MeterDirectory::load(store)?,
            source: source.to_owned(),
            by: Actor::new(source, None),
            batch: Batch::default(),
            waiting: VecDeque::new(),
            report: IntakeReport::default(),
            late: BTreeMap::new(),
        })
    }

    /// Names who brings the readings in; otherwise the trail names their source.
    pub fn by(mut self, actor: &Actor) -> Intake {
        self.by = actor.clone();
        self
    }

    /// Checks the reading at `place` of the stream and hands full batches to the writer.
    pub fn push(&mut self, place: u64, input: &ReadingInput<'_>, now: DateTime<Utc>) -> Result<(), AppError> {
        match self.directory.admit(input, now) {
            Ok(reading) => {
                self.batch.readings.push(reading);
                self.batch.places.push(place);
            }
            Err(why) => self.refuse(place, why.told()),
        }
        if self.batch.readings.len() >= BATCH_READINGS { self.hand_over(now) } else { Ok(()) }
    }

    /// Notes that what stands at `place` of the stream is not taken.
    pub fn refuse(&mut self, place: u64, why: Told) {
        self.report.refusals.note(place, why);
    }

    /// What is known to have become of what was pushed.
    pub const fn so_far(&self) -> &IntakeReport {
        &self.report
    }

    /// Waits until everything pushed is durable. Where a batch fails the others count all the same: what is stored is known
    /// by what comes back, or by [`so_far`](Self::so_far) after this.
    pub fn settle_all(&mut self, now: DateTime<Utc>) -> Result<(), AppError> {
        let mut settled = self.hand_over(now);
        while let Some(waiting) = self.waiting.pop_front() {
            settled = settled.and(self.settle(waiting));
        }
        settled
    }

    /// The same, with what the invoices of months already billed have to do with it.
    pub fn finish(mut self, now: DateTime<Utc>) -> Result<IntakeReport, AppError> {
        self.settle_all(now)?;
        let late = self.late.into_iter().map(|((meter, month), readings)| LateReadings { meter, month, readings });
        self.report.billed = late_readings::of_billed_months(&self.store, &late.collect::<Vec<_>>())?;
        Ok(self.report)
    }

    fn hand_over(&mut self, now: DateTime<Utc>) -> Result<(), AppError> {
        let batch = std::mem::take(&mut self.batch);
        if batch.readings.is_empty() {
            return Ok(());
        }
        while self.waiting.len() >= BATCHES_WAITING_MAX {
            if let Some(oldest) = self.waiting.pop_front() {
                self.settle(oldest)?;
            }
        }
        let incoming = IncomingBatch {
            readings: batch.readings.clone(),
            source: self.source.clone(),
            by: self.by.clone(),
            idempotency: None,
            received_at: Timestamp::from(now),
        };
        let receiver = self.writer.submit(incoming);
        self.waiting.push_back(Waiting { receiver, batch });
        Ok(())
    }

    fn settle(&mut self, waiting: Waiting) -> Result<(), AppError> {
        let outcome = waiting
            .receiver
            .blocking_recv()
            .unwrap_or_else(|_| Err(crate::storage::StorageError::Unavailable("the writer has stopped".to_owned())))?;
        self.report.accepted += u64::try_from(outcome.accepted).unwrap_or(u64::MAX);
        self.report.duplicates += u64::try_from(outcome.duplicates).unwrap_or(u64::MAX);
        for one in outcome.late {
            let readings = self.late.entry((one.meter, one.month)).or_default();
            *readings = readings.saturating_add(one.readings);
        }
        for (position, stored) in outcome.conflicts {
            let reading = waiting.batch.readings.get(position);
            if let Some((reading, place)) = reading.zip(waiting.batch.places.get(position)) {
                let why = self.directory.conflict(reading, stored).told();
                self.refuse(*place, why);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::StorageError;

    /// Of three batches on their way the first fails: what the others stored is told.
    #[test]
    fn what_is_stored_counts_though_a_batch_fails() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("chapelle.db").display());
        let store = Store::open(&url, folder.path()).unwrap();
        let answers = [
            Err(StorageError::Unavailable("gone".to_owned())),
            Ok(BatchOutcome { accepted: 3, ..BatchOutcome::default() }),
            Ok(BatchOutcome { duplicates: 2, ..BatchOutcome::default() }),
        ];
        let waiting = answers.map(|answer| {
            let (sender, receiver) = oneshot::channel();
            sender.send(answer).unwrap();
            Waiting { receiver, batch: Batch::default() }
        });
        let mut intake = Intake {
            writer: ReadingWriter::start(store.database()).unwrap(),
            store,
            directory: MeterDirectory::default(),
            source: "test".to_owned(),
            by: Actor::new("test", None),
            batch: Batch::default(),
            waiting: waiting.into(),
            report: IntakeReport::default(),
            late: BTreeMap::new(),
        };
        assert!(intake.settle_all(DateTime::UNIX_EPOCH).is_err());
        assert_eq!((intake.so_far().accepted, intake.so_far().duplicates), (3, 2));
    }
}

//! Take readings in: check each against its meter, write the good ones durably, say why of the others.
//!
//! The same batch may be sent again: what is stored already counts as a duplicate, and with an idempotency key the
//! first answer is given again.

mod check;
mod file;

use std::collections::VecDeque;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use tokio::sync::oneshot;

pub use check::{MeterDirectory, ReadingInput, Refusal};
pub use file::{FileOutcome, FileReport, import_file, take_in};

use super::{AppError, Store};
use crate::domain::audit::{Actor, hex};
use crate::domain::calendar::Timestamp;
use crate::domain::ids::MeterCode;
use crate::storage::{BatchOutcome, IncomingBatch, IncomingReading, ReadingWriter, StorageResult, readings};

/// Readings sent to the writer at once.
const BATCH_READINGS: usize = 10_000;
/// Batches that may wait for the disk while the next is prepared.
const BATCHES_WAITING_MAX: usize = 4;

/// What became of the readings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IntakeReport {
    pub accepted: u64,
    pub duplicates: u64,
    pub refusals: Vec<Refused>,
}

/// A refused reading: its position among those sent, counted from 0, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub position: u64,
    pub why: Refusal,
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
    writer: ReadingWriter,
    directory: MeterDirectory,
    source: String,
    by: Actor,
    batch: Batch,
    waiting: VecDeque<Waiting>,
    report: IntakeReport,
    sent: u64,
    repeatable: bool,
}

/// Readings admitted and not yet settled, each with its position among those sent.
#[derive(Default)]
struct Batch {
    readings: Vec<IncomingReading>,
    positions: Vec<u64>,
}

struct Waiting {
    receiver: oneshot::Receiver<StorageResult<BatchOutcome>>,
    batch: Batch,
}

impl Intake {
    pub fn open(store: &Store, source: &str) -> Result<Intake, AppError> {
        Ok(Intake {
            writer: ReadingWriter::start(store.database())?,
            directory: MeterDirectory::load(store)?,
            source: source.to_owned(),
            by: Actor::new(source, None),
            batch: Batch::default(),
            waiting: VecDeque::new(),
            report: IntakeReport::default(),
            sent: 0,
            repeatable: false,
        })
    }

    /// Names who brings the readings in; otherwise the trail names their source.
    pub fn by(mut self, actor: &Actor) -> Intake {
        self.by = actor.clone();
        self
    }

    /// Gives each batch an idempotency key made of the readings in it, so that a stopped stream sent again is answered
    /// from the record up to where it stopped. A batch that holds other readings than before, because one that was
    /// refused then is admitted now, has another key and is written.
    pub fn repeatable(mut self) -> Intake {
        self.repeatable = true;
        self
    }

    /// Checks `inputs` and hands full batches to the writer.
    pub fn push<'a>(
        &mut self,
        inputs: impl IntoIterator<Item = ReadingInput<'a>>,
        now: DateTime<Utc>,
    ) -> Result<(), AppError> {
        for input in inputs {
            match self.directory.admit(&input, now) {
                Ok(reading) => {
                    self.batch.readings.push(reading);
                    self.batch.positions.push(self.sent);
                }
                Err(why) => self.report.refusals.push(Refused { position: self.sent, why }),
            }
            self.sent += 1;
            if self.batch.readings.len() >= BATCH_READINGS {
                self.hand_over(now)?;
            }
        }
        Ok(())
    }

    /// Readings pushed so far.
    pub fn sent(&self) -> u64 {
        self.sent
    }

    /// Waits until everything pushed is durable.
    pub fn finish(mut self, now: DateTime<Utc>) -> Result<IntakeReport, AppError> {
        self.hand_over(now)?;
        while let Some(waiting) = self.waiting.pop_front() {
            self.settle(waiting)?;
        }
        self.report.refusals.sort_by_key(|refused| refused.position);
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
        let idempotency =
            self.repeatable.then(|| digest(&batch.readings)).map(|digest| (format!("batch:{digest}"), digest));
        let incoming = IncomingBatch {
            readings: batch.readings.clone(),
            source: self.source.clone(),
            by: self.by.clone(),
            idempotency,
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
        for (position, stored) in outcome.conflicts {
            let reading = waiting.batch.readings.get(position);
            if let Some((reading, position)) = reading.zip(waiting.batch.positions.get(position)) {
                let why = self.directory.conflict(reading, stored);
                self.report.refusals.push(Refused { position: *position, why });
            }
        }
        Ok(())
    }
}

/// SHA-256 over everything that tells two batches apart.
fn digest(readings: &[IncomingReading]) -> String {
    let mut hasher = Sha256::new();
    for reading in readings {
        hasher.update(reading.meter.0.to_be_bytes());
        hasher.update(reading.at.seconds().to_be_bytes());
        hasher.update(reading.value.micros().to_be_bytes());
        hasher.update(reading.quality.code().to_be_bytes());
        hasher.update(reading.correction.as_deref().unwrap_or_default().as_bytes());
        hasher.update([0]);
    }
    hex(&hasher.finalize())
}

//! Take a request's readings in: parse, check each against its meter, write the good ones durably, say why of the rest.
//!
//! Split in two: [`Receiver::prepare`] computes and may read the database, [`Receiver::write`] waits for the disk
//! without holding a thread, so that many small requests share one transaction.

use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, Duration, Utc};
use sha2::{Digest, Sha256};

use crate::app::ingest_readings::{MeterDirectory, ReadingInput, Refusal};
use crate::app::late_readings::{self, BilledMonth};
use crate::app::{AppError, Store};
use crate::collect::{self, SubmittedReading};
use crate::domain::audit::{Actor, hex};
use crate::domain::calendar::Timestamp;
use crate::storage::{BatchOutcome, IncomingBatch, IncomingReading, LateReadings, ReadingWriter, StorageError};

pub use crate::collect::{BatchFormat, EventAttributes};

/// What the book says of meters is looked up again after so long; of one that seems unknown, much sooner.
const DIRECTORY_SECONDS: i64 = 30;
const DIRECTORY_UNKNOWN_SECONDS: i64 = 1;

/// Shared by all requests of a server.
pub struct Receiver {
    store: Store,
    writer: ReadingWriter,
    meters: RwLock<Meters>,
}

#[derive(Clone)]
struct Meters {
    directory: Arc<MeterDirectory>,
    loaded_at: DateTime<Utc>,
}

/// A checked batch, ready to be written.
pub struct Prepared {
    admitted: Vec<IncomingReading>,
    /// Where each admitted reading stood among those sent.
    positions: Vec<usize>,
    refused: Vec<RefusedReading>,
    directory: Arc<MeterDirectory>,
    body_sha256: String,
}

/// A reading that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedReading {
    /// Its position among those sent, from 0.
    pub index: usize,
    pub kind: RefusalKind,
    pub reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalKind {
    /// Not a reading at all.
    Malformed,
    /// Its meter cannot have shown it.
    Impossible,
    /// Stored already with another value.
    Conflict,
}

impl RefusalKind {
    pub const fn name(self) -> &'static str {
        match self {
            RefusalKind::Malformed => "malformed",
            RefusalKind::Impossible => "impossible",
            RefusalKind::Conflict => "conflict",
        }
    }
}

/// What became of a batch. What is not refused is durable.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Receipt {
    pub accepted: usize,
    pub duplicates: usize,
    /// By index.
    pub refused: Vec<RefusedReading>,
    /// What of the accepted is of months that billing has read: [`Receiver::billed`] tells more.
    pub late: Vec<LateReadings>,
}

/// Who sent a batch, and under which key it may be sent again.
pub struct Sender {
    /// Kept with the readings: a user's address.
    pub source: String,
    /// Who, and from which address.
    pub by: Actor,
    pub idempotency_key: Option<String>,
}

impl Receiver {
    pub fn start(store: &Store, now: DateTime<Utc>) -> Result<Receiver, AppError> {
        let meters = Meters { directory: Arc::new(directory(store)?), loaded_at: now };
        let writer = ReadingWriter::start(store.database())?;
        Ok(Receiver { store: store.clone(), writer, meters: RwLock::new(meters) })
    }

    /// True where [`prepare`](Receiver::prepare) will most likely not read the database.
    pub fn is_fresh(&self, now: DateTime<Utc>) -> bool {
        now - self.meters().loaded_at < Duration::seconds(DIRECTORY_SECONDS)
    }

    /// Parses and checks `body`. One bad record does not stop the others; a body that is no batch is refused whole.
    pub fn prepare(&self, body: &[u8], format: BatchFormat, now: DateTime<Utc>) -> Result<Prepared, AppError> {
        let records = collect::parse_batch(body, format).map_err(AppError::input)?;
        let readings: Vec<_> = records.iter().filter_map(|record| record.as_ref().ok()).collect();
        let directory = self.directory(now, |known| readings.iter().all(|(_, reading)| known.knows(&reading.meter)))?;
        let mut prepared = Prepared {
            admitted: Vec::with_capacity(readings.len()),
            positions: Vec::with_capacity(readings.len()),
            refused: vec![],
            directory,
            body_sha256: hex(&Sha256::digest(body)),
        };
        for (index, record) in records.iter().enumerate() {
            match record {
                Ok((_, reading)) => prepared.admit(index, reading, now),
                Err(error) => prepared.refuse(index, RefusalKind::Malformed, error.to_string()),
            }
        }
        Ok(prepared)
    }

    /// Writes what was admitted; the answer comes when it is durable.
    pub async fn write(&self, prepared: Prepared, sender: Sender, now: DateTime<Utc>) -> Result<Receipt, AppError> {
        let Prepared { admitted, positions, mut refused, directory, body_sha256 } = prepared;
        if admitted.is_empty() && sender.idempotency_key.is_none() {
            return Ok(Receipt { refused, ..Receipt::default() });
        }
        let batch = IncomingBatch {
            readings: admitted.clone(),
            source: sender.source,
            by: sender.by,
            idempotency: sender.idempotency_key.map(|key| (key, body_sha256)),
            received_at: Timestamp::from(now),
        };
        let stopped = || StorageError::Unavailable("the writer has stopped".to_owned());
        let outcome = self.writer.submit(batch).await.map_err(|_| stopped())??;
        for (position, stored) in &outcome.conflicts {
            if let Some((reading, index)) = admitted.get(*position).zip(positions.get(*position)) {
                let reason = directory.conflict(reading, *stored).to_string();
                refused.push(RefusedReading { index: *index, kind: RefusalKind::Conflict, reason });
            }
        }
        refused.sort_by_key(|refused| refused.index);
        let BatchOutcome { accepted, duplicates, late, .. } = outcome;
        Ok(Receipt { accepted, duplicates, refused, late })
    }

    /// Which of the readings a receipt counts as late are of months their contracts were billed for. Reads the database:
    /// to be asked where there are any, which is rare.
    pub fn billed(&self, late: &[LateReadings]) -> Result<Vec<BilledMonth>, AppError> {
        late_readings::of_billed_months(&self.store, late)
    }

    /// The book's meters: as remembered, unless that is old, or does not satisfy the caller and is not brand-new.
    fn directory(
        &self,
        now: DateTime<Utc>,
        satisfies: impl Fn(&MeterDirectory) -> bool,
    ) -> Result<Arc<MeterDirectory>, AppError> {
        let Meters { directory: known, loaded_at } = self.meters();
        let age = now - loaded_at;
        let good = age < Duration::seconds(DIRECTORY_SECONDS)
            && (age < Duration::seconds(DIRECTORY_UNKNOWN_SECONDS) || satisfies(&known));
        if good {
            return Ok(known);
        }
        let directory = Arc::new(directory(&self.store)?);
        let meters = Meters { directory: Arc::clone(&directory), loaded_at: now };
        *self.meters.write().unwrap_or_else(PoisonError::into_inner) = meters;
        Ok(directory)
    }

    fn meters(&self) -> Meters {
        self.meters.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Before the first book there are no meters, and every reading is refused as of an unknown one.
fn directory(store: &Store) -> Result<MeterDirectory, AppError> {
    match MeterDirectory::load(store) {
        Err(AppError::NoBook) => Ok(MeterDirectory::default()),
        directory => directory,
    }
}

impl Prepared {
    fn admit(&mut self, index: usize, reading: &SubmittedReading<'_>, now: DateTime<Utc>) {
        let input = ReadingInput {
            meter: &reading.meter,
            at: reading.at,
            value: reading.value,
            unit: reading.unit,
            quality: reading.quality,
            correction: reading.correction.as_deref(),
        };
        match self.directory.admit(&input, now) {
            Ok(reading) => {
                self.admitted.push(reading);
                self.positions.push(index);
            }
            Err(why @ Refusal::Conflict { .. }) => self.refuse(index, RefusalKind::Conflict, why.to_string()),
            Err(why) => self.refuse(index, RefusalKind::Impossible, why.to_string()),
        }
    }

    fn refuse(&mut self, index: usize, kind: RefusalKind, reason: String) {
        self.refused.push(RefusedReading { index, kind, reason });
    }
}

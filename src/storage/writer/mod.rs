//! Readings in, durably and fast.
//!
//! Owns: the queue of waiting batches and the threads that write them: one on SQLite, which has one writer anyway, two
//! on PostgreSQL. Each takes everything that waits and writes it in one transaction, so that many small requests share
//! one wait for the disk. Invariants: an answer is given after the commit; a batch stands in a savepoint of its own
//! where anything is odd about it, so that it fails alone; a reading is never updated; each transaction says in the trail
//! what it took in.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;

use diesel::r2d2::R2D2Connection;
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use super::db::{AnyConnection, Database, DatabaseUrl};
use super::dialect;
use super::error::{StorageError, StorageResult};
use crate::domain::audit::Actor;
use crate::domain::calendar::Timestamp;
use crate::domain::ids::MeterId;
use crate::domain::metering::Quality;
use crate::domain::quantity::Micro;

mod arrivals;
mod group;
mod known;
mod late;
mod queue;

use known::Known;
pub use late::LateReadings;
use queue::{Queue, Waiting};

/// A reading on its way in. Its meter is known and its value checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncomingReading {
    pub meter: MeterId,
    pub at: Timestamp,
    pub value: Micro,
    pub quality: Quality,
    /// Why it replaces what is stored, where it is a correction.
    pub correction: Option<String>,
}

/// Readings sent together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncomingBatch {
    pub readings: Vec<IncomingReading>,
    /// Who or what sent it: a file's name, a collector, a user.
    pub source: String,
    /// Who sends it, and from where, for the trail.
    pub by: Actor,
    /// The sender's key and the SHA-256 of the body: the same pair is answered the same again.
    pub idempotency: Option<(String, String)>,
    pub received_at: Timestamp,
}

/// What became of a batch: accepted + duplicates + conflicts = readings sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchOutcome {
    /// New readings, and corrections that changed one.
    pub accepted: usize,
    /// Stored already with the same value.
    pub duplicates: usize,
    /// Stored already with another value: the position in the batch and the current value.
    pub conflicts: Vec<(usize, Micro)>,
    /// Of what was accepted, what is of months before the billing horizon; answers kept by earlier versions lack it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub late: Vec<LateReadings>,
}

/// Writes readings; shared by everything that takes them in. Dropping it writes what waits and ends its threads.
pub struct ReadingWriter {
    queue: Arc<Queue>,
    threads: Vec<JoinHandle<()>>,
}

impl ReadingWriter {
    /// Opens the writer's own connections to a migrated database and starts its threads.
    pub fn start(database: &Database) -> StorageResult<ReadingWriter> {
        let count = match database.url() {
            DatabaseUrl::Sqlite(_) => 1,
            DatabaseUrl::Postgres(_) => 2,
        };
        let mut writer = ReadingWriter { queue: Arc::new(Queue::default()), threads: Vec::new() };
        for number in 1..=count {
            let mut thread = WriterThread {
                database: database.clone(),
                connection: Some(database.url().connect()?),
                sources: HashMap::new(),
                known: Known::default(),
            };
            let queue = Arc::clone(&writer.queue);
            let handle = std::thread::Builder::new()
                .name(format!("readings-{number}"))
                .spawn(move || thread.run(&queue))
                .map_err(|error| StorageError::Unavailable(format!("no thread for the writer: {error}")))?;
            writer.threads.push(handle);
        }
        Ok(writer)
    }

    /// Hands a batch over. The receiver gets the outcome once it is durable, or at once [`StorageError::Busy`] where
    /// too much waits already.
    pub fn submit(&self, batch: IncomingBatch) -> oneshot::Receiver<StorageResult<BatchOutcome>> {
        let (waiting, receiver) = Waiting::new(batch);
        if let Err((waiting, readings)) = self.queue.offer(waiting) {
            waiting.answer(Err(StorageError::Busy(readings)));
        }
        receiver
    }
}

/// Writes one batch within the caller's transaction, so that what is recorded beside it stands or falls with it. For
/// the few readings a person enters; everything else goes through a [`ReadingWriter`].
pub fn write_readings(connection: &mut AnyConnection, batch: IncomingBatch) -> StorageResult<BatchOutcome> {
    let source = dialect::source_id(connection, &batch.source)?;
    let (mut outcomes, _) = group::write(connection, &[batch], &[source], &Known::default())?;
    outcomes.pop().unwrap_or_else(|| Err(StorageError::Refused("a batch without an outcome".to_owned())))
}

/// Marks what rests on a meter's instant as changed, where something else than a reading changed it: a declared reset.
pub fn note_change(connection: &mut AnyConnection, meter: MeterId, at: Timestamp, now: Timestamp) -> StorageResult<()> {
    dialect::share_horizon(connection)?;
    let mut touched = known::Touched::default();
    touched.note(meter.0, at.seconds());
    Known::default().record_changes(connection, &touched, now.seconds())
}

impl Drop for ReadingWriter {
    fn drop(&mut self) {
        self.queue.close();
        for thread in self.threads.drain(..) {
            // A panic while writing ends no thread: it is caught, and told to those whose batches it was (`serve`). Were one
            // to end all the same, what waits would be dropped with the queue, and whoever waits know by that.
            let _ = thread.join();
        }
    }
}

/// Writes what waits until the queue is closed. Where `write` panics its transaction is undone with its connection, those
/// who sent these batches see their sender go, and whoever waits behind them is served all the same.
fn serve(queue: &Queue, mut write: impl FnMut(&[IncomingBatch]) -> Vec<StorageResult<BatchOutcome>>) {
    while let Some(waiting) = queue.take() {
        let (batches, replies): (Vec<IncomingBatch>, Vec<_>) = waiting.into_iter().map(Waiting::into_parts).unzip();
        let Ok(outcomes) = catch_unwind(AssertUnwindSafe(|| write(&batches))) else {
            tracing::error!(
                batches = batches.len(),
                "writing readings panicked; what was sent with them is not stored"
            );
            continue;
        };
        for (reply, outcome) in replies.into_iter().zip(outcomes) {
            // Whoever no longer waits does not need the answer.
            let _ = reply.send(outcome);
        }
    }
}

/// Two writers on PostgreSQL may meet the same keys in opposite order; the one that is undone simply tries again.
const DEADLOCK_TRIES: usize = 6;

/// One thread's connection and what it remembers of the database.
struct WriterThread {
    database: Database,
    /// None after a failure that may have left it unusable.
    connection: Option<AnyConnection>,
    sources: HashMap<String, i32>,
    known: Known,
}

impl WriterThread {
    fn run(&mut self, queue: &Queue) {
        serve(queue, |batches| self.write(batches));
    }

    /// One outcome per batch. A transaction that fails as a whole is tried again batch by batch, so that one bad batch
    /// harms no other.
    fn write(&mut self, batches: &[IncomingBatch]) -> Vec<StorageResult<BatchOutcome>> {
        let mut outcomes = self.write_once(batches);
        for _ in 1..DEADLOCK_TRIES {
            for (outcome, batch) in outcomes.iter_mut().zip(batches) {
                if outcome.as_ref().is_err_and(StorageError::is_deadlock)
                    && let Some(again) = self.write_once(std::slice::from_ref(batch)).pop()
                {
                    *outcome = again;
                }
            }
        }
        outcomes
    }

    fn write_once(&mut self, batches: &[IncomingBatch]) -> Vec<StorageResult<BatchOutcome>> {
        match self.write_together(batches) {
            Ok(outcomes) => outcomes,
            Err(error) if batches.len() == 1 => vec![Err(error)],
            Err(StorageError::Unavailable(why)) => {
                batches.iter().map(|_| Err(StorageError::Unavailable(why.clone()))).collect()
            }
            Err(_) => batches.iter().flat_map(|batch| self.write_once(std::slice::from_ref(batch))).collect(),
        }
    }

    fn write_together(&mut self, batches: &[IncomingBatch]) -> StorageResult<Vec<StorageResult<BatchOutcome>>> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.database.url().connect()?,
        };
        let database = self.database.clone();
        let turn = database.writing_turn()?;
        let written = self.write_with(&mut connection, batches);
        drop(turn);
        if written.is_ok() || (!connection.is_broken() && connection.ping().is_ok()) {
            self.connection = Some(connection);
        }
        written
    }

    fn write_with(
        &mut self,
        connection: &mut AnyConnection,
        batches: &[IncomingBatch],
    ) -> StorageResult<Vec<StorageResult<BatchOutcome>>> {
        let sources = batches.iter().map(|batch| self.source_id(connection, &batch.source));
        let sources = sources.collect::<StorageResult<Vec<i32>>>()?;
        let (outcomes, learned) = group::write(connection, batches, &sources, &self.known)?;
        self.known.learn(learned);
        Ok(outcomes)
    }

    /// Sources are few and never removed. One is made outside the transaction, which may be undone.
    fn source_id(&mut self, connection: &mut AnyConnection, name: &str) -> StorageResult<i32> {
        if let Some(id) = self.sources.get(name) {
            return Ok(*id);
        }
        let id = dialect::source_id(connection, name)?;
        self.sources.insert(name.to_owned(), id);
        Ok(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(source: &str) -> (Waiting, oneshot::Receiver<StorageResult<BatchOutcome>>) {
        Waiting::new(IncomingBatch {
            readings: vec![],
            source: source.to_owned(),
            by: Actor::new("test", None),
            idempotency: None,
            received_at: Timestamp::from_seconds(0),
        })
    }

    #[test]
    fn a_batch_that_panics_leaves_nobody_waiting() {
        let queue = Arc::new(Queue::default());
        let (odd, told) = waiting("odd");
        assert!(queue.offer(odd).is_ok());
        let serving = Arc::clone(&queue);
        let thread = std::thread::spawn(move || {
            serve(&serving, |batches| {
                assert_eq!(batches[0].source, "sound");
                batches.iter().map(|_| Ok(BatchOutcome::default())).collect()
            });
        });
        assert!(told.blocking_recv().is_err(), "its sender is gone");
        let (sound, told) = waiting("sound");
        assert!(queue.offer(sound).is_ok());
        assert!(told.blocking_recv().unwrap().is_ok());
        queue.close();
        thread.join().unwrap();
    }
}

//! Batches that wait to be written, bounded by how many readings they hold.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::{BatchOutcome, IncomingBatch};
use crate::storage::error::StorageResult;

/// Readings in one transaction: enough to share a wait for the disk, few enough to answer soon.
const GROUP_READINGS_MAX: usize = 50_000;
/// Readings that may wait: about 30 MB, and a second of writing.
const WAITING_READINGS_MAX: usize = 500_000;

type Reply = oneshot::Sender<StorageResult<BatchOutcome>>;

/// A batch and whom to answer.
pub struct Waiting {
    batch: IncomingBatch,
    reply: Reply,
}

impl Waiting {
    pub fn new(batch: IncomingBatch) -> (Waiting, oneshot::Receiver<StorageResult<BatchOutcome>>) {
        let (reply, receiver) = oneshot::channel();
        (Waiting { batch, reply }, receiver)
    }

    pub fn into_parts(self) -> (IncomingBatch, Reply) {
        (self.batch, self.reply)
    }

    pub fn answer(self, outcome: StorageResult<BatchOutcome>) {
        // Whoever no longer waits does not need the answer.
        let _ = self.reply.send(outcome);
    }

    /// What it counts for: an empty batch takes a place too.
    fn weight(&self) -> usize {
        self.batch.readings.len().max(1)
    }
}

/// First in, first out.
#[derive(Default)]
pub struct Queue {
    state: Mutex<State>,
    arrived: Condvar,
    taken: Condvar,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Waiting>,
    readings: usize,
    closed: bool,
}

impl State {
    /// A batch larger than the limit fits an empty queue.
    fn has_room_for(&self, weight: usize) -> bool {
        self.readings == 0 || self.readings + weight <= WAITING_READINGS_MAX
    }

    fn push(&mut self, waiting: Waiting) {
        self.readings += waiting.weight();
        self.waiting.push_back(waiting);
    }
}

impl Queue {
    /// Adds a batch, or gives it back with the number of readings that wait where there is no room.
    pub fn offer(&self, waiting: Waiting) -> Result<(), (Waiting, usize)> {
        let mut state = self.lock();
        if !state.has_room_for(waiting.weight()) {
            return Err((waiting, state.readings));
        }
        state.push(waiting);
        self.arrived.notify_one();
        Ok(())
    }

    /// Adds a batch, waiting for room.
    pub fn put(&self, waiting: Waiting) {
        let weight = waiting.weight();
        let full = |state: &mut State| !state.has_room_for(weight);
        let mut state = self.taken.wait_while(self.lock(), full).unwrap_or_else(PoisonError::into_inner);
        state.push(waiting);
        self.arrived.notify_one();
    }

    /// Waits for batches and takes as many as one transaction should hold; `None` once closed and empty.
    pub fn take(&self) -> Option<Vec<Waiting>> {
        let idle = |state: &mut State| state.waiting.is_empty() && !state.closed;
        let mut state = self.arrived.wait_while(self.lock(), idle).unwrap_or_else(PoisonError::into_inner);
        let mut group = Vec::new();
        let mut readings = 0;
        while readings < GROUP_READINGS_MAX
            && let Some(waiting) = state.waiting.pop_front()
        {
            readings += waiting.weight();
            group.push(waiting);
        }
        state.readings -= readings;
        self.taken.notify_all();
        (!group.is_empty()).then_some(group)
    }

    /// No more will come; what waits is still taken.
    pub fn close(&self) {
        self.lock().closed = true;
        self.arrived.notify_all();
    }

    /// The state stays consistent whatever panics: every change to it is complete before the lock goes.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

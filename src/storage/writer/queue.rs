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
    pub fn offer(&self, waiting: Waiting) -> Result<(), (Box<Waiting>, usize)> {
        let mut state = self.lock();
        if !state.has_room_for(waiting.weight()) {
            return Err((Box::new(waiting), state.readings));
        }
        state.push(waiting);
        self.arrived.notify_one();
        Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::Timestamp;
    use crate::domain::ids::MeterId;
    use crate::domain::metering::Quality;
    use crate::domain::quantity::Micro;
    use crate::storage::writer::IncomingReading;

    fn waiting(readings: usize) -> Waiting {
        let reading = IncomingReading {
            meter: MeterId(1),
            at: Timestamp::from_seconds(0),
            value: Micro::ZERO,
            quality: Quality::Measured,
            correction: None,
        };
        let batch = IncomingBatch {
            readings: vec![reading; readings],
            source: String::new(),
            by: crate::domain::audit::Actor::new("test", None),
            idempotency: None,
            received_at: Timestamp::from_seconds(0),
        };
        Waiting::new(batch).0
    }

    #[test]
    fn what_does_not_fit_is_given_back_and_a_group_is_bounded() {
        let queue = Queue::default();
        let mut offered = 0;
        let refused = loop {
            match queue.offer(waiting(20_000)) {
                Ok(()) => offered += 1,
                Err((_, readings)) => break readings,
            }
        };
        assert_eq!((offered, refused), (25, 500_000));
        assert_eq!(queue.take().map(|group| group.len()), Some(3));
        assert!(queue.offer(waiting(60_000)).is_ok());
        assert!(queue.offer(waiting(1)).is_err());
        queue.close();
        let left = std::iter::from_fn(|| queue.take()).map(|group| group.len()).sum::<usize>();
        assert_eq!(left, 23);
    }

    #[test]
    fn a_batch_larger_than_the_queue_fits_an_empty_one() {
        let queue = Queue::default();
        assert!(queue.offer(waiting(WAITING_READINGS_MAX + 1)).is_ok());
        assert!(queue.offer(waiting(0)).is_err());
        assert_eq!(queue.take().map(|group| group.len()), Some(1));
    }
}

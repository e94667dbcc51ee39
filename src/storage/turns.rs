//! Turns at writing to SQLite, first come, first served, among the threads of this process.
//!
//! SQLite lets a writer that has to wait look again every 100 ms. While readings pour in, the lock is free between two
//! looks and taken at each: a bill could wait for many seconds. So whoever writes through [`super::Database`] queues
//! here first. PostgreSQL queues by itself.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::error::{StorageError, StorageResult};

/// As long as SQLite itself waits (its busy timeout).
const WAIT_MAX: Duration = Duration::from_secs(10);

/// The queue; its front has the turn.
#[derive(Default)]
pub struct Turns {
    queue: Mutex<Queue>,
    moved: Condvar,
}

#[derive(Default)]
struct Queue {
    tickets: VecDeque<u64>,
    next: u64,
}

/// A turn; it ends when dropped.
pub struct Turn<'a> {
    turns: &'a Turns,
    ticket: u64,
}

impl Turns {
    /// Waits for a turn. It fails after [`WAIT_MAX`], which also uncovers a thread that waits for itself.
    pub fn take(&self) -> StorageResult<Turn<'_>> {
        let mut queue = self.lock();
        let ticket = queue.next;
        queue.next += 1;
        queue.tickets.push_back(ticket);
        let behind = |queue: &mut Queue| queue.tickets.front() != Some(&ticket);
        let (queue, waited) =
            self.moved.wait_timeout_while(queue, WAIT_MAX, behind).unwrap_or_else(PoisonError::into_inner);
        drop(queue);
        // Dropped on failure, it leaves the queue.
        let turn = Turn { turns: self, ticket };
        if waited.timed_out() {
            return Err(StorageError::Unavailable(format!("other writers kept it for {} s", WAIT_MAX.as_secs())));
        }
        Ok(turn)
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.turns.lock().tickets.retain(|ticket| *ticket != self.ticket);
        self.turns.moved.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_come_in_the_order_they_were_asked_for() {
        let turns = Turns::default();
        let order = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            let first = turns.take().unwrap();
            for n in 0..5 {
                let (turns, order) = (&turns, &order);
                scope.spawn(move || {
                    let _turn = turns.take().unwrap();
                    order.lock().unwrap().push(n);
                });
                // The next thread starts once this one waits.
                while turns.lock().tickets.len() < n + 2 {
                    std::thread::yield_now();
                }
            }
            drop(first);
        });
        assert_eq!(order.into_inner().unwrap(), [0, 1, 2, 3, 4]);
        assert!(turns.lock().tickets.is_empty());
    }
}

//! Saying, while long work goes on, that its program is still there: what falls silent is told as stopped.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};

/// Several times within the silence after which work counts as stopped.
const EVERY: Duration = Duration::from_secs(30);

/// Does `work`, which begins at `now`, and calls `beat` with the time again and again until it is done.
pub fn beating<T>(now: DateTime<Utc>, beat: impl Fn(DateTime<Utc>) + Send, work: impl FnOnce() -> T) -> T {
    beating_every(EVERY, now, beat, work)
}

fn beating_every<T>(
    every: Duration,
    now: DateTime<Utc>,
    beat: impl Fn(DateTime<Utc>) + Send,
    work: impl FnOnce() -> T,
) -> T {
    let begun = Instant::now();
    // It hangs up when the work is done, and when it panics.
    let (working, done) = mpsc::channel::<()>();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            while done.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
                beat(now + TimeDelta::from_std(begun.elapsed()).unwrap_or_default());
            }
        });
        let _working = working;
        work()
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn it_beats_as_long_as_the_work_goes_on() {
        let beats = Mutex::new(vec![]);
        let now = DateTime::from_timestamp(1_793_700_000, 0).unwrap();
        let work = || {
            while beats.lock().unwrap().len() < 2 {
                std::thread::sleep(Duration::from_millis(5));
            }
            "done"
        };
        let outcome = beating_every(Duration::from_millis(5), now, |at| beats.lock().unwrap().push(at), work);
        assert_eq!(outcome, "done");
        let beats = beats.into_inner().unwrap();
        assert!(now < beats[0] && beats[0] < beats[1], "{beats:?}");
    }
}

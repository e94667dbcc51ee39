//! Pack the readings of past days by meter, so that a page about one meter or one tenant reads little.
//!
//! Everything here may be interrupted at any time: a day is packed in one transaction, and what is not packed is read
//! from the readings themselves.

use chrono::{DateTime, Utc};

use crate::app::{AppError, Store};
use crate::storage::readings;
use crate::storage::series::{self, SECONDS_PER_DAY, StaleDay};

/// A day is packed once it is over by so much: most late devices have spoken by then.
const SETTLED_SECONDS: i64 = 2 * 3600;
/// Work of one call: the jobs have other things to do as well.
const DAYS_MAX: i64 = 62;
const STALE_MAX: i64 = 2_000;

/// What one call did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Packed {
    pub days: i64,
    pub repacked: usize,
    /// True where nothing is left to pack.
    pub complete: bool,
}

/// Packs days that are over and packs changed ones again, up to a bounded amount of work.
pub fn advance(store: &Store, now: DateTime<Utc>) -> Result<Packed, AppError> {
    let target = (now.timestamp() - SETTLED_SECONDS).div_euclid(SECONDS_PER_DAY);
    let Some((first, last)) = readings::span(&mut *store.connection()?)? else {
        return Ok(Packed { complete: true, ..Packed::default() });
    };
    let (_, built_until) = series::horizon(&mut *store.connection()?)?;
    // Beyond the last reading there is nothing to pack, and what comes there is better read fresh.
    let target = target.min(series::day_of(last.seconds()) + 1);
    let begin = built_until.max(series::day_of(first.seconds()));
    let end = target.min(begin + DAYS_MAX);
    let mut packed = Packed { complete: end >= target, ..Packed::default() };
    if begin < end {
        store.write(|connection| Ok(series::raise_mark(connection, end)?))?;
        for day in begin..end {
            store.write(|connection| Ok(series::pack_day(connection, day)?))?;
            packed.days += 1;
        }
    }
    packed.repacked = repack(store)?;
    Ok(packed)
}

/// Packs everything anew.
pub fn rebuild(store: &Store, now: DateTime<Utc>) -> Result<i64, AppError> {
    store.write(|connection| Ok(series::forget(connection)?))?;
    all(store, now)
}

/// Packs everything that is over.
pub fn all(store: &Store, now: DateTime<Utc>) -> Result<i64, AppError> {
    let mut days = 0;
    loop {
        let packed = advance(store, now)?;
        days += packed.days;
        if packed.complete {
            return Ok(days);
        }
    }
}

fn repack(store: &Store) -> Result<usize, AppError> {
    let stale: Vec<StaleDay> = series::stale(&mut *store.connection()?, STALE_MAX)?;
    for of_one_day in stale.chunk_by(|a, b| a.day == b.day) {
        store.write(|connection| Ok(series::repack(connection, of_one_day)?))?;
    }
    Ok(stale.len())
}

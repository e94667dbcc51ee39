//! A meter's readings over a period with the nearest one on either side: what coverage, charts and estimates start from.

use crate::app::AppError;
use crate::domain::calendar::Period;
use crate::domain::ids::MeterId;
use crate::domain::metering::Reading;
use crate::storage::series::{self, SeriesReader};
use crate::storage::{AnyConnection, readings};

/// Most neighbours lie within so much of the period.
const MARGIN_SECONDS: i64 = 2 * 3600;

/// Readings of some meters, meter by meter.
pub struct Around {
    period: Period,
    reader: SeriesReader,
}

impl Around {
    pub fn open(connection: &mut AnyConnection, meters: &[MeterId], period: Period) -> Result<Around, AppError> {
        let wide =
            Period { from: period.from.plus_seconds(-MARGIN_SECONDS), to: period.to.plus_seconds(MARGIN_SECONDS) };
        Ok(Around { period, reader: SeriesReader::open(connection, meters, wide)? })
    }

    /// The same of a period that ends now: what is after it is still to come.
    pub fn so_far(&mut self, connection: &mut AnyConnection, meter: MeterId) -> Result<Vec<Reading>, AppError> {
        let mut found = self.reader.readings(connection, meter)?;
        if found.first().is_none_or(|first| first.at > self.period.from)
            && let Some(before) = series::last_before(connection, meter, self.period.from)?
        {
            found.retain(|reading| reading.at > before.at);
            found.insert(0, before);
        }
        Ok(found)
    }

    /// The meter's readings, oldest first, the one before the period and the one after it among them.
    pub fn of(&mut self, connection: &mut AnyConnection, meter: MeterId) -> Result<Vec<Reading>, AppError> {
        let mut found = self.so_far(connection, meter)?;
        if found.last().is_none_or(|last| last.at < self.period.to)
            && let Some(after) = readings::first_at_or_after(connection, meter, self.period.to)?
        {
            let instant = Period { from: after.at, to: after.at.plus_seconds(1) };
            found.extend(readings::series(connection, meter, instant)?);
        }
        Ok(found)
    }
}

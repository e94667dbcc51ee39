//! Which readings of a batch are of months that billing has read already, so that their sender can be told.
//!
//! What rests on them is noted by [`super::known`]; this only counts, and costs the ordinary reading one comparison.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::domain::calendar::{BillingMonth, Timestamp};
use crate::domain::ids::MeterId;
use crate::storage::db::AnyConnection;
use crate::storage::error::StorageResult;
use crate::storage::rows::billing::{self, Horizon};

/// How many readings of a meter were taken, each new or a correction, of a month before the billing horizon. Whether
/// the meter's contract was billed for it is another question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LateReadings {
    pub meter: MeterId,
    pub month: BillingMonth,
    pub readings: u64,
}

/// The horizon of a transaction, and what is needed behind it only.
pub struct Lateness {
    horizon: Option<Horizon>,
    zone: Option<Tz>,
    /// The month of the latest instant, from and to: neighbours usually share it.
    month: Option<(i64, i64, BillingMonth)>,
}

impl Lateness {
    /// In the transaction that writes, once the horizon cannot move any more.
    pub fn behind(horizon: Option<Horizon>) -> Lateness {
        Lateness { horizon, zone: None, month: None }
    }

    /// The late ones among `touches`, each a meter and an instant in seconds; by month, then meter. What a meter shows at
    /// the first instant of a month is the index the month before ends with: it is late for both.
    pub fn among(
        &mut self,
        connection: &mut AnyConnection,
        touches: impl Iterator<Item = (i64, i64)>,
    ) -> StorageResult<Vec<LateReadings>> {
        let Some(until) = self.horizon.map(|horizon| horizon.until.seconds()) else { return Ok(vec![]) };
        let mut found: BTreeMap<(BillingMonth, i64), u64> = BTreeMap::new();
        for (meter, ts) in touches.filter(|(_, ts)| *ts <= until) {
            let (begins, month) = self.month_of(connection, ts)?;
            if ts < until {
                *found.entry((month, meter)).or_default() += 1;
            }
            if ts == begins {
                *found.entry((month.previous(), meter)).or_default() += 1;
            }
        }
        let late = |((month, meter), readings)| LateReadings { meter: MeterId(meter), month, readings };
        Ok(found.into_iter().map(late).collect())
    }

    /// The month of an instant, and when it begins.
    fn month_of(&mut self, connection: &mut AnyConnection, ts: i64) -> StorageResult<(i64, BillingMonth)> {
        if let Some((from, _, month)) = self.month.filter(|(from, to, _)| *from <= ts && ts < *to) {
            return Ok((from, month));
        }
        let zone = match self.zone {
            Some(zone) => zone,
            None => *self.zone.insert(billing::facility_zone(connection)?),
        };
        let month = BillingMonth::of(Timestamp::from_seconds(ts).date_in(zone));
        let period = month.period(zone);
        self.month = Some((period.from.seconds(), period.to.seconds(), month));
        Ok((period.from.seconds(), month))
    }
}

//! What a transaction took in, for the trail: one event per sender and source, whatever the number of batches.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{BatchOutcome, IncomingBatch};
use crate::domain::audit::{Actor, AuditEvent, hex};
use crate::domain::calendar::Timestamp;
use crate::domain::quantity::Micro;
use crate::storage::db::AnyConnection;
use crate::storage::error::StorageResult;
use crate::storage::rows::audit;
use crate::storage::schema::meter;

const SECONDS_PER_DAY: i64 = 86_400;
/// So many corrections are spelled out in an event; all of them are in their table, and sealed with their day.
const CORRECTIONS_SHOWN: usize = 200;

/// Per sender and source, what was written.
#[derive(Default)]
pub struct Arrivals {
    of: BTreeMap<(String, Option<String>, String), Arrival>,
}

#[derive(Default)]
struct Arrival {
    received_at: i64,
    accepted: usize,
    duplicates: usize,
    conflicts: usize,
    first: Option<i64>,
    last: Option<i64>,
    /// Rows written per UTC day, corrections included, counted from 1970.
    days: BTreeMap<i64, u64>,
    hasher: Sha256,
    corrections: Vec<Corrected>,
    corrected: usize,
}

/// A correction that was written.
pub struct Corrected {
    pub meter_id: i64,
    pub ts: i64,
    pub old_value_micro: Option<i64>,
    pub value_micro: i64,
    pub reason: String,
}

impl Arrivals {
    /// Notes a batch's outcome; `rows` are the (instant, meter, value) it wrote, `corrections` those among them.
    pub fn note(
        &mut self,
        batch: &IncomingBatch,
        outcome: &BatchOutcome,
        rows: impl Iterator<Item = (i64, i64, i64)>,
        corrections: impl Iterator<Item = Corrected>,
    ) {
        if outcome.accepted == 0 {
            return;
        }
        let key = (batch.by.name.clone(), batch.by.origin.clone(), batch.source.clone());
        let arrival = self.of.entry(key).or_default();
        arrival.received_at = arrival.received_at.max(batch.received_at.seconds());
        arrival.accepted += outcome.accepted;
        arrival.duplicates += outcome.duplicates;
        arrival.conflicts += outcome.conflicts.len();
        rows.for_each(|(ts, meter, value)| arrival.add(ts, meter, value));
        for correction in corrections {
            arrival.add(correction.ts, correction.meter_id, correction.value_micro);
            arrival.corrected += 1;
            if arrival.corrections.len() < CORRECTIONS_SHOWN {
                arrival.corrections.push(correction);
            }
        }
    }

    /// Appends the events, at the end of the transaction: the trail's head is locked no longer than the commit takes.
    pub fn record(self, connection: &mut AnyConnection) -> StorageResult<()> {
        for ((name, origin, source), arrival) in self.of {
            let by = Actor { name, origin };
            let now = Timestamp::from_seconds(arrival.received_at).to_utc();
            if arrival.corrected > 0 {
                let (before, after) = described(connection, &arrival.corrections)?;
                let detail = json!({ "corrections": arrival.corrected, "readings": after });
                let reason = arrival.corrections.first().map(|first| first.reason.clone()).unwrap_or_default();
                let event = AuditEvent::new(now, &by, "readings.corrected", &source, detail);
                audit::append(connection, &event.before(json!({ "readings": before })).because(&reason))?;
            }
            let event = AuditEvent::new(now, &by, "readings.accepted", &source, arrival.detail());
            audit::append(connection, &event)?;
        }
        Ok(())
    }
}

impl Arrival {
    fn add(&mut self, ts: i64, meter: i64, value: i64) {
        self.first = Some(self.first.map_or(ts, |first| first.min(ts)));
        self.last = Some(self.last.map_or(ts, |last| last.max(ts)));
        *self.days.entry(ts.div_euclid(SECONDS_PER_DAY)).or_default() += 1;
        for number in [ts, meter, value] {
            self.hasher.update(number.to_be_bytes());
        }
    }

    fn detail(self) -> serde_json::Value {
        let instant = |seconds: Option<i64>| seconds.map(|seconds| Timestamp::from_seconds(seconds).to_string());
        let days: BTreeMap<String, u64> =
            self.days.iter().filter_map(|(day, rows)| Some((date(*day)?.to_string(), *rows))).collect();
        json!({
            "accepted": self.accepted,
            "duplicates": self.duplicates,
            "conflicts": self.conflicts,
            "first": instant(self.first),
            "last": instant(self.last),
            "days": days,
            "sha256": hex(&self.hasher.finalize()),
        })
    }
}

fn date(day: i64) -> Option<NaiveDate> {
    Some(chrono::DateTime::from_timestamp(day.checked_mul(SECONDS_PER_DAY)?, 0)?.date_naive())
}

/// The corrections as they were and as they are.
fn described(
    connection: &mut AnyConnection,
    corrections: &[Corrected],
) -> StorageResult<(Vec<serde_json::Value>, Vec<serde_json::Value>)> {
    let ids: Vec<i64> = corrections.iter().map(|correction| correction.meter_id).collect();
    let codes: Vec<(i64, String)> =
        meter::table.filter(meter::id.eq_any(ids)).select((meter::id, meter::code)).load(connection)?;
    let code = |id: i64| codes.iter().find(|(known, _)| *known == id).map(|(_, code)| code.clone());
    let value = |micros: i64| Micro::from_micros(micros).to_decimal().normalize().to_string();
    let one = |correction: &Corrected, micros: Option<i64>| {
        json!({
            "meter": code(correction.meter_id),
            "at": Timestamp::from_seconds(correction.ts),
            "value": micros.map(value),
        })
    };
    let before = corrections.iter().map(|correction| one(correction, correction.old_value_micro)).collect();
    let after = corrections.iter().map(|correction| {
        let mut one = one(correction, Some(correction.value_micro));
        if let Some(fields) = one.as_object_mut() {
            fields.insert("reason".to_owned(), correction.reason.clone().into());
        }
        one
    });
    Ok((before, after.collect()))
}

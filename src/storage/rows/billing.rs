//! Where billing stands: the end of what runs have read, and what changed behind it.
//!
//! A billing run raises the horizon in a transaction of its own *before* it reads. From then on a reading or correction
//! that changes a month before it is marked; one accepted earlier is in the database and is read. So none falls
//! between.

use chrono_tz::Tz;
use diesel::prelude::*;

use crate::domain::calendar::{BillingMonth, DEFAULT_ZONE, Timestamp};
use crate::domain::ids::MeterId;
use crate::storage::codec::{corrupt, from_word};
use crate::storage::db::AnyConnection;
use crate::storage::dialect;
use crate::storage::error::StorageResult;
use crate::storage::schema::{billing_horizon, facility, late_change};

/// The latest month a billing run has read, and the instant it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Horizon {
    pub through: BillingMonth,
    pub until: Timestamp,
}

/// A billed month whose readings changed since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LateChange {
    pub meter: MeterId,
    pub month: BillingMonth,
    /// Rises with each change.
    pub revision: i64,
    pub changed_at: Timestamp,
}

pub fn horizon(connection: &mut AnyConnection) -> StorageResult<Option<Horizon>> {
    let row: Option<(String, i64)> = billing_horizon::table
        .select((billing_horizon::billed_through, billing_horizon::billed_until))
        .first(connection)
        .optional()?;
    row.map(|(through, until)| {
        Ok(Horizon { through: from_word("the billing horizon", through)?, until: Timestamp::from_seconds(until) })
    })
    .transpose()
}

/// Moves the horizon to the end of `month` in the facility's `zone`; it never moves back. Commit this before reading
/// the month's readings: on PostgreSQL it waits for readings being written.
pub fn raise_horizon(connection: &mut AnyConnection, month: BillingMonth, zone: Tz) -> StorageResult<()> {
    connection.write_transaction(|connection| {
        dialect::lock_horizon(connection)?;
        let until = month.period(zone).to.seconds();
        let values = (billing_horizon::billed_through.eq(month.to_string()), billing_horizon::billed_until.eq(until));
        match horizon(connection)? {
            None => diesel::insert_into(billing_horizon::table)
                .values((billing_horizon::id.eq(1_i64), values.0, values.1))
                .execute(connection)?,
            Some(_) => diesel::update(billing_horizon::table.filter(billing_horizon::billed_until.lt(until)))
                .set(values)
                .execute(connection)?,
        };
        Ok(())
    })
}

/// Every month that changed after it was billed, by meter and month.
pub fn late_changes(connection: &mut AnyConnection) -> StorageResult<Vec<LateChange>> {
    let rows: Vec<(i64, String, i64, i64)> = late_change::table
        .order((late_change::meter_id, late_change::month))
        .select((late_change::meter_id, late_change::month, late_change::revision, late_change::changed_at))
        .load(connection)?;
    rows.into_iter()
        .map(|(meter, month, revision, changed_at)| {
            Ok(LateChange {
                meter: MeterId(meter),
                month: from_word("a late change's month", month)?,
                revision,
                changed_at: Timestamp::from_seconds(changed_at),
            })
        })
        .collect()
}

/// Forgets changes that have been taken into account, in the transaction that does so. One that changed again since it
/// was read stays. Returns how many were forgotten.
pub fn clear_late_changes(connection: &mut AnyConnection, seen: &[LateChange]) -> StorageResult<usize> {
    let mut cleared = 0;
    for change in seen {
        cleared += diesel::delete(
            late_change::table
                .filter(late_change::meter_id.eq(change.meter.0))
                .filter(late_change::month.eq(change.month.to_string()))
                .filter(late_change::revision.eq(change.revision)),
        )
        .execute(connection)?;
    }
    Ok(cleared)
}

/// The zone billing months are counted in, and days begin in.
pub fn facility_zone(connection: &mut AnyConnection) -> StorageResult<Tz> {
    let zone: Option<String> = facility::table.select(facility::zone).first(connection).optional()?;
    zone.map_or(Ok(DEFAULT_ZONE), |zone| zone.parse().map_err(|_| corrupt("the facility's zone", zone)))
}

//! What a transaction touched, and what a writer remembers between transactions so that the ordinary reading costs no
//! extra statement: months already noted, and where each meter's readings begin after the billing horizon.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::domain::calendar::{BillingMonth, Timestamp};
use crate::domain::ids::MeterId;
use crate::storage::db::AnyConnection;
use crate::storage::dialect;
use crate::storage::error::StorageResult;
use crate::storage::rows::billing::{self, Horizon};
use crate::storage::rows::readings::{first_at_or_after, last_before, month_bounds, month_index};
use crate::storage::rows::series;

/// The instants of one meter that a transaction changed.
struct Touch {
    first: i64,
    last: i64,
    months: Vec<i64>,
    /// UTC days, with repetitions where the instants did not ascend.
    days: Vec<i64>,
}

/// Per meter, what a transaction changed.
#[derive(Default)]
pub struct Touched {
    meters: HashMap<i64, Touch>,
    /// The UTC month of the latest instant, with its bounds: neighbours usually share it.
    month: Option<(i64, i64, i64)>,
}

impl Touched {
    pub fn note(&mut self, meter_id: i64, ts: i64) {
        let month = match self.month {
            Some((from, to, month)) if from <= ts && ts < to => month,
            _ => {
                let month = month_index(Timestamp::from_seconds(ts));
                let (from, to) = month_bounds(month);
                self.month = Some((from, to, month));
                month
            }
        };
        let touch =
            self.meters.entry(meter_id).or_insert(Touch { first: ts, last: ts, months: Vec::new(), days: Vec::new() });
        touch.first = touch.first.min(ts);
        touch.last = touch.last.max(ts);
        if touch.months.last() != Some(&month) && !touch.months.contains(&month) {
            touch.months.push(month);
        }
        let day = series::day_of(ts);
        if touch.days.last() != Some(&day) {
            touch.days.push(day);
        }
    }
}

/// What a writer remembers of committed transactions.
#[derive(Default)]
pub struct Known {
    /// (meter, UTC month) pairs that are in `meter_month`.
    months: HashSet<(i64, i64)>,
    after_horizon: AfterHorizon,
}

/// For meters looked at since the horizon was last raised: a reading at or after it. Another writer may have stored an
/// earlier one: then a month is looked at once more than needed.
#[derive(Default, Clone)]
struct AfterHorizon {
    until: Option<i64>,
    earliest: HashMap<i64, i64>,
}

/// What a transaction adds to [`Known`] once it is committed.
pub struct Learned {
    months: Vec<(i64, i64)>,
    until: Option<i64>,
    earliest: Vec<(i64, i64)>,
}

impl Known {
    pub fn learn(&mut self, learned: Learned) {
        self.months.extend(learned.months);
        if self.after_horizon.until != learned.until {
            self.after_horizon = AfterHorizon { until: learned.until, earliest: HashMap::new() };
        }
        self.after_horizon.earliest.extend(learned.earliest);
    }

    /// Notes new months and what changed behind `horizon`, at the end of the transaction that touched them.
    pub fn record(
        &self,
        connection: &mut AnyConnection,
        horizon: Option<Horizon>,
        touched: &Touched,
        now: i64,
    ) -> StorageResult<Learned> {
        let until = horizon.map(|horizon| horizon.until.seconds());
        let (packed_until, _) = series::horizon(connection)?;
        let mut learned = Learned { months: Vec::new(), until, earliest: Vec::new() };
        // In the order of meters, so that two writers never wait for each other's rows.
        let ordered: BTreeMap<&i64, &Touch> = touched.meters.iter().collect();
        for (meter, touch) in ordered {
            for month in touch.months.iter().filter(|month| !self.months.contains(&(*meter, **month))) {
                dialect::note_meter_month(connection, *meter, *month)?;
                learned.months.push((*meter, *month));
            }
            series::mark(connection, packed_until, *meter, &touch.days)?;
            if let Some(horizon) = horizon {
                learned.earliest.extend(self.mark_late(connection, horizon, *meter, touch, now)?);
            }
        }
        Ok(learned)
    }

    /// Notes late changes only: nothing was read at the instants touched.
    pub fn record_changes(&self, connection: &mut AnyConnection, touched: &Touched, now: i64) -> StorageResult<()> {
        let Some(horizon) = billing::horizon(connection)? else { return Ok(()) };
        for (meter, touch) in &touched.meters {
            self.mark_late(connection, horizon, *meter, touch, now)?;
        }
        Ok(())
    }

    /// Marks the billed months that this touch changes, and returns what is learned of the meter.
    fn mark_late(
        &self,
        connection: &mut AnyConnection,
        horizon: Horizon,
        meter: i64,
        touch: &Touch,
        now: i64,
    ) -> StorageResult<Option<(i64, i64)>> {
        let until = horizon.until.seconds();
        let known = self.after_horizon.earliest.get(&meter).filter(|_| self.after_horizon.until == Some(until));
        // With a reading between the horizon and this one, nothing billed rests on this one.
        if known.is_some_and(|earliest| *earliest < touch.first) {
            return Ok(None);
        }
        let earliest = first_at_or_after(connection, MeterId(meter), horizon.until)?.map(|sample| sample.at.seconds());
        if earliest.is_none_or(|earliest| earliest >= touch.first) {
            for month in changed_months(connection, horizon, meter, touch)? {
                dialect::note_late_change(connection, meter, &month.to_string(), now)?;
            }
        }
        Ok(earliest.map(|earliest| (meter, earliest)))
    }
}

/// The billed months whose usage may rest on the touched readings: from the month of the neighbour before them, whose
/// boundary is interpolated towards them, to the month of the neighbour after.
fn changed_months(
    connection: &mut AnyConnection,
    horizon: Horizon,
    meter: i64,
    touch: &Touch,
) -> StorageResult<Vec<BillingMonth>> {
    let zone = billing::facility_zone(connection)?;
    let month_of = |at: Timestamp| BillingMonth::of(at.date_in(zone));
    let (first, last) = (Timestamp::from_seconds(touch.first), Timestamp::from_seconds(touch.last));
    let before = last_before(connection, MeterId(meter), first)?;
    let after = first_at_or_after(connection, MeterId(meter), last.plus_seconds(1))?;
    let from = month_of(before.map_or(first, |sample| sample.at));
    let to = after.map_or(horizon.through, |sample| month_of(sample.at)).min(horizon.through);
    Ok(from.through(to).collect())
}

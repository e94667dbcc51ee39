//! What asks for someone on the spot: racks that one feed could not carry alone, meters that say nothing, files of
//! readings that were not taken in whole.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::app::read_meters::{billed_on, last_readings, silent_seconds};
use crate::app::read_racks::{self, RackState};
use crate::app::upload_readings::{self, UploadState, UploadView};
use crate::app::{AppError, Store};
use crate::domain::calendar::{BillingMonth, Timestamp};
use crate::domain::ids::{MeterId, RackCode};
use crate::domain::metering::{Episode, Meter, Reading, episodes};
use crate::storage::book as stored;

/// How far back one may look.
pub const DAYS_MAX: i64 = 31;
const DAY_SECONDS: i64 = 86_400;
/// An alarm whose last window is older than this is not said to go on: nothing is known since.
const LASTING_SECONDS: i64 = 3 * 3600;
/// Files looked through.
const UPLOADS_MAX: i64 = 100;

/// The alarms of the last days.
#[derive(Debug)]
pub struct Alarms {
    pub zone: Tz,
    /// The latest first.
    pub lost: Vec<LostRedundancy>,
    /// The longest silence first.
    pub silent: Vec<SilentMeter>,
    /// Files with refused lines, or not read to their end; the latest first.
    pub refused: Vec<UploadView>,
}

/// A time in which the loss of one feed would have overloaded the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LostRedundancy {
    pub rack: RackCode,
    pub episode: Episode,
    /// As far as is known it still goes on.
    pub lasts: bool,
}

/// A meter in service that has been silent for longer than its tolerance.
#[derive(Debug, Clone)]
pub struct SilentMeter {
    pub meter: Meter,
    pub last: Option<Reading>,
    pub seconds: i64,
    /// It stands on a line of a contract this month: what it does not say is missing from an invoice.
    pub is_billed: bool,
}

/// The alarms of the last `days`, at most [`DAYS_MAX`].
pub fn read(store: &Store, days: i64, now: DateTime<Utc>) -> Result<Alarms, AppError> {
    let days = days.clamp(1, DAYS_MAX);
    let (zone, lost, silent) = store.read(|connection| {
        let book = stored::load_book(connection)?.ok_or(AppError::NoBook)?;
        let racks = read_racks::watched(connection, &book, days * 24, now.into())?;
        let ids = stored::meter_ids(connection)?;
        let meters: Vec<(MeterId, &Meter)> =
            book.meters.iter().filter_map(|meter| Some((*ids.get(&meter.code)?, meter))).collect();
        let last = last_readings(connection, &meters, now.into())?;
        let this_month = BillingMonth::of(Timestamp::from(now).date_in(book.facility.zone));
        let billed = billed_on(&book, this_month);
        let silent = meters.iter().filter_map(|(id, meter)| {
            let last = last.get(id).copied();
            let seconds = silent_seconds(meter, last, now.into())?;
            Some(SilentMeter { meter: (*meter).clone(), last, seconds, is_billed: billed.contains_key(&meter.code) })
        });
        Ok((book.facility.zone, lost(&racks, now.into()), silent.collect::<Vec<_>>()))
    })?;
    let since = Timestamp::from_seconds(now.timestamp() - days * DAY_SECONDS);
    let mut alarms = Alarms { zone, lost, silent, refused: refused(store, since, now)? };
    alarms.lost.sort_by(|a, b| b.episode.period.from.cmp(&a.episode.period.from).then(a.rack.cmp(&b.rack)));
    alarms.silent.sort_by_key(|silent| std::cmp::Reverse(silent.seconds));
    Ok(alarms)
}

fn lost(racks: &[RackState], now: Timestamp) -> Vec<LostRedundancy> {
    let of_rack = |state: &RackState| {
        let (rack, still) = (state.rack.code.clone(), state.redundancy_lost);
        let alarm = move |episode: Episode| LostRedundancy {
            rack: rack.clone(),
            lasts: still && now.seconds() - episode.period.to.seconds() <= LASTING_SECONDS,
            episode,
        };
        episodes(&state.overloads).into_iter().map(alarm)
    };
    racks.iter().flat_map(of_rack).collect()
}

fn refused(store: &Store, since: Timestamp, now: DateTime<Utc>) -> Result<Vec<UploadView>, AppError> {
    let asks = |view: &UploadView| {
        view.upload.started_at >= since
            && (view.report.refused_count > 0 || view.is_interrupted || view.upload.state == UploadState::Failed)
    };
    Ok(upload_readings::latest(store, UPLOADS_MAX, now)?.into_iter().filter(asks).collect())
}

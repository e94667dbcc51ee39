//! What was known of the assets on any day: their events say so themselves, everything else is kept in versions.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::app::AppError;
use crate::domain::amortisation::{FixedAsset, known_on};
use crate::domain::audit::Actor;
use crate::domain::calendar::Timestamp;
use crate::storage::AnyConnection;
use crate::storage::book::asset_versions;

/// Notes what is known of `after` from today on, where it is not what was known `before`.
pub(in crate::app) fn note(
    connection: &mut AnyConnection,
    before: Option<&FixedAsset>,
    after: &FixedAsset,
    (zone, by, now): (Tz, &Actor, DateTime<Utc>),
) -> Result<(), AppError> {
    let without = |asset: &FixedAsset| FixedAsset { events: vec![], ..asset.clone() };
    if before.is_some_and(|before| without(before) == without(after)) {
        return Ok(());
    }
    if let Some(before) = before
        && !asset_versions::is_noted(connection, &before.code)?
    {
        // It was stored before versions were kept: since when, nobody noted.
        let ever = NaiveDate::from_ymd_opt(1900, 1, 1).unwrap_or_default();
        asset_versions::note(connection, before, ever, &by.name)?;
    }
    Ok(asset_versions::note(connection, after, Timestamp::from(now).date_in(zone), &by.name)?)
}

/// The assets as they were known at the end of `day`. One that became known later is left out; of one that was never
/// noted nothing else is known than what stands there now.
pub(in crate::app) fn known(
    connection: &mut AnyConnection,
    assets: &[FixedAsset],
    day: NaiveDate,
) -> Result<Vec<FixedAsset>, AppError> {
    let versions = asset_versions::all(connection)?;
    let then = known_on(assets, day);
    let version = |asset: FixedAsset| match versions.get(&asset.code) {
        None => Some(asset),
        Some(noted) => {
            let known = noted.iter().take_while(|version| version.known_from <= day).last()?;
            Some(FixedAsset { events: asset.events, ..known.content.clone() })
        }
    };
    Ok(then.into_iter().filter_map(version).collect())
}

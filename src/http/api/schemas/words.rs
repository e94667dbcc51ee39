//! Words that several things share: services, units.

use serde::Serialize;
use utoipa::ToSchema;

/// What an invoice groups its lines by.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Service {
    Space,
    Power,
    Storage,
    Other,
}

/// What a quantity counts.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    KilowattHour,
    Kilowatt,
    Terabyte,
    /// One terabyte held for the whole billing month: the mean of a storage gauge.
    TerabyteMonth,
    RackUnit,
    /// One rack unit occupied for one day of the facility's calendar.
    RackUnitDay,
    Rack,
    Month,
    Day,
    Hour,
    Year,
    One,
}

//! `GET /api/v1/meters/{meter}/readings`: one meter's readings of a month.

use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{cut, going_on};
use crate::app::read_meters::{self, MonthReadings};
use crate::domain::calendar::{BillingMonth, Timestamp};
use crate::domain::metering::{Quality, Reading};
use crate::http::asked::{Expected, parsed, within};
use crate::http::error::{Fault, Problem};
use crate::http::state::{Shared, blocking};

/// Readings of one answer: a week at one each ten minutes.
const READINGS_MAX: usize = 1_000;

/// The first second after the year 9999: no reading is of one so late.
const CURSORS_END: i64 = 253_402_300_800;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct ReadingsQuery {
    /// `2026-10`; the month of the meter's latest reading where it is left out.
    month: Option<String>,
    /// The `next` of an answer: goes on after its last reading, in its month where none is named.
    cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct MeterReadingsAnswer {
    meter: String,
    month: String,
    register: &'static str,
    unit: &'static str,
    /// Oldest first, 1,000 each.
    readings: Vec<ReadingRow>,
    /// The `cursor` of those that follow; none after the last.
    next: Option<i64>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MeterReading)]
pub struct ReadingRow {
    at: String,
    value: String,
    /// `measured`, `estimated` or `corrected`.
    #[schema(value_type = String)]
    quality: Quality,
}

#[utoipa::path(
    get, path = "/api/v1/meters/{meter}/readings", tag = "plant", params(("meter" = String, Path), ReadingsQuery),
    responses((status = 200, body = MeterReadingsAnswer), (status = 400, body = Problem), (status = 401, body = Problem),
              (status = 403, body = Problem), (status = 404, body = Problem)),
    security(("token" = []))
)]
pub async fn list(
    shared: Data<Shared>,
    code: Path<String>,
    http: HttpRequest,
    query: Query<ReadingsQuery>,
) -> Result<HttpResponse, Fault> {
    let month = parsed("month", query.month.as_deref(), Expected::Month)?;
    let cursors = month.map_or(0..CURSORS_END, |month: BillingMonth| {
        let period = month.period(shared.zone());
        period.from.seconds()..period.to.seconds()
    });
    let after = within("cursor", query.cursor.as_deref(), cursors, Expected::Cursor)?.map(Timestamp::from_seconds);
    let (store, now) = (shared.store.clone(), shared.now());
    let asked = move || read_meters::readings_after(&store, &code, (month, after), READINGS_MAX + 1, now);
    let MonthReadings { meter, month, readings } = blocking(asked).await?.ok_or(Fault::NotFound)?;
    let (shown, goes_on) = cut(readings, READINGS_MAX);
    let next = shown.last().filter(|_| goes_on).map(|last| last.at.seconds());
    let row = |reading: &Reading| ReadingRow {
        at: reading.at.to_string(),
        value: reading.value.to_string(),
        quality: reading.quality,
    };
    let answer = MeterReadingsAnswer {
        meter: meter.code.to_string(),
        month: month.to_string(),
        register: meter.register.name(),
        unit: meter.register.unit().name(),
        readings: shown.iter().map(row).collect(),
        next,
    };
    Ok(going_on(&http, next.map(|next| next.to_string()).as_deref(), &answer))
}

//! `GET /api/v1/invoices/{number}/lines/{line}/readings`: what one meter said on one day behind a line.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::invoices::find;
use crate::app::read_evidence::{self, DayEvidence, ShownReading};
use crate::domain::metering::{Quality, Sample};
use crate::domain::rating::Charge;
use crate::http::asked::{Expected, parsed};
use crate::http::auth::Granted;
use crate::http::error::{Fault, Problem};
use crate::http::state::{Shared, blocking};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct LineReadingsQuery {
    /// One of the line's meters; its first where it is left out.
    meter: Option<String>,
    /// One of the line's days, `2026-10-20`; its first where it is left out.
    day: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct LineReadingsAnswer {
    meter: String,
    day: NaiveDate,
    unit: &'static str,
    /// What was billed of the day.
    billed: String,
    /// Oldest first, as they are known now.
    readings: Vec<LineReading>,
    /// The neighbours on either side, between which a boundary is interpolated.
    before: Option<SampleAnswer>,
    after: Option<SampleAnswer>,
}

#[derive(Serialize, ToSchema)]
pub struct LineReading {
    at: String,
    value: String,
    /// `measured`, `estimated` or `corrected`.
    #[schema(value_type = String)]
    quality: Quality,
    /// In the order they were made.
    corrections: Vec<CorrectionAnswer>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ReadingCorrection)]
pub struct CorrectionAnswer {
    old_value: Option<String>,
    value: String,
    recorded_at: String,
    reason: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = NeighbourReading)]
pub struct SampleAnswer {
    at: String,
    value: String,
}

#[utoipa::path(
    get, path = "/api/v1/invoices/{number}/lines/{line}/readings", tag = "invoices",
    params(("number" = String, Path), ("line" = usize, Path), LineReadingsQuery),
    description = "The readings of one meter on one day behind a line. The line itself names its meters and their days.",
    responses((status = 200, body = LineReadingsAnswer), (status = 400, body = Problem), (status = 401, body = Problem),
              (status = 403, body = Problem),
              (status = 404, body = Problem, description = "No such line within reach, or it has no such meter or day.")),
    security(("token" = []))
)]
pub async fn list(
    shared: Data<Shared>,
    granted: Granted,
    path: Path<(String, String)>,
    query: Query<LineReadingsQuery>,
) -> Result<HttpResponse, Fault> {
    let (number, line) = path.into_inner();
    let invoice = find(&shared, granted, number).await?;
    told(&shared, &invoice.charges, &line, &query).await
}

/// The readings behind the line of a document that lies within reach.
pub(super) async fn told(
    shared: &Data<Shared>,
    charges: &[Charge],
    line: &str,
    query: &LineReadingsQuery,
) -> Result<HttpResponse, Fault> {
    let asked: Option<NaiveDate> = parsed("day", query.day.as_deref(), Expected::Day)?;
    let position: usize = line.parse().map_err(|_| Fault::NotFound)?;
    let charge = read_evidence::line(charges, position).ok_or(Fault::NotFound)?;
    let code = query.meter.as_deref().unwrap_or_default();
    let (usage, meter) = read_evidence::meter(charge, code).ok_or(Fault::NotFound)?;
    let (_, day, billed) = read_evidence::billed_day(meter, asked).ok_or(Fault::NotFound)?;
    let (store, code, measure, period) = (shared.store.clone(), meter.meter.clone(), usage.measure, meter.period);
    let evidence = blocking(move || read_evidence::day(&store, &code, measure, day, period)).await?;
    Ok(HttpResponse::Ok().json(LineReadingsAnswer {
        meter: evidence.meter.code.to_string(),
        day,
        unit: evidence.meter.register.unit().name(),
        billed: billed.normalize().to_string(),
        before: evidence.before.map(sample),
        after: evidence.after.map(sample),
        readings: readings(&evidence),
    }))
}

fn readings(evidence: &DayEvidence) -> Vec<LineReading> {
    let one = |reading: &ShownReading| LineReading {
        at: reading.at.to_string(),
        value: reading.value.to_string(),
        quality: reading.quality,
        corrections: reading
            .corrections
            .iter()
            .map(|one| CorrectionAnswer {
                old_value: one.old_value.map(|old| old.to_string()),
                value: one.value.to_string(),
                recorded_at: one.recorded_at.to_string(),
                reason: one.reason.clone(),
            })
            .collect(),
    };
    evidence.readings.iter().map(one).collect()
}

fn sample(sample: Sample) -> SampleAnswer {
    SampleAnswer { at: sample.at.to_string(), value: sample.value.to_string() }
}

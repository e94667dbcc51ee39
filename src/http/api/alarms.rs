//! `GET /api/v1/alarms`.

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::read_alarms::{self, LostRedundancy, SilentMeter};
use crate::app::upload_readings::UploadView;
use crate::http::asked::{Expected, within};
use crate::http::error::{Fault, Problem};
use crate::http::state::{Shared, blocking};

/// How far back one looks where nothing else is asked for.
const DAYS_USUAL: i64 = 7;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct AlarmsParams {
    /// How many days to look back: 1 to 31, 7 if left out.
    days: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct AlarmsAnswer {
    /// The latest first.
    lost_redundancy: Vec<LostRedundancyAnswer>,
    /// The longest silence first.
    silent_meters: Vec<SilentMeterAnswer>,
    /// Files with refused lines, or not read to their end.
    refused_files: Vec<RefusedFileAnswer>,
}

#[derive(Serialize, ToSchema)]
pub struct LostRedundancyAnswer {
    rack: String,
    from: String,
    to: String,
    /// The highest mean of A + B, in kW.
    peak_kw: String,
    /// What one feed can carry: its rated power × 0.8.
    limit_kw: String,
    /// As far as is known it still goes on.
    lasts: bool,
}

#[derive(Serialize, ToSchema)]
pub struct SilentMeterAnswer {
    meter: String,
    rack: Option<String>,
    last_reading: Option<String>,
    silent_seconds: i64,
}

#[derive(Serialize, ToSchema)]
pub struct RefusedFileAnswer {
    upload: i64,
    file: String,
    at: String,
    refused: u64,
}

#[utoipa::path(
    get, path = "/api/v1/alarms", tag = "plant", params(AlarmsParams),
    responses((status = 200, body = AlarmsAnswer), (status = 400, body = Problem), (status = 401, body = Problem),
              (status = 403, body = Problem)),
    security(("token" = []))
)]
pub async fn list(shared: Data<Shared>, query: Query<AlarmsParams>) -> Result<HttpResponse, Fault> {
    let days = within("days", query.days.as_deref(), 1..=read_alarms::DAYS_MAX, Expected::Days)?;
    let (store, now) = (shared.store.clone(), shared.now());
    let found = blocking(move || read_alarms::read(&store, days.unwrap_or(DAYS_USUAL), now)).await?;
    Ok(HttpResponse::Ok().json(AlarmsAnswer {
        lost_redundancy: found.lost.iter().map(lost).collect(),
        silent_meters: found.silent.iter().map(silent).collect(),
        refused_files: found.refused.iter().map(refused).collect(),
    }))
}

fn lost(alarm: &LostRedundancy) -> LostRedundancyAnswer {
    LostRedundancyAnswer {
        rack: alarm.rack.to_string(),
        from: alarm.episode.period.from.to_string(),
        to: alarm.episode.period.to.to_string(),
        peak_kw: alarm.episode.peak_kw.normalize().to_string(),
        limit_kw: alarm.episode.limit_kw.normalize().to_string(),
        lasts: alarm.lasts,
    }
}

fn silent(silent: &SilentMeter) -> SilentMeterAnswer {
    SilentMeterAnswer {
        meter: silent.meter.code.to_string(),
        rack: silent.meter.rack.as_ref().map(ToString::to_string),
        last_reading: silent.last.map(|last| last.at.to_string()),
        silent_seconds: silent.seconds,
    }
}

fn refused(view: &UploadView) -> RefusedFileAnswer {
    RefusedFileAnswer {
        upload: view.upload.id,
        file: view.upload.file_name.clone(),
        at: view.upload.started_at.to_string(),
        refused: view.report.refused_count,
    }
}

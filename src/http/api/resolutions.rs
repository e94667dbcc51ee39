//! `POST /api/v1/meters/{meter}/resolutions`: a reading corrected, a silence estimated, a reset declared; each with its
//! reason, as on the meter's page.

use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::once::{body, once};
use crate::app::Store;
use crate::app::resolve_gap::{self, Resolution, ResolutionPlan};
use crate::domain::calendar::{BillingMonth, Timestamp};
use crate::domain::quantity::Micro;
use crate::http::auth::Granted;
use crate::http::error::{Fault, Problem};
use crate::http::state::Shared;

/// What is done about a meter's readings.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", tag = "kind", deny_unknown_fields)]
pub enum ResolutionBody {
    /// The value at this instant is another, or one is supplied that is missing.
    Correct {
        #[schema(value_type = String, example = "2026-10-05T08:00:00Z")]
        at: Timestamp,
        #[schema(value_type = String, example = "1520.4")]
        value: Micro,
        reason: String,
    },
    /// The silence between two readings is filled with estimates.
    Estimate {
        #[schema(value_type = String)]
        from: Timestamp,
        #[schema(value_type = String)]
        to: Timestamp,
        reason: String,
    },
    /// The counter began again.
    DeclareReset {
        #[schema(value_type = String)]
        at: Timestamp,
        /// What it showed before; what its last reading says where it is left out.
        #[schema(value_type = Option<String>)]
        final_index: Option<Micro>,
        #[schema(value_type = String)]
        new_index: Micro,
        reason: String,
    },
}

#[derive(Serialize, ToSchema)]
pub struct ResolutionAnswer {
    /// What stood at the instant before, where a reading was replaced.
    before: Option<String>,
    /// How many readings were written.
    readings: usize,
    /// Invoiced months that may change: their difference comes on the next invoice.
    #[schema(value_type = Vec<String>)]
    billed: Vec<BillingMonth>,
}

impl From<ResolutionPlan> for ResolutionAnswer {
    fn from(done: ResolutionPlan) -> ResolutionAnswer {
        ResolutionAnswer {
            before: done.stored.map(|value| value.to_decimal().to_string()),
            readings: done.readings,
            billed: done.billed,
        }
    }
}

impl ResolutionBody {
    /// What is to be done, and why.
    fn read(self) -> (Resolution, String) {
        match self {
            ResolutionBody::Correct { at, value, reason } => (Resolution::Correct { at, value }, reason),
            ResolutionBody::Estimate { from, to, reason } => (Resolution::Estimate { from, to }, reason),
            ResolutionBody::DeclareReset { at, final_index, new_index, reason } => {
                (Resolution::DeclareReset { at, final_index, new_index }, reason)
            }
        }
    }
}

#[utoipa::path(
    post, path = "/api/v1/meters/{meter}/resolutions", tag = "meters", request_body = ResolutionBody, params(
        ("meter" = String, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "The same request is done once."),
    ),
    description = "Corrects a reading, fills a silence with estimates or declares a reset, with its reason. What an issued \
                   invoice rests on stays; the difference comes on the next one.",
    responses((status = 201, body = ResolutionAnswer), (status = 400, body = Problem), (status = 401, body = Problem),
              (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)),
    security(("token" = []))
)]
pub async fn resolve(
    shared: Data<Shared>,
    granted: Granted,
    meter: Path<String>,
    http: HttpRequest,
    request: Bytes,
) -> Result<HttpResponse, Fault> {
    let (resolution, reason) = body::<ResolutionBody>(&http, &request)?.read();
    let (by, now, meter) = (granted.by.clone(), shared.now(), meter.into_inner());
    let work = move |store: &Store| {
        resolve_gap::resolve(store, &meter, &resolution, &reason, &by, now).map(ResolutionAnswer::from)
    };
    once(&shared, &granted, &http, &request, StatusCode::CREATED, work).await
}

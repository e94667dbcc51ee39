//! `/api/v1/contracts/{contract}/availability`: how available lines were, and what that allows.

use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::once::{body, once};
use crate::app::record_availability::{self, Availability, KeptAvailability, NewAvailability};
use crate::domain::calendar::BillingMonth;
use crate::domain::ids::{ContractCode, LineCode};
use crate::domain::money::PlainDecimal;
use crate::http::auth::Granted;
use crate::http::error::{Fault, Problem};
use crate::http::state::{Shared, blocking};

#[derive(Serialize, ToSchema)]
pub struct AvailabilityAnswer {
    /// The newest month first.
    availability: Vec<AvailabilityRow>,
}

#[derive(Serialize, ToSchema)]
pub struct AvailabilityRow {
    line: String,
    #[schema(example = "2026-10")]
    month: String,
    /// Percent of the month.
    #[schema(example = "99.62")]
    percent: String,
    committed_percent: String,
    /// The part of the line's price of the month that is allowed.
    credit_percent: String,
    reason: String,
    recorded_by: String,
    /// The invoice that carries what is allowed.
    invoice: Option<String>,
}

fn row(one: &Availability, invoice: Option<String>) -> AvailabilityRow {
    AvailabilityRow {
        line: one.figure.line.to_string(),
        month: one.figure.month.to_string(),
        percent: one.figure.percent.to_string(),
        committed_percent: one.committed_percent.to_string(),
        credit_percent: one.credit_percent.to_string(),
        reason: one.figure.reason.clone(),
        recorded_by: one.by.clone(),
        invoice,
    }
}

#[utoipa::path(
    get, path = "/api/v1/contracts/{contract}/availability", tag = "contracts", params(("contract" = String, Path)),
    responses((status = 200, body = AvailabilityAnswer), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem)),
    security(("token" = []))
)]
pub async fn list(shared: Data<Shared>, granted: Granted, code: Path<String>) -> Result<HttpResponse, Fault> {
    let (store, code) = (shared.store.clone(), ContractCode(code.into_inner()));
    let known = blocking(move || record_availability::list(&store, &granted.scope, &code)).await?;
    let rows = known.ok_or(Fault::NotFound)?.into_iter();
    let rows = rows.map(|KeptAvailability { availability, invoice }| row(&availability, invoice)).collect();
    Ok(HttpResponse::Ok().json(AvailabilityAnswer { availability: rows }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAvailabilityBody {
    line: String,
    #[schema(value_type = String, example = "2026-10")]
    month: BillingMonth,
    /// 0 to 100, with three decimals at most.
    #[schema(value_type = String, example = "99.62")]
    percent: PlainDecimal,
    /// Where the figure comes from: a supervision report, an incident's number.
    reason: String,
}

#[utoipa::path(
    post, path = "/api/v1/contracts/{contract}/availability", tag = "contracts", params(
        ("contract" = String, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "The same request records one figure."),
    ),
    description = "Records a line's availability in a month; what the contract allows for it comes on the next invoice. \
                   A figure of the same line and month gives way to it until an invoice carries what it allows.",
    request_body = NewAvailabilityBody,
    responses((status = 201, body = AvailabilityRow), (status = 400, body = Problem), (status = 401, body = Problem),
              (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)),
    security(("token" = []))
)]
pub async fn record(
    shared: Data<Shared>,
    granted: Granted,
    code: Path<String>,
    http: HttpRequest,
    request: Bytes,
) -> Result<HttpResponse, Fault> {
    let NewAvailabilityBody { line, month, percent, reason } = body(&http, &request)?;
    let figure = NewAvailability {
        contract: ContractCode(code.into_inner()),
        line: LineCode(line),
        month,
        percent: percent.0,
        reason,
    };
    let (by, now) = (granted.by.clone(), shared.now());
    let work = move |store: &crate::app::Store| {
        record_availability::record(store, &figure, &by, now).map(|recorded| row(&recorded, None))
    };
    once(&shared, &granted, &http, &request, StatusCode::CREATED, work).await
}

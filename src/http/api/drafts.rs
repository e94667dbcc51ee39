//! `DELETE /api/v1/billing/{month}/drafts/{contract}`: a draft nobody wants to issue.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use serde::Deserialize;
use utoipa::IntoParams;

use super::billing::month;
use crate::app::withdraw_draft;
use crate::domain::ids::ContractCode;
use crate::http::auth::Granted;
use crate::http::error::{Fault, Problem};
use crate::http::state::{Shared, blocking};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct WithdrawQuery {
    /// Why the draft is withdrawn; kept in the audit trail.
    reason: String,
}

#[utoipa::path(
    delete, path = "/api/v1/billing/{month}/drafts/{contract}", tag = "billing",
    params(("month" = String, Path, example = "2026-10"), ("contract" = String, Path), WithdrawQuery),
    responses((status = 204, description = "The draft is withdrawn; lines people added to the month go on waiting."),
              (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem, description = "No draft is kept of the contract's month."),
              (status = 422, body = Problem, description = "There is no reason, or the month is issued.")),
    security(("token" = []))
)]
pub async fn withdraw(
    shared: Data<Shared>,
    granted: Granted,
    path: Path<(String, String)>,
    query: Query<WithdrawQuery>,
) -> Result<HttpResponse, Fault> {
    let (month_text, contract) = path.into_inner();
    let (month, contract) = (month(&month_text)?, ContractCode(contract));
    let (store, by, now) = (shared.store.clone(), granted.by.clone(), shared.now());
    blocking(move || withdraw_draft::withdraw(&store, (&contract, month), &query.reason, &by, now)).await?;
    Ok(HttpResponse::NoContent().finish())
}

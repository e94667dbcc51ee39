//! Issued invoices of whose months readings changed since: what the next ones regularise.

use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use super::{PageQuery, paged};
use crate::app::late_readings::{self, LateInvoice};
use crate::http::error::{Fault, Problem};
use crate::http::state::{Shared, blocking};

/// An invoice that is late to some readings of its month.
#[derive(Serialize, ToSchema)]
pub struct RegularisationRow {
    /// The one in force.
    invoice: String,
    contract: String,
    #[schema(example = "2026-09")]
    month: String,
    /// Meters whose readings changed.
    meters: Vec<String>,
    /// The contract's next month to bill: its plan says what the difference comes to.
    #[schema(example = "2026-10")]
    next: String,
}

#[utoipa::path(
    get, path = "/api/v1/billing/regularisations", tag = "billing", params(PageQuery),
    description = "Issued invoices of whose months readings came late or were corrected, and no invoice has regularised it yet.",
    responses((status = 200, body = Vec<RegularisationRow>, description = "The oldest month first."),
              (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem)),
    security(("token" = []))
)]
pub async fn list(shared: Data<Shared>, http: HttpRequest, query: Query<PageQuery>) -> Result<HttpResponse, Fault> {
    let store = shared.store.clone();
    let late = blocking(move || late_readings::waiting(&store)).await?;
    let row = |one: &LateInvoice| RegularisationRow {
        invoice: one.invoice.to_string(),
        contract: one.contract.to_string(),
        month: one.month.to_string(),
        meters: one.meters.iter().map(ToString::to_string).collect(),
        next: one.next.to_string(),
    };
    paged(&http, &late.iter().map(row).collect::<Vec<_>>(), query.page.as_deref())
}

//! `GET /api/v1/tenants`, `GET /api/v1/contracts`: the lists. One by itself, and changes: `terms`.

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use super::{PageQuery, paged};
use crate::app::read_tenants::{self, TenantFile};
use crate::domain::contract::{Contract, ContractLine, LineQuantity};
use crate::domain::party::Tenant;
use crate::http::auth::Granted;
use crate::http::error::{Fault, Problem};
use crate::http::state::{Shared, blocking};

#[derive(Serialize, ToSchema)]
pub struct TenantAnswer {
    code: String,
    name: String,
    siret: String,
    vat_number: Option<String>,
    /// `local-authority`, `health-establishment` or `public-undertaking`.
    payment_term_class: &'static str,
    payment_days: u64,
    /// `fr` or `en`.
    language: &'static str,
    /// The city's own services: outside the scope of VAT.
    internal: bool,
    /// Codes of their contracts.
    contracts: Vec<String>,
}

#[derive(Serialize, ToSchema)]
pub struct ContractAnswer {
    code: String,
    tenant: String,
    title: String,
    from: NaiveDate,
    /// The first day after its end; none while no end is agreed.
    to: Option<NaiveDate>,
    engagement: Option<String>,
    market: Option<String>,
    /// The last day to give notice; none where none was agreed or no end.
    notice_by: Option<NaiveDate>,
    lines: Vec<ContractLineAnswer>,
}

#[derive(Serialize, ToSchema)]
pub struct ContractLineAnswer {
    code: String,
    /// `space`, `power`, `storage` or `other`.
    service: &'static str,
    designation_fr: String,
    designation_en: String,
    from: NaiveDate,
    to: Option<NaiveDate>,
    tariff: String,
    /// The agreed quantity; none where meters tell it.
    quantity: Option<String>,
    /// Meters assigned to the line at any time.
    meters: Vec<String>,
}

#[utoipa::path(
    get, path = "/api/v1/tenants", tag = "contracts", params(PageQuery),
    responses((status = 200, body = Vec<TenantAnswer>), (status = 401, body = Problem), (status = 403, body = Problem)),
    security(("token" = []))
)]
pub async fn list(shared: Data<Shared>, granted: Granted, query: Query<PageQuery>) -> Result<HttpResponse, Fault> {
    let files = files(&shared, granted).await?;
    let rows: Vec<TenantAnswer> = files.iter().map(tenant).collect();
    paged("/api/v1/tenants", &rows, query.page.as_deref())
}

#[utoipa::path(
    get, path = "/api/v1/contracts", tag = "contracts", params(PageQuery),
    responses((status = 200, body = Vec<ContractAnswer>), (status = 401, body = Problem), (status = 403, body = Problem)),
    security(("token" = []))
)]
pub async fn contracts(shared: Data<Shared>, granted: Granted, query: Query<PageQuery>) -> Result<HttpResponse, Fault> {
    let files = files(&shared, granted).await?;
    let rows: Vec<ContractAnswer> = files.iter().flat_map(|file| &file.contracts).map(contract).collect();
    paged("/api/v1/contracts", &rows, query.page.as_deref())
}

async fn files(shared: &Data<Shared>, granted: Granted) -> Result<Vec<TenantFile>, Fault> {
    let store = shared.store.clone();
    blocking(move || read_tenants::list(&store, &granted.scope)).await
}

fn tenant(TenantFile { tenant, contracts, .. }: &TenantFile) -> TenantAnswer {
    let Tenant { code, name, siret, vat_number, payment_term_class, language, internal, .. } = tenant;
    TenantAnswer {
        code: code.to_string(),
        name: name.clone(),
        siret: siret.to_string(),
        vat_number: vat_number.as_ref().map(ToString::to_string),
        payment_term_class: payment_term_class.name(),
        payment_days: payment_term_class.days(),
        language: language.code(),
        internal: *internal,
        contracts: contracts.iter().map(|contract| contract.code.to_string()).collect(),
    }
}

fn contract(contract: &Contract) -> ContractAnswer {
    ContractAnswer {
        code: contract.code.to_string(),
        tenant: contract.tenant.to_string(),
        title: contract.title.clone(),
        from: contract.in_force.from,
        to: contract.in_force.to,
        engagement: contract.engagement.clone(),
        market: contract.market.clone(),
        notice_by: contract.notice_by(),
        lines: contract.lines.iter().map(line).collect(),
    }
}

fn line(line: &ContractLine) -> ContractLineAnswer {
    let (quantity, meters) = match &line.quantity {
        LineQuantity::Fixed(quantity) => (Some(quantity.normalize().to_string()), vec![]),
        LineQuantity::Metered { meters, .. } => (None, meters.iter().map(|meter| meter.meter.to_string()).collect()),
    };
    ContractLineAnswer {
        code: line.code.to_string(),
        service: line.service.name(),
        designation_fr: line.designation.fr.clone(),
        designation_en: line.designation.en.clone(),
        from: line.in_force.from,
        to: line.in_force.to,
        tariff: line.tariff.to_string(),
        quantity,
        meters,
    }
}

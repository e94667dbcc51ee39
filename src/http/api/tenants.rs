//! `GET /api/v1/tenants`, `GET /api/v1/contracts`: the lists. One by itself, and changes: `terms`.

use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{paged, wanted, wanted_by};
use crate::app::list_terms::{self, ContractsOf, TenantKey, TenantRow};
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

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct TenantsQuery {
    /// Part of a code, name or SIRET.
    q: Option<String>,
    /// `code` (unasked), `name`, `siret`, `terms` (days to pay) or `contracts` (how many), with `-` before it for descending.
    sort: Option<String>,
    /// From 1; 100 rows each. `Link` names the next, `X-Total-Count` how many there are.
    page: Option<String>,
}

#[utoipa::path(
    get, path = "/api/v1/tenants", tag = "contracts", params(TenantsQuery),
    responses((status = 200, body = Vec<TenantAnswer>), (status = 401, body = Problem), (status = 403, body = Problem)),
    security(("token" = []))
)]
pub async fn list(
    shared: Data<Shared>,
    granted: Granted,
    http: HttpRequest,
    query: Query<TenantsQuery>,
) -> Result<HttpResponse, Fault> {
    let wanted = wanted_by(query.q.as_deref(), query.sort.as_deref(), TenantKey::Code)?;
    let store = shared.store.clone();
    let found = blocking(move || list_terms::tenants(&store, &granted.scope, &wanted)).await?;
    let rows: Vec<TenantAnswer> = found.rows.iter().map(tenant).collect();
    paged(&http, &rows, query.page.as_deref())
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct ContractsQuery {
    /// Part of a code or title, of the tenant's code or name, or of the code of a tariff it is billed at.
    q: Option<String>,
    /// Its code: of this tenant only.
    tenant: Option<String>,
    /// Its code: billed at this tariff in one of the lines, whenever.
    tariff: Option<String>,
    /// `tenant` (by name, then code; unasked), `code`, `title`, `end`, `notice` (the last day to give it) or `lines` (how
    /// many), with `-` before it for descending.
    sort: Option<String>,
    /// From 1; 100 rows each. `Link` names the next, `X-Total-Count` how many there are.
    page: Option<String>,
}

#[utoipa::path(
    get, path = "/api/v1/contracts", tag = "contracts", params(ContractsQuery),
    responses((status = 200, body = Vec<ContractAnswer>), (status = 401, body = Problem), (status = 403, body = Problem)),
    security(("token" = []))
)]
pub async fn contracts(
    shared: Data<Shared>,
    granted: Granted,
    http: HttpRequest,
    query: Query<ContractsQuery>,
) -> Result<HttpResponse, Fault> {
    let wanted = wanted(query.q.as_deref(), query.sort.as_deref())?;
    let store = shared.store.clone();
    let of = ContractsOf::named(query.tenant.as_deref().unwrap_or(""), query.tariff.as_deref().unwrap_or(""));
    let found = blocking(move || list_terms::contracts(&store, &granted.scope, &of, &wanted)).await?;
    let rows: Vec<ContractAnswer> = found.rows.iter().map(|row| contract(&row.contract)).collect();
    paged(&http, &rows, query.page.as_deref())
}

fn tenant(TenantRow { tenant, contracts }: &TenantRow) -> TenantAnswer {
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
        contracts: contracts.iter().map(ToString::to_string).collect(),
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

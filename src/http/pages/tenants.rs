//! Tenants: the list, and one tenant's file.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::invoices::{InvoiceLine, lines};
use super::{Frame, page};
use crate::app::read_invoices::{self, InvoiceFilter, Order};
use crate::app::read_tenants::{self, TenantFile};
use crate::domain::access::{Action, Decision, policy};
use crate::domain::contract::{Contract, ContractLine, LineQuantity};
use crate::domain::party::Language;
use crate::domain::typography;
use crate::http::auth::Granted;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

#[derive(Template)]
#[template(path = "tenants.html")]
struct TenantsPage {
    frame: Frame,
    tenants: Vec<TenantFile>,
}

#[derive(Template)]
#[template(path = "tenant.html")]
struct TenantPage {
    frame: Frame,
    file: TenantFile,
    contracts: Vec<ContractView>,
    /// The latest; none where the reader may not see invoices.
    invoices: Option<Vec<InvoiceLine>>,
    /// All invoices are this tenant's.
    shows_tenant: bool,
}

/// A contract as people read it.
struct ContractView {
    code: String,
    title: String,
    in_force: String,
    engagement: Option<String>,
    market: Option<String>,
    lines: Vec<ContractLineView>,
}

struct ContractLineView {
    code: String,
    designation: String,
    in_force: String,
    tariff: String,
    /// The agreed quantity, or the meters that tell it.
    quantity: String,
}

pub async fn list(shared: Data<Shared>, granted: Granted, http: HttpRequest) -> Result<HttpResponse, Fault> {
    let store = shared.store.clone();
    let tenants = blocking(move || read_tenants::list(&store, &granted.scope)).await?;
    page(StatusCode::OK, &TenantsPage { frame: Frame::of(&http), tenants })
}

pub async fn one(
    shared: Data<Shared>,
    granted: Granted,
    code: Path<String>,
    http: HttpRequest,
) -> Result<HttpResponse, Fault> {
    let store = shared.store.clone();
    let sees_invoices = policy(granted.role, Action::SeeInvoices) != Decision::Deny;
    let now = shared.now();
    let (file, found, today) = blocking(move || {
        let Some(file) = read_tenants::one(&store, &granted.scope, &code)? else { return Ok(None) };
        let filter = InvoiceFilter { tenant: Some(file.tenant.code.clone()), ..InvoiceFilter::default() };
        let found = match sees_invoices {
            true => Some(read_invoices::list(&store, &granted.reader(), filter, Order::default(), 1)?),
            false => None,
        };
        Ok(Some((file, found, read_tenants::today(&store, now)?)))
    })
    .await?
    .ok_or(Fault::NotFound)?;
    let frame = Frame::of(&http);
    let contracts = file.contracts.iter().map(|contract| contract_view(&frame, contract)).collect();
    let invoices = found.map(|found| lines(&frame, &found.invoices, std::slice::from_ref(&file), today));
    page(StatusCode::OK, &TenantPage { frame, file, contracts, invoices, shows_tenant: false })
}

fn contract_view(frame: &Frame, contract: &Contract) -> ContractView {
    ContractView {
        code: contract.code.to_string(),
        title: contract.title.clone(),
        in_force: frame.period(contract.in_force),
        engagement: contract.engagement.clone(),
        market: contract.market.clone(),
        lines: contract.lines.iter().map(|line| line_view(frame, line)).collect(),
    }
}

fn line_view(frame: &Frame, line: &ContractLine) -> ContractLineView {
    let designation = match frame.language {
        Language::French => &line.designation.fr,
        Language::English => &line.designation.en,
    };
    let quantity = match &line.quantity {
        LineQuantity::Fixed(quantity) => typography::decimal(quantity.normalize(), frame.language),
        LineQuantity::Metered { meters, .. } => {
            meters.iter().map(|meter| meter.meter.to_string()).collect::<Vec<_>>().join(", ")
        }
    };
    ContractLineView {
        code: line.code.to_string(),
        designation: designation.clone(),
        in_force: frame.period(line.in_force),
        tariff: line.tariff.to_string(),
        quantity,
    }
}

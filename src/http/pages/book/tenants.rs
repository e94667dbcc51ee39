//! Tenants: one tenant's file; the list is in `list`.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono::NaiveDate;

use super::contracts::{self, LineView};
use super::edit::{contract, tenant::address};
use super::invoice_list::{InvoiceLine, lines};
use super::parts::{Address, Link};
use super::{Frame, encoded, on_account as on_account_page, page};
use crate::app::on_account;
use crate::app::read_invoices::{self, InvoiceFilter, Order};
use crate::app::read_tenants::{self, TenantFile};
use crate::domain::access::{Action, Decision, TenantScope, policy};
use crate::domain::contract::Contract;
use crate::domain::money::Money;
use crate::http::auth::Granted;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

pub mod list;

/// Contracts a tenant's file shows with their lines.
const CONTRACTS_SHOWN: usize = 10;

#[derive(Template)]
#[template(path = "tenant.html")]
struct TenantPage {
    frame: Frame,
    file: TenantFile,
    /// The first of them.
    contracts: Vec<ContractView>,
    /// Where all of them are, where they are more than are shown.
    all_contracts: Option<Link>,
    /// The latest; none where the reader may not see invoices.
    invoices: Option<Vec<InvoiceLine>>,
    /// What is kept on account, where anything is and the reader may see it.
    on_account: Option<String>,
    /// Where the account is, for who may see it.
    account: Option<String>,
    /// All invoices are this tenant's.
    shows_tenant: bool,
    /// Below which the forms are, for who may use them.
    edit: Option<String>,
    edit_contacts: Option<String>,
    new_contract: Option<String>,
}

/// A contract as people read it.
struct ContractView {
    code: String,
    title: String,
    address: String,
    in_force: String,
    engagement: Option<String>,
    market: Option<String>,
    caption: String,
    caption_id: String,
    lines: Vec<LineView>,
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
    let (file, found, kept, today) = blocking(move || {
        let Some(file) = read_tenants::one(&store, &granted.scope, &code)? else { return Ok(None) };
        let filter = InvoiceFilter { tenant: Some(file.tenant.code.clone()), ..InvoiceFilter::default() };
        let found = match sees_invoices {
            true => Some(read_invoices::list(&store, &granted.reader(), filter, Order::default(), 1)?),
            false => None,
        };
        let own = TenantScope::Only(file.tenant.code.clone());
        let kept = if sees_invoices { on_account::total(&store, &own)? } else { Money::ZERO };
        Ok(Some((file, found, kept, read_tenants::today(&store, now)?)))
    })
    .await?
    .ok_or(Fault::NotFound)?;
    let frame = Frame::of(&http);
    let mut in_force_first: Vec<&Contract> = file.contracts.iter().collect();
    in_force_first.sort_by_key(|contract| !contract.in_force.contains(today));
    let shown = in_force_first.into_iter().take(CONTRACTS_SHOWN);
    let contracts = (1..).zip(shown).map(|numbered| contract_view(&frame, &file, numbered, today)).collect();
    let invoices = found.map(|found| lines(&frame, &found.invoices, &std::iter::once(&file.tenant).collect(), today));
    let own = address(file.tenant.code.as_str(), "");
    let template = TenantPage {
        edit: frame.may(Action::EditTenants).then(|| own.clone()),
        edit_contacts: frame.may(Action::EditContacts).then(|| own.clone()),
        new_contract: frame
            .may(Action::EditTerms)
            .then(|| format!("/contracts/new?tenant={}", encoded(file.tenant.code.as_str()))),
        all_contracts: (file.contracts.len() > CONTRACTS_SHOWN)
            .then(|| all_contracts(&frame, ("tenant", file.tenant.code.as_str()), file.contracts.len())),
        on_account: (!kept.is_zero() || frame.may(Action::SeePayments)).then(|| frame.amount(&kept)),
        account: sees_invoices.then(|| on_account_page::address(&file.tenant.code)),
        frame,
        file,
        contracts,
        invoices,
        shows_tenant: false,
    };
    page(StatusCode::OK, &template)
}

/// To the list of the `count` contracts of a tenant or at a tariff: what is so called, and its code.
pub(super) fn all_contracts(frame: &Frame, (of, code): (&'static str, &str), count: usize) -> Link {
    Link {
        label: frame.with("contracts-all", "count", &count.to_string()),
        address: Address::new("/contracts").set(of, code).href(),
    }
}

fn contract_view(
    frame: &Frame,
    file: &TenantFile,
    (number, contract): (usize, &Contract),
    today: NaiveDate,
) -> ContractView {
    ContractView {
        code: contract.code.to_string(),
        title: contract.title.clone(),
        address: contract::address(contract.code.as_str(), ""),
        in_force: frame.period(contract.in_force),
        engagement: contract.engagement.clone(),
        market: contract.market.clone(),
        caption: frame.with("contract-lines", "contract", contract.code.as_str()),
        caption_id: format!("lines-{number}"),
        lines: contracts::lines(frame, contract, (&file.tariffs, &file.indices), today),
    }
}

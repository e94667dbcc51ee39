//! The list of contracts: searched, ordered, in pages, and the same as files.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;

use super::super::edit::contract::address as contract_address;
use super::super::listing::{BookList, ListQuery, Listing, Narrowed};
use super::super::parts::{Address, Column, count};
use super::super::sheet::{self, Sheet};
use super::super::{Frame, page};
use crate::app::list_terms::{self, ContractKey, ContractRow, ContractsOf};
use crate::app::listing::Order;
use crate::app::read_tenants::{self, TenantNames};
use crate::documents::table::Cell;
use crate::domain::access::Action;
use crate::http::auth::Granted;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

#[derive(Template)]
#[template(path = "contracts.html")]
struct ContractsTemplate {
    frame: Frame,
    list: Listing,
    rows: Vec<RowView>,
}

const LIST: BookList = BookList { path: "/contracts", key: "contracts", section: "nav-contracts" };

/// Which contracts, by the address of the page or of a file.
#[derive(Deserialize)]
pub struct ContractsQuery {
    #[serde(default)]
    tenant: String,
    #[serde(default)]
    tariff: String,
    #[serde(flatten)]
    list: ListQuery,
}

impl ContractsQuery {
    fn of(&self) -> ContractsOf {
        ContractsOf::named(&self.tenant, &self.tariff)
    }
}

/// What the list is narrowed to in words: a tenant by name, whether any contract is found or not.
fn narrowed(of: &ContractsOf, names: &TenantNames) -> Vec<Narrowed> {
    let tenant = of.tenant.as_ref().map(|code| Narrowed {
        name: "tenant",
        key: "invoice-tenant",
        code: code.to_string(),
        value: names.name(code).to_owned(),
    });
    let tariff = of.tariff.as_ref().map(|code| Narrowed {
        name: "tariff",
        key: "field-tariff",
        code: code.to_string(),
        value: code.to_string(),
    });
    tenant.into_iter().chain(tariff).collect()
}

struct RowView {
    code: String,
    address: String,
    title: String,
    tenant: String,
    in_force: String,
    lines: String,
    /// The last day to give notice.
    notice: String,
}

pub async fn list(
    shared: Data<Shared>,
    granted: Granted,
    http: HttpRequest,
    query: Query<ContractsQuery>,
) -> Result<HttpResponse, Fault> {
    let (of, wanted) = (query.of(), query.list.wanted()?);
    let (store, asked) = (shared.store.clone(), (of.clone(), wanted.clone()));
    let (found, names) = blocking(move || {
        let found = list_terms::contracts(&store, &granted.scope, &asked.0, &asked.1)?;
        Ok((found, read_tenants::names(&store, &granted.scope)?))
    })
    .await?;
    let frame = Frame::of(&http);
    let new = frame.may(Action::EditTerms).then(|| frame.t("contract-new"));
    let asked = (&wanted, &*narrowed(&of, &names));
    let list = LIST.page(&frame, asked, &found, |address| columns(&frame, address, wanted.order), new);
    let rows = found.rows.iter().map(|row| view(&frame, row)).collect();
    page(StatusCode::OK, &ContractsTemplate { list, rows, frame })
}

fn columns(frame: &Frame, address: &Address, order: Order<ContractKey>) -> Vec<Column> {
    let column = |key: &str, by: ContractKey| Column::ordering(frame.t(key), address, order, by);
    vec![
        column("line-code", ContractKey::Code),
        column("contract-title", ContractKey::Title).giving_way(true),
        column("invoice-tenant", ContractKey::Tenant).giving_way(true),
        column("line-in-force", ContractKey::End).giving_way(true),
        column("notice-column", ContractKey::Notice),
        column("lines-title", ContractKey::Lines).of_numbers(),
    ]
}

fn view(frame: &Frame, ContractRow { contract, tenant_name }: &ContractRow) -> RowView {
    RowView {
        code: contract.code.to_string(),
        address: contract_address(contract.code.as_str(), ""),
        title: contract.title.clone(),
        tenant: tenant_name.clone(),
        in_force: frame.period(contract.in_force),
        lines: count(frame, contract.lines.len()),
        notice: contract.notice_by().map(|day| frame.short_date(&day)).unwrap_or_default(),
    }
}

/// The whole list, in its order and search, as a file.
pub async fn file(
    shared: Data<Shared>,
    granted: Granted,
    http: HttpRequest,
    query: Query<ContractsQuery>,
    sheet: Path<Sheet>,
) -> Result<HttpResponse, Fault> {
    let (store, now, wanted) = (shared.store.clone(), shared.now(), query.list.whole()?);
    let (text, of) = (wanted.text.clone(), query.of());
    let asked = of.clone();
    let (found, names, day) = blocking(move || {
        let found = list_terms::contracts(&store, &granted.scope, &asked, &wanted)?;
        Ok((found, read_tenants::names(&store, &granted.scope)?, read_tenants::today(&store, now)?))
    })
    .await?;
    let frame = Frame::of(&http);
    let headings = [
        "line-code",
        "contract-title",
        "invoice-tenant",
        "contract-first-day",
        "contract-last-day",
        "notice-column",
        "reference-engagement",
        "reference-market",
        "lines-title",
    ];
    let rows = found.rows.iter().map(cells).collect();
    let narrowed = narrowed(&of, &names);
    LIST.file((&shared, &frame), (&text, &narrowed, day), *sheet, &headings, rows).await
}

fn cells(ContractRow { contract, tenant_name }: &ContractRow) -> Vec<Cell> {
    let day = |day: Option<NaiveDate>| day.map_or(Cell::Empty, Cell::Day);
    let optional = |text: &Option<String>| text.as_ref().map_or(Cell::Empty, sheet::text);
    vec![
        sheet::text(contract.code.as_str()),
        sheet::text(&contract.title),
        sheet::text(tenant_name),
        Cell::Day(contract.in_force.from),
        day(contract.in_force.last_day()),
        day(contract.notice_by()),
        optional(&contract.engagement),
        optional(&contract.market),
        Cell::Number(contract.lines.len().into()),
    ]
}

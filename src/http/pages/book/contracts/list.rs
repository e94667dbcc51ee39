//! The list of contracts: searched, ordered, in pages, and the same as files.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono::NaiveDate;

use super::super::edit::contract::address as contract_address;
use super::super::listing::{BookList, ListQuery, Listing};
use super::super::parts::{Address, Column, count};
use super::super::sheet::{self, Sheet};
use super::super::{Frame, page};
use crate::app::list_terms::{self, ContractKey, ContractRow};
use crate::app::listing::Order;
use crate::app::read_tenants;
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
    query: Query<ListQuery>,
) -> Result<HttpResponse, Fault> {
    let wanted = query.wanted()?;
    let (store, asked) = (shared.store.clone(), wanted.clone());
    let found = blocking(move || list_terms::contracts(&store, &granted.scope, &asked)).await?;
    let frame = Frame::of(&http);
    let new = frame.may(Action::EditTerms).then(|| frame.t("contract-new"));
    let list = LIST.page(&frame, &wanted, &found, |address| columns(&frame, address, wanted.order), new);
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
    query: Query<ListQuery>,
    sheet: Path<Sheet>,
) -> Result<HttpResponse, Fault> {
    let (store, now, wanted) = (shared.store.clone(), shared.now(), query.whole()?);
    let text = wanted.text.clone();
    let (found, day) = blocking(move || {
        let found = list_terms::contracts(&store, &granted.scope, &wanted)?;
        Ok((found, read_tenants::today(&store, now)?))
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
    LIST.file((&shared, &frame), (&text, day), *sheet, &headings, rows).await
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

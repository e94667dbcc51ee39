//! The list of contracts: searched, ordered, in pages, and the same as files.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono::NaiveDate;

use super::super::edit::contract::address as contract_address;
use super::super::listing::{ListQuery, address};
use super::super::parts::{Address, Column, Link, Pager, count, exports};
use super::super::sheet::{self, Sheet};
use super::super::{Frame, page};
use crate::app::list_terms::{self, ContractKey, ContractRow};
use crate::app::listing::Order;
use crate::app::read_tenants;
use crate::documents::table::{Cell, Table};
use crate::domain::access::Action;
use crate::http::auth::Granted;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

#[derive(Template)]
#[template(path = "contracts.html")]
struct ContractsTemplate {
    frame: Frame,
    text: String,
    sort: String,
    columns: Vec<Column>,
    rows: Vec<RowView>,
    pager: Pager,
    count_text: String,
    files: Vec<Link>,
    can_edit: bool,
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
    query: Query<ListQuery>,
) -> Result<HttpResponse, Fault> {
    let wanted = query.wanted()?;
    let (store, asked) = (shared.store.clone(), wanted.clone());
    let found = blocking(move || list_terms::contracts(&store, &granted.scope, &asked)).await?;
    let frame = Frame::of(&http);
    let address = address("/contracts", &wanted);
    let template = ContractsTemplate {
        sort: wanted.order.text(),
        columns: columns(&frame, &address, wanted.order),
        pager: Pager::new(&address, found.page, found.pages),
        count_text: frame.with("contracts-count", "count", &count(&frame, found.total)),
        files: exports(&address, "/contracts"),
        can_edit: frame.may(Action::EditTerms),
        text: wanted.text,
        rows: found.rows.iter().map(|row| view(&frame, row)).collect(),
        frame,
    };
    page(StatusCode::OK, &template)
}

fn columns(frame: &Frame, address: &Address, order: Order<ContractKey>) -> Vec<Column> {
    let column = |key: &str, by: ContractKey| Column::ordering(frame.t(key), address, order, by);
    vec![
        column("line-code", ContractKey::Code),
        column("contract-title", ContractKey::Title),
        column("invoice-tenant", ContractKey::Tenant),
        column("line-in-force", ContractKey::End),
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
    let table = Table {
        name: frame.t("nav-contracts"),
        day,
        headings: headings.map(|key| frame.t(key)).into(),
        rows: found.rows.iter().map(cells).collect(),
    };
    let about = sheet::searched(&frame, &text);
    sheet::respond_about(&shared, &frame, table, about, *sheet, &format!("{}-{day}", frame.t("contracts-file"))).await
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

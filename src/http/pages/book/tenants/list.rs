//! The list of tenants: searched, ordered, in pages, and the same as files.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::super::edit::tenant;
use super::super::listing::{BookList, ListQuery, Listing};
use super::super::parts::{Address, Column};
use super::super::sheet::{self, Sheet};
use super::super::{Frame, page, see_other};
use crate::app::list_terms::{self, TenantKey, TenantRow};
use crate::app::listing::Order;
use crate::app::read_tenants;
use crate::documents::table::Cell;
use crate::domain::access::{Action, TenantScope};
use crate::http::auth::Granted;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

#[derive(Template)]
#[template(path = "tenants.html")]
struct TenantsPage {
    frame: Frame,
    list: Listing,
    rows: Vec<TenantRow>,
}

const LIST: BookList = BookList { path: "/tenants", key: "tenants", section: "nav-tenants" };

pub async fn list(
    shared: Data<Shared>,
    granted: Granted,
    http: HttpRequest,
    query: Query<ListQuery>,
) -> Result<HttpResponse, Fault> {
    // A list of one is a step for nothing.
    if let TenantScope::Only(own) = &granted.scope {
        return Ok(see_other(&tenant::address(own.as_str(), "")));
    }
    let wanted = query.wanted()?;
    let (store, asked) = (shared.store.clone(), wanted.clone());
    let found = blocking(move || list_terms::tenants(&store, &granted.scope, &asked)).await?;
    let frame = Frame::of(&http);
    let new = frame.may(Action::EditTenants).then(|| frame.t("tenant-new"));
    let list = LIST.page(&frame, (&wanted, &[]), &found, |address| columns(&frame, address, wanted.order), new);
    page(StatusCode::OK, &TenantsPage { list, rows: found.rows, frame })
}

fn columns(frame: &Frame, address: &Address, order: Order<TenantKey>) -> Vec<Column> {
    let column = |key: &str, by: TenantKey| Column::ordering(frame.t(key), address, order, by);
    vec![
        column("tenant-name", TenantKey::Name),
        column("tenant-siret", TenantKey::Siret).giving_way(true),
        column("tenant-terms", TenantKey::Terms),
        column("tenant-contracts", TenantKey::Contracts),
    ]
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
        let found = list_terms::tenants(&store, &granted.scope, &wanted)?;
        Ok((found, read_tenants::today(&store, now)?))
    })
    .await?;
    let frame = Frame::of(&http);
    let headings = [
        "line-code",
        "tenant-name",
        "tenant-siret",
        "tenant-vat",
        "tenant-terms",
        "tenant-internal",
        "tenant-contracts",
    ];
    let rows = found.rows.iter().map(|row| cells(&frame, row)).collect();
    LIST.file((&shared, &frame), (&text, &[], day), *sheet, &headings, rows).await
}

fn cells(frame: &Frame, TenantRow { tenant, contracts }: &TenantRow) -> Vec<Cell> {
    let codes: Vec<&str> = contracts.iter().map(|code| code.as_str()).collect();
    vec![
        sheet::text(tenant.code.as_str()),
        sheet::text(&tenant.name),
        sheet::text(tenant.siret.to_string()),
        tenant.vat_number.as_ref().map_or(Cell::Empty, |number| sheet::text(number.to_string())),
        sheet::text(frame.terms(&tenant.payment_term_class)),
        if tenant.internal { sheet::text(frame.t("tenant-internal")) } else { Cell::Empty },
        sheet::text(codes.join(", ")),
    ]
}

//! The list of invoices: filtered, ordered, in pages.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use super::{Frame, encoded, page};
use crate::app::read_invoices::{self, InvoiceFilter, InvoicePage, InvoiceStatus, InvoiceSummary, Order, SortKey};
use crate::app::read_tenants::{self, TenantFile};
use crate::domain::access::TenantScope;
use crate::domain::calendar::BillingMonth;
use crate::domain::ids::TenantCode;
use crate::domain::invoice::InvoiceKind;
use crate::http::api::parsed;
use crate::http::auth::Granted;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

#[derive(Deserialize, Default)]
pub struct InvoicesQuery {
    month: Option<String>,
    tenant: Option<String>,
    /// A column's name, with `-` before it for descending.
    sort: Option<String>,
    page: Option<String>,
}

#[derive(Template)]
#[template(path = "invoices.html")]
struct InvoicesPage {
    frame: Frame,
    columns: Vec<Column>,
    lines: Vec<InvoiceLine>,
    found: InvoicePage,
    months: Vec<Choice>,
    tenants: Vec<Choice>,
    /// False for who sees one tenant only.
    shows_tenant: bool,
    /// The order to keep when the filter changes.
    sort: String,
    previous_page: Option<String>,
    next_page: Option<String>,
    page_text: String,
    count_text: String,
}

/// One row, ready to read.
pub struct InvoiceLine {
    /// None for a draft.
    pub number: Option<String>,
    /// What it is, where it is not a plain invoice.
    pub kind: Option<String>,
    pub tenant: String,
    pub contract: String,
    pub month: String,
    pub issued: String,
    pub due: String,
    pub net: String,
    pub gross: String,
}

/// A heading that orders the list.
struct Column {
    label: String,
    /// None where the list cannot be ordered by it.
    address: Option<String>,
    /// In the words of `aria-sort`.
    sorted: Option<&'static str>,
    is_number: bool,
}

/// An option of a filter.
struct Choice {
    value: String,
    label: String,
    is_chosen: bool,
}

pub async fn list(
    shared: Data<Shared>,
    granted: Granted,
    http: HttpRequest,
    query: Query<InvoicesQuery>,
) -> Result<HttpResponse, Fault> {
    let month = parsed("month", query.month.as_deref(), "a month such as 2026-10")?;
    let tenant = query.tenant.clone().filter(|code| !code.is_empty()).map(TenantCode);
    let page_number = parsed("page", query.page.as_deref(), "a number from 1")?.unwrap_or(1);
    let order = order(query.sort.as_deref());
    let shows_tenant = granted.scope == TenantScope::Everyone;
    let filter = InvoiceFilter { month, tenant: tenant.clone(), ..InvoiceFilter::default() };
    let store = shared.store.clone();
    let (found, files, months) = blocking(move || {
        let reader = granted.reader();
        let files = read_tenants::list(&store, &reader.scope)?;
        let months = read_invoices::months(&store, &reader)?;
        Ok((read_invoices::list(&store, &reader, filter, order, page_number)?, files, months))
    })
    .await?;
    let frame = Frame::of(&http);
    let address = Address { month, tenant, order };
    let template = InvoicesPage {
        columns: columns(&frame, &address, shows_tenant),
        lines: lines(&frame, &found.invoices, &files),
        months: months.iter().map(|choice| month_choice(&frame, *choice, month)).collect(),
        tenants: tenant_choices(&files, address.tenant.as_ref()),
        shows_tenant,
        sort: address.sort(),
        previous_page: (found.page > 1).then(|| address.page(found.page - 1)),
        next_page: (found.page < found.pages).then(|| address.page(found.page + 1)),
        page_text: frame.page_of(found.page, found.pages),
        count_text: frame.with("invoices-count", "count", &found.total.to_string()),
        found,
        frame,
    };
    page(StatusCode::OK, &template)
}

/// What the address of a list says, to make the addresses of lists next to it.
struct Address {
    month: Option<BillingMonth>,
    tenant: Option<TenantCode>,
    order: Order,
}

impl Address {
    fn page(&self, page: usize) -> String {
        format!("{}&page={page}", self.ordered(self.order))
    }

    fn ordered(&self, order: Order) -> String {
        let month = self.month.map(|month| month.to_string()).unwrap_or_default();
        let tenant = self.tenant.as_ref().map(|code| encoded(code.as_str())).unwrap_or_default();
        format!("/invoices?month={month}&tenant={tenant}&sort={}", sort_text(order))
    }

    fn sort(&self) -> String {
        sort_text(self.order)
    }
}

fn sort_text(order: Order) -> String {
    format!("{}{}", if order.descending { "-" } else { "" }, order.key.name())
}

/// An order as an address says it; what it does not know is the usual order.
fn order(text: Option<&str>) -> Order {
    let text = text.unwrap_or_default();
    let (descending, name) = text.strip_prefix('-').map_or((false, text), |name| (true, name));
    let key = SortKey::ALL.into_iter().find(|key| key.name() == name);
    key.map_or_else(Order::default, |key| Order { key, descending })
}

fn columns(frame: &Frame, address: &Address, shows_tenant: bool) -> Vec<Column> {
    let plain = |key: &str, is_number| Column { label: frame.t(key), address: None, sorted: None, is_number };
    let ordering = |key: &str, sort: SortKey, is_number| {
        let is_current = address.order.key == sort;
        let descending = is_current && !address.order.descending;
        Column {
            label: frame.t(key),
            address: Some(address.ordered(Order { key: sort, descending })),
            sorted: is_current.then_some(if address.order.descending { "descending" } else { "ascending" }),
            is_number,
        }
    };
    let mut columns = vec![
        ordering("invoice-number", SortKey::Number, false),
        plain("invoice-contract", false),
        ordering("invoice-month", SortKey::Month, false),
        plain("invoice-issued", false),
        ordering("invoice-due", SortKey::Due, false),
        plain("invoice-net", true),
        ordering("invoice-gross", SortKey::Gross, true),
    ];
    if shows_tenant {
        columns.insert(1, ordering("invoice-tenant", SortKey::Tenant, false));
    }
    columns
}

/// Rows with the tenants' names instead of their codes.
pub fn lines(frame: &Frame, invoices: &[InvoiceSummary], files: &[TenantFile]) -> Vec<InvoiceLine> {
    let name = |code: &TenantCode| {
        let file = files.iter().find(|file| file.tenant.code == *code);
        file.map_or_else(|| code.to_string(), |file| file.tenant.name.clone())
    };
    let line = |invoice: &InvoiceSummary| InvoiceLine {
        number: invoice.number.as_ref().map(ToString::to_string),
        kind: match (invoice.status, invoice.kind) {
            (InvoiceStatus::Draft, _) => Some(frame.t("kind-draft")),
            (InvoiceStatus::Issued, InvoiceKind::Invoice) => None,
            (InvoiceStatus::Issued, InvoiceKind::CreditNote) => Some(frame.t("kind-credit-note")),
            (InvoiceStatus::Issued, InvoiceKind::Corrected) => Some(frame.t("kind-corrected")),
        },
        tenant: name(&invoice.tenant),
        contract: invoice.contract.to_string(),
        month: frame.month(&invoice.month),
        issued: invoice.issue_date.map(|day| frame.short_date(&day)).unwrap_or_default(),
        due: invoice.due_date.map(|day| frame.short_date(&day)).unwrap_or_default(),
        net: frame.bare(&invoice.totals.net),
        gross: frame.bare(&invoice.totals.gross),
    };
    invoices.iter().map(line).collect()
}

fn month_choice(frame: &Frame, month: BillingMonth, chosen: Option<BillingMonth>) -> Choice {
    Choice { value: month.to_string(), label: frame.month(&month), is_chosen: chosen == Some(month) }
}

fn tenant_choices(files: &[TenantFile], chosen: Option<&TenantCode>) -> Vec<Choice> {
    let choice = |file: &TenantFile| Choice {
        value: file.tenant.code.to_string(),
        label: file.tenant.name.clone(),
        is_chosen: chosen == Some(&file.tenant.code),
    };
    files.iter().map(choice).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_read_from_addresses() {
        assert_eq!(order(None), Order::default());
        assert_eq!(order(Some("-due")), Order { key: SortKey::Due, descending: true });
        assert_eq!(order(Some("gross")), Order { key: SortKey::Gross, descending: false });
        assert_eq!(order(Some("'; drop table")), Order::default());
        let address = Address { month: BillingMonth::new(2026, 10), tenant: None, order: order(Some("due")) };
        assert_eq!(address.page(2), "/invoices?month=2026-10&tenant=&sort=due&page=2");
    }
}

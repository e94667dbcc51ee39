//! The list of invoices as files: what is shown as a table, the documents themselves as one ZIP.

use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDate;

use super::columns::Shown;
use super::{Asked, show, shown, state};
use crate::app::read_invoices::{self, InvoiceSummary, ListState};
use crate::app::read_tenants::{self, TenantNames};
use crate::documents::table::{Cell, Table};
use crate::domain::invoice::InvoiceKind;
use crate::domain::money::Money;
use crate::domain::told::Told;
use crate::http::api::documents;
use crate::http::auth::Granted;
use crate::http::error::Fault;
use crate::http::pages::Frame;
use crate::http::pages::sheet::{self, Sheet};
use crate::http::state::{Shared, blocking};

/// What the list shows, the whole of it, as a file.
pub async fn file(
    shared: Data<Shared>,
    granted: Granted,
    http: HttpRequest,
    query: Query<Vec<(String, String)>>,
    sheet: Path<Sheet>,
) -> Result<HttpResponse, Fault> {
    let asked = Asked::read(&query)?;
    let shown = shown(&http, &asked, &granted);
    let frame = Frame::of(&http);
    let (store, now) = (shared.store.clone(), shared.now());
    let (asked, invoices, names, today) = blocking(move || {
        let reader = granted.reader();
        let today = read_tenants::today(&store, now)?;
        let names = read_tenants::names(&store, &reader.scope)?;
        let found = read_invoices::whole(&store, &reader, asked.wanted(today), asked.order)?;
        Ok((asked, found, names, today))
    })
    .await?;
    let table = table_of(&frame, &invoices, &names, &shown, today);
    let about = sheet::about(&frame, filter(&frame, &asked, &names), "invoices-total");
    let name = format!("{}-{today}", frame.t("invoices-file"));
    sheet::respond_about(&shared, &frame, table, about, *sheet, &name).await
}

/// What the list was asked for, as a label and a value each.
fn filter(frame: &Frame, asked: &Asked, names: &TenantNames) -> Vec<(String, String)> {
    let state = match asked.state {
        ListState::All => None,
        ListState::Draft => Some("invoices-drafts"),
        ListState::Issued => Some("invoices-issued"),
        ListState::Open => Some("invoices-open"),
        ListState::Overdue => Some("state-overdue"),
        ListState::Paid => Some("invoices-paid"),
        ListState::Overpaid => Some("invoices-overpaid"),
        ListState::Credited => Some("invoices-credited"),
    };
    let stated = [
        ("state", state.map(|key| frame.t(key))),
        ("invoice-month", asked.month.map(|month| frame.month(&month))),
        ("invoice-tenant", asked.tenant.as_ref().map(|code| names.name(code).to_owned())),
        ("filter-search", Some(asked.text.clone()).filter(|text| !text.is_empty())),
    ];
    stated.into_iter().filter_map(|(key, value)| Some((frame.t(key), value?))).collect()
}

fn table_of(frame: &Frame, invoices: &[InvoiceSummary], names: &TenantNames, shown: &Shown, day: NaiveDate) -> Table {
    let mut headings = vec![frame.t("invoice-number"), frame.t("invoice-kind")];
    for name in shown.names() {
        headings.push(Shown::label(frame, name));
        if *name == "due" {
            headings.push(frame.t("invoice-due-what"));
        }
    }
    let row = |invoice: &InvoiceSummary| {
        let kind = match invoice.kind {
            InvoiceKind::Invoice => "kind-invoice",
            InvoiceKind::CreditNote => "kind-credit-note",
            InvoiceKind::Corrected => "kind-corrected",
        };
        let number = invoice.number.as_ref().map_or(Cell::Empty, |number| Cell::Text(number.to_string()));
        let mut cells = vec![number, Cell::Text(frame.t(kind))];
        for name in shown.names() {
            cells.push(cell(frame, invoice, names, name, day));
            if *name == "due" {
                cells.push(due_what(frame, invoice));
            }
        }
        cells
    };
    Table { name: frame.t("nav-invoices"), day, headings, rows: invoices.iter().map(row).collect() }
}

/// What is due on the day beside it.
fn due_what(frame: &Frame, invoice: &InvoiceSummary) -> Cell {
    let key = if invoice.owes_interest_only() { "due-interest" } else { "kind-invoice" };
    invoice.payable_on().map_or(Cell::Empty, |_| Cell::Text(frame.t(key)))
}

fn cell(frame: &Frame, invoice: &InvoiceSummary, names: &TenantNames, column: &str, today: NaiveDate) -> Cell {
    let day = |day: Option<NaiveDate>| day.map_or(Cell::Empty, Cell::Day);
    let amount = |amount: Money| Cell::Amount(invoice.counted(amount));
    match column {
        "state" => Cell::Text(state(frame, invoice, today).text),
        "tenant" => Cell::Text(names.name(&invoice.tenant).to_owned()),
        "contract" => Cell::Text(invoice.contract.to_string()),
        "month" => Cell::Text(invoice.month.to_string()),
        "issued" => day(invoice.issue_date),
        "due" => day(invoice.payable_on()),
        "net" => amount(invoice.totals.net),
        "tax" => amount(invoice.totals.tax),
        "gross" => amount(invoice.totals.gross),
        "open" => invoice.standing.map_or(Cell::Empty, |(open, _)| Cell::Amount(open)),
        _ => Cell::Empty,
    }
}

/// The PDFs of the ticked documents, or of the whole list where no choice is asked for (`chosen`); sent one by one as
/// they are read.
pub async fn zip(
    shared: Data<Shared>,
    granted: Granted,
    http: HttpRequest,
    query: Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Fault> {
    let asked = Asked::read(&query)?;
    let frame = Frame::of(&http);
    if asked.numbers.is_empty() && query.iter().any(|(name, _)| name == "chosen") {
        let english = "no document is ticked: tick those to download, or take the whole list";
        return show(&shared, granted, &http, asked, Some(&Told::new("no-document-chosen", english))).await;
    }
    let (store, now) = (shared.store.clone(), shared.now());
    let reader = granted.reader();
    let (numbers, reader) = blocking(move || {
        let numbers = match asked.numbers.is_empty() {
            false => asked.numbers,
            true => {
                let wanted = asked.wanted(read_tenants::today(&store, now)?);
                let all = read_invoices::whole(&store, &reader, wanted, asked.order)?;
                all.into_iter().filter_map(|invoice| invoice.number).map(|number| number.to_string()).collect()
            }
        };
        Ok((numbers, reader))
    })
    .await?;
    documents::send(&shared, reader, numbers, &frame.t("invoices-file")).await
}

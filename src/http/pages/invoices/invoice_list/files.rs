//! The list of invoices as files: what is shown as a table, the documents themselves as one ZIP.

use actix_web::http::header;
use actix_web::web::{Bytes, Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDate;
use tokio::sync::mpsc::Sender;

use super::columns::Shown;
use super::{Asked, show, shown, state};
use crate::app::archive_invoice::ArchiveKind;
use crate::app::read_invoices::{self, InvoiceSummary, ListState, Reader};
use crate::app::read_tenants::{self, TenantNames};
use crate::app::{AppError, Store};
use crate::documents::table::{Cell, Table};
use crate::documents::zip::Zip;
use crate::domain::invoice::InvoiceKind;
use crate::domain::money::Money;
use crate::domain::told::Told;
use crate::http::api::download;
use crate::http::auth::Granted;
use crate::http::error::Fault;
use crate::http::pages::Frame;
use crate::http::pages::sheet::{self, Sheet};
use crate::http::state::{Shared, blocking};
use crate::http::stream::stream;

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
    let (numbers, reader, store) = blocking(move || {
        let numbers = match asked.numbers.is_empty() {
            false => asked.numbers,
            true => {
                let wanted = asked.wanted(read_tenants::today(&store, now)?);
                let all = read_invoices::whole(&store, &reader, wanted, asked.order)?;
                all.into_iter().filter_map(|invoice| invoice.number).map(|number| number.to_string()).collect()
            }
        };
        read_invoices::check_archive(&store, &reader, &numbers)?;
        Ok((numbers, reader, store))
    })
    .await?;
    let (sender, body) = stream();
    actix_web::rt::spawn(async move {
        let sent = actix_web::web::block(move || send(&store, &reader, &numbers, &sender)).await;
        if let Ok(Err(error)) = sent {
            tracing::error!(%error, "an archive of invoices broke off");
        }
    });
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/zip"))
        .insert_header(download(format!("{}.zip", frame.t("invoices-file"))))
        .body(body))
}

/// Reads and sends document after document. Ends early where nobody listens any more.
fn send(store: &Store, reader: &Reader, numbers: &[String], sender: &Sender<Bytes>) -> Result<(), AppError> {
    let zone = read_tenants::zone(store)?;
    let mut zip = Zip::default();
    for number in numbers {
        let found = read_invoices::dated_document(store, &reader.scope, number, ArchiveKind::Pdf)?;
        let Some(document) = found else { continue };
        let at = document.issued_at.with_timezone(&zone).naive_local();
        let piece = zip.file(&format!("{number}.pdf"), at, &document.bytes)?;
        if sender.blocking_send(Bytes::from(piece)).is_err() {
            return Ok(());
        }
    }
    // Where nobody listens there is nobody to tell.
    let _ = sender.blocking_send(Bytes::from(zip.end()?));
    Ok(())
}

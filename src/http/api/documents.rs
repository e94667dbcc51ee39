//! `GET /api/v1/invoices.zip`: many documents at once.

use std::collections::HashSet;

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{Bytes, Data, Query};
use serde::Deserialize;
use tokio::sync::mpsc::Sender;
use utoipa::IntoParams;

use super::download;
use super::invoices::{InvoicesQuery, wanted};
use crate::app::archive_invoice::ArchiveKind;
use crate::app::read_invoices::{self, Order, Reader};
use crate::app::{AppError, Store, read_tenants};
use crate::documents::zip::Zip;
use crate::http::asked::either;
use crate::http::auth::Granted;
use crate::http::error::{Fault, Problem};
use crate::http::state::{Shared, blocking};
use crate::http::stream::stream;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct DocumentsQuery {
    /// Numbers with commas between them, and nothing else then; what the rest of the question finds where it is left out.
    /// Refused where it is empty.
    #[param(example = "DC2026000001,DC2026000002")]
    numbers: Option<String>,
    /// `2026-10`
    month: Option<String>,
    /// A tenant's code.
    tenant: Option<String>,
    /// A contract's code.
    contract: Option<String>,
    /// `issued`, `open`, `overdue`, `paid`, `overpaid` or `credited`.
    status: Option<String>,
    /// Part of a number, or of the name or code of a tenant or contract.
    q: Option<String>,
}

#[utoipa::path(
    get, path = "/api/v1/invoices.zip", tag = "invoices", params(DocumentsQuery),
    description = "The PDFs of the invoices and credit notes that are named, or of all the list finds, as one ZIP.",
    responses((status = 200, content_type = "application/zip", description = "One PDF each, under its number."),
              (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem, description = "One of them is unknown, or another tenant's."),
              (status = 422, body = Problem, description = "There is none, or more than one ZIP holds.")),
    security(("token" = []))
)]
pub async fn archive(
    shared: Data<Shared>,
    granted: Granted,
    query: Query<DocumentsQuery>,
) -> Result<HttpResponse, Fault> {
    let DocumentsQuery { numbers, month, tenant, contract, status, q } = query.into_inner();
    let listed = [("month", &month), ("tenant", &tenant), ("contract", &contract), ("status", &status), ("q", &q)];
    for filter in listed {
        either(("numbers", &numbers), filter)?;
    }
    let named = numbers.as_deref().map(named);
    let (wanted, state) = wanted(&InvoicesQuery { month, tenant, contract, status, q, ..InvoicesQuery::default() })?;
    let (store, now, reader) = (shared.store.clone(), shared.now(), granted.reader());
    let (numbers, reader) = blocking(move || {
        let numbers = match named {
            Some(numbers) => numbers,
            None => {
                let wanted = wanted.in_state(state, read_tenants::today(&store, now)?);
                let all = read_invoices::whole(&store, &reader, wanted, Order::default())?;
                all.into_iter().filter_map(|invoice| invoice.number).map(|number| number.to_string()).collect()
            }
        };
        Ok((numbers, reader))
    })
    .await?;
    send(&shared, reader, numbers, "invoices").await
}

/// The numbers in `text`, each once: none where it is empty, which is not everything.
fn named(text: &str) -> Vec<String> {
    let mut known = HashSet::new();
    let numbers = text.split(',').map(str::trim).filter(|number| !number.is_empty() && known.insert(*number));
    numbers.map(str::to_owned).collect()
}

/// The documents with these numbers as one ZIP under `name`, sent one by one as they are read; pages offer it too.
pub async fn send(
    shared: &Data<Shared>,
    reader: Reader,
    numbers: Vec<String>,
    name: &str,
) -> Result<HttpResponse, Fault> {
    let store = shared.store.clone();
    let (store, reader, numbers) = blocking(move || {
        read_invoices::check_archive(&store, &reader, &numbers)?;
        Ok((store, reader, numbers))
    })
    .await?;
    let (sender, body) = stream();
    actix_web::rt::spawn(async move {
        let sent = actix_web::web::block(move || write(&store, &reader, &numbers, &sender)).await;
        if let Ok(Err(error)) = sent {
            tracing::error!(%error, "an archive of invoices broke off");
        }
    });
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/zip"))
        .insert_header(download(format!("{name}.zip")))
        .body(body))
}

/// Reads and sends document after document. Ends early where nobody listens any more.
fn write(store: &Store, reader: &Reader, numbers: &[String], sender: &Sender<Bytes>) -> Result<(), AppError> {
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

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn numbers_are_taken_once_each_and_none_are_none() {
        assert_eq!(named("DC2, DC1,DC2,"), ["DC2", "DC1"]);
        assert_eq!((named(""), named(" , ")), (vec![], vec![]));
    }
}

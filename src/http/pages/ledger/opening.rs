//! Balances of other books brought in: a file or pasted lines, shown as the entry they make, then posted.

use actix_multipart::Multipart;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::forms::refused;
use super::parts::FieldError;
use super::upload::Upload;
use super::{Frame, done, page};
use crate::app::open_balances::{self, OpeningReport};
use crate::domain::calendar::day;
use crate::domain::ledger::JournalEntry;
use crate::domain::money::Money;
use crate::http::auth::{Granted, Visitor};
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

/// What is shown is carried by the page until it is posted.
const FILE_BYTES_MAX: usize = 512 * 1024;

#[derive(Template)]
#[template(path = "opening.html")]
struct OpeningPage {
    frame: Frame,
    date: String,
    csv: String,
    /// What would be posted, once it was read.
    found: Option<(OpeningReport, JournalEntry)>,
    errors: Vec<FieldError>,
}

impl OpeningPage {
    /// Nothing where a side is empty.
    fn side(&self, amount: &Money) -> String {
        if amount.is_zero() { String::new() } else { self.frame.bare(amount) }
    }
}

pub async fn form(_granted: Granted, http: HttpRequest) -> Result<HttpResponse, Fault> {
    show(Frame::of(&http), String::new(), String::new(), None, vec![])
}

fn show(
    frame: Frame,
    date: String,
    csv: String,
    found: Option<(OpeningReport, JournalEntry)>,
    errors: Vec<FieldError>,
) -> Result<HttpResponse, Fault> {
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    page(status, &OpeningPage { frame, date, csv, found, errors })
}

/// Shows what the balances would post, and posts them once that is confirmed.
pub async fn submit(
    shared: Data<Shared>,
    visitor: Visitor,
    http: HttpRequest,
    body: Multipart,
) -> Result<HttpResponse, Fault> {
    let upload = Upload::of(&visitor, body, FILE_BYTES_MAX).await?;
    let frame = Frame::of(&http);
    let (typed, pasted) = (upload.text("date").to_owned(), upload.text("csv").to_owned());
    let is_confirmed = !upload.text("confirm").is_empty();
    let bytes = upload.file.map_or_else(|| pasted.clone().into_bytes(), |(_, bytes)| bytes);
    let mut errors = vec![];
    let date = day(&typed).ok();
    if date.is_none() {
        errors.push(FieldError { field: "date", text: frame.t("event-day") });
    }
    if bytes.is_empty() {
        errors.push(FieldError { field: "csv", text: frame.t("opening-needed") });
    }
    let (Some(date), true) = (date, errors.is_empty()) else { return show(frame, typed, pasted, None, errors) };
    let (store, by, now, csv) = (shared.store.clone(), visitor.actor(&http), shared.now(), bytes.clone());
    let outcome = blocking(move || {
        refused(match is_confirmed {
            true => open_balances::open(&store, &csv, date, &by, now).map(|report| (report, None)),
            false => open_balances::check(&store, &csv, date, &by, now).map(|(report, entry)| (report, Some(entry))),
        })
    })
    .await?;
    let csv = String::from_utf8(bytes).unwrap_or_default();
    match outcome {
        Ok((report, None)) => Ok(done("/journal/balance", "opening", &report.document)),
        Ok((report, Some(entry))) => show(frame, typed, csv, Some((report, entry)), vec![]),
        Err(told) => {
            let field =
                if told.key.starts_with("opening-counted") || told.key == "books-closed" { "date" } else { "csv" };
            let errors = vec![FieldError { field, text: frame.said(&told) }];
            show(frame, typed, csv, None, errors)
        }
    }
}

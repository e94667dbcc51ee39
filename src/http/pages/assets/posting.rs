//! Posting what happened to fixed assets: the entries to come, shown before they are made.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use super::forms::{Fields, refused};
use super::parts::{Choice, FieldError};
use super::{Frame, done, page};
use crate::app::{post_depreciation, read_tenants};
use crate::domain::calendar::BillingMonth;
use crate::domain::ledger::JournalEntry;
use crate::domain::money::Money;
use crate::http::asked::{Expected, parsed};
use crate::http::auth::{Granted, Visitor};
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

/// How many ended months are offered.
const MONTHS_OFFERED: usize = 24;

#[derive(Deserialize)]
pub struct PostingQuery {
    through: Option<String>,
}

#[derive(Template)]
#[template(path = "posting.html")]
struct PostingPage {
    frame: Frame,
    through: BillingMonth,
    month: String,
    months: Vec<Choice>,
    entries: Vec<EntryRow>,
    total: Money,
    errors: Vec<FieldError>,
}

struct EntryRow {
    date: String,
    document: String,
    label: String,
    amount: Money,
}

pub async fn form(
    shared: Data<Shared>,
    _granted: Granted,
    http: HttpRequest,
    query: Query<PostingQuery>,
) -> Result<HttpResponse, Fault> {
    let asked: Option<BillingMonth> = parsed("through", query.through.as_deref(), Expected::Month)?;
    show(&shared, &http, asked, vec![]).await
}

async fn show(
    shared: &Data<Shared>,
    http: &HttpRequest,
    asked: Option<BillingMonth>,
    errors: Vec<FieldError>,
) -> Result<HttpResponse, Fault> {
    let (store, now) = (shared.store.clone(), shared.now());
    let (through, last, entries) = blocking(move || {
        let last = BillingMonth::of(read_tenants::today(&store, now)?).previous();
        let through = asked.unwrap_or(last);
        Ok((through, last, post_depreciation::to_post(&store, through)?))
    })
    .await?;
    let frame = Frame::of(http);
    let months = std::iter::successors(Some(last), |month| Some(month.previous())).take(MONTHS_OFFERED);
    let choice = |month: BillingMonth| Choice {
        value: month.to_string(),
        label: frame.month(&month),
        is_chosen: month == through,
    };
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let template = PostingPage {
        through,
        month: frame.month(&through),
        months: months.map(choice).collect(),
        entries: entries.iter().map(|entry| row(&frame, entry)).collect(),
        total: entries.iter().map(JournalEntry::total).sum(),
        errors,
        frame,
    };
    page(status, &template)
}

fn row(frame: &Frame, entry: &JournalEntry) -> EntryRow {
    EntryRow {
        date: frame.short_date(&entry.date),
        document: entry.document.clone(),
        label: entry.label.clone(),
        amount: entry.total(),
    }
}

pub async fn submit(
    shared: Data<Shared>,
    visitor: Visitor,
    http: HttpRequest,
    form: Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Fault> {
    let fields = Fields::of(form.into_inner(), &visitor)?;
    let Some(through) = parsed::<BillingMonth>("through", Some(fields.text("through")), Expected::Month)? else {
        return show(&shared, &http, None, vec![]).await;
    };
    let (store, now, by) = (shared.store.clone(), shared.now(), visitor.actor(&http));
    let outcome = blocking(move || refused(post_depreciation::post(&store, through, &by, now))).await?;
    let frame = Frame::of(&http);
    match outcome {
        Ok(report) if report.book_changed => {
            let count = report.posted.len() + report.movements.len();
            Ok(done(&format!("/amortisation/post?through={through}"), "posted-in-part", &count.to_string()))
        }
        Ok(report) => Ok(done("/amortisation", "posted", &frame.month(&report.through))),
        Err(told) => {
            let errors = vec![FieldError { field: "through", text: frame.said(&told) }];
            show(&shared, &http, Some(through), errors).await
        }
    }
}

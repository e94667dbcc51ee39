//! `GET /api/v1/journal`: the books of account.

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::only_of;
use super::schemas::values::Amount;
use crate::app::read_journal::{self, JournalFilter, PostedEntry};
use crate::domain::ledger::{Journal, JournalLine};
use crate::http::asked::{Expected, days, none_of, page};
use crate::http::auth::Granted;
use crate::http::error::{Fault, Problem};
use crate::http::state::{Shared, blocking};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct JournalQuery {
    /// `VE` (sales), `BQ` (payments), `OD` (late interest, disposals), `AM` (depreciation), `AN` (opening), `CL`
    /// (closing).
    journal: Option<String>,
    /// First day.
    from: Option<String>,
    /// Last day.
    through: Option<String>,
    /// The beginning of an account's number: entries that have a line on it.
    account: Option<String>,
    /// What entries rest on: an invoice number, `AMORT-2026-10`.
    document: Option<String>,
    /// From 1; 50 entries each.
    page: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct JournalAnswer {
    entries: Vec<EntryAnswer>,
    page: usize,
    pages: usize,
    total: usize,
}

#[derive(Serialize, ToSchema)]
pub struct EntryAnswer {
    /// Without a gap within a year, in the order of posting.
    #[schema(example = "2026-000123")]
    number: String,
    journal: &'static str,
    date: NaiveDate,
    /// What it rests on: an invoice number, `AMORT-2026-10`.
    document: String,
    label: String,
    posted_at: DateTime<Utc>,
    lines: Vec<EntryLineAnswer>,
}

#[derive(Serialize, ToSchema)]
pub struct EntryLineAnswer {
    account: String,
    auxiliary: Option<String>,
    label: String,
    #[schema(value_type = Amount)]
    debit: String,
    #[schema(value_type = Amount)]
    credit: String,
}

#[utoipa::path(
    get, path = "/api/v1/journal", tag = "accounts", params(JournalQuery),
    responses((status = 200, body = JournalAnswer), (status = 400, body = Problem), (status = 401, body = Problem),
              (status = 403, body = Problem)),
    security(("token" = []))
)]
pub async fn list(shared: Data<Shared>, _granted: Granted, query: Query<JournalQuery>) -> Result<HttpResponse, Fault> {
    let query = query.into_inner();
    let asked = page(query.page.as_deref())?;
    let (from, through) = days(("from", query.from.as_deref()), ("through", query.through.as_deref()))?;
    let filter = JournalFilter {
        journal: journal(query.journal.as_deref())?,
        from,
        through,
        account: account(query.account.as_deref())?,
        document: query.document.filter(|document| !document.is_empty()),
    };
    let store = shared.store.clone();
    let found = blocking(move || read_journal::page(&store, filter, asked)).await?;
    let entries = only_of(asked, found.page, found.entries.iter().map(entry).collect());
    Ok(HttpResponse::Ok().json(JournalAnswer { entries, page: asked, pages: found.pages, total: found.total }))
}

/// A journal by its code.
pub fn journal(code: Option<&str>) -> Result<Option<Journal>, Fault> {
    match code.filter(|code| !code.is_empty()) {
        None => Ok(None),
        Some(code) => {
            Journal::from_code(code).map(Some).ok_or_else(|| none_of("journal", code, &Journal::ALL.map(Journal::code)))
        }
    }
}

/// Accounts begin with the digit of their class; those of third parties may go on with letters.
fn is_account_beginning(text: &str) -> bool {
    let begins = text.starts_with(|c: char| c.is_ascii_digit());
    begins && text.len() <= 20 && text.chars().all(|c| c.is_ascii_alphanumeric())
}

/// The beginning of an account's number.
pub fn account(text: Option<&str>) -> Result<Option<String>, Fault> {
    let text = text.map(str::trim).filter(|text| !text.is_empty());
    match text {
        Some(text) if !is_account_beginning(text) => Err(Expected::Account.refused("account", text)),
        text => Ok(text.map(str::to_owned)),
    }
}

fn entry(posted: &PostedEntry) -> EntryAnswer {
    EntryAnswer {
        number: posted.number.to_string(),
        journal: posted.entry.journal.code(),
        date: posted.entry.date,
        document: posted.entry.document.clone(),
        label: posted.entry.label.clone(),
        posted_at: posted.posted_at,
        lines: posted.entry.lines().iter().map(line).collect(),
    }
}

pub(super) fn line(line: &JournalLine) -> EntryLineAnswer {
    EntryLineAnswer {
        account: line.account.clone(),
        auxiliary: line.auxiliary.clone(),
        label: line.label.clone(),
        debit: line.debit.to_string(),
        credit: line.credit.to_string(),
    }
}

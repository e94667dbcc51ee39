//! `GET /api/v1/journal`: the books of account.

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::parsed;
use crate::app::read_journal::{self, JournalFilter, PostedEntry};
use crate::domain::ledger::{Journal, JournalLine};
use crate::http::auth::Granted;
use crate::http::error::{Fault, Problem};
use crate::http::state::{Shared, blocking};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct JournalQuery {
    /// `VE` (sales) or `AM` (depreciation).
    journal: Option<String>,
    /// First day.
    from: Option<String>,
    /// Last day.
    through: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct EntryAnswer {
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
    debit: String,
    credit: String,
}

#[utoipa::path(
    get, path = "/api/v1/journal", tag = "accounts", params(JournalQuery),
    responses((status = 200, body = Vec<EntryAnswer>), (status = 400, body = Problem), (status = 401, body = Problem),
              (status = 403, body = Problem)),
    security(("token" = []))
)]
pub async fn list(shared: Data<Shared>, _granted: Granted, query: Query<JournalQuery>) -> Result<HttpResponse, Fault> {
    let journal = match query.journal.as_deref() {
        None | Some("") => None,
        Some("VE") => Some(Journal::Sales),
        Some("AM") => Some(Journal::Depreciation),
        Some(other) => return Err(Fault::BadRequest(format!("journal={other} is neither VE nor AM"))),
    };
    let filter = JournalFilter {
        journal,
        from: parsed("from", query.from.as_deref(), "a day such as 2026-10-01")?,
        through: parsed("through", query.through.as_deref(), "a day such as 2026-10-31")?,
        ..JournalFilter::default()
    };
    let store = shared.store.clone();
    let entries = blocking(move || read_journal::list(&store, filter)).await?;
    Ok(HttpResponse::Ok().json(entries.iter().map(entry).collect::<Vec<_>>()))
}

fn entry(posted: &PostedEntry) -> EntryAnswer {
    EntryAnswer {
        journal: posted.entry.journal.code(),
        date: posted.entry.date,
        document: posted.entry.document.clone(),
        label: posted.entry.label.clone(),
        posted_at: posted.posted_at,
        lines: posted.entry.lines().iter().map(line).collect(),
    }
}

fn line(line: &JournalLine) -> EntryLineAnswer {
    EntryLineAnswer {
        account: line.account.clone(),
        auxiliary: line.auxiliary.clone(),
        label: line.label.clone(),
        debit: line.debit.to_string(),
        credit: line.credit.to_string(),
    }
}

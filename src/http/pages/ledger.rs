//! The trial balance, and one account with the balance after each of its lines.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use super::journal::origin;
use super::{Frame, page};
use crate::app::report_ledger::{self, GeneralLedger, Span};
use crate::domain::ledger::{LedgerRow, TrialBalance};
use crate::domain::money::Money;
use crate::http::api::journal::account as account_prefix;
use crate::http::api::ledger::Days;
use crate::http::asked::{Expected, parsed};
use crate::http::auth::Granted;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

#[derive(Deserialize)]
pub struct DaysQuery {
    from: Option<String>,
    through: Option<String>,
}

#[derive(Template)]
#[template(path = "balance.html")]
struct BalancePage {
    frame: Frame,
    report: TrialBalance,
    days: String,
}

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    frame: Frame,
    account: String,
    report: GeneralLedger,
    days: String,
}

impl AccountPage {
    fn origin(&self, row: &LedgerRow) -> Option<String> {
        origin(row.journal, &row.document, row.date)
    }

    /// Nothing where a side is empty.
    fn side(&self, amount: &Money) -> String {
        if amount.is_zero() { String::new() } else { self.frame.bare(amount) }
    }
}

pub async fn balance(
    shared: Data<Shared>,
    _granted: Granted,
    http: HttpRequest,
    query: Query<DaysQuery>,
) -> Result<HttpResponse, Fault> {
    let (days, store, now) = (days(&query)?, shared.store.clone(), shared.now());
    let report = blocking(move || report_ledger::balance(&store, days.span(&store, now)?)).await?;
    let frame = Frame::of(&http);
    let days = span_text(&frame, Span { from: report.from, through: report.through });
    page(StatusCode::OK, &BalancePage { frame, report, days })
}

pub async fn account(
    shared: Data<Shared>,
    _granted: Granted,
    http: HttpRequest,
    path: Path<String>,
    query: Query<DaysQuery>,
) -> Result<HttpResponse, Fault> {
    let account = account_prefix(Some(&path))?.unwrap_or_default();
    let (days, store, now, asked) = (days(&query)?, shared.store.clone(), shared.now(), account.clone());
    let report = blocking(move || report_ledger::general(&store, &asked, None, days.span(&store, now)?)).await?;
    let frame = Frame::of(&http);
    let days = span_text(&frame, Span { from: report.from, through: report.through });
    page(StatusCode::OK, &AccountPage { frame, account, report, days })
}

fn days(query: &DaysQuery) -> Result<Days, Fault> {
    Ok(Days {
        from: parsed("from", query.from.as_deref(), Expected::Day)?,
        through: parsed("through", query.through.as_deref(), Expected::Day)?,
    })
}

fn span_text(frame: &Frame, span: Span) -> String {
    frame.texts("from-to", &[("first", &frame.date(&span.from)), ("last", &frame.date(&span.through))])
}

//! The trial balance, and one account with the balance after each of its lines; both in pages.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use super::journal::origin;
use super::parts::{Link, Pager};
use super::{Address, Frame, page};
use crate::app::read_ledger::{self, AccountPart};
use crate::app::report_ledger::Span;
use crate::domain::ledger::{AccountName, LedgerRow, TrialBalance};
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
    page: Option<String>,
}

#[derive(Template)]
#[template(path = "balance.html")]
struct BalanceTemplate {
    frame: Frame,
    report: TrialBalance,
    unclosed: Option<String>,
    days: String,
    files: Vec<Link>,
    count_text: String,
    pager: Pager,
}

#[derive(Template)]
#[template(path = "account.html")]
struct AccountTemplate {
    frame: Frame,
    account: String,
    span: Span,
    parts: Vec<AccountPart>,
    days: String,
    files: Vec<Link>,
    count_text: String,
    pager: Pager,
}

/// What the columns of a balance say, as `BalanceRow::columns` gives them.
const AMOUNTS: [&str; 6] = [
    "balance-opening-debit",
    "balance-opening-credit",
    "journal-debit",
    "journal-credit",
    "balance-closing-debit",
    "balance-closing-credit",
];

impl BalanceTemplate {
    /// An amount, with what heads its column.
    fn amounts(&self, columns: [Money; 6]) -> Vec<(String, String)> {
        AMOUNTS.iter().zip(&columns).map(|(key, amount)| (self.frame.t(key), self.frame.bare(amount))).collect()
    }

    fn named<'a>(&self, name: &'a AccountName) -> &'a str {
        name.in_language(self.frame.language)
    }
}

impl AccountTemplate {
    fn named<'a>(&self, name: &'a AccountName) -> &'a str {
        name.in_language(self.frame.language)
    }

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
    let ((days, number), store, now) = (asked(&query)?, shared.store.clone(), shared.now());
    let found = blocking(move || read_ledger::balance(&store, days.span(&store, now)?, number)).await?;
    let frame = Frame::of(&http);
    let span = Span { from: found.report.from, through: found.report.through };
    let address = address("/journal/balance", span);
    let template = BalanceTemplate {
        report: found.report,
        unclosed: found.unclosed.map(|year| frame.with("balance-unclosed", "year", &year.to_string())),
        days: span_text(&frame, span),
        files: files(&address, "balance"),
        count_text: frame.with("balance-count", "count", &found.total.to_string()),
        pager: Pager::new(&address, found.page, found.pages),
        frame,
    };
    page(StatusCode::OK, &template)
}

pub async fn account(
    shared: Data<Shared>,
    _granted: Granted,
    http: HttpRequest,
    path: Path<String>,
    query: Query<DaysQuery>,
) -> Result<HttpResponse, Fault> {
    let account = account_prefix(Some(&path))?.unwrap_or_default();
    let ((days, number), store, now, prefix) = (asked(&query)?, shared.store.clone(), shared.now(), account.clone());
    let found = blocking(move || read_ledger::accounts(&store, &prefix, days.span(&store, now)?, number)).await?;
    let frame = Frame::of(&http);
    let address = address(format!("/journal/accounts/{account}"), found.span);
    let template = AccountTemplate {
        span: found.span,
        parts: found.parts,
        days: span_text(&frame, found.span),
        files: files(&address.set("account", &account), "account"),
        count_text: frame.with("account-count", "count", &found.total.to_string()),
        pager: Pager::new(&address, found.page, found.pages),
        account,
        frame,
    };
    page(StatusCode::OK, &template)
}

fn address(path: impl Into<String>, span: Span) -> Address {
    Address::new(path).set("from", span.from).set("through", span.through)
}

/// The whole report as files, whatever page of it is shown.
fn files(address: &Address, report: &str) -> Vec<Link> {
    let whole = address.at("/journal/file").set("report", report);
    let file =
        |(label, format): (&str, &str)| Link { label: label.to_owned(), address: whole.set("format", format).href() };
    [("PDF", "pdf"), ("XLSX", "xlsx"), ("CSV", "csv"), ("JSON", "json")].map(file).into()
}

/// The days and the page, from 1.
fn asked(query: &DaysQuery) -> Result<(Days, usize), Fault> {
    let days = Days {
        from: parsed("from", query.from.as_deref(), Expected::Day)?,
        through: parsed("through", query.through.as_deref(), Expected::Day)?,
    };
    Ok((days, parsed("page", query.page.as_deref(), Expected::Page)?.unwrap_or(1)))
}

fn span_text(frame: &Frame, span: Span) -> String {
    frame.texts("from-to", &[("first", &frame.date(&span.from)), ("last", &frame.date(&span.through))])
}

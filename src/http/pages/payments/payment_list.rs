//! Payments: the list and its files with refunds below zero.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono::NaiveDate;

use super::parts::{Address, Choice, Link, Pager, count, exports_of, tenant_choices};
use super::sheet::{self, Sheet};
use super::{Frame, page};
use crate::app::match_receipts;
use crate::app::read_payments::{self, PaymentFilter, PaymentPage, RecordedPayment};
use crate::app::read_tenants::{self, TenantNames};
use crate::documents::table::{Cell, Table};
use crate::domain::access::{Action, Decision, TenantScope, policy};
use crate::domain::ids::TenantCode;
use crate::domain::receivables::Payment;
use crate::http::asked::{Expected, days, parsed};
use crate::http::auth::Granted;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

pub mod keep;
pub mod record;
pub mod statements;

#[derive(Template)]
#[template(path = "payments.html")]
struct PaymentsPage {
    frame: Frame,
    rows: Vec<PaymentRow>,
    tenants: Vec<Choice>,
    text: String,
    from: String,
    through: String,
    is_filtered: bool,
    count_text: String,
    total: String,
    files: Vec<Link>,
    pager: Pager,
    may_record: bool,
    /// How many receipts wait for a person.
    waiting: usize,
}

struct PaymentRow {
    number: String,
    received: String,
    invoice: String,
    tenant: String,
    amount: String,
    reference: String,
}

fn asked(pairs: &[(String, String)]) -> Result<(PaymentFilter, usize), Fault> {
    let last = |name: &str| pairs.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let (from, through) = days(("from", last("from")), ("to", last("to")))?;
    let tenant = last("tenant").filter(|code| !code.is_empty()).map(TenantCode::from);
    let text: String = last("q").unwrap_or_default().chars().take(100).collect();
    let page = parsed("page", last("page"), Expected::Page)?.unwrap_or(1);
    Ok((read_payments::filter(from, through, tenant, &text), page))
}

fn day_text(day: Option<NaiveDate>) -> String {
    day.map(|day| day.to_string()).unwrap_or_default()
}

/// The address of the first page of this list.
fn address(filter: &PaymentFilter) -> Address {
    Address::new("/payments")
        .set("q", &filter.text)
        .set("from", day_text(filter.from))
        .set("to", day_text(filter.through))
        .set("tenant", filter.tenant.as_ref().map(ToString::to_string).unwrap_or_default())
}

pub async fn list(
    shared: Data<Shared>,
    granted: Granted,
    http: HttpRequest,
    query: Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Fault> {
    let (filter, number) = asked(&query)?;
    let (store, wanted) = (shared.store.clone(), filter.clone());
    let (found, names, waiting) = blocking(move || {
        let found = read_payments::search(&store, &wanted, number)?;
        let waiting = match_receipts::left(&store)?.len();
        Ok((found, read_tenants::names(&store, &TenantScope::Everyone)?, waiting))
    })
    .await?;
    let frame = Frame::of(&http);
    let address = address(&filter);
    let PaymentPage { payments, page: number, pages, total, amount } = found;
    let template = PaymentsPage {
        rows: payments.iter().map(|payment| row(&frame, &names, payment)).collect(),
        tenants: tenant_choices(&names, filter.tenant.as_ref()),
        is_filtered: filter != PaymentFilter::default(),
        count_text: frame.with("payments-count", "count", &count(&frame, i64::try_from(total).unwrap_or(0))),
        total: frame.bare(&amount),
        files: exports_of(total, &address, "/payments/list"),
        pager: Pager::new(&address, number, pages),
        may_record: policy(granted.role, Action::RecordPayments) != Decision::Deny,
        from: day_text(filter.from),
        through: day_text(filter.through),
        text: filter.text,
        waiting,
        frame,
    };
    page(StatusCode::OK, &template)
}

fn row(frame: &Frame, names: &TenantNames, recorded: &RecordedPayment) -> PaymentRow {
    let payment = &recorded.payment;
    PaymentRow {
        number: payment.number.clone(),
        received: frame.short_date(&payment.received_on),
        invoice: recorded.invoice.to_string(),
        tenant: names.name(&recorded.tenant).to_owned(),
        amount: frame.bare(&payment.amount),
        reference: said(frame, payment),
    }
}

/// What the bank says of it, or that no money moved at the bank.
fn said(frame: &Frame, payment: &Payment) -> String {
    match payment.settled_on {
        Some(day) => frame.with("payment-from-account", "day", &frame.short_date(&day)),
        None => payment.reference.clone().unwrap_or_default(),
    }
}

/// The whole list, as it is filtered, as a file.
pub async fn file(
    shared: Data<Shared>,
    http: HttpRequest,
    query: Query<Vec<(String, String)>>,
    sheet: Path<Sheet>,
) -> Result<HttpResponse, Fault> {
    let (filter, _) = asked(&query)?;
    let wanted = filter.clone();
    let (store, now) = (shared.store.clone(), shared.now());
    let (found, names, today) = blocking(move || {
        let names = read_tenants::names(&store, &TenantScope::Everyone)?;
        Ok((read_payments::whole(&store, &filter)?, names, read_tenants::today(&store, now)?))
    })
    .await?;
    let frame = Frame::of(&http);
    let keys = [
        "payment-number",
        "payments-day",
        "payment-invoice",
        "payment-tenant-code",
        "invoice-tenant",
        "payment-amount",
        "payment-says",
    ];
    let row = |one: &RecordedPayment| {
        let payment = &one.payment;
        vec![
            Cell::Text(payment.number.clone()),
            Cell::Day(payment.received_on),
            Cell::Text(one.invoice.to_string()),
            Cell::Text(one.tenant.to_string()),
            Cell::Text(names.name(&one.tenant).to_owned()),
            Cell::Amount(payment.amount),
            Some(said(&frame, payment)).filter(|text| !text.is_empty()).map_or(Cell::Empty, Cell::Text),
        ]
    };
    let table = Table {
        name: frame.t("nav-payments"),
        day: today,
        headings: keys.map(|key| frame.t(key)).to_vec(),
        rows: found.iter().map(row).collect(),
    };
    let about = sheet::about(&frame, stated(&frame, &wanted, &names), "payments-total");
    sheet::respond_about(&shared, &frame, table, about, *sheet, &format!("{}-{today}", frame.t("payments-file"))).await
}

/// What the list was asked for, as a label and a value each.
fn stated(frame: &Frame, filter: &PaymentFilter, names: &TenantNames) -> Vec<(String, String)> {
    let stated = [
        ("payments-from", filter.from.map(|day| frame.date(&day))),
        ("payments-to", filter.through.map(|day| frame.date(&day))),
        ("invoice-tenant", filter.tenant.as_ref().map(|code| names.name(code).to_owned())),
        ("filter-search", Some(filter.text.clone()).filter(|text| !text.is_empty())),
    ];
    stated.into_iter().filter_map(|(key, value)| Some((frame.t(key), value?))).collect()
}

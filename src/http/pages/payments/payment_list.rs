//! Payments: the list and its files with refunds below zero, recording one, and what bank statements left to a person.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono::NaiveDate;

use super::forms::{Fields, as_typed, refused_or};
use super::parts::{Address, Choice, FieldError, Link, Pager, count, exports_of, tenant_choices};
use super::sheet::{self, Sheet};
use super::{Frame, done, page};
use crate::app::match_receipts::{self, BankReceipt};
use crate::app::open_invoices::{self, OpenInvoice};
use crate::app::read_payments::{self, PaymentFilter, PaymentPage, RecordedPayment};
use crate::app::read_tenants::{self, TenantNames};
use crate::app::record_and_keep;
use crate::app::record_payment::{self, MEANWHILE, NewPayment, PaymentPlan};
use crate::documents::table::{Cell, Table};
use crate::domain::access::{Action, Decision, TenantScope, policy};
use crate::domain::ids::TenantCode;
use crate::domain::invoice::InvoiceNumber;
use crate::domain::money::Money;
use crate::domain::receivables::Payment;
use crate::domain::told::Told;
use crate::http::asked::{Expected, days, parsed};
use crate::http::auth::{Granted, Visitor};
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

pub mod keep;
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

#[derive(Template)]
#[template(path = "payment_record.html")]
struct RecordPage {
    frame: Frame,
    errors: Vec<FieldError>,
    invoice: String,
    date: String,
    amount: String,
    reference: String,
    /// Where the money came with a bank statement: its day and text stand.
    receipt: Option<ReceiptView>,
    /// Invoices one may choose from.
    open: Vec<OpenRow>,
    /// Whether what is more than what is open may be kept on account: offered once it is.
    may_keep: bool,
    keep_rest: bool,
    /// What would be recorded, asked to be confirmed.
    plan: Option<PlanView>,
}

struct ReceiptView {
    key: String,
    booked: String,
    amount: String,
    charge: Option<String>,
    left: String,
    text: String,
}

struct OpenRow {
    number: String,
    label: String,
}

struct PlanView {
    facts: Vec<(String, String)>,
    carried: Vec<(String, String)>,
    /// What is open while it is asked.
    seen: String,
    /// It was confirmed, and the account has changed since it was asked.
    meanwhile: bool,
    late: Option<String>,
}

/// The field that asks for the rest to be kept on account.
const KEEP_REST: &str = "keep_rest";

/// What a form asks to be recorded.
struct Entry {
    invoice: InvoiceNumber,
    date: NaiveDate,
    amount: Money,
    /// What is more than what is open is kept on account of the tenant.
    keep_rest: bool,
}

/// What is refused until one says that the rest is kept.
const TOO_MUCH: &str = "payment-too-much";

pub async fn form(
    shared: Data<Shared>,
    http: HttpRequest,
    query: Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Fault> {
    let fields = Fields::of_query(query.into_inner());
    show(&shared, &http, &fields, vec![], None, false).await
}

async fn show(
    shared: &Data<Shared>,
    http: &HttpRequest,
    fields: &Fields,
    errors: Vec<FieldError>,
    plan: Option<PlanView>,
    is_too_much: bool,
) -> Result<HttpResponse, Fault> {
    let (store, now, key) = (shared.store.clone(), shared.now(), fields.text("receipt").to_owned());
    let (open, receipt, today) = blocking(move || {
        let receipt = if key.is_empty() { None } else { Some(match_receipts::one(&store, &key)?) };
        Ok((open_invoices::list(&store, now)?, receipt, read_tenants::today(&store, now)?))
    })
    .await?;
    let receipt = receipt.map(|found| found.ok_or(Fault::NotFound)).transpose()?;
    let frame = Frame::of(http);
    let chosen = open.iter().find(|one| one.number.as_str() == fields.text("invoice"));
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let or = |name: &str, usual: String| if fields.has(name) { fields.text(name).to_owned() } else { usual };
    let usual = match (&receipt, chosen) {
        (Some(receipt), Some(chosen)) => Some(receipt.open().min(chosen.open)),
        (Some(receipt), None) => Some(receipt.open()),
        (None, Some(chosen)) => Some(chosen.open),
        (None, None) => None,
    };
    // As it is typed in the language: the field takes both decimal signs, but no separator of thousands in English.
    let usual = usual.map_or_else(String::new, |amount| as_typed(frame.language, amount));
    let template = RecordPage {
        invoice: fields.text("invoice").to_owned(),
        date: or("date", receipt.as_ref().map_or(today, |receipt| receipt.booked_on).to_string()),
        amount: if fields.has("amount") { fields.again("amount", frame.language) } else { usual },
        reference: fields.text("reference").to_owned(),
        receipt: receipt.as_ref().map(|receipt| receipt_view(&frame, receipt)),
        may_keep: receipt.is_none() && (is_too_much || fields.has(KEEP_REST)),
        keep_rest: fields.has(KEEP_REST),
        open: open.iter().filter(|one| one.open > Money::ZERO).map(|one| open_row(&frame, one)).collect(),
        errors,
        plan,
        frame,
    };
    page(status, &template)
}

fn receipt_view(frame: &Frame, receipt: &BankReceipt) -> ReceiptView {
    ReceiptView {
        key: receipt.key.clone(),
        booked: frame.date(&receipt.booked_on),
        amount: frame.amount(&receipt.amount),
        charge: statements::kept(frame, receipt),
        left: frame.amount(&receipt.open()),
        text: receipt.text.clone(),
    }
}

fn open_row(frame: &Frame, one: &OpenInvoice) -> OpenRow {
    let values = [
        ("tenant", one.tenant.as_str()),
        ("open", &frame.amount(&one.open)),
        ("due", &frame.short_date(&one.due_date)),
    ];
    OpenRow { number: one.number.to_string(), label: frame.texts("payment-open-invoice", &values) }
}

pub async fn submit(
    shared: Data<Shared>,
    visitor: Visitor,
    http: HttpRequest,
    form: Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Fault> {
    let fields = Fields::of(form.into_inner(), &visitor)?;
    let frame = Frame::of(&http);
    let entry = match entry(&frame, &fields) {
        Ok(entry) => entry,
        Err(errors) => return show(&shared, &http, &fields, errors, None, false).await,
    };
    let outcome = match check(&shared, &entry).await? {
        Ok(planned) if fields.confirms(planned.0.open) => {
            match record(&shared, &visitor, &http, &fields, &entry, fields.seen(planned.0.open)).await? {
                // It asks again.
                Err(told) if told.key == MEANWHILE => check(&shared, &entry).await?.map(Done::Checked),
                recorded => recorded.map(Done::Recorded),
            }
        }
        checked => checked.map(Done::Checked),
    };
    match outcome {
        Err(told) => {
            let errors = vec![FieldError { field: field(&told), text: frame.said(&told) }];
            show(&shared, &http, &fields, errors, None, told.key == TOO_MUCH).await
        }
        Ok(Done::Recorded(number)) => Ok(done(&format!("/invoices/{}", entry.invoice), "payment-recorded", &number)),
        Ok(Done::Checked(planned)) => {
            let plan = plan(&frame, &fields, &entry, planned);
            show(&shared, &http, &fields, vec![], Some(plan), false).await
        }
    }
}

enum Done {
    Recorded(String),
    /// With what would be left of the money.
    Checked((PaymentPlan, Money)),
}

/// What was typed, or what is wrong with it.
fn entry(frame: &Frame, fields: &Fields) -> Result<Entry, Vec<FieldError>> {
    let mut errors = vec![];
    let mut wrong = |field: &'static str, key: &str| errors.push(FieldError { field, text: frame.t(key) });
    let invoice = fields.text("invoice");
    let date: Option<NaiveDate> = fields.day("date");
    let amount: Option<Money> = fields.number("amount", frame.language);
    if invoice.is_empty() {
        wrong("invoice", "error-invoice");
    }
    if date.is_none() {
        wrong("date", "error-day");
    }
    if amount.is_none() {
        wrong("amount", "error-amount");
    }
    match (date, amount) {
        (Some(date), Some(amount)) if errors.is_empty() => {
            // What is left of a receipt is kept where receipts are.
            let keep_rest = fields.has(KEEP_REST) && !fields.has("receipt");
            Ok(Entry { invoice: InvoiceNumber::from_stored(invoice.to_uppercase()), date, amount, keep_rest })
        }
        _ => Err(errors),
    }
}

/// Which field a refusal is about.
fn field(told: &Told) -> &'static str {
    match told.key.as_str() {
        "payment-before-issue" | "payment-in-future" | "books-closed" => "date",
        "payment-of-credit-note" | "invoice-unknown" => "invoice",
        _ => "amount",
    }
}

fn unknown(invoice: &InvoiceNumber) -> Told {
    Told::new("invoice-unknown", format!("invoice {invoice} is not known here")).with("invoice", invoice.as_str())
}

async fn check(shared: &Data<Shared>, entry: &Entry) -> Result<Result<(PaymentPlan, Money), Told>, Fault> {
    let (store, now, keep_rest) = (shared.store.clone(), shared.now(), entry.keep_rest);
    let (invoice, date, amount) = (entry.invoice.clone(), entry.date, entry.amount);
    blocking(move || {
        let planned = match keep_rest {
            true => record_and_keep::plan(&store, &invoice, amount, date, now),
            false => record_payment::plan(&store, &invoice, amount, date, now).map(|plan| (plan, Money::ZERO)),
        };
        refused_or(planned, || unknown(&invoice))
    })
    .await
}

async fn record(
    shared: &Data<Shared>,
    visitor: &Visitor,
    http: &HttpRequest,
    fields: &Fields,
    entry: &Entry,
    seen: Option<Money>,
) -> Result<Result<String, Told>, Fault> {
    let (store, now, by) = (shared.store.clone(), shared.now(), visitor.actor(http));
    let (invoice, amount) = (entry.invoice.clone(), entry.amount);
    let (key, keep_rest) = (fields.text("receipt").to_owned(), entry.keep_rest);
    let reference = Some(fields.text("reference").to_owned()).filter(|text| !text.is_empty());
    let new = NewPayment { invoice: invoice.clone(), received_on: entry.date, amount, reference, statement_key: None };
    blocking(move || {
        let recorded = match key.is_empty() {
            true if keep_rest => {
                record_and_keep::record_as_seen(&store, &new, seen, &by, now).map(|report| report.payment)
            }
            true => record_payment::record_as_seen(&store, &new, seen, &by, now),
            false => match_receipts::assign(&store, &key, &invoice, amount, seen, &by, now),
        };
        refused_or(recorded.map(|report| report.number), || unknown(&invoice))
    })
    .await
}

fn plan(frame: &Frame, fields: &Fields, entry: &Entry, (planned, rest): (PaymentPlan, Money)) -> PlanView {
    let PaymentPlan { open, days_late } = planned;
    let kept = if rest.is_zero() { String::new() } else { frame.amount(&rest) };
    let facts = [
        ("payment-invoice", entry.invoice.to_string()),
        ("payment-received", frame.date(&entry.date)),
        ("payment-amount", frame.amount(&entry.amount)),
        ("payment-open-before", frame.amount(&open)),
        ("payment-open-after", frame.amount(&(open + rest - entry.amount))),
        ("payment-kept", kept),
        ("payment-says", fields.text("reference").to_owned()),
    ];
    PlanView {
        facts: facts
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(key, value)| (frame.t(key), value))
            .collect(),
        carried: fields.carried(),
        seen: open.to_string(),
        meanwhile: fields.confirms_another(open),
        late: (days_late > 0).then(|| frame.with("payment-late", "days", &days_late.to_string())),
    }
}

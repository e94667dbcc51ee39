//! A payment, or part of a receipt of a bank statement, recorded on an invoice: typed, previewed, confirmed.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono::{DateTime, NaiveDate, Utc};

use super::super::asked_twice::{Asked, Deed, Step, ask_or_do};
use super::super::forms::{Fields, as_typed};
use super::super::parts::FieldError;
use super::super::{Frame, done, page};
use super::statements;
use crate::app::match_receipts::{self, BankReceipt};
use crate::app::on_account::KeptReport;
use crate::app::open_invoices::{self, OpenInvoice};
use crate::app::record_payment::{self, NewPayment, PaymentPlan};
use crate::app::{AppError, Store, read_tenants, record_and_keep};
use crate::domain::audit::Actor;
use crate::domain::invoice::InvoiceNumber;
use crate::domain::money::Money;
use crate::domain::told::Told;
use crate::http::auth::Visitor;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

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
    plan: Option<Asked>,
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

/// The field that asks for the rest to be kept on account.
const KEEP_REST: &str = "keep_rest";

/// What a form asks to be recorded.
#[derive(Clone)]
struct Entry {
    new: NewPayment,
    /// The receipt of a bank statement it is part of.
    receipt: Option<String>,
    /// What is more than what is open is kept on account of the tenant.
    keep_rest: bool,
}

struct Planned {
    plan: PaymentPlan,
    received_on: NaiveDate,
    /// What would be left of the money, to be kept.
    rest: Money,
}

/// What was recorded, and what was kept of it.
struct Recorded {
    number: String,
    kept: Option<KeptReport>,
}

impl Deed for Entry {
    type Plan = Planned;
    type Done = Recorded;
    /// What is open on the invoice.
    type Seen = [Money; 1];

    fn plan(&self, store: &Store, now: DateTime<Utc>) -> Result<Planned, AppError> {
        let new = &self.new;
        let (plan, received_on, rest) = match &self.receipt {
            Some(key) => {
                let (plan, booked_on) = match_receipts::plan(store, key, &new.invoice, new.amount, now)?;
                (plan, booked_on, Money::ZERO)
            }
            None if self.keep_rest => {
                let (plan, rest) = record_and_keep::plan(store, new, now)?;
                (plan, new.received_on, rest)
            }
            None => (record_payment::plan(store, new, now)?, new.received_on, Money::ZERO),
        };
        Ok(Planned { plan, received_on, rest })
    }

    fn seen(planned: &Planned) -> [Money; 1] {
        [planned.plan.open]
    }

    fn carry_out(
        &self,
        store: &Store,
        seen: Option<[Money; 1]>,
        by: &Actor,
        now: DateTime<Utc>,
    ) -> Result<Recorded, AppError> {
        let (new, seen) = (&self.new, seen.map(|[open]| open));
        let payment = match &self.receipt {
            None if self.keep_rest => {
                let split = record_and_keep::record_as_seen(store, new, seen, by, now)?;
                return Ok(Recorded { number: split.payment.number, kept: split.kept });
            }
            None => record_payment::record_as_seen(store, new, seen, by, now)?,
            Some(key) => match_receipts::assign(store, key, &new.invoice, new.amount, seen, by, now)?,
        };
        Ok(Recorded { number: payment.number, kept: None })
    }

    fn unknown(&self) -> Option<Told> {
        let invoice = &self.new.invoice;
        let told = Told::new("invoice-unknown", format!("invoice {invoice} is not known here"));
        Some(told.with("invoice", invoice.as_str()))
    }
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
    plan: Option<Asked>,
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
    match ask_or_do(&shared, &visitor, &http, &fields, &entry).await? {
        Err(told) => {
            let errors = vec![FieldError { field: field(&told), text: frame.said(&told) }];
            show(&shared, &http, &fields, errors, None, told.key == TOO_MUCH).await
        }
        Ok(Step::Done(recorded)) => Ok(recorded_page(&entry.new.invoice, &recorded)),
        Ok(Step::Asked(planned)) => {
            let asked = asked(&frame, &fields, &entry, planned);
            show(&shared, &http, &fields, vec![], Some(asked), false).await
        }
    }
}

/// The invoice's page, which tells what was recorded.
fn recorded_page(invoice: &InvoiceNumber, recorded: &Recorded) -> HttpResponse {
    let address = format!("/invoices/{invoice}");
    match &recorded.kept {
        None => done(&address, "payment-recorded", &recorded.number),
        Some(kept) => done(&address, "payment-recorded-kept", &format!("{}, {}", recorded.number, kept.number)),
    }
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
            let told = |name: &str| Some(fields.text(name).to_owned()).filter(|text| !text.is_empty());
            let (invoice, reference) = (InvoiceNumber::from_stored(invoice.to_uppercase()), told("reference"));
            let new = NewPayment { invoice, received_on: date, amount, reference, statement_key: None };
            let receipt = told("receipt");
            // What is left of a receipt is kept where receipts are.
            let keep_rest = fields.has(KEEP_REST) && receipt.is_none();
            Ok(Entry { new, receipt, keep_rest })
        }
        _ => Err(errors),
    }
}

/// Which field a refusal is about.
fn field(told: &Told) -> &'static str {
    match told.key.as_str() {
        "payment-before-issue" | "payment-in-future" | "books-closed" => "date",
        "payment-of-credit-note" | "invoice-unknown" => "invoice",
        "text-too-long" | "text-control" => "reference",
        _ => "amount",
    }
}

fn asked(frame: &Frame, fields: &Fields, entry: &Entry, planned: Planned) -> Asked {
    let Planned { plan: PaymentPlan { open, days_late }, received_on, rest } = planned;
    let NewPayment { invoice, amount, reference, .. } = &entry.new;
    let kept = if rest.is_zero() { String::new() } else { frame.amount(&rest) };
    let facts = [
        ("payment-invoice", invoice.to_string()),
        ("payment-received", frame.date(&received_on)),
        ("payment-amount", frame.amount(amount)),
        ("payment-open-before", frame.amount(&open)),
        ("payment-open-after", frame.amount(&(open + rest - *amount))),
        ("payment-kept", kept),
        ("payment-says", reference.clone().unwrap_or_default()),
    ];
    Asked::of(frame, fields, [open], facts).late(frame, "payment-late", days_late)
}

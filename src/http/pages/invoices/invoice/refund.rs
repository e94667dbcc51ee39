//! What is owed to a tenant on an invoice: sent back to it or set against another of its invoices; chosen, previewed,
//! confirmed.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono::{DateTime, NaiveDate, Utc};

use super::super::asked_twice::{Asked, Deed, Step, ask_or_do};
use super::super::forms::{Fields, as_typed};
use super::super::parts::{Choice, FieldError};
use super::super::{Frame, done, page};
use super::title;
use crate::app::open_invoices::OpenInvoice;
use crate::app::refund::{self, NewRefund, RefundPlan};
use crate::app::transfer::{self, NewTransfer, TransferPlan};
use crate::app::{AppError, Store, read_account, read_invoices, read_tenants};
use crate::domain::access::TenantScope;
use crate::domain::audit::Actor;
use crate::domain::invoice::InvoiceNumber;
use crate::domain::money::Money;
use crate::domain::told::Told;
use crate::http::auth::Visitor;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

#[derive(Template)]
#[template(path = "invoice_refund.html")]
struct RefundPage {
    frame: Frame,
    errors: Vec<FieldError>,
    number: String,
    tenant: String,
    /// None where nothing is owed on it.
    owed: Option<String>,
    is_transfer: bool,
    /// Invoices it can be set against.
    targets: Vec<Choice>,
    amount: String,
    date: String,
    reference: String,
    plan: Option<Asked>,
    /// What the question is called, and its button.
    asks: &'static str,
    confirms: &'static str,
}

/// What a form asks for.
#[derive(Clone)]
enum Wanted {
    Refund(NewRefund),
    Transfer(NewTransfer),
}

/// What is asked for, and what it would meet.
enum Planned {
    Refund(NewRefund, RefundPlan),
    Transfer(NewTransfer, TransferPlan),
}

impl Deed for Wanted {
    type Plan = Planned;
    /// The number it was recorded under.
    type Done = String;
    /// What is open on the invoice, and on the other where there are two.
    type Seen = [Money; 2];

    fn plan(&self, store: &Store, now: DateTime<Utc>) -> Result<Planned, AppError> {
        match self {
            Wanted::Refund(new) => Ok(Planned::Refund(new.clone(), refund::plan(store, new, now)?)),
            Wanted::Transfer(new) => Ok(Planned::Transfer(new.clone(), transfer::plan(store, new, now)?)),
        }
    }

    fn seen(plan: &Planned) -> [Money; 2] {
        match plan {
            Planned::Refund(_, plan) => [plan.open_before, Money::ZERO],
            Planned::Transfer(_, plan) => [plan.open_before, plan.to_open_before],
        }
    }

    fn carry_out(
        &self,
        store: &Store,
        seen: Option<[Money; 2]>,
        by: &Actor,
        now: DateTime<Utc>,
    ) -> Result<String, AppError> {
        match self {
            Wanted::Refund(new) => {
                let seen = seen.map(|[open, _]| open);
                refund::record_as_seen(store, new, seen, by, now).map(|report| report.number)
            }
            Wanted::Transfer(new) => transfer::record_as_seen(store, new, seen, by, now).map(|report| report.number),
        }
    }
}

pub async fn form(
    shared: Data<Shared>,
    number: Path<String>,
    http: HttpRequest,
    query: Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Fault> {
    let fields = Fields::of_query(query.into_inner());
    show(&shared, &http, number.into_inner(), &fields, vec![], None).await
}

async fn show(
    shared: &Data<Shared>,
    http: &HttpRequest,
    number: String,
    fields: &Fields,
    errors: Vec<FieldError>,
    plan: Option<Asked>,
) -> Result<HttpResponse, Fault> {
    let (store, now) = (shared.store.clone(), shared.now());
    let (invoice, account, targets, today) = blocking(move || {
        let wanted = InvoiceNumber::from_stored(number.as_str());
        let unknown = || AppError::NotFound(format!("invoice {wanted}"));
        let account = read_account::of(&store, &TenantScope::Everyone, &wanted, now)?.ok_or_else(unknown)?;
        let invoice = read_invoices::one(&store, &TenantScope::Everyone, &number)?.ok_or_else(unknown)?;
        Ok((invoice, account, transfer::targets(&store, &wanted, now)?, read_tenants::today(&store, now)?))
    })
    .await?;
    let frame = Frame::of(http);
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let owed = account.balance.open.is_negative().then(|| account.balance.open.abs());
    let to = fields.text("to");
    let chosen = targets.iter().find(|one| one.number.as_str() == to).map(|one| one.open);
    // As much as can go back at once.
    let usual = owed.map(|owed| chosen.map_or(owed, |open| owed.min(open)));
    let or = |name: &str, usual: String| if fields.has(name) { fields.text(name).to_owned() } else { usual };
    let template = RefundPage {
        number: invoice.number.to_string(),
        tenant: invoice.buyer.name.clone(),
        owed: owed.map(|owed| frame.amount(&owed)),
        is_transfer: is_transfer(fields) && !targets.is_empty(),
        targets: targets.iter().map(|one| target(&frame, one, to)).collect(),
        amount: match fields.has("amount") {
            true => fields.again("amount", frame.language),
            false => usual.map_or_else(String::new, |usual| as_typed(frame.language, usual)),
        },
        date: or("date", today.to_string()),
        reference: fields.text("reference").to_owned(),
        errors,
        plan: plan.map(|asked| asked.first(&frame, "invoice-tenant", invoice.buyer.name.clone())),
        asks: if is_transfer(fields) { "refund-check-transfer" } else { "refund-check-refund" },
        confirms: if is_transfer(fields) { "refund-confirm-transfer" } else { "refund-confirm-refund" },
        frame: {
            let above = title(&frame, &invoice);
            frame.under(above, format!("/invoices/{}", invoice.number))
        },
    };
    page(status, &template)
}

/// Whether it is to be set against another invoice: chosen, or led here by one.
fn is_transfer(fields: &Fields) -> bool {
    match fields.text("how") {
        "" => fields.has("to"),
        how => how == "transfer",
    }
}

fn target(frame: &Frame, one: &OpenInvoice, chosen: &str) -> Choice {
    let (open, due) = (frame.amount(&one.open), frame.short_date(&one.due_date));
    let values = [("number", one.number.as_str()), ("open", &*open), ("due", &*due)];
    Choice {
        value: one.number.to_string(),
        label: frame.texts("refund-target", &values),
        is_chosen: one.number.as_str() == chosen,
    }
}

pub async fn submit(
    shared: Data<Shared>,
    visitor: Visitor,
    number: Path<String>,
    http: HttpRequest,
    form: Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Fault> {
    let fields = Fields::of(form.into_inner(), &visitor)?;
    let (number, frame) = (number.into_inner(), Frame::of(&http));
    let wanted = match wanted(&frame, &fields, &number) {
        Ok(wanted) => wanted,
        Err(errors) => return show(&shared, &http, number, &fields, errors, None).await,
    };
    match ask_or_do(&shared, &visitor, &http, &fields, &wanted).await? {
        Err(told) => {
            let errors = vec![FieldError { field: field(&told), text: frame.said(&told) }];
            show(&shared, &http, number, &fields, errors, None).await
        }
        Ok(Step::Done(recorded)) => {
            let what = if matches!(wanted, Wanted::Transfer(_)) { "transferred" } else { "refunded" };
            Ok(done(&format!("/invoices/{number}"), what, &recorded))
        }
        Ok(Step::Asked(planned)) => {
            let asked = asked(&frame, &fields, &planned);
            show(&shared, &http, number, &fields, vec![], Some(asked)).await
        }
    }
}

/// What was typed, or what is wrong with it.
fn wanted(frame: &Frame, fields: &Fields, number: &str) -> Result<Wanted, Vec<FieldError>> {
    let mut errors = vec![];
    let mut wrong = |field: &'static str, key: &str| errors.push(FieldError { field, text: frame.t(key) });
    let date: Option<NaiveDate> = fields.day("date");
    let amount: Option<Money> = fields.number("amount", frame.language);
    if is_transfer(fields) && !fields.has("to") {
        wrong("to", "error-invoice");
    }
    if amount.is_none() {
        wrong("amount", "error-amount");
    }
    if date.is_none() {
        wrong("date", "error-day");
    }
    let invoice = InvoiceNumber::from_stored(number);
    match (date, amount) {
        (Some(on), Some(amount)) if errors.is_empty() => Ok(match is_transfer(fields) {
            true => {
                let to = InvoiceNumber::from_stored(fields.text("to"));
                Wanted::Transfer(NewTransfer { from: invoice, to, on: Some(on), amount })
            }
            false => {
                let reference = Some(fields.text("reference").to_owned()).filter(|text| !text.is_empty());
                Wanted::Refund(NewRefund { invoice, on, amount, reference })
            }
        }),
        _ => Err(errors),
    }
}

/// Which field a refusal is about.
fn field(told: &Told) -> &'static str {
    match told.key.as_str() {
        "paid-back-in-future" | "paid-back-too-early" | "payment-before-issue" | "books-closed" => "date",
        "transfer-same-invoice"
        | "transfer-other-tenant"
        | "transfer-nothing-open"
        | "payment-of-credit-note"
        | "invoice-unknown" => "to",
        "text-too-long" | "text-control" => "reference",
        _ => "amount",
    }
}

fn asked(frame: &Frame, fields: &Fields, planned: &Planned) -> Asked {
    let owed = |open: Money| frame.amount(&(-open));
    let (facts, days_late) = match planned {
        Planned::Transfer(new, plan) => (
            vec![
                ("payment-amount", frame.amount(&new.amount)),
                ("refund-transferred-on", frame.date(&plan.transferred_on)),
                ("refund-owed-before", owed(plan.open_before)),
                ("refund-owed-after", owed(plan.open_after)),
                ("refund-to", new.to.to_string()),
                ("payment-open-before", frame.amount(&plan.to_open_before)),
                ("payment-open-after", frame.amount(&plan.to_open_after)),
            ],
            plan.days_late,
        ),
        Planned::Refund(new, plan) => (
            vec![
                ("payment-amount", frame.amount(&new.amount)),
                ("refund-refunded-on", frame.date(&new.on)),
                ("refund-owed-before", owed(plan.open_before)),
                ("refund-owed-after", owed(plan.open_after)),
                ("payment-says", new.reference.clone().unwrap_or_default()),
            ],
            0,
        ),
    };
    Asked::of(frame, fields, Wanted::seen(planned), facts).late(frame, "refund-late", days_late)
}

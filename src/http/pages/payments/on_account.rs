//! What a tenant has on account, with everything that moved it; settling an invoice from it and sending it back: chosen,
//! previewed, confirmed.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono::NaiveDate;

use super::forms::{Fields, as_typed, refused_or};
use super::parts::{Address, Choice, FieldError};
use super::{Frame, done, encoded, page};
use crate::app::open_invoices::{self, OpenInvoice};
use crate::app::record_payment::MEANWHILE;
use crate::app::repay::{self, NewRepayment};
use crate::app::settle_from_account::{self, NewSettlement, SettlementPlan, SettlementReport};
use crate::app::{AppError, on_account, read_tenants};
use crate::domain::access::{Action, TenantScope};
use crate::domain::ids::TenantCode;
use crate::domain::invoice::InvoiceNumber;
use crate::domain::money::Money;
use crate::domain::receivables::{Movement, OnAccount};
use crate::domain::told::Told;
use crate::http::auth::Visitor;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

#[derive(Template)]
#[template(path = "on_account.html")]
struct AccountPage {
    frame: Frame,
    errors: Vec<FieldError>,
    name: String,
    address: String,
    /// The tenant's own page.
    above: String,
    balance: String,
    total: String,
    /// The latest first.
    rows: Vec<MovedRow>,
    /// Where money received is kept by hand.
    keep: Option<String>,
    /// None where nothing is on account, or for who may not use it.
    form: Option<FormView>,
    plan: Option<PlanView>,
}

struct MovedRow {
    number: String,
    /// Of the payment it became.
    address: Option<String>,
    day: String,
    what: String,
    reference: String,
    amount: String,
    /// Where it is taken back, while all of it is there.
    correct: Option<String>,
}

struct FormView {
    is_repayment: bool,
    /// Open invoices of the tenant.
    invoices: Vec<Choice>,
    amount: String,
    date: String,
    reference: String,
}

struct PlanView {
    facts: Vec<(String, String)>,
    carried: Vec<(String, String)>,
    /// What is open and on account while it is asked.
    seen: String,
    /// It was confirmed, and an account has changed since it was asked.
    meanwhile: bool,
    late: Option<String>,
    is_repayment: bool,
}

/// What a form asks for.
#[derive(Clone)]
enum Wanted {
    Settlement(NewSettlement),
    Repayment(NewRepayment),
}

/// What it would meet.
enum Planned {
    Settlement(SettlementPlan),
    /// What is on account before it.
    Repayment(Money),
}

enum Outcome {
    Planned(Planned),
    /// The number it was recorded under.
    Recorded(String),
}

impl Planned {
    /// What is open on the invoice, where there is one, and what is on account.
    fn before(&self) -> [Money; 2] {
        match self {
            Planned::Settlement(plan) => [plan.open, plan.balance],
            Planned::Repayment(balance) => [Money::ZERO, *balance],
        }
    }

    /// The same as a confirmation repeats it.
    fn seen(&self) -> String {
        let [open, balance] = self.before();
        format!("{open} {balance}")
    }
}

pub async fn form(
    shared: Data<Shared>,
    code: Path<String>,
    http: HttpRequest,
    query: Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Fault> {
    let fields = Fields::of_query(query.into_inner());
    show(&shared, &http, TenantCode(code.into_inner()), &fields, vec![], None).await
}

async fn show(
    shared: &Data<Shared>,
    http: &HttpRequest,
    tenant: TenantCode,
    fields: &Fields,
    errors: Vec<FieldError>,
    plan: Option<PlanView>,
) -> Result<HttpResponse, Fault> {
    let (store, now, code) = (shared.store.clone(), shared.now(), tenant.clone());
    let (account, name, open, today) = blocking(move || {
        let account = on_account::of_tenant(&store, &code)?;
        let names = read_tenants::names(&store, &TenantScope::Only(code.clone()))?;
        let mut open = open_invoices::of_tenant(&store, &code, now)?;
        open.retain(|one| one.open > Money::ZERO);
        Ok((account, names.name(&code).to_owned(), open, read_tenants::today(&store, now)?))
    })
    .await?;
    let frame = Frame::of(http);
    let (balance, above) = (account.balance(), own_page(&tenant));
    let may_use = frame.may(Action::RecordPayments) && balance > Money::ZERO;
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let template = AccountPage {
        form: may_use.then(|| form_view(&frame, fields, &open, balance, today.to_string())),
        rows: account.movements.iter().rev().map(|moved| moved_row(&frame, &account, moved)).collect(),
        keep: frame.may(Action::RecordPayments).then(|| format!("{}/keep", address(&tenant))),
        balance: frame.amount(&balance),
        total: frame.bare(&balance),
        address: address(&tenant),
        frame: frame.under(name.clone(), above.clone()),
        name,
        above,
        errors,
        plan,
    };
    page(status, &template)
}

fn own_page(tenant: &TenantCode) -> String {
    format!("/tenants/{}", encoded(tenant.as_str()))
}

/// Where a tenant's account is shown.
pub fn address(tenant: &TenantCode) -> String {
    format!("{}/on-account", own_page(tenant))
}

fn moved_row(frame: &Frame, account: &OnAccount, moved: &Movement) -> MovedRow {
    let is_whole = moved.amount > Money::ZERO && !account.taken.contains_key(&moved.number);
    let may_correct = is_whole && frame.may(Action::RecordPayments);
    let what = match moved.amount > Money::ZERO {
        _ if moved.takes_back().is_some() => "on-account-corrected",
        true => "on-account-kept",
        false if moved.is_payment() => "on-account-settled",
        false => "on-account-repaid",
    };
    MovedRow {
        number: moved.number.clone(),
        address: moved.is_payment().then(|| Address::new("/payments").set("q", &moved.number).href()),
        day: frame.short_date(&moved.on),
        what: frame.t(what),
        reference: moved.reference.clone().unwrap_or_default(),
        amount: frame.bare(&moved.amount),
        correct: may_correct.then(|| format!("{}/{}/correct", address(&account.tenant), encoded(&moved.number))),
    }
}

fn form_view(frame: &Frame, fields: &Fields, open: &[OpenInvoice], balance: Money, today: String) -> FormView {
    let chosen = fields.text("invoice");
    let is_repayment = is_repayment(fields) || open.is_empty();
    let first = open.iter().find(|one| one.number.as_str() == chosen).or(open.first());
    // As much as can leave at once.
    let usual = first.filter(|_| !is_repayment).map_or(balance, |one| one.open.min(balance));
    FormView {
        is_repayment,
        invoices: open.iter().map(|one| choice(frame, one, chosen)).collect(),
        amount: if fields.has("amount") {
            fields.again("amount", frame.language)
        } else {
            as_typed(frame.language, usual)
        },
        date: if fields.has("date") { fields.text("date").to_owned() } else { today },
        reference: fields.text("reference").to_owned(),
    }
}

fn is_repayment(fields: &Fields) -> bool {
    fields.text("how") == "repay"
}

fn choice(frame: &Frame, one: &OpenInvoice, chosen: &str) -> Choice {
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
    code: Path<String>,
    http: HttpRequest,
    form: Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Fault> {
    let fields = Fields::of(form.into_inner(), &visitor)?;
    let (tenant, frame) = (TenantCode(code.into_inner()), Frame::of(&http));
    let wanted = match wanted(&frame, &fields, &tenant) {
        Ok(wanted) => wanted,
        Err(errors) => return show(&shared, &http, tenant, &fields, errors, None).await,
    };
    let outcome = match plan(&shared, &wanted).await? {
        Ok(planned) if fields.confirms(planned.seen()) => {
            let seen = fields.seen(planned.before());
            match record(&shared, &visitor, &http, wanted.clone(), seen).await? {
                // It asks again.
                Err(told) if told.key == MEANWHILE => plan(&shared, &wanted).await?.map(Outcome::Planned),
                recorded => recorded.map(Outcome::Recorded),
            }
        }
        planned => planned.map(Outcome::Planned),
    };
    match outcome {
        Err(told) => {
            let errors = vec![FieldError { field: field(&told), text: frame.said(&told) }];
            show(&shared, &http, tenant, &fields, errors, None).await
        }
        Ok(Outcome::Recorded(number)) => Ok(match &wanted {
            Wanted::Settlement(new) => done(&format!("/invoices/{}", new.invoice), "payment-recorded", &number),
            Wanted::Repayment(_) => done(&address(&tenant), "refunded", &number),
        }),
        Ok(Outcome::Planned(planned)) => {
            let view = plan_view(&frame, &fields, &wanted, &planned);
            show(&shared, &http, tenant, &fields, vec![], Some(view)).await
        }
    }
}

/// What was typed, or what is wrong with it.
fn wanted(frame: &Frame, fields: &Fields, tenant: &TenantCode) -> Result<Wanted, Vec<FieldError>> {
    let mut errors = vec![];
    let mut wrong = |field: &'static str, key: &str| errors.push(FieldError { field, text: frame.t(key) });
    let (on, amount) = (fields.day("date"), fields.number::<Money>("amount", frame.language));
    if !is_repayment(fields) && !fields.has("invoice") {
        wrong("invoice", "error-invoice");
    }
    if amount.is_none() {
        wrong("amount", "error-amount");
    }
    if on.is_none() {
        wrong("date", "error-day");
    }
    let tenant = tenant.clone();
    let reference = Some(fields.text("reference").to_owned()).filter(|text| !text.is_empty());
    match (on, amount) {
        (Some(on), Some(amount)) if errors.is_empty() => Ok(match is_repayment(fields) {
            true => Wanted::Repayment(NewRepayment { tenant, on, amount, reference }),
            false => {
                let invoice = InvoiceNumber::from_stored(fields.text("invoice"));
                Wanted::Settlement(NewSettlement { tenant, invoice, on, amount, reference })
            }
        }),
        _ => Err(errors),
    }
}

/// Which field a refusal is about.
fn field(told: &Told) -> &'static str {
    match told.key.as_str() {
        "paid-back-in-future"
        | "payment-in-future"
        | "payment-before-issue"
        | "settled-before-claim"
        | "books-closed" => "date",
        "on-account-other-tenant" | "payment-nothing-open" | "payment-of-credit-note" | "invoice-unknown" => "invoice",
        "text-too-long" | "text-control" => "reference",
        _ => "amount",
    }
}

fn unknown() -> Told {
    Told::new("invoice-unknown", "the invoice is not known here")
}

/// What is not known is a refusal where it may be the invoice that was sent.
fn of_invoice<T>(wanted: &Wanted, done: Result<T, AppError>) -> Result<Result<T, Told>, AppError> {
    match (wanted, done) {
        (Wanted::Repayment(_), Err(error @ AppError::NotFound(_))) => Err(error),
        (_, done) => refused_or(done, unknown),
    }
}

async fn plan(shared: &Data<Shared>, wanted: &Wanted) -> Result<Result<Planned, Told>, Fault> {
    let (store, now, wanted) = (shared.store.clone(), shared.now(), wanted.clone());
    blocking(move || {
        let planned = match &wanted {
            Wanted::Settlement(new) => settle_from_account::plan(&store, new, now).map(Planned::Settlement),
            Wanted::Repayment(new) => repay::plan(&store, new, now).map(Planned::Repayment),
        };
        of_invoice(&wanted, planned)
    })
    .await
}

async fn record(
    shared: &Data<Shared>,
    visitor: &Visitor,
    http: &HttpRequest,
    wanted: Wanted,
    seen: Option<[Money; 2]>,
) -> Result<Result<String, Told>, Fault> {
    let (store, now, by) = (shared.store.clone(), shared.now(), visitor.actor(http));
    blocking(move || {
        let recorded = match &wanted {
            Wanted::Settlement(new) => {
                let numbers = |report: SettlementReport| {
                    report.payments.into_iter().map(|payment| payment.number).collect::<Vec<_>>().join(", ")
                };
                settle_from_account::record_as_seen(&store, new, seen, &by, now).map(numbers)
            }
            Wanted::Repayment(new) => {
                let seen = seen.map(|[_, balance]| balance);
                repay::record_as_seen(&store, new, seen, &by, now).map(|report| report.number)
            }
        };
        of_invoice(&wanted, recorded)
    })
    .await
}

fn plan_view(frame: &Frame, fields: &Fields, wanted: &Wanted, planned: &Planned) -> PlanView {
    let [_, balance] = planned.before();
    let (mut facts, amount) = match wanted {
        Wanted::Settlement(new) => (settlement_facts(frame, new, planned), new.amount),
        Wanted::Repayment(new) => (
            vec![
                ("payment-amount", frame.amount(&new.amount)),
                ("refund-refunded-on", frame.date(&new.on)),
                ("payment-says", new.reference.clone().unwrap_or_default()),
            ],
            new.amount,
        ),
    };
    facts.push(("on-account-before", frame.amount(&balance)));
    facts.push(("on-account-after", frame.amount(&(balance - amount))));
    let days_late = match planned {
        Planned::Settlement(plan) => plan.days_late,
        Planned::Repayment(_) => 0,
    };
    let seen = planned.seen();
    let facts = facts.into_iter().filter(|(_, value)| !value.is_empty());
    PlanView {
        facts: facts.map(|(key, value)| (frame.t(key), value)).collect(),
        carried: fields.carried(),
        meanwhile: fields.confirms_another(&seen),
        seen,
        late: (days_late > 0).then(|| frame.with("refund-late", "days", &days_late.to_string())),
        is_repayment: matches!(wanted, Wanted::Repayment(_)),
    }
}

fn settlement_facts(frame: &Frame, new: &NewSettlement, planned: &Planned) -> Vec<(&'static str, String)> {
    let [open, _] = planned.before();
    let mut facts = vec![
        ("refund-to", new.invoice.to_string()),
        ("payment-amount", frame.amount(&new.amount)),
        ("refund-transferred-on", frame.date(&new.on)),
        ("payment-says", new.reference.clone().unwrap_or_default()),
    ];
    if let Planned::Settlement(plan) = planned {
        let part = |(day, amount): &(NaiveDate, Money)| {
            frame.texts("on-account-part", &[("amount", &frame.amount(amount)), ("day", &frame.date(day))])
        };
        facts.extend(plan.parts.iter().map(|one| ("on-account-counts", part(one))));
    }
    facts.push(("payment-open-before", frame.amount(&open)));
    facts.push(("payment-open-after", frame.amount(&(open - new.amount))));
    facts
}

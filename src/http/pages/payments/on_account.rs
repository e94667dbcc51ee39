//! What a tenant has on account, with everything that moved it; settling an invoice from it and sending it back: chosen,
//! previewed, confirmed.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono::{DateTime, NaiveDate, Utc};

use super::asked_twice::{Asked, Deed, Step, ask_or_do, unknown_invoice};
use super::forms::{Fields, as_typed};
use super::parts::{Address, Choice, FieldError, Link, exports};
use super::sheet::{self, Sheet};
use super::{Frame, done, encoded, page};
use crate::app::open_invoices::{self, OpenInvoice};
use crate::app::repay::{self, NewRepayment};
use crate::app::settle_from_account::{self, NewSettlement, SettlementPlan};
use crate::app::{AppError, Store, on_account, read_tenants};
use crate::documents::table::{About, Cell, Table};
use crate::domain::access::{Action, TenantScope};
use crate::domain::audit::Actor;
use crate::domain::ids::TenantCode;
use crate::domain::invoice::InvoiceNumber;
use crate::domain::money::Money;
use crate::domain::receivables::{Movement, MovementKind, StatementLine};
use crate::domain::told::Told;
use crate::http::auth::{Granted, Visitor};
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
    files: Vec<Link>,
    /// Where money received is kept by hand.
    keep: Option<String>,
    /// None where nothing is on account, or for who may not use it.
    form: Option<FormView>,
    plan: Option<Asked>,
    /// What the question is called, and its button.
    asks: &'static str,
    confirms: &'static str,
}

struct MovedRow {
    number: String,
    /// Of the payment it became, for who sees the list of payments.
    address: Option<String>,
    day: String,
    what: String,
    /// The invoice it paid.
    invoice: Option<String>,
    reference: String,
    amount: String,
    /// What was there after it.
    balance: String,
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

/// What a form asks for.
#[derive(Clone)]
enum Wanted {
    Settlement(NewSettlement),
    Repayment(NewRepayment),
}

/// What is asked for, and what it would meet.
enum Planned {
    Settlement(NewSettlement, SettlementPlan),
    /// With what is on account before it.
    Repayment(NewRepayment, Money),
}

impl Deed for Wanted {
    type Plan = Planned;
    /// The number it was recorded under.
    type Done = String;
    /// What is open on the invoice, where there is one, and what is on account.
    type Seen = [Money; 2];

    fn plan(&self, store: &Store, now: DateTime<Utc>) -> Result<Planned, AppError> {
        match self {
            Wanted::Settlement(new) => {
                Ok(Planned::Settlement(new.clone(), settle_from_account::plan(store, new, now)?))
            }
            Wanted::Repayment(new) => Ok(Planned::Repayment(new.clone(), repay::plan(store, new, now)?)),
        }
    }

    fn seen(plan: &Planned) -> [Money; 2] {
        match plan {
            Planned::Settlement(_, plan) => [plan.open, plan.balance],
            Planned::Repayment(_, balance) => [Money::ZERO, *balance],
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
            Wanted::Settlement(new) => {
                let report = settle_from_account::record_as_seen(store, new, seen, by, now)?;
                let numbers = report.payments.into_iter().map(|payment| payment.number);
                Ok(numbers.collect::<Vec<_>>().join(", "))
            }
            Wanted::Repayment(new) => {
                let seen = seen.map(|[_, balance]| balance);
                repay::record_as_seen(store, new, seen, by, now).map(|report| report.number)
            }
        }
    }

    /// It may be the invoice that was sent; else there is no such tenant.
    fn unknown(&self) -> Option<Told> {
        matches!(self, Wanted::Settlement(_)).then(unknown_invoice)
    }
}

pub async fn form(
    shared: Data<Shared>,
    granted: Granted,
    code: Path<String>,
    http: HttpRequest,
    query: Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Fault> {
    let fields = Fields::of_query(query.into_inner());
    show(&shared, &http, (&granted.scope, TenantCode(code.into_inner())), &fields, vec![], None).await
}

async fn show(
    shared: &Data<Shared>,
    http: &HttpRequest,
    (scope, tenant): (&TenantScope, TenantCode),
    fields: &Fields,
    errors: Vec<FieldError>,
    plan: Option<Asked>,
) -> Result<HttpResponse, Fault> {
    let (store, now, scope, code) = (shared.store.clone(), shared.now(), scope.clone(), tenant.clone());
    let (account, open, today) = blocking(move || {
        let account = on_account::statement(&store, &scope, &code)?;
        let mut open = open_invoices::of_tenant(&store, &code, now)?;
        open.retain(|one| one.open > Money::ZERO);
        Ok((account, open, read_tenants::today(&store, now)?))
    })
    .await?;
    let frame = Frame::of(http);
    let (balance, above, name) = (account.balance, own_page(&tenant), account.name);
    let may_use = frame.may(Action::RecordPayments) && balance > Money::ZERO;
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let template = AccountPage {
        form: may_use.then(|| form_view(&frame, fields, &open, balance, today.to_string())),
        rows: account.movements.iter().rev().map(|line| moved_row(&frame, &tenant, line)).collect(),
        files: exports(&Address::new(""), &format!("{}/movements", address(&tenant))),
        keep: frame.may(Action::RecordPayments).then(|| format!("{}/keep", address(&tenant))),
        balance: frame.amount(&balance),
        total: frame.bare(&balance),
        address: address(&tenant),
        frame: frame.under(name.clone(), above.clone()),
        name,
        above,
        errors,
        plan,
        asks: if is_repayment(fields) { "on-account-check-repay" } else { "on-account-check-settle" },
        confirms: if is_repayment(fields) { "on-account-confirm-repay" } else { "on-account-confirm-settle" },
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

/// The same with the form that settles `invoice` from it.
pub fn settling(tenant: &TenantCode, invoice: &InvoiceNumber) -> String {
    Address::new(address(tenant)).set("invoice", invoice.as_str()).href()
}

fn moved_row(frame: &Frame, tenant: &TenantCode, line: &StatementLine) -> MovedRow {
    let Movement { number, on, amount, reference, .. } = &line.movement;
    let is_listed = line.kind == MovementKind::Settled && frame.may(Action::SeePayments);
    let may_correct = line.is_whole && frame.may(Action::RecordPayments);
    MovedRow {
        number: number.clone(),
        address: is_listed.then(|| Address::new("/payments").set("q", number).href()),
        day: frame.short_date(on),
        what: frame.t(word(line.kind)),
        invoice: line.invoice.as_ref().map(ToString::to_string),
        reference: reference.clone().unwrap_or_default(),
        amount: frame.bare(amount),
        balance: frame.bare(&line.balance),
        correct: may_correct.then(|| format!("{}/{}/correct", address(tenant), encoded(number))),
    }
}

const fn word(kind: MovementKind) -> &'static str {
    match kind {
        MovementKind::Kept => "on-account-kept",
        MovementKind::Settled => "on-account-settled",
        MovementKind::SentBack => "on-account-repaid",
        MovementKind::TakenBack => "on-account-corrected",
    }
}

/// The movements as a file, oldest first.
pub async fn file(
    shared: Data<Shared>,
    granted: Granted,
    http: HttpRequest,
    path: Path<(String, Sheet)>,
) -> Result<HttpResponse, Fault> {
    let (code, sheet) = path.into_inner();
    let (store, now, tenant) = (shared.store.clone(), shared.now(), TenantCode(code));
    let (account, today) = blocking(move || {
        let account = on_account::statement(&store, &granted.scope, &tenant)?;
        Ok((account, read_tenants::today(&store, now)?))
    })
    .await?;
    let frame = Frame::of(&http);
    let keys = [
        "payment-number",
        "payments-day",
        "on-account-what",
        "payment-invoice",
        "payment-says",
        "payment-amount",
        "on-account-balance",
    ];
    let table = Table {
        name: frame.t("tenant-on-account"),
        day: today,
        headings: keys.map(|key| frame.t(key)).to_vec(),
        rows: account.movements.iter().map(|line| cells(&frame, line)).collect(),
    };
    let name = format!("{}-{}-{today}", frame.t("on-account-file"), account.tenant);
    let filter = vec![(frame.t("invoice-tenant"), account.name)];
    let about = About { filter, sheet: frame.t("sheet-filter"), total: None };
    sheet::respond_about(&shared, &frame, table, about, sheet, &name).await
}

fn cells(frame: &Frame, line: &StatementLine) -> Vec<Cell> {
    let Movement { number, on, amount, reference, .. } = &line.movement;
    vec![
        sheet::text(number),
        Cell::Day(*on),
        Cell::Text(frame.t(word(line.kind))),
        line.invoice.as_ref().map_or(Cell::Empty, |invoice| Cell::Text(invoice.to_string())),
        reference.clone().map_or(Cell::Empty, Cell::Text),
        Cell::Amount(*amount),
        Cell::Amount(line.balance),
    ]
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
        Err(errors) => return show(&shared, &http, (&TenantScope::Everyone, tenant), &fields, errors, None).await,
    };
    match ask_or_do(&shared, &visitor, &http, &fields, &wanted).await? {
        Err(told) => {
            let errors = vec![FieldError { field: field(&told), text: frame.said(&told) }];
            show(&shared, &http, (&TenantScope::Everyone, tenant), &fields, errors, None).await
        }
        Ok(Step::Done(number)) => Ok(match &wanted {
            Wanted::Settlement(new) => done(&format!("/invoices/{}", new.invoice), "payment-recorded", &number),
            Wanted::Repayment(_) => done(&address(&tenant), "refunded", &number),
        }),
        Ok(Step::Asked(planned)) => {
            let asked = asked(&frame, &fields, &planned);
            show(&shared, &http, (&TenantScope::Everyone, tenant), &fields, vec![], Some(asked)).await
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

fn asked(frame: &Frame, fields: &Fields, planned: &Planned) -> Asked {
    let seen @ [_, balance] = Wanted::seen(planned);
    let (mut facts, amount, days_late) = match planned {
        Planned::Settlement(new, plan) => (settlement_facts(frame, new, plan), new.amount, plan.days_late),
        Planned::Repayment(new, _) => (
            vec![
                ("payment-amount", frame.amount(&new.amount)),
                ("refund-refunded-on", frame.date(&new.on)),
                ("payment-says", new.reference.clone().unwrap_or_default()),
            ],
            new.amount,
            0,
        ),
    };
    facts.push(("on-account-before", frame.amount(&balance)));
    facts.push(("on-account-after", frame.amount(&(balance - amount))));
    Asked::of(frame, fields, seen, facts).late(frame, "refund-late", days_late)
}

fn settlement_facts(frame: &Frame, new: &NewSettlement, plan: &SettlementPlan) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("refund-to", new.invoice.to_string()),
        ("payment-amount", frame.amount(&new.amount)),
        ("refund-transferred-on", frame.date(&new.on)),
        ("payment-says", new.reference.clone().unwrap_or_default()),
    ];
    let part = |(day, amount): &(NaiveDate, Money)| {
        frame.texts("on-account-part", &[("amount", &frame.amount(amount)), ("day", &frame.date(day))])
    };
    facts.extend(plan.parts.iter().map(|one| ("on-account-counts", part(one))));
    facts.push(("payment-open-before", frame.amount(&plan.open)));
    facts.push(("payment-open-after", frame.amount(&(plan.open - new.amount))));
    facts
}

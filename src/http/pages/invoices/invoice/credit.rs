//! Taking an invoice back, as a whole, by line or by an amount of a line: chosen, previewed, confirmed.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono::{DateTime, Utc};

use super::super::asked_twice::{Asked, Deed, Step, ask_or_do, unknown_invoice};
use super::super::forms::{Fields, reason_error, refused_or};
use super::super::parts::{FieldError, Link};
use super::super::runs::draft;
use super::super::{Frame, done, page};
use super::title;
use crate::app::credit_invoice::{self, CreditPreview, CreditReport, CreditRequest, Creditable};
use crate::app::{AppError, Store, manual_lines};
use crate::domain::audit::Actor;
use crate::domain::calendar::BillingMonth;
use crate::domain::invoice::{CreditNoteError, CreditedLine, InvoiceKind, InvoiceNumber, IssuedInvoice};
use crate::domain::money::Money;
use crate::domain::rating::Charge;
use crate::domain::told::{Tell, Told};
use crate::http::auth::Visitor;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

#[derive(Template)]
#[template(path = "invoice_credit.html")]
struct CreditPage {
    frame: Frame,
    errors: Vec<FieldError>,
    number: String,
    lines: Vec<LineRow>,
    is_whole: bool,
    reason: String,
    open: String,
    /// Where nothing is left to take back.
    settled: Option<Settled>,
    plan: Option<PlanView>,
}

/// An invoice of which nothing is left.
struct Settled {
    credit_notes: Vec<Link>,
    /// That the month stays billed, and where a line is added, as before a credit of the whole.
    stays_billed: (String, Option<Link>),
}

struct LineRow {
    /// The names of its fields.
    tick: String,
    amount: String,
    position: usize,
    designation: String,
    part: Option<String>,
    net: String,
    left: String,
    /// The credit notes that took something of it back.
    by: Option<String>,
    is_left: bool,
    is_ticked: bool,
    /// What was typed.
    typed: String,
    takes_amount: bool,
}

struct PlanView {
    lines: Vec<(String, String)>,
    net: String,
    tax: String,
    gross: String,
    /// More was paid than is owed afterwards.
    refund: Option<String>,
    /// That the month stays billed, where nothing of it is left, and where a line is added to one that is not issued.
    stays_billed: Option<(String, Option<Link>)>,
    asked: Asked,
}

pub async fn form(shared: Data<Shared>, number: Path<String>, http: HttpRequest) -> Result<HttpResponse, Fault> {
    let fields = Fields::of_query(vec![("whole".to_owned(), "1".to_owned())]);
    show(&shared, &http, number.into_inner(), &fields, vec![], None).await
}

async fn show(
    shared: &Data<Shared>,
    http: &HttpRequest,
    number: String,
    fields: &Fields,
    errors: Vec<FieldError>,
    plan: Option<CreditPreview>,
) -> Result<HttpResponse, Fault> {
    let store = shared.store.clone();
    let (found, next) = blocking(move || {
        let found = credit_invoice::look(&store, &InvoiceNumber::from_stored(number))?;
        let contract = &found.invoice.references.contract;
        let next = manual_lines::first_open(&store, contract, found.invoice.month.next())?;
        Ok((found, next))
    })
    .await?;
    if found.invoice.kind == InvoiceKind::CreditNote {
        let told = CreditNoteError::OfCreditNote(found.invoice.number).told();
        return Err(Fault::Refused(Box::new(told)));
    }
    let frame = Frame::of(http);
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let lines = rows(&frame, &found, fields);
    let template = CreditPage {
        settled: (!lines.iter().any(|line| line.is_left)).then(|| settled(&frame, &found, next)),
        number: found.invoice.number.to_string(),
        lines,
        is_whole: fields.has("whole"),
        reason: fields.text("reason").to_owned(),
        open: frame.amount(&found.open),
        plan: plan.map(|plan| plan_view(&frame, fields, &found.invoice, (&plan, next))),
        errors,
        frame: {
            let above = title(&frame, &found.invoice);
            frame.under(above, format!("/invoices/{}", found.invoice.number))
        },
    };
    page(status, &template)
}

fn rows(frame: &Frame, found: &Creditable, fields: &Fields) -> Vec<LineRow> {
    let lines = (1..).zip(found.invoice.charges.iter().zip(&found.credited));
    lines.map(|(position, (charge, credited))| row(frame, position, charge, credited, fields)).collect()
}

fn row(frame: &Frame, position: usize, charge: &Charge, credited: &CreditedLine, fields: &Fields) -> LineRow {
    let (tick, amount) = (format!("line-{position}"), format!("amount-{position}"));
    let left = charge.net - credited.net;
    let by: Vec<&str> = credited.by.iter().map(InvoiceNumber::as_str).collect();
    LineRow {
        is_ticked: fields.has(&tick),
        typed: fields.again(&amount, frame.language),
        position,
        designation: frame.either(&charge.designation.fr, &charge.designation.en).to_owned(),
        part: super::super::lines::part(frame, &charge.kind, charge.unit),
        net: frame.bare(&charge.net),
        left: frame.bare(&left),
        is_left: by.is_empty() || !left.is_zero(),
        takes_amount: left > Money::ZERO,
        by: (!by.is_empty()).then(|| by.join(", ")),
        tick,
        amount,
    }
}

fn settled(frame: &Frame, found: &Creditable, next: Option<BillingMonth>) -> Settled {
    let mut numbers: Vec<&InvoiceNumber> = found.credited.iter().flat_map(|line| &line.by).collect();
    numbers.sort();
    numbers.dedup();
    let link = |number: &InvoiceNumber| Link { label: number.to_string(), address: format!("/invoices/{number}") };
    Settled {
        credit_notes: numbers.into_iter().map(link).collect(),
        stays_billed: stays_billed(frame, "credit-settled-billed", &found.invoice, next),
    }
}

/// The month stays billed: the text that says so, and the page where a line is added to `next`, the first of its contract
/// that is not issued.
fn stays_billed(
    frame: &Frame,
    key: &str,
    invoice: &IssuedInvoice,
    next: Option<BillingMonth>,
) -> (String, Option<Link>) {
    let text = frame.with(key, "month", &frame.month(&invoice.month));
    let link = |next: BillingMonth| Link {
        label: frame.with("credit-add-line", "month", &frame.of_month(&next)),
        address: format!("{}/manual", draft::address(next, &invoice.references.contract)),
    };
    (text, next.map(link))
}

fn plan_view(
    frame: &Frame,
    fields: &Fields,
    invoice: &IssuedInvoice,
    (plan, next): (&CreditPreview, Option<BillingMonth>),
) -> PlanView {
    let line = |charge: &Charge| {
        let name = frame.either(&charge.designation.fr, &charge.designation.en);
        let part = super::super::lines::part(frame, &charge.kind, charge.unit).map(|part| format!(" ({part})"));
        (format!("{name}{}", part.unwrap_or_default()), frame.bare(&charge.net))
    };
    let facts = [
        ("payment-open-before", frame.amount(&plan.open_before)),
        ("payment-open-after", frame.amount(&plan.open_after)),
        ("reason", fields.text("reason").to_owned()),
    ];
    PlanView {
        lines: plan.credit.charges.iter().map(line).collect(),
        net: frame.bare(&plan.credit.totals.net),
        tax: frame.bare(&plan.credit.totals.tax),
        gross: frame.bare(&plan.credit.totals.gross),
        refund: plan
            .open_after
            .is_negative()
            .then(|| frame.with("credit-refund", "amount", &frame.amount(&plan.open_after.abs()))),
        stays_billed: plan.takes_all.then(|| stays_billed(frame, "credit-stays-billed", invoice, next)),
        asked: Asked::of(frame, fields, CreditRequest::seen(plan), facts),
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
    let number = number.into_inner();
    let frame = Frame::of(&http);
    let no_reason = reason_error(&frame, &fields, "told-credit-no-reason");
    let lines = match chosen(&frame, &fields) {
        Ok(lines) => lines,
        Err(error) => {
            let errors = std::iter::once(error).chain(no_reason).collect();
            return show(&shared, &http, number, &fields, errors, None).await;
        }
    };
    let request = CreditRequest {
        invoice: InvoiceNumber::from_stored(number.as_str()),
        lines,
        reason: fields.text("reason").to_owned(),
    };
    if let Some(no_reason) = no_reason {
        let store = shared.store.clone();
        let refused = move || refused_or(credit_invoice::without_reason(&store, &request), unknown_invoice);
        let lines = blocking(refused).await?;
        let errors = lines.err().map(|told| wrong(&frame, &told)).into_iter().chain([no_reason]).collect();
        return show(&shared, &http, number, &fields, errors, None).await;
    }
    match ask_or_do(&shared, &visitor, &http, &fields, &request).await? {
        Ok(Step::Done(report)) => {
            Ok(done(&format!("/invoices/{}", report.number), "credited", report.invoice.as_str()))
        }
        Ok(Step::Asked(plan)) => show(&shared, &http, number, &fields, vec![], Some(plan)).await,
        Err(told) => show(&shared, &http, number, &fields, vec![wrong(&frame, &told)], None).await,
    }
}

/// What is refused of the lines: the reason was read before.
fn wrong(frame: &Frame, told: &Told) -> FieldError {
    FieldError { field: "lines", text: frame.said(told) }
}

impl Deed for CreditRequest {
    type Plan = CreditPreview;
    type Done = CreditReport;
    /// What is open on the invoice.
    type Seen = [Money; 1];

    fn plan(&self, store: &Store, _: DateTime<Utc>) -> Result<CreditPreview, AppError> {
        credit_invoice::preview(store, self)
    }

    fn seen(plan: &CreditPreview) -> [Money; 1] {
        [plan.open_before]
    }

    fn carry_out(
        &self,
        store: &Store,
        seen: Option<[Money; 1]>,
        by: &Actor,
        now: DateTime<Utc>,
    ) -> Result<CreditReport, AppError> {
        credit_invoice::credit_as_seen(store, self, seen.map(|[open]| open), by, now)
    }
}

/// The lines chosen with their amounts; none for everything that is left. Whoever says both, or gives an amount to a line
/// without choosing it, is asked what was meant.
fn chosen(frame: &Frame, fields: &Fields) -> Result<Vec<(usize, Option<Money>)>, FieldError> {
    /// No document has more lines than this form would carry.
    const LINES_MAX: usize = 10_000;
    let of_line = |key: &str, position: usize| frame.with(key, "line", &position.to_string());
    let (mut lines, mut errors) = (vec![], vec![]);
    for position in 1..=LINES_MAX {
        let (tick, name) = (format!("line-{position}"), format!("amount-{position}"));
        let amount = match (fields.has(&tick), fields.has(&name)) {
            (false, false) => continue,
            (false, true) => {
                errors.push(of_line("error-amount-unticked", position));
                continue;
            }
            (true, false) => None,
            (true, true) => {
                let amount = fields.number(&name, frame.language);
                errors.extend(amount.is_none().then(|| of_line("error-amount-of-line", position)));
                amount
            }
        };
        lines.push((position, amount));
    }
    match (fields.has("whole"), lines.is_empty()) {
        (true, false) => errors.push(frame.t("error-whole-and-lines")),
        (false, true) if errors.is_empty() => errors.push(frame.t("error-no-line")),
        _ => {}
    }
    if errors.is_empty() { Ok(lines) } else { Err(FieldError { field: "lines", text: errors.join(" ") }) }
}

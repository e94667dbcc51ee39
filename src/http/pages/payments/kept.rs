//! Money of a tenant kept on its account by hand, and taken back where that was a mistake: typed, previewed, confirmed.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono::{DateTime, Utc};

use super::asked_twice::{Asked, Deed, Step, ask_or_do};
use super::forms::{Fields, reason_error};
use super::on_account::address;
use super::parts::{Choice, FieldError, tenant_choices};
use super::{Frame, done, page};
use crate::app::correct_kept::{self, CorrectionPlan, NewCorrection};
use crate::app::keep_by_hand::{self, KeepPlan, NewReceived};
use crate::app::{AppError, Store, on_account, read_tenants};
use crate::domain::access::TenantScope;
use crate::domain::audit::Actor;
use crate::domain::ids::TenantCode;
use crate::domain::money::Money;
use crate::domain::receivables::{MovementKind, StatementLine};
use crate::domain::told::Told;
use crate::http::auth::Visitor;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

#[derive(Template)]
#[template(path = "kept_form.html")]
struct KeptPage {
    frame: Frame,
    errors: Vec<FieldError>,
    title: String,
    text: String,
    /// The page's own address, where it is sent to.
    action: String,
    /// The tenant's account.
    above: String,
    form: FormView,
    plan: Option<Asked>,
    /// The button that confirms it.
    confirms: &'static str,
}

struct FormView {
    /// Absent of a correction: it takes back all.
    amount: Option<String>,
    date: String,
    reference: String,
    reason: String,
    /// On whose account it is kept instead.
    tenants: Vec<Choice>,
}

/// Whose account a page is about, and what it would take back.
#[derive(Clone)]
struct Place {
    tenant: TenantCode,
    number: Option<String>,
}

impl Place {
    fn action(&self) -> String {
        match &self.number {
            Some(number) => format!("{}/{}/correct", address(&self.tenant), super::encoded(number)),
            None => format!("{}/keep", address(&self.tenant)),
        }
    }
}

/// What a form asks for.
#[derive(Clone)]
enum Wanted {
    Keep(NewReceived),
    Correct(NewCorrection),
}

/// What is asked for, and what it would meet.
enum Planned {
    /// With what is on account and open before it.
    Keep(NewReceived, KeepPlan),
    Correct(NewCorrection, CorrectionPlan),
}

/// What was recorded: the message that says so, and its number.
struct Recorded {
    message: &'static str,
    number: String,
}

impl Deed for Wanted {
    type Plan = Planned;
    type Done = Recorded;
    /// What is on account.
    type Seen = [Money; 1];

    fn plan(&self, store: &Store, now: DateTime<Utc>) -> Result<Planned, AppError> {
        match self {
            Wanted::Keep(new) => Ok(Planned::Keep(new.clone(), keep_by_hand::plan(store, new, now)?)),
            Wanted::Correct(new) => Ok(Planned::Correct(new.clone(), correct_kept::plan(store, new, now)?)),
        }
    }

    fn seen(plan: &Planned) -> [Money; 1] {
        match plan {
            Planned::Keep(_, plan) => [plan.balance],
            Planned::Correct(_, plan) => [plan.balance],
        }
    }

    fn carry_out(
        &self,
        store: &Store,
        seen: Option<[Money; 1]>,
        by: &Actor,
        now: DateTime<Utc>,
    ) -> Result<Recorded, AppError> {
        let seen = seen.map(|[balance]| balance);
        let (message, number) = match self {
            Wanted::Keep(new) => ("receipt-kept", keep_by_hand::record_as_seen(store, new, seen, by, now)?.number),
            Wanted::Correct(new) => {
                let report = correct_kept::record_as_seen(store, new, seen, by, now)?;
                let kept = report.kept.map(|kept| format!(", {}", kept.number)).unwrap_or_default();
                ("kept-corrected", format!("{}{kept}", report.number))
            }
        };
        Ok(Recorded { message, number })
    }

    /// There is no such page.
    fn unknown(&self) -> Option<Told> {
        None
    }
}

pub async fn keep_form(
    shared: Data<Shared>,
    code: Path<String>,
    http: HttpRequest,
    query: Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Fault> {
    let place = Place { tenant: TenantCode(code.into_inner()), number: None };
    show(&shared, &http, &place, &Fields::of_query(query.into_inner()), vec![], None).await
}

pub async fn keep(
    shared: Data<Shared>,
    visitor: Visitor,
    code: Path<String>,
    http: HttpRequest,
    form: Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Fault> {
    let fields = Fields::of(form.into_inner(), &visitor)?;
    submit(&shared, &visitor, &http, Place { tenant: TenantCode(code.into_inner()), number: None }, &fields).await
}

pub async fn correct_form(
    shared: Data<Shared>,
    path: Path<(String, String)>,
    http: HttpRequest,
    query: Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Fault> {
    let (code, number) = path.into_inner();
    let place = Place { tenant: TenantCode(code), number: Some(number) };
    show(&shared, &http, &place, &Fields::of_query(query.into_inner()), vec![], None).await
}

pub async fn correct(
    shared: Data<Shared>,
    visitor: Visitor,
    path: Path<(String, String)>,
    http: HttpRequest,
    form: Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Fault> {
    let fields = Fields::of(form.into_inner(), &visitor)?;
    let (code, number) = path.into_inner();
    submit(&shared, &visitor, &http, Place { tenant: TenantCode(code), number: Some(number) }, &fields).await
}

async fn show(
    shared: &Data<Shared>,
    http: &HttpRequest,
    place: &Place,
    fields: &Fields,
    errors: Vec<FieldError>,
    plan: Option<Asked>,
) -> Result<HttpResponse, Fault> {
    let (store, now, at) = (shared.store.clone(), shared.now(), place.clone());
    let (kept, names, today) = blocking(move || {
        let account = on_account::statement(&store, &TenantScope::Everyone, &at.tenant)?;
        let is_kept =
            |line: &StatementLine| Some(&line.movement.number) == at.number.as_ref() && line.kind == MovementKind::Kept;
        let kept = account.movements.into_iter().find(is_kept).map(|line| line.movement);
        Ok((kept, read_tenants::names(&store, &TenantScope::Everyone)?, read_tenants::today(&store, now)?))
    })
    .await?;
    if place.number.is_some() && kept.is_none() {
        return Err(Fault::NotFound);
    }
    let frame = Frame::of(http);
    let (name, above) = (names.name(&place.tenant).to_owned(), address(&place.tenant));
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let chosen = Some(TenantCode::from(fields.text("to"))).filter(|code| !code.as_str().is_empty());
    let mut tenants = tenant_choices(&names, chosen.as_ref());
    tenants.retain(|one| kept.is_some() && one.value != place.tenant.as_str());
    if kept.is_some() {
        let none = Choice { value: String::new(), label: frame.t("kept-to-none"), is_chosen: chosen.is_none() };
        tenants.insert(0, none);
    }
    let (title, text) = match &kept {
        Some(kept) => {
            let values =
                [("amount", &*frame.amount(&kept.amount)), ("day", &*frame.date(&kept.on)), ("tenant", &*name)];
            (frame.with("kept-correct-title", "number", &kept.number), frame.texts("kept-correct-text", &values))
        }
        None => (frame.with("kept-keep-title", "tenant", &name), frame.t("kept-keep-text")),
    };
    let to = tenants.iter().find(|one| one.is_chosen && !one.value.is_empty()).map(|one| one.label.clone());
    let template = KeptPage {
        plan: plan.map(|asked| match to {
            Some(to) => asked.first(&frame, "kept-to", to),
            None => asked,
        }),
        confirms: if kept.is_some() { "kept-correct-confirm" } else { "receipt-keep-now" },
        form: FormView {
            amount: kept.is_none().then(|| fields.again("amount", frame.language)),
            // Money moved to another tenant counts from the day it came, where that day is given.
            date: match fields.has("date") {
                true => fields.text("date").to_owned(),
                false => kept.as_ref().map_or(today, |kept| kept.on).to_string(),
            },
            reference: fields.text("reference").to_owned(),
            reason: fields.text("reason").to_owned(),
            tenants,
        },
        title,
        text,
        action: place.action(),
        frame: frame.under(name, above.clone()),
        above,
        errors,
    };
    page(status, &template)
}

async fn submit(
    shared: &Data<Shared>,
    visitor: &Visitor,
    http: &HttpRequest,
    place: Place,
    fields: &Fields,
) -> Result<HttpResponse, Fault> {
    let frame = Frame::of(http);
    let wanted = match wanted(&frame, fields, &place) {
        Ok(wanted) => wanted,
        Err(errors) => return show(shared, http, &place, fields, errors, None).await,
    };
    match ask_or_do(shared, visitor, http, fields, &wanted).await? {
        Ok(Step::Done(Recorded { message, number })) => Ok(done(&address(&place.tenant), message, &number)),
        Ok(Step::Asked(planned)) => {
            let asked = asked(&frame, fields, &planned);
            show(shared, http, &place, fields, vec![], Some(asked)).await
        }
        Err(told) => {
            let errors = vec![FieldError { field: field(&told), text: frame.said(&told) }];
            show(shared, http, &place, fields, errors, None).await
        }
    }
}

/// What was typed, or what is wrong with it.
fn wanted(frame: &Frame, fields: &Fields, place: &Place) -> Result<Wanted, Vec<FieldError>> {
    let mut errors = vec![];
    let (on, amount) = (fields.day("date"), fields.number::<Money>("amount", frame.language));
    if place.number.is_none() && amount.is_none() {
        errors.push(FieldError { field: "amount", text: frame.t("error-amount") });
    }
    if on.is_none() {
        errors.push(FieldError { field: "date", text: frame.t("error-day") });
    }
    if place.number.is_some() {
        errors.extend(reason_error(frame, fields, "told-correction-no-reason"));
    }
    let Some(on) = on.filter(|_| errors.is_empty()) else { return Err(errors) };
    let one = |name: &str| Some(fields.text(name).to_owned()).filter(|text| !text.is_empty());
    let tenant = place.tenant.clone();
    Ok(match &place.number {
        Some(number) => {
            let (number, reason) = (number.clone(), fields.text("reason").to_owned());
            Wanted::Correct(NewCorrection { tenant, number, on, to: one("to").map(TenantCode), reason })
        }
        None => {
            let (amount, reference) = (amount.unwrap_or_default(), one("reference"));
            Wanted::Keep(NewReceived { tenant, on, amount, reference })
        }
    })
}

/// Which field a refusal is about.
fn field(told: &Told) -> &'static str {
    match told.key.as_str() {
        "payment-not-positive" => "amount",
        "text-too-long" | "text-control" => "reference",
        "correction-same-tenant" | "correction-receipt-closed" => "to",
        _ => "date",
    }
}

fn asked(frame: &Frame, fields: &Fields, planned: &Planned) -> Asked {
    let seen @ [balance] = Wanted::seen(planned);
    let (mut facts, after) = match planned {
        Planned::Correct(new, plan) => {
            let waits = if plan.waits_again { frame.t("kept-waits") } else { String::new() };
            let facts = vec![
                ("payment-amount", frame.amount(&plan.kept.amount)),
                ("refund-on", frame.date(&new.on)),
                ("kept-then", waits),
                ("reason", new.reason.clone()),
            ];
            (facts, balance - plan.kept.amount)
        }
        Planned::Keep(NewReceived { on, amount, reference, .. }, plan) => {
            let open = if plan.open.is_zero() { String::new() } else { frame.amount(&plan.open) };
            let facts = vec![
                ("payment-amount", frame.amount(amount)),
                ("refund-on", frame.date(on)),
                ("payment-says", reference.clone().unwrap_or_default()),
                ("kept-open", open),
                ("kept-stands", plan.stands.clone().unwrap_or_default()),
            ];
            (facts, balance + *amount)
        }
    };
    facts.push(("on-account-before", frame.amount(&balance)));
    facts.push(("on-account-after", frame.amount(&after)));
    Asked::of(frame, fields, seen, facts)
}

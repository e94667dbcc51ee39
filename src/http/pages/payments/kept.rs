//! Money of a tenant kept on its account by hand, and taken back where that was a mistake: typed, previewed, confirmed.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::forms::{Fields, reason_error, refused};
use super::on_account::address;
use super::parts::{Choice, FieldError, tenant_choices};
use super::{Frame, done, page};
use crate::app::correct_kept::{self, CorrectionPlan, NewCorrection};
use crate::app::keep_by_hand::{self, NewReceived};
use crate::app::record_payment::MEANWHILE;
use crate::app::{on_account, read_tenants};
use crate::domain::access::TenantScope;
use crate::domain::ids::TenantCode;
use crate::domain::money::Money;
use crate::domain::receivables::Movement;
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
    plan: Option<PlanView>,
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

struct PlanView {
    facts: Vec<(String, String)>,
    carried: Vec<(String, String)>,
    /// What is on account while it is asked.
    seen: String,
    /// It was confirmed, and the account has changed since it was asked.
    meanwhile: bool,
    button: String,
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

enum Planned {
    /// What is on account before it.
    Keep(Money),
    Correct(CorrectionPlan),
}

impl Planned {
    fn balance(&self) -> Money {
        match self {
            Planned::Keep(balance) => *balance,
            Planned::Correct(plan) => plan.balance,
        }
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
    plan: Option<PlanView>,
) -> Result<HttpResponse, Fault> {
    let (store, now, at) = (shared.store.clone(), shared.now(), place.clone());
    let (kept, names, today) = blocking(move || {
        let account = on_account::of_tenant(&store, &at.tenant)?;
        let is_kept = |one: &Movement| Some(&one.number) == at.number.as_ref() && one.amount > Money::ZERO;
        let kept = account.movements.into_iter().find(is_kept);
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
    let template = KeptPage {
        form: FormView {
            amount: kept.is_none().then(|| fields.again("amount", frame.language)),
            date: if fields.has("date") { fields.text("date").to_owned() } else { today.to_string() },
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
        plan,
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
    let planned = match plan(shared, &wanted).await? {
        Ok(planned) if fields.confirms(planned.balance()) => {
            let seen = fields.seen(planned.balance());
            match record(shared, visitor, http, wanted.clone(), seen).await? {
                Ok((what, number)) => return Ok(done(&address(&place.tenant), what, &number)),
                // It asks again.
                Err(told) if told.key == MEANWHILE => plan(shared, &wanted).await?,
                Err(told) => Err(told),
            }
        }
        planned => planned,
    };
    match planned {
        Ok(planned) => {
            let view = plan_view(&frame, fields, &wanted, &planned);
            show(shared, http, &place, fields, vec![], Some(view)).await
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
        "correction-same-tenant" => "to",
        _ => "date",
    }
}

async fn plan(shared: &Data<Shared>, wanted: &Wanted) -> Result<Result<Planned, Told>, Fault> {
    let (store, now, wanted) = (shared.store.clone(), shared.now(), wanted.clone());
    blocking(move || {
        refused(match &wanted {
            Wanted::Keep(new) => keep_by_hand::plan(&store, new, now).map(Planned::Keep),
            Wanted::Correct(new) => correct_kept::plan(&store, new, now).map(Planned::Correct),
        })
    })
    .await
}

/// Records it: what is said of it then, and its number.
async fn record(
    shared: &Data<Shared>,
    visitor: &Visitor,
    http: &HttpRequest,
    wanted: Wanted,
    seen: Option<Money>,
) -> Result<Result<(&'static str, String), Told>, Fault> {
    let (store, now, by) = (shared.store.clone(), shared.now(), visitor.actor(http));
    blocking(move || {
        refused(match &wanted {
            Wanted::Keep(new) => {
                keep_by_hand::record_as_seen(&store, new, seen, &by, now).map(|report| ("receipt-kept", report.number))
            }
            Wanted::Correct(new) => correct_kept::record_as_seen(&store, new, seen, &by, now)
                .map(|report| ("kept-corrected", report.number)),
        })
    })
    .await
}

fn plan_view(frame: &Frame, fields: &Fields, wanted: &Wanted, planned: &Planned) -> PlanView {
    let balance = planned.balance();
    let (mut facts, after, button) = match (wanted, planned) {
        (Wanted::Correct(new), Planned::Correct(plan)) => {
            let to = new.to.as_ref().map(ToString::to_string).unwrap_or_default();
            let waits = if plan.waits_again { frame.t("kept-waits") } else { String::new() };
            let facts = vec![
                ("payment-amount", frame.amount(&plan.kept.amount)),
                ("refund-on", frame.date(&new.on)),
                ("kept-to", to),
                ("kept-then", waits),
                ("reason", new.reason.clone()),
            ];
            (facts, balance - plan.kept.amount, "kept-correct-confirm")
        }
        (Wanted::Keep(NewReceived { on, amount, reference, .. }), _) => {
            let facts = vec![
                ("payment-amount", frame.amount(amount)),
                ("refund-on", frame.date(on)),
                ("payment-says", reference.clone().unwrap_or_default()),
            ];
            (facts, balance + *amount, "receipt-keep-now")
        }
        (Wanted::Correct(_), Planned::Keep(_)) => (vec![], balance, "kept-correct-confirm"),
    };
    facts.push(("on-account-before", frame.amount(&balance)));
    facts.push(("on-account-after", frame.amount(&after)));
    let facts = facts.into_iter().filter(|(_, value)| !value.is_empty());
    PlanView {
        facts: facts.map(|(key, value)| (frame.t(key), value)).collect(),
        carried: fields.carried(),
        seen: balance.to_string(),
        meanwhile: fields.confirms_another(balance),
        button: frame.t(button),
    }
}

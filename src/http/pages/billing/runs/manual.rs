//! Lines that a person adds to a draft, with the reason, and takes away again: each asked to be confirmed.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::super::forms::{Fields, month, reason_error, refused_or};
use super::super::lines::vat_text;
use super::super::parts::{Choice, FieldError};
use super::super::{Frame, done, page};
use super::draft::address;
use crate::app::manual_lines::{self, ManualLine, treatments};
use crate::app::read_tenants;
use crate::domain::access::TenantScope;
use crate::domain::calendar::{BillingMonth, Timestamp};
use crate::domain::contract::{Contract, Designation, Service, VatTreatment};
use crate::domain::ids::ContractCode;
use crate::domain::money::UnitPrice;
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::rating::NewManualLine;
use crate::domain::told::Told;
use crate::domain::typography;
use crate::http::auth::Visitor;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

const SERVICES: [Service; 4] = [Service::Other, Service::Space, Service::Power, Service::Storage];
/// What people count services in.
const UNITS: [Unit; 5] = [Unit::One, Unit::Hour, Unit::Day, Unit::Month, Unit::KilowattHour];

/// A line people added, as a draft's page shows it.
pub struct ManualView {
    pub designation: String,
    pub arithmetic: String,
    pub reason: String,
    pub by: String,
    pub at: String,
    pub remove: String,
}

pub fn view(frame: &Frame, line: &ManualLine) -> ManualView {
    let new = &line.line;
    let quantity = typography::quantity(new.quantity, new.unit, frame.language);
    let price = typography::unit_price(new.unit_price, frame.language);
    let net = new.unit_price.times(new.quantity).map(|net| frame.amount(&net)).unwrap_or_default();
    ManualView {
        designation: frame.either(&new.designation.fr, &new.designation.en).to_owned(),
        arithmetic: format!("{quantity} × {price} = {net}"),
        reason: new.reason.clone(),
        by: line.by.clone(),
        at: frame.instant(Timestamp::from(line.at), frame.zone),
        remove: format!("{}/manual/{}", address(new.month, &new.contract), line.id),
    }
}

#[derive(Template)]
#[template(path = "billing_manual.html")]
struct ManualPage {
    frame: Frame,
    title: String,
    action: String,
    back: String,
    errors: Vec<FieldError>,
    services: Vec<Choice>,
    units: Vec<Choice>,
    vats: Vec<Choice>,
    is_allowance: bool,
    fr: String,
    en: String,
    quantity: String,
    price: String,
    reason: String,
    plan: Option<PlanView>,
}

struct PlanView {
    facts: Vec<(String, String)>,
    /// How many lines wait beside the draft, which the confirmation names.
    waiting: usize,
    /// What changed since the question was asked before.
    meanwhile: Option<String>,
    carried: Vec<(String, String)>,
}

/// The contract's month a line is for.
struct Place {
    month: BillingMonth,
    contract: Contract,
}

async fn place(shared: &Data<Shared>, month_text: &str, code: String) -> Result<Place, Fault> {
    let month = month(month_text)?;
    let store = shared.store.clone();
    let found = blocking(move || read_tenants::contract(&store, &TenantScope::Everyone, &code)).await?;
    Ok(Place { month, contract: found.ok_or(Fault::NotFound)?.contract })
}

pub async fn form(
    shared: Data<Shared>,
    path: Path<(String, String)>,
    http: HttpRequest,
) -> Result<HttpResponse, Fault> {
    let (month, contract) = path.into_inner();
    let place = place(&shared, &month, contract).await?;
    // A month that is issued takes no line: that is said before anything is typed.
    let (store, contract, month) = (shared.store.clone(), place.contract.clone(), place.month);
    blocking(move || manual_lines::refuse_billed(&store, &contract, month)).await?;
    show(Frame::of(&http), &place, &Fields::of_query(vec![]), vec![], None)
}

fn show(
    frame: Frame,
    place: &Place,
    fields: &Fields,
    errors: Vec<FieldError>,
    plan: Option<PlanView>,
) -> Result<HttpResponse, Fault> {
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let back = address(place.month, &place.contract.code);
    let chosen = |name: &str, value: &str, index: usize| match fields.has(name) {
        true => fields.text(name) == value,
        false => index == 0,
    };
    let services = SERVICES.iter().enumerate().map(|(index, service)| Choice {
        value: service.name().to_owned(),
        label: frame.t(&format!("service-{}", service.name())),
        is_chosen: chosen("service", service.name(), index),
    });
    let units = UNITS.iter().enumerate().map(|(index, unit)| Choice {
        value: unit.name().to_owned(),
        label: frame.t(&format!("manual-unit-{}", unit.name())),
        is_chosen: chosen("unit", unit.name(), index),
    });
    let vats = treatments(&place.contract).into_iter().enumerate().map(|(index, vat)| Choice {
        value: index.to_string(),
        label: vat_text(&frame, vat),
        is_chosen: chosen("vat", &index.to_string(), index),
    });
    let month_name = frame.month(&place.month);
    let template = ManualPage {
        title: frame.texts("manual-title", &[("contract", place.contract.code.as_str()), ("month", &month_name)]),
        action: format!("{back}/manual"),
        services: services.collect(),
        units: units.collect(),
        vats: vats.collect(),
        is_allowance: fields.text("sign") == "allowance",
        fr: fields.text("fr").to_owned(),
        en: fields.text("en").to_owned(),
        quantity: if fields.has("quantity") { fields.again("quantity") } else { "1".to_owned() },
        price: fields.again("price"),
        reason: fields.text("reason").to_owned(),
        errors,
        plan,
        frame: frame
            .under(month_name, format!("/billing/{}", place.month))
            .under(place.contract.code.to_string(), back.clone()),
        back,
    };
    page(status, &template)
}

pub async fn submit(
    shared: Data<Shared>,
    visitor: Visitor,
    path: Path<(String, String)>,
    http: HttpRequest,
    form: Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Fault> {
    let fields = Fields::of(form.into_inner(), &visitor)?;
    let (month, contract) = path.into_inner();
    let place = place(&shared, &month, contract).await?;
    let frame = Frame::of(&http);
    let line = match typed(&frame, &place, &fields) {
        Ok(line) => line,
        Err(errors) => return show(frame, &place, &fields, errors, None),
    };
    let refuse = |frame: Frame, told: &Told| {
        let errors = vec![FieldError { field: field(told), text: frame.said(told) }];
        show(frame, &place, &fields, errors, None)
    };
    if let Err(error) = line.check(&place.contract) {
        return refuse(frame, &crate::domain::told::Tell::told(&error));
    }
    let Some(seen) = fields.text("confirm").parse().ok() else {
        let plan = plan(&shared, &frame, &line, &fields, None).await?;
        return show(frame, &place, &fields, vec![], Some(plan));
    };
    let (store, now, by, new) = (shared.store.clone(), shared.now(), visitor.actor(&http), line.clone());
    let added = blocking(move || {
        refused_or(manual_lines::add(&store, &new, Some(seen), &by, now), || {
            Told::new("contract-unknown", "the contract is not known")
        })
    })
    .await?;
    match added {
        Ok(_) => Ok(done(&address(place.month, &place.contract.code), "line-added", "")),
        Err(told) if told.key == "manual-meanwhile" => {
            let plan = plan(&shared, &frame, &line, &fields, Some(frame.said(&told))).await?;
            show(frame, &place, &fields, vec![], Some(plan))
        }
        Err(told) => refuse(frame, &told),
    }
}

/// The question whether `line` shall be added.
async fn plan(
    shared: &Data<Shared>,
    frame: &Frame,
    line: &NewManualLine,
    fields: &Fields,
    meanwhile: Option<String>,
) -> Result<PlanView, Fault> {
    let (store, contract, month) = (shared.store.clone(), line.contract.clone(), line.month);
    let waiting = blocking(move || manual_lines::waiting(&store, &contract, month)).await?.len();
    Ok(PlanView { facts: facts(frame, line), waiting, meanwhile, carried: fields.carried() })
}

/// What was typed, or what is wrong with it.
fn typed(frame: &Frame, place: &Place, fields: &Fields) -> Result<NewManualLine, Vec<FieldError>> {
    let mut errors = vec![];
    let mut wrong = |field: &'static str, key: &str| errors.push(FieldError { field, text: frame.t(key) });
    let quantity: Option<Quantity> = fields.number("quantity", frame.language);
    let price: Option<UnitPrice> = fields.number("price", frame.language);
    if quantity.is_none_or(|quantity| quantity <= Quantity::ZERO) {
        wrong("quantity", "error-quantity");
    }
    if price.is_none() {
        wrong("price", "error-price");
    }
    if !fields.has("fr") {
        wrong("fr", "told-manual-no-designation");
    }
    errors.extend(reason_error(frame, fields, "told-manual-no-reason"));
    let mut wrong = |field: &'static str, key: &str| errors.push(FieldError { field, text: frame.t(key) });
    let known = treatments(&place.contract);
    let vat: Option<&VatTreatment> = fields.text("vat").parse().ok().and_then(|index: usize| known.get(index).copied());
    if vat.is_none() {
        wrong("vat", "error-choice");
    }
    let service = SERVICES.into_iter().find(|one| one.name() == fields.text("service"));
    let unit = UNITS.into_iter().find(|one| one.name() == fields.text("unit"));
    let fr = fields.text("fr").to_owned();
    let en = if fields.has("en") { fields.text("en").to_owned() } else { fr.clone() };
    match (quantity, price, vat, service, unit) {
        (Some(quantity), Some(unit_price), Some(vat), Some(service), Some(unit)) if errors.is_empty() => {
            let is_allowance = fields.text("sign") == "allowance";
            Ok(NewManualLine {
                contract: place.contract.code.clone(),
                month: place.month,
                service,
                designation: Designation { fr, en },
                quantity: if is_allowance { -quantity } else { quantity },
                unit,
                unit_price,
                vat: vat.clone(),
                reason: fields.text("reason").to_owned(),
            })
        }
        _ if errors.is_empty() => Err(vec![FieldError { field: "service", text: frame.t("error-choice") }]),
        _ => Err(errors),
    }
}

/// Which field a refusal is about.
fn field(told: &Told) -> &'static str {
    match told.key.as_str() {
        "manual-no-reason" | "reason-length" => "reason",
        "manual-no-designation" => "fr",
        "manual-negative-price" => "price",
        "manual-other-vat" => "vat",
        _ => "quantity",
    }
}

fn facts(frame: &Frame, line: &NewManualLine) -> Vec<(String, String)> {
    let quantity = typography::quantity(line.quantity, line.unit, frame.language);
    let net = line.unit_price.times(line.quantity).map(|net| frame.amount(&net)).unwrap_or_default();
    let facts = [
        ("line-designation", frame.either(&line.designation.fr, &line.designation.en).to_owned()),
        ("manual-service", frame.t(&format!("service-{}", line.service.name()))),
        ("line-quantity", quantity),
        ("line-unit-price", typography::unit_price(line.unit_price, frame.language)),
        ("invoice-net", net),
        ("total-tax", vat_text(frame, &line.vat)),
        ("reason", line.reason.clone()),
    ];
    facts.into_iter().map(|(key, value)| (frame.t(key), value)).collect()
}

#[derive(Template)]
#[template(path = "billing_manual_remove.html")]
struct RemovePage {
    frame: Frame,
    line: ManualView,
    back: String,
    errors: Vec<FieldError>,
}

pub async fn remove_form(
    shared: Data<Shared>,
    path: Path<(String, String, String)>,
    http: HttpRequest,
) -> Result<HttpResponse, Fault> {
    let (month, contract, id) = path.into_inner();
    ask(&shared, &http, &month, contract, &id, vec![]).await
}

async fn ask(
    shared: &Data<Shared>,
    http: &HttpRequest,
    month_text: &str,
    contract: String,
    id: &str,
    errors: Vec<FieldError>,
) -> Result<HttpResponse, Fault> {
    let (month, contract, id) = (month(month_text)?, ContractCode(contract), number(id)?);
    let (store, code) = (shared.store.clone(), contract.clone());
    let lines = blocking(move || manual_lines::waiting(&store, &code, month)).await?;
    let line = lines.into_iter().find(|line| line.id == id).ok_or(Fault::NotFound)?;
    let frame = Frame::of(http);
    let back = address(month, &contract);
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let name = frame.month(&month);
    let template = RemovePage {
        line: view(&frame, &line),
        errors,
        frame: frame.under(name, format!("/billing/{month}")).under(contract.to_string(), back.clone()),
        back,
    };
    page(status, &template)
}

fn number(text: &str) -> Result<i64, Fault> {
    text.parse().map_err(|_| Fault::NotFound)
}

pub async fn remove(
    shared: Data<Shared>,
    visitor: Visitor,
    path: Path<(String, String, String)>,
    http: HttpRequest,
    form: Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Fault> {
    let fields = Fields::of(form.into_inner(), &visitor)?;
    let (month_text, contract, id) = path.into_inner();
    let (month, code, line) = (month(&month_text)?, ContractCode(contract.clone()), number(&id)?);
    let (store, now, by) = (shared.store.clone(), shared.now(), visitor.actor(&http));
    let (reason, of) = (fields.text("reason").to_owned(), code.clone());
    let removed = blocking(move || {
        let removed = manual_lines::remove(&store, (&of, month), line, &reason, &by, now);
        refused_or(removed, || Told::new("manual-gone", "the line is not there any more"))
    })
    .await?;
    match removed {
        Ok(()) => Ok(done(&address(month, &code), "line-removed", "")),
        Err(told) => {
            let errors = vec![FieldError { field: "reason", text: Frame::of(&http).said(&told) }];
            ask(&shared, &http, &month_text, contract, &id, errors).await
        }
    }
}

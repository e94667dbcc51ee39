//! A contract's availability: what was promised, how it was kept month by month, and what that allows.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use rust_decimal::Decimal;

use super::forms::{Fields, refused_or};
use super::parts::{Choice, FieldError};
use super::{Frame, done, encoded, page};
use crate::app::read_tenants;
use crate::app::record_availability::{self, KeptAvailability, NewAvailability};
use crate::domain::access::{Action, TenantScope};
use crate::domain::calendar::BillingMonth;
use crate::domain::contract::Contract;
use crate::domain::contract::service_level::ServiceLevel;
use crate::domain::ids::{ContractCode, LineCode};
use crate::domain::money::Money;
use crate::domain::told::Told;
use crate::domain::typography;
use crate::http::auth::{Granted, Visitor};
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

#[derive(Template)]
#[template(path = "availability.html")]
struct AvailabilityPage {
    frame: Frame,
    title: String,
    action: String,
    back: String,
    errors: Vec<FieldError>,
    promised: Vec<Promise>,
    rows: Vec<FigureRow>,
    /// Lines one may record a figure of; none for who may not.
    lines: Vec<Choice>,
    month: String,
    percent: String,
    reason: String,
}

struct Promise {
    designation: String,
    code: String,
    committed: String,
    bands: Vec<String>,
}

struct FigureRow {
    month: String,
    line: String,
    percent: String,
    committed: String,
    credit: String,
    /// In euros, once an invoice carries it.
    allowed: String,
    is_kept: bool,
    reason: String,
    invoice: Option<String>,
}

pub async fn form(
    shared: Data<Shared>,
    granted: Granted,
    code: Path<String>,
    http: HttpRequest,
) -> Result<HttpResponse, Fault> {
    show(&shared, granted.scope, code.into_inner(), &http, &Fields::of_query(vec![]), vec![]).await
}

async fn show(
    shared: &Data<Shared>,
    scope: TenantScope,
    code: String,
    http: &HttpRequest,
    fields: &Fields,
    errors: Vec<FieldError>,
) -> Result<HttpResponse, Fault> {
    let (store, now) = (shared.store.clone(), shared.now());
    let found = blocking(move || {
        let Some(file) = read_tenants::contract(&store, &scope, &code)? else { return Ok(None) };
        let today = read_tenants::today(&store, now)?;
        let known = record_availability::list(&store, &scope, &file.contract.code)?;
        let Some(known) = known else { return Ok(None) };
        let allowed = record_availability::allowed(&store, &scope, &known)?;
        Ok(Some((file.contract, today, known, allowed)))
    })
    .await?;
    let (contract, today, known, allowed) = found.ok_or(Fault::NotFound)?;
    let frame = Frame::of(http);
    let back = format!("/contracts/{}", encoded(contract.code.as_str()));
    let month = if fields.has("month") {
        fields.text("month").to_owned()
    } else {
        BillingMonth::of(today).previous().to_string()
    };
    let may_record = frame.may(Action::RunBilling);
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let template = AvailabilityPage {
        title: frame.with("availability-title", "contract", contract.code.as_str()),
        action: format!("{back}/availability"),
        promised: promises(&frame, &contract),
        rows: known.iter().map(|one| row(&frame, &contract, one, allowed.get(&one.availability.id))).collect(),
        lines: if may_record { choices(&frame, &contract, fields.text("line")) } else { vec![] },
        month,
        percent: fields.again("percent"),
        reason: fields.text("reason").to_owned(),
        errors,
        frame: frame.under(contract.title.clone(), back.clone()),
        back,
    };
    page(status, &template)
}

fn promises(frame: &Frame, contract: &Contract) -> Vec<Promise> {
    let promised = contract.lines.iter().filter_map(|line| line.service_level.as_ref().map(|level| (line, level)));
    promised
        .map(|(line, level)| Promise {
            designation: frame.either(&line.designation.fr, &line.designation.en).to_owned(),
            code: line.code.to_string(),
            committed: percent(frame, level.committed_percent),
            bands: bands(frame, level),
        })
        .collect()
}

/// `under 99.5%: 10% of the month's price`, a band a sentence.
pub fn bands(frame: &Frame, level: &ServiceLevel) -> Vec<String> {
    let band = |below: Decimal, credit: Decimal| {
        frame.texts("availability-band", &[("below", &percent(frame, below)), ("credit", &percent(frame, credit))])
    };
    level.bands.iter().map(|one| band(one.below_percent, one.credit_percent)).collect()
}

fn row(frame: &Frame, contract: &Contract, kept: &KeptAvailability, allowed: Option<&Money>) -> FigureRow {
    let one = &kept.availability;
    let line = contract.lines.iter().find(|line| line.code == one.figure.line);
    let designation = line.map(|line| frame.either(&line.designation.fr, &line.designation.en).to_owned());
    FigureRow {
        month: frame.month(&one.figure.month),
        line: designation.unwrap_or_else(|| one.figure.line.to_string()),
        percent: percent(frame, one.figure.percent),
        committed: percent(frame, one.committed_percent),
        credit: percent(frame, one.credit_percent),
        allowed: allowed.map_or_else(|| "–".to_owned(), |amount| frame.bare(amount)),
        is_kept: one.credit_percent.is_zero(),
        reason: one.figure.reason.clone(),
        invoice: kept.invoice.clone(),
    }
}

/// Each code once: an amended line keeps it.
fn choices(frame: &Frame, contract: &Contract, chosen: &str) -> Vec<Choice> {
    let mut choices: Vec<Choice> = vec![];
    for line in contract.lines.iter().filter(|line| line.service_level.is_some()) {
        if choices.iter().all(|choice| choice.value != line.code.as_str()) {
            choices.push(Choice {
                value: line.code.to_string(),
                label: frame.either(&line.designation.fr, &line.designation.en).to_owned(),
                is_chosen: line.code.as_str() == chosen,
            });
        }
    }
    choices
}

fn percent(frame: &Frame, value: Decimal) -> String {
    typography::percent(value, frame.language)
}

pub async fn submit(
    shared: Data<Shared>,
    granted: Granted,
    visitor: Visitor,
    code: Path<String>,
    http: HttpRequest,
    form: Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Fault> {
    let fields = Fields::of(form.into_inner(), &visitor)?;
    let (code, frame) = (code.into_inner(), Frame::of(&http));
    let figure = match typed(&frame, &code, &fields) {
        Ok(figure) => figure,
        Err(errors) => return show(&shared, granted.scope, code, &http, &fields, errors).await,
    };
    let (store, now, by) = (shared.store.clone(), shared.now(), visitor.actor(&http));
    let unknown = || Told::new("contract-unknown", "the contract is not known here");
    let outcome = blocking(move || refused_or(record_availability::record(&store, &figure, &by, now), unknown)).await?;
    match outcome {
        Ok(recorded) => {
            let path = format!("/contracts/{}/availability", encoded(&code));
            Ok(done(&path, "availability", &recorded.figure.month.to_string()))
        }
        Err(told) => {
            let field = match told.key.as_str() {
                "availability-no-reason" | "reason-length" => "reason",
                "availability-no-percent" => "percent",
                "availability-not-promised" => "line",
                _ => "month",
            };
            let errors = vec![FieldError { field, text: frame.said(&told) }];
            show(&shared, granted.scope, code, &http, &fields, errors).await
        }
    }
}

fn typed(frame: &Frame, code: &str, fields: &Fields) -> Result<NewAvailability, Vec<FieldError>> {
    let month: Result<BillingMonth, _> = fields.text("month").parse();
    let percent: Option<Decimal> = fields.number("percent", frame.language);
    match (month, percent) {
        (Ok(month), Some(percent)) => Ok(NewAvailability {
            contract: ContractCode(code.to_owned()),
            line: LineCode(fields.text("line").to_owned()),
            month,
            percent,
            reason: fields.text("reason").to_owned(),
        }),
        (month, percent) => {
            let month = month.err().map(|_| FieldError { field: "month", text: frame.t("error-month") });
            let percent = percent.is_none().then(|| FieldError { field: "percent", text: frame.t("error-percent") });
            Err(month.into_iter().chain(percent).collect())
        }
    }
}

//! Resolving what is odd about a meter: a form, what it would do, and the deed.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono::NaiveDateTime;
use chrono_tz::Tz;
use serde::Deserialize;

use super::forms::{index, language_of, unparted};
use super::parts::FieldError;
use super::{Frame, done, encoded, page, plant_figures};
use crate::app::AppError;
use crate::app::read_meters::{self, MeterFile};
use crate::app::resolve_gap::{self, Resolution, ResolutionPlan};
use crate::domain::calendar::{BillingMonth, Timestamp};
use crate::domain::metering::RegisterKind;
use crate::domain::quantity::Micro;
use crate::domain::told::Told;
use crate::http::auth::Visitor;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

/// What the form holds; also what a link to it fills in.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct ResolveForm {
    #[serde(default)]
    form_token: String,
    /// `correct`, `estimate` or `reset`.
    #[serde(default)]
    kind: String,
    #[serde(default)]
    month: String,
    #[serde(default)]
    at: String,
    #[serde(default)]
    value: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    final_index: String,
    #[serde(default)]
    new_index: String,
    #[serde(default)]
    reason: String,
    /// Set by the second form, which shows what will be done.
    #[serde(default)]
    confirm: String,
}

#[derive(Template)]
#[template(path = "meter_resolve.html")]
struct ResolveTemplate {
    frame: Frame,
    path: String,
    back: String,
    title: String,
    help: String,
    form: ResolveForm,
    /// The instants as a person reads them, where they are not asked for.
    span: Option<String>,
    unit: &'static str,
    errors: Vec<FieldError>,
    /// What would be done: asked to confirm.
    plan: Option<PlanView>,
}

struct PlanView {
    facts: Vec<(String, String)>,
    billed: Option<String>,
}

pub async fn form(
    shared: Data<Shared>,
    code: Path<String>,
    http: HttpRequest,
    query: Query<ResolveForm>,
) -> Result<HttpResponse, Fault> {
    let file = find(&shared, &code, &query.month).await?;
    let form = ResolveForm { at: local_text(&query.at, file.zone), ..query.into_inner() };
    page(StatusCode::OK, &template(Frame::of(&http), &file, form, vec![], None)?)
}

pub async fn submit(
    shared: Data<Shared>,
    visitor: Visitor,
    code: Path<String>,
    http: HttpRequest,
    form: Form<ResolveForm>,
) -> Result<HttpResponse, Fault> {
    visitor.check_form(&form.form_token)?;
    let mut form = form.into_inner();
    let file = find(&shared, &code, &form.month).await?;
    let frame = Frame::of(&http);
    let typed_in = language_of(&form.form_token).unwrap_or(frame.language);
    for figure in [&mut form.value, &mut form.new_index, &mut form.final_index] {
        *figure = unparted(figure, typed_in);
    }
    let resolution = match resolution(&frame, &form, file.zone) {
        Ok(resolution) => resolution,
        Err(errors) => return refuse(frame, &file, form, errors),
    };
    let confirmed = !form.confirm.is_empty();
    let by = visitor.actor(&http);
    let (store, now, code, reason) = (shared.store.clone(), shared.now(), code.into_inner(), form.reason.clone());
    let meter = code.clone();
    let outcome = blocking(move || {
        let done = match confirmed {
            true => resolve_gap::resolve(&store, &meter, &resolution, &reason, &by, now),
            false => resolve_gap::plan(&store, &meter, &resolution, &reason, now),
        };
        match done {
            Err(AppError::Refused(told)) => Ok(Err(*told)),
            Err(AppError::Input(message)) => Ok(Err(Told::plain(message))),
            done => done.map(Ok),
        }
    })
    .await?;
    match outcome {
        Err(told) => {
            let error = FieldError { field: field(&told), text: frame.said(&told) };
            refuse(frame, &file, form, vec![error])
        }
        Ok(_) if confirmed => {
            let back = format!("/meters/{}?month={}", encoded(&code), file.month);
            Ok(done(&back, "resolved", &code))
        }
        Ok(plan) => page(StatusCode::OK, &template(frame, &file, form, vec![], Some(plan))?),
    }
}

fn refuse(frame: Frame, file: &MeterFile, form: ResolveForm, errors: Vec<FieldError>) -> Result<HttpResponse, Fault> {
    page(StatusCode::UNPROCESSABLE_ENTITY, &template(frame, file, form, errors, None)?)
}

/// Where the message belongs.
fn field(told: &Told) -> &'static str {
    match told.key.as_str() {
        "reason-length" => "reason",
        "reading-in-the-future" | "reading-before-installation" | "reading-after-removal" => "at",
        "reset-known" | "reset-outside-service" => "at",
        "correction-same" | "reading-negative" | "reading-beyond-modulus" | "reading-not-whole" => "value",
        "reset-negative" | "reset-beyond-modulus" => "new_index",
        _ => "resolve",
    }
}

async fn find(shared: &Data<Shared>, code: &str, month: &str) -> Result<MeterFile, Fault> {
    let month: Option<BillingMonth> = month.parse().ok();
    let (store, now, code) = (shared.store.clone(), shared.now(), code.to_owned());
    blocking(move || read_meters::one(&store, &code, month, now)).await?.ok_or(Fault::NotFound)
}

/// What the form asks for, or what is wrong with its fields.
fn resolution(frame: &Frame, form: &ResolveForm, zone: Tz) -> Result<Resolution, Vec<FieldError>> {
    let mut errors = Vec::new();
    let mut wrong = |field: &'static str, key: &str| {
        errors.push(FieldError { field, text: frame.t(key) });
    };
    let resolution = match form.kind.as_str() {
        "correct" => {
            let (at, value) = (instant(&form.at, zone), index(&form.value, frame.language));
            at.is_none().then(|| wrong("at", "error-instant"));
            value.is_none().then(|| wrong("value", "error-value"));
            at.zip(value).map(|(at, value)| Resolution::Correct { at, value })
        }
        "estimate" => {
            let span = instant(&form.from, zone).zip(instant(&form.to, zone));
            span.is_none().then(|| wrong("resolve", "error-instant"));
            span.map(|(from, to)| Resolution::Estimate { from, to })
        }
        "reset" => {
            let (at, new_index) = (instant(&form.at, zone), index(&form.new_index, frame.language));
            let final_index = Some(form.final_index.trim()).filter(|text| !text.is_empty());
            let final_index = final_index.map(|text| index(text, frame.language));
            at.is_none().then(|| wrong("at", "error-instant"));
            new_index.is_none().then(|| wrong("new_index", "error-value"));
            matches!(final_index, Some(None)).then(|| wrong("final_index", "error-value"));
            at.zip(new_index).map(|(at, new_index)| Resolution::DeclareReset {
                at,
                final_index: final_index.flatten(),
                new_index,
            })
        }
        _ => {
            wrong("resolve", "error-kind");
            None
        }
    };
    resolution.filter(|_| errors.is_empty()).ok_or(errors)
}

/// RFC 3339, or the facility's clock where that tells one instant only.
fn instant(text: &str, zone: Tz) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(at) = text.parse() {
        return Some(at);
    }
    let formats = ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"];
    let local = formats.into_iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())?;
    local.and_local_timezone(zone).single().map(|at| Timestamp::from_seconds(at.timestamp()))
}

/// An instant of a link as the field for local time holds it. In the hour that the change of clocks repeats it keeps its
/// offset: the field would not say which one is meant.
fn local_text(text: &str, zone: Tz) -> String {
    let Ok(at) = text.parse::<Timestamp>() else { return text.to_owned() };
    let local = at.to_utc().with_timezone(&zone);
    let shown = local.format("%Y-%m-%dT%H:%M:%S").to_string();
    if instant(&shown, zone) == Some(at) { shown } else { local.to_rfc3339() }
}

fn template(
    frame: Frame,
    file: &MeterFile,
    form: ResolveForm,
    errors: Vec<FieldError>,
    plan: Option<ResolutionPlan>,
) -> Result<ResolveTemplate, Fault> {
    let meter = &file.summary.meter;
    let is_counter = meter.register.kind() == RegisterKind::Counter;
    let known = match form.kind.as_str() {
        "correct" | "estimate" => true,
        "reset" => is_counter,
        _ => false,
    };
    if !known {
        return Err(Fault::NotFound);
    }
    let path = format!("/meters/{}", encoded(meter.code.as_str()));
    let back = format!("{path}?month={}", file.month);
    let shown = |text: &str| text.parse::<Timestamp>().map(|at| frame.instant(at, file.zone)).unwrap_or_default();
    let span = (form.kind == "estimate")
        .then(|| frame.texts("from-to", &[("first", &shown(&form.from)), ("last", &shown(&form.to))]));
    Ok(ResolveTemplate {
        title: frame.with(&format!("resolve-title-{}", form.kind), "meter", meter.code.as_str()),
        help: frame.t(&format!("resolve-help-{}", form.kind)),
        unit: plant_figures::unit(&frame, meter.register),
        plan: plan.map(|plan| plan_view(&frame, file, &form, &plan)),
        frame: frame.under(meter.code.to_string(), back.clone()),
        path,
        back,
        form,
        span,
        errors,
    })
}

fn plan_view(frame: &Frame, file: &MeterFile, form: &ResolveForm, plan: &ResolutionPlan) -> PlanView {
    let shown = |value: Micro| frame.number(&value.to_decimal());
    let instant = |at| frame.instant(at, file.zone);
    let mut facts: Vec<(&str, String)> = match plan.resolution {
        Resolution::Correct { at, value } => vec![
            ("reading-local", instant(at)),
            ("correction-old", plan.stored.map_or_else(|| frame.t("correction-missing"), shown)),
            ("correction-new", shown(value)),
        ],
        Resolution::Estimate { from, to } => vec![
            ("gap", frame.texts("from-to", &[("first", &instant(from)), ("last", &instant(to))])),
            ("estimates-written", frame.whole(i64::try_from(plan.readings).unwrap_or(i64::MAX))),
        ],
        Resolution::DeclareReset { at, final_index, new_index } => vec![
            ("reading-local", instant(at)),
            ("final-index", final_index.map_or_else(|| frame.t("final-index-unknown"), shown)),
            ("new-index", shown(new_index)),
        ],
    };
    facts.push(("reason", form.reason.trim().to_owned()));
    let months: Vec<String> = plan.billed.iter().map(|month| frame.month(month)).collect();
    PlanView {
        facts: facts.into_iter().map(|(key, value)| (frame.t(key), value)).collect(),
        billed: (!months.is_empty()).then(|| frame.with("resolve-billed", "months", &months.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Europe::Paris;

    #[test]
    fn local_instants_are_read_unless_they_mean_two() {
        let at = |text: &str| instant(text, Paris).map(|at| at.to_string());
        assert_eq!(at("2026-10-01T02:10").as_deref(), Some("2026-10-01T00:10:00Z"));
        assert_eq!(at("2026-10-01T02:10:00+02:00").as_deref(), Some("2026-10-01T00:10:00Z"));
        assert_eq!(at("2026-10-25T02:30"), None, "the hour exists twice");
        assert_eq!(at("2026-03-29T02:30"), None, "the hour does not exist");
        assert_eq!(local_text("2026-10-01T00:10:00Z", Paris), "2026-10-01T02:10:00");
        assert_eq!(local_text("2026-10-25T00:30:00Z", Paris), "2026-10-25T02:30:00+02:00");
    }
}

//! One's own second factor: setting it up with a QR code, its recovery codes, taking it away.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use askama::Template;
use chrono_tz::Tz;
use serde::Deserialize;

use super::access_forms::{Errors, moment};
use super::parts::FieldError;
use super::sign_in::{RefusedTry, keep_session, new_session};
use super::{Frame, done, page, qr, see_other};
use crate::app::UserProblem;
use crate::app::read_tenants;
use crate::app::second_factor::{self, Enrolment, FactorState};
use crate::app::sign_in::{Person, Stage};
use crate::http::auth::{Visitor, session};
use crate::http::client;
use crate::http::error::Fault;
use crate::http::state::{Shared, attempted, blocking};
use crate::http::throttle::Attempt;

/// Where a second factor is set up.
pub const SETUP: &str = "/me/second-factor/setup";

#[derive(Template)]
#[template(path = "second_factor.html")]
struct FactorPage {
    frame: Frame,
    state: FactorState,
    since: Option<String>,
    is_required: bool,
    errors: Errors,
}

#[derive(Template)]
#[template(path = "second_factor_setup.html")]
struct SetupPage {
    frame: Frame,
    is_required: bool,
    enrolment: Enrolment,
    qr: qr::Drawing,
    errors: Errors,
}

#[derive(Template)]
#[template(path = "recovery_codes.html")]
struct CodesPage {
    frame: Frame,
    codes: Vec<String>,
    next: &'static str,
}

#[derive(Deserialize)]
pub struct BeginForm {
    form_token: String,
}

#[derive(Deserialize)]
pub struct SetupForm {
    form_token: String,
    code: String,
}

#[derive(Deserialize)]
pub struct PasswordForm {
    form_token: String,
    current: String,
}

/// Makes the secret of a second factor, where one is required and none is there.
pub(super) async fn prepare(shared: &Data<Shared>, person: &Person, http: &HttpRequest) -> Result<(), Fault> {
    let by = crate::domain::audit::Actor::new(&person.email, client::origin(http).as_deref());
    let (store, person, now) = (shared.store.clone(), person.clone(), shared.now());
    blocking(move || second_factor::begin(&store, &person, &by, now)).await
}

async fn prepare_unless_begun(shared: &Data<Shared>, visitor: &Visitor, http: &HttpRequest) -> Result<(), Fault> {
    let (store, person) = (shared.store.clone(), visitor.person.clone());
    let is_begun = blocking(move || Ok(second_factor::pending(&store, &person)?.is_some())).await?;
    if is_begun { Ok(()) } else { prepare(shared, &visitor.person, http).await }
}

pub async fn show(shared: Data<Shared>, visitor: Visitor, http: HttpRequest) -> Result<HttpResponse, Fault> {
    overview(&shared, &visitor, &http, Errors::default()).await
}

async fn overview(
    shared: &Data<Shared>,
    visitor: &Visitor,
    http: &HttpRequest,
    errors: Errors,
) -> Result<HttpResponse, Fault> {
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let (store, id) = (shared.store.clone(), visitor.person.id);
    let (state, zone): (FactorState, Tz) =
        blocking(move || Ok((second_factor::state(&store, id)?, read_tenants::zone(&store)?))).await?;
    let frame = Frame::of(http);
    let template = FactorPage {
        errors,
        since: state.since.map(|since| moment(&frame, zone, since)),
        is_required: shared.second_factor_roles().contains(&visitor.person.role),
        state,
        frame,
    };
    page(status, &template)
}

pub async fn begin(
    shared: Data<Shared>,
    visitor: Visitor,
    http: HttpRequest,
    form: Form<BeginForm>,
) -> Result<HttpResponse, Fault> {
    visitor.check_form(&form.form_token)?;
    let (store, person, by, now) = (shared.store.clone(), visitor.person.clone(), visitor.actor(&http), shared.now());
    match attempted(move || second_factor::begin(&store, &person, &by, now)).await? {
        Ok(()) => Ok(see_other(SETUP)),
        Err(problem) => overview(&shared, &visitor, &http, Errors::told(&Frame::of(&http), &problem)).await,
    }
}

/// For who has given their password, and is to set up a second factor or wants to. Whoever was in before their role came
/// to need one is led here with nothing prepared.
pub async fn setup(shared: Data<Shared>, visitor: Visitor, http: HttpRequest) -> Result<HttpResponse, Fault> {
    if visitor.stage == Stage::Enrolment {
        prepare_unless_begun(&shared, &visitor, &http).await?;
    }
    setup_page(&shared, &visitor, &http, None).await
}

async fn setup_page(
    shared: &Data<Shared>,
    visitor: &Visitor,
    http: &HttpRequest,
    refused: Option<RefusedTry>,
) -> Result<HttpResponse, Fault> {
    if visitor.stage == Stage::Code {
        return Ok(see_other("/sign-in/code"));
    }
    let (store, person) = (shared.store.clone(), visitor.person.clone());
    let pending = blocking(move || second_factor::pending(&store, &person)).await?;
    let Some(enrolment) = pending else { return Ok(see_other("/me/second-factor")) };
    let frame = Frame::of(http);
    let told = |refused: &RefusedTry| Errors::one(FieldError { field: "code", text: refused.text(&frame) });
    let errors = refused.as_ref().map(told).unwrap_or_default();
    let template = SetupPage {
        is_required: visitor.stage == Stage::Enrolment,
        qr: qr::drawn(&enrolment.address).ok_or_else(|| Fault::internal("an address is too long for a QR code"))?,
        frame,
        enrolment,
        errors,
    };
    refused.map_or_else(|| page(StatusCode::OK, &template), |refused| refused.page(&template))
}

pub async fn confirm(
    shared: Data<Shared>,
    visitor: Visitor,
    http: HttpRequest,
    form: Form<SetupForm>,
) -> Result<HttpResponse, Fault> {
    visitor.check_form(&form.form_token)?;
    if visitor.stage == Stage::Code {
        return Ok(see_other("/sign-in/code"));
    }
    let code = form.into_inner().code;
    if code.trim().is_empty() {
        return setup_page(&shared, &visitor, &http, Some(RefusedTry::Wrong("error-code-missing"))).await;
    }
    let refused = match shared.confirm_factor(&visitor.person, code, visitor.actor(&http)).await {
        Ok(Ok(codes)) => return confirmed(&shared, visitor, &http, codes).await,
        Ok(Err(UserProblem::CodeWrong)) => RefusedTry::Wrong("told-code-wrong"),
        Ok(Err(_)) => return Ok(see_other("/me/second-factor")),
        Err(fault) => RefusedTry::of(fault)?,
    };
    setup_page(&shared, &visitor, &http, Some(refused)).await
}

/// Shows the recovery codes, once. The session becomes a new one: what it may has grown.
async fn confirmed(
    shared: &Data<Shared>,
    visitor: Visitor,
    http: &HttpRequest,
    codes: Vec<String>,
) -> Result<HttpResponse, Fault> {
    let secret = new_session(shared, http, visitor.person.id, Stage::Open).await?;
    let next = if visitor.stage == Stage::Enrolment { "/" } else { "/me/second-factor" };
    let visitor = Visitor { stage: Stage::Open, form_token: session::form_token(&secret), ..visitor };
    http.extensions_mut().insert(visitor);
    let mut response = page(StatusCode::OK, &CodesPage { frame: Frame::of(http), codes, next })?;
    keep_session(shared, &mut response, &secret)?;
    Ok(response)
}

pub async fn renew_codes(
    shared: Data<Shared>,
    visitor: Visitor,
    http: HttpRequest,
    form: Form<PasswordForm>,
) -> Result<HttpResponse, Fault> {
    visitor.check_form(&form.form_token)?;
    let missing = Errors::missing(&Frame::of(&http), &[("current", &form.current)]);
    if !missing.is_empty() {
        return overview(&shared, &visitor, &http, missing).await;
    }
    let (store, person, by, now) = (shared.store.clone(), visitor.person.clone(), visitor.actor(&http), shared.now());
    let (attempt, current) = (Attempt::new(&person.email, client::address(&http)), form.into_inner().current);
    let renewed = shared
        .with_password(attempt, move || second_factor::renew_recovery_codes(&store, &person, &current, &by, now))
        .await?;
    match renewed {
        Ok(codes) => {
            let next = "/me/second-factor";
            page(StatusCode::OK, &CodesPage { frame: Frame::of(&http), codes, next })
        }
        Err(problem) => overview(&shared, &visitor, &http, Errors::told(&Frame::of(&http), &problem)).await,
    }
}

pub async fn remove(
    shared: Data<Shared>,
    visitor: Visitor,
    http: HttpRequest,
    form: Form<PasswordForm>,
) -> Result<HttpResponse, Fault> {
    visitor.check_form(&form.form_token)?;
    let missing = Errors::missing(&Frame::of(&http), &[("current", &form.current)]);
    if !missing.is_empty() {
        return overview(&shared, &visitor, &http, missing).await;
    }
    let (store, person, by, now) = (shared.store.clone(), visitor.person.clone(), visitor.actor(&http), shared.now());
    let (attempt, current) = (Attempt::new(&person.email, client::address(&http)), form.into_inner().current);
    let required = shared.second_factor_roles().to_vec();
    let removed = shared
        .with_password(attempt, move || second_factor::remove(&store, &person, &current, &required, &by, now))
        .await?;
    match removed {
        Ok(()) => Ok(done("/me/second-factor", "factor-removed", "")),
        Err(problem) => overview(&shared, &visitor, &http, Errors::told(&Frame::of(&http), &problem)).await,
    }
}

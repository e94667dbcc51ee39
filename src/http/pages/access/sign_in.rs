//! Signing in and out.

use actix_web::http::{Method, StatusCode};
use actix_web::web::{Data, Form, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use super::access_forms::Errors;
use super::parts::FieldError;
use super::{Frame, page, second_factor, see_other, sign_in_address};
use crate::app::sign_in::{self, Person, Stage};
use crate::domain::ids::UserId;
use crate::http::auth::{Visitor, session};
use crate::http::client;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};
use crate::http::throttle::Attempt;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    frame: Frame,
    email: String,
    next: String,
    /// What went wrong at the last try.
    errors: Errors,
}

#[derive(Deserialize)]
pub struct SignInQuery {
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
pub struct SignInForm {
    email: String,
    password: String,
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
pub struct SignOutForm {
    form_token: String,
}

pub async fn form(http: HttpRequest, query: Query<SignInQuery>) -> Result<HttpResponse, Fault> {
    let template = SignInPage {
        frame: Frame::of(&http),
        email: String::new(),
        next: local(&query.next).to_owned(),
        errors: Errors::default(),
    };
    page(StatusCode::OK, &template)
}

pub async fn submit(shared: Data<Shared>, http: HttpRequest, form: Form<SignInForm>) -> Result<HttpResponse, Fault> {
    let SignInForm { email, password, next } = form.into_inner();
    let frame = Frame::of(&http);
    let missing = missing(&frame, &email, &password);
    if !missing.is_empty() {
        let template = SignInPage { frame, email, next: local(&next).to_owned(), errors: missing };
        return page(StatusCode::UNPROCESSABLE_ENTITY, &template);
    }
    let attempt = Attempt::new(&email, client::address(&http));
    let checked = shared.check_password(attempt, email.clone(), password).await;
    let refused = match checked {
        Ok(Some((person, stage))) => return begin(&shared, &http, &person, stage, local(&next)).await,
        Ok(None) => RefusedTry::Wrong("sign-in-refused"),
        Err(fault) => RefusedTry::of(fault)?,
    };
    let errors = Errors::one(FieldError { field: "email", text: refused.text(&frame) });
    refused.page(&SignInPage { frame, email, next: local(&next).to_owned(), errors })
}

/// What was not given at all: no try to get in.
fn missing(frame: &Frame, email: &str, password: &str) -> Errors {
    let password = password.is_empty().then(|| FieldError { field: "password", text: frame.t("sign-in-no-password") });
    let mut errors = Errors::missing(frame, &[("email", email)]);
    errors.list.extend(password);
    errors
}

/// A try to get in that did not succeed, for the page to tell.
pub(super) enum RefusedTry {
    /// What was given is wrong: the key of what is said.
    Wrong(&'static str),
    /// Too many were wrong: so many seconds are to pass.
    Wait(i64),
}

impl RefusedTry {
    pub(super) fn of(fault: Fault) -> Result<RefusedTry, Fault> {
        match fault {
            Fault::TooManyAttempts(seconds) => Ok(RefusedTry::Wait(seconds)),
            fault => Err(fault),
        }
    }

    pub(super) fn text(&self, frame: &Frame) -> String {
        match self {
            RefusedTry::Wrong(key) => frame.t(key),
            RefusedTry::Wait(seconds) => frame.with("sign-in-wait", "seconds", &seconds.to_string()),
        }
    }

    /// The page that tells it, with the status and the header that tell it to programs.
    pub(super) fn page(&self, template: &impl Template) -> Result<HttpResponse, Fault> {
        match self {
            RefusedTry::Wrong(_) => page(StatusCode::UNPROCESSABLE_ENTITY, template),
            RefusedTry::Wait(seconds) => {
                let mut response = page(StatusCode::TOO_MANY_REQUESTS, template)?;
                Fault::TooManyAttempts(*seconds).mark(&mut response);
                Ok(response)
            }
        }
    }
}

/// On to what was wanted, or to the second factor.
async fn begin(
    shared: &Data<Shared>,
    http: &HttpRequest,
    person: &Person,
    stage: Stage,
    next: &str,
) -> Result<HttpResponse, Fault> {
    let mut response = match stage {
        Stage::Open => see_other(next),
        Stage::Code => see_other(&sign_in_address("/sign-in/code", &Method::GET, next)),
        Stage::Enrolment => {
            second_factor::prepare(shared, person, http).await?;
            see_other(second_factor::SETUP)
        }
    };
    enter(shared, http, &mut response, person.id, stage).await?;
    Ok(response)
}

/// Gives the browser a new session in place of the one it had; returns its secret.
pub(super) async fn enter(
    shared: &Data<Shared>,
    http: &HttpRequest,
    response: &mut HttpResponse,
    person: UserId,
    stage: Stage,
) -> Result<String, Fault> {
    let secret = new_session(shared, http, person, stage).await?;
    keep_session(shared, response, &secret)?;
    Ok(secret)
}

pub(super) async fn new_session(
    shared: &Data<Shared>,
    http: &HttpRequest,
    person: UserId,
    stage: Stage,
) -> Result<String, Fault> {
    let (former, device) = (session::secret(http, shared.is_secure()), client::device(http));
    let (store, now) = (shared.store.clone(), shared.now());
    blocking(move || sign_in::begin_session(&store, person, stage, former.as_deref(), &device, now)).await
}

pub(super) fn keep_session(shared: &Shared, response: &mut HttpResponse, secret: &str) -> Result<(), Fault> {
    let cookie = session::cookie(secret.to_owned(), shared.is_secure());
    response.add_cookie(&cookie).map_err(Fault::internal)
}

#[derive(Template)]
#[template(path = "sign_in_code.html")]
struct CodePage {
    frame: Frame,
    next: String,
    errors: Errors,
}

#[derive(Deserialize)]
pub struct CodeForm {
    form_token: String,
    code: String,
    #[serde(default)]
    next: String,
}

/// Asks for a code of the second factor.
pub async fn code(visitor: Visitor, http: HttpRequest, query: Query<SignInQuery>) -> Result<HttpResponse, Fault> {
    match visitor.stage {
        Stage::Open => Ok(see_other("/")),
        Stage::Enrolment => Ok(see_other(second_factor::SETUP)),
        Stage::Code => {
            let (frame, next) = (Frame::of(&http), local(&query.next).to_owned());
            page(StatusCode::OK, &CodePage { frame, next, errors: Errors::default() })
        }
    }
}

pub async fn submit_code(
    shared: Data<Shared>,
    visitor: Visitor,
    http: HttpRequest,
    form: Form<CodeForm>,
) -> Result<HttpResponse, Fault> {
    visitor.check_form(&form.form_token)?;
    let CodeForm { code, next, .. } = form.into_inner();
    let next = local(&next).to_owned();
    if visitor.stage != Stage::Code {
        return Ok(see_other("/"));
    }
    let checked = match code.trim().is_empty() {
        true => None,
        false => Some(shared.check_code(&visitor.person, code, visitor.actor(&http)).await),
    };
    let refused = match checked {
        None => RefusedTry::Wrong("error-code-missing"),
        Some(Ok(true)) => {
            let mut response = see_other(&next);
            enter(&shared, &http, &mut response, visitor.person.id, Stage::Open).await?;
            return Ok(response);
        }
        Some(Ok(false)) => RefusedTry::Wrong("told-code-wrong"),
        Some(Err(fault)) => RefusedTry::of(fault)?,
    };
    let frame = Frame::of(&http);
    let errors = Errors::one(FieldError { field: "code", text: refused.text(&frame) });
    refused.page(&CodePage { frame, next, errors })
}

pub async fn leave(
    shared: Data<Shared>,
    http: HttpRequest,
    visitor: Visitor,
    form: Form<SignOutForm>,
) -> Result<HttpResponse, Fault> {
    visitor.check_form(&form.form_token)?;
    if let Some(secret) = session::secret(&http, shared.is_secure()) {
        let store = shared.store.clone();
        blocking(move || sign_in::end_session(&store, &secret)).await?;
    }
    let mut response = see_other("/sign-in");
    response.add_cookie(&session::removal(shared.is_secure())).map_err(Fault::internal)?;
    Ok(response)
}

/// Where to go afterwards: a path of this site, else home. `//host`, `/\host` and full addresses lead elsewhere.
fn local(next: &str) -> &str {
    let is_path = next.strip_prefix('/').is_some_and(|rest| !rest.starts_with(['/', '\\']));
    if is_path && !next.contains(|c: char| c.is_control()) { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_never_led_off_the_site() {
        for path in ["/", "/invoices?month=2026-10", "/tenants/aphp"] {
            assert_eq!(local(path), path);
        }
        for elsewhere in ["", "//evil.example", "/\\evil.example", "https://evil.example", "evil", "/a\r\nb"] {
            assert_eq!(local(elsewhere), "/", "{elsewhere:?}");
        }
    }
}

//! Links from mails, for people who are not signed in: accepting an invitation, choosing a new password.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use super::access_forms::Errors;
use super::{Frame, done, page};
use crate::app::AppError;
use crate::app::invite::{self, Invitation};
use crate::app::reset_password;
use crate::app::user_problem::PASSWORD_CHARACTERS_MIN;
use crate::http::auth::role_key;
use crate::http::client;
use crate::http::error::Fault;
use crate::http::state::{Shared, attempted, blocking};
use crate::http::throttle::Attempt;

#[derive(Template)]
#[template(path = "invitation.html")]
struct InvitationPage {
    frame: Frame,
    link: String,
    email: String,
    role: String,
    name: String,
    password_hint: String,
    errors: Errors,
}

#[derive(Template)]
#[template(path = "password_forgotten.html")]
struct ForgottenPage {
    frame: Frame,
    /// Whether the form was sent: the answer is the same for every address.
    is_sent: bool,
    errors: Errors,
}

#[derive(Template)]
#[template(path = "password_reset.html")]
struct ResetPage {
    frame: Frame,
    link: String,
    email: String,
    password_hint: String,
    errors: Errors,
}

#[derive(Template)]
#[template(path = "link_gone.html")]
struct GonePage {
    frame: Frame,
}

#[derive(Deserialize)]
pub struct AcceptForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
}

#[derive(Deserialize)]
pub struct ForgottenForm {
    #[serde(default)]
    email: String,
}

#[derive(Deserialize)]
pub struct ResetForm {
    #[serde(default)]
    password: String,
}

pub async fn invitation(shared: Data<Shared>, link: Path<String>, http: HttpRequest) -> Result<HttpResponse, Fault> {
    invitation_page(&shared, &http, &link, "", Errors::default()).await
}

async fn invitation_page(
    shared: &Data<Shared>,
    http: &HttpRequest,
    link: &str,
    name: &str,
    errors: Errors,
) -> Result<HttpResponse, Fault> {
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let (store, secret, now) = (shared.store.clone(), link.to_owned(), shared.now());
    let found = blocking(move || invite::find(&store, &secret, now)).await?;
    let Some(Invitation { invitation, .. }) = found else { return gone(http) };
    let frame = Frame::of(http);
    let template = InvitationPage {
        link: link.to_owned(),
        email: invitation.email,
        role: frame.t(role_key(invitation.role)),
        name: name.to_owned(),
        password_hint: password_hint(&frame),
        errors,
        frame,
    };
    page(status, &template)
}

pub async fn accept(
    shared: Data<Shared>,
    link: Path<String>,
    http: HttpRequest,
    form: Form<AcceptForm>,
) -> Result<HttpResponse, Fault> {
    let AcceptForm { name, password } = form.into_inner();
    let frame = Frame::of(&http);
    let missing = Errors::missing(&frame, &[("name", &name), ("password", &password)]);
    if !missing.is_empty() {
        return invitation_page(&shared, &http, &link, &name, missing).await;
    }
    let (store, secret, typed, now) = (shared.store.clone(), link.clone(), name.clone(), shared.now());
    let origin = client::origin(&http);
    let accepted =
        attempted(move || invite::accept(&store, &secret, &typed, &password, origin.as_deref(), now)).await?;
    match accepted {
        Ok(()) => Ok(done("/sign-in", "invitation-accepted", "")),
        Err(problem) => invitation_page(&shared, &http, &link, &name, Errors::told(&frame, &problem)).await,
    }
}

pub async fn forgotten(http: HttpRequest) -> Result<HttpResponse, Fault> {
    page(StatusCode::OK, &ForgottenPage { frame: Frame::of(&http), is_sent: false, errors: Errors::default() })
}

/// Answers before anything is looked up: neither the words nor the time taken tell whether the address is known.
pub async fn ask(shared: Data<Shared>, http: HttpRequest, form: Form<ForgottenForm>) -> Result<HttpResponse, Fault> {
    let frame = Frame::of(&http);
    let missing = Errors::missing(&frame, &[("email", &form.email)]);
    if !missing.is_empty() {
        let template = ForgottenPage { frame, is_sent: false, errors: missing };
        return page(StatusCode::UNPROCESSABLE_ENTITY, &template);
    }
    // Whatever the address: from one client only so many are asked for.
    let attempt = Attempt::new("a new password", client::address(&http));
    if let Some(seconds) = shared.throttle.wait_seconds(&attempt, shared.now()) {
        return Err(Fault::TooManyAttempts(seconds));
    }
    shared.throttle.failed(&attempt, shared.now());
    let (store, now, origin) = (shared.store.clone(), shared.now(), client::origin(&http));
    let email = form.into_inner().email;
    actix_web::rt::spawn(blocking(move || {
        let sent = reset_password::forgotten(&store, &email, origin.as_deref(), now);
        if let Err(error) = &sent {
            tracing::error!(%error, "a link to a new password could not be sent");
        }
        sent
    }));
    page(StatusCode::OK, &ForgottenPage { frame, is_sent: true, errors: Errors::default() })
}

pub async fn reset(shared: Data<Shared>, link: Path<String>, http: HttpRequest) -> Result<HttpResponse, Fault> {
    reset_page(&shared, &http, &link, Errors::default()).await
}

async fn reset_page(
    shared: &Data<Shared>,
    http: &HttpRequest,
    link: &str,
    errors: Errors,
) -> Result<HttpResponse, Fault> {
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let (store, secret, now) = (shared.store.clone(), link.to_owned(), shared.now());
    let found = blocking(move || reset_password::find(&store, &secret, now)).await?;
    let Some(person) = found else { return gone(http) };
    let frame = Frame::of(http);
    let template =
        ResetPage { link: link.to_owned(), email: person.email, password_hint: password_hint(&frame), errors, frame };
    page(status, &template)
}

pub async fn set(
    shared: Data<Shared>,
    link: Path<String>,
    http: HttpRequest,
    form: Form<ResetForm>,
) -> Result<HttpResponse, Fault> {
    let (store, secret, now) = (shared.store.clone(), link.clone(), shared.now());
    let (password, origin) = (form.into_inner().password, client::origin(&http));
    let set = attempted(move || -> Result<_, AppError> {
        reset_password::set(&store, &secret, &password, origin.as_deref(), now)
    });
    match set.await? {
        Ok(_) => {
            shared.forget_bearers();
            Ok(done("/sign-in", "password-set", ""))
        }
        Err(problem) => reset_page(&shared, &http, &link, Errors::told(&Frame::of(&http), &problem)).await,
    }
}

/// One answer for a link that was used, was withdrawn, has expired, or never was.
fn gone(http: &HttpRequest) -> Result<HttpResponse, Fault> {
    page(StatusCode::NOT_FOUND, &GonePage { frame: Frame::of(http) })
}

pub(super) fn password_hint(frame: &Frame) -> String {
    frame.with("password-hint", "min", &PASSWORD_CHARACTERS_MIN.to_string())
}

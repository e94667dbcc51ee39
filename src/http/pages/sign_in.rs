//! Signing in and out.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use super::parts::FieldError;
use super::{Frame, page, see_other};
use crate::app::sign_in;
use crate::domain::ids::UserId;
use crate::http::auth::{Visitor, session};
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
    errors: Vec<FieldError>,
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
        errors: vec![],
    };
    page(StatusCode::OK, &template)
}

pub async fn submit(shared: Data<Shared>, http: HttpRequest, form: Form<SignInForm>) -> Result<HttpResponse, Fault> {
    let SignInForm { email, password, next } = form.into_inner();
    let attempt = Attempt::new(&email, http.peer_addr().map(|peer| peer.ip()));
    let checked = shared.check_password(attempt, email.clone(), password).await;
    let (status, error) = match checked {
        Ok(Some(person)) => return begin(&shared, person.id, local(&next)).await,
        Ok(None) => (StatusCode::UNPROCESSABLE_ENTITY, "sign-in-refused"),
        Err(Fault::TooManyAttempts(_)) => (StatusCode::TOO_MANY_REQUESTS, "sign-in-wait"),
        Err(fault) => return Err(fault),
    };
    let frame = Frame::of(&http);
    let errors = vec![FieldError { field: "email", text: frame.t(error) }];
    page(status, &SignInPage { frame, email, next: local(&next).to_owned(), errors })
}

async fn begin(shared: &Data<Shared>, person: UserId, next: &str) -> Result<HttpResponse, Fault> {
    let (store, now) = (shared.store.clone(), shared.now());
    let secret = blocking(move || sign_in::begin_session(&store, person, now)).await?;
    let mut response = see_other(next);
    response.add_cookie(&session::cookie(secret, shared.is_secure())).map_err(Fault::internal)?;
    Ok(response)
}

pub async fn leave(
    shared: Data<Shared>,
    http: HttpRequest,
    visitor: Visitor,
    form: Form<SignOutForm>,
) -> Result<HttpResponse, Fault> {
    if !session::same_token(&visitor.form_token, &form.form_token) {
        return Err(Fault::Forged);
    }
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

//! One's own account: who one is here, the language, where one is signed in, the password.

pub mod tokens;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use super::access_forms::{Errors, SessionRow, language_choices, session_rows};
use super::links::password_hint;
use super::parts::Choice;
use super::{Frame, done, language, page};
use crate::app::{administer_users, api_tokens, read_tenants, reset_password, second_factor, sessions};
use crate::http::asked::none_of;
use crate::http::auth::{Visitor, session};
use crate::http::client;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};
use crate::http::throttle::Attempt;

#[derive(Template)]
#[template(path = "me.html")]
struct MePage {
    frame: Frame,
    email: String,
    role: &'static str,
    tenant: Option<String>,
    has_factor: bool,
    tokens: usize,
    languages: Vec<Choice>,
    sessions: Vec<SessionRow>,
    has_others: bool,
}

#[derive(Template)]
#[template(path = "me_password.html")]
struct PasswordPage {
    frame: Frame,
    email: String,
    hint: String,
    errors: Errors,
}

#[derive(Deserialize)]
pub struct LanguageForm {
    form_token: String,
    language: String,
}

#[derive(Deserialize)]
pub struct EndForm {
    form_token: String,
    /// A session's name; empty for all others.
    #[serde(default)]
    session: String,
}

#[derive(Deserialize)]
pub struct PasswordForm {
    form_token: String,
    #[serde(default)]
    current: String,
    #[serde(default)]
    password: String,
}

pub async fn show(shared: Data<Shared>, visitor: Visitor, http: HttpRequest) -> Result<HttpResponse, Fault> {
    let (store, id, now) = (shared.store.clone(), visitor.person.id, shared.now());
    let own = session::secret(&http, shared.is_secure());
    let (open, factor, tokens, zone) = blocking(move || {
        Ok((
            sessions::of(&store, id, own.as_deref(), now)?,
            second_factor::state(&store, id)?,
            api_tokens::of(&store, Some(id))?.len(),
            read_tenants::zone(&store)?,
        ))
    })
    .await?;
    let frame = Frame::of(&http);
    let template = MePage {
        email: visitor.person.email.clone(),
        role: visitor.role_key(),
        tenant: visitor.person.tenant.as_ref().map(ToString::to_string),
        has_factor: factor.since.is_some(),
        tokens,
        languages: language_choices(visitor.person.language.unwrap_or(frame.language)),
        has_others: open.len() > 1,
        sessions: session_rows(&frame, zone, open),
        frame,
    };
    page(StatusCode::OK, &template)
}

pub async fn choose_language(
    shared: Data<Shared>,
    visitor: Visitor,
    http: HttpRequest,
    form: Form<LanguageForm>,
) -> Result<HttpResponse, Fault> {
    visitor.check_form(&form.form_token)?;
    let chosen = language::named(&form.language).ok_or_else(|| none_of("language", &form.language, &["fr", "en"]))?;
    let (store, by, now) = (shared.store.clone(), visitor.actor(&http), shared.now());
    blocking(move || administer_users::choose_language(&store, visitor.person.id, chosen, &by, now)).await?;
    Ok(done(&format!("/me?lang={}", chosen.code()), "language-chosen", ""))
}

pub async fn end_sessions(
    shared: Data<Shared>,
    visitor: Visitor,
    http: HttpRequest,
    form: Form<EndForm>,
) -> Result<HttpResponse, Fault> {
    visitor.check_form(&form.form_token)?;
    let own = session::secret(&http, shared.is_secure());
    let (store, by, now, id) = (shared.store.clone(), visitor.actor(&http), shared.now(), visitor.person.id);
    let name = form.into_inner().session;
    blocking(move || match name.as_str() {
        "" => sessions::end_all(&store, id, own.as_deref(), &by, now).map(drop),
        name => sessions::end(&store, id, name, &by, now),
    })
    .await?;
    Ok(done("/me", "session-ended", ""))
}

pub async fn password(visitor: Visitor, http: HttpRequest) -> Result<HttpResponse, Fault> {
    password_page(&visitor, &http, Errors::default())
}

fn password_page(visitor: &Visitor, http: &HttpRequest, errors: Errors) -> Result<HttpResponse, Fault> {
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let frame = Frame::of(http);
    let template = PasswordPage { email: visitor.person.email.clone(), hint: password_hint(&frame), errors, frame };
    page(status, &template)
}

pub async fn change_password(
    shared: Data<Shared>,
    visitor: Visitor,
    http: HttpRequest,
    form: Form<PasswordForm>,
) -> Result<HttpResponse, Fault> {
    visitor.check_form(&form.form_token)?;
    let PasswordForm { current, password, .. } = form.into_inner();
    let frame = Frame::of(&http);
    let mut errors = Errors::missing(&frame, &[("current", &current), ("password", &password)]);
    if errors.of("password").is_none()
        && let Err(problem) = reset_password::may_be(&password, &visitor.person.email)
    {
        errors.add(&frame, &problem);
    }
    if errors.of("current").is_some() {
        return password_page(&visitor, &http, errors);
    }
    // A new password that is refused already is not set: of the current one it is still told whether it is right.
    let password = if errors.is_empty() { password } else { String::new() };
    let attempt = Attempt::new(&visitor.person.email, client::address(&http));
    let (store, person, by, now) = (shared.store.clone(), visitor.person.clone(), visitor.actor(&http), shared.now());
    let own = session::secret(&http, shared.is_secure());
    let change = move || reset_password::change(&store, &person, &current, &password, own.as_deref(), &by, now);
    match shared.with_password(attempt, change).await? {
        Ok(()) => {
            shared.forget_bearers();
            Ok(done("/me", "password-changed", ""))
        }
        Err(problem) => {
            errors.add(&frame, &problem);
            password_page(&visitor, &http, errors)
        }
    }
}

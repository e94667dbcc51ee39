//! Inviting people, inviting them again, and taking an invitation back.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use super::super::access_forms::{Errors, language_choices, role_choices, role_named};
use super::super::confirm::ConfirmForm;
use super::super::parts::{self, Choice, FieldError};
use super::super::{Frame, done, language, page};
use super::do_as;
use crate::app::invite::{self, Guest};
use crate::app::{Store, UserProblem, read_tenants};
use crate::domain::access::TenantScope;
use crate::domain::audit::Actor;
use crate::domain::ids::TenantCode;
use crate::domain::party::Language;
use crate::http::auth::Visitor;
use crate::http::error::Fault;
use crate::http::state::{Shared, attempted, blocking};

#[derive(Template)]
#[template(path = "user_invite.html")]
struct InvitePage {
    frame: Frame,
    email: String,
    roles: Vec<Choice>,
    tenants: Vec<Choice>,
    languages: Vec<Choice>,
    errors: Errors,
}

#[derive(Deserialize, Default)]
pub struct InviteForm {
    #[serde(default)]
    form_token: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    tenant: String,
    #[serde(default)]
    language: String,
}

pub async fn form(shared: Data<Shared>, http: HttpRequest) -> Result<HttpResponse, Fault> {
    invite_page(&shared, Frame::of(&http), &InviteForm::default(), StatusCode::OK, Errors::default()).await
}

async fn invite_page(
    shared: &Data<Shared>,
    frame: Frame,
    form: &InviteForm,
    status: StatusCode,
    errors: Errors,
) -> Result<HttpResponse, Fault> {
    let template = InvitePage {
        email: form.email.clone(),
        roles: role_choices(&frame, &form.role),
        tenants: tenant_choices(shared, &frame, &form.tenant).await?,
        languages: language_choices(language::named(&form.language).unwrap_or(Language::French)),
        frame,
        errors,
    };
    page(status, &template)
}

/// Nobody's tenant first, then every tenant by name.
pub(super) async fn tenant_choices(shared: &Data<Shared>, frame: &Frame, chosen: &str) -> Result<Vec<Choice>, Fault> {
    let store = shared.store.clone();
    let names = blocking(move || read_tenants::names(&store, &TenantScope::Everyone)).await?;
    let none = Choice { value: String::new(), label: frame.t("user-no-tenant"), is_chosen: chosen.is_empty() };
    let tenants = parts::tenant_choices(&names, tenant_named(chosen).as_ref());
    Ok(std::iter::once(none).chain(tenants).collect())
}

/// The tenant a form names.
pub(super) fn tenant_named(code: &str) -> Option<TenantCode> {
    Some(code.trim()).filter(|code| !code.is_empty()).map(TenantCode::from)
}

pub async fn submit(
    shared: Data<Shared>,
    visitor: Visitor,
    http: HttpRequest,
    form: Form<InviteForm>,
) -> Result<HttpResponse, Fault> {
    visitor.check_form(&form.form_token)?;
    let frame = Frame::of(&http);
    let mut errors = Errors::missing(&frame, &[("email", &form.email)]);
    let role = role_named(&form.role);
    if role.is_none() {
        errors.list.push(FieldError { field: "role", text: frame.t("problem-role-missing") });
    }
    let (Some(role), true) = (role, errors.is_empty()) else {
        return invite_page(&shared, frame, &form, StatusCode::UNPROCESSABLE_ENTITY, errors).await;
    };
    let guest = Guest {
        email: form.email.clone(),
        role,
        tenant: tenant_named(&form.tenant),
        language: language::named(&form.language).unwrap_or_default(),
    };
    let (store, by, now) = (shared.store.clone(), visitor.actor(&http), shared.now());
    match attempted(move || invite::invite(&store, &guest, &by, now)).await? {
        Ok(_) => Ok(done("/users", "invited", form.email.trim())),
        Err(problem) => refuse(&shared, frame, &form, &problem).await,
    }
}

async fn refuse(
    shared: &Data<Shared>,
    frame: Frame,
    form: &InviteForm,
    problem: &UserProblem,
) -> Result<HttpResponse, Fault> {
    let errors = Errors::told(&frame, problem);
    invite_page(shared, frame, form, StatusCode::UNPROCESSABLE_ENTITY, errors).await
}

pub async fn again(
    shared: Data<Shared>,
    visitor: Visitor,
    id: Path<i64>,
    http: HttpRequest,
    form: Form<ConfirmForm>,
) -> Result<HttpResponse, Fault> {
    do_as((&shared, &visitor, &http), &form.form_token, move |store, by, now| invite::again(store, *id, by, now))
        .await?;
    Ok(done("/users", "invited-again", ""))
}

pub async fn withdraw(
    shared: Data<Shared>,
    visitor: Visitor,
    id: Path<i64>,
    http: HttpRequest,
    form: Form<ConfirmForm>,
) -> Result<HttpResponse, Fault> {
    let withdraw = move |store: &Store, by: &Actor, now| invite::withdraw(store, *id, by, now);
    let withdrawn = do_as((&shared, &visitor, &http), &form.form_token, withdraw).await?;
    Ok(done("/users", "invitation-withdrawn", &withdrawn.invitation.email))
}

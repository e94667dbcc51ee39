//! One person's file: role and tenant, sessions, tokens, and what an administrator may do to them.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use super::super::access_forms::{
    Errors, SessionRow, TokenRow, language_name, moment, role_choices, role_named, session_rows, token_rows,
};
use super::super::confirm::{self, ConfirmForm, Question};
use super::super::parts::{Badge, Choice};
use super::super::{Frame, done, page};
use super::do_as;
use super::invitations::{tenant_choices, tenant_named};
use crate::app::administer_users::{self, NewRole, UserFile};
use crate::app::{Store, UserProblem, api_tokens, read_tenants, reset_password, second_factor, sessions};
use crate::domain::access::Role;
use crate::domain::access::{Action, Decision, policy};
use crate::domain::audit::Actor;
use crate::domain::ids::UserId;
use crate::http::asked::none_of;
use crate::http::auth::{Visitor, role_key, session};
use crate::http::error::Fault;
use crate::http::state::{Shared, attempted, blocking};

#[derive(Template)]
#[template(path = "user.html")]
struct UserPage {
    frame: Frame,
    user: UserFile,
    role: String,
    state: Badge,
    created: String,
    disabled: Option<String>,
    language: &'static str,
    roles: Vec<Choice>,
    tenants: Vec<Choice>,
    version: String,
    sessions: Vec<SessionRow>,
    sessions_path: String,
    tokens: Vec<TokenRow>,
    tokens_path: String,
    may_manage: bool,
    errors: Errors,
}

#[derive(Deserialize)]
pub struct RoleForm {
    form_token: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    tenant: String,
    /// What the form was made from.
    #[serde(default)]
    version: i64,
}

#[derive(Deserialize)]
pub struct EndForm {
    form_token: String,
    session: String,
}

/// What an administrator does to a person after being asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    Disable,
    Enable,
    SendPasswordLink,
    ResetFactor,
    EndSessions,
}

impl Deed {
    const ALL: [Deed; 5] = [Deed::Disable, Deed::Enable, Deed::SendPasswordLink, Deed::ResetFactor, Deed::EndSessions];

    /// In addresses and in the keys of texts.
    const fn name(self) -> &'static str {
        match self {
            Deed::Disable => "disable",
            Deed::Enable => "enable",
            Deed::SendPasswordLink => "password-link",
            Deed::ResetFactor => "reset-second-factor",
            Deed::EndSessions => "end-sessions",
        }
    }

    fn named(name: &str) -> Result<Deed, Fault> {
        Deed::ALL.into_iter().find(|deed| deed.name() == name).ok_or(Fault::NotFound)
    }

    const fn is_dangerous(self) -> bool {
        !matches!(self, Deed::Enable | Deed::SendPasswordLink)
    }
}

pub async fn show(
    shared: Data<Shared>,
    visitor: Visitor,
    id: Path<i64>,
    http: HttpRequest,
) -> Result<HttpResponse, Fault> {
    user_page(&shared, &visitor, UserId(*id), &http, StatusCode::OK, None).await
}

async fn find(shared: &Data<Shared>, id: UserId) -> Result<UserFile, Fault> {
    let (store, now) = (shared.store.clone(), shared.now());
    blocking(move || administer_users::one(&store, id, now)).await?.ok_or(Fault::NotFound)
}

/// `typed` is what is wrong, with the role form where it was sent.
async fn user_page(
    shared: &Data<Shared>,
    visitor: &Visitor,
    id: UserId,
    http: &HttpRequest,
    status: StatusCode,
    typed: Option<(Option<&RoleForm>, UserProblem)>,
) -> Result<HttpResponse, Fault> {
    let user = find(shared, id).await?;
    let (store, now, own) = (shared.store.clone(), shared.now(), session::secret(http, shared.is_secure()));
    let (open, tokens, zone) = blocking(move || {
        Ok((
            sessions::of(&store, id, own.as_deref(), now)?,
            api_tokens::of(&store, Some(id))?,
            read_tenants::zone(&store)?,
        ))
    })
    .await?;
    let frame = Frame::of(http);
    let stored_tenant = user.tenant.as_ref().map_or("", |tenant| tenant.as_str());
    let (role, tenant) = match &typed {
        Some((Some(form), _)) => (form.role.as_str(), form.tenant.as_str()),
        _ => (user.role.name(), stored_tenant),
    };
    let template = UserPage {
        role: frame.t(role_key(user.role)),
        state: super::state(&frame, &user),
        created: moment(&frame, zone, user.created_at),
        disabled: user.disabled_at.map(|at| moment(&frame, zone, at)),
        language: user.language.map_or("–", language_name),
        roles: role_choices(&frame, role),
        tenants: tenant_choices(shared, &frame, tenant).await?,
        version: user.version.to_string(),
        sessions_path: format!("/users/{id}/sessions/end"),
        tokens_path: format!("/users/{id}/tokens"),
        sessions: session_rows(&frame, zone, open),
        tokens: token_rows(&frame, zone, tokens, now),
        may_manage: policy(visitor.person.role, Action::ManageUsers) != Decision::Deny,
        errors: typed.map(|(_, problem)| Errors::told(&frame, &problem)).unwrap_or_default(),
        frame,
        user,
    };
    page(status, &template)
}

pub async fn change_role(
    shared: Data<Shared>,
    visitor: Visitor,
    id: Path<i64>,
    http: HttpRequest,
    form: Form<RoleForm>,
) -> Result<HttpResponse, Fault> {
    visitor.check_form(&form.form_token)?;
    let id = UserId(*id);
    let role = role_named(&form.role).ok_or_else(|| none_of("role", &form.role, &Role::ALL.map(Role::name)))?;
    let (store, by, now) = (shared.store.clone(), visitor.actor(&http), shared.now());
    let new = NewRole { role, tenant: tenant_named(&form.tenant), version: form.version };
    let change = move || administer_users::change_role(&store, id, new, &by, now);
    match attempted(change).await? {
        Ok(()) => {
            shared.forget_bearers();
            Ok(done(&format!("/users/{id}"), "role-changed", ""))
        }
        Err(problem) => {
            let status = if problem.is_conflict() { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY };
            user_page(&shared, &visitor, id, &http, status, Some((Some(&form), problem))).await
        }
    }
}

pub async fn ask(shared: Data<Shared>, path: Path<(i64, String)>, http: HttpRequest) -> Result<HttpResponse, Fault> {
    let (id, deed) = path.into_inner();
    let deed = Deed::named(&deed)?;
    let user = find(&shared, UserId(id)).await?;
    question(under(Frame::of(&http), &user), deed, &user)
}

fn under(frame: Frame, user: &UserFile) -> Frame {
    frame.under(user.name.clone(), format!("/users/{}", user.id))
}

fn question(frame: Frame, deed: Deed, user: &UserFile) -> Result<HttpResponse, Fault> {
    let question = Question {
        title: frame.with(&format!("deed-{}-title", deed.name()), "name", &user.name),
        text: frame.with(&format!("deed-{}-text", deed.name()), "email", &user.email),
        button: frame.t(&format!("deed-{}", deed.name())),
        action: format!("/users/{}/{}", user.id, deed.name()),
        back: format!("/users/{}", user.id),
        is_dangerous: deed.is_dangerous(),
    };
    confirm::ask(frame, question)
}

pub async fn act(
    shared: Data<Shared>,
    visitor: Visitor,
    path: Path<(i64, String)>,
    http: HttpRequest,
    form: Form<ConfirmForm>,
) -> Result<HttpResponse, Fault> {
    visitor.check_form(&form.form_token)?;
    let (id, deed) = path.into_inner();
    let (id, deed) = (UserId(id), Deed::named(&deed)?);
    let (store, by, now) = (shared.store.clone(), visitor.actor(&http), shared.now());
    let own = session::secret(&http, shared.is_secure()).filter(|_| id == visitor.person.id);
    let act = move || match deed {
        Deed::Disable => administer_users::disable(&store, id, &by, now),
        Deed::Enable => administer_users::enable(&store, id, &by, now),
        Deed::SendPasswordLink => reset_password::send_link(&store, id, &by, now),
        Deed::ResetFactor => second_factor::reset(&store, id, &by, now),
        Deed::EndSessions => sessions::end_all(&store, id, own.as_deref(), &by, now).map(drop),
    };
    match attempted(act).await? {
        Ok(()) => {
            shared.forget_bearers();
            Ok(done(&format!("/users/{id}"), deed.name(), ""))
        }
        Err(problem) => user_page(&shared, &visitor, id, &http, StatusCode::CONFLICT, Some((None, problem))).await,
    }
}

/// Ends one session of a person.
pub async fn end_session(
    shared: Data<Shared>,
    visitor: Visitor,
    id: Path<i64>,
    http: HttpRequest,
    form: Form<EndForm>,
) -> Result<HttpResponse, Fault> {
    let (id, EndForm { form_token, session }) = (UserId(*id), form.into_inner());
    let end = move |store: &Store, by: &Actor, now| sessions::end(store, id, &session, by, now);
    do_as((&shared, &visitor, &http), &form_token, end).await?;
    Ok(done(&format!("/users/{id}"), "session-ended", ""))
}

pub async fn ask_revoke(
    shared: Data<Shared>,
    path: Path<(i64, i64)>,
    http: HttpRequest,
) -> Result<HttpResponse, Fault> {
    let (id, token) = path.into_inner();
    let user = find(&shared, UserId(id)).await?;
    let (store, owner) = (shared.store.clone(), user.id);
    let tokens = blocking(move || api_tokens::of(&store, Some(owner))).await?;
    let found = tokens.into_iter().find(|known| known.id == token).ok_or(Fault::NotFound)?;
    let frame = under(Frame::of(&http), &user);
    let question = Question {
        title: frame.with("token-revoke-of", "name", &found.token.name),
        text: frame.t("token-revoke-text"),
        button: frame.t("token-revoke"),
        action: format!("/users/{id}/tokens/{token}/revoke"),
        back: format!("/users/{id}"),
        is_dangerous: true,
    };
    confirm::ask(frame, question)
}

pub async fn revoke(
    shared: Data<Shared>,
    visitor: Visitor,
    path: Path<(i64, i64)>,
    http: HttpRequest,
    form: Form<ConfirmForm>,
) -> Result<HttpResponse, Fault> {
    let (id, token) = path.into_inner();
    let revoke = move |store: &Store, by: &Actor, now| api_tokens::revoke(store, Some(UserId(id)), token, by, now);
    do_as((&shared, &visitor, &http), &form.form_token, revoke).await?;
    shared.forget_bearers();
    Ok(done(&format!("/users/{id}"), "token-revoked", ""))
}

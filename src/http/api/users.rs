//! `/api/v1/users`, `/api/v1/invitations`: who may sign in.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::once::{Writing, once, once_without_answer};
use super::{LongPageQuery, PAGE_ROWS_MAX, paged_long, wanted_by};
use crate::app::administer_users::{self, NewRole, UserFile, UserKey, UsersWanted};
use crate::app::api_tokens::{self, ApiToken};
use crate::app::invite::{self, Guest, Invitation};
use crate::app::sessions::{self, OpenSession};
use crate::app::{Store, reset_password, second_factor};
use crate::domain::access::Role;
use crate::domain::audit::Actor;
use crate::domain::ids::{TenantCode, UserId};
use crate::domain::party::Language;
use crate::http::asked::{none_of, page};
use crate::http::auth::Caller;
use crate::http::error::{Fault, Problem};
use crate::http::state::{Shared, blocking};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct UsersQuery {
    /// Part of an address or name.
    q: Option<String>,
    /// `finance`, `tenant`, `auditor`, `operator` or `admin`.
    role: Option<String>,
    /// `active` or `disabled`.
    state: Option<String>,
    /// `email` (unasked), `name`, `role` or `seen`, with `-` before it for descending.
    sort: Option<String>,
    /// From 1; 100 people each.
    page: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct UsersAnswer {
    users: Vec<UserAnswer>,
    page: usize,
    pages: usize,
    total: usize,
}

#[derive(Serialize, ToSchema)]
pub struct UserAnswer {
    id: i64,
    email: String,
    name: String,
    role: &'static str,
    tenant: Option<String>,
    language: Option<&'static str>,
    created_at: DateTime<Utc>,
    /// None while they may sign in.
    disabled_at: Option<DateTime<Utc>>,
    second_factor: bool,
    /// Of an open session.
    seen_at: Option<DateTime<Utc>>,
    /// Name it when you change the role.
    version: i64,
}

/// A change: the role with its tenant, or whether the person is shut out.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserChange {
    /// `finance`, `tenant`, `auditor`, `operator` or `admin`; needs `version`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    role: Option<Role>,
    /// With the role `tenant`, and with no other.
    #[serde(default)]
    tenant: Option<String>,
    /// The version the change was made from; another one is a conflict.
    #[serde(default)]
    version: Option<i64>,
    #[serde(default)]
    disabled: Option<bool>,
}

#[derive(Serialize, ToSchema)]
pub struct SessionAnswer {
    session: String,
    device: String,
    address: String,
    began_at: DateTime<Utc>,
    last_seen_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

#[derive(Serialize, ToSchema)]
pub struct TokenAnswer {
    id: i64,
    name: String,
    /// Its first characters.
    prefix: String,
    scopes: Vec<String>,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    last_used_at: Option<DateTime<Utc>>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InvitationRequest {
    #[schema(example = "marie@example.org")]
    email: String,
    #[schema(value_type = String)]
    role: Role,
    /// With the role `tenant`, and with no other.
    #[serde(default)]
    tenant: Option<String>,
    /// Of the mail: `fr` or `en`.
    #[serde(default)]
    #[schema(value_type = String)]
    language: Language,
}

#[derive(Serialize, ToSchema)]
pub struct InvitationAnswer {
    id: i64,
    email: String,
    role: &'static str,
    tenant: Option<String>,
    language: &'static str,
    invited_by: String,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

#[derive(Serialize, ToSchema)]
pub struct InvitationMade {
    id: i64,
}

#[utoipa::path(
    get, path = "/api/v1/users", tag = "access", params(UsersQuery),
    responses((status = 200, body = UsersAnswer), (status = 400, body = Problem), (status = 401, body = Problem),
              (status = 403, body = Problem)),
    security(("token" = []))
)]
pub async fn list(shared: Data<Shared>, query: Query<UsersQuery>) -> Result<HttpResponse, Fault> {
    let page = page(query.page.as_deref())?;
    let (store, now, looked_for) = (shared.store.clone(), shared.now(), looked_for(&query)?);
    let users = blocking(move || administer_users::search(&store, &looked_for, now)).await?;
    let total = users.len();
    let shown = users.into_iter().skip((page - 1).saturating_mul(PAGE_ROWS_MAX)).take(PAGE_ROWS_MAX);
    Ok(HttpResponse::Ok().json(UsersAnswer {
        users: shown.map(user_answer).collect(),
        page,
        pages: total.div_ceil(PAGE_ROWS_MAX).max(1),
        total,
    }))
}

fn looked_for(query: &UsersQuery) -> Result<UsersWanted, Fault> {
    let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let role = given(&query.role).map(|name| {
        let found = Role::ALL.into_iter().find(|role| role.name() == name);
        found.ok_or_else(|| none_of("role", &name, &Role::ALL.map(Role::name)))
    });
    let disabled = match given(&query.state).as_deref() {
        None => None,
        Some("active") => Some(false),
        Some("disabled") => Some(true),
        Some(other) => return Err(none_of("state", other, &["active", "disabled"])),
    };
    let list = wanted_by(query.q.as_deref(), query.sort.as_deref(), UserKey::Email)?;
    Ok(UsersWanted { list, role: role.transpose()?, disabled })
}

#[utoipa::path(
    get, path = "/api/v1/users/{user}", tag = "access", params(("user" = i64, Path)),
    responses((status = 200, body = UserAnswer), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem)),
    security(("token" = []))
)]
pub async fn one(shared: Data<Shared>, user: Path<i64>) -> Result<HttpResponse, Fault> {
    Ok(HttpResponse::Ok().json(find(&shared, UserId(*user)).await?))
}

async fn find(shared: &Data<Shared>, id: UserId) -> Result<UserAnswer, Fault> {
    let (store, now) = (shared.store.clone(), shared.now());
    let found = blocking(move || administer_users::one(&store, id, now)).await?;
    found.map(user_answer).ok_or(Fault::NotFound)
}

#[utoipa::path(
    patch, path = "/api/v1/users/{user}", tag = "access", params(("user" = i64, Path)), request_body = UserChange,
    description = "Gives another role, shuts out or lets in again. The last administrator who can sign in keeps the role \
                   and stays.",
    responses((status = 200, body = UserAnswer), (status = 400, body = Problem), (status = 401, body = Problem),
              (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
              (status = 422, body = Problem)),
    security(("token" = []))
)]
pub async fn change(
    shared: Data<Shared>,
    caller: Caller,
    http: HttpRequest,
    user: Path<i64>,
    change: Json<UserChange>,
) -> Result<HttpResponse, Fault> {
    let (id, UserChange { role, tenant, version, disabled }) = (UserId(*user), change.into_inner());
    let role = match (role, version, tenant.map(TenantCode)) {
        (Some(role), Some(version), tenant) => Some(NewRole { role, tenant, version }),
        (Some(_), None, _) => {
            return Err(Fault::BadRequest("name the `version` a change of role was made from".into()));
        }
        (None, _, Some(_)) => return Err(Fault::BadRequest("a `tenant` goes with a `role`: name that, too".into())),
        (None, ..) => None,
    };
    let (store, by, now) = (shared.store.clone(), caller.actor(&http), shared.now());
    let changed = blocking(move || {
        administer_users::change(&store, id, &administer_users::UserChange { role, disabled }, &by, now)
    });
    let changed = changed.await;
    shared.forget_bearers();
    changed?;
    Ok(HttpResponse::Ok().json(find(&shared, id).await?))
}

#[utoipa::path(
    post, path = "/api/v1/users/{user}/password-reset", tag = "access", params(
        ("user" = i64, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "The same request sends one mail."),
    ),
    description = "Sends the person a link to a new password; one sent before no longer works.",
    responses((status = 202, description = "The mail waits to leave. No body."), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 409, body = Problem)),
    security(("token" = []))
)]
pub async fn send_password_link(writing: Writing, user: Path<i64>) -> Result<HttpResponse, Fault> {
    let send = move |store: &Store, by: &Actor, now| reset_password::send_link(store, UserId(*user), by, now);
    once_without_answer(writing, StatusCode::ACCEPTED, send).await
}

#[utoipa::path(
    delete, path = "/api/v1/users/{user}/second-factor", tag = "access", params(("user" = i64, Path)),
    description = "Takes a lost second factor away and ends the person's sessions.",
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 409, body = Problem)),
    security(("token" = []))
)]
pub async fn reset_factor(
    shared: Data<Shared>,
    caller: Caller,
    http: HttpRequest,
    user: Path<i64>,
) -> Result<HttpResponse, Fault> {
    let (store, by, now) = (shared.store.clone(), caller.actor(&http), shared.now());
    blocking(move || second_factor::reset(&store, UserId(*user), &by, now)).await?;
    shared.forget_bearers();
    Ok(HttpResponse::NoContent().finish())
}

#[utoipa::path(
    get, path = "/api/v1/users/{user}/sessions", tag = "access", params(("user" = i64, Path)),
    responses((status = 200, body = Vec<SessionAnswer>), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem)),
    security(("token" = []))
)]
pub async fn list_sessions(shared: Data<Shared>, user: Path<i64>) -> Result<HttpResponse, Fault> {
    let id = UserId(*user);
    find(&shared, id).await?;
    let (store, now) = (shared.store.clone(), shared.now());
    let open = blocking(move || sessions::of(&store, id, None, now)).await?;
    Ok(HttpResponse::Ok().json(open.into_iter().map(session_answer).collect::<Vec<_>>()))
}

#[utoipa::path(
    delete, path = "/api/v1/users/{user}/sessions", tag = "access", params(("user" = i64, Path)),
    description = "Ends every session of the person.",
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem)),
    security(("token" = []))
)]
pub async fn end_sessions(
    shared: Data<Shared>,
    caller: Caller,
    http: HttpRequest,
    user: Path<i64>,
) -> Result<HttpResponse, Fault> {
    let (store, by, now) = (shared.store.clone(), caller.actor(&http), shared.now());
    blocking(move || sessions::end_all(&store, UserId(*user), None, &by, now)).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[utoipa::path(
    delete, path = "/api/v1/users/{user}/sessions/{session}", tag = "access",
    params(("user" = i64, Path), ("session" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem)),
    security(("token" = []))
)]
pub async fn end_session(
    shared: Data<Shared>,
    caller: Caller,
    http: HttpRequest,
    path: Path<(i64, String)>,
) -> Result<HttpResponse, Fault> {
    let (user, session) = path.into_inner();
    let (store, by, now) = (shared.store.clone(), caller.actor(&http), shared.now());
    blocking(move || sessions::end(&store, UserId(user), &session, &by, now)).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[utoipa::path(
    get, path = "/api/v1/users/{user}/tokens", tag = "access", params(("user" = i64, Path)),
    responses((status = 200, body = Vec<TokenAnswer>), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem)),
    security(("token" = []))
)]
pub async fn list_tokens(shared: Data<Shared>, user: Path<i64>) -> Result<HttpResponse, Fault> {
    let id = UserId(*user);
    find(&shared, id).await?;
    let store = shared.store.clone();
    let tokens = blocking(move || api_tokens::of(&store, Some(id))).await?;
    Ok(HttpResponse::Ok().json(tokens.into_iter().map(token_answer).collect::<Vec<_>>()))
}

#[utoipa::path(
    delete, path = "/api/v1/users/{user}/tokens/{token}", tag = "access",
    params(("user" = i64, Path), ("token" = i64, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem)),
    security(("token" = []))
)]
pub async fn revoke_token(
    shared: Data<Shared>,
    caller: Caller,
    http: HttpRequest,
    path: Path<(i64, i64)>,
) -> Result<HttpResponse, Fault> {
    let (user, token) = path.into_inner();
    let (store, by, now) = (shared.store.clone(), caller.actor(&http), shared.now());
    blocking(move || api_tokens::revoke(&store, Some(UserId(user)), token, &by, now)).await?;
    shared.forget_bearers();
    Ok(HttpResponse::NoContent().finish())
}

#[utoipa::path(
    get, path = "/api/v1/invitations", tag = "access", params(LongPageQuery),
    responses((status = 200, body = Vec<InvitationAnswer>, description = "Neither accepted nor withdrawn."),
              (status = 401, body = Problem), (status = 403, body = Problem)),
    security(("token" = []))
)]
pub async fn invitations(
    shared: Data<Shared>,
    http: HttpRequest,
    query: Query<LongPageQuery>,
) -> Result<HttpResponse, Fault> {
    let store = shared.store.clone();
    let open = blocking(move || invite::open(&store)).await?;
    let rows: Vec<InvitationAnswer> = open.into_iter().map(invitation_answer).collect();
    paged_long(&http, &rows, query.page.as_deref())
}

#[utoipa::path(
    post, path = "/api/v1/invitations", tag = "access", request_body = InvitationRequest,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same request invites once.")),
    description = "Sends a link with which the person chooses their name and password. An address is invited once at a \
                   time, so a repeated request sends no second mail.",
    responses((status = 201, body = InvitationMade), (status = 400, body = Problem), (status = 401, body = Problem),
              (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)),
    security(("token" = []))
)]
pub async fn invite(writing: Writing) -> Result<HttpResponse, Fault> {
    let InvitationRequest { email, role, tenant, language } = writing.body()?;
    let guest = Guest { email, role, tenant: tenant.map(TenantCode), language };
    once(writing, StatusCode::CREATED, move |store, by, now| {
        invite::invite(store, &guest, by, now).map(|id| InvitationMade { id })
    })
    .await
}

#[utoipa::path(
    post, path = "/api/v1/invitations/{invitation}/resend", tag = "access", params(
        ("invitation" = i64, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "The same request sends one mail."),
    ),
    description = "Withdraws an invitation and sends the same anew, with a link of its own and another id.",
    request_body(content = String, description = "Nothing is asked for."),
    responses((status = 201, body = InvitationMade), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 409, body = Problem)),
    security(("token" = []))
)]
pub async fn invite_again(writing: Writing, invitation: Path<i64>) -> Result<HttpResponse, Fault> {
    once(writing, StatusCode::CREATED, move |store, by, now| {
        invite::again(store, *invitation, by, now).map(|id| InvitationMade { id })
    })
    .await
}

#[utoipa::path(
    delete, path = "/api/v1/invitations/{invitation}", tag = "access", params(("invitation" = i64, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem)),
    security(("token" = []))
)]
pub async fn withdraw(
    shared: Data<Shared>,
    caller: Caller,
    http: HttpRequest,
    invitation: Path<i64>,
) -> Result<HttpResponse, Fault> {
    let (store, by, now) = (shared.store.clone(), caller.actor(&http), shared.now());
    blocking(move || invite::withdraw(&store, *invitation, &by, now)).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn user_answer(user: UserFile) -> UserAnswer {
    UserAnswer {
        id: user.id.0,
        email: user.email,
        name: user.name,
        role: user.role.name(),
        tenant: user.tenant.map(|tenant| tenant.to_string()),
        language: user.language.map(Language::code),
        created_at: user.created_at,
        disabled_at: user.disabled_at,
        second_factor: user.has_second_factor,
        seen_at: user.seen_at,
        version: user.version,
    }
}

pub(super) fn session_answer(session: OpenSession) -> SessionAnswer {
    SessionAnswer {
        session: session.name,
        device: session.device,
        address: session.address,
        began_at: session.began_at,
        last_seen_at: session.last_seen_at,
        expires_at: session.expires_at,
    }
}

pub(super) fn token_answer(token: ApiToken) -> TokenAnswer {
    TokenAnswer {
        id: token.id,
        scopes: token.token.scopes.actions().map(|action| action.scope()).collect(),
        created_at: token.created_at,
        expires_at: token.token.expires_at,
        last_used_at: token.last_used_at,
        name: token.token.name,
        prefix: token.token.prefix,
    }
}

fn invitation_answer(open: Invitation) -> InvitationAnswer {
    let invitation = open.invitation;
    InvitationAnswer {
        id: open.id,
        email: invitation.email,
        role: invitation.role.name(),
        tenant: invitation.tenant.map(|tenant| tenant.to_string()),
        language: invitation.language.code(),
        invited_by: invitation.invited_by,
        created_at: open.created_at,
        expires_at: invitation.expires_at,
    }
}

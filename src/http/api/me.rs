//! `/api/v1/me`: one's own account. Only a token given for a password reaches it: a long-lived one that leaks can not
//! make others of its kind.

use actix_web::web::{Bytes, Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::once::{Repeatable, kept_once, read_body};
use super::users::{SessionAnswer, TokenAnswer, session_answer, token_answer};
use crate::app::api_tokens::{self, TokenWish};
use crate::app::{AppError, UserProblem, administer_users, reset_password, second_factor, sessions};
use crate::domain::access::Scopes;
use crate::domain::party::Language;
use crate::http::auth::Caller;
use crate::http::client;
use crate::http::error::{Fault, Problem};
use crate::http::state::{Shared, blocking};
use crate::http::throttle::Attempt;

#[derive(Serialize, ToSchema)]
pub struct MeAnswer {
    id: i64,
    email: String,
    name: String,
    role: &'static str,
    tenant: Option<String>,
    /// `fr`, `en`, or none where it was never chosen.
    language: Option<&'static str>,
    /// Every scope a token of this person can hold.
    scopes: Vec<String>,
    second_factor: FactorAnswer,
}

#[derive(Serialize, ToSchema)]
pub struct FactorAnswer {
    /// None where there is none.
    since: Option<DateTime<Utc>>,
    recovery_codes_left: i64,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LanguageRequest {
    /// `fr` or `en`: of pages and of mails to this person.
    #[schema(value_type = String)]
    language: Language,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordRequest {
    #[schema(format = Password)]
    current: String,
    /// Of 12 characters at least.
    #[schema(format = Password)]
    password: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenWishRequest {
    #[schema(example = "meter collector")]
    name: String,
    #[schema(example = json!(["readings:write"]))]
    scopes: Vec<String>,
    /// From 1 to 366.
    #[schema(example = 90)]
    days: i64,
}

#[derive(Serialize, ToSchema)]
pub struct TokenMade {
    id: i64,
    /// Shown this once: it is kept nowhere, and absent where the same request is answered again.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    expires_at: DateTime<Utc>,
}

/// What is kept of a token's making: all but the token.
#[derive(Serialize, Deserialize)]
struct TokenKept {
    id: i64,
    expires_at: DateTime<Utc>,
}

/// What an authenticator app is given.
#[derive(Serialize, ToSchema)]
pub struct EnrolmentAnswer {
    /// Base32.
    secret: String,
    /// `otpauth://totp/…`, for a QR code.
    address: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CodeRequest {
    #[schema(example = "123456")]
    code: String,
}

#[derive(Serialize, ToSchema)]
pub struct RecoveryAnswer {
    /// Each works once; they are shown this once.
    recovery_codes: Vec<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CurrentPassword {
    #[schema(format = Password)]
    current: String,
}

#[utoipa::path(
    get, path = "/api/v1/me", tag = "access",
    responses((status = 200, body = MeAnswer), (status = 401, body = Problem), (status = 403, body = Problem)),
    security(("token" = []))
)]
pub async fn show(shared: Data<Shared>, caller: Caller) -> Result<HttpResponse, Fault> {
    let (store, id) = (shared.store.clone(), caller.person.id);
    let factor = blocking(move || second_factor::state(&store, id)).await?;
    let person = caller.person;
    Ok(HttpResponse::Ok().json(MeAnswer {
        id: person.id.0,
        role: person.role.name(),
        tenant: person.tenant.map(|tenant| tenant.to_string()),
        language: person.language.map(|language| language.code()),
        scopes: Scopes::of_role(person.role).actions().map(|action| action.scope()).collect(),
        second_factor: FactorAnswer { since: factor.since, recovery_codes_left: factor.recovery_codes_left },
        email: person.email,
        name: person.name,
    }))
}

#[utoipa::path(
    put, path = "/api/v1/me/language", tag = "access", request_body = LanguageRequest,
    responses((status = 204), (status = 400, body = Problem), (status = 401, body = Problem),
              (status = 403, body = Problem)),
    security(("token" = []))
)]
pub async fn choose_language(
    shared: Data<Shared>,
    caller: Caller,
    http: HttpRequest,
    request: Json<LanguageRequest>,
) -> Result<HttpResponse, Fault> {
    let (store, by, now) = (shared.store.clone(), caller.actor(&http), shared.now());
    let (id, chosen) = (caller.person.id, request.language);
    blocking(move || administer_users::choose_language(&store, id, chosen, &by, now)).await?;
    shared.forget_bearers();
    Ok(HttpResponse::NoContent().finish())
}

#[utoipa::path(
    post, path = "/api/v1/me/password", tag = "access", request_body = PasswordRequest,
    description = "Ends every session and every token of this person: the one that asks and the long-lived ones included.",
    responses((status = 204), (status = 400, body = Problem), (status = 401, body = Problem),
              (status = 403, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)),
    security(("token" = []))
)]
pub async fn change_password(
    shared: Data<Shared>,
    caller: Caller,
    http: HttpRequest,
    request: Json<PasswordRequest>,
) -> Result<HttpResponse, Fault> {
    let PasswordRequest { current, password } = request.into_inner();
    let (store, by, now) = (shared.store.clone(), caller.actor(&http), shared.now());
    let (attempt, person) = (Attempt::new(&caller.person.email, client::address(&http)), caller.person);
    let change = move || reset_password::change(&store, &person, &current, &password, None, &by, now);
    told(shared.with_password(attempt, change).await?)?;
    shared.forget_bearers();
    Ok(HttpResponse::NoContent().finish())
}

/// A problem as a fault.
fn told<T>(done: Result<T, UserProblem>) -> Result<T, Fault> {
    done.map_err(|problem| Fault::from(AppError::User(problem)))
}

#[utoipa::path(
    get, path = "/api/v1/me/sessions", tag = "access",
    responses((status = 200, body = Vec<SessionAnswer>), (status = 401, body = Problem), (status = 403, body = Problem)),
    security(("token" = []))
)]
pub async fn list_sessions(shared: Data<Shared>, caller: Caller) -> Result<HttpResponse, Fault> {
    let (store, now) = (shared.store.clone(), shared.now());
    let open = blocking(move || sessions::of(&store, caller.person.id, None, now)).await?;
    Ok(HttpResponse::Ok().json(open.into_iter().map(session_answer).collect::<Vec<_>>()))
}

#[utoipa::path(
    delete, path = "/api/v1/me/sessions/{session}", tag = "access", params(("session" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem)),
    security(("token" = []))
)]
pub async fn end_session(
    shared: Data<Shared>,
    caller: Caller,
    http: HttpRequest,
    session: Path<String>,
) -> Result<HttpResponse, Fault> {
    let (store, by, now) = (shared.store.clone(), caller.actor(&http), shared.now());
    blocking(move || sessions::end(&store, caller.person.id, &session, &by, now)).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[utoipa::path(
    get, path = "/api/v1/me/tokens", tag = "access",
    responses((status = 200, body = Vec<TokenAnswer>), (status = 401, body = Problem), (status = 403, body = Problem)),
    security(("token" = []))
)]
pub async fn list_tokens(shared: Data<Shared>, caller: Caller) -> Result<HttpResponse, Fault> {
    let store = shared.store.clone();
    let tokens = blocking(move || api_tokens::of(&store, Some(caller.person.id))).await?;
    Ok(HttpResponse::Ok().json(tokens.into_iter().map(token_answer).collect::<Vec<_>>()))
}

#[utoipa::path(
    post, path = "/api/v1/me/tokens", tag = "access", request_body = TokenWishRequest,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same request makes one token: repeated, it is \
        answered without the token, which is kept nowhere.")),
    description = "Makes a long-lived token for a part of what this person may. A name can be used once at a time, so a \
                   repeated request makes no second token.",
    responses((status = 201, body = TokenMade), (status = 400, body = Problem), (status = 401, body = Problem),
              (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)),
    security(("token" = []))
)]
pub async fn create_token(
    shared: Data<Shared>,
    caller: Caller,
    http: HttpRequest,
    request: Bytes,
) -> Result<HttpResponse, Fault> {
    let TokenWishRequest { name, scopes, days } = read_body(&http, &request)?;
    let scopes = scopes.join(" ").parse().map_err(|unknown| AppError::User(UserProblem::UnknownScope(unknown)))?;
    let wish = TokenWish { name, scopes, days };
    let asked = Repeatable::of(shared, &caller, http, request);
    let made = kept_once(asked, move |store, by, now| {
        let made = api_tokens::create(store, &caller.person, &wish, by, now)?;
        Ok((TokenKept { id: made.id, expires_at: made.expires_at }, made.secret))
    });
    let (TokenKept { id, expires_at }, token) = made.await?;
    Ok(HttpResponse::Created().json(TokenMade { id, token, expires_at }))
}

#[utoipa::path(
    delete, path = "/api/v1/me/tokens/{token}", tag = "access", params(("token" = i64, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem)),
    security(("token" = []))
)]
pub async fn revoke_token(
    shared: Data<Shared>,
    caller: Caller,
    http: HttpRequest,
    token: Path<i64>,
) -> Result<HttpResponse, Fault> {
    let (store, by, now) = (shared.store.clone(), caller.actor(&http), shared.now());
    blocking(move || api_tokens::revoke(&store, Some(caller.person.id), *token, &by, now)).await?;
    shared.forget_bearers();
    Ok(HttpResponse::NoContent().finish())
}

#[utoipa::path(
    post, path = "/api/v1/me/second-factor", tag = "access",
    description = "Prepares a second factor; it counts once it is confirmed with a code.",
    responses((status = 201, body = EnrolmentAnswer), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 409, body = Problem)),
    security(("token" = []))
)]
pub async fn begin_factor(shared: Data<Shared>, caller: Caller, http: HttpRequest) -> Result<HttpResponse, Fault> {
    let (store, by, now) = (shared.store.clone(), caller.actor(&http), shared.now());
    let enrolment = blocking(move || {
        second_factor::begin(&store, &caller.person, &by, now)?;
        second_factor::pending(&store, &caller.person)
    })
    .await?;
    let enrolment = enrolment.ok_or_else(|| Fault::internal("a second factor was prepared and is not there"))?;
    let secret = enrolment.secret.replace(' ', "");
    Ok(HttpResponse::Created().json(EnrolmentAnswer { secret, address: enrolment.address }))
}

#[utoipa::path(
    post, path = "/api/v1/me/second-factor/confirm", tag = "access", request_body = CodeRequest,
    responses((status = 200, body = RecoveryAnswer), (status = 400, body = Problem), (status = 401, body = Problem),
              (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem),
              (status = 429, body = Problem)),
    security(("token" = []))
)]
pub async fn confirm_factor(
    shared: Data<Shared>,
    caller: Caller,
    http: HttpRequest,
    request: Json<CodeRequest>,
) -> Result<HttpResponse, Fault> {
    let by = caller.actor(&http);
    let codes = told(shared.confirm_factor(&caller.person, request.into_inner().code, by).await?)?;
    Ok(HttpResponse::Ok().json(RecoveryAnswer { recovery_codes: codes }))
}

#[utoipa::path(
    post, path = "/api/v1/me/second-factor/recovery-codes", tag = "access", request_body = CurrentPassword,
    description = "New recovery codes instead of the old ones.",
    responses((status = 200, body = RecoveryAnswer), (status = 400, body = Problem), (status = 401, body = Problem),
              (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem),
              (status = 429, body = Problem)),
    security(("token" = []))
)]
pub async fn renew_codes(
    shared: Data<Shared>,
    caller: Caller,
    http: HttpRequest,
    request: Json<CurrentPassword>,
) -> Result<HttpResponse, Fault> {
    let (store, by, now) = (shared.store.clone(), caller.actor(&http), shared.now());
    let (attempt, current) = (Attempt::new(&caller.person.email, client::address(&http)), request.into_inner().current);
    let renew = move || second_factor::renew_recovery_codes(&store, &caller.person, &current, &by, now);
    let recovery_codes = told(shared.with_password(attempt, renew).await?)?;
    Ok(HttpResponse::Ok().json(RecoveryAnswer { recovery_codes }))
}

#[utoipa::path(
    delete, path = "/api/v1/me/second-factor", tag = "access", request_body = CurrentPassword,
    responses((status = 204), (status = 400, body = Problem), (status = 401, body = Problem),
              (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem),
              (status = 429, body = Problem)),
    security(("token" = []))
)]
pub async fn remove_factor(
    shared: Data<Shared>,
    caller: Caller,
    http: HttpRequest,
    request: Json<CurrentPassword>,
) -> Result<HttpResponse, Fault> {
    let (store, by, now) = (shared.store.clone(), caller.actor(&http), shared.now());
    let (attempt, current) = (Attempt::new(&caller.person.email, client::address(&http)), request.into_inner().current);
    let required = shared.second_factor_roles().to_vec();
    let remove = move || second_factor::remove(&store, &caller.person, &current, &required, &by, now);
    told(shared.with_password(attempt, remove).await?)?;
    Ok(HttpResponse::NoContent().finish())
}

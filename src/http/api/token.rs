//! `POST /api/v1/token`: a password for a short-lived token.

use actix_web::web::{Data, Json};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::sign_in::Stage;
use crate::app::users::ACCESS_TOKEN_SECONDS;
use crate::http::client;
use crate::http::error::{Fault, Problem};
use crate::http::state::Shared;
use crate::http::throttle::Attempt;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenRequest {
    #[schema(example = "finance@example.org")]
    email: String,
    #[schema(format = Password)]
    password: String,
    /// A code of the second factor, or a recovery code, where the person has one.
    #[serde(default)]
    #[schema(example = "123456")]
    otp: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = AccessToken)]
pub struct TokenAnswer {
    /// Send it as `Authorization: Bearer …`.
    access_token: String,
    #[schema(example = "Bearer")]
    token_type: &'static str,
    /// Seconds.
    expires_in: i64,
}

#[utoipa::path(
    post, path = "/api/v1/token", tag = "access",
    request_body = TokenRequest,
    responses(
        (status = 200, body = TokenAnswer),
        (status = 400, body = Problem, description = "The body is not what is asked for."),
        (status = 413, body = Problem), (status = 415, body = Problem),
        (status = 401, body = Problem, description = "The address and the password do not match, the code is wrong, or \
                                                      (`second-factor-needed`) one is missing."),
        (status = 429, body = Problem, description = "Too many failed attempts; Retry-After says how long to wait."),
    )
)]
pub async fn create(
    shared: Data<Shared>,
    http: HttpRequest,
    request: Json<TokenRequest>,
) -> Result<HttpResponse, Fault> {
    let TokenRequest { email, password, otp } = request.into_inner();
    let attempt = Attempt::new(&email, client::address(&http));
    let by = attempt.actor();
    let found = shared.check_password(attempt, email, password).await?;
    let (person, stage) = found.ok_or(Fault::SignInNeeded("the address and the password do not match"))?;
    match stage {
        Stage::Open => {}
        Stage::Enrolment => return Err(Fault::EnrolmentNeeded),
        Stage::Code => {
            let code = otp.ok_or(Fault::CodeNeeded)?;
            if !shared.check_code(&person, code, by).await? {
                return Err(Fault::SignInNeeded("the code of the second factor is wrong, or was used before"));
            }
        }
    }
    let access_token = shared.sign_token(&person).await?;
    Ok(HttpResponse::Ok().json(TokenAnswer { access_token, token_type: "Bearer", expires_in: ACCESS_TOKEN_SECONDS }))
}

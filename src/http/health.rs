//! For whatever watches the process.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use super::error::{Fault, Problem};
use super::state::{Shared, blocking};
use crate::app::AppError;

#[derive(Serialize, ToSchema)]
pub struct HealthAnswer {
    /// `live` or `ready`.
    status: &'static str,
}

/// The process answers.
#[utoipa::path(
    get, path = "/health/live", tag = "health",
    responses((status = 200, body = HealthAnswer, description = "The process runs."))
)]
pub async fn live() -> HttpResponse {
    HttpResponse::Ok().json(HealthAnswer { status: "live" })
}

/// The database answers too, and its schema is this program's.
#[utoipa::path(
    get, path = "/health/ready", tag = "health",
    responses((status = 200, body = HealthAnswer, description = "The database answers and is migrated."),
              (status = 503, body = Problem, description = "It does not, or its schema is older than the program."))
)]
pub async fn ready(shared: Data<Shared>) -> Result<HttpResponse, Fault> {
    let store = shared.store.clone();
    let migrated = blocking(move || store.database().is_migrated().map_err(AppError::from)).await?;
    if migrated {
        Ok(HttpResponse::Ok().json(HealthAnswer { status: "ready" }))
    } else {
        Err(Fault::Unavailable("the database's schema is older than this program: run `chapelle migrate`".to_owned()))
    }
}

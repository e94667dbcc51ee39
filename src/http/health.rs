//! For whatever watches the process.

use actix_web::HttpResponse;
use actix_web::web::Data;

use super::error::Fault;
use super::state::{Shared, blocking};
use crate::app::AppError;

/// The process answers.
pub async fn live() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({ "status": "live" }))
}

/// The database answers too, and its schema is this program's.
pub async fn ready(shared: Data<Shared>) -> Result<HttpResponse, Fault> {
    let store = shared.store.clone();
    let migrated = blocking(move || store.database().is_migrated().map_err(AppError::from)).await?;
    if migrated {
        Ok(HttpResponse::Ok().json(serde_json::json!({ "status": "ready" })))
    } else {
        Err(Fault::Unavailable("the database's schema is older than this program: run `chapelle migrate`".to_owned()))
    }
}

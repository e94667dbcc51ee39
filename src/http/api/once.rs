//! Writing over the API: the body as JSON, who acts, and answering a repeated request as before.

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::readings::idempotency_key;
use crate::app::answer_once::{self, Answer};
use crate::app::{AppError, Store};
use crate::domain::audit::Actor;
use crate::http::auth::Granted;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};
use crate::http::unreadable;

/// Who acts, as the trail names them.
pub fn actor(granted: &Granted, http: &HttpRequest) -> Actor {
    let address = http.peer_addr().map(|peer| peer.ip().to_string());
    Actor::new(&format!("user-{}", granted.user), address.as_deref())
}

/// The body as JSON; an empty one is an empty object.
pub fn body<T: DeserializeOwned>(bytes: &Bytes) -> Result<T, Fault> {
    let text: &[u8] = if bytes.is_empty() { b"{}" } else { bytes };
    serde_json::from_slice(text).map_err(|error| unreadable::json(&error))
}

/// Does `work` and answers with `status` and what it returns; the same request under the same Idempotency-Key is done
/// once and answered again in the same words.
pub async fn once<T: Serialize>(
    shared: &Data<Shared>,
    granted: &Granted,
    http: &HttpRequest,
    request: &Bytes,
    status: StatusCode,
    work: impl FnOnce(&Store) -> Result<T, AppError> + Send + 'static,
) -> Result<HttpResponse, Fault> {
    // A key is the sender's own, and of one address: two senders may choose the same.
    let key = idempotency_key(http.headers())?.map(|key| format!("user-{}:{}:{key}", granted.user, http.path()));
    let (store, now, request) = (shared.store.clone(), shared.now(), request.clone());
    let answer = blocking(move || {
        answer_once::once(&store, key.as_deref(), &request, now, || {
            let body = serde_json::to_string(&work(&store)?);
            let body = body.map_err(|error| AppError::Corrupt(format!("an answer cannot be written: {error}")))?;
            Ok(Answer { status: status.as_u16(), body })
        })
    })
    .await?;
    let status = StatusCode::from_u16(answer.status).map_err(Fault::internal)?;
    Ok(HttpResponse::build(status).content_type("application/json").body(answer.body))
}

//! Writing over the API: the body as JSON, and answering a repeated request as before.

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap};
use actix_web::web::{Bytes, Data};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::readings::idempotency_key;
use crate::app::answer_once::{self, Answer};
use crate::app::{AppError, Store};
use crate::http::auth::Granted;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};
use crate::http::unreadable;

/// The body as JSON; an empty one is an empty object.
pub fn body<T: DeserializeOwned>(http: &HttpRequest, bytes: &Bytes) -> Result<T, Fault> {
    let text: &[u8] = if bytes.is_empty() {
        b"{}"
    } else {
        must_be_json(http.headers())?;
        bytes
    };
    serde_json::from_slice(text).map_err(|error| unreadable::json(&error))
}

/// A body that says it is something else is not guessed at.
pub fn must_be_json(headers: &HeaderMap) -> Result<(), Fault> {
    let said = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = said.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json")) {
        return Ok(());
    }
    let given = if kind.is_empty() { "a body without Content-Type".to_owned() } else { format!("`{kind}`") };
    Err(Fault::UnsupportedMedia(format!("{given} is not taken here: send application/json")))
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

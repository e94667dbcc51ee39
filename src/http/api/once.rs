//! Writing over the API: the body as JSON, who acts, and answering a repeated request as before.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap};
use actix_web::web::{Bytes, Data};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::readings::idempotency_key;
use crate::app::answer_once::{self, Answer, Request};
use crate::app::{AppError, Store};
use crate::domain::audit::Actor;
use crate::http::auth::Granted;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};
use crate::http::unreadable;

/// A request that writes: who sends it, and its body.
pub struct Writing {
    pub shared: Data<Shared>,
    pub granted: Granted,
    pub http: HttpRequest,
    pub request: Bytes,
}

impl FromRequest for Writing {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Writing, actix_web::Error>>>>;

    fn from_request(http: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let parts = <(Data<Shared>, Granted, HttpRequest, Bytes)>::from_request(http, payload);
        Box::pin(async move {
            let (shared, granted, http, request) = parts.await?;
            Ok(Writing { shared, granted, http, request })
        })
    }
}

impl Writing {
    pub fn by(&self) -> Actor {
        self.granted.by.clone()
    }

    /// The body as JSON; an empty one is an empty object.
    pub fn body<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        let text: &[u8] = if self.request.is_empty() {
            b"{}"
        } else {
            must_be_json(self.http.headers())?;
            &self.request
        };
        serde_json::from_slice(text).map_err(|error| unreadable::json(&error))
    }
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
    writing: Writing,
    status: StatusCode,
    work: impl FnOnce(&Store, &Actor, DateTime<Utc>) -> Result<T, AppError> + Send + 'static,
) -> Result<HttpResponse, Fault> {
    let by = writing.by();
    let Writing { shared, granted, http, request } = writing;
    // A key is the sender's own, and of one address: two senders may choose the same.
    let key = idempotency_key(http.headers())?.map(|key| format!("user-{}:{}:{key}", granted.user, http.path()));
    let (store, now, query) = (shared.store.clone(), shared.now(), http.query_string().to_owned());
    let answer = blocking(move || {
        let request = Request { query: &query, body: &request };
        answer_once::once(&store, key.as_deref(), request, now, || {
            let body = serde_json::to_string(&work(&store, &by, now)?);
            let body = body.map_err(|error| AppError::Corrupt(format!("an answer cannot be written: {error}")))?;
            Ok(Answer { status: status.as_u16(), body })
        })
    })
    .await?;
    let status = StatusCode::from_u16(answer.status).map_err(Fault::internal)?;
    Ok(HttpResponse::build(status).content_type("application/json").body(answer.body))
}

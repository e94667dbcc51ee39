//! Writing over the API: the body as JSON, who acts, and answering a repeated request as before.

use std::convert::Infallible;
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
use crate::domain::ids::UserId;
use crate::http::auth::{Caller, Granted};
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
        read_body(&self.http, &self.request)
    }
}

/// A body as JSON; an empty one is an empty object.
pub fn read_body<T: DeserializeOwned>(http: &HttpRequest, body: &Bytes) -> Result<T, Fault> {
    let text: &[u8] = if body.is_empty() {
        b"{}"
    } else {
        must_be_json(http.headers())?;
        body
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

/// A request that is done once under its key, and who sends it.
pub struct Repeatable {
    shared: Data<Shared>,
    user: UserId,
    by: Actor,
    http: HttpRequest,
    request: Bytes,
}

impl Repeatable {
    /// One that a person sends for themself, whatever they may beside.
    pub fn of(shared: Data<Shared>, caller: &Caller, http: HttpRequest, request: Bytes) -> Repeatable {
        Repeatable { shared, user: caller.person.id, by: caller.actor(&http), http, request }
    }

    /// One that brought a file, of which `sha256` is the hash: it is too large to be held, and stands for it.
    pub fn with_file(shared: Data<Shared>, granted: Granted, http: HttpRequest, sha256: Bytes) -> Repeatable {
        Writing { shared, granted, http, request: sha256 }.into()
    }

    /// Its key: the sender's own, and of one address, since two senders may choose the same.
    fn key(&self) -> Result<Option<String>, Fault> {
        let key = idempotency_key(self.http.headers())?;
        Ok(key.map(|key| format!("user-{}:{}:{key}", self.user, self.http.path())))
    }
}

impl From<Writing> for Repeatable {
    fn from(Writing { shared, granted, http, request }: Writing) -> Repeatable {
        Repeatable { shared, user: granted.user, by: granted.by, http, request }
    }
}

/// Does `work` and answers with `status` and what it returns; the same request under the same Idempotency-Key is done
/// once and answered again in the same words.
pub async fn once<T: Serialize>(
    writing: Writing,
    status: StatusCode,
    work: impl FnOnce(&Store, &Actor, DateTime<Utc>) -> Result<T, AppError> + Send + 'static,
) -> Result<HttpResponse, Fault> {
    let asked = Repeatable::from(writing);
    let key = asked.key()?;
    let Repeatable { shared, by, http, request, .. } = asked;
    let (store, now, query) = (shared.store.clone(), shared.now(), http.query_string().to_owned());
    let answer = blocking(move || {
        let request = Request { query: &query, body: &request };
        answer_once::once(&store, key.as_deref(), request, now, || {
            Ok(Answer { status: status.as_u16(), body: written(&work(&store, &by, now)?)? })
        })
    })
    .await?;
    let status = StatusCode::from_u16(answer.status).map_err(Fault::internal)?;
    Ok(HttpResponse::build(status).content_type("application/json").body(answer.body))
}

/// The same for work that leaves nothing to tell.
pub async fn once_without_answer(
    writing: Writing,
    status: StatusCode,
    work: impl FnOnce(&Store, &Actor, DateTime<Utc>) -> Result<(), AppError> + Send + 'static,
) -> Result<HttpResponse, Fault> {
    kept_once(writing, |store, by, now| Ok((work(store, by, now)?, ()))).await?;
    Ok(HttpResponse::build(status).finish())
}

/// Does `work` once under the request's key. What it returns first is kept and given again for a repeated request; what it
/// returns beside that (`N`) is for the first answer alone, and is kept nowhere: a secret.
pub async fn kept_once<T, N>(
    asked: impl Into<Repeatable>,
    work: impl FnOnce(&Store, &Actor, DateTime<Utc>) -> Result<(T, N), AppError> + Send + 'static,
) -> Result<(T, Option<N>), Fault>
where
    T: Serialize + DeserializeOwned + Send + 'static,
    N: Send + 'static,
{
    match kept_unless(asked, |store, by, now| Ok(Ok::<_, Infallible>(work(store, by, now)?))).await? {
        Ok(done) => Ok(done),
        Err(never) => match never {},
    }
}

/// The same for work that may refuse the request in words of its own (`R`), which are not kept.
pub async fn kept_unless<T, N, R>(
    asked: impl Into<Repeatable>,
    work: impl FnOnce(&Store, &Actor, DateTime<Utc>) -> Result<Result<(T, N), R>, AppError> + Send + 'static,
) -> Result<Result<(T, Option<N>), R>, Fault>
where
    T: Serialize + DeserializeOwned + Send + 'static,
    N: Send + 'static,
    R: Send + 'static,
{
    let asked = asked.into();
    let key = asked.key()?;
    let Repeatable { shared, by, http, request, .. } = asked;
    let (store, now, query) = (shared.store.clone(), shared.now(), http.query_string().to_owned());
    blocking(move || {
        let request = Request { query: &query, body: &request };
        let mut once_only = None;
        let answer = answer_once::once_unless(&store, key.as_deref(), request, now, || {
            let (kept, told) = match work(&store, &by, now)? {
                Ok(done) => done,
                Err(refused) => return Ok(Err(refused)),
            };
            once_only = Some(told);
            Ok(Ok(Answer { status: StatusCode::OK.as_u16(), body: written(&kept)? }))
        })?;
        let answer = match answer {
            Ok(answer) => answer,
            Err(refused) => return Ok(Err(refused)),
        };
        let kept = serde_json::from_str(&answer.body);
        let kept = kept.map_err(|error| AppError::Corrupt(format!("a kept answer cannot be read: {error}")))?;
        Ok(Ok((kept, once_only)))
    })
    .await
}

fn written(answer: &impl Serialize) -> Result<String, AppError> {
    serde_json::to_string(answer).map_err(|error| AppError::Corrupt(format!("an answer cannot be written: {error}")))
}

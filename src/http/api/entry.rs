//! One thing of the book over the API: read, created, changed, removed, in the keys of the facility book.
//!
//! Everything but what is its own about each thing: kind, address, documentation ([`super::terms`]). The document is what
//! `docs/facility-book.md` says of the thing, as JSON: amounts, quantities and days are texts. An answer's `ETag` is its
//! version; a change sends it back in `If-Match`, or is refused with what is stored now.

use actix_web::http::header::{ETAG, HeaderMap, IF_MATCH, LOCATION};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::once::{Writing, kept_unless, must_be_json};
use super::schemas::book::BookDocument;
use crate::app::edit_book::{self, Basis, Refusal, StoredEntry, Target};
use crate::app::remove_entry::{self, Holding, RemovalTarget, Unremoved};
use crate::bookfile::EntryMistake;
use crate::domain::book::{EntryKind, RemovableKind};
use crate::domain::freetext;
use crate::http::auth::Granted;
use crate::http::error::{Fault, Problem};
use crate::http::state::{Shared, blocking};

/// A contract of a few hundred lines, written with its spaces.
pub const DOCUMENT_BYTES_MAX: usize = 512 * 1024;

/// A problem with what it is about, field by field.
#[derive(Serialize, ToSchema)]
pub struct EditProblem {
    #[serde(flatten)]
    problem: Problem,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldProblem>,
    /// Of a stale edit: what is stored now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BookDocument>)]
    stored: Option<Value>,
    /// Its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<i64>,
}

impl EditProblem {
    fn of(fault: &Fault) -> EditProblem {
        EditProblem { problem: fault.problem(), errors: vec![], stored: None, version: None }
    }
}

/// What is wrong with a field.
#[derive(Serialize, ToSchema)]
pub struct FieldProblem {
    /// Its place in the document: `contact.2.email`; empty where it is elsewhere in the book.
    field: String,
    detail: String,
}

/// The document a request brings.
pub fn document(http: &HttpRequest, body: &Bytes) -> Result<Value, Fault> {
    if !body.is_empty() {
        must_be_json(http.headers())?;
    }
    serde_json::from_slice(body).map_err(|error| Fault::BadRequest(format!("the body is no JSON document: {error}")))
}

impl FieldProblem {
    pub fn new(field: &str, detail: impl ToString) -> FieldProblem {
        FieldProblem { field: field.to_owned(), detail: freetext::shown(&detail.to_string()) }
    }
}

/// Who asks.
pub type Asker = (Data<Shared>, Granted, HttpRequest);

pub async fn read((shared, granted, _): Asker, kind: EntryKind, code: &str) -> Result<HttpResponse, Fault> {
    let target = Target { kind, code: Some(code.to_owned()), scope: granted.scope };
    let store = shared.store.clone();
    let found = blocking(move || edit_book::read(&store, &target)).await?.ok_or(Fault::NotFound)?;
    Ok(HttpResponse::Ok().insert_header((ETAG, etag(&found))).json(shown(found.document)))
}

/// A new thing of `kind`, as `body` says; its address stands below `list`.
pub async fn create(writing: Writing, (kind, list): (EntryKind, &str)) -> Result<HttpResponse, Fault> {
    let document = document(&writing.http, &writing.request)?;
    let target = Target { kind, code: None, scope: writing.granted.scope.clone() };
    let shared = writing.shared.clone();
    let outcome = kept_unless(writing, move |store, by, now| {
        let made = edit_book::edit(store, &target, &Basis::default(), move |_| document, by, now)?;
        Ok(made.map(|found| {
            (Made { tag: etag(&found), code: found.entry.code().to_owned(), document: found.document }, ())
        }))
    });
    let outcome = outcome.await?;
    shared.forget_check();
    let Made { tag, code, document } = match outcome {
        Ok((made, _)) => made,
        Err(refusal) => return Ok(refused(&refusal)),
    };
    let address = format!("/api/v1/{list}/{code}");
    Ok(HttpResponse::Created().insert_header((ETAG, tag)).insert_header((LOCATION, address)).json(document))
}

/// What is kept of a thing's making: as it was answered.
#[derive(Serialize, Deserialize)]
struct Made {
    tag: String,
    code: String,
    document: Value,
}

/// The whole thing as `body` says.
pub async fn replace(
    asker: Asker,
    thing: (EntryKind, &str),
    reason: &str,
    body: &Bytes,
) -> Result<HttpResponse, Fault> {
    let document = document(&asker.2, body)?;
    change(asker, thing, reason, move |_| document).await
}

/// What `change` makes of the stored thing.
pub async fn change(
    asker: Asker,
    (kind, code): (EntryKind, &str),
    reason: &str,
    change: impl FnOnce(Option<&StoredEntry>) -> Value + Send + 'static,
) -> Result<HttpResponse, Fault> {
    let basis = Basis { version: version(asker.2.headers())?, reason: reason.to_owned() };
    let target = Target { kind, code: Some(code.to_owned()), scope: asker.1.scope.clone() };
    Ok(match write(asker, target, basis, change).await? {
        Ok(found) => HttpResponse::Ok().insert_header((ETAG, etag(&found))).json(shown(found.document)),
        Err(refused) => refused,
    })
}

async fn write(
    (shared, granted, _): Asker,
    target: Target,
    basis: Basis,
    change: impl FnOnce(Option<&StoredEntry>) -> Value + Send + 'static,
) -> Result<Result<StoredEntry, HttpResponse>, Fault> {
    let (store, by, now) = (shared.store.clone(), granted.by.clone(), shared.now());
    let outcome = blocking(move || edit_book::edit(&store, &target, &basis, change, &by, now)).await?;
    shared.forget_check();
    Ok(outcome.map_err(|refusal| refused(&refusal)))
}

pub async fn remove(
    (shared, granted, http): Asker,
    (kind, code): (RemovableKind, &str),
    reason: &str,
) -> Result<HttpResponse, Fault> {
    let basis = Basis { version: version(http.headers())?, reason: reason.to_owned() };
    let target = RemovalTarget { kind, code: code.to_owned(), scope: granted.scope.clone() };
    let (store, by, now) = (shared.store.clone(), granted.by.clone(), shared.now());
    let outcome = blocking(move || remove_entry::remove(&store, &target, &basis, &by, now)).await?;
    shared.forget_check();
    Ok(match outcome {
        Ok(_) => HttpResponse::NoContent().finish(),
        Err(Unremoved::Stale(found)) => refused(&Refusal::Stale(Box::new(found.stored))),
        Err(Unremoved::Mistake(mistake)) => refused(&Refusal::Mistakes(vec![mistake])),
        Err(Unremoved::Held(found)) => held(&found.holdings),
    })
}

fn held(holdings: &[Holding]) -> HttpResponse {
    let problem =
        |holding: &Holding| FieldProblem { field: String::new(), detail: freetext::shown(&holding.to_string()) };
    let fault = Fault::Conflict("something refers to it: see errors; end it instead".to_owned());
    let errors = holdings.iter().map(problem).collect();
    answer(&fault, EditProblem { errors, ..EditProblem::of(&fault) })
}

fn refused(refusal: &Refusal) -> HttpResponse {
    let fault = match refusal {
        Refusal::Mistakes(_) => Fault::Unprocessable("the book would not be sound: see errors".to_owned()),
        Refusal::Stale(_) => Fault::Outdated,
        Refusal::Billed { until } => Fault::Unprocessable(format!(
            "it changes what the months before {until} cost, and they are billed: agree a new price or line from that \
             day on"
        )),
    };
    let mut body = EditProblem::of(&fault);
    match refusal {
        Refusal::Mistakes(mistakes) => {
            let problem = |mistake: &EntryMistake| FieldProblem {
                field: mistake.field.clone(),
                detail: freetext::shown(&match &mistake.elsewhere {
                    Some(_) => mistake.to_string(),
                    None => mistake.fault.to_string(),
                }),
            };
            body.errors = mistakes.iter().map(problem).collect();
        }
        Refusal::Stale(found) => {
            body.version = Some(found.version);
            body.stored = Some(shown(found.document.clone()));
        }
        Refusal::Billed { .. } => {}
    }
    answer(&fault, body)
}

fn answer(fault: &Fault, body: EditProblem) -> HttpResponse {
    HttpResponse::build(fault.status_code()).content_type("application/problem+json").json(body)
}

/// What happened to an asset stands in its entry, and is recorded and shown by itself.
pub const EVENTS: &str = "event";

/// A document as it is answered.
fn shown(mut document: Value) -> Value {
    if let Some(keys) = document.as_object_mut() {
        keys.remove(EVENTS);
    }
    document
}

fn etag(found: &StoredEntry) -> String {
    format!("\"{}\"", found.version)
}

/// The version a change is based on; `*` insists on whatever is there.
pub fn version(headers: &HeaderMap) -> Result<Option<i64>, Fault> {
    let text = headers.get(IF_MATCH).and_then(|value| value.to_str().ok()).map(str::trim);
    match text {
        Some("*") => Ok(None),
        Some(tag) => {
            let number = tag.trim_start_matches("W/").trim_matches('"').parse();
            number.map(Some).map_err(|_| Fault::BadRequest(format!("If-Match {tag} is no ETag of this address")))
        }
        None => Err(Fault::VersionNeeded),
    }
}

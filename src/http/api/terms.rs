//! One tenant, contract, tariff, and the seller: read, created, changed, in the keys of the facility book.
//!
//! The document is what `docs/facility-book.md` says of the thing, as JSON: amounts, quantities and days are texts. An
//! answer's `ETag` is its version; a change sends it back in `If-Match`, or is refused with what is stored now.

use actix_web::http::header::{ETAG, HeaderMap, IF_MATCH, LOCATION};
use actix_web::web::{Bytes, Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::once::must_be_json;
use super::schemas::asset_book::AssetEntryDocument;
use super::schemas::book::{
    BookDocument, ContactDocument, ContractDocument, SellerDocument, TariffDocument, TenantDocument,
};
use crate::app::edit_book::{self, Basis, Refusal, StoredEntry, Target};
use crate::domain::access::TenantScope;
use crate::domain::audit::Actor;
use crate::domain::book::EntryKind;
use crate::domain::freetext;
use crate::http::auth::Granted;
use crate::http::error::{Fault, Problem};
use crate::http::state::{Shared, blocking};

/// A contract of a few hundred lines, written with its spaces.
pub const DOCUMENT_BYTES_MAX: usize = 512 * 1024;

/// Why terms change; required of a contract, and of a tariff that a contract names.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct ReasonQuery {
    /// 5 to 500 characters; auditors read it.
    #[serde(default)]
    reason: String,
}

/// A problem with what it is about, field by field.
#[derive(Serialize, ToSchema)]
pub struct EditProblem {
    #[serde(flatten)]
    pub(super) problem: Problem,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) errors: Vec<FieldProblem>,
    /// Of a stale edit: what is stored now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BookDocument>)]
    pub(super) stored: Option<Value>,
    /// Its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) version: Option<i64>,
}

/// What is wrong with a field.
#[derive(Serialize, ToSchema)]
pub struct FieldProblem {
    /// Its place in the document: `contact.2.email`; empty where it is elsewhere in the book.
    pub(super) field: String,
    pub(super) detail: String,
}

/// The document a request brings.
fn document(http: &HttpRequest, body: &Bytes) -> Result<Value, Fault> {
    if !body.is_empty() {
        must_be_json(http.headers())?;
    }
    serde_json::from_slice(body).map_err(|error| Fault::BadRequest(format!("the body is no JSON document: {error}")))
}

/// Who asks for what, and on what ground.
struct Asked {
    target: Target,
    basis: Basis,
    by: Actor,
}

async fn read(shared: &Data<Shared>, kind: EntryKind, code: &str, scope: TenantScope) -> Result<HttpResponse, Fault> {
    let target = Target { kind, code: Some(code.to_owned()), scope };
    let store = shared.store.clone();
    let found = blocking(move || edit_book::read(&store, &target)).await?.ok_or(Fault::NotFound)?;
    Ok(HttpResponse::Ok().insert_header((ETAG, etag(&found))).json(shown(found.document)))
}

async fn create(
    shared: &Data<Shared>,
    granted: Granted,
    (kind, list): (EntryKind, &str),
    document: Value,
) -> Result<HttpResponse, Fault> {
    let target = Target { kind, code: None, scope: granted.scope.clone() };
    let asked = Asked { target, basis: Basis::default(), by: granted.by.clone() };
    let found = match write(shared, asked, move |_| document).await? {
        Ok(found) => found,
        Err(refused) => return Ok(refused),
    };
    let address = format!("/api/v1/{list}/{}", found.entry.code());
    let mut answer = HttpResponse::Created();
    Ok(answer.insert_header((ETAG, etag(&found))).insert_header((LOCATION, address)).json(found.document))
}

async fn put(
    shared: &Data<Shared>,
    granted: Granted,
    http: &HttpRequest,
    (kind, code): (EntryKind, &str),
    reason: &str,
    change: impl FnOnce(Option<&StoredEntry>) -> Value + Send + 'static,
) -> Result<HttpResponse, Fault> {
    let basis = Basis { version: version(http.headers())?, reason: reason.to_owned() };
    let target = Target { kind, code: Some(code.to_owned()), scope: granted.scope.clone() };
    let by = granted.by.clone();
    Ok(match write(shared, Asked { target, basis, by }, change).await? {
        Ok(found) => HttpResponse::Ok().insert_header((ETAG, etag(&found))).json(shown(found.document)),
        Err(refused) => refused,
    })
}

async fn write(
    shared: &Data<Shared>,
    asked: Asked,
    change: impl FnOnce(Option<&StoredEntry>) -> Value + Send + 'static,
) -> Result<Result<StoredEntry, HttpResponse>, Fault> {
    let (store, now) = (shared.store.clone(), shared.now());
    let Asked { target, basis, by } = asked;
    let outcome = blocking(move || edit_book::edit(&store, &target, &basis, change, &by, now)).await?;
    shared.forget_check();
    Ok(outcome.map_err(|refusal| refused(&refusal)))
}

pub(super) fn refused(refusal: &Refusal) -> HttpResponse {
    let fault = match refusal {
        Refusal::Mistakes(_) => Fault::Unprocessable("the book would not be sound: see errors".to_owned()),
        Refusal::Stale(_) => Fault::Outdated,
        Refusal::Billed { until } => Fault::Unprocessable(format!(
            "it changes what the months before {until} cost, and they are billed: agree a new price or line from that \
             day on"
        )),
    };
    let mut body = EditProblem { problem: fault.problem(), errors: vec![], stored: None, version: None };
    match refusal {
        Refusal::Mistakes(mistakes) => {
            let problem = |mistake: &crate::bookfile::EntryMistake| FieldProblem {
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
    HttpResponse::build(fault.status_code()).content_type("application/problem+json").json(body)
}

/// What happened to an asset stands in its entry, and is recorded and shown by itself.
const EVENTS: &str = "event";

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
pub(super) fn version(headers: &HeaderMap) -> Result<Option<i64>, Fault> {
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

#[utoipa::path(
    get, path = "/api/v1/tenants/{code}", tag = "contracts", params(("code" = String, Path)),
    responses((status = 200, body = TenantDocument, description = "As `[[tenant]]` of the book", headers(("ETag" = String))),
              (status = 404, body = Problem)),
    security(("token" = []))
)]
pub async fn tenant(shared: Data<Shared>, granted: Granted, code: Path<String>) -> Result<HttpResponse, Fault> {
    read(&shared, EntryKind::Tenant, &code, granted.scope).await
}

#[utoipa::path(
    post, path = "/api/v1/tenants", tag = "contracts", request_body = TenantDocument,
    responses((status = 201, body = TenantDocument), (status = 422, body = EditProblem)), security(("token" = []))
)]
pub async fn create_tenant(
    shared: Data<Shared>,
    granted: Granted,
    http: HttpRequest,
    body: Bytes,
) -> Result<HttpResponse, Fault> {
    create(&shared, granted, (EntryKind::Tenant, "tenants"), document(&http, &body)?).await
}

#[utoipa::path(
    put, path = "/api/v1/tenants/{code}", tag = "contracts", request_body = TenantDocument,
    params(("code" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = TenantDocument), (status = 404, body = Problem), (status = 412, body = EditProblem),
              (status = 422, body = EditProblem), (status = 428, body = Problem)),
    security(("token" = []))
)]
pub async fn put_tenant(
    shared: Data<Shared>,
    granted: Granted,
    http: HttpRequest,
    code: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, Fault> {
    let document = document(&http, &body)?;
    put(&shared, granted, &http, (EntryKind::Tenant, &code), "", move |_| document).await
}

#[utoipa::path(
    put, path = "/api/v1/tenants/{code}/contacts", tag = "contracts", request_body = Vec<ContactDocument>,
    params(("code" = String, Path), ("If-Match" = String, Header, description = "The tenant's ETag")),
    responses((status = 200, body = TenantDocument), (status = 404, body = Problem), (status = 412, body = EditProblem),
              (status = 422, body = EditProblem), (status = 428, body = Problem)),
    security(("token" = []))
)]
pub async fn put_contacts(
    shared: Data<Shared>,
    granted: Granted,
    http: HttpRequest,
    code: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, Fault> {
    let contacts = document(&http, &body)?;
    let change = move |stored: Option<&StoredEntry>| {
        let mut document = stored.map(|stored| stored.document.clone()).unwrap_or_default();
        if let Some(tenant) = document.as_object_mut() {
            tenant.insert("contact".to_owned(), contacts);
        }
        document
    };
    put(&shared, granted, &http, (EntryKind::Tenant, &code), "", change).await
}

#[utoipa::path(
    get, path = "/api/v1/contracts/{contract}", tag = "contracts", params(("contract" = String, Path)),
    responses((status = 200, body = ContractDocument, description = "As `[[contract]]` of the book", headers(("ETag" = String))),
              (status = 404, body = Problem)),
    security(("token" = []))
)]
pub async fn contract(shared: Data<Shared>, granted: Granted, code: Path<String>) -> Result<HttpResponse, Fault> {
    read(&shared, EntryKind::Contract, &code, granted.scope).await
}

#[utoipa::path(
    post, path = "/api/v1/contracts", tag = "contracts", request_body = ContractDocument,
    responses((status = 201, body = ContractDocument), (status = 422, body = EditProblem)), security(("token" = []))
)]
pub async fn create_contract(
    shared: Data<Shared>,
    granted: Granted,
    http: HttpRequest,
    body: Bytes,
) -> Result<HttpResponse, Fault> {
    create(&shared, granted, (EntryKind::Contract, "contracts"), document(&http, &body)?).await
}

#[utoipa::path(
    put, path = "/api/v1/contracts/{contract}", tag = "contracts", request_body = ContractDocument,
    params(ReasonQuery, ("contract" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = ContractDocument), (status = 404, body = Problem), (status = 412, body = EditProblem),
              (status = 422, body = EditProblem), (status = 428, body = Problem)),
    security(("token" = []))
)]
pub async fn put_contract(
    shared: Data<Shared>,
    granted: Granted,
    http: HttpRequest,
    code: Path<String>,
    query: Query<ReasonQuery>,
    body: Bytes,
) -> Result<HttpResponse, Fault> {
    let document = document(&http, &body)?;
    put(&shared, granted, &http, (EntryKind::Contract, &code), &query.reason, move |_| document).await
}

#[utoipa::path(
    get, path = "/api/v1/tariffs/{tariff}", tag = "contracts", params(("tariff" = String, Path)),
    responses((status = 200, body = TariffDocument, description = "As `[[tariff]]` of the book", headers(("ETag" = String))),
              (status = 404, body = Problem)),
    security(("token" = []))
)]
pub async fn tariff(shared: Data<Shared>, granted: Granted, code: Path<String>) -> Result<HttpResponse, Fault> {
    read(&shared, EntryKind::Tariff, &code, granted.scope).await
}

#[utoipa::path(
    post, path = "/api/v1/tariffs", tag = "contracts", request_body = TariffDocument,
    responses((status = 201, body = TariffDocument), (status = 422, body = EditProblem)), security(("token" = []))
)]
pub async fn create_tariff(
    shared: Data<Shared>,
    granted: Granted,
    http: HttpRequest,
    body: Bytes,
) -> Result<HttpResponse, Fault> {
    create(&shared, granted, (EntryKind::Tariff, "tariffs"), document(&http, &body)?).await
}

#[utoipa::path(
    put, path = "/api/v1/tariffs/{tariff}", tag = "contracts", request_body = TariffDocument,
    params(ReasonQuery, ("tariff" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = TariffDocument), (status = 404, body = Problem), (status = 412, body = EditProblem),
              (status = 422, body = EditProblem), (status = 428, body = Problem)),
    security(("token" = []))
)]
pub async fn put_tariff(
    shared: Data<Shared>,
    granted: Granted,
    http: HttpRequest,
    code: Path<String>,
    query: Query<ReasonQuery>,
    body: Bytes,
) -> Result<HttpResponse, Fault> {
    let document = document(&http, &body)?;
    put(&shared, granted, &http, (EntryKind::Tariff, &code), &query.reason, move |_| document).await
}

#[utoipa::path(
    get, path = "/api/v1/assets/{asset}/record", tag = "amortisation", params(("asset" = String, Path)),
    responses((status = 200, body = AssetEntryDocument, description = "As `[[asset]]` of the book, without its events",
               headers(("ETag" = String))),
              (status = 404, body = Problem)),
    security(("token" = []))
)]
pub async fn asset(shared: Data<Shared>, granted: Granted, code: Path<String>) -> Result<HttpResponse, Fault> {
    read(&shared, EntryKind::Asset, &code, granted.scope).await
}

#[utoipa::path(
    post, path = "/api/v1/assets", tag = "amortisation", request_body = AssetEntryDocument,
    responses((status = 201, body = AssetEntryDocument),
              (status = 422, body = EditProblem, description = "What is wrong, field by field: components that do not \
               sum to the cost with their arithmetic.")),
    security(("token" = []))
)]
pub async fn create_asset(
    shared: Data<Shared>,
    granted: Granted,
    http: HttpRequest,
    body: Bytes,
) -> Result<HttpResponse, Fault> {
    create(&shared, granted, (EntryKind::Asset, "assets"), document(&http, &body)?).await
}

#[utoipa::path(
    put, path = "/api/v1/assets/{asset}/record", tag = "amortisation", request_body = AssetEntryDocument,
    params(ReasonQuery, ("asset" = String, Path), ("If-Match" = String, Header)),
    description = "Changes an asset, its components among it, as long as nothing posted stands against it.",
    responses((status = 200, body = AssetEntryDocument), (status = 404, body = Problem), (status = 412, body = EditProblem),
              (status = 422, body = EditProblem), (status = 428, body = Problem)),
    security(("token" = []))
)]
pub async fn put_asset(
    shared: Data<Shared>,
    granted: Granted,
    http: HttpRequest,
    code: Path<String>,
    query: Query<ReasonQuery>,
    body: Bytes,
) -> Result<HttpResponse, Fault> {
    let mut document = document(&http, &body)?;
    let change = move |stored: Option<&StoredEntry>| {
        let events = stored.and_then(|stored| stored.document.get(EVENTS));
        if let (Some(keys), Some(events)) = (document.as_object_mut(), events) {
            keys.entry(EVENTS).or_insert_with(|| events.clone());
        }
        document
    };
    put(&shared, granted, &http, (EntryKind::Asset, &code), &query.reason, change).await
}

#[utoipa::path(
    get, path = "/api/v1/seller", tag = "contracts",
    responses((status = 200, body = SellerDocument, description = "As `[seller]` of the book", headers(("ETag" = String))),
              (status = 403, body = Problem)),
    security(("token" = []))
)]
pub async fn seller(shared: Data<Shared>, granted: Granted) -> Result<HttpResponse, Fault> {
    read(&shared, EntryKind::Seller, "", granted.scope).await
}

#[utoipa::path(
    put, path = "/api/v1/seller", tag = "contracts", request_body = SellerDocument, params(("If-Match" = String, Header)),
    responses((status = 200, body = SellerDocument), (status = 412, body = EditProblem), (status = 422, body = EditProblem),
              (status = 428, body = Problem)),
    security(("token" = []))
)]
pub async fn put_seller(
    shared: Data<Shared>,
    granted: Granted,
    http: HttpRequest,
    body: Bytes,
) -> Result<HttpResponse, Fault> {
    let document = document(&http, &body)?;
    put(&shared, granted, &http, (EntryKind::Seller, ""), "", move |_| document).await
}

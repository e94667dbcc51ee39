//! One tenant, contract, tariff, asset, the seller and the terms of payback: read, created, changed, and what was entered by mistake removed.

use actix_web::HttpResponse;
use actix_web::web::{Bytes, Path, Query};
use serde::Deserialize;
use utoipa::{IntoParams, IntoResponses};

use super::entry::{self, Asker, EditProblem};
use super::once::Writing;
use super::schemas::asset_book::AssetEntryDocument;
use super::schemas::book::{ContactDocument, ContractDocument, SellerDocument, TariffDocument, TenantDocument};
use super::schemas::payback_book::PaybackTermsDocument;
use crate::app::edit_book::StoredEntry;
use crate::domain::book::{Entry, EntryKind, RemovableKind};
use crate::http::error::{Fault, Problem};

/// Why terms change; required of a contract, of a tariff that a contract names, and of what payback is projected by.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct ReasonQuery {
    /// 5 to 500 characters; auditors read it.
    #[serde(default)]
    reason: String,
}

/// Why a thing is removed.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct RemovalQuery {
    /// 5 to 500 characters; auditors read it.
    reason: String,
}

/// What the removal of a thing of the book is answered with.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "it describes the answers, which `entry::remove` gives")]
enum Removal {
    #[response(status = 204, description = "Removed.")]
    Removed,
    #[response(status = 400)]
    Misasked(Problem),
    #[response(status = 404)]
    Unknown(Problem),
    #[response(status = 409, description = "Something refers to it.")]
    ReferredTo(EditProblem),
    #[response(status = 412, description = "Changed meanwhile.")]
    Changed(EditProblem),
    #[response(status = 422, description = "The reason is too short or too long.")]
    NoReason(EditProblem),
    #[response(status = 428)]
    NoTag(Problem),
}

#[utoipa::path(
    get, path = "/api/v1/tenants/{code}", tag = "contracts", params(("code" = String, Path)),
    responses((status = 200, body = TenantDocument, description = "As `[[tenant]]` of the book", headers(("ETag" = String))),
              (status = 404, body = Problem)),
    security(("token" = []))
)]
pub async fn tenant(asker: Asker, code: Path<String>) -> Result<HttpResponse, Fault> {
    entry::read(asker, EntryKind::Tenant, &code).await
}

#[utoipa::path(
    post, path = "/api/v1/tenants", tag = "contracts", request_body = TenantDocument,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same request makes one.")),
    responses((status = 201, body = TenantDocument), (status = 422, body = EditProblem)), security(("token" = []))
)]
pub async fn create_tenant(writing: Writing) -> Result<HttpResponse, Fault> {
    entry::create(writing, (EntryKind::Tenant, "tenants")).await
}

#[utoipa::path(
    put, path = "/api/v1/tenants/{code}", tag = "contracts", request_body = TenantDocument,
    params(("code" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = TenantDocument), (status = 404, body = Problem), (status = 412, body = EditProblem),
              (status = 422, body = EditProblem), (status = 428, body = Problem)),
    security(("token" = []))
)]
pub async fn put_tenant(asker: Asker, code: Path<String>, body: Bytes) -> Result<HttpResponse, Fault> {
    entry::replace(asker, (EntryKind::Tenant, &code), "", &body).await
}

#[utoipa::path(
    delete, path = "/api/v1/tenants/{code}", tag = "contracts",
    description = "Removes a tenant that was entered by mistake: nothing may refer to it.",
    params(RemovalQuery, ("code" = String, Path), ("If-Match" = String, Header)),
    responses(Removal),
    security(("token" = []))
)]
pub async fn delete_tenant(
    asker: Asker,
    code: Path<String>,
    query: Query<RemovalQuery>,
) -> Result<HttpResponse, Fault> {
    entry::remove(asker, (RemovableKind::Tenant, &code), &query.reason).await
}

#[utoipa::path(
    put, path = "/api/v1/tenants/{code}/contacts", tag = "contracts", request_body = Vec<ContactDocument>,
    params(("code" = String, Path), ("If-Match" = String, Header, description = "The tenant's ETag")),
    responses((status = 200, body = TenantDocument), (status = 404, body = Problem), (status = 412, body = EditProblem),
              (status = 422, body = EditProblem), (status = 428, body = Problem)),
    security(("token" = []))
)]
pub async fn put_contacts(asker: Asker, code: Path<String>, body: Bytes) -> Result<HttpResponse, Fault> {
    let contacts = entry::document(&asker.2, &body)?;
    let change = move |stored: Option<&StoredEntry>| {
        let mut document = stored.map(|stored| stored.document.clone()).unwrap_or_default();
        if let Some(tenant) = document.as_object_mut() {
            tenant.insert("contact".to_owned(), contacts);
        }
        document
    };
    entry::change(asker, (EntryKind::Tenant, &code), "", change).await
}

#[utoipa::path(
    get, path = "/api/v1/contracts/{contract}", tag = "contracts", params(("contract" = String, Path)),
    responses((status = 200, body = ContractDocument, description = "As `[[contract]]` of the book", headers(("ETag" = String))),
              (status = 404, body = Problem)),
    security(("token" = []))
)]
pub async fn contract(asker: Asker, code: Path<String>) -> Result<HttpResponse, Fault> {
    entry::read(asker, EntryKind::Contract, &code).await
}

#[utoipa::path(
    post, path = "/api/v1/contracts", tag = "contracts", request_body = ContractDocument,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same request makes one.")),
    responses((status = 201, body = ContractDocument), (status = 422, body = EditProblem)), security(("token" = []))
)]
pub async fn create_contract(writing: Writing) -> Result<HttpResponse, Fault> {
    entry::create(writing, (EntryKind::Contract, "contracts")).await
}

#[utoipa::path(
    put, path = "/api/v1/contracts/{contract}", tag = "contracts", request_body = ContractDocument,
    params(ReasonQuery, ("contract" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = ContractDocument), (status = 404, body = Problem), (status = 412, body = EditProblem),
              (status = 422, body = EditProblem), (status = 428, body = Problem)),
    security(("token" = []))
)]
pub async fn put_contract(
    asker: Asker,
    code: Path<String>,
    query: Query<ReasonQuery>,
    body: Bytes,
) -> Result<HttpResponse, Fault> {
    entry::replace(asker, (EntryKind::Contract, &code), &query.reason, &body).await
}

#[utoipa::path(
    delete, path = "/api/v1/contracts/{contract}", tag = "contracts",
    description = "Removes a contract that was entered by mistake: nothing may refer to it.",
    params(RemovalQuery, ("contract" = String, Path), ("If-Match" = String, Header)),
    responses(Removal),
    security(("token" = []))
)]
pub async fn delete_contract(
    asker: Asker,
    code: Path<String>,
    query: Query<RemovalQuery>,
) -> Result<HttpResponse, Fault> {
    entry::remove(asker, (RemovableKind::Contract, &code), &query.reason).await
}

#[utoipa::path(
    get, path = "/api/v1/tariffs/{tariff}", tag = "contracts", params(("tariff" = String, Path)),
    responses((status = 200, body = TariffDocument, description = "As `[[tariff]]` of the book", headers(("ETag" = String))),
              (status = 404, body = Problem)),
    security(("token" = []))
)]
pub async fn tariff(asker: Asker, code: Path<String>) -> Result<HttpResponse, Fault> {
    entry::read(asker, EntryKind::Tariff, &code).await
}

#[utoipa::path(
    post, path = "/api/v1/tariffs", tag = "contracts", request_body = TariffDocument,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same request makes one.")),
    responses((status = 201, body = TariffDocument), (status = 422, body = EditProblem)), security(("token" = []))
)]
pub async fn create_tariff(writing: Writing) -> Result<HttpResponse, Fault> {
    entry::create(writing, (EntryKind::Tariff, "tariffs")).await
}

#[utoipa::path(
    put, path = "/api/v1/tariffs/{tariff}", tag = "contracts", request_body = TariffDocument,
    params(ReasonQuery, ("tariff" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = TariffDocument), (status = 404, body = Problem), (status = 412, body = EditProblem),
              (status = 422, body = EditProblem), (status = 428, body = Problem)),
    security(("token" = []))
)]
pub async fn put_tariff(
    asker: Asker,
    code: Path<String>,
    query: Query<ReasonQuery>,
    body: Bytes,
) -> Result<HttpResponse, Fault> {
    entry::replace(asker, (EntryKind::Tariff, &code), &query.reason, &body).await
}

#[utoipa::path(
    delete, path = "/api/v1/tariffs/{tariff}", tag = "contracts",
    description = "Removes a tariff that was entered by mistake: nothing may refer to it.",
    params(RemovalQuery, ("tariff" = String, Path), ("If-Match" = String, Header)),
    responses(Removal),
    security(("token" = []))
)]
pub async fn delete_tariff(
    asker: Asker,
    code: Path<String>,
    query: Query<RemovalQuery>,
) -> Result<HttpResponse, Fault> {
    entry::remove(asker, (RemovableKind::Tariff, &code), &query.reason).await
}

#[utoipa::path(
    get, path = "/api/v1/assets/{asset}/record", tag = "amortisation", params(("asset" = String, Path)),
    responses((status = 200, body = AssetEntryDocument, description = "As `[[asset]]` of the book, without its events",
               headers(("ETag" = String))),
              (status = 404, body = Problem)),
    security(("token" = []))
)]
pub async fn asset(asker: Asker, code: Path<String>) -> Result<HttpResponse, Fault> {
    entry::read(asker, EntryKind::Asset, &code).await
}

#[utoipa::path(
    post, path = "/api/v1/assets", tag = "amortisation", request_body = AssetEntryDocument,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same request makes one.")),
    responses((status = 201, body = AssetEntryDocument),
              (status = 422, body = EditProblem, description = "What is wrong, field by field: components that do not \
               sum to the cost with their arithmetic.")),
    security(("token" = []))
)]
pub async fn create_asset(writing: Writing) -> Result<HttpResponse, Fault> {
    entry::create(writing, (EntryKind::Asset, "assets")).await
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
    asker: Asker,
    code: Path<String>,
    query: Query<ReasonQuery>,
    body: Bytes,
) -> Result<HttpResponse, Fault> {
    let mut document = entry::document(&asker.2, &body)?;
    let change = move |stored: Option<&StoredEntry>| {
        let events = stored.and_then(|stored| stored.document.get(entry::EVENTS));
        if let (Some(keys), Some(events)) = (document.as_object_mut(), events) {
            keys.entry(entry::EVENTS).or_insert_with(|| events.clone());
        }
        document
    };
    entry::change(asker, (EntryKind::Asset, &code), &query.reason, change).await
}

#[utoipa::path(
    get, path = "/api/v1/seller", tag = "contracts",
    responses((status = 200, body = SellerDocument, description = "As `[seller]` of the book", headers(("ETag" = String))),
              (status = 403, body = Problem)),
    security(("token" = []))
)]
pub async fn seller(asker: Asker) -> Result<HttpResponse, Fault> {
    entry::read(asker, EntryKind::Seller, "").await
}

#[utoipa::path(
    put, path = "/api/v1/seller", tag = "contracts", request_body = SellerDocument, params(("If-Match" = String, Header)),
    responses((status = 200, body = SellerDocument), (status = 412, body = EditProblem), (status = 422, body = EditProblem),
              (status = 428, body = Problem)),
    security(("token" = []))
)]
pub async fn put_seller(asker: Asker, body: Bytes) -> Result<HttpResponse, Fault> {
    entry::replace(asker, (EntryKind::Seller, ""), "", &body).await
}

#[utoipa::path(
    get, path = "/api/v1/payback/terms", tag = "payback",
    description = "What payback is projected by and compared with. A book without any answers what stands in for them: one \
        scenario in which everything stays as it is.",
    responses((status = 200, body = PaybackTermsDocument, description = "As `[payback]` of the book",
               headers(("ETag" = String)))),
    security(("token" = []))
)]
pub async fn payback(asker: Asker) -> Result<HttpResponse, Fault> {
    entry::read(asker, EntryKind::Payback, Entry::PAYBACK_TERMS).await
}

#[utoipa::path(
    put, path = "/api/v1/payback/terms", tag = "payback", request_body = PaybackTermsDocument,
    params(ReasonQuery, ("If-Match" = String, Header)),
    responses((status = 200, body = PaybackTermsDocument), (status = 412, body = EditProblem),
              (status = 422, body = EditProblem), (status = 428, body = Problem)),
    security(("token" = []))
)]
pub async fn put_payback(asker: Asker, query: Query<ReasonQuery>, body: Bytes) -> Result<HttpResponse, Fault> {
    entry::replace(asker, (EntryKind::Payback, Entry::PAYBACK_TERMS), &query.reason, &body).await
}

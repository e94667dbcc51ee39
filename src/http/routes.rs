//! Everything the server answers, in one table.
//!
//! The table drives registration: a handler without a row is not reachable, a row cannot lack its access. The golden
//! file `tests/golden/routes.txt` shows what each row answers to each role.

use actix_web::http::{Method, header};
use actix_web::web::{self, JsonConfig, PathConfig, PayloadConfig, QueryConfig, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, ResponseError, Route};

use super::api::{amortisation, invoices, journal, openapi, payback, readings, tenants, token};
use super::auth::{Access, guarded};
use super::error::Fault;
use super::{health, pages};
use crate::domain::access::Action;

/// One method of one path.
pub struct RouteRow {
    pub method: Method,
    /// In actix's syntax.
    pub path: &'static str,
    pub access: Access,
    handler: fn() -> Route,
}

macro_rules! get {
    ($path:literal, $access:expr, $handler:expr) => {
        RouteRow { method: Method::GET, path: $path, access: $access, handler: || web::get().to($handler) }
    };
}

macro_rules! post {
    ($path:literal, $access:expr, $handler:expr) => {
        RouteRow { method: Method::POST, path: $path, access: $access, handler: || web::post().to($handler) }
    };
}

/// Paths are tried in this order: `…/{number}.pdf` stands before `…/{number}`.
pub const ROUTES: &[RouteRow] = &[
    get!("/health/live", Access::OpenApi, health::live),
    get!("/health/ready", Access::OpenApi, health::ready),
    get!("/openapi.json", Access::OpenApi, openapi::document),
    post!("/api/v1/token", Access::OpenApi, token::create),
    post!("/api/v1/readings", Access::Api(Action::SendReadings), readings::receive),
    get!("/api/v1/tenants", Access::Api(Action::SeeTenants), tenants::list),
    get!("/api/v1/contracts", Access::Api(Action::SeeContracts), tenants::contracts),
    get!("/api/v1/invoices", Access::Api(Action::SeeInvoices), invoices::list),
    get!("/api/v1/invoices/{number}.pdf", Access::Api(Action::SeeInvoices), invoices::pdf),
    get!("/api/v1/invoices/{number}.xml", Access::Api(Action::SeeInvoices), invoices::xml),
    get!("/api/v1/invoices/{number}", Access::Api(Action::SeeInvoices), invoices::one),
    get!("/api/v1/amortisation", Access::Api(Action::SeeAmortisation), amortisation::report),
    get!("/api/v1/payback", Access::Api(Action::SeePayback), payback::report),
    get!("/api/v1/journal", Access::Api(Action::SeeJournal), journal::list),
    get!("/assets/{name}", Access::OpenPage, pages::assets::asset),
    get!("/sign-in", Access::OpenPage, pages::sign_in::form),
    post!("/sign-in", Access::OpenPage, pages::sign_in::submit),
    post!("/sign-out", Access::AnyVisitor, pages::sign_in::leave),
    get!("/", Access::AnyVisitor, pages::home::home),
    get!("/tenants", Access::Page(Action::SeeTenants), pages::tenants::list),
    get!("/tenants/{code}", Access::Page(Action::SeeTenants), pages::tenants::one),
    get!("/invoices", Access::Page(Action::SeeInvoices), pages::invoices::list),
    get!("/invoices/list.csv", Access::Page(Action::SeeInvoices), pages::invoices::files::csv),
    get!("/invoices/list.xlsx", Access::Page(Action::SeeInvoices), pages::invoices::files::xlsx),
    get!("/invoices/documents.zip", Access::Page(Action::SeeInvoices), pages::invoices::files::zip),
    get!("/invoices/{number}.pdf", Access::Page(Action::SeeInvoices), invoices::pdf),
    get!("/invoices/{number}.xml", Access::Page(Action::SeeInvoices), invoices::xml),
    get!("/invoices/{number}", Access::Page(Action::SeeInvoices), pages::invoice::one),
    get!("/amortisation", Access::Page(Action::SeeAmortisation), pages::amortisation::page),
    get!("/amortisation/file", Access::Page(Action::SeeAmortisation), pages::amortisation::file),
    get!("/payback", Access::Page(Action::SeePayback), pages::payback::page),
    get!("/payback/file", Access::Page(Action::SeePayback), pages::payback::file),
    post!("/payback/archive", Access::Page(Action::ArchiveReports), pages::payback::archive),
];

/// Registers the table; everything else is not found.
pub fn configure(config: &mut ServiceConfig) {
    let fault = |error: actix_web::Error| actix_web::Error::from(Fault::from(&error));
    config
        .app_data(PayloadConfig::new(readings::BODY_BYTES_MAX))
        .app_data(JsonConfig::default().limit(64 * 1024).error_handler(move |error, _| fault(error.into())))
        .app_data(QueryConfig::default().error_handler(move |error, _| fault(error.into())))
        .app_data(PathConfig::default().error_handler(move |error, _| fault(error.into())));
    for rows in ROUTES.chunk_by(|a, b| a.path == b.path) {
        let Some(first) = rows.first() else { continue };
        let methods = rows.iter().map(|row| row.method.as_str()).collect::<Vec<_>>().join(", ");
        let mut resource = web::resource(first.path);
        for row in rows {
            resource = resource.route(guarded(row.access, (row.handler)()));
        }
        let refused = move |request: HttpRequest| {
            let mut response = unrouted(&request, &Fault::MethodNotAllowed);
            if let Ok(allowed) = header::HeaderValue::from_str(&methods) {
                response.headers_mut().insert(header::ALLOW, allowed);
            }
            std::future::ready(response)
        };
        config.service(resource.default_service(web::to(refused)));
    }
    config.default_service(web::to(|request: HttpRequest| std::future::ready(unrouted(&request, &Fault::NotFound))));
}

/// A fault outside every route: a page where a browser seems to ask.
fn unrouted(request: &HttpRequest, fault: &Fault) -> HttpResponse {
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accept.contains("text/html") && !request.path().starts_with("/api/") {
        pages::fault_page(request, fault)
    } else {
        fault.error_response()
    }
}

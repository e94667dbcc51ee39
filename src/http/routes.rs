//! Everything the server answers, in one table.
//!
//! The table drives registration: a handler without a row is not reachable, a row cannot lack its access. The golden
//! file `tests/golden/routes.txt` shows what each row answers to each role.

use actix_web::http::{Method, header};
use actix_web::web::{self, JsonConfig, PathConfig, PayloadConfig, QueryConfig, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, ResponseError, Route};

use super::api::{
    alarms, amortisation, audit, billing, invoices, journal, ledger, meters, notices, openapi, payback, payments,
    racks, readings, tenants, titre, token, usage,
};
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

macro_rules! delete {
    ($path:literal, $access:expr, $handler:expr) => {
        RouteRow { method: Method::DELETE, path: $path, access: $access, handler: || web::delete().to($handler) }
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
    get!("/api/v1/invoices/{number}/titre", Access::Api(Action::SeeJournal), titre::one),
    get!("/api/v1/invoices/{number}/lines/{line}", Access::Api(Action::SeeInvoices), invoices::evidence),
    post!("/api/v1/invoices/{number}/credit-notes", Access::Api(Action::CreditInvoices), payments::credit),
    post!("/api/v1/invoices/{number}/interest", Access::Api(Action::RecordPayments), payments::claim),
    get!("/api/v1/invoices/{number}/notices", Access::Api(Action::SeeNotices), notices::list),
    post!("/api/v1/invoices/{number}/notices", Access::Api(Action::SendNotices), notices::resend),
    get!("/api/v1/invoices/{number}", Access::Api(Action::SeeInvoices), invoices::one),
    get!("/api/v1/payments", Access::Api(Action::SeePayments), payments::list),
    post!("/api/v1/payments", Access::Api(Action::RecordPayments), payments::record),
    post!("/api/v1/payments/statements", Access::Api(Action::RecordPayments), payments::read_statement),
    get!("/api/v1/payments/statements/{statement}", Access::Api(Action::SeePayments), payments::statement),
    get!("/api/v1/payments/receipts", Access::Api(Action::SeePayments), payments::receipts),
    post!("/api/v1/payments/receipts/match", Access::Api(Action::RecordPayments), payments::match_receipt),
    post!("/api/v1/payments/receipts/dismiss", Access::Api(Action::RecordPayments), payments::dismiss),
    get!("/api/v1/dunning", Access::Api(Action::SeePayments), payments::dunning),
    get!("/api/v1/billing/runs", Access::Api(Action::SeeDrafts), billing::runs),
    get!("/api/v1/billing/runs/{run}", Access::Api(Action::SeeDrafts), billing::progress),
    post!("/api/v1/billing/runs/{run}/retry", Access::Api(Action::RunBilling), billing::retry),
    get!("/api/v1/billing/{month}", Access::Api(Action::SeeDrafts), billing::plan),
    post!("/api/v1/billing/{month}/runs", Access::Api(Action::RunBilling), billing::run),
    get!("/api/v1/billing/{month}/drafts", Access::Api(Action::SeeDrafts), billing::drafts),
    get!("/api/v1/billing/{month}/drafts/{contract}", Access::Api(Action::SeeDrafts), billing::draft),
    get!("/api/v1/billing/{month}/drafts/{contract}/lines", Access::Api(Action::SeeDrafts), billing::lines),
    post!("/api/v1/billing/{month}/drafts/{contract}/lines", Access::Api(Action::RunBilling), billing::add_line),
    delete!(
        "/api/v1/billing/{month}/drafts/{contract}/lines/{manual}",
        Access::Api(Action::RunBilling),
        billing::remove_line
    ),
    get!("/api/v1/amortisation", Access::Api(Action::SeeAmortisation), amortisation::report),
    get!("/api/v1/payback", Access::Api(Action::SeePayback), payback::report),
    get!("/api/v1/journal", Access::Api(Action::SeeJournal), journal::list),
    get!("/api/v1/journal/balance", Access::Api(Action::SeeJournal), ledger::balance),
    get!("/api/v1/journal/accounts/{account}", Access::Api(Action::SeeJournal), ledger::account),
    get!("/api/v1/audit/events", Access::Api(Action::SeeTrail), audit::events),
    get!("/api/v1/audit/roots", Access::Api(Action::SeeTrail), audit::signed_roots),
    get!("/api/v1/racks", Access::Api(Action::SeeRacks), racks::list),
    get!("/api/v1/alarms", Access::Api(Action::SeeMeters), alarms::list),
    get!("/api/v1/meters", Access::Api(Action::SeeMeters), meters::list),
    get!("/api/v1/meters/{meter}/coverage", Access::Api(Action::SeeMeters), meters::coverage),
    get!("/api/v1/usage", Access::Api(Action::SeeUsage), usage::usage),
    get!("/api/v1/estimate", Access::Api(Action::SeeUsage), usage::estimate),
    get!("/assets/{name}", Access::OpenPage, pages::assets::asset),
    get!("/sign-in", Access::OpenPage, pages::sign_in::form),
    post!("/sign-in", Access::OpenPage, pages::sign_in::submit),
    post!("/sign-out", Access::AnyVisitor, pages::sign_in::leave),
    get!("/", Access::AnyVisitor, pages::home::home),
    get!("/help", Access::AnyVisitor, pages::help::help),
    get!("/accessibility", Access::OpenPage, pages::accessibility::declaration),
    get!("/notices", Access::Page(Action::SeeNotices), pages::notices::failed),
    get!("/billing", Access::Page(Action::SeeDrafts), pages::billing::list),
    get!("/billing/runs/{run}", Access::Page(Action::SeeDrafts), pages::billing::run::show),
    get!("/billing/runs/{run}/events", Access::Page(Action::SeeDrafts), pages::billing::run::events),
    get!("/billing/{month}", Access::Page(Action::SeeDrafts), pages::billing::plan),
    get!("/billing/{month}/issue", Access::Page(Action::RunBilling), pages::billing::run::confirm),
    post!("/billing/{month}/run", Access::Page(Action::RunBilling), pages::billing::run::start),
    get!("/billing/{month}/drafts/{contract}", Access::Page(Action::SeeDrafts), pages::billing::draft::show),
    get!("/billing/{month}/drafts/{contract}/manual", Access::Page(Action::RunBilling), pages::billing::manual::form),
    post!(
        "/billing/{month}/drafts/{contract}/manual",
        Access::Page(Action::RunBilling),
        pages::billing::manual::submit
    ),
    get!(
        "/billing/{month}/drafts/{contract}/manual/{manual}",
        Access::Page(Action::RunBilling),
        pages::billing::manual::remove_form
    ),
    post!(
        "/billing/{month}/drafts/{contract}/manual/{manual}",
        Access::Page(Action::RunBilling),
        pages::billing::manual::remove
    ),
    get!(
        "/billing/{month}/drafts/{contract}/lines/{line}",
        Access::Page(Action::SeeDrafts),
        pages::billing::draft::line
    ),
    get!(
        "/billing/{month}/drafts/{contract}/lines/{line}/readings",
        Access::Page(Action::SeeDrafts),
        pages::billing::draft::readings
    ),
    get!(
        "/billing/{month}/drafts/{contract}/lines/{line}/readings.csv",
        Access::Page(Action::SeeDrafts),
        pages::billing::draft::file
    ),
    get!("/tenants", Access::Page(Action::SeeTenants), pages::tenants::list),
    get!("/tenants/{code}", Access::Page(Action::SeeTenants), pages::tenants::one),
    get!("/invoices", Access::Page(Action::SeeInvoices), pages::invoices::list),
    get!("/invoices/list.csv", Access::Page(Action::SeeInvoices), pages::invoices::files::csv),
    get!("/invoices/list.xlsx", Access::Page(Action::SeeInvoices), pages::invoices::files::xlsx),
    get!("/invoices/documents.zip", Access::Page(Action::SeeInvoices), pages::invoices::files::zip),
    get!("/invoices/{number}.pdf", Access::Page(Action::SeeInvoices), invoices::pdf),
    get!("/invoices/{number}.xml", Access::Page(Action::SeeInvoices), invoices::xml),
    get!("/invoices/{number}/titre.csv", Access::Page(Action::SeeJournal), titre::csv),
    get!("/invoices/{number}/preview.pdf", Access::Page(Action::SeeInvoices), pages::invoice::preview),
    get!("/invoices/{number}/lines/{line}", Access::Page(Action::SeeInvoices), pages::invoice::trace::line),
    get!(
        "/invoices/{number}/lines/{line}/readings",
        Access::Page(Action::SeeInvoices),
        pages::invoice::trace::readings
    ),
    get!(
        "/invoices/{number}/lines/{line}/readings.csv",
        Access::Page(Action::SeeInvoices),
        pages::invoice::trace::file
    ),
    get!("/invoices/{number}/credit", Access::Page(Action::CreditInvoices), pages::invoice::credit::form),
    post!("/invoices/{number}/credit", Access::Page(Action::CreditInvoices), pages::invoice::credit::submit),
    get!("/invoices/{number}/mail", Access::Page(Action::SeeNotices), pages::invoice::mail::show),
    post!("/invoices/{number}/mail", Access::Page(Action::SendNotices), pages::invoice::mail::resend),
    get!("/invoices/{number}/mail/body", Access::Page(Action::SeeNotices), pages::invoice::mail::body),
    get!("/invoices/{number}", Access::Page(Action::SeeInvoices), pages::invoice::one),
    get!("/payments", Access::Page(Action::SeePayments), pages::payments::list),
    get!("/payments/list.csv", Access::Page(Action::SeePayments), pages::payments::csv),
    get!("/payments/list.xlsx", Access::Page(Action::SeePayments), pages::payments::xlsx),
    get!("/payments/record", Access::Page(Action::RecordPayments), pages::payments::form),
    post!("/payments/record", Access::Page(Action::RecordPayments), pages::payments::submit),
    get!("/payments/import", Access::Page(Action::RecordPayments), pages::payments::statements::form),
    post!("/payments/import", Access::Page(Action::RecordPayments), pages::payments::statements::submit),
    get!("/payments/statements/{statement}", Access::Page(Action::SeePayments), pages::payments::statements::report),
    get!("/payments/receipts", Access::Page(Action::SeePayments), pages::payments::statements::waiting),
    post!("/payments/receipts/dismiss", Access::Page(Action::RecordPayments), pages::payments::statements::dismiss),
    get!("/dunning", Access::Page(Action::SeePayments), pages::dunning::list),
    get!("/dunning/{number}", Access::Page(Action::SeePayments), pages::dunning::claim_form),
    post!("/dunning/{number}", Access::Page(Action::RecordPayments), pages::dunning::claim),
    get!("/amortisation", Access::Page(Action::SeeAmortisation), pages::amortisation::page),
    get!("/amortisation/file", Access::Page(Action::SeeAmortisation), pages::amortisation::file),
    get!("/journal", Access::Page(Action::SeeJournal), pages::journal::list),
    get!("/journal/file", Access::Page(Action::SeeJournal), pages::journal::file),
    get!("/journal/balance", Access::Page(Action::SeeJournal), pages::ledger::balance),
    get!("/journal/accounts/{account}", Access::Page(Action::SeeJournal), pages::ledger::account),
    get!("/audit", Access::Page(Action::SeeTrail), pages::audit::trail),
    get!("/audit/verify", Access::Page(Action::SeeTrail), pages::audit_verify::page),
    get!("/audit/verify.py", Access::Page(Action::TakeEvidence), pages::audit_verify::verifier),
    get!("/audit/roots.jsonl", Access::Page(Action::SeeTrail), pages::audit_verify::root_lines),
    get!("/audit/pack", Access::Page(Action::TakeEvidence), pages::audit_verify::pack),
    get!("/audit/sample", Access::Page(Action::SeeTrail), pages::audit_sample::draw),
    get!("/audit/sample/sheet/{number}", Access::Page(Action::SeeTrail), pages::audit_sheet::sheet),
    get!("/alarms", Access::Page(Action::SeeMeters), pages::alarms::list),
    get!("/alarms.csv", Access::Page(Action::SeeMeters), pages::alarms::csv),
    get!("/alarms.xlsx", Access::Page(Action::SeeMeters), pages::alarms::xlsx),
    get!("/racks", Access::Page(Action::SeeRacks), pages::racks::plan),
    get!("/racks.csv", Access::Page(Action::SeeRacks), pages::racks::csv),
    get!("/racks.xlsx", Access::Page(Action::SeeRacks), pages::racks::xlsx),
    get!("/racks/{rack}", Access::Page(Action::SeeRacks), pages::racks::one),
    get!("/meters", Access::Page(Action::SeeMeters), pages::meters::list),
    get!("/meters.csv", Access::Page(Action::SeeMeters), pages::meters::csv),
    get!("/meters.xlsx", Access::Page(Action::SeeMeters), pages::meters::xlsx),
    get!("/meters/{meter}/readings.csv", Access::Page(Action::SeeMeters), pages::meter::readings_csv),
    get!("/meters/{meter}/readings.xlsx", Access::Page(Action::SeeMeters), pages::meter::readings_xlsx),
    get!("/meters/{meter}/resolve", Access::Page(Action::CorrectReadings), pages::resolve::form),
    post!("/meters/{meter}/resolve", Access::Page(Action::CorrectReadings), pages::resolve::submit),
    get!("/meters/{meter}", Access::Page(Action::SeeMeters), pages::meter::one),
    get!("/readings", Access::Page(Action::SendReadings), pages::readings_upload::form),
    get!("/readings/import", Access::Page(Action::SendReadings), pages::readings_upload::form),
    post!("/readings/import", Access::Page(Action::SendReadings), pages::readings_upload::submit),
    get!("/readings/import/{upload}/events", Access::Page(Action::SendReadings), pages::readings_upload::events),
    get!("/readings/import/{upload}", Access::Page(Action::SendReadings), pages::readings_upload::report),
    get!("/usage", Access::Page(Action::SeeUsage), pages::usage::usage),
    get!("/usage.csv", Access::Page(Action::SeeUsage), pages::usage::csv),
    get!("/usage.xlsx", Access::Page(Action::SeeUsage), pages::usage::xlsx),
    get!("/usage/estimate", Access::Page(Action::SeeUsage), pages::estimate::estimate),
    get!("/contracts", Access::Page(Action::SeeContracts), pages::contracts::list),
    get!("/contracts/{contract}", Access::Page(Action::SeeContracts), pages::contracts::one),
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

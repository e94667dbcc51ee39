//! `GET /openapi.json`: the API's own description.

use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::http::header;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::{
    alarms, amortisation, audit, billing, invoices, journal, ledger, meters, notices, payback, payments, racks,
    readings, tenants, titre, token, usage,
};

#[derive(OpenApi)]
#[openapi(
    info(title = "Chapelle", description = "Billing, contracts and amortisation of a public data centre. Faults are \
        RFC 9457 problem documents; what belongs to another tenant answers 404 like what does not exist."),
    paths(
        token::create,
        readings::receive,
        tenants::list,
        tenants::contracts,
        invoices::list,
        invoices::one,
        invoices::pdf,
        invoices::xml,
        titre::one,
        invoices::evidence,
        notices::list,
        notices::resend,
        payments::credit,
        payments::claim,
        payments::list,
        payments::record,
        payments::read_statement,
        payments::statement,
        payments::receipts,
        payments::match_receipt,
        payments::dismiss,
        payments::dunning,
        billing::plan,
        billing::run,
        billing::runs,
        billing::progress,
        billing::retry,
        billing::drafts,
        billing::draft,
        billing::lines,
        billing::add_line,
        billing::remove_line,
        amortisation::report,
        payback::report,
        journal::list,
        ledger::balance,
        ledger::account,
        audit::events,
        audit::signed_roots,
        racks::list,
        alarms::list,
        meters::list,
        meters::coverage,
        usage::usage,
        usage::estimate,
    ),
    modifiers(&Token)
)]
pub struct Description;

/// The token every other path asks for.
struct Token;

impl Modify for Token {
    fn modify(&self, description: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        let components = description.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(scheme));
    }
}

static DOCUMENT: LazyLock<String> = LazyLock::new(|| Description::openapi().to_json().unwrap_or_default());

pub async fn document() -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CONTENT_TYPE, "application/json")).body(DOCUMENT.as_str())
}

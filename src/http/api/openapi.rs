//! `GET /openapi.json`: the API's own description.

use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::http::header;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::{
    alarms, amortisation, assets, audit, audit_packs, audit_sample, availability, billing, bookkeeping, invoices,
    journal, ledger, me, meters, notices, paid_back, payback, payments, racks, readings, reminders, reports,
    resolutions, settings, tariffs, tenants, terms, titre, token, usage, users,
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
        terms::create_tenant,
        terms::tenant,
        terms::put_tenant,
        terms::put_contacts,
        terms::create_contract,
        terms::contract,
        terms::put_contract,
        tariffs::list,
        tariffs::price,
        terms::create_tariff,
        terms::tariff,
        terms::put_tariff,
        terms::seller,
        terms::put_seller,
        invoices::list,
        invoices::one,
        invoices::pdf,
        invoices::xml,
        titre::one,
        invoices::evidence,
        notices::list,
        notices::resend,
        reminders::plan,
        reminders::send,
        availability::list,
        availability::record,
        payments::correct,
        payments::credit,
        payments::claim,
        paid_back::account,
        paid_back::refund,
        paid_back::transfer,
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
        audit_sample::draw,
        resolutions::resolve,
        audit_packs::create,
        audit_packs::one,
        audit_packs::file,
        reports::kept,
        reports::kept_file,
        reports::one,
        reports::archive,
        assets::list,
        assets::one,
        assets::paper,
        bookkeeping::post_assets,
        bookkeeping::list_periods,
        bookkeeping::set_period,
        bookkeeping::record_event,
        bookkeeping::list_figures,
        bookkeeping::record_figures,
        racks::list,
        alarms::list,
        meters::list,
        meters::coverage,
        usage::usage,
        usage::estimate,
        me::show,
        me::change_password,
        me::list_sessions,
        me::end_session,
        me::list_tokens,
        me::create_token,
        me::revoke_token,
        me::begin_factor,
        me::confirm_factor,
        me::renew_codes,
        me::remove_factor,
        users::list,
        users::one,
        users::change,
        users::send_password_link,
        users::reset_factor,
        users::list_sessions,
        users::end_sessions,
        users::end_session,
        users::list_tokens,
        users::revoke_token,
        users::invitations,
        users::invite,
        users::withdraw,
        settings::show,
        settings::send_test_mail,
    ),
    modifiers(&Token)
)]
pub struct Description;

/// The token every other path asks for.
struct Token;

impl Modify for Token {
    fn modify(&self, description: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT, or chp_…").build();
        let components = description.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(scheme));
    }
}

static DOCUMENT: LazyLock<String> = LazyLock::new(|| Description::openapi().to_json().unwrap_or_default());

pub async fn document() -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CONTENT_TYPE, "application/json")).body(DOCUMENT.as_str())
}

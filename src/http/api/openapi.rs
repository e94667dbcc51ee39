//! `GET /openapi.json`: the API's own description.

use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::http::{Method, header};
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{Modify, OpenApi};

use super::{
    alarms, amortisation, asset_papers, assets, audit, audit_packs, audit_sample, audit_sheet, availability,
    bank_statements, billing, bookkeeping, comparison, documents, drafts, imports, invoices, journal, ledger,
    line_readings, me, meter_readings, meters, notices, on_account, opening, paid_back, payback, payments, racks,
    readings, regularisations, reminders, reports, resolutions, settings, tariffs, tenants, terms, titre, token, usage,
    users,
};

use super::files::Files;
use crate::http::health;

const PROBLEM_TYPE: &str = "application/problem+json";

#[derive(OpenApi)]
#[openapi(
    info(title = "Chapelle", description = "Billing, contracts and amortisation of a public data centre. Faults are \
        RFC 9457 problem documents; what belongs to another tenant answers 404 like what does not exist."),
    paths(
        health::live,
        health::ready,
        token::create,
        readings::receive,
        imports::send,
        imports::list,
        imports::one,
        tenants::list,
        tenants::contracts,
        terms::create_tenant,
        terms::tenant,
        terms::put_tenant,
        terms::delete_tenant,
        terms::put_contacts,
        terms::create_contract,
        terms::contract,
        terms::put_contract,
        terms::delete_contract,
        tariffs::list,
        tariffs::price,
        terms::create_tariff,
        terms::tariff,
        terms::put_tariff,
        terms::delete_tariff,
        terms::seller,
        terms::put_seller,
        invoices::list,
        invoices::one,
        documents::archive,
        invoices::pdf,
        invoices::xml,
        titre::one,
        invoices::evidence,
        line_readings::list,
        notices::list,
        notices::preview,
        notices::undelivered,
        notices::resend,
        reminders::plan,
        reminders::dunning,
        reminders::send,
        availability::list,
        availability::record,
        payments::correct,
        payments::credit,
        payments::claim,
        on_account::account,
        on_account::keep,
        on_account::correct,
        on_account::settle,
        on_account::send_back,
        paid_back::account,
        paid_back::refund,
        paid_back::transfer,
        payments::list,
        payments::record,
        bank_statements::read_statement,
        bank_statements::statements,
        bank_statements::statement,
        bank_statements::receipts,
        bank_statements::match_receipt,
        bank_statements::dismiss,
        bank_statements::keep,
        billing::plan,
        billing::run,
        comparison::months,
        comparison::comparison,
        comparison::problems,
        regularisations::list,
        billing::runs,
        billing::progress,
        billing::retry,
        billing::drafts,
        billing::draft,
        drafts::pdf,
        drafts::withdraw,
        drafts::evidence,
        drafts::readings,
        billing::lines,
        billing::add_line,
        billing::remove_line,
        amortisation::report,
        payback::report,
        terms::payback,
        terms::put_payback,
        journal::list,
        ledger::balance,
        ledger::account,
        audit::events,
        audit::signed_roots,
        audit_sample::draw,
        audit_sheet::one,
        resolutions::resolve,
        audit_packs::list,
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
        asset_papers::attach,
        terms::create_asset,
        terms::asset,
        terms::put_asset,
        opening::open,
        bookkeeping::allocate,
        bookkeeping::post_assets,
        bookkeeping::list_periods,
        bookkeeping::set_period,
        bookkeeping::record_event,
        bookkeeping::list_figures,
        bookkeeping::record_figures,
        racks::list,
        racks::one,
        alarms::list,
        meters::list,
        meters::one,
        meters::coverage,
        meter_readings::list,
        usage::usage,
        usage::estimate,
        me::show,
        me::choose_language,
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
        users::invite_again,
        users::withdraw,
        settings::show,
        settings::mail,
        settings::put_mail,
        settings::send_test_mail,
    ),
    modifiers(&Token, &Files, &Faults, &Named)
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

/// What any operation may answer beside what is its own.
struct Faults;

impl Modify for Faults {
    fn modify(&self, description: &mut utoipa::openapi::OpenApi) {
        for item in description.paths.paths.values_mut() {
            let operations = [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch];
            operations.into_iter().flatten().for_each(declare_faults);
        }
    }
}

/// Faults are problem documents, whatever a handler's description calls them; what the guard answers is declared here.
fn declare_faults(operation: &mut Operation) {
    let needs_token = operation.security.as_ref().is_some_and(|needed| !needed.is_empty());
    let has_body = operation.request_body.is_some();
    let mut parameters = operation.parameters.iter().flatten();
    let takes_key = parameters.any(|one| matches!(one, RefOr::T(one) if one.name == "Idempotency-Key"));
    // Every operation refuses a parameter it does not take, also where it takes none.
    let faults = [
        ("400", needs_token || has_body),
        ("401", needs_token),
        ("403", needs_token),
        // A key that is in use; one that was sent with another body.
        ("409", takes_key),
        ("422", takes_key),
        ("413", has_body),
        ("415", has_body),
    ];
    for (status, applies) in faults {
        if applies {
            operation.responses.responses.entry(status.to_owned()).or_insert_with(|| problem().into());
        }
    }
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else { continue };
        if !status.starts_with(['4', '5']) {
            continue;
        }
        if let Some(content) = response.content.shift_remove("application/json") {
            response.content.insert(PROBLEM_TYPE.to_owned(), content);
        }
    }
}

/// What the specification asks of every operation: a name of its own, and a description of each answer.
struct Named;

impl Modify for Named {
    fn modify(&self, description: &mut utoipa::openapi::OpenApi) {
        for (path, item) in &mut description.paths.paths {
            let operations = [
                ("get", &mut item.get),
                ("put", &mut item.put),
                ("post", &mut item.post),
                ("delete", &mut item.delete),
                ("patch", &mut item.patch),
            ];
            for (method, operation) in operations {
                let Some(operation) = operation else { continue };
                operation.operation_id = Some(operation_id(method, path));
                describe_answers(operation);
            }
        }
    }
}

/// `GET /api/v1/invoices/{number}.pdf` is `get_invoices_number_pdf`: handlers of many lists share a name, addresses do not.
fn operation_id(method: &str, path: &str) -> String {
    let own = path.strip_prefix("/api/v1").unwrap_or(path);
    let words = own.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    [method].into_iter().chain(words).collect::<Vec<_>>().join("_")
}

fn describe_answers(operation: &mut Operation) {
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else { continue };
        if response.description.is_empty() {
            response.description = meaning(status).to_owned();
        }
    }
}

/// What a status means wherever an operation has nothing of its own to say of it.
fn meaning(status: &str) -> &'static str {
    match status {
        "200" => "What was asked for.",
        "201" => "It was made.",
        "202" => "It was begun.",
        "204" => "It was done; there is nothing to tell.",
        "400" => "The request cannot be read: a parameter or the body is not what is asked for.",
        "401" => "There is no token, or one that no longer counts.",
        "403" => "The role or the token's scopes do not allow it, or a second factor is lacking.",
        "404" => "There is nothing, or nothing the caller may see.",
        "409" => "It conflicts with what is stored.",
        "412" => "Somebody else changed it meanwhile.",
        "413" => "The body is too large.",
        "415" => "The body's content type is not taken here.",
        "422" => "The request is understood and refused; nothing was changed.",
        "428" => "The change does not say which version it is based on.",
        "429" => "Too many attempts failed; Retry-After says how long to wait.",
        "503" => "Not available for the moment; Retry-After says when to try again.",
        _ => "As its status says.",
    }
}

fn problem() -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    ResponseBuilder::new().content(PROBLEM_TYPE, content).build()
}

static DESCRIPTION: LazyLock<utoipa::openapi::OpenApi> = LazyLock::new(Description::openapi);
static DOCUMENT: LazyLock<String> = LazyLock::new(|| DESCRIPTION.to_json().unwrap_or_default());

/// The parameters a query of this operation may have; nothing where it is not described.
pub fn query_names(method: &Method, path: &str) -> Option<Vec<&'static str>> {
    // Whatever watches the process may ask as it likes.
    let item = DESCRIPTION.paths.paths.get(path).filter(|_| path.starts_with("/api/"))?;
    let operation = match *method {
        Method::GET | Method::HEAD => &item.get,
        Method::PUT => &item.put,
        Method::POST => &item.post,
        Method::DELETE => &item.delete,
        Method::PATCH => &item.patch,
        _ => &None,
    };
    let parameters = operation.as_ref()?.parameters.as_deref().unwrap_or_default();
    let name = |parameter: &'static RefOr<Parameter>| match parameter {
        RefOr::T(parameter) if parameter.parameter_in == ParameterIn::Query => Some(parameter.name.as_str()),
        _ => None,
    };
    Some(parameters.iter().filter_map(name).collect())
}

pub async fn document() -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CONTENT_TYPE, "application/json")).body(DOCUMENT.as_str())
}

#[cfg(test)]
mod tests;

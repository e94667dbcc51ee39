//! `GET /openapi.json`: the API's own description.

use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::http::{Method, header};
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{Modify, OpenApi};

use super::{
    alarms, amortisation, asset_papers, assets, audit, audit_packs, audit_sample, availability, billing, bookkeeping,
    drafts, invoices, journal, ledger, me, meters, notices, opening, paid_back, payback, payments, racks, readings,
    reminders, reports, resolutions, settings, tariffs, tenants, terms, titre, token, usage, users,
};

const PROBLEM_TYPE: &str = "application/problem+json";

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
        drafts::withdraw,
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
    modifiers(&Token, &Faults)
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
    // Every operation refuses a parameter it does not take, also where it takes none.
    for (status, applies) in [("400", true), ("401", needs_token), ("403", needs_token), ("413", has_body)] {
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

fn problem() -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    ResponseBuilder::new().content(PROBLEM_TYPE, content).build()
}

static DESCRIPTION: LazyLock<utoipa::openapi::OpenApi> = LazyLock::new(Description::openapi);
static DOCUMENT: LazyLock<String> = LazyLock::new(|| DESCRIPTION.to_json().unwrap_or_default());

/// The parameters a query of this operation may have; nothing where it is not described.
pub fn query_names(method: &Method, path: &str) -> Option<Vec<&'static str>> {
    let item = DESCRIPTION.paths.paths.get(path)?;
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
mod tests {
    use serde_json::Value;

    use super::*;

    /// Answers that succeed and have nothing to read, beside every 204.
    const WITHOUT_BODY: [(&str, &str); 1] = [("/api/v1/users/{user}/password-reset", "202")];

    /// The place of every schema that lets anything through: no type, no parts; an object that names no property; a list of
    /// no matter what. What `additionalProperties` lets in on purpose is let through.
    fn empty_schemas(schema: &Value, place: &str, found: &mut Vec<String>) {
        let Some(object) = schema.as_object() else { return };
        let has = |key: &str| object.contains_key(key);
        let is = |kind: &str| match &object.get("type") {
            Some(Value::Array(kinds)) => kinds.iter().any(|one| one == kind),
            one => one.is_some_and(|one| one == kind),
        };
        let composed = ["$ref", "allOf", "oneOf", "anyOf", "enum"].into_iter().any(has);
        let listed = has("items") || has("prefixItems");
        let named = has("properties") || has("additionalProperties");
        if !composed && (!has("type") || (is("object") && !named) || (is("array") && !listed)) {
            found.push(place.to_owned());
        }
        for (key, inner) in object.get("properties").and_then(Value::as_object).into_iter().flatten() {
            empty_schemas(inner, &format!("{place}.{key}"), found);
        }
        if let Some(items) = object.get("items") {
            empty_schemas(items, &format!("{place}[]"), found);
        }
        for kind in ["allOf", "oneOf", "anyOf", "prefixItems"] {
            for inner in object.get(kind).and_then(Value::as_array).into_iter().flatten() {
                empty_schemas(inner, &format!("{place} {kind}"), found);
            }
        }
    }

    /// The JSON schemas a content has; a schema that is missing is a null, which is no object and is told as such.
    fn json_schemas<'a>(content: &'a Value, place: &str, missing: &mut Vec<String>) -> Vec<&'a Value> {
        let kinds = content.as_object().into_iter().flatten();
        let json = kinds.filter(|(kind, _)| kind.ends_with("/json") || kind.ends_with("+json"));
        let schemas: Vec<&Value> = json.map(|(_, content)| &content["schema"]).collect();
        if schemas.iter().any(|schema| schema.is_null()) {
            missing.push(place.to_owned());
        }
        schemas
    }

    #[test]
    fn every_answer_and_every_body_has_a_schema() {
        let document: Value = serde_json::from_str(&DOCUMENT).unwrap();
        let mut lacking = vec![];
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let place = format!("{method} {path}");
                let succeeding = operation["responses"].as_object().unwrap().iter();
                for (status, answer) in succeeding.filter(|(status, _)| status.starts_with('2')) {
                    let place = format!("{place} {status}");
                    let bodiless = status == "204" || WITHOUT_BODY.contains(&(path.as_str(), status.as_str()));
                    if bodiless != answer["content"].is_null() {
                        lacking.push(format!("{place}: a body or none?"));
                    }
                    for schema in json_schemas(&answer["content"], &place, &mut lacking) {
                        empty_schemas(schema, &place, &mut lacking);
                    }
                }
                let place = format!("{place} request");
                for schema in json_schemas(&operation["requestBody"]["content"], &place, &mut lacking) {
                    empty_schemas(schema, &place, &mut lacking);
                }
            }
        }
        for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
            empty_schemas(schema, name, &mut lacking);
        }
        assert!(lacking.is_empty(), "without a schema that says anything:\n{}", lacking.join("\n"));
    }
}

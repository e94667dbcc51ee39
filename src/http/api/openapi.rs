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
    readings, reminders, reports, resolutions, settings, tariffs, tenants, terms, titre, token, usage, users,
};

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
    modifiers(&Token, &Faults, &Named)
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
mod tests {
    use serde_json::Value;

    use super::*;

    /// Answers that succeed and have nothing to read, beside every 204.
    const WITHOUT_BODY: [(&str, &str); 1] = [("/api/v1/users/{user}/password-reset", "202")];

    /// Lists that are answered whole: of one thing, of which nobody has more than a few.
    const WHOLE: [(&str, &str); 7] = [
        ("/api/v1/audit/packs", "the latest few"),
        ("/api/v1/billing/months", "a year of them"),
        ("/api/v1/invoices/{number}/notices", "mails about one invoice"),
        ("/api/v1/me/sessions", "devices of one person"),
        ("/api/v1/me/tokens", "long-lived tokens of one person"),
        ("/api/v1/users/{user}/sessions", "devices of one person"),
        ("/api/v1/users/{user}/tokens", "long-lived tokens of one person"),
    ];

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

    /// What a `$ref` names, wherever one stands.
    fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::Object(fields) => {
                found.extend(fields.get("$ref").and_then(Value::as_str));
                fields.values().for_each(|inner| references(inner, found));
            }
            Value::Array(items) => items.iter().for_each(|inner| references(inner, found)),
            _ => {}
        }
    }

    #[test]
    fn operations_have_names_of_their_own_and_described_answers() {
        let document: Value = serde_json::from_str(&DOCUMENT).unwrap();
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
        let (mut names, mut wrong) = (std::collections::BTreeSet::new(), vec![]);
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let place = format!("{method} {path}");
                let name = operation["operationId"].as_str().unwrap_or_default();
                if name.is_empty() || !names.insert(name.to_owned()) {
                    wrong.push(format!("{place}: the name `{name}`"));
                }
                for (status, answer) in operation["responses"].as_object().unwrap() {
                    if answer["description"].as_str().unwrap_or_default().is_empty() {
                        wrong.push(format!("{place} {status}: no description"));
                    }
                    if answer["description"] == meaning("") {
                        wrong.push(format!("{place} {status}: a status without a meaning"));
                    }
                }
                let in_path = operation["parameters"].as_array().into_iter().flatten();
                let in_path = in_path.filter(|one| one["in"] == "path").map(|one| one["name"].as_str().unwrap());
                let in_path: std::collections::BTreeSet<&str> = in_path.collect();
                let asked = path.split('{').skip(1).map(|rest| rest.split('}').next().unwrap()).collect();
                if in_path != asked {
                    wrong.push(format!("{place}: parameters {in_path:?}"));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        let mut found = vec![];
        references(&document, &mut found);
        let missing: Vec<&&str> =
            found.iter().filter(|place| document.pointer(place.trim_start_matches('#')).is_none()).collect();
        assert!(missing.is_empty() && !found.is_empty(), "{missing:?}");
        let served = crate::http::routes::routes()
            .filter(|row| row.path.starts_with("/api/") || row.path.starts_with("/health/"));
        for row in served {
            let method = row.method.as_str().to_lowercase();
            assert!(document["paths"][row.path][&method].is_object(), "{method} {} is not described", row.path);
        }
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

    #[test]
    fn a_list_comes_in_parts() {
        let document: Value = serde_json::from_str(&DOCUMENT).unwrap();
        let mut whole = vec![];
        for (path, item) in document["paths"].as_object().unwrap() {
            let schema = &item["get"]["responses"]["200"]["content"]["application/json"]["schema"];
            let named = schema["$ref"].as_str().and_then(|place| document.pointer(place.trim_start_matches('#')));
            let asked = item["get"]["parameters"].as_array().into_iter().flatten();
            let comes_in_parts =
                asked.into_iter().any(|one| ["page", "cursor", "after"].iter().any(|name| one["name"] == *name));
            if named.unwrap_or(schema)["type"] == "array" && !comes_in_parts {
                whole.push(path.as_str());
            }
        }
        assert_eq!(whole, WHOLE.map(|(path, _)| path));
    }
}

//! The description holds what it must of every operation.

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
    let served =
        crate::http::routes::routes().filter(|row| row.path.starts_with("/api/") || row.path.starts_with("/health/"));
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

//! Where two documents differ, in words.

use std::collections::BTreeSet;

use serde_json::Value;

/// Each place where `stored` and `said` differ: `version.2.unit_price_eur`, with what either has there.
pub fn between(stored: &Value, said: &Value) -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    compare("", Some(stored), Some(said), &mut found);
    found
}

fn compare(path: &str, stored: Option<&Value>, said: Option<&Value>, found: &mut Vec<(String, String, String)>) {
    // A key without a value says as much as no key.
    let there = |value: Option<&'_ Value>| value.is_some_and(|value| !value.is_null());
    if !there(stored) && !there(said) {
        return;
    }
    match (stored, said) {
        (Some(Value::Object(left)), Some(Value::Object(right))) => {
            let keys: BTreeSet<&String> = left.keys().chain(right.keys()).collect();
            for key in keys {
                compare(&under(path, key), left.get(key), right.get(key), found);
            }
        }
        (Some(Value::Array(left)), Some(Value::Array(right))) => {
            for index in 0..left.len().max(right.len()) {
                let place = under(path, &(index + 1).to_string());
                compare(&place, left.get(index), right.get(index), found);
            }
        }
        (stored, said) if stored != said => found.push((path.to_owned(), shown(stored), shown(said))),
        _ => {}
    }
}

fn under(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

fn shown(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "nothing".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::between;

    #[test]
    fn every_place_is_named_with_both() {
        let stored = json!({ "name": "A", "version": [{ "price": "1.00" }, { "price": "2.00" }], "to": "2026-01-01" });
        let said = json!({ "name": "A", "version": [{ "price": "1.00" }, { "price": "20.00" }], "from": null });
        let found = between(&stored, &said);
        let told: Vec<String> = found.iter().map(|(path, stored, said)| format!("{path}: {stored}, {said}")).collect();
        assert_eq!(told, ["to: 2026-01-01, nothing", "version.2.price: 2.00, 20.00"]);
        assert!(between(&stored, &stored).is_empty());
    }
}

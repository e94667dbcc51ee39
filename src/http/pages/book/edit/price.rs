//! A price as a form asks for it: its shape with that shape's fields, and a least and a most for any of them.
//!
//! The book nests a minimum and a cap around the price they bound; people think of them as two more amounts.

use serde_json::{Map, Value as Json};

use super::form::FormData;
use super::view::{Draw, Section};
use crate::http::pages::edit::tenant::section;

/// The shapes a person chooses from.
const SHAPES: [&str; 6] = ["per-unit", "graduated", "volume", "commitment", "flat", "one-off"];
/// From the outermost: a cap holds whatever the minimum asks for.
const BOUNDS: [(&str, &str); 2] = [("cap", "cap_eur"), ("minimum", "minimum_eur")];
/// Empty tiers offered beyond those that are there.
const SPARE_TIERS: usize = 2;

/// The fields of each shape.
fn keys_of(shape: &str) -> &'static [&'static str] {
    match shape {
        "per-unit" => &["unit_price_eur"],
        "graduated" | "volume" => &["tiers"],
        "commitment" => &["committed", "unit_price_eur", "overage_unit_price_eur"],
        _ => &["amount_eur"],
    }
}

/// The form's fields of a version of the book.
pub fn fields(version: &Json) -> FormData {
    let mut data = FormData::default();
    data.set("from", version.get("from").and_then(Json::as_str).unwrap_or_default());
    let mut price = version;
    while let (Some((_, field)), Some(inner)) = (bound_of(price), price.get("of")) {
        data.set(field, price.get("amount_eur").and_then(Json::as_str).unwrap_or_default());
        price = inner;
    }
    let mut inner = FormData::of(price);
    inner.forget(&["from"]);
    data.and(inner)
}

fn bound_of(price: &Json) -> Option<(&'static str, &'static str)> {
    let shape = price.get("shape").and_then(Json::as_str)?;
    BOUNDS.into_iter().find(|(bound, _)| *bound == shape)
}

/// The version of the book that the fields describe.
pub fn document(data: &FormData) -> Json {
    let typed = data.document();
    let shape = data.text("shape").to_owned();
    let keys = keys_of(&shape).iter();
    let kept = keys.filter_map(|key| Some(((*key).to_owned(), typed.get(*key)?.clone())));
    let mut price: Map<String, Json> = kept.collect();
    price.insert("shape".to_owned(), shape.into());
    for (bound, field) in BOUNDS.into_iter().rev() {
        if let Some(amount) = typed.get(field) {
            let entries = [("shape", bound.into()), ("amount_eur", amount.clone()), ("of", Json::Object(price))];
            price = entries.into_iter().map(|(key, value): (&str, Json)| (key.to_owned(), value)).collect();
        }
    }
    if let Some(from) = typed.get("from") {
        price.insert("from".to_owned(), from.clone());
    }
    Json::Object(price)
}

/// The form's field for a place within a version: `of.amount_eur` is the least where a cap stands around it.
pub fn field(place: &str, data: &FormData) -> String {
    let bounds = BOUNDS.into_iter().filter(|(_, field)| !data.text(field).trim().is_empty());
    let inner = place.trim_start_matches("of.");
    let depth = (place.len() - inner.len()) / "of.".len();
    match bounds.map(|(_, field)| field).nth(depth) {
        Some(bound) if inner == "amount_eur" => bound.to_owned(),
        _ => inner.to_owned(),
    }
}

/// The sections of a version: from when, which shape, its amounts.
pub fn sections(draw: &Draw) -> Vec<Section> {
    let mut first = vec![draw.date("from").required(), draw.words("shape", &SHAPES, "shape").required()];
    // Each is there for the shapes that need it.
    first.extend([
        draw.decimal("unit_price_eur").when("when-unit-price").required(),
        draw.decimal("committed").when("when-commitment").required(),
        draw.decimal("overage_unit_price_eur").when("when-commitment").required(),
        draw.decimal("amount_eur").when("when-amount").required(),
    ]);
    let tiers = Section {
        hint: draw.t("tiers-hint"),
        class: "when-tiers",
        rows: Some(draw.rows("tiers", SPARE_TIERS, |draw| vec![draw.decimal("to"), draw.decimal("unit_price_eur")])),
        ..section(draw.t("section-tiers"), vec![])
    };
    let bounds = Section {
        hint: draw.t("bounds-hint"),
        ..section(draw.t("section-bounds"), vec![draw.decimal("minimum_eur"), draw.decimal("cap_eur")])
    };
    vec![section(draw.t("section-price"), first), tiers, bounds]
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn bounds_are_two_amounts_around_any_shape() {
        let version = json!({
            "from": "2027-01-01", "shape": "cap", "amount_eur": "900.00",
            "of": { "shape": "minimum", "amount_eur": "100.00", "of": { "shape": "flat", "amount_eur": "5.00" } },
        });
        let data = fields(&version);
        assert_eq!(
            (data.text("cap_eur"), data.text("minimum_eur"), data.text("amount_eur")),
            ("900.00", "100.00", "5.00")
        );
        assert_eq!(document(&data), version);
        assert_eq!(field("amount_eur", &data), "cap_eur");
        assert_eq!(field("of.amount_eur", &data), "minimum_eur");
        assert_eq!(field("of.of.amount_eur", &data), "amount_eur");
    }

    #[test]
    fn only_the_fields_of_the_shape_count() {
        let mut data = fields(&json!({
            "from": "2027-01-01", "shape": "graduated",
            "tiers": [{ "to": "10", "unit_price_eur": "2" }, { "unit_price_eur": "1" }],
        }));
        data.set("amount_eur", "12");
        let document = document(&data);
        assert_eq!(document.get("amount_eur"), None);
        assert_eq!(document["tiers"].as_array().map(Vec::len), Some(2));
    }
}

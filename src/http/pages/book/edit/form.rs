//! What a form holds: names and texts as a browser sends them, to and from a thing of the book.
//!
//! A field's name is its place in the book: `address.postcode`, `contact.2.email`. So a mistake the book finds is beside
//! its field without a table of names.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};

use crate::domain::money;
use crate::domain::party::Language;
use crate::http::pages::forms::{day, plain_number, unparted};

/// Fields of the form itself, not of the book.
const OWN: [&str; 6] = ["form_token", "version", "reason", "step", "effective", "over"];
/// Numbers and days, which people write as their language does.
const FIGURES: [&str; 43] = [
    "cost_eur",
    "residual_value_eur",
    "subsidy_eur",
    "duration_years",
    "coefficient",
    "expected_units",
    "amount_eur",
    "unit_price_eur",
    "overage_unit_price_eur",
    "minimum_eur",
    "cap_eur",
    "committed",
    "quantity",
    "vat_rate_percent",
    "pue_factor",
    "committed_percent",
    "below_percent",
    "credit_percent",
    "fixed_part",
    "window_minutes",
    "notice_months",
    "to",
    "target_years",
    "space_percent",
    "power_percent",
    "storage_percent",
    "power_kw",
    "storage_tb",
    "rack_unit_eur",
    "kilowatt_eur",
    "terabyte_eur",
    "years",
    "discount_rate_percent",
    "renewal_percent",
    "indexation_percent",
    "energy_price_percent",
    "running_cost_percent",
    "hosting_avoided_percent",
    "heat_percent",
    "occupancy_growth_u",
    "occupancy_limit_percent",
    "energy_follows_occupancy_percent",
    "component_cost_percent",
];
const DAYS: [&str; 6] = ["from", "to", "signed_on", "effective", "commissioned_on", "date"];
const FLAGS: [&str; 3] = ["internal", "vat_on_debits", "count_internal"];
/// One entry a line, or one a box.
const LISTS: [&str; 2] = ["lines", "racks"];

/// The fields of a form, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FormData(Vec<(String, String)>);

impl FormData {
    /// As the browser sent it from a page of `language`: its thousands are parted by nothing. Line breaks are one
    /// character, whatever the browser's system.
    pub fn sent(pairs: Vec<(String, String)>, language: Language) -> FormData {
        let field = |(name, value): (String, String)| {
            let last = name.rsplit('.').next().unwrap_or(&name);
            let value = match FIGURES.contains(&last) {
                true => unparted(&value, language),
                false => value.replace("\r\n", "\n"),
            };
            (name, value)
        };
        FormData(pairs.into_iter().map(field).collect())
    }

    /// As a thing of the book fills it.
    pub fn of(document: &Json) -> FormData {
        let mut data = FormData::default();
        data.fill("", document);
        data
    }

    fn fill(&mut self, name: &str, value: &Json) {
        let below = |key: &str| if name.is_empty() { key.to_owned() } else { format!("{name}.{key}") };
        match value {
            Json::Null | Json::Bool(false) => {}
            Json::Bool(true) => self.0.push((name.to_owned(), "1".to_owned())),
            Json::String(text) => self.0.push((name.to_owned(), text.clone())),
            Json::Number(number) => self.0.push((name.to_owned(), number.to_string())),
            Json::Array(items) if items.iter().all(Json::is_string) => {
                items.iter().for_each(|item| self.fill(name, item));
            }
            Json::Array(items) => {
                (1..)
                    .zip(items)
                    .for_each(|(position, item): (usize, _)| self.fill(&below(&position.to_string()), item));
            }
            Json::Object(entries) => entries.iter().for_each(|(key, value)| self.fill(&below(key), value)),
        }
    }

    /// What stands in a field; nothing where there is none.
    pub fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
    }

    /// A day as the book writes it, where one was typed that can be read.
    pub fn day(&self, name: &str) -> String {
        figure("from", self.text(name))
    }

    /// Every value of a field that may have several.
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.0.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()).collect()
    }

    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.0.retain(|(known, _)| known != name);
        self.0.push((name.to_owned(), value.into()));
    }

    /// Fills a field that is empty.
    pub fn or(mut self, name: &str, value: &str) -> FormData {
        if self.text(name).is_empty() {
            self.set(name, value);
        }
        self
    }

    /// What was typed, for a form that asks whether it shall be done.
    pub fn carried(&self) -> Vec<(String, String)> {
        let is_typed = |name: &str| !["form_token", "step", "confirm"].contains(&name);
        self.0.iter().filter(|(name, _)| is_typed(name)).cloned().collect()
    }

    pub fn forget(&mut self, names: &[&str]) {
        self.0.retain(|(known, _)| !names.contains(&known.as_str()));
    }

    /// The fields of `prefix`, without it.
    pub fn under(&self, prefix: &str) -> FormData {
        let inner = |(name, value): &(String, String)| Some((name.strip_prefix(prefix)?.to_owned(), value.clone()));
        FormData(self.0.iter().filter_map(inner).collect())
    }

    /// The same fields below `prefix`.
    pub fn below(&self, prefix: &str) -> FormData {
        FormData(self.0.iter().map(|(name, value)| (format!("{prefix}{name}"), value.clone())).collect())
    }

    pub fn and(mut self, other: FormData) -> FormData {
        self.0.extend(other.0);
        self
    }

    /// Every name once, in order.
    pub fn names(&self) -> Vec<&str> {
        let mut seen = BTreeSet::new();
        self.0.iter().map(|(name, _)| name.as_str()).filter(|name| seen.insert(*name)).collect()
    }

    /// How many rows a list has.
    pub fn rows(&self, list: &str) -> usize {
        let number = |name: &String| row_of(name, list).map(|(number, _)| number);
        self.0.iter().filter_map(|(name, _)| number(name)).max().unwrap_or(0)
    }

    /// Without the rows of `list` in which nothing stands, and without row `removed`; the rest counted anew.
    pub fn compact(&self, list: &str, removed: Option<usize>) -> FormData {
        let filled: BTreeSet<usize> = self
            .0
            .iter()
            .filter(|(_, value)| !value.trim().is_empty())
            .filter_map(|(name, _)| row_of(name, list).map(|(number, _)| number))
            .filter(|number| Some(*number) != removed)
            .collect();
        let kept = self.0.iter().filter_map(|(name, value)| match row_of(name, list) {
            None => Some((name.clone(), value.clone())),
            Some((number, rest)) => {
                let position = filled.iter().position(|kept| *kept == number)? + 1;
                Some((format!("{list}.{position}.{rest}"), value.clone()))
            }
        });
        FormData(kept.collect())
    }

    /// The thing of the book the fields describe. What is empty is left out: the book says whether it may be.
    pub fn document(&self) -> Json {
        let mut root = Json::Object(Map::new());
        for name in self.names().into_iter().filter(|name| !OWN.contains(name)) {
            let last = name.rsplit('.').next().unwrap_or(name);
            let value = if LISTS.contains(&last) {
                let entries = self.all(name).into_iter().flat_map(str::lines).map(str::trim);
                let entries: Vec<Json> = entries.filter(|entry| !entry.is_empty()).map(Json::from).collect();
                if entries.is_empty() { continue } else { Json::Array(entries) }
            } else {
                match figure(last, self.text(name)) {
                    text if text.is_empty() => continue,
                    _ if FLAGS.contains(&last) => Json::Bool(true),
                    text => Json::String(text),
                }
            };
            put_at(&mut root, name, value);
        }
        root
    }
}

/// Puts what was typed of `keys` into a thing of the book; what was left empty stands there as nothing.
pub fn put(document: &mut Json, keys: &[&str], typed: &Json) {
    if let Some(entries) = document.as_object_mut() {
        for key in keys {
            entries.insert((*key).to_owned(), typed.get(key).cloned().unwrap_or_default());
        }
    }
}

/// A text as the book writes it: numbers with a point, days with the year first.
fn figure(key: &str, text: &str) -> String {
    let text = text.trim();
    // By now no comma parts thousands, whatever the page's language.
    let number = || Some(plain_number(text, Language::French)).filter(|_| FIGURES.contains(&key));
    match DAYS.contains(&key) {
        // `to` ends a period of days here and a tier of quantities there.
        true => day(text).map(|day| day.to_string()).or_else(|| number().filter(|plain| money::parse(plain).is_ok())),
        false => number(),
    }
    .unwrap_or_else(|| text.to_owned())
}

/// `contact.2.email` as 2 and `email`, of the list `contact`.
fn row_of<'a>(name: &'a str, list: &str) -> Option<(usize, &'a str)> {
    let (number, rest) = name.strip_prefix(list)?.strip_prefix('.')?.split_once('.')?;
    Some((number.parse().ok().filter(|number| (1..=999).contains(number))?, rest))
}

/// Puts `value` at `name`, making the objects and lists on the way.
fn put_at(root: &mut Json, name: &str, value: Json) {
    let mut place = root;
    let mut segments = name.split('.').peekable();
    while let Some(segment) = segments.next() {
        let is_list = segments.peek().is_some_and(|next| next.parse::<usize>().is_ok());
        let empty = if is_list { Json::Array(vec![]) } else { Json::Object(Map::new()) };
        place = match place {
            Json::Array(items) => {
                let index = segment.parse::<usize>().unwrap_or(1).clamp(1, 999) - 1;
                while items.len() <= index {
                    items.push(Json::Object(Map::new()));
                }
                match items.get_mut(index) {
                    Some(item) => item,
                    None => return,
                }
            }
            Json::Object(entries) => entries.entry(segment).or_insert(empty),
            // A name that goes on below a text is nobody's form.
            _ => return,
        };
    }
    *place = value;
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn form(pairs: &[(&str, &str)]) -> FormData {
        sent_in(pairs, Language::French)
    }

    fn sent_in(pairs: &[(&str, &str)], language: Language) -> FormData {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        FormData::sent(pairs.collect(), language)
    }

    #[test]
    fn fields_are_places_of_the_book() {
        let document = json!({
            "code": "x", "internal": true, "address": { "lines": ["1 rue A", "Bât. B"], "city": "Paris" },
            "contact": [{ "name": "A", "email": "a@b.fr" }, { "name": "B", "email": "b@b.fr" }],
        });
        assert_eq!(FormData::of(&document).document(), document);
        let typed = form(&[("address.lines", " 1 rue A\r\n\r\nBât. B "), ("name", "  "), ("form_token", "t")]);
        assert_eq!(typed.document(), json!({ "address": { "lines": ["1 rue A", "Bât. B"] } }));
    }

    #[test]
    fn figures_are_read_as_people_write_them() {
        let typed = form(&[("version.1.amount_eur", "1\u{202f}200,50 €"), ("from", "01/02/2027"), ("title", "a, b")]);
        let expected = json!({ "version": [{ "amount_eur": "1200.50" }], "from": "2027-02-01", "title": "a, b" });
        assert_eq!(typed.document(), expected);
        let tier = form(&[("version.1.tier.1.to", "1\u{202f}000"), ("to", "31/12/2027")]).document();
        assert_eq!(tier, json!({ "to": "2027-12-31", "version": [{ "tier": [{ "to": "1000" }] }] }));
        let fallen = form(&[("scenario.1.heat_percent", "\u{2212}2,5")]).document();
        assert_eq!(fallen["scenario"][0]["heat_percent"], "-2.5", "below zero");
        let cost = [("component.1.cost_eur", "1,000"), ("title", "1,000")];
        let read = |language| sent_in(&cost, language).document();
        assert_eq!(read(Language::French), json!({ "component": [{ "cost_eur": "1.000" }], "title": "1,000" }));
        assert_eq!(read(Language::English), json!({ "component": [{ "cost_eur": "1000" }], "title": "1,000" }));
    }

    #[test]
    fn empty_rows_go_and_the_rest_closes_up() {
        let rows = form(&[("contact.1.name", ""), ("contact.2.name", "B"), ("contact.3.name", "C"), ("name", "n")]);
        let kept = rows.compact("contact", None);
        assert_eq!((kept.rows("contact"), kept.text("contact.1.name"), kept.text("name")), (2, "B", "n"));
        let removed = rows.compact("contact", Some(2));
        assert_eq!((removed.rows("contact"), removed.text("contact.1.name")), (1, "C"));
    }

    #[test]
    fn no_name_a_browser_can_send_goes_wrong() {
        let odd =
            form(&[("contact.0.name", "a"), ("contact.9999999.name", "b"), ("a", "x"), ("a.b", "y"), ("..", "z")]);
        assert!(odd.document().is_object());
    }
}

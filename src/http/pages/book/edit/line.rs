//! A contract's line: added, corrected, ended, or changed from a day on (an amendment).
//!
//! An amendment ends the line on its day and begins the changed one there, under the same code: what was agreed before
//! stays on record and keeps its price.

use std::sync::Arc;

use actix_web::web::Data;
use serde_json::Value as Json;

use super::contract::address;
use super::form::FormData;
use super::part::{PartForm, Place, parts};
use super::tenant::section;
use super::view::{Draw, FormView, Input, Section};
use super::{Form, book, reason};
use crate::app::edit_book::StoredEntry;
use crate::domain::book::{Book, EntryKind};
use crate::domain::metering::Register;
use crate::http::error::Fault;
use crate::http::state::Shared;

const SERVICES: [&str; 4] = ["space", "power", "storage", "other"];
const MEASURES: [&str; 5] = ["energy", "demand", "percentile95", "storage-month", "occupancy-days"];
const VAT: [&str; 3] = ["standard", "exempt", "out-of-scope"];
/// Keys that only a metered line has, and the one only an agreed one has.
const METERED: [&str; 6] = ["measure", "window_minutes", "pue", "pue_factor", "gap_policy", "assignment"];
const AGREED: &str = "quantity";

pub struct LineForm {
    place: Place,
    billed: Option<chrono::NaiveDate>,
    book: Arc<Book>,
}

impl PartForm for LineForm {
    const KIND: EntryKind = EntryKind::Contract;
    const LIST: &'static str = "line";

    async fn of(shared: &Data<Shared>, place: Place, found: &StoredEntry) -> Result<LineForm, Fault> {
        Ok(LineForm { place, billed: found.billed_until, book: book(shared).await? })
    }
}

fn text<'a>(line: &'a Json, key: &str) -> &'a str {
    line.get(key).and_then(Json::as_str).unwrap_or_default()
}

/// The line's fields with what the book leaves out because it is usual.
pub fn fields(line: &Json) -> FormData {
    let is_metered = line.get("measure").is_some();
    let mut data = FormData::of(line);
    if let Some(reason) = line.get("vat_reason").and_then(Json::as_str) {
        data.forget(&["vat_reason"]);
        data.set("vat_reason.fr", reason);
    }
    with_defaults(data).or("basis", if is_metered { "metered" } else { "agreed" })
}

pub fn with_defaults(data: FormData) -> FormData {
    let data = data.or("vat", "standard").or("vat_rate_percent", "20").or("service", "space");
    data.or("pue", "none").or("gap_policy", "block").or("window_minutes", "10").or("measure", "energy")
}

/// The line of the book that the fields describe: what belongs to another choice than the one made is left out.
pub fn document(data: &FormData) -> Json {
    let mut line = data.document();
    let Some(keys) = line.as_object_mut() else { return line };
    keys.remove("basis");
    match data.text("basis") {
        "metered" => drop(keys.remove(AGREED)),
        _ => keys.retain(|key, _| !METERED.contains(&key.as_str())),
    }
    let is = |keys: &serde_json::Map<String, Json>, key: &str, words: &[&str]| {
        keys.get(key).and_then(Json::as_str).is_some_and(|word| words.contains(&word))
    };
    if !is(keys, "measure", &["demand", "percentile95"]) {
        keys.remove("window_minutes");
    }
    if !is(keys, "measure", &["energy"]) {
        keys.remove("pue");
    }
    if !is(keys, "pue", &["fixed"]) {
        keys.remove("pue_factor");
    }
    if is(keys, "vat", &["exempt", "out-of-scope"]) {
        keys.remove("vat_rate_percent");
        state_reason(keys);
    } else {
        keys.remove("vat_reason");
    }
    line
}

/// A reason given in French alone is stated so in both languages.
fn state_reason(line: &mut serde_json::Map<String, Json>) {
    let reason = line.entry("vat_reason").or_insert_with(|| Json::Object(serde_json::Map::new()));
    let Some(reason) = reason.as_object_mut() else { return };
    if let Some(french) = reason.get("fr").cloned() {
        reason.entry("en").or_insert(french);
    }
}

/// The sections of a line; names begin with the prefix of `draw`.
pub fn sections(draw: &Draw, book: &Book) -> Vec<Section> {
    let tariff = |tariff: &crate::domain::tariff::Tariff| {
        let unit = draw.t(&format!("unit-{}", tariff.unit.name()));
        (tariff.code.to_string(), format!("{} ({unit})", tariff.name))
    };
    let identity = vec![
        draw.text("code").required(),
        draw.words("service", &SERVICES, "service"),
        draw.text("designation.fr").required(),
        draw.text("designation.en").required(),
        draw.date("from"),
        draw.date("to"),
    ];
    let price = vec![
        draw.select("tariff", book.tariffs.iter().map(tariff)),
        draw.words("basis", &["agreed", "metered"], "basis"),
        draw.decimal("quantity").when("when-agreed"),
        draw.words("measure", &MEASURES, "measure-word").when("when-metered"),
        draw.decimal("window_minutes").when("when-metered when-window"),
        draw.words("pue", &["none", "measured", "fixed"], "pue-word").when("when-metered when-energy"),
        draw.decimal("pue_factor").when("when-metered when-pue-fixed"),
        draw.words("gap_policy", &["block", "estimate"], "gap-policy").when("when-metered"),
    ];
    let vat = vec![
        draw.words("vat", &VAT, "vat-word"),
        draw.numbers("vat_rate_percent", &["20", "10", "5.5", "2.1"]).when("when-standard"),
        draw.text("vat_reason.fr").when("when-not-standard"),
        draw.text("vat_reason.en").when("when-not-standard"),
    ];
    let meters = Section {
        class: "when-metered",
        hint: draw.t("assignments-hint"),
        rows: Some(draw.rows("assignment", 1, |draw| assignment(draw, book))),
        ..section(draw.t("section-meters"), vec![])
    };
    vec![
        Section { hint: draw.t("line-hint"), ..section(draw.t("section-line"), identity) },
        section(draw.t("section-line-price"), price),
        meters,
        section(draw.t("section-vat"), vat),
        Section {
            hint: draw.t("service-level-hint"),
            rows: Some(
                draw.rows("credit_band", 1, |draw| vec![draw.decimal("below_percent"), draw.decimal("credit_percent")]),
            ),
            ..section(draw.t("section-service-level"), vec![draw.decimal("committed_percent")])
        },
        section(draw.t("section-racks"), vec![draw.checks("racks", racks(book))]),
    ]
}

fn assignment(draw: &Draw, book: &Book) -> Vec<Input> {
    let register = |register: Register| draw.t(&format!("register-{}", register.name()));
    let meter = |meter: &crate::domain::metering::Meter| {
        let place = meter.rack.as_ref().map(|rack| format!(", {rack}")).unwrap_or_default();
        (meter.code.to_string(), format!("{} ({}{place})", meter.code, register(meter.register)))
    };
    let none = (String::new(), "–".to_owned());
    let meters = std::iter::once(none).chain(book.meters.iter().map(meter));
    vec![draw.select("meter", meters), draw.date("from"), draw.date("to")]
}

fn racks(book: &Book) -> impl Iterator<Item = (String, String)> {
    let racks = book.rooms.iter().flat_map(|room| &room.aisles).flat_map(|aisle| &aisle.racks);
    racks.map(|rack| (rack.code.to_string(), rack.code.to_string()))
}

/// The line as it was, up to `day`, and as it is to be, from then on.
fn amend(old: &Json, new: Json, day: &str) -> (Json, Json) {
    let (mut before, mut after) = (old.clone(), new);
    if let Some(line) = before.as_object_mut() {
        line.insert("to".to_owned(), day.into());
        // Days as the book writes them sort like their text.
        cut_assignments(line, |from, _| from.is_empty() || from < day, |to| to > day, ("to", day));
    }
    if let Some(line) = after.as_object_mut() {
        line.insert("from".to_owned(), day.into());
        for assignment in line.get_mut("assignment").and_then(Json::as_array_mut).into_iter().flatten() {
            if text(assignment, "from") < day
                && let Some(keys) = assignment.as_object_mut()
            {
                keys.remove("from");
            }
        }
        cut_assignments(line, |_, to| to.is_empty() || to > day, |_| false, ("to", day));
    }
    (before, after)
}

/// Keeps the assignments whose days `keep` says, and ends those that `too_long` says at `end`.
fn cut_assignments(
    line: &mut serde_json::Map<String, Json>,
    keep: impl Fn(&str, &str) -> bool,
    too_long: impl Fn(&str) -> bool,
    (key, end): (&str, &str),
) {
    let Some(assignments) = line.get_mut("assignment").and_then(Json::as_array_mut) else { return };
    assignments.retain(|assignment| keep(text(assignment, "from"), text(assignment, "to")));
    for assignment in assignments {
        if too_long(text(assignment, "to"))
            && let Some(keys) = assignment.as_object_mut()
        {
            keys.insert(key.to_owned(), end.into());
        }
    }
}

impl Form for LineForm {
    fn view(&self, draw: &Draw) -> FormView {
        let below = self.place.position.map_or_else(|| "/lines/new".to_owned(), |one| format!("/lines/{one}/edit"));
        let mut sections = sections(draw, &self.book);
        if self.place.position.is_some() {
            let hint = draw.t("amendment-hint");
            let amendment = section(draw.t("section-amendment"), vec![draw.date("effective")]);
            sections.insert(0, Section { hint, ..amendment });
        }
        let note = |until| draw.frame.with("line-billed", "day", &draw.frame.date(until));
        FormView {
            title: draw.frame.with(
                if self.place.position.is_none() { "line-new" } else { "line-edit" },
                "contract",
                &self.place.code,
            ),
            notes: self.billed.as_ref().map(note).into_iter().collect(),
            action: address(&self.place.code, &below),
            back: address(&self.place.code, ""),
            version: None,
            hidden: vec![],
            sections,
            reason: Some(reason(draw)),
            save: draw.t("save"),
            shows: vec![],
        }
    }

    fn thing(&self) -> Option<(String, String)> {
        Some((self.place.code.to_string(), address(&self.place.code, "")))
    }

    fn shown(&self, stored: &StoredEntry) -> FormData {
        let line = self.place.position.and_then(|position| parts(&stored.document, LineForm::LIST).get(position - 1));
        line.map_or_else(|| with_defaults(FormData::default()).or("basis", "agreed"), fields)
    }

    fn change(&self, data: &FormData) -> impl FnOnce(Option<&StoredEntry>) -> Json + Send + 'static {
        let (typed, position) = (document(data), self.place.position);
        let day = data.day("effective");
        move |stored| {
            let mut document = stored.map(|stored| stored.document.clone()).unwrap_or_default();
            if let Some(lines) = document.get_mut(LineForm::LIST).and_then(Json::as_array_mut) {
                match position.and_then(|position| lines.get_mut(position - 1)) {
                    None => lines.push(typed),
                    Some(line) if day.is_empty() => *line = typed,
                    Some(line) => {
                        let (before, after) = amend(line, typed, &day);
                        *line = before;
                        lines.push(after);
                    }
                }
            }
            document
        }
    }

    fn field(&self, place: &str, data: &FormData) -> String {
        let is_amendment = !data.text("effective").trim().is_empty();
        let own = match self.place.position {
            Some(position) if !is_amendment => position,
            _ => self.place.count + 1,
        };
        match place.strip_prefix(&format!("line.{own}")).map(|inner| inner.trim_start_matches('.')) {
            Some("") => "quantity".to_owned(),
            Some("from") if is_amendment => "effective".to_owned(),
            Some(inner) => inner.to_owned(),
            // What an amendment makes of the line before it is the day's doing.
            None if is_amendment && place.starts_with("line.") => "effective".to_owned(),
            None => place.to_owned(),
        }
    }

    fn lists(&self) -> &'static [&'static str] {
        &["assignment", "credit_band"]
    }

    fn after(&self, _: &StoredEntry) -> (String, &'static str, String) {
        (address(&self.place.code, ""), "line-saved", self.place.code.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_amendment_ends_the_line_and_begins_the_next_on_its_day() {
        let old = json!({
            "code": "energie", "measure": "energy", "tariff": "kwh",
            "assignment": [{ "meter": "A" }, { "meter": "B", "to": "2026-08-01" }, { "meter": "C", "from": "2027-02-01" },
                { "meter": "D", "from": "2026-03-01", "to": "2027-06-01" }],
        });
        let mut new = old.clone();
        new["tariff"] = "kwh-2".into();
        let (before, after) = amend(&old, new, "2027-01-01");
        assert_eq!((text(&before, "to"), text(&before, "tariff")), ("2027-01-01", "kwh"));
        assert_eq!(
            before["assignment"],
            json!([{ "meter": "A" }, { "meter": "B", "to": "2026-08-01" },
                { "meter": "D", "from": "2026-03-01", "to": "2027-01-01" }])
        );
        assert_eq!((text(&after, "from"), text(&after, "tariff")), ("2027-01-01", "kwh-2"));
        assert_eq!(
            after["assignment"],
            json!([{ "meter": "A" }, { "meter": "C", "from": "2027-02-01" }, { "meter": "D", "to": "2027-06-01" }])
        );
    }

    #[test]
    fn what_belongs_to_another_choice_is_left_out() {
        let line = json!({ "code": "a", "quantity": "4", "tariff": "t", "vat": "exempt", "vat_reason": "r" });
        let mut data = fields(&line);
        assert_eq!(document(&data).get("measure"), None);
        assert_eq!(document(&data).get("vat_rate_percent"), None);
        assert_eq!((data.text("vat_reason.fr"), data.text("vat_reason.en")), ("r", ""));
        assert_eq!(document(&data)["vat_reason"], json!({ "fr": "r", "en": "r" }), "as in French, where nothing else");
        data.set("vat_reason.en", "why");
        assert_eq!(document(&data)["vat_reason"], json!({ "fr": "r", "en": "why" }));
        data.forget(&["vat_reason.fr", "vat_reason.en"]);
        assert_eq!(document(&data)["vat_reason"], json!({}), "the book says that it is missing");
        data.set("basis", "metered");
        data.set("measure", "storage-month");
        let metered = document(&data);
        assert_eq!((metered.get("quantity"), metered.get("pue"), metered.get("window_minutes")), (None, None, None));
    }
}

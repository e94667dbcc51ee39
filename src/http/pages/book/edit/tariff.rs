//! A tariff's form: what it is called and what one unit of it is; a new one has its first price as well.

use actix_web::web::Data;
use serde_json::{Value as Json, json};

use super::entry::EntryForm;
use super::form::{self, FormData};
use super::tenant::section;
use super::view::{Draw, FormView, Input};
use super::{Form, price, reason};
use crate::app::edit_book::StoredEntry;
use crate::domain::book::EntryKind;
use crate::http::error::Fault;
use crate::http::pages::encoded;
use crate::http::state::Shared;

/// What a price can be the price of, as contracts use them most.
const UNITS: [&str; 12] = [
    "kilowatt-hour",
    "kilowatt",
    "rack",
    "rack-unit",
    "rack-unit-day",
    "terabyte-month",
    "terabyte",
    "month",
    "day",
    "hour",
    "year",
    "one",
];

pub struct TariffForm {
    code: Option<String>,
}

impl TariffForm {
    fn identity(&self, draw: &Draw) -> Vec<Input> {
        let mut inputs = vec![draw.text("name").required(), draw.words("unit", &UNITS, "unit")];
        if self.code.is_none() {
            inputs.insert(0, draw.text("code").required());
        }
        inputs
    }
}

impl EntryForm for TariffForm {
    const KIND: EntryKind = EntryKind::Tariff;

    async fn of(_: &Data<Shared>, code: Option<String>) -> Result<TariffForm, Fault> {
        Ok(TariffForm { code })
    }

    fn blank() -> FormData {
        FormData::default().or("shape", "per-unit").or("unit", "kilowatt-hour")
    }
}

impl Form for TariffForm {
    fn view(&self, draw: &Draw) -> FormView {
        let mut sections = vec![section(draw.t("section-tariff"), self.identity(draw))];
        if self.code.is_none() {
            sections.extend(price::sections(draw));
        }
        FormView {
            title: draw.t(if self.code.is_none() { "tariff-new" } else { "tariff-edit" }),
            notes: vec![],
            action: self.code.as_ref().map_or_else(|| "/tariffs/new".to_owned(), |code| address(code, "/edit")),
            back: self.code.as_ref().map_or_else(|| "/tariffs".to_owned(), |code| address(code, "")),
            version: None,
            hidden: vec![],
            sections,
            reason: self.code.is_some().then(|| reason(draw)),
            save: draw.t("save"),
            shows: vec![],
        }
    }

    fn thing(&self) -> Option<(String, String)> {
        self.code.as_ref().map(|code| (code.to_string(), address(code, "")))
    }

    fn shown(&self, stored: &StoredEntry) -> FormData {
        FormData::of(&stored.document)
    }

    fn change(&self, data: &FormData) -> impl FnOnce(Option<&StoredEntry>) -> Json + Send + 'static {
        let typed = data.document();
        let first = price::document(data);
        move |stored| {
            let mut document = match stored {
                Some(stored) => stored.document.clone(),
                None => json!({ "code": typed.get("code"), "version": [first] }),
            };
            form::put(&mut document, &["name", "unit"], &typed);
            document
        }
    }

    fn field(&self, place: &str, data: &FormData) -> String {
        place.strip_prefix("version.1.").map_or_else(|| place.to_owned(), |inner| price::field(inner, data))
    }

    fn lists(&self) -> &'static [&'static str] {
        &["tiers"]
    }

    fn after(&self, stored: &StoredEntry) -> (String, &'static str, String) {
        let code = stored.entry.code();
        let what = if self.code.is_some() { "saved" } else { "tariff-created" };
        (address(code, ""), what, code.to_owned())
    }
}

/// `/tariffs/energie/edit`
pub fn address(code: &str, below: &str) -> String {
    format!("/tariffs/{}{below}", encoded(code))
}
